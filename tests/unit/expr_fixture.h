/* Names and values that the tests of expressions use. Included after cmocka. */
#ifndef TS_TEST_EXPR_FIXTURE_H
#define TS_TEST_EXPR_FIXTURE_H

#include "core/expr.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ts_names *names;
static ts_value values[7];

static int set_up(void **state)
{
    static const char *const all[] = {"m", "n", "k", "vector", "target.l2.size", "algorithm", "unset"};
    (void)state;
    if (ts_names_new(&names))
        return -1;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (ts_names_add(names, all[i], NULL))
            return -1;
    }
    values[0] = ts_int(7);
    values[1] = ts_int(0);
    values[2] = ts_int(12);
    values[3] = ts_int(64);
    values[4] = ts_int(2 << 20);
    values[5] = ts_string("packed");
    values[6] = (ts_value){.kind = TS_NONE};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ts_names_free(names);
    return 0;
}

static int parse(const char *text, ts_expr **out)
{
    return ts_expr_parse(text, (ts_place){"gemm/kernel.xml", 14, 9}, names, out);
}

#endif
