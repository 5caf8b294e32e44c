/* Opening and closing a runtime. */
#include "runtime/internal.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static int status_fixed(ts_rt *rt, const char *text)
{
    rt->status = text;
    return 0;
}

static int read_database(ts_rt *rt, const char *path)
{
    const char *off = getenv("TILESMITH_RT");
    if (off != NULL && strcmp(off, "off") == 0)
        return status_fixed(rt, "tuned variants are switched off by TILESMITH_RT=off");
    const char *database = path != NULL ? tsrt_copy(&rt->arena, path) : tsrt_default_database(&rt->arena);
    if (database == NULL && path == NULL && secure_getenv("HOME") == NULL)
        return status_fixed(rt, "no database was named and HOME is not set: set TILESMITH_DB");
    return database == NULL ? -1 : tsrt_database_read(rt, database);
}

int ts_rt_open(const char *database, ts_rt **out)
{
    const ts_rt_options options = {.database = database};
    return ts_rt_open_with(&options, out);
}

int ts_rt_open_with(const ts_rt_options *options, ts_rt **out)
{
    if (out == NULL)
        return -1;
    *out = NULL;
    ts_rt *rt = aligned_alloc(_Alignof(ts_rt), sizeof *rt);
    if (rt == NULL)
        return -1;
    memset(rt, 0, sizeof *rt);
    rt->threads = options->threads > 1 ? options->threads : 1;
    rt->max_error = options->max_error > 0 ? options->max_error : 0;
    if (pthread_mutex_init(&rt->lock, NULL) != 0) {
        free(rt);
        return -1;
    }
    ts_host_identify(&rt->host);
    rt->cache = tsrt_default_cache(&rt->arena);
    if (tsrt_families_init(rt) != 0 || read_database(rt, options->database) != 0 ||
        tsrt_index_build(rt) != 0) {
        ts_rt_close(rt);
        return -1;
    }
    *out = rt;
    return 0;
}

void ts_rt_close(ts_rt *rt)
{
    if (rt == NULL)
        return;
    for (size_t i = 0; i < TSRT_BUCKETS; i++)
        for (tsrt_variant *v = rt->buckets[i]; v != NULL; v = v->next)
            if (v->handle != NULL)
                dlclose(v->handle);
    pthread_mutex_destroy(&rt->lock);
    free(rt->index);
    free(rt->winners);
    free(rt->families);
    tsrt_arena_free(&rt->arena);
    free(rt);
}

const char *ts_rt_status(const ts_rt *rt)
{
    return rt == NULL ? "no runtime is open" : rt->status;
}
