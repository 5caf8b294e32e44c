/* See inputs.h. */
#include "model/inputs.h"

#include "util/vec.h"

/* One input: a parameter's number, or whether it has this text. */
typedef struct ts_column {
    size_t slot;
    const ts_value *text; /**< NULL: a number */
} ts_column;

struct ts_inputs {
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
static bool add_param(ts_inputs *in, const ts_param *p, size_t slot)
{
    size_t texts = p->count > 2 ? p->count : 1;
    if (p->count < 2)
        return true;
    if (!is_text(p))
        return ts_vec_push(&in->columns, ((ts_column){slot, NULL}));
    for (size_t i = 0; i < texts; i++)
        if (!ts_vec_push(&in->columns, ((ts_column){slot, &p->values[i]})))
            return false;
    return true;
}

int ts_inputs_open(const ts_kernel *kernel, const ts_space *space, ts_inputs **out)
{
    ts_inputs *in = calloc(1, sizeof *in);
    bool ok = in;
    for (size_t i = 0; ok && i < ts_space_params(space); i++)
        ok = add_param(in, ts_space_param(space, i), kernel->parameters[i].slot);
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

static double number(ts_value v)
{
    return v.kind == TS_INT ? (double)v.i : v.kind == TS_REAL ? v.r : -1;
}

void ts_inputs_write(const ts_inputs *in, const ts_value *slots, double *out)
{
    for (size_t i = 0; i < in->columns.count; i++) {
        const ts_column *c = &in->columns.items[i];
        out[i] = c->text ? ts_value_equal(slots[c->slot], *c->text) : number(slots[c->slot]);
    }
}
