/*
 * Measuring. Each sitting is a child process: where code and data happen to lie in memory favours one
 * contender over another for the life of a process (Mytkowicz et al., ASPLOS 2009), and a peer that crashes
 * takes only its sitting along.
 */
#include "bench.h"
#include "measure/timer.h"
#include "tilesmith_runtime.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A sample lasts about this long, and as many calls go before it: after another contender it takes several
 * calls until the shared caches hold what this one wants. Calls longer than WARM_LIMIT are their own warm-up.
 */
static const double sample_seconds = 5e-3, quick_seconds = 5e-4, warm_limit = 20e-3;
/* A peer may be this many times beyond the manifest's tolerance and still count: its users accept it. */
static const double loose = 1000;
enum { SITTINGS = 3, SITTING_SECONDS = 240, WORKSPACE_ALIGN = 4096, HUGE_PAGE = 2 << 20 };

/* Something that can be called, in the child. */
typedef struct lane {
    bench_contender *contender;
    bench_way way;
    uint64_t inner;
} lane;

typedef struct sitting {
    bench_problem *problem;
    bench_board *board;
    lane lanes[BENCH_CONTENDERS];
    int count;
    ts_call call;
} sitting;

bench_contender *bench_board_find(bench_board *board, const char *name)
{
    for (int i = 0; i < board->count; i++)
        if (strcmp(board->contenders[i].name, name) == 0)
            return &board->contenders[i];
    if (board->count == BENCH_CONTENDERS)
        return NULL;
    bench_contender *c = &board->contenders[board->count++];
    snprintf(c->name, sizeof c->name, "%s", name);
    c->state = BENCH_ABSENT;
    c->error = NAN;
    return c;
}

static void absent(sitting *s, const char *name, const char *reason)
{
    bench_contender *c = bench_board_find(s->board, name);
    if (c && c->state == BENCH_ABSENT)
        snprintf(c->reason, sizeof c->reason, "%s", reason);
}

static void enter(sitting *s, const char *name, bench_way way)
{
    bench_contender *c = bench_board_find(s->board, name);
    if (!c || c->state == BENCH_CRASHED || c->state == BENCH_WRONG)
        return;
    c->state = BENCH_RUNS;
    s->lanes[s->count++] = (lane){c, way, 1};
}

/* ---- the contenders -------------------------------------------------------------------------- */

/* The entry of a shared object that the bench made; NULL: it can't be loaded. */
static void (*entry_of(const char *path, void **handle))(void *)
{
    void (*run)(void *) = NULL;
    *handle = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    void *address = *handle ? dlsym(*handle, "bench_run") : NULL;
    memcpy(&run, &address, sizeof run);
    return run;
}

