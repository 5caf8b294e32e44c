/* Templates of a kernel, checked as a search would: seeds and random configurations, compiled, verified in a
 * worker against the reference, guard zones and all. */
#ifndef TS_TESTS_TEMPLATES_FIXTURE_H
#define TS_TESTS_TEMPLATES_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/toolchain.h"
#include "core/detect.h"
#include "eval/evaluator.h"
#include "util/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of a case with one compiler. */
enum { MOST_CONFIGS = 6 };

/* A problem, and how much of its space is tried. */
typedef struct ts_case {
    const char *shape;
    double max_error;
    int threads;
    unsigned random; /* configurations drawn at random; the others are seeds */
    bool plain;      /* for a machine of which nothing is known: 16 registers of 128 bits */
} ts_case;

static char templates_cache[] = "/tmp/tilesmith-test-templates-XXXXXX";

static void must(int rc)
{
    if (rc < 0)
        fail_msg("%s", ts_error());
}

static void expect_right(const ts_space *space, const ts_result *r)
{
    ts_str text = TS_STR_INIT;
    ts_space_describe(space, r->config, &text);
    if (r->status != TS_STATUS_OK)
        fail_msg("%s: %s\n%s", ts_status_name(r->status), r->reason ? r->reason : "", ts_str_text(&text));
    ts_str_free(&text);
}

static void check_space(const ts_case *c, const ts_problem *problem, const ts_target *target,
                        const ts_space *space)
{
    ts_evaluator *e = NULL;
    uint64_t *seeds = NULL;
    size_t count = 0;
    ts_rng rng;
    ts_rng_seed(&rng, 7);
    must(ts_kernel_seeds(problem, target, space, &seeds, &count));
    assert_true(count > 0);
    must(ts_hardware_open(problem, target, space, &(ts_hardware_options){.counters = "none"}, &e));
    uint64_t configs[MOST_CONFIGS];
    count = count < MOST_CONFIGS - c->random ? count : MOST_CONFIGS - c->random;
    memcpy(configs, seeds, count * sizeof *configs);
    while (count < MOST_CONFIGS)
        configs[count++] = ts_rng_below(&rng, ts_space_count(space));
    must(e->submit(e, configs, count));
    for (; count > 0; count--) {
        ts_result r = {0};
        const int rc = e->collect(e, 180, &r); /* a turn may be a minute's wait, and the machine busy */
        must(rc);
        assert_int_equal(rc, 1);
        expect_right(space, &r);
        ts_result_clear(&r);
    }
    e->close(e);
    free(seeds);
}

/* The test of one case, its state: with gcc and with clang, whichever is here. */
static void templates_match_the_reference(const char *kernel_name, const ts_case *c)
{
    static const char *const known[] = {"gcc", "clang"};
    ts_target *target = NULL;
    ts_kernel *kernel = NULL;
    ts_problem problem;
    if (c->plain)
        target = ts_target_new("plain", "cpu");
    else
        must(ts_detect(false, NULL, NULL, &target));
    must(ts_kernel_load(kernel_name, &kernel));
    must(ts_problem_parse(kernel, NULL, c->shape, &problem));
    problem.max_error = c->max_error;
    problem.threads = c->threads;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *const compilers[] = {known[i], NULL};
        ts_space *space = NULL;
        if (!ts_compiler_exists(known[i]))
            continue;
        must(ts_kernel_space(&problem, target, compilers, &space));
        if (ts_space_count(space) == 0)
            fail_msg("%s", ts_space_why_empty(space));
        check_space(c, &problem, target, space);
        ts_space_free(space);
    }
    ts_kernel_free(kernel);
    ts_target_free(target);
}

static int make_cache(void **state)
{
    (void)state;
    if (!mkdtemp(templates_cache))
        return -1;
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    setenv("TILESMITH_CACHE", templates_cache, 1);
    return 0;
}

static int remove_cache(void **state)
{
    (void)state;
    char command[sizeof templates_cache + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", templates_cache);
    return system(command);
}

#endif
