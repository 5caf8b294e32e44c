/* Configurations as numbers to learn from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/space.h"

#include "model/inputs.h"

static void numbers_stand_for_themselves_and_texts_are_told_apart(void **state)
{
    (void)state;
    const ts_value sizes[] = {ts_int(8), ts_int(16), ts_int(64)}, one[] = {ts_int(7)};
    const ts_value two[] = {ts_string("gcc"), ts_string("clang")};
    const ts_value three[] = {ts_string("dot"), ts_string("tiled"), ts_string("packed")};
    const ts_space_param_spec params[] = {
        {.name = "size", .kind = TS_PARAM_ORDINAL, .values = sizes, .count = 3, .slot = 0},
        {.name = "same", .kind = TS_PARAM_ORDINAL, .values = one, .count = 1, .slot = 1},
        {.name = "compiler", .kind = TS_PARAM_CATEGORICAL, .values = two, .count = 2, .slot = 2},
        {.name = "algorithm", .kind = TS_PARAM_CATEGORICAL, .values = three, .count = 3, .slot = 3}};
    const ts_value known[4] = {{.kind = TS_NONE}};
    ts_space *space;
    ts_inputs *inputs;
    double out[8];
    assert_int_equal(
        ts_space_build(&(ts_space_spec){.params = params, .param_count = 4, .known = known, .slot_count = 4},
                       &space),
        TS_OK);
    assert_int_equal(ts_inputs_open(space, &inputs), TS_OK);
    assert_int_equal(ts_inputs_width(inputs),
                     1 + 1 + 3); /* what never changes is no input; of two texts one tells */
    const ts_value values[] = {ts_int(16), ts_int(7), ts_string("clang"), ts_string("packed")};
    ts_inputs_of_values(inputs, values, out);
    assert_true(out[0] == 16 && out[1] == 0 && out[2] == 0 && out[3] == 0 && out[4] == 1);
    for (uint64_t config = 0; config < ts_space_count(space); config++) {
        ts_value slots[4];
        double same[8];
        ts_space_values(space, config, slots);
        ts_inputs_of(inputs, config, out);
        ts_inputs_of_values(inputs, slots, same);
        for (size_t i = 0; i < 5; i++)
            assert_true(out[i] == same[i]);
    }
    ts_inputs_close(inputs);
    ts_space_free(space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stand_for_themselves_and_texts_are_told_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
