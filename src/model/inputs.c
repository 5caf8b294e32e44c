/* See inputs.h. */
#include "model/inputs.h"

#include "util/vec.h"

enum { MAX_PARAMS = 256 }; /* of a space */

/* One input: a parameter's number, or whether it has this text. */
typedef struct ts_column {
    size_t param;
    const ts_value *text; /* NULL: a number */
} ts_column;

struct ts_inputs {
    const ts_space *space;
    TS_VEC(ts_column) columns;
};

static bool is_text(const ts_param *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->values[i].kind == TS_STRING)
            return true;
    return false;
}

/* Of two texts, one tells which. */
static bool add_param(ts_inputs *in, size_t param)
{
    const ts_param *p = ts_space_param(in->space, param);
    size_t texts = p->count > 2 ? p->count : 1;
    if (p->count < 2)
        return true;
    if (!is_text(p))
        return ts_vec_push(&in->columns, ((ts_column){param, NULL}));
    for (size_t i = 0; i < texts; i++)
        if (!ts_vec_push(&in->columns, ((ts_column){param, &p->values[i]})))
            return false;
    return true;
}

int ts_inputs_open(const ts_space *space, ts_inputs **out)
{
    ts_inputs *in = calloc(1, sizeof *in);
    bool ok = in;
    if (in)
        in->space = space;
    for (size_t i = 0; ok && i < ts_space_params(space); i++)
        ok = add_param(in, i);
    if (!ok) {
        ts_inputs_close(in);
        return ts_fail(TS_ENOMEM, "out of memory while preparing to learn from results");
    }
    *out = in;
    return TS_OK;
}

void ts_inputs_close(ts_inputs *in)
{
    if (!in)
        return;
    ts_vec_free(&in->columns);
    free(in);
}

size_t ts_inputs_width(const ts_inputs *in)
{
    return in->columns.count;
}

static double number(const ts_column *c, ts_value v)
{
    if (c->text)
        return ts_value_equal(v, *c->text);
    return v.kind == TS_INT ? (double)v.i : v.kind == TS_REAL ? v.r : -1;
}

void ts_inputs_of(const ts_inputs *in, uint64_t config, double *out)
{
    uint16_t ordinals[MAX_PARAMS];
    ts_space_decode(in->space, config, ordinals);
    for (size_t i = 0; i < in->columns.count; i++) {
        const ts_column *c = &in->columns.items[i];
        out[i] = number(c, ts_space_param(in->space, c->param)->values[ordinals[c->param]]);
    }
}

void ts_inputs_of_values(const ts_inputs *in, const ts_value *values, double *out)
{
    for (size_t i = 0; i < in->columns.count; i++)
        out[i] = number(&in->columns.items[i], values[in->columns.items[i].param]);
}
