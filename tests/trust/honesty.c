/*
 * A/A: a variant against a copy of itself, COMPARISONS times, as the finals compare. "Better" or "worse" must
 * be claimed in at most 5 % of them.
 *
 *     honesty [COMPARISONS] [ROUNDS]
 *
 * Prints the share of claims and exits with 1 if there are more.
 */
#include "core/detect.h"
#include "eval/evaluator.h"
#include "measure/stats.h"
#include <stdio.h>
#include <stdlib.h>

static const double level = 0.95, equivalence = 0.01, most = 0.05;

static int fail(void)
{
    fprintf(stderr, "honesty: %s\n", ts_error());
    return 2;
}

/* One comparison: 1 claimed, 0 not, negative an error. */
static int compare(ts_evaluator *evaluator, uint64_t config, size_t rounds)
{
    uint64_t both[] = {config, config};
    ts_contest contest;
    bool tied[2];
    size_t best;
    int rc = evaluator->contest(evaluator, both, 2, rounds, 0, &contest);
    if (rc == TS_OK) {
        ts_tied_set(contest.samples, 2, contest.rounds, level, equivalence, 1, &best, tied);
        rc = !tied[0] || !tied[1];
    }
    ts_contest_clear(&contest);
    return rc;
}

static int judge(ts_evaluator *evaluator, const ts_space *space, long comparisons, size_t rounds)
{
    long claims = 0;
    for (long i = 0; i < comparisons; i++) {
        uint64_t config =
            (uint64_t)i * (ts_space_count(space) / (uint64_t)comparisons + 1) % ts_space_count(space);
        int claimed = compare(evaluator, config, rounds);
        if (claimed == TS_ENOMEM || claimed == TS_ESYSTEM)
            return fail();
        claims += claimed > 0;
    }
    printf(
        "honesty: %ld of %ld comparisons of a variant with itself claimed a difference (at most %g %% may)\n",
        claims, comparisons, 100 * most);
    return (double)claims <= most * (double)comparisons ? 0 : 1;
}

int main(int argc, char **argv)
{
    long comparisons = argc > 1 ? strtol(argv[1], NULL, 10) : 200;
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 21;
    const char *compilers[] = {"cc", NULL};
    ts_kernel *kernel = NULL;
    ts_target *target = NULL;
    ts_space *space = NULL;
    ts_evaluator *evaluator = NULL;
    ts_problem problem;
    int status = 2;
    if (comparisons < 1 || rounds < 5 || ts_detect(false, NULL, NULL, &target) ||
        ts_kernel_load("gemm", &kernel) || ts_problem_parse(kernel, NULL, "m=64,n=64,k=64", &problem) ||
        ts_kernel_space(&problem, target, compilers, &space) ||
        ts_hardware_open(&problem, target, space, NULL, &evaluator))
        fail();
    else
        status = judge(evaluator, space, comparisons, rounds);
    if (evaluator)
        evaluator->close(evaluator);
    ts_space_free(space);
    ts_kernel_free(kernel);
    ts_target_free(target);
    return status;
}
