/* See worker.h. */
#include "build/worker.h"

#include "build/process.h"
#include "util/str.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKER_FD = STDERR_FILENO + 1, FILE_BYTES = 16 << 20 };

/* ---- the child ------------------------------------------------------------------------------- */

#ifdef __GLIBC__
static void leave_at_once(int status, void *unused)
{
    (void)unused;
    _exit(status);
}
#endif

/*
 * A variant that calls exit() would run the exit handlers of the session that this process is a copy of.
 * Handlers run last come, first served, so ours ends the process before any of them.
 */
static void disarm_exit(void)
{
#ifdef __GLIBC__
    on_exit(leave_at_once, NULL);
#endif
}

/* Several threads share the CPUs; the OpenMP runtimes that variants bring count them when they are loaded.
 * LLVM's lets its threads spin for 200 ms after their last work, on CPUs that the next variant is to be
 * measured on: it gets a few milliseconds, about as much as GNU's takes. */
static void settle_on_cpus(const ts_worker_setup *setup)
{
    if (setup->threads > 1) {
        setenv("KMP_BLOCKTIME", "2", 0);
        sched_setaffinity(0, sizeof setup->cpus, &setup->cpus);
    } else if (setup->cpu >= 0)
        ts_pin(setup->cpu);
}

static void run_child(pid_t session, const ts_worker_setup *setup, int fd, ts_board *board,
                      void (*body)(const void *, ts_worker_side *), const void *context)
{
    ts_child_settle(session, SIGKILL);
    if (fd != WORKER_FD)
        dup2(fd, WORKER_FD);
    ts_child_silence(-1);
    ts_close_from(WORKER_FD + 1);
    signal(SIGPIPE, SIG_IGN);
    disarm_exit();
    settle_on_cpus(setup);
    ts_faults_watch(board);
    board->fences = ts_sandbox_enter(&(ts_sandbox){.folder = setup->scratch,
                                                   .memory = setup->memory,
                                                   .cpu_seconds = setup->cpu_seconds,
                                                   .file_bytes = FILE_BYTES,
                                                   .threads = setup->threads,
                                                   .shared_memory = setup->threads > 1});
    ts_worker_side side = {getpid(), WORKER_FD, board, setup};
    body(context, &side);
    ts_message_send(WORKER_FD, TS_MESSAGE_END, 0, NULL, 0);
    _exit(0);
}

/* ---- the session's side ---------------------------------------------------------------------- */

int ts_worker_start(const ts_worker_setup *setup, void (*body)(const void *context, ts_worker_side *side),
                    const void *context, ts_worker *out)
{
    int ends[2];
    *out = (ts_worker){.fd = -1};
    void *board = mmap(NULL, sizeof *out->board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        return ts_fail(TS_ESYSTEM, "cannot get memory to share with a worker: %s", strerror(errno));
    out->board = board;
    int rc = ts_pipe_open(ends);
    if (rc != TS_OK)
        goto failed;
    pid_t session = getpid(), pid = fork();
    if (pid == 0)
        run_child(session, setup, ends[1], board, body, context);
    int error = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        rc = ts_fail(TS_ESYSTEM, "cannot start a worker process: %s; close other programs and try again",
                     strerror(error));
        goto failed;
    }
    setpgid(pid, pid);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    out->pid = pid;
    out->fd = ends[0];
    return TS_OK;
failed:
    ts_worker_forget(out);
    return rc;
}

bool ts_worker_read(ts_worker *w)
{
    char chunk[4096];
    while (!w->ended) {
        ssize_t n = read(w->fd, chunk, sizeof chunk);
        if (n > 0 && !ts_message_feed(&w->reader, chunk, (size_t)n))
            return false;
        if (n < 0 && errno == EAGAIN)
            return true;
        w->ended = n == 0 || (n < 0 && errno != EINTR);
    }
    return true;
}

/* LLVM's OpenMP runtime registers itself in a file that it removes at a normal exit, which a worker never
 * has. */
static void remove_registration(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/dev/shm/__KMP_REGISTERED_LIB_%ld_%ld", (long)pid, (long)getuid());
    unlink(path);
}

int ts_worker_stop(ts_worker *w)
{
    int status = w->pid > 0 ? ts_group_kill(w->pid) : -1;
    if (w->pid > 0)
        remove_registration(w->pid);
    if (w->fd >= 0)
        close(w->fd);
    ts_message_reader_free(&w->reader);
    w->pid = 0;
    w->fd = -1;
    return status;
}

void ts_worker_forget(ts_worker *w)
{
    if (w->board)
        munmap(w->board, sizeof *w->board);
    *w = (ts_worker){.fd = -1};
}
