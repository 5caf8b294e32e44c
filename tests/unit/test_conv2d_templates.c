/* The conv2d templates: every algorithm, both layouts, weights in place, packed and prepared, give the
 * reference's results at awkward shapes. */
#include "templates_fixture.h"

static void check(void **state)
{
    templates_match_the_reference("conv2d", *state);
}

int main(void)
{
    static ts_case cases[] = {
        {"h=5,w=7,c=3,k=5,pad=1", 0, 1, 2, false},
        {"n=2,h=13,w=11,c=9,k=19,pad=1", 1e-4, 1, 3, false},
        {"n=2,h=9,w=10,c=8,k=16,constant=1", 1e-4, 1, 3, false},
        {"n=3,h=11,w=17,c=11,k=23,pad=2,layout=1,constant=1", 1e-4, 1, 3, false},
        {"n=2,h=13,w=11,c=7,k=19,r=2,s=5,stride=2,pad=1", 0, 1, 3, false},
        {"h=12,w=9,c=5,k=40,r=5,stride=3,pad=3,layout=1", 0, 1, 3, false},
        {"h=7,w=7,c=20,k=32,r=1,s=1", 0, 1, 3, false},
        {"h=1,w=1,c=1,k=1,r=1,s=1", 0, 1, 2, false},
        {"n=2,h=13,w=11,c=9,k=19,pad=1,layout=1", 1e-4, 2, 2, false},
        {"n=2,h=9,w=12,c=9,k=13,pad=1,constant=1", 1e-4, 1, 3, true},
    };
    struct CMUnitTest tests[sizeof cases / sizeof *cases];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        tests[i] = (struct CMUnitTest){cases[i].shape, check, NULL, NULL, &cases[i]};
    return cmocka_run_group_tests_name("conv2d templates", tests, make_cache, remove_cache);
}
