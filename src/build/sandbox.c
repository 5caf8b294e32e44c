/* See sandbox.h; the fences that only Linux offers are in fences.c. */
#include "build/sandbox.h"

#include "build/fences.h"
#include "build/process.h"
#include "util/str.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- limits ---------------------------------------------------------------------------------- */

static bool set_limit(int what, rlim_t soft, rlim_t hard)
{
    struct rlimit now;
    if (getrlimit(what, &now) != 0)
        return false;
    if (now.rlim_max != RLIM_INFINITY && hard > now.rlim_max)
        hard = now.rlim_max;
    struct rlimit wanted = {soft < hard ? soft : hard, hard};
    return setrlimit(what, &wanted) == 0;
}

/* Pages of address space in use: the limit is set relative to it, since sanitizers reserve terabytes. */
static rlim_t address_space_now(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f && fscanf(f, "%lu", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* Address space of one more thread: its stack, and the heap that glibc reserves for it and may align. */
static const rlim_t thread_memory = (rlim_t)256 << 20;

static bool enter_limits(const ts_sandbox *s)
{
    const int threads = s->threads > 1 ? s->threads : 1;
    rlim_t memory = address_space_now() + s->memory + (rlim_t)(threads - 1) * thread_memory;
    rlim_t cpu = (rlim_t)ceil(s->cpu_seconds * threads) + 1;
    bool ok = set_limit(RLIMIT_CORE, 0, 0);
    ok = set_limit(RLIMIT_AS, memory, memory) && ok;
    ok = set_limit(RLIMIT_CPU, cpu, cpu + 1) && ok;
    ok = set_limit(RLIMIT_FSIZE, s->file_bytes, s->file_bytes) && ok;
    return set_limit(RLIMIT_NOFILE, 256, 256) && ok;
}

unsigned ts_sandbox_enter(const ts_sandbox *s)
{
    unsigned fences = TS_FENCE_PARENT;
    if (enter_limits(s))
        fences |= TS_FENCE_LIMITS;
    if (ts_fence_files(s->folder, s->shared_memory))
        fences |= TS_FENCE_FILES;
    if (ts_fence_calls())
        fences |= TS_FENCE_PROCESSES | TS_FENCE_NETWORK;
    return fences;
}

/* ---- reporting ------------------------------------------------------------------------------- */

unsigned ts_sandbox_probe(void)
{
    int status = 0;
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        ts_child_settle(parent, SIGKILL);
        _exit((int)ts_sandbox_enter(
            &(ts_sandbox){.memory = (size_t)1 << 30, .cpu_seconds = 10, .file_bytes = 4096}));
    }
    if (pid < 0)
        return 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? (unsigned)WEXITSTATUS(status) & TS_FENCES_ALL : 0;
}

static void list_fences(unsigned fences, ts_str *out)
{
    static const struct {
        ts_fence bit;
        const char *text;
    } texts[] = {
        {TS_FENCE_LIMITS, "limits on memory, time and files"},
        {TS_FENCE_PARENT, "death with the session"},
        {TS_FENCE_PROCESSES, "no new processes (seccomp)"},
        {TS_FENCE_NETWORK, "no network (seccomp)"},
        {TS_FENCE_FILES, "no writing outside its folder, and /dev/shm where there are threads (Landlock)"},
    };
    const char *separator = "";
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (fences & texts[i].bit) {
            ts_str_format(out, "%s%s", separator, texts[i].text);
            separator = ", ";
        }
}

void ts_sandbox_describe(unsigned fences, ts_str *out)
{
    list_fences(fences, out);
    if ((fences & TS_FENCES_ALL) == TS_FENCES_ALL)
        return;
    ts_str_append(out, fences & TS_FENCES_ALL ? "; not offered here: " : "not offered here: ");
    list_fences(~fences & TS_FENCES_ALL, out);
}
