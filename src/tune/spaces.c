/* Loading recorded spaces: files, and folders of them. */
#include "tune/spaces.h"

#include "util/str.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A file of several problems needs a name for each: the problem is added to the file's. */
static int name_problem(ts_recording *r)
{
    char *name = ts_asprintf("%s:%s%s%s", r->name, r->type, *r->type ? " " : "", r->problem);
    if (!name)
        return ts_fail(TS_ENOMEM, "out of memory while naming recorded spaces");
    free(r->name);
    r->name = name;
    return TS_OK;
}

static int refuse_same_name(const ts_spaces *s, const ts_recording *r, const char *path)
{
    for (size_t i = 0; i < s->items.count; i++)
        if (strcmp(s->items.items[i]->name, r->name) == 0)
            return ts_fail(TS_EINPUT, "%s: a space called '%s' was given before; rename one of the files",
                           path, r->name);
    return TS_OK;
}

static int load_file(ts_spaces *s, const char *path)
{
    ts_recordings all;
    int rc = ts_recordings_load(path, &all);
    for (size_t i = 0; rc == TS_OK && i < all.count; i++) {
        if (all.count > 1)
            rc = name_problem(all.items[i]);
        if (rc == TS_OK)
            rc = refuse_same_name(s, all.items[i], path);
        if (rc != TS_OK)
            break;
        if (ts_vec_push(&s->items, all.items[i]))
            all.items[i] = NULL;
        else
            rc = ts_fail(TS_ENOMEM, "%s: out of memory while keeping recorded spaces", path);
    }
    ts_recordings_clear(&all);
    return rc;
}

static int is_recording(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strstr(entry->d_name, ".json") != NULL;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_folder(ts_spaces *s, const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_recording, by_name), rc = TS_OK;
    if (count < 0)
        return ts_fail(TS_ESYSTEM, "%s: can't list the folder: %s", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        char *file = rc == TS_OK ? ts_asprintf("%s/%s", path, entries[i]->d_name) : NULL;
        if (rc == TS_OK)
            rc = file ? load_file(s, file)
                      : ts_fail(TS_ENOMEM, "%s: out of memory while listing the folder", path);
        free(file);
        free(entries[i]);
    }
    free(entries);
    return rc == TS_OK && count == 0
               ? ts_fail(TS_EINPUT, "%s: no recorded space (*.json, .json.gz, .json.xz) in it", path)
               : rc;
}

int ts_spaces_load(const char *const *paths, ts_spaces **out)
{
    ts_spaces *s = calloc(1, sizeof *s);
    int rc = s ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while loading recorded spaces");
    for (size_t i = 0; rc == TS_OK && paths[i]; i++) {
        struct stat info;
        bool folder = stat(paths[i], &info) == 0 && S_ISDIR(info.st_mode);
        rc = folder ? load_folder(s, paths[i]) : load_file(s, paths[i]);
    }
    if (rc == TS_OK)
        *out = s;
    else
        ts_spaces_free(s);
    return rc;
}

void ts_spaces_free(ts_spaces *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->items.count; i++)
        ts_recording_free(s->items.items[i]);
    ts_vec_free(&s->items);
    free(s);
}

size_t ts_spaces_count(const ts_spaces *s)
{
    return s->items.count;
}

const char *ts_spaces_name(const ts_spaces *s, size_t i)
{
    return s->items.items[i]->name;
}
