/*
 * A child program with a time limit. posix_spawn, because a process of many gigabytes and threads should
 * neither be copied nor run anything between fork and exec; and never a shell.
 */
#include "runtime/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define OUTPUT_BYTES 4096

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool replaced(const char *entry)
{
    return strncmp(entry, "TMPDIR=", 7) == 0 || strncmp(entry, "LC_ALL=", 7) == 0 ||
           strncmp(entry, "LANGUAGE=", 9) == 0;
}

/* The environment with TMPDIR in our folder and messages in English; one block. */
static char **make_environment(const char *folder)
{
    size_t count = 0, length = strlen(folder) + sizeof "TMPDIR=";
    while (environ != NULL && environ[count] != NULL)
        count++;
    char **copy = malloc((count + 3) * sizeof *copy + length);
    if (copy == NULL)
        return NULL;
    char *tmpdir = (char *)(copy + count + 3);
    static char language[] = "LC_ALL=C";
    size_t kept = 0;
    snprintf(tmpdir, length, "TMPDIR=%s", folder);
    copy[kept++] = tmpdir;
    copy[kept++] = language;
    for (size_t i = 0; i < count; i++)
        if (!replaced(environ[i]))
            copy[kept++] = environ[i];
    copy[kept] = NULL;
    return copy;
}

/* Its own process group, to be killed as one; the caller's blocked and ignored signals are not inherited. */
static int spawn(pid_t *pid, char *const *argv, char **environment, int output)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    if (posix_spawn_file_actions_init(&files) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return ENOMEM;
    }
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int rc = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&files, output, 1);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&files, output, 2);
    if (rc == 0)
        rc = posix_spawnp(pid, argv[0], &files, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* Read what it says until it closes its end; false when the deadline came first. Text beyond the buffer is
 * dropped. */
static bool drain(int fd, double deadline, char *text)
{
    size_t used = 0;
    for (;;) {
        double left = deadline - now();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        char chunk[512] = "";
        if (left <= 0)
            return false;
        if (poll(&p, 1, (int)(left * 1000) + 1) <= 0)
            continue;
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return true;
        size_t room = OUTPUT_BYTES - 1 - used, take = (size_t)n < room ? (size_t)n : room;
        memcpy(text + used, chunk, take);
        used += take;
        text[used] = '\0';
    }
}

/* Wait until the deadline, then kill the group. *status is 0 if the host program reaps children itself: the
 * object then decides. */
static bool reap(pid_t pid, double deadline, int *status)
{
    const struct timespec nap = {.tv_nsec = 1000000};
    *status = 0;
    for (;;) {
        pid_t got = waitpid(pid, status, WNOHANG);
        if (got == pid || (got < 0 && errno == ECHILD))
            return true;
        if (now() >= deadline)
            break;
        nanosleep(&nap, NULL);
    }
    kill(-pid, SIGKILL);
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
    return false;
}

/* The first line that says "error", else the first line. */
static void first_error(char *text, char *line, size_t size)
{
    const char *hit = strstr(text, "error");
    const char *start = text;
    if (hit != NULL)
        for (const char *at = text; at < hit; at++)
            start = *at == '\n' ? at + 1 : start;
    snprintf(line, size, "%.*s", (int)strcspn(start, "\n"), start);
}

static bool judge(const char *program, bool in_time, int status, double limit, char *text, char *reason)
{
    if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    char line[TSRT_REASON / 2];
    first_error(text, line, sizeof line);
    if (!in_time)
        snprintf(reason, TSRT_REASON, "compiling it with %.128s took more than %g s", program, limit);
    else if (WIFSIGNALED(status))
        snprintf(reason, TSRT_REASON, "%.128s was killed by signal %d while compiling it", program,
                 WTERMSIG(status));
    else
        snprintf(reason, TSRT_REASON, "%.128s does not compile it: %s", program,
                 line[0] != '\0' ? line : "no message");
    return false;
}

bool tsrt_run(char *const *argv, const char *folder, double limit, char *reason)
{
    int ends[2] = {-1, -1}, status = 0;
    char text[OUTPUT_BYTES] = "";
    double deadline = now() + limit;
    pid_t pid = 0;
    char **environment = make_environment(folder);
    int error = environment == NULL ? ENOMEM : 0;
    if (error == 0 && pipe2(ends, O_CLOEXEC) != 0)
        error = errno;
    if (error == 0)
        error = spawn(&pid, argv, environment, ends[1]);
    free(environment);
    if (ends[1] >= 0)
        close(ends[1]);
    bool good = false;
    if (error != 0) {
        snprintf(reason, TSRT_REASON,
                 "its compiler %.128s cannot be run (%s): install it, or run `tilesmith recheck`", argv[0],
                 strerror(error));
    } else {
        bool silent = drain(ends[0], deadline, text);
        bool in_time = reap(pid, silent ? deadline : now(), &status);
        good = judge(argv[0], in_time, status, limit, text, reason);
    }
    if (ends[0] >= 0)
        close(ends[0]);
    return good;
}
