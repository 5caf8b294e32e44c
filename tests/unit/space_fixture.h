/* Spaces written down in a few words, for the tests of spaces. Included after cmocka. */
#ifndef TS_TEST_SPACE_FIXTURE_H
#define TS_TEST_SPACE_FIXTURE_H

#include "core/space.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 16

/* A space being written down: parameters, their conditions, constraints. */
typedef struct draft {
    ts_names *names;
    char labels[MOST][16];
    ts_value values[MOST][128];
    ts_space_param_spec params[MOST];
    ts_expr *whens[MOST];
    ts_expr *constraints[MOST];
    ts_value known[MOST + 1];
    size_t param_count, constraint_count;
} draft;

static inline void begin(draft *d)
{
    memset(d, 0, sizeof *d);
    assert_int_equal(ts_names_new(&d->names), TS_OK);
}

static inline void end(draft *d)
{
    for (size_t i = 0; i < MOST; i++) {
        ts_expr_free(d->whens[i]);
        ts_expr_free(d->constraints[i]);
    }
    ts_names_free(d->names);
}

static inline ts_expr *parse(draft *d, const char *text, int line)
{
    ts_expr *e = NULL;
    if (ts_expr_parse(text, (ts_place){"test.xml", line, 1}, d->names, &e))
        fail_msg("%s", ts_error());
    return e;
}

static inline ts_space_param_spec *add(draft *d, const char *name, ts_param_kind kind)
{
    size_t i = d->param_count++, slot;
    assert_int_equal(ts_names_add(d->names, name, &slot), TS_OK);
    snprintf(d->labels[i], sizeof d->labels[i], "%s", name);
    d->params[i] =
        (ts_space_param_spec){.name = d->labels[i], .kind = kind, .values = d->values[i], .slot = slot};
    return &d->params[i];
}

static inline void add_range(draft *d, const char *name, int from, int to, int step)
{
    ts_space_param_spec *p = add(d, name, TS_PARAM_ORDINAL);
    for (int v = from; v <= to; v += step)
        d->values[d->param_count - 1][p->count++] = ts_int(v);
}

/* Parameters a, b, c, … of equal domains. */
static inline void add_letters(draft *d, int count, int from, int to)
{
    for (int i = 0; i < count; i++)
        add_range(d, (char[]){(char)('a' + i), 0}, from, to, 1);
}

static inline void constrain(draft *d, const char *text)
{
    d->constraints[d->constraint_count] = parse(d, text, (int)d->constraint_count + 10);
    d->constraint_count++;
}

static inline void when(draft *d, size_t param, const char *text, size_t fallback)
{
    d->params[param].when = d->whens[param] = parse(d, text, 1);
    d->params[param].fallback = fallback;
}

static inline ts_space_spec spec_of(const draft *d)
{
    return (ts_space_spec){.params = d->params,
                           .param_count = d->param_count,
                           .constraints = (const ts_expr *const *)d->constraints,
                           .constraint_count = d->constraint_count,
                           .known = d->known,
                           .slot_count = ts_names_count(d->names)};
}

static inline ts_space *build(const draft *d)
{
    const ts_space_spec spec = spec_of(d);
    ts_space *space = NULL;
    if (ts_space_build(&spec, &space))
        fail_msg("%s", ts_error());
    return space;
}

/* ---- enumeration
 * -------------------------------------------------------------------------------------------- */

static inline bool is_valid(const draft *d, const ts_value *slots, const uint16_t *ordinals)
{
    bool yes = true;
    for (size_t c = 0; yes && c < d->constraint_count; c++)
        assert_int_equal(ts_expr_test(d->constraints[c], slots, &yes), TS_OK);
    for (size_t i = 0; yes && i < d->param_count; i++) {
        bool active = true;
        if (d->whens[i])
            assert_int_equal(ts_expr_test(d->whens[i], slots, &active), TS_OK);
        yes = active || ordinals[i] == d->params[i].fallback;
    }
    return yes;
}

#endif
