/* What the tests of predictions share: kernels, problems and one prediction. Included after cmocka. */
#ifndef TS_TEST_MODEL_FIXTURE_H
#define TS_TEST_MODEL_FIXTURE_H

#include "model/models.h"

#include <stdlib.h>
#include <string.h>

static inline ts_target *parsed(const char *xml)
{
    ts_target *t = NULL;
    if (ts_target_parse(xml, strlen(xml), "some.xml", &t) < 0)
        fail_msg("%s", ts_error());
    return t;
}

static inline ts_kernel *loaded_kernel(const char *name)
{
    ts_kernel *kernel = NULL;
    if (ts_kernel_load(name, &kernel) < 0)
        fail_msg("%s", ts_error());
    return kernel;
}

static inline ts_problem problem_of(const ts_kernel *kernel, const char *type, const char *shape)
{
    ts_problem problem;
    if (ts_problem_parse(kernel, type, shape, &problem) < 0)
        fail_msg("%s", ts_error());
    return problem;
}

/* One problem of a kernel on a target by one model (NULL: the kind's); the answer's return code. */
static inline int asked(const char *kernel_name, const char *shape, const ts_target *target,
                        const char *model_name, ts_predicted *out)
{
    const ts_model *model = NULL;
    ts_facts *facts = NULL;
    ts_kernel *kernel = loaded_kernel(kernel_name);
    ts_problem problem = problem_of(kernel, NULL, shape);
    ts_model_call call = {.problem = &problem};
    int rc = ts_model_find(model_name, target, &model);
    assert_int_equal(ts_facts_open(target, &facts), 0);
    if (rc == 0)
        rc = ts_predict(model, &call, facts, out);
    ts_facts_close(facts);
    ts_kernel_free(kernel);
    return rc;
}

static inline ts_predicted predicted(const char *kernel, const char *shape, const ts_target *target,
                                     const char *model)
{
    ts_predicted p;
    if (asked(kernel, shape, target, model, &p) < 0)
        fail_msg("%s", ts_error());
    return p;
}

static inline void assert_within(double value, double expected, double relative)
{
    if (!(fabs(value - expected) <= relative * fabs(expected)))
        fail_msg("%.9g is not %.9g", value, expected);
}

#endif
