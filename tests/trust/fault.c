/*
 * Preloaded into the tool, it makes one call of the system fail: FAULT=KIND:N fails the N-th one of a kind
 * (alloc, open, write, sync, rename, fork), FAULT=KIND:N+ that one and all after it. Without a number it
 * counts: the total is written to the file FAULT_COUNT when the process ends. Only the process that was
 * started is meant, not the compilers and workers that it starts. CLOCK_JUMP=SECONDS moves the time of day to
 * and fro instead.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static char kind[16];
static long nth;
static bool onwards;
static pid_t whose;
static atomic_long calls;
static long jump;

/* Our own entry in the table of the C library: what the tool meant to call. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void read_orders(void)
{
    char program[512] = "";
    const char *order = getenv("FAULT"), *clock = getenv("CLOCK_JUMP");
    if (readlink("/proc/self/exe", program, sizeof program - 1) < 0 || !strstr(program, "/tilesmith"))
        return;
    jump = clock ? atol(clock) : 0;
    if (!order || sscanf(order, "%15[a-z]:%ld", kind, &nth) < 1)
        return;
    onwards = order[strlen(order) - 1] == '+';
    whose = getpid();
}

__attribute__((destructor)) static void tell_count(void)
{
    const char *file = getenv("FAULT_COUNT");
    FILE *out = whose == getpid() && file && nth == 0 ? fopen(file, "w") : NULL;
    if (out) {
        fprintf(out, "%ld\n", (long)calls);
        fclose(out);
    }
}

static bool fails(const char *what)
{
    if (!whose || strcmp(what, kind) != 0 || getpid() != whose)
        return false;
    long n = atomic_fetch_add(&calls, 1) + 1;
    return nth > 0 && (n == nth || (onwards && n > nth));
}

/* The C library's own names, since dlsym() itself allocates. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

void *malloc(size_t size)
{
    if (!fails("alloc"))
        return __libc_malloc(size);
    errno = ENOMEM;
    return NULL;
}

void *calloc(size_t count, size_t size)
{
    if (!fails("alloc"))
        return __libc_calloc(count, size);
    errno = ENOMEM;
    return NULL;
}

void *realloc(void *old, size_t size)
{
    if (!fails("alloc"))
        return __libc_realloc(old, size);
    errno = ENOMEM;
    return NULL;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    if (fd <= 2 || !fails("write"))
        return REAL(write)(fd, bytes, size);
    errno = ENOSPC;
    return -1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
    if (!fails("write"))
        return REAL(pwrite64)(fd, bytes, size, at);
    errno = ENOSPC;
    return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return pwrite64(fd, bytes, size, at);
}

int fsync(int fd)
{
    if (!fails("sync"))
        return REAL(fsync)(fd);
    errno = EIO;
    return -1;
}

int fdatasync(int fd)
{
    if (!fails("sync"))
        return REAL(fdatasync)(fd);
    errno = EIO;
    return -1;
}

int rename(const char *from, const char *to)
{
    if (!fails("rename"))
        return REAL(rename)(from, to);
    errno = EACCES;
    return -1;
}

pid_t fork(void)
{
    if (!fails("fork"))
        return REAL(fork)();
    errno = EAGAIN;
    return -1;
}

static int open_with(const char *path, int flags, va_list args)
{
    mode_t mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(args, mode_t) : 0;
    if (!fails("open"))
        return REAL(open)(path, flags, mode);
    errno = EMFILE;
    return -1;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    int fd = open_with(path, flags, args);
    va_end(args);
    return fd;
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    int fd = open_with(path, flags, args);
    va_end(args);
    return fd;
}

/* An administrator, or a daemon, that sets the clock: to and fro every other second of the other clock. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    int rc = REAL(clock_gettime)(clock, now);
    if (rc == 0 && jump && clock == CLOCK_REALTIME) {
        struct timespec steady;
        REAL(clock_gettime)(CLOCK_MONOTONIC, &steady);
        now->tv_sec += steady.tv_sec / 2 % 2 ? jump : -jump;
    }
    return rc;
}
