/* See toolchain.h. A compilation is a process group: a monitor that dies with the session and takes the
 * compiler with it. */
#include "build/toolchain.h"

#include "build/process.h"
#include "tilesmith_plugin.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/str.h"
#include "util/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CPU_SECONDS = 300, LOG_LIMIT = 1 << 20, CANNOT_RUN = 127 };
static const rlim_t address_space = (rlim_t)8 << 30, file_size = (rlim_t)512 << 20;

extern char **environ;

typedef TS_VEC(char *) ts_strings;

/* ---- command and environment, made before the fork ------------------------------------------- */

static bool push_blank_separated(ts_strings *argv, char *text)
{
    char *rest = NULL;
    for (char *word = strtok_r(text, " \t\n", &rest); word; word = strtok_r(NULL, " \t\n", &rest))
        if (!ts_vec_push(argv, word))
            return false;
    return true;
}

static bool command_line(const ts_compile *c, const char *compiler, char *flags, ts_strings *argv)
{
    /* Warnings of generated code have no reader. */
    char *const rest[] = {"-w", "-shared", "-fPIC", c->source_path, "-o", c->object_path, "-lm", NULL};
    if (!ts_vec_push(argv, (char *)compiler) || !push_blank_separated(argv, flags))
        return false;
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        if (!ts_vec_push(argv, rest[i]))
            return false;
    return true;
}

