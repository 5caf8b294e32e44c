/* See sandbox.h. seccomp and Landlock are spoken to directly: the filter is twenty instructions, and needs no library. */
#include "build/sandbox.h"

#include "build/process.h"
#include "util/str.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- limits -------------------------------------------------------------------------------------------------- */

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
    return (rlim_t) pages * (rlim_t) sysconf(_SC_PAGESIZE);
}

static bool enter_limits(const ts_sandbox *s)
{
    rlim_t memory = address_space_now() + s->memory, cpu = (rlim_t) ceil(s->cpu_seconds) + 1;
    bool ok = set_limit(RLIMIT_CORE, 0, 0);
    ok = set_limit(RLIMIT_AS, memory, memory) && ok;
    ok = set_limit(RLIMIT_CPU, cpu, cpu + 1) && ok;
    ok = set_limit(RLIMIT_FSIZE, s->file_bytes, s->file_bytes) && ok;
    return set_limit(RLIMIT_NOFILE, 256, 256) && ok;
}

#ifdef __linux__
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#if defined(__has_include)
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#endif
#endif

/* ---- seccomp ------------------------------------------------------------------------------------------------- */

#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define FILTER_ARCH AUDIT_ARCH_RISCV64
#endif

#ifdef FILTER_ARCH
#define LOAD(field)       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_ARGUMENT(n)  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[n]) + LOW_HALF)
#define ANSWER(what)      BPF_STMT(BPF_RET | BPF_K, (what))
#define REFUSE(error)     ANSWER(SECCOMP_RET_ERRNO | (error))
#define LOW_HALF          (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0)
#define IF_CALL(nr, then) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1), then
#ifdef SECCOMP_RET_KILL_PROCESS
#define KILL_PROCESS ANSWER(SECCOMP_RET_KILL_PROCESS)
#else
#define KILL_PROCESS ANSWER(SECCOMP_RET_KILL)
#endif

/*
 * What must not happen is listed, not what may: the C library, the loader and PAPI need calls that nobody can list for every version.
 * Starting a process kills, so that it is seen; a clone with CLONE_THREAD makes a thread and is fine; clone3 hides its flags
 * behind a pointer, and the C library falls back to clone when the kernel doesn't know it. Signals may be sent to oneself only.
 */
static bool enter_filter(void)
{
    const uint32_t self = (uint32_t) getpid(), thread_flag = 0x00010000;
    struct sock_filter program[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FILTER_ARCH, 1, 0),
        KILL_PROCESS,
        LOAD(nr),
#ifdef __x86_64__
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), /* the x32 calls */
        KILL_PROCESS,
#endif
#ifdef SYS_fork
        IF_CALL(SYS_fork, KILL_PROCESS),
        IF_CALL(SYS_vfork, KILL_PROCESS),
#endif
        IF_CALL(SYS_execve, KILL_PROCESS),
        IF_CALL(SYS_execveat, KILL_PROCESS),
        IF_CALL(SYS_ptrace, KILL_PROCESS),
#ifdef SYS_clone3
        IF_CALL(SYS_clone3, REFUSE(ENOSYS)),
#endif
        IF_CALL(SYS_socket, REFUSE(EACCES)),
#ifdef SYS_io_uring_setup
        IF_CALL(SYS_io_uring_setup, REFUSE(EACCES)),
#endif
        IF_CALL(SYS_process_vm_writev, REFUSE(EPERM)),
#ifdef SYS_pidfd_send_signal
        IF_CALL(SYS_pidfd_send_signal, REFUSE(EPERM)),
#endif
        IF_CALL(SYS_setsid, REFUSE(EPERM)),
        IF_CALL(SYS_setpgid, REFUSE(EPERM)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),
        LOAD_ARGUMENT(0),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, thread_flag, 0, 1),
        ANSWER(SECCOMP_RET_ALLOW),
        KILL_PROCESS,
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_kill, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 1, 0),
        ANSWER(SECCOMP_RET_ALLOW),
        LOAD_ARGUMENT(0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, self, 0, 1),
        ANSWER(SECCOMP_RET_ALLOW),
        REFUSE(EPERM),
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}
#else
static bool enter_filter(void)
{
    return false;
}
#endif

/* ---- Landlock ------------------------------------------------------------------------------------------------ */

#if defined(LANDLOCK_CREATE_RULESET_VERSION) && defined(SYS_landlock_create_ruleset)
static uint64_t write_rights(long abi)
{
    uint64_t rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                      LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                      LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                      LANDLOCK_ACCESS_FS_MAKE_SYM;
#ifdef LANDLOCK_ACCESS_FS_TRUNCATE
    if (abi >= 3)
        rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
#endif
    (void) abi;
    return rights;
}

static bool enter_files(const char *folder)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return false;
    struct landlock_ruleset_attr attr = {.handled_access_fs = write_rights(abi)};
    int rules = (int) syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (rules < 0)
        return false;
    bool ok = true;
    if (folder) {
        struct landlock_path_beneath_attr below = {.allowed_access = attr.handled_access_fs,
                                                   .parent_fd = open(folder, O_PATH | O_CLOEXEC)};
        ok = below.parent_fd >= 0 && syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0;
        if (below.parent_fd >= 0)
            close(below.parent_fd);
    }
    ok = ok && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return ok;
}
#else
static bool enter_files(const char *folder)
{
    (void) folder;
    return false;
}
#endif

unsigned ts_sandbox_enter(const ts_sandbox *s)
{
    unsigned fences = TS_FENCE_PARENT;
    if (enter_limits(s))
        fences |= TS_FENCE_LIMITS;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fences;
    if (enter_files(s->folder))
        fences |= TS_FENCE_FILES;
    if (enter_filter())
        fences |= TS_FENCE_PROCESSES | TS_FENCE_NETWORK;
    return fences;
}
#else
unsigned ts_sandbox_enter(const ts_sandbox *s)
{
    return enter_limits(s) ? TS_FENCE_LIMITS : 0;
}
#endif

/* ---- reporting ----------------------------------------------------------------------------------------------- */

unsigned ts_sandbox_probe(void)
{
    int status = 0;
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        ts_child_settle(parent, SIGKILL);
        _exit((int) ts_sandbox_enter(&(ts_sandbox){.memory = (size_t) 1 << 30, .cpu_seconds = 10, .file_bytes = 4096}));
    }
    if (pid < 0)
        return 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? (unsigned) WEXITSTATUS(status) & TS_FENCES_ALL : 0;
}

static void list_fences(unsigned fences, ts_str *out)
{
    static const struct {
        ts_fence bit;
        const char *text;
    } texts[] = {
        {TS_FENCE_LIMITS, "limits on memory, time and files"}, {TS_FENCE_PARENT, "death with the session"},
        {TS_FENCE_PROCESSES, "no new processes (seccomp)"},    {TS_FENCE_NETWORK, "no network (seccomp)"},
        {TS_FENCE_FILES, "no writing outside its folder (Landlock)"},
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
