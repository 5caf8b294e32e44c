/* See fences.h. seccomp and Landlock are spoken to directly: the filter is some thirty instructions, and
 * needs no library. */
#include "build/fences.h"

#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__has_include)
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#endif
#endif

/* The kernel's condition for letting anyone fence himself in. */
static bool no_new_privileges(void)
{
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* ---- seccomp --------------------------------------------------------------------------------- */

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
 * What must not happen is listed, not what may: the C library, the loader and PAPI need calls that nobody can
 * list for every version. Starting a process kills, so that it is seen; a clone with CLONE_THREAD makes a
 * thread and is fine; clone3 hides its flags behind a pointer, and the C library falls back to clone when the
 * kernel doesn't know it. Signals may be sent to oneself only.
 */
bool ts_fence_calls(void)
{
    const uint32_t self = (uint32_t)getpid(), thread_flag = 0x00010000; /* CLONE_THREAD */
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
    return no_new_privileges() && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}
#else
bool ts_fence_calls(void)
{
    return false;
}
#endif

/* ---- Landlock -------------------------------------------------------------------------------- */

#if defined(LANDLOCK_CREATE_RULESET_VERSION) && defined(SYS_landlock_create_ruleset)
static uint64_t write_rights(long abi)
{
    uint64_t rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                      LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                      LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                      LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                      LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
#ifdef LANDLOCK_ACCESS_FS_TRUNCATE
    if (abi >= 3)
        rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
#endif
    (void)abi;
    return rights;
}

/* Allow `rights` below a folder; true as well where there is none. */
static bool open_folder(int rules, const char *folder, uint64_t rights)
{
    if (!folder)
        return true;
    struct landlock_path_beneath_attr below = {.allowed_access = rights,
                                               .parent_fd = open(folder, O_PATH | O_CLOEXEC)};
    bool ok = below.parent_fd >= 0 &&
              syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0;
    if (below.parent_fd >= 0)
        close(below.parent_fd);
    return ok;
}

bool ts_fence_files(const char *folder, bool shared_memory)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return false;
    struct landlock_ruleset_attr attr = {.handled_access_fs = write_rights(abi)};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (rules < 0)
        return false;
    bool ok = open_folder(rules, folder, attr.handled_access_fs);
    if (shared_memory) /* a wish: without it a runtime may refuse to start, which is then seen */
        open_folder(rules, "/dev/shm", attr.handled_access_fs);
    ok = ok && no_new_privileges() && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return ok;
}
#else
bool ts_fence_files(const char *folder, bool shared_memory)
{
    (void)folder, (void)shared_memory;
    return false;
}
#endif

#else
bool ts_fence_calls(void)
{
    return false;
}

bool ts_fence_files(const char *folder, bool shared_memory)
{
    (void)folder, (void)shared_memory;
    return false;
}
#endif
