/* Every kernel that states loop nests passes the same tests, on every processor that the model of variants
 * can judge: costs are numbers, no level moves more than the one before it, no core beats its peak. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "model/nest.h"
#include "model/nest_parts.h"
#include "unit/model_fixture.h"
#include "util/str.h"

enum { CONFIGURATIONS = 300 };

static const char *const processors[] = {"generic-x86-64-v3", "generic-x86-64-v4", "epyc-9654",
                                         "xeon-max-9460",     "neoverse-v1",       "cortex-a76"};
enum { PROCESSORS = sizeof processors / sizeof *processors };

/* What a description from a data sheet leaves out, and a measured one has. */
static void complete(ts_target *t)
{
    static const struct {
        const char *name, *unit;
        double value;
    } facts[] = {{"l1d.bandwidth", "B/s", 2e11},
                 {"l2.bandwidth", "B/s", 1e11},
                 {"l3.bandwidth", "B/s", 5e10},
                 {"memory.bandwidth", "B/s", 2e10},
                 {"fma.latency", "cycles", 4}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (!ts_target_get(t, facts[i].name) &&
            ts_target_set(t, facts[i].name, ts_real(facts[i].value), facts[i].unit, "test", NAN, NAN))
            fail_msg("%s", ts_error());
}

static void check_cost(const ts_nest_cost *c, const char *kernel, const char *target)
{
    double features[TS_NEST_FEATURES];
    if (!(c->seconds > 0 && isfinite(c->seconds)) || !(c->core_seconds > 0) || !(c->copy_seconds >= 0))
        fail_msg("%s on %s: a cost of %g s, %g s of them the core's", kernel, target, c->seconds,
                 c->core_seconds);
    if (!(c->waste >= 1 && c->waiting >= 1 && c->core_seconds >= 0.999 * c->vector_seconds))
        fail_msg("%s on %s: faster than its operations allow", kernel, target);
    for (size_t l = 0; l < c->level_count; l++)
        if (!(c->bytes[l] >= 0) || (l > 0 && c->bytes[l] > 1.0001 * c->bytes[l - 1]))
            fail_msg("%s on %s: %g B from level %zu, %g B from the one before", kernel, target, c->bytes[l],
                     l, l > 0 ? c->bytes[l - 1] : 0);
    ts_nest_features(c, features);
    for (size_t i = 0; i < TS_NEST_FEATURES; i++)
        assert_true(isfinite(features[i]));
}

/* Configurations from all of a problem's space; how many a nest describes. */
static size_t check_problem(const ts_problem *problem, const ts_target *target, ts_facts *facts)
{
    static const char *const compilers[] = {"gcc", NULL};
    ts_nest_model *model = NULL;
    ts_space *space = NULL;
    ts_nest_cost cost;
    ts_value *values = calloc(problem->kernel->slot_count + 1, sizeof *values);
    size_t described = 0;
    assert_non_null(values);
    if (ts_nest_model_open(problem, facts, &model) || ts_kernel_space(problem, target, compilers, &space))
        fail_msg("%s on %s: %s", problem->kernel->name, target->name, ts_error());
    uint64_t count = ts_space_count(space), step = count / CONFIGURATIONS + 1;
    for (uint64_t config = 0; config < count; config += step) {
        ts_space_values(space, config, values);
        if (!ts_nest_predict(model, values, &cost))
            continue;
        check_cost(&cost, problem->kernel->name, target->name);
        described++;
    }
    ts_space_free(space);
    ts_nest_model_close(model);
    free(values);
    return described;
}

static void check_shapes(const ts_kernel *kernel, const ts_target *target, ts_facts *facts)
{
    for (size_t i = 0; i < kernel->shape_count; i++) {
        const ts_shape *s = &kernel->shapes[i];
        ts_str text = TS_STR_INIT;
        for (size_t d = 0; d < kernel->dim_count; d++)
            ts_str_format(&text, "%s%s=%lld", d ? "," : "", kernel->dims[d].name, (long long)s->dims[d]);
        ts_problem problem = problem_of(kernel, s->type, ts_str_text(&text));
        if (check_problem(&problem, target, facts) == 0)
            fail_msg("%s on %s, %s: no variant is described", kernel->name, target->name, ts_str_text(&text));
        ts_str_free(&text);
    }
}

static void check_kernel(const char *name, size_t *judged)
{
    ts_kernel *kernel = loaded_kernel(name);
    for (size_t p = 0; p < PROCESSORS && kernel->nest_count > 0; p++) {
        ts_target *target = NULL;
        ts_facts *facts = NULL;
        if (ts_target_load(processors[p], &target))
            fail_msg("%s", ts_error());
        complete(target);
        if (ts_facts_open(target, &facts))
            fail_msg("%s", ts_error());
        check_shapes(kernel, target, facts);
        (*judged)++;
        ts_facts_close(facts);
        ts_target_free(target);
    }
    ts_kernel_free(kernel);
}

static void every_nest_gives_costs_that_can_be(void **state)
{
    char **names = NULL;
    size_t count = 0, judged = 0;
    (void)state;
    assert_int_equal(ts_kernel_list(&names, &count), 0);
    for (size_t i = 0; i < count; i++)
        check_kernel(names[i], &judged);
    ts_name_list_free(names, count);
    assert_true(judged >= (size_t)4 * PROCESSORS); /* gemm, conv2d, gemm_bf16, gemm_int8 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_nest_gives_costs_that_can_be)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
