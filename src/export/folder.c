#include "export/folder.h"
#include "tilesmith_plugin.h"
#include "util/file.h"
#include "util/str.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int system_failure(const char *path, const char *doing)
{
    return ts_fail(TS_ESYSTEM, "%s: cannot %s (%s)", path, doing, strerror(errno));
}

static bool is_empty(const char *path)
{
    DIR *dir = opendir(path);
    size_t entries = 0;
    if (!dir)
        return false;
    while (readdir(dir))
        entries++;
    closedir(dir);
    return entries == 2; /* . and .. */
}

static int check_place(const char *path, const char *marker)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT ? TS_OK : system_failure(path, "look at it");
    char *file = ts_asprintf("%s/%s", path, marker);
    bool ours = S_ISDIR(status.st_mode) && file && (ts_file_exists(file) || is_empty(path));
    free(file);
    return ours ? TS_OK
                : ts_fail(TS_EINPUT,
                          "%s: exists and is no earlier export (it has no file %s); name another folder",
                          path, marker);
}

int ts_folder_begin(const char *path, const char *marker, ts_folder *out)
{
    *out = (ts_folder){.path = strdup(path), .marker = marker};
    size_t length = strlen(path);
    while (out->path && length > 1 && out->path[length - 1] == '/')
        out->path[--length] = '\0';
    int rc = out->path ? check_place(out->path, marker) : ts_fail(TS_ENOMEM, "out of memory while exporting");
    if (rc)
        return rc;
    out->staging = ts_asprintf("%s.XXXXXX", out->path);
    if (!out->staging)
        return ts_fail(TS_ENOMEM, "out of memory while exporting");
    if (!mkdtemp(out->staging)) {
        rc = system_failure(path, "make a folder there");
        free(out->staging);
        out->staging = NULL;
        return rc;
    }
    return chmod(out->staging, 0755) == 0 ? TS_OK : system_failure(out->staging, "set its mode");
}

int ts_folder_write(const ts_folder *f, const char *name, const void *bytes, size_t length)
{
    char *path = ts_asprintf("%s/%s", f->staging, name);
    char *parent = path ? strndup(path, (size_t)(strrchr(path, '/') - path)) : NULL;
    int rc = parent ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while exporting");
    if (rc == TS_OK && mkdir(parent, 0755) != 0 && errno != EEXIST)
        rc = system_failure(parent, "make this folder");
    if (rc == TS_OK)
        rc = ts_file_write(path, bytes, length);
    free(parent);
    free(path);
    return rc;
}

/* Exchanged in one step where the file system can; else the old one is moved aside first. */
static int replace(ts_folder *f)
{
    if (renameat2(AT_FDCWD, f->staging, AT_FDCWD, f->path, RENAME_EXCHANGE) == 0)
        return ts_file_remove(f->staging);
    char *aside = ts_asprintf("%s.old", f->staging);
    int rc = aside ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while exporting");
    if (rc == TS_OK && (rename(f->path, aside) != 0 || rename(f->staging, f->path) != 0)) {
        rc = system_failure(f->path, "replace it");
        (void)rename(aside, f->path); /* whatever was there stays */
    }
    if (rc == TS_OK)
        rc = ts_file_remove(aside);
    free(aside);
    return rc;
}

int ts_folder_commit(ts_folder *f)
{
    int rc = check_place(f->path, f->marker); /* it may have come since */
    if (rc == TS_OK && rename(f->staging, f->path) != 0) {
        if (errno != ENOTEMPTY && errno != EEXIST)
            return system_failure(f->path, "put the export there");
        rc = replace(f);
    }
    if (rc == TS_OK) {
        free(f->staging);
        f->staging = NULL;
    }
    return rc;
}

void ts_folder_end(ts_folder *f)
{
    if (f->staging)
        ts_file_remove(f->staging);
    free(f->staging);
    free(f->path);
    *f = (ts_folder){0};
}