static void *workspace(const ts_rt_kernel *found)
{
    size_t unit = found->huge_pages ? HUGE_PAGE : WORKSPACE_ALIGN,
           bytes = (found->workspace_bytes / unit + 1) * unit;
    void *memory = aligned_alloc(unit, bytes);
    if (memory && found->huge_pages)
        madvise(memory, bytes, MADV_HUGEPAGE);
    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

static void enter_ours(sitting *s)
{
    const bench_problem *p = s->problem;
    ts_rt_options options = {.database = p->options->database, .threads = p->options->threads};
    ts_rt *rt = NULL;
    ts_rt_kernel found = {.why = "out of memory"};
    bench_contender *c = bench_board_find(s->board, "ours");
    c->ours = true;
    if (ts_rt_open_with(&options, &rt) != 0 ||
        ts_rt_find(rt, p->kernel->name, p->problem.type->name, p->problem.dims, p->kernel->dim_count,
                   &found) != 0) {
        absent(s, "ours", found.why);
        return;
    }
    if (found.rung != TS_RT_EXACT) {
        char reason[sizeof s->board->contenders->reason];
        snprintf(reason, sizeof reason, "no winner can be used; if a larger BENCH_BUDGET doesn't help: %s",
                 ts_rt_status(rt));
        absent(s, "ours", reason);
        return;
    }
    void *glue = NULL;
    void (*run)(void *) = entry_of(p->glue, &glue);
    void *target = glue ? dlsym(glue, "bench_target") : NULL;
    s->call.workspace = workspace(&found);
    if (!target || !run || !s->call.workspace) {
        absent(s, "ours", "out of memory, or its glue can't be loaded");
        return;
    }
    if (found.prepare) {
        memcpy(target, &found.prepare, sizeof found.prepare);
        run(&s->call);
    }
    memcpy(target, &found.function, sizeof found.function);
    enter(s, "ours", (bench_way){.run = run, .state = &s->call});
}

static void enter_plain(sitting *s)
{
    const bench_problem *p = s->problem;
    for (size_t i = 0; i < bench_plain_count && p->options->threads == 1; i++) {
        void *handle;
        void (*run)(void *) = entry_of(p->plain[i], &handle);
        if (run)
            enter(s, bench_plains[i].name, (bench_way){.run = run, .state = &s->call});
        else if (*p->plain_reason[i])
            absent(s, bench_plains[i].name, p->plain_reason[i]);
    }
}

static void describe_job(const bench_problem *p, bench_job *job)
{
    const ts_kernel *k = p->kernel;
    *job = (bench_job){.kernel = k->name, .type = p->problem.type->name, .threads = p->options->threads};
    for (size_t i = 0; i < k->dim_count; i++)
        job->dims[i] = (bench_dim){k->dims[i].name, p->problem.dims[i]};
    for (size_t i = 0; i < k->scalar_count; i++)
        job->scalars[i] = (bench_scalar){k->scalars[i].name, p->answer.scalars[i]};
    for (size_t i = 0; i < k->tensor_count; i++)
        job->tensors[i] = (bench_tensor){k->tensors[i].name, ts_problem_tensor_type(&p->problem, i).name,
                                         p->answer.sheets[i].initial, (int64_t)p->answer.sheets[i].length,
                                         k->prepares && k->tensors[i].constant};
    /* A kernel may have a dimension that says whether its constant operand is constant in this problem. */
    for (size_t i = 0; i < k->tensor_count; i++)
        job->tensors[i].constant = job->tensors[i].constant && bench_dim_of(job, "constant", 1);
}

static void enter_peer(sitting *s, const bench_peer *peer, const bench_job *job)
{
    bench_way ways[BENCH_WAYS] = {0};
    bench_open_fn *open;
    char why[BENCH_WHY] = "", name[BENCH_NAME + 32];
    void *handle = dlopen(peer->driver, RTLD_NOW | RTLD_LOCAL),
         *symbol = handle ? dlsym(handle, "bench_open") : NULL;
    if (!symbol) {
        const char *error = dlerror();
        absent(s, peer->name, access(peer->driver, F_OK) != 0 || !error ? "not installed" : error);
        return;
    }
    memcpy(&open, &symbol, sizeof symbol);
    int count = open(job, peer->library, ways, why);
    if (count == 0)
        absent(s, peer->name, *why ? why : BENCH_NO_SUCH);
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s%s%s", peer->name, *ways[i].name ? " " : "", ways[i].name);
        enter(s, name, ways[i]);
    }
}

/* ---- right? ---------------------------------------------------------------------------------- */

static void reset_outputs(const bench_problem *p, char *const *kept)
{
    for (size_t t = 0; t < p->kernel->tensor_count; t++)
        if (kept[t])
            memcpy(p->answer.sheets[t].initial, kept[t],
                   p->answer.sheets[t].rows * p->answer.sheets[t].length * p->answer.sheets[t].size);
}

static double sheet_error(const bench_problem *p, size_t t)
{
    enum { STRIP = 1024 };
    const ts_sheet *sheet = &p->answer.sheets[t];
    double got[STRIP], right[STRIP], worst = 0;
    for (size_t at = 0, n = sheet->rows * sheet->length; at < n; at += STRIP) {
        size_t count = n - at < STRIP ? n - at : STRIP;
        p->elements[t]->load(got, sheet->initial + at * sheet->size, count);
        p->elements[t]->load(right, sheet->expected + at * sheet->size, count);
        for (size_t i = 0; i < count; i++) {
            double tolerance = p->answer.absolute + p->answer.relative * fabs(right[i]),
                   off = fabs(got[i] - right[i]);
            if (got[i] != right[i])
                worst = isnan(off) ? INFINITY : fmax(worst, off / fmax(tolerance, 1e-300));
        }
    }
    return worst;
}

static void check(sitting *s, lane *l, char *const *kept)
{
    const bench_problem *p = s->problem;
    reset_outputs(p, kept);
    s->board->running = (int)(l->contender - s->board->contenders);
    l->way.run(l->way.state);
    if (l->way.finish)
        l->way.finish(l->way.state);
    double error = 0;
    for (size_t t = 0; t < p->kernel->tensor_count; t++)
        if (p->answer.sheets[t].expected)
            error = fmax(error, sheet_error(p, t));
    s->board->running = -1;
    l->contender->error = error;
    if (error > (l->contender->ours ? 1 : loose)) {
        l->contender->state = BENCH_WRONG;
        snprintf(l->contender->reason, BENCH_REASON,
                 "its result is %.3g times the tolerance from the reference", error);
    }
}

/* ---- how fast? ------------------------------------------------------------------------------- */

/* One thread: the CPU time of the process, helpers included, which neighbours disturb least. More: the time
 * that passes. */
