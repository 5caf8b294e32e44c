/* Why a worker died: the handler that notes where a fatal signal struck, and the sentence made of it. */
#include "build/worker.h"

#include "util/str.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>

enum { HANDLER_STACK = 64 << 10, NULL_ZONE = 1 << 16 };

/* A handler has no argument but what it finds here. */
static ts_board *watched;

/* ---- in the worker --------------------------------------------------------------------------- */

static int access_kind(const void *context)
{
#if defined(__x86_64__) && defined(__linux__)
    const ucontext_t *c = context;
    return c->uc_mcontext.gregs[REG_ERR] & 2 ? 'w' : 'r'; /* bit 1 of the page-fault error code */
#else
    (void)context;
    return 0;
#endif
}

static uintptr_t stack_pointer(const void *context)
{
#if defined(__x86_64__) && defined(__linux__)
    return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__) && defined(__linux__)
    return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.sp;
#else
    (void)context;
    return 0;
#endif
}

/* Only loads and stores: the process may be in any state. */
static void note_fault(int sig, siginfo_t *info, void *context)
{
    ts_board *b = watched;
    ts_fault f = {
        .signal = sig, .nearest = -1, .address = (uintptr_t)info->si_addr, .by_kernel = info->si_code > 0};
    uintptr_t sp = stack_pointer(context);
    f.access = sig == SIGSEGV ? access_kind(context) : 0;
    f.near_stack = sp && f.address + 65536 > sp && f.address < sp + 65536;
    for (int i = 0; i < TS_MAX_TENSORS + 1; i++) {
        const ts_zone *z = &b->zones[i];
        if (f.address < z->zone || f.address >= z->zone_end)
            continue;
        f.nearest = i;
        f.distance =
            f.address < z->start ? -(int64_t)(z->start - f.address) : (int64_t)(f.address - z->end) + 1;
    }
    b->fault = f;
    raise(sig); /* the disposition is the default one again: it takes effect when the handler returns */
}

void ts_faults_watch(ts_board *board)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
    watched = board;
    stack_t stack = {.ss_size = HANDLER_STACK};
    stack.ss_sp = mmap(NULL, HANDLER_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL) != 0)
        return; /* deaths are then explained by their signal alone */
    struct sigaction action = {.sa_sigaction = note_fault,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        sigaction(fatal[i], &action, NULL);
    signal(SIGABRT, SIG_DFL);
}

/* ---- in the session -------------------------------------------------------------------------- */

static const char *operand_name(const ts_problem *p, int index)
{
    return index >= 0 && (size_t)index < p->kernel->tensor_count ? p->kernel->tensors[index].name
                                                                 : "its workspace";
}

static void append_dims(const ts_board *b, const ts_problem *p, const char *before, ts_str *out)
{
    for (size_t d = 0; d < p->kernel->dim_count; d++) {
        ts_str_format(out, "%s%s=%lld", before, p->kernel->dims[d].name, (long long)b->dims[d]);
        before = ",";
    }
}

void ts_worker_phase(const ts_worker *w, const ts_problem *p, ts_str *out)
{
    static const char *const phases[TS_PHASE_COUNT] = {
        [TS_PHASE_IDLE] = "between two calls",
        [TS_PHASE_LOAD] = "being loaded",
        [TS_PHASE_REFERENCE] = "waiting for the reference",
        [TS_PHASE_VERIFY] = "being verified",
        [TS_PHASE_MEASURE] = "being measured",
        [TS_PHASE_PREPARE] = "preparing its operands",
    };
    ts_phase phase = w->board->phase;
    ts_str_append(out, (unsigned)phase < TS_PHASE_COUNT ? phases[phase] : "running");
    if (phase == TS_PHASE_VERIFY || phase == TS_PHASE_MEASURE || phase == TS_PHASE_PREPARE)
        append_dims(w->board, p, " at ", out);
}

static void explain_address(const ts_fault *f, const ts_problem *p, ts_str *out)
{
    const char *verb = f->access == 'w' ? "wrote" : f->access == 'r' ? "read" : "touched";
    long long bytes = f->distance < 0 ? -f->distance : f->distance;
    if (!f->by_kernel)
        return;
    if (f->nearest >= 0)
        ts_str_format(out, ": %s %lld byte%s %s %s (guard page)", verb, bytes, bytes == 1 ? "" : "s",
                      f->distance < 0 ? "before the start of" : "past the end of",
                      operand_name(p, f->nearest));
    else if (f->address < NULL_ZONE)
        ts_str_format(
            out, ": %s address 0x%llx, a null pointer (malloc returns one beyond the worker's memory limit)",
            verb, (unsigned long long)f->address);
    else if (f->near_stack)
        ts_str_append(out, ": the stack overflowed");
    else
        ts_str_format(out, ": %s address 0x%llx, far from every operand", verb,
                      (unsigned long long)f->address);
}

static ts_status explain_signal(const ts_worker *w, int sig, const ts_problem *p, ts_str *out)
{
    const ts_fault *f = &w->board->fault;
    switch (sig) {
    case SIGSEGV:
        ts_str_append(out, "segmentation fault");
        break;
    case SIGBUS:
        ts_str_append(out, "bus error");
        break;
    case SIGILL:
        ts_str_append(out, "illegal instruction: this processor doesn't have it");
        break;
    case SIGFPE:
        ts_str_append(out, "arithmetic trap, such as an integer division by zero");
        break;
    case SIGABRT:
        ts_str_append(out, "aborted, as a failed assertion or a damaged heap does");
        break;
    case SIGSYS:
        ts_str_append(out, "tried to start a process (stopped by the sandbox)");
        break;
    case SIGXFSZ:
        ts_str_append(out, "wrote a file beyond the limit");
        break;
    case SIGXCPU:
        ts_str_append(out, "used up its processor time");
        break;
    case SIGKILL:
        ts_str_append(out, "killed from outside, as the kernel does when memory runs out");
        break;
    default:
        ts_str_format(out, "killed by signal %d (%s)", sig, strsignal(sig));
    }
    if (f->signal == sig && (sig == SIGSEGV || sig == SIGBUS))
        explain_address(f, p, out);
    return sig == SIGXCPU ? TS_STATUS_TIMED_OUT : TS_STATUS_CRASHED;
}

ts_status ts_worker_explain(const ts_worker *w, int wait_status, const ts_problem *p, ts_str *out)
{
    ts_status status = TS_STATUS_CRASHED;
    if (wait_status == -1)
        ts_str_append(out, "ended in a way that nobody saw");
    else if (WIFEXITED(wait_status))
        ts_str_format(out, "left by exit(%d)", WEXITSTATUS(wait_status));
    else
        status = explain_signal(w, WTERMSIG(wait_status), p, out);
    ts_str_append(out, " while ");
    ts_worker_phase(w, p, out);
    return status;
}
