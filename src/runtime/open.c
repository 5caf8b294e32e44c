/* Opening and closing a runtime, and what it says of itself. */
#include "runtime/live.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Runtimes of this process so far. */
static _Atomic uint64_t opened;

static int status_fixed(ts_rt *rt, const char *text)
{
    rt->status = text;
    return 0;
}

static int read_database(ts_rt *rt, const char *path)
{
    if ((rt->flags & TS_RT_OFF) != 0)
        return status_fixed(rt, secure_getenv("TILESMITH_RT") != NULL
                                    ? "tuned variants are switched off by TILESMITH_RT=off"
                                    : "tuned variants are switched off by TS_RT_OFF");
    const char *database = path != NULL ? tsrt_copy(&rt->arena, path) : tsrt_default_database(&rt->arena);
    if (database == NULL && path == NULL && secure_getenv("HOME") == NULL)
        return status_fixed(rt, "no database was named and HOME is not set: set TILESMITH_DB");
    return database == NULL ? -1 : tsrt_database_read(rt, database);
}

static double monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A relative name would follow the program's working folder. */
static const char *absolute(tsrt_arena *arena, const char *path)
{
    if (path[0] == '/')
        return tsrt_copy(arena, path);
    char *folder = getcwd(NULL, 0);
    const char *whole = folder != NULL ? tsrt_format(arena, "%s/%s", folder, path) : NULL;
    free(folder);
    return whole;
}

/* Capture and adaptation watch calls; nobody else pays for that. */
static int watch(ts_rt *rt)
{
    const char *capture = secure_getenv("TILESMITH_CAPTURE");
    bool captures = capture != NULL && capture[0] != '\0' && (rt->flags & TS_RT_READONLY) == 0;
    rt->clock = monotonic;
    atomic_store(&rt->captured, monotonic());
    if (captures && (rt->capture = absolute(&rt->arena, capture)) == NULL)
        return -1;
    if (!captures && (rt->flags & TS_RT_ADAPT) == 0)
        return 0;
    rt->sites = calloc(TSRT_SITES, sizeof *rt->sites);
    return rt->sites != NULL ? 0 : -1;
}

int ts_rt_open(const char *database, ts_rt **out)
{
    const ts_rt_options options = {.database = database};
    return ts_rt_open_with(&options, out);
}

static void take_options(ts_rt *rt, const ts_rt_options *options)
{
    rt->threads = options->threads > 1 ? options->threads : 1;
    rt->max_error = options->max_error > 0 ? options->max_error : 0;
    rt->objective = options->objective;
    rt->deadline = options->deadline > 0 ? options->deadline : 0;
    if (rt->objective != TS_RT_LEAST_ENERGY)
        return;
    tsrt_energy_open(rt, "/sys/class/powercap");
    if (rt->energy_file == NULL)
        rt->energy_note = "energy is unavailable (no readable counter in /sys/class/powercap), so the least "
                          "time is sought";
}

static int open_parts(ts_rt *rt, const ts_rt_options *options)
{
    ts_host_identify(&rt->host);
    rt->cache = tsrt_default_cache(&rt->arena);
    take_options(rt, options);
    if (tsrt_modes_read(rt, options) != 0 || tsrt_families_init(rt) != 0 ||
        read_database(rt, options->database) != 0 || watch(rt) != 0)
        return -1;
    if (rt->index == NULL && tsrt_index_build(rt) != 0)
        return -1;
    tsrt_model_fit(rt);
    tsrt_sde_open(rt);
    return 0;
}

int ts_rt_open_with(const ts_rt_options *options, ts_rt **out)
{
    if (out == NULL)
        return -1;
    *out = NULL;
    ts_rt *rt = options != NULL ? aligned_alloc(_Alignof(ts_rt), sizeof *rt) : NULL;
    if (rt == NULL)
        return -1;
    memset(rt, 0, sizeof *rt);
    rt->serial = atomic_fetch_add(&opened, 1) + 1;
    if (pthread_mutex_init(&rt->lock, NULL) != 0) {
        free(rt);
        return -1;
    }
    if (open_parts(rt, options) != 0) {
        ts_rt_close(rt);
        return -1;
    }
    *out = rt;
    return 0;
}

