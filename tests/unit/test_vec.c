#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/vec.h"

static void test_push(void **state)
{
    (void)state;
    TS_VEC(int) v = {0};
    for (int i = 0; i < 10000; i++)
        assert_true(ts_vec_push(&v, i));
    assert_int_equal(v.count, 10000);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(v.items[i], i);
    ts_vec_free(&v);
    assert_null(v.items);
    assert_int_equal(v.capacity, 0);
}

static void test_too_large(void **state)
{
    (void)state;
    void *items = NULL;
    size_t capacity = SIZE_MAX / 4;
    assert_false(ts_vec_grow(&items, &capacity, 16));
    assert_null(items);
    assert_int_equal(capacity, SIZE_MAX / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_push),
        cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
