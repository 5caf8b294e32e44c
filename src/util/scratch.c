/*
 * Removing trees, and scratch folders. A scratch folder is locked through its own descriptor (flock), which
 * the kernel releases however the process ends: a folder of ours whose lock can be taken is a leftover.
 * systemd-tmpfiles honours the same lock.
 */
#include "tilesmith_plugin.h"
#include "util/file.h"
#include "util/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each level holds a descriptor; nothing we make is nearly as deep. */
#define DEEPEST_TREE 200

static int remove_at(int folder, const char *name, int depth);

static int remove_entries(int fd, int depth)
{
    DIR *dir = fdopendir(fd);
    int failed = 0;
    if (!dir) {
        failed = errno;
        close(fd);
        return failed;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        int reason = remove_at(dirfd(dir), entry->d_name, depth + 1);
        if (reason && !failed)
            failed = reason;
    }
    closedir(dir);
    return failed;
}

/* Returns an errno value. Goes on after a failure, so that as much as possible is gone. */
static int remove_at(int folder, const char *name, int depth)
{
    if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return errno;
    if (depth > DEEPEST_TREE)
        return ELOOP;
    int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(folder, name, flags);
    if (fd < 0 && errno == EACCES && fchmodat(folder, name, 0700, 0) == 0)
        fd = openat(folder, name, flags);
    if (fd < 0)
        return errno;
    int refused = fchmod(fd, 0700); /* where it isn't ours, removing its entries will say so */
    (void)refused;
    int failed = remove_entries(fd, depth);
    if (unlinkat(folder, name, AT_REMOVEDIR) && errno != ENOENT && !failed)
        failed = errno;
    return failed;
}

int ts_file_remove(const char *path)
{
    int reason = remove_at(AT_FDCWD, path, 0);
    return reason ? ts_fail(TS_ESYSTEM, "%s: cannot remove: %s", path, strerror(reason)) : TS_OK;
}

static const char *scratch_parent(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && *folder ? folder : "/tmp";
}

static int lock_folder(int fd)
{
    while (flock(fd, LOCK_EX | LOCK_NB)) {
        if (errno != EINTR)
            return errno;
    }
    return 0;
}

/* A killed session's folder: ours, of our naming, and nobody holds its lock. It is removed while we hold the
 * lock. */
static void remove_if_left_over(const char *parent, const char *name)
{
    struct stat st;
    char *path = ts_asprintf("%s/%s", parent, name);
    if (!path)
        return;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) {
        if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && lock_folder(fd) == 0)
            (void)ts_file_remove(path);
        close(fd);
    }
    free(path);
}

static void sweep(const char *parent)
{
    char prefix[64];
    size_t length = (size_t)snprintf(prefix, sizeof prefix, "tilesmith-%u-", (unsigned)geteuid());
    DIR *dir = opendir(parent);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strncmp(entry->d_name, prefix, length) == 0)
            remove_if_left_over(parent, entry->d_name);
    }
    closedir(dir);
}

/*
 * Between making a folder and locking it, another session may take it for a leftover. Then its lock is held,
 * or the folder is gone (no links left) by the time we have the lock: *gone says so, and the caller makes
 * another.
 */
static int make_locked(const char *parent, char **path, int *lock_fd, bool *gone)
{
    struct stat st;
    *gone = false;
    *path = ts_asprintf("%s/tilesmith-%u-%ld-XXXXXX", parent, (unsigned)geteuid(), (long)getpid());
    if (!*path)
        return ts_fail(TS_ENOMEM, "out of memory while making a scratch folder");
    if (!mkdtemp(*path))
        return ts_fail(TS_ESYSTEM,
                       "%s: cannot make a scratch folder: %s; set TMPDIR to a folder you may write", parent,
                       strerror(errno));
    *lock_fd = open(*path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock_fd < 0 && errno != ENOENT)
        return ts_fail(TS_ESYSTEM, "%s: cannot open the scratch folder: %s", *path, strerror(errno));
    /* A file system without locks (EBADF, ENOLCK, EOPNOTSUPP) is used unlocked: a sweep cannot lock it
     * either, and spares it. */
    *gone = *lock_fd < 0 || lock_folder(*lock_fd) == EWOULDBLOCK || fstat(*lock_fd, &st) || st.st_nlink == 0;
    return TS_OK;
}

int ts_scratch_open(char **path, int *lock_fd)
{
    const char *parent = scratch_parent();
    bool gone = true;
    int code = TS_OK;
    sweep(parent);
    for (int attempt = 0; gone && attempt < 100; attempt++) {
        *path = NULL;
        *lock_fd = -1;
        code = make_locked(parent, path, lock_fd, &gone);
        if (!code && !gone)
            return TS_OK;
        if (*lock_fd >= 0)
            close(*lock_fd);
        free(*path);
    }
    *path = NULL;
    *lock_fd = -1;
    return code ? code
                : ts_fail(TS_ESYSTEM, "%s: scratch folders disappear as soon as they are made", parent);
}

void ts_scratch_close(char *path, int lock_fd)
{
    if (!path)
        return;
    (void)ts_file_remove(path);
    if (lock_fd >= 0)
        close(lock_fd);
    free(path);
}
