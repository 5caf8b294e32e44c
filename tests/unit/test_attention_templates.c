/* The attention templates give the reference's results at awkward shapes, causal or not. */
#include "templates_fixture.h"

static void check(void **state)
{
    templates_match_the_reference("attention", *state);
}

int main(void)
{
    static ts_case cases[] = {
        {"heads=1,q=1,kv=1,d=1", 0, 1, 2, false},
        {"heads=3,q=37,kv=71,d=53", 0, 1, 3, false},
        {"heads=2,q=53,kv=97,d=37,causal=1", 0, 1, 4, false},
        {"heads=2,q=70,kv=70,d=64,causal=1", 1e-2, 1, 4, false},
        {"heads=2,q=1,kv=130,d=20", 0, 1, 3, false},
        {"heads=3,q=40,kv=33,d=16", 0, 2, 3, false},
        {"heads=2,q=100,kv=150,d=24,causal=1", 0, 1, 4, false},
        {"heads=2,q=29,kv=41,d=19,causal=1", 0, 1, 4, true},
    };
    struct CMUnitTest tests[sizeof cases / sizeof *cases];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        tests[i] = (struct CMUnitTest){cases[i].shape, check, NULL, NULL, &cases[i]};
    return cmocka_run_group_tests_name("attention templates", tests, make_cache, remove_cache);
}