static bool replaced(const char *variable)
{
    static const char *const names[] = {"TMPDIR=", "LC_ALL=", "LANGUAGE=", "GCC_COLORS="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(variable, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* The session's, but temporary files stay in the folder and messages are in English: the first error line is
 * looked for. */
static bool environment(char *tmpdir, ts_strings *env)
{
    for (char **e = environ; *e; e++)
        if (!replaced(*e) && !ts_vec_push(env, *e))
            return false;
    return ts_vec_push(env, tmpdir) && ts_vec_push(env, (char *)"LC_ALL=C") && ts_vec_push(env, NULL);
}

/* ---- in the children ------------------------------------------------------------------------- */

static void limit(int what, rlim_t value)
{
    struct rlimit now;
    if (getrlimit(what, &now) == 0 && (now.rlim_max == RLIM_INFINITY || value < now.rlim_max)) {
        struct rlimit wanted = {value, value};
        setrlimit(what, &wanted);
    }
}

static void become_compiler(const char *log_path, char *const argv[], char *const env[])
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ts_child_silence(log);
    ts_close_from(STDERR_FILENO + 1);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, CPU_SECONDS);
    limit(RLIMIT_AS, address_space);
    limit(RLIMIT_FSIZE, file_size);
    environ = (char **)env;
    execvp(argv[0], argv);
    _exit(CANNOT_RUN);
}

static void run_on(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

/*
 * The parent-death signal isn't inherited by the compiler's own children (cc1, as, ld), so a monitor gets it
 * and kills the group. It keeps `done_fd` open: its end is the sign that the compilation is over.
 */
static void monitor(const ts_compile *c, const ts_compile_request *r, pid_t session, int done_fd,
                    char *const argv[], char *const env[])
{
    ts_child_settle(session, SIGTERM);
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGTERM);
    sigaddset(&watched, SIGCHLD);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    if (done_fd != STDERR_FILENO + 1)
        dup2(done_fd, STDERR_FILENO + 1);
    ts_child_silence(-1);
    ts_close_from(STDERR_FILENO + 2);
    setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + r->niceness);
    if (r->cpu >= 0)
        run_on(r->cpu);
    if (getppid() != session)
        _exit(1);
    pid_t compiler = fork();
    if (compiler == 0)
        become_compiler(c->log_path, argv, env);
    if (compiler < 0)
        _exit(CANNOT_RUN);
    int status = 0, sig = 0;
    while (waitpid(compiler, &status, WNOHANG) != compiler) {
        sigwait(&watched, &sig);
        if (sig == SIGTERM)
            kill(0, SIGKILL);
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* ---- start ----------------------------------------------------------------------------------- */

static int make_paths(const char *scratch, const char *name, ts_compile *c)
{
    c->folder = ts_asprintf("%s/%s", scratch, name);
    c->source_path = ts_asprintf("%s/%s/%s.c", scratch, name, name);
    c->object_path = ts_asprintf("%s/%s/%s.so", scratch, name, name);
    c->log_path = ts_asprintf("%s/%s/%s.log", scratch, name, name);
    if (!c->folder || !c->source_path || !c->object_path || !c->log_path)
        return ts_fail(TS_ENOMEM, "out of memory while starting a compilation");
    if (mkdir(c->folder, 0700) != 0)
        return ts_fail(TS_ESYSTEM, "cannot create folder %s: %s", c->folder, strerror(errno));
    return TS_OK;
}

/* Scratch files need no durability, so no fsync; but a full disk must be noticed. */
static int write_plain(const char *path, const char *text)
{
    size_t left = strlen(text);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    while (fd >= 0 && left > 0) {
        ssize_t n = write(fd, text, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        text += n;
        left -= (size_t)n;
    }
    int error = errno;
    if (fd >= 0 && close(fd) == 0 && left == 0)
        return TS_OK;
    return ts_fail(TS_ESYSTEM, "cannot write %s: %s; make room there or set TMPDIR", path, strerror(error));
}

static int launch(ts_compile *c, const ts_compile_request *r, char *const argv[], char *const env[])
{
    int ends[2];
    int rc = ts_pipe_open(ends);
    if (rc != TS_OK)
        return rc;
    pid_t session = getpid(), pid = fork();
    if (pid == 0)
        monitor(c, r, session, ends[1], argv, env);
    int error = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return ts_fail(TS_ESYSTEM, "cannot start a compiler: %s; close other programs and try again",
                       strerror(error));
    }
    setpgid(pid, pid); /* whoever of parent and child comes first: a kill of the group must find it */
    c->pid = pid;
    c->done_fd = ends[0];
    c->started_ns = ts_now_ns();
    return TS_OK;
}

int ts_compile_start(const ts_compile_request *r, ts_compile *out)
{
    ts_strings argv = {0}, env = {0};
    char *words = strdup(r->flags), *tmpdir = NULL;
    *out = (ts_compile){.done_fd = -1};
    int rc = make_paths(r->scratch, r->name, out);
    if (rc == TS_OK)
        rc = write_plain(out->source_path, r->source);
    if (rc != TS_OK)
        goto done;
    tmpdir = ts_asprintf("TMPDIR=%s", out->folder);
    if (!words || !tmpdir || !command_line(out, r->compiler, words, &argv) || !environment(tmpdir, &env))
        rc = ts_fail(TS_ENOMEM, "out of memory while starting a compilation");
    else
        rc = launch(out, r, argv.items, env.items);
done:
    ts_vec_free(&argv);
    ts_vec_free(&env);
    free(words);
    free(tmpdir);
    if (rc != TS_OK)
        ts_compile_clear(out);
    return rc;
}

/* ---- end ------------------------------------------------------------------------------------- */

/* The line that says what is wrong: the first with "error", else the first that says anything. */
static char *first_error(const char *log)
{
    static const char *const marks[] = {"error: ",     "Error: ", "undefined reference",
                                        "cannot find", "\n",      NULL};
    for (size_t m = 0; marks[m]; m++) {
        const char *hit = strstr(log, marks[m]);
        if (!hit)
            continue;
        const char *begin = hit;
        while (begin > log && begin[-1] != '\n')
            begin--;
        size_t length = strcspn(begin, "\n");
        if (length > 0)
            return strndup(begin, length < 400 ? length : 400);
    }
    return log[0] ? strdup(log) : NULL;
}

static int explain(const ts_compile *c, int status)
{
    char *log = NULL, *line = NULL;
    if (ts_file_read(c->log_path, LOG_LIMIT, &log, NULL) == TS_OK)
        line = first_error(log);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + SIGKILL;
    int rc;
    if (line)
        rc = ts_fail(TS_EINPUT, "%s", line);
    else if (code == CANNOT_RUN)
        rc = ts_fail(TS_ENOTFOUND,
                     "the compiler can't be run here; install it or name another with --compiler");
    else if (code > 128)
        rc = ts_fail(TS_ESYSTEM, "the compiler was killed by signal %d (%s)", code - 128,
                     strsignal(code - 128));
    else
        rc = ts_fail(TS_ESYSTEM, "the compiler ended with exit status %d and no message", code);
    free(line);
    free(log);
    return rc;
}

int ts_compile_poll(ts_compile *c, bool block, double timeout_s)
{
    double spent = (double)(ts_now_ns() - c->started_ns) * 1e-9;
    bool over = ts_wait_readable(c->done_fd, block && spent < timeout_s ? timeout_s - spent : 0);
    if (!over && !block && spent < timeout_s)
        return 0;
    c->timed_out = !over;
    int status = ts_group_kill(c->pid);
    c->pid = 0;
    if (c->timed_out)
        return ts_fail(TS_ESYSTEM, "the compiler did not finish within %.0f s", timeout_s);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && ts_file_exists(c->object_path))
        return 1;
    return explain(c, status);
}

void ts_compile_clear(ts_compile *c)
{
    if (c->pid > 0)
        ts_group_kill(c->pid);
    if (c->done_fd >= 0)
        close(c->done_fd);
    if (c->folder)
        ts_file_remove(c->folder);
    free(c->folder);
    free(c->source_path);
    free(c->object_path);
    free(c->log_path);
    *c = (ts_compile){.done_fd = -1};
}
