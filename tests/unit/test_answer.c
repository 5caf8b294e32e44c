/* What operands hold: sums that come out exact, unless an error is allowed and must show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "build/answer.h"

static void leave(const ts_call *call)
{
    (void)call;
}

static bool on_grid(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] * 8 != rintf(x[i] * 8))
            return false;
    return true;
}

static void operands_are_exact_unless_errors_are_allowed(void **state)
{
    (void)state;
    const double allowed[] = {0, 1e-3};
    for (size_t i = 0; i < 2; i++) {
        ts_kernel *kernel;
        ts_problem problem;
        ts_answer answer = {0};
        const ts_element *elements[TS_MAX_TENSORS];
        size_t bytes = 0;
        assert_int_equal(ts_kernel_load("gemm", &kernel), TS_OK);
        assert_int_equal(ts_problem_parse(kernel, "f32", "m=9,n=8,k=7", &problem), TS_OK);
        problem.max_error = allowed[i];
        ts_value *slots = calloc(kernel->slot_count, sizeof *slots);
        assert_int_equal(ts_kernel_slots(&problem, NULL, slots), TS_OK);
        assert_int_equal(ts_elements_find(&problem, elements), TS_OK);
        assert_int_equal(ts_answer_shape(&problem, slots, problem.dims, &answer), TS_OK);
        assert_int_equal(ts_answer_bytes(&problem, &answer, false, &bytes), TS_OK);
        char *memory = aligned_alloc(64, (bytes + 127) / 64 * 64);
        ts_answer_attach(&problem, &answer, memory, NULL);
        ts_answer_compute(&problem, elements, (ts_oracle){.results = leave}, true, false, &answer);
        assert_int_equal(on_grid((const float *)answer.sheets[0].initial, 9 * 7), allowed[i] == 0);
        free(memory);
        free(slots);
        ts_kernel_free(kernel);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(operands_are_exact_unless_errors_are_allowed)};
    return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
