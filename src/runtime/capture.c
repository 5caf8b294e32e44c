/*
 * TILESMITH_CAPTURE: which shapes the program called, how often and for how long, added to a file that any
 * number of processes share. Under a lock of its own (FILE.lock), the file is read, added to, and replaced as
 * a whole, so that whoever reads it sees all of it and a crash leaves the earlier one.
 */
#include "runtime/capture_line.h"
#include "runtime/live.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Lines of a file; more are no capture. */
#define LIMIT 65536

typedef struct list {
    tsrt_captured *items;
    size_t count, capacity;
} list;

static tsrt_captured *append(list *l)
{
    if (l->count == l->capacity) {
        size_t capacity = l->capacity == 0 ? 64 : 2 * l->capacity;
        tsrt_captured *grown = capacity > LIMIT ? NULL : realloc(l->items, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        l->items = grown;
        l->capacity = capacity;
    }
    return &l->items[l->count++];
}

/* The entry of the same shape, or a new one. */
static bool add(list *l, const tsrt_captured *shape)
{
    for (size_t i = 0; i < l->count; i++) {
        tsrt_captured *have = &l->items[i];
        if (strcmp(have->problem, shape->problem) != 0 || strcmp(have->type, shape->type) != 0 ||
            strcmp(have->kernel, shape->kernel) != 0)
            continue;
        have->calls += shape->calls;
        have->lookups += shape->lookups;
        have->seconds += shape->seconds;
        return true;
    }
    tsrt_captured *added = append(l);
    if (added != NULL)
        *added = *shape;
    return added != NULL;
}

static bool fail(char *reason, const char *path, const char *what)
{
    snprintf(reason, TSRT_REASON, "the capture file %s %s", path, what);
    return false;
}

/* What the file holds so far; a missing or empty one holds nothing. Anything that is no capture is left
 * alone. */
static bool read_file(const char *path, list *l, char *reason)
{
    char line[TSRT_CAPTURE_LINE];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (file == NULL) {
        bool missing = fd < 0 && errno == ENOENT;
        if (fd >= 0)
            close(fd);
        return missing || fail(reason, path, "cannot be read");
    }
    bool good = true, first = true;
    while (good && fgets(line, sizeof line, file) != NULL) {
        tsrt_captured shape;
        line[strcspn(line, "\n")] = '\0';
        int kind = first && strcmp(line, TSRT_CAPTURE_HEAD) != 0 ? -1 : tsrt_capture_parse(line, &shape);
        first = false;
        good = kind == 0 || (kind > 0 && add(l, &shape));
    }
    fclose(file);
    return good || fail(reason, path, "holds something else and is left alone");
}

static bool problem_text(const tsrt_family *family, const tsrt_site *site, tsrt_captured *out)
{
    size_t used = 0;
    for (size_t i = 0; i < family->dim_count; i++) {
        int n = snprintf(out->problem + used, sizeof out->problem - used, "%s%s=%" PRId64, i > 0 ? "," : "",
                         family->dim_names[i], site->dims[i]);
        if (n < 0 || (size_t)n >= sizeof out->problem - used)
            return false;
        used += (size_t)n;
    }
    return snprintf(out->kernel, sizeof out->kernel, "%s", family->kernel) < (int)sizeof out->kernel &&
           snprintf(out->type, sizeof out->type, "%s", family->type) < (int)sizeof out->type;
}

/* What a site saw since it was last written. */
static bool fresh(const ts_rt *rt, const tsrt_site *site, tsrt_captured *out)
{
    *out = (tsrt_captured){.calls = atomic_load(&site->calls) - site->written_calls,
                           .lookups = atomic_load(&site->lookups) - site->written_lookups,
                           .seconds =
                               1e-9 * (double)(atomic_load(&site->nanoseconds) - site->written_nanoseconds)};
    return out->calls + out->lookups > 0 && problem_text(&rt->families[site->family], site, out);
}

static bool collect(ts_rt *rt, list *l)
{
    tsrt_captured shape;
    for (size_t i = 0; i < TSRT_SITES; i++)
        if (atomic_load_explicit(&rt->sites[i].state, memory_order_acquire) == 2 &&
            fresh(rt, &rt->sites[i], &shape) && !add(l, &shape))
            return false;
    return true;
}

/* Counters may have moved on since: what is noted as written is what collect() took, or a moment older. */
static void mark_written(ts_rt *rt)
{
    for (size_t i = 0; i < TSRT_SITES; i++) {
        tsrt_site *site = &rt->sites[i];
        site->written_calls = atomic_load(&site->calls);
        site->written_lookups = atomic_load(&site->lookups);
        site->written_nanoseconds = atomic_load(&site->nanoseconds);
    }
}

static bool replace_file(const char *path, const list *l, char *reason)
{
    char temporary[PATH_MAX], line[TSRT_CAPTURE_LINE];
    if (snprintf(temporary, sizeof temporary, "%s.%ld.new", path, (long)getpid()) >= (int)sizeof temporary)
        return fail(reason, path, "has too long a name");
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL) {
        if (fd >= 0)
            close(fd);
        return fail(reason, path, "cannot be written: is its folder there and writable?");
    }
    bool good = fputs(TSRT_CAPTURE_HEAD "\n", file) >= 0;
    for (size_t i = 0; i < l->count && good; i++) {
        size_t length = tsrt_capture_format(&l->items[i], line);
        good = fwrite(line, 1, length, file) == length;
    }
    good = fflush(file) == 0 && fsync(fd) == 0 && good;
    good = fclose(file) == 0 && good;
    if (good && rename(temporary, path) == 0)
        return true;
    unlink(temporary);
    return fail(reason, path, "cannot be written");
}

static bool merge(ts_rt *rt, char *reason)
{
    list all = {0};
    bool good = read_file(rt->capture, &all, reason);
    if (good && !collect(rt, &all))
        good = fail(reason, rt->capture, "holds too many shapes");
    good = good && replace_file(rt->capture, &all, reason);
    if (good)
        mark_written(rt);
    free(all.items);
    return good;
}

bool tsrt_capture_write(ts_rt *rt, char *reason)
{
    char lock[PATH_MAX];
    if (rt->capture == NULL)
        return true;
    if (snprintf(lock, sizeof lock, "%s.lock", rt->capture) >= (int)sizeof lock)
        return fail(reason, rt->capture, "has too long a name");
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        if (fd >= 0)
            close(fd);
        return fail(reason, rt->capture, "cannot be written: is its folder there and writable?");
    }
    bool good = merge(rt, reason);
    close(fd);
    return good;
}
