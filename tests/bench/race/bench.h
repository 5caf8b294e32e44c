/*
 * The bench: tuned kernels against other libraries and plain C, interleaved in one process. Its parts: list.c
 * reads what to measure, problem.c prepares operands, reference and winner, sitting.c measures in a child
 * process, judge.c turns timings into ratios, report.c and figure.c write them.
 */
#ifndef BENCH_RACE_H
#define BENCH_RACE_H

#include "../driver.h"
#include "build/answer.h"
#include "core/kernel.h"
#include "core/target.h"
#include "measure/stats.h"
#include "util/str.h"
#include "util/vec.h"

enum { BENCH_CONTENDERS = 24, BENCH_ROUNDS = 60, BENCH_NAME = 48, BENCH_PEERS = 12, BENCH_REASON = 240 };

/** Why a peer is absent that has nothing for a kernel: not worth a word in tables. */
#define BENCH_NO_SUCH "doesn't do this"

/* ---- what to measure ---- */

typedef struct bench_family {
    char name[32], kernel[64], type[16];
    char against[32];  /**< the one peer that counts, "gcc -O3"; "": the best of all */
    double bar, floor; /**< least geometric mean and least ratio that are aimed at; 0: none */
    TS_VEC(char *) shapes;
} bench_family;

typedef TS_VEC(bench_family) bench_list;

/** Read the list of families and shapes; `only` (comma list or NULL) filters families, `shapes` (semicolon
 * list) replaces theirs. */
int bench_list_read(const char *path, const char *only, const char *shapes, bench_list *out);
void bench_list_free(bench_list *list);

typedef struct bench_peer {
    char name[BENCH_NAME];
    char *driver, *library; /**< paths; library "": the one that the driver was linked with */
} bench_peer;

typedef struct bench_plain {
    const char *name, *compiler, *flags; /**< "gcc -O3" */
} bench_plain;
extern const bench_plain bench_plains[];
extern const size_t bench_plain_count;

typedef struct bench_options {
    const char *build, *tests, *database, *family, *shapes, *out;
    double budget; /**< seconds of tuning per family */
    int threads, rounds;
    bool quick;
    bench_peer peers[BENCH_PEERS];
    size_t peer_count;
    char *scratch;
} bench_options;

/* ---- contenders: in memory shared with the child that measures ---- */

typedef enum bench_state {
    BENCH_ABSENT, /**< not installed, or doesn't do this job: `reason` */
    BENCH_RUNS,
    BENCH_WRONG,
    BENCH_CRASHED
} bench_state;

typedef struct bench_contender {
    char name[BENCH_NAME], reason[BENCH_REASON];
    bench_state state;
    bool ours;
    double error; /**< largest |C-R| over tolerance */
    double samples[BENCH_ROUNDS];
    int count; /**< of samples */
} bench_contender;

typedef struct bench_board {
    bench_contender contenders[BENCH_CONTENDERS];
    int count, running; /**< running: who is at work, -1 nobody */
} bench_board;

/** NULL when the board is full. */
bench_contender *bench_board_find(bench_board *board, const char *name);

/* ---- one problem ---- */

typedef struct bench_problem {
    const bench_options *options;
    const bench_family *family;
    ts_kernel *kernel;
    ts_problem problem;
    ts_str key; /**< "m=512,…" */
    ts_answer answer;
    const ts_element *elements[TS_MAX_TENSORS];
    void *handle;   /**< of the loaded glue */
    char *glue;     /**< path of a shared object: reference, and a call through a pointer */
    char *plain[4]; /**< by bench_plains: shared objects; NULL: why is in plain_reason */
    char plain_reason[4][BENCH_REASON];
    double flops, bytes;
} bench_problem;

int bench_problem_open(const bench_options *options, const bench_family *family, const char *shape,
                       bench_problem *out);
/** Operands filled and the reference computed. */
int bench_problem_compute(bench_problem *p);
void bench_problem_close(bench_problem *p);
/** Tune the family's shapes that have no winner of this kernel version yet. */
int bench_tune(const bench_options *options, const bench_family *family);

/** Measure all contenders into `board` (shared memory), in several child processes. */
int bench_measure(bench_problem *p, bench_board *board);
/** A sitting, in a child: load, check, measure `rounds` rounds. Never returns. */
void bench_sit(bench_problem *p, bench_board *board, int rounds) __attribute__((noreturn));

/* ---- results ---- */

typedef struct bench_row {
    const bench_family *family;
    char problem[160];
    char reason[BENCH_REASON]; /**< why there is no ratio; "" if there is one */
    double flops, bytes;
    double ours, best_peer; /**< median seconds; NAN */
    char best[BENCH_NAME];
    ts_interval ratio; /**< best peer's time / ours: above 1 is faster */
    bench_contender *contenders;
    int count;
} bench_row;
typedef TS_VEC(bench_row) bench_rows;

/** Median seconds of a contender that ran; NAN for any other. */
double bench_median(const bench_contender *c);
int bench_judge(const bench_problem *p, const bench_board *board, bench_row *out);
/** Geometric mean of a family's ratios and the least of them; NAN if there are none. */
double bench_mean(const bench_rows *rows, const bench_family *family, double *least, size_t *count);

typedef struct bench_about {
    const char *target;
    int threads;
    double bandwidth;  /**< measured, memory to one core, B/s; NAN */
    double peak;       /**< measured, f32, one core, flop/s; NAN */
    const char *peers; /**< a line for each: version or why it is missing */
} bench_about;

/** One row as a line for people, ending in a line break. */
void bench_line(const bench_row *row, ts_str *out);
void bench_markdown(const bench_rows *rows, const bench_list *list, const bench_about *about, ts_str *out);
void bench_csv(const bench_rows *rows, const bench_about *about, ts_str *out);
void bench_figure(const bench_rows *rows, const bench_about *about, ts_str *out);

#endif
