/*
 * Expressions from arbitrary bytes: parsing and evaluation must neither crash nor trap, and what partial
 * evaluation decides early must be what evaluation finds later.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/expr.h"
#include "util/str.h"

#define SLOTS 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ts_names *make_names(void)
{
    static const char *const all[SLOTS] = {"m", "n", "target.x", "kind"};
    ts_names *names = NULL;
    if (ts_names_new(&names))
        abort();
    for (size_t i = 0; i < SLOTS; i++) {
        if (ts_names_add(names, all[i], NULL))
            abort();
    }
    return names;
}

static bool same(ts_value a, ts_value b)
{
    return a.kind == b.kind && ts_value_equal(a, b);
}

/* Forget the slots whose bit isn't in `known`; a value decided from the rest must be the full one, `code`
 * permitting. */
static void check_partial(const ts_expr *e, const ts_value *values, unsigned known, int code, ts_value full)
{
    ts_value some[SLOTS], decided = {.kind = TS_NONE};
    ts_str key = TS_STR_INIT;
    for (size_t i = 0; i < SLOTS; i++)
        some[i] = known >> i & 1 ? values[i] : (ts_value){.kind = TS_NONE};
    int partial = ts_expr_residual(e, some, &key, &decided);
    if (partial && !code) /* said to fail for sure, yet it doesn't */
        abort();
    if (!partial && decided.kind != TS_NONE && (code || !same(decided, full)))
        abort();
    if (!partial && known == 15 && decided.kind == TS_NONE)
        abort();
    ts_str_free(&key);
}

static void check_values(const ts_expr *e, const ts_value *values)
{
    ts_value full = {.kind = TS_NONE};
    int code = ts_expr_eval(e, values, &full);
    if (!code && full.kind == TS_NONE)
        abort();
    for (unsigned known = 0; known < 16; known++)
        check_partial(e, values, known, code, full);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ts_value cases[][SLOTS] = {
        {ts_int(7), ts_int(0), ts_int(1 << 20), ts_string("packed")},
        {ts_int(-1), ts_int(INT64_MIN), ts_real(0.5), ts_string("")},
        {ts_int(64), ts_int(3), ts_real(-1e300), ts_int(2)},
    };
    ts_names *names = make_names();
    char *text = strndup((const char *)data, size);
    ts_expr *e = NULL;
    if (text && !ts_expr_parse(text, (ts_place){"fuzz.xml", 1, 1}, names, &e)) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            check_values(e, cases[i]);
        ts_expr_free(e);
    }
    free(text);
    ts_names_free(names);
    return 0;
}
