#include "util/file.h"
#include "tilesmith_plugin.h"
#include "util/str.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, const char *path, size_t limit, ts_str *text)
{
    char chunk[16384];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            return TS_OK;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ts_fail(TS_ESYSTEM, "%s: cannot read: %s", path, strerror(errno));
        if ((size_t)n > limit - text->length)
            return ts_fail(TS_EINPUT, "%s: larger than %zu bytes, the most that is read here", path, limit);
        ts_str_append_n(text, chunk, (size_t)n);
        if (text->failed)
            return ts_fail(TS_ENOMEM, "%s: out of memory while reading", path);
    }
}

int ts_file_read(const char *path, size_t limit, char **text, size_t *length)
{
    ts_str content = TS_STR_INIT;
    int code = TS_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ts_fail(errno == ENOENT ? TS_ENOTFOUND : TS_ESYSTEM, "%s: cannot open: %s", path,
                       strerror(errno));
    code = read_all(fd, path, limit, &content);
    if (code)
        goto done;
    if (length)
        *length = content.length;
    *text = ts_str_take(&content);
    if (!*text)
        code = ts_fail(TS_ENOMEM, "%s: out of memory while reading", path);
done:
    ts_str_free(&content);
    close(fd);
    return code;
}

static int write_all(int fd, const char *path, const char *bytes, size_t length)
{
    while (length) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ts_fail(TS_ESYSTEM, "%s: cannot write: %s", path, strerror(n ? errno : ENOSPC));
        bytes += n;
        length -= (size_t)n;
    }
    return TS_OK;
}

/* A rename is durable once its folder is. Some file systems cannot sync a folder (EINVAL): nothing more can
 * be done there. */
static int sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return ts_fail(TS_ESYSTEM, "%s: cannot open: %s", folder, strerror(errno));
    int failed = fsync(fd) && errno != EINVAL && errno != EROFS ? errno : 0;
    close(fd);
    return failed ? ts_fail(TS_ESYSTEM, "%s: cannot sync the folder: %s", folder, strerror(failed)) : TS_OK;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* Devices and pipes (/dev/null, /dev/stdout) are written in place: a rename would replace the device itself.
 */
static int write_in_place(const char *path, const void *bytes, size_t length)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return ts_fail(TS_ESYSTEM, "%s: cannot open for writing: %s", path, strerror(errno));
    int code = write_all(fd, path, bytes, length);
    if (close(fd) && !code)
        code = ts_fail(TS_ESYSTEM, "%s: cannot write: %s", path, strerror(errno));
    return code;
}

/* A new file of a name nobody has, with the mode that the user's umask gives (mkstemp would make it private).
 */
static int create_beside(const char *path, char **temporary, int *fd)
{
    for (int attempt = 0; attempt < 100; attempt++) {
        uint64_t unique = 0;
        if (getrandom(&unique, sizeof unique, 0) != sizeof unique)
            unique = (uint64_t)getpid() << 16 | (unsigned)attempt;
        *temporary = ts_asprintf("%s.tmp-%016" PRIx64, path, unique);
        if (!*temporary)
            return ts_fail(TS_ENOMEM, "%s: out of memory", path);
        *fd = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (*fd >= 0)
            return TS_OK;
        free(*temporary);
        *temporary = NULL;
        if (errno != EEXIST)
            break;
    }
    return ts_fail(TS_ESYSTEM, "%s: cannot create a file in this folder: %s", path, strerror(errno));
}

/* `old` describes the file to be replaced, if there is one: the new one keeps its permissions. */
static int fill(int fd, const char *path, const struct stat *old, const void *bytes, size_t length)
{
    int code = write_all(fd, path, bytes, length);
    if (!code && old && fchmod(fd, old->st_mode & 07777))
        code = ts_fail(TS_ESYSTEM, "%s: cannot keep the permissions: %s", path, strerror(errno));
    if (!code && fsync(fd))
        code = ts_fail(TS_ESYSTEM, "%s: cannot write to disk: %s", path, strerror(errno));
    if (close(fd) && !code)
        code = ts_fail(TS_ESYSTEM, "%s: cannot write: %s", path, strerror(errno));
    return code;
}

static int replace(const char *path, const struct stat *old, const void *bytes, size_t length)
{
    char *temporary = NULL, *folder = folder_of(path);
    int fd = -1, code;
    if (!folder)
        return ts_fail(TS_ENOMEM, "%s: out of memory", path);
    code = create_beside(path, &temporary, &fd);
    if (code)
        goto done;
    code = fill(fd, path, old, bytes, length);
    if (!code && rename(temporary, path))
        code = ts_fail(TS_ESYSTEM, "%s: cannot replace: %s", path, strerror(errno));
    if (code)
        unlink(temporary);
    else
        code = sync_folder(folder);
done:
    free(temporary);
    free(folder);
    return code;
}

int ts_file_write(const char *path, const void *bytes, size_t length)
{
    struct stat old;
    if (stat(path, &old))
        return replace(path, NULL, bytes, length);
    if (S_ISDIR(old.st_mode))
        return ts_fail(TS_EINPUT, "%s: is a folder; name a file in it", path);
    if (!S_ISREG(old.st_mode))
        return write_in_place(path, bytes, length);
    char real[PATH_MAX]; /* through a link, so that the link stays one */
    if (!realpath(path, real))
        return ts_fail(TS_ESYSTEM, "%s: cannot resolve: %s", path, strerror(errno));
    return replace(real, &old, bytes, length);
}

static int make_folder(const char *path)
{
    struct stat st;
    if (mkdir(path, 0700) == 0)
        return TS_OK;
    int reason = errno;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return TS_OK;
        reason = ENOTDIR;
    }
    return ts_fail(TS_ESYSTEM, "%s: cannot create the folder: %s", path, strerror(reason));
}

int ts_file_mkdirs(const char *path)
{
    char *copy = strdup(path);
    int code = TS_OK;
    if (!copy)
        return ts_fail(TS_ENOMEM, "%s: out of memory", path);
    for (char *p = copy + (*copy == '/'); !code && *p; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        code = make_folder(copy);
        *p = '/';
    }
    if (!code)
        code = make_folder(copy);
    free(copy);
    return code;
}

bool ts_file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