static double clock_now(const sitting *s)
{
    struct timespec t;
    clock_gettime(s->problem->options->threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double time_calls(const sitting *s, const lane *l, uint64_t calls)
{
    double before = clock_now(s);
    for (uint64_t i = 0; i < calls; i++)
        l->way.run(l->way.state);
    return (clock_now(s) - before) / (double)calls;
}

static void calibrate(const sitting *s, lane *l)
{
    double goal = s->problem->options->quick ? quick_seconds : sample_seconds;
    l->inner = 1;
    for (double each;
         (each = time_calls(s, l, l->inner)) * (double)l->inner < goal / 2 && l->inner < 1u << 24;)
        l->inner = each > 0 ? (uint64_t)fmin(ceil(goal / each), 16.0 * (double)l->inner) : 2 * l->inner;
}

static void measure(sitting *s, int rounds)
{
    for (int i = 0; i < s->count; i++) {
        s->board->running = (int)(s->lanes[i].contender - s->board->contenders);
        calibrate(s, &s->lanes[i]);
    }
    for (int r = 0; r < rounds; r++)
        for (int i = 0; i < s->count; i++) {
            lane *l = &s->lanes[(i + r) % s->count];
            bench_contender *c = l->contender;
            s->board->running = (int)(c - s->board->contenders);
            if (c->count == 0 || c->samples[c->count - 1] < warm_limit)
                time_calls(s, l, l->inner);
            if (c->count < BENCH_ROUNDS)
                c->samples[c->count++] = time_calls(s, l, l->inner);
        }
    s->board->running = -1;
}

/* Debian's OpenBLAS and BLIS know processors by model number and take what is newer than they are for an old
 * one. With AVX-512 they get their AVX-512 kernels, unless the user chose otherwise. */
static void choose_kernels(void)
{
#ifdef __x86_64__
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq"))
        return;
    setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
    setenv("BLIS_ARCH_TYPE", "0", 0); /* skx */
#endif
}

static void set_threads(int threads)
{
    static const char *const names[] = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS",
                                        "MKL_NUM_THREADS"};
    char text[16];
    snprintf(text, sizeof text, "%d", threads);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        setenv(names[i], text, 1);
    if (threads == 1)
        ts_pin(-1);
}

void bench_sit(bench_problem *p, bench_board *board, int rounds)
{
    static sitting s;
    bench_job job;
    char *kept[TS_MAX_TENSORS] = {0};
    s = (sitting){.problem = p, .board = board};
    alarm(SITTING_SECONDS);
    set_threads(p->options->threads);
    choose_kernels();
    memcpy(s.call.dim, p->problem.dims, sizeof s.call.dim);
    memcpy(s.call.scalar, p->answer.scalars, sizeof s.call.scalar);
    for (size_t t = 0; t < p->kernel->tensor_count; t++) {
        const ts_sheet *sheet = &p->answer.sheets[t];
        size_t bytes = sheet->rows * sheet->length * sheet->size;
        s.call.tensor[t] = sheet->initial;
        s.call.ld[t] = (int64_t)sheet->length;
        if (sheet->expected && (kept[t] = malloc(bytes)) != NULL)
            memcpy(kept[t], sheet->initial, bytes);
    }
    describe_job(p, &job);
    enter_ours(&s);
    for (size_t i = 0; i < p->options->peer_count; i++)
        enter_peer(&s, &p->options->peers[i], &job);
    enter_plain(&s);
    for (int i = 0; i < s.count; i++)
        check(&s, &s.lanes[i], kept);
    int right = 0;
    for (int i = 0; i < s.count; i++)
        if (s.lanes[i].contender->state == BENCH_RUNS)
            s.lanes[right++] = s.lanes[i];
    s.count = right;
    reset_outputs(p, kept);
    measure(&s, rounds);
    _exit(0);
}

/* ---- the parent ------------------------------------------------------------------------------ */

static int hold_sitting(bench_problem *p, bench_board *board, int rounds)
{
    int status = 0;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        bench_sit(p, board, rounds);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return ts_fail(TS_ESYSTEM, "no child process for measuring; are there too many processes?");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return TS_OK;
    if (board->running < 0 || board->running >= board->count)
        return ts_fail(TS_ESYSTEM, "a measuring process ended with status %d while it loaded the peers",
                       status);
    bench_contender *c = &board->contenders[board->running];
    c->state = BENCH_CRASHED;
    c->count = 0;
    snprintf(c->reason, sizeof c->reason, "ended by signal %d", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    return 1;
}

/* After a crash the rounds measured so far are dropped, so that all contenders keep the same ones. */
int bench_measure(bench_problem *p, bench_board *board)
{
    int sittings = p->options->quick ? 1 : SITTINGS, each = (p->options->rounds + sittings - 1) / sittings;
    for (int done = 0, tries = 0; done < sittings && tries < sittings + BENCH_CONTENDERS; tries++) {
        board->running = -1;
        int rc = hold_sitting(p, board, each);
        if (rc < 0)
            return rc;
        done = rc == 0 ? done + 1 : 0;
        for (int i = 0; rc != 0 && i < board->count; i++)
            board->contenders[i].count = 0;
    }
    return TS_OK;
}