int ts_rt_learn(ts_rt *rt, const char **why)
{
    char reason[TSRT_REASON] = "";
    if (why != NULL)
        *why = "";
    if (rt == NULL)
        return -1;
    if (rt->sites == NULL || (rt->flags & TS_RT_READONLY) != 0)
        return 0;
    pthread_mutex_lock(&rt->lock);
    bool captured = tsrt_capture_write(rt, reason), stored = tsrt_lessons_write(rt, reason);
    const char *said = captured && stored ? "" : tsrt_copy(&rt->arena, reason);
    pthread_mutex_unlock(&rt->lock);
    if (why != NULL)
        *why = said != NULL ? said : "out of memory";
    return captured && stored ? 0 : -1;
}

void ts_rt_close(ts_rt *rt)
{
    if (rt == NULL)
        return;
    (void)ts_rt_learn(rt, NULL);
    tsrt_sde_close(rt);
    for (size_t i = 0; i < TSRT_BUCKETS; i++) {
        for (tsrt_variant *v = rt->buckets[i]; v != NULL; v = v->next) {
            if (v->handle != NULL)
                dlclose(v->handle);
            if (v->fd >= 0)
                close(v->fd);
        }
    }
    pthread_mutex_destroy(&rt->lock);
    free(rt->index);
    free(rt->winners);
    free(rt->families);
    free(rt->sites);
    tsrt_arena_free(&rt->arena);
    free(rt);
}

/* ---- the status
 * --------------------------------------------------------------------------------------------- */

static size_t pinned_winners(const ts_rt *rt)
{
    size_t count = 0;
    for (size_t i = 0; rt->pin != NULL && i < rt->winner_count; i++)
        count += tsrt_pinned(rt, rt->winners[i].variant) ||
                 (rt->winners[i].general != NULL && tsrt_pinned(rt, rt->winners[i].general));
    return count;
}

/* The status with what happened since, and what was asked for and isn't so. */
static const char *compose(ts_rt *rt, const char *changed)
{
    const char *pin =
        rt->pin != NULL && pinned_winners(rt) == 0 ? "; no winner has the variant that was pinned" : "";
    return tsrt_format(&rt->arena, "%s%s%s%s%s%s%s%s", rt->status, pin, changed != NULL ? "; " : "",
                       changed != NULL ? changed : "",
                       changed != NULL ? ": what was read stays in use, open again to read the new one" : "",
                       rt->mode_note != NULL || rt->energy_note != NULL ? "; " : "",
                       rt->mode_note != NULL ? rt->mode_note : "",
                       rt->energy_note != NULL ? rt->energy_note : "");
}

const char *ts_rt_status(const ts_rt *borrowed)
{
    char reason[TSRT_REASON];
    if (borrowed == NULL)
        return "no runtime is open";
    union { /* what is composed is kept in the runtime's own memory */
        const ts_rt *in;
        ts_rt *out;
    } cast = {.in = borrowed};
    ts_rt *rt = cast.out;
    const char *changed = tsrt_database_changed(rt, reason);
    if (changed == NULL && rt->mode_note == NULL && rt->energy_note == NULL && rt->pin == NULL)
        return rt->status;
    pthread_mutex_lock(&rt->lock);
    if (rt->report == NULL || strcmp(rt->reported, changed != NULL ? changed : "") != 0) {
        rt->report = compose(rt, changed);
        snprintf(rt->reported, sizeof rt->reported, "%s", changed != NULL ? changed : "");
    }
    const char *text = rt->report != NULL ? rt->report : rt->status;
    pthread_mutex_unlock(&rt->lock);
    return text;
}
