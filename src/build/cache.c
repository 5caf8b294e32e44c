/*
 * The cache of built variants: see toolchain.h. An object ends in a seal behind the last byte that the loader
 * looks at, so that a file that a full disk or a crash of the machine cut short is recognised before it is
 * loaded.
 */
#include "build/toolchain.h"

#include "core/paths.h"
#include "tilesmith_plugin.h"
#include "util/file.h"
#include "util/str.h"
#include "util/vec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct ts_seal {
    char magic[8];
    uint64_t length, checksum;
} ts_seal;

static const char seal_magic[8] = {'T', 'S', 's', 'e', 'a', 'l', '0', '1'};

/* FNV-1a (Fowler, Noll, Vo) over 8-byte words: it guards against damage, not against an adversary. */
static uint64_t checksum(const unsigned char *bytes, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325), word;
    for (; n >= sizeof word; bytes += sizeof word, n -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        h = (h ^ word) * UINT64_C(0x100000001b3);
        h ^= h >> 29;
    }
    for (; n > 0; bytes++, n--)
        h = (h ^ *bytes) * UINT64_C(0x100000001b3);
    return h;
}

/* ---- seals ----------------------------------------------------------------------------------- */

/* The file's bytes, mapped; NULL if it is missing or empty. */
static unsigned char *map_file(int fd, size_t *size)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
        return NULL;
    *size = (size_t)st.st_size;
    void *map = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
    return map == MAP_FAILED ? NULL : map;
}

static bool sealed(const unsigned char *bytes, size_t size)
{
    ts_seal seal;
    if (size < sizeof seal)
        return false;
    memcpy(&seal, bytes + size - sizeof seal, sizeof seal);
    return memcmp(seal.magic, seal_magic, sizeof seal_magic) == 0 && seal.length == size - sizeof seal &&
           seal.checksum == checksum(bytes, size - sizeof seal);
}

static bool file_sealed(const char *path)
{
    size_t size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    unsigned char *bytes = map_file(fd, &size);
    bool whole = bytes && sealed(bytes, size);
    if (bytes)
        munmap(bytes, size);
    if (fd >= 0)
        close(fd);
    return whole;
}

static int seal_file(const char *path)
{
    size_t size = 0;
    int fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
    unsigned char *bytes = map_file(fd, &size);
    int rc = TS_OK;
    if (!bytes)
        rc = ts_fail(TS_ESYSTEM, "cannot read %s: %s", path, size ? strerror(errno) : "it is empty");
    else if (!sealed(bytes, size)) {
        ts_seal seal = {.length = size, .checksum = checksum(bytes, size)};
        memcpy(seal.magic, seal_magic, sizeof seal_magic);
        if (write(fd, &seal, sizeof seal) != (ssize_t)sizeof seal)
            rc = ts_fail(TS_ESYSTEM, "cannot write %s: %s; make room there", path, strerror(errno));
    }
    if (bytes)
        munmap(bytes, size);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* ---- find and put ---------------------------------------------------------------------------- */

static bool plausible(const char *id)
{
    size_t n = strspn(id, "0123456789abcdef");
    return n >= 8 && id[n] == '\0';
}

static bool object_path(const char *id, char *path, size_t size)
{
    int n = snprintf(path, size, "%s/objects/%.2s/%s.so", ts_path_cache(), id, id);
    return n > 0 && (size_t)n < size;
}

bool ts_cache_find(const char *id, char *path, size_t size)
{
    return plausible(id) && object_path(id, path, size) && file_sealed(path);
}

static int copy_file(const char *from, const char *to)
{
    char *bytes = NULL;
    size_t length = 0;
    int rc = ts_file_read(from, (size_t)1 << 30, &bytes, &length);
    if (rc != TS_OK)
        return rc;
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool whole = fd >= 0 && write(fd, bytes, length) == (ssize_t)length;
    int error = errno;
    if (fd >= 0 && close(fd) != 0)
        whole = false;
    free(bytes);
    return whole ? TS_OK : ts_fail(TS_ESYSTEM, "cannot write %s: %s; make room there", to, strerror(error));
}

static int put_under(const char *object, const char *path, const char *temporary)
{
    unlink(temporary);
    if (link(object, temporary) != 0) {
        int rc = copy_file(object, temporary);
        if (rc != TS_OK)
            return rc;
    }
    if (rename(temporary, path) != 0)
        return ts_fail(TS_ESYSTEM, "cannot create %s: %s", path, strerror(errno));
    return TS_OK;
}

int ts_cache_put(const char *id, const char *object)
{
    char path[4096];
    if (!plausible(id) || !object_path(id, path, sizeof path))
        return ts_fail(TS_EINTERNAL, "'%s' can't be a cache entry", id);
    char *folder = ts_asprintf("%s/objects/%.2s", ts_path_cache(), id);
    char *temporary = ts_asprintf("%s.%ld.new", path, (long)getpid());
    int rc = folder && temporary ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while caching a variant");
    if (rc == TS_OK)
        rc = seal_file(object);
    if (rc == TS_OK)
        rc = ts_file_mkdirs(folder);
    if (rc == TS_OK) {
        rc = put_under(object, path, temporary);
        unlink(temporary); /* also after success: rename() between two links to one file does nothing */
    }
    free(folder);
    free(temporary);
    return rc;
}

/* ---- pruning --------------------------------------------------------------------------------- */

typedef struct ts_cached {
    char *path;
    time_t used;
    uint64_t bytes; /* its share of an object that several ids may link to */
} ts_cached;
typedef TS_VEC(ts_cached) ts_cached_list;

static void list_folder(const char *folder, ts_cached_list *list)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (struct dirent *e; (e = readdir(dir));) {
        struct stat st;
        char *path = e->d_name[0] != '.' ? ts_asprintf("%s/%s", folder, e->d_name) : NULL;
        if (!path || lstat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
            !ts_vec_push(list, ((ts_cached){path, st.st_mtime, (uint64_t)st.st_size / st.st_nlink})))
            free(path);
    }
    closedir(dir);
}

static int oldest_first(const void *a, const void *b)
{
    const ts_cached *x = a, *y = b;
    return (x->used > y->used) - (x->used < y->used);
}

static void drop_beyond(ts_cached_list *list, uint64_t limit)
{
    uint64_t total = 0;
    for (size_t i = 0; i < list->count; i++)
        total += list->items[i].bytes;
    if (list->count > 1)
        qsort(list->items, list->count, sizeof *list->items, oldest_first);
    for (size_t i = 0; i < list->count && total > limit; i++) {
        unlink(list->items[i].path);
        total -= list->items[i].bytes;
    }
}

/* A stamp tells when the last look was: listing tens of thousands of files isn't free. */
static bool due(const char *stamp)
{
    struct stat st;
    if (stat(stamp, &st) == 0 && time(NULL) - st.st_mtime < 24L * 3600 && st.st_mtime <= time(NULL))
        return false;
    int fd = open(stamp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, "\n", 1) == 1;
    if (fd >= 0)
        close(fd);
    return written;
}

void ts_cache_prune(uint64_t limit)
{
    ts_cached_list list = {0};
    char *stamp = ts_asprintf("%s/objects/.pruned", ts_path_cache());
    if (stamp && due(stamp)) {
        for (unsigned i = 0; i < 256; i++) {
            char *folder = ts_asprintf("%s/objects/%02x", ts_path_cache(), i);
            if (folder)
                list_folder(folder, &list);
            free(folder);
        }
        drop_beyond(&list, limit);
    }
    for (size_t i = 0; i < list.count; i++)
        free(list.items[i].path);
    ts_vec_free(&list);
    free(stamp);
}
