/* See process.h. */
#include "build/process.h"

#include "tilesmith_plugin.h"
#include "util/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

void ts_child_settle(pid_t parent, int death_signal)
{
    static const int handled[] = {SIGINT,  SIGTERM, SIGHUP,  SIGPIPE, SIGCHLD,
                                  SIGALRM, SIGQUIT, SIGUSR1, SIGUSR2};
    setpgid(0, 0);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, death_signal);
#else
    (void)death_signal;
#endif
    if (getppid() != parent)
        _exit(1);
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
        signal(handled[i], SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void ts_child_silence(int log_fd)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0)
        _exit(126);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(log_fd >= 0 ? log_fd : null, STDERR_FILENO);
    if (null > STDERR_FILENO)
        close(null);
}

void ts_close_from(int first)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0)
        return;
#endif
    long limit = sysconf(_SC_OPEN_MAX);
    for (long fd = first; fd < (limit > 0 && limit < 65536 ? limit : 65536); fd++)
        close((int)fd);
}

int ts_pipe_open(int ends[2])
{
    if (pipe(ends) != 0)
        return ts_fail(TS_ESYSTEM, "cannot open a pipe: %s; close other programs and try again",
                       strerror(errno));
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return TS_OK;
}

int ts_group_kill(pid_t pid)
{
    int status = -1;
    pid_t got;
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL); /* its group may not exist yet */
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    return got == pid ? status : -1;
}

bool ts_child_reap(pid_t pid, int *status)
{
    pid_t got = waitpid(pid, status, WNOHANG);
    if (got < 0 && errno != EINTR) {
        *status = -1;
        return true;
    }
    return got == pid;
}

bool ts_wait_readable(int fd, double timeout_s)
{
    double deadline = ts_now() + timeout_s;
    for (;;) {
        double left = timeout_s < 0 ? 3600 : deadline - ts_now();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int n = poll(&p, 1, left <= 0 ? 0 : left > 3600 ? 3600000 : (int)(left * 1e3) + 1);
        if (n > 0)
            return true;
        if (timeout_s >= 0 && ts_now() >= deadline)
            return false;
    }
}

/* Read until end of file or the deadline; what doesn't fit is read and dropped, so that the writer isn't
 * blocked. */
static bool drain(int fd, double timeout_s, char *output, size_t size)
{
    double deadline = ts_now() + timeout_s;
    size_t length = 0;
    for (;;) {
        char chunk[512];
        double left = deadline - ts_now();
        output[length] = '\0';
        if (left <= 0 || !ts_wait_readable(fd, left))
            return false;
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
        size_t keep = n < 0 ? 0 : (size_t)n < size - 1 - length ? (size_t)n : size - 1 - length;
        memcpy(output + length, chunk, keep);
        length += keep;
    }
}

int ts_capture(char *const argv[], double timeout_s, char *output, size_t size)
{
    int ends[2];
    output[0] = '\0';
    if (ts_pipe_open(ends) != TS_OK)
        return -1;
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        ts_child_settle(parent, SIGKILL);
        ts_child_silence(-1);
        dup2(ends[1], STDOUT_FILENO);
        ts_close_from(STDERR_FILENO + 1);
        execvp(argv[0], argv);
        _exit(127);
    }
    close(ends[1]);
    bool whole = pid > 0 && drain(ends[0], timeout_s, output, size);
    close(ends[0]);
    if (pid < 0)
        return -1;
    int status = -1;
    if (!whole)
        ts_group_kill(pid);
    else
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
    return whole && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
