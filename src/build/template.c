/* Templates out: the tree expanded with the values of one configuration. */
#include "build/template.h"
#include "build/template_tree.h"
#include "util/file.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT   (1u << 20)
#define OUTPUT_LIMIT (4u << 20)
/* Lines and directives executed: what stops a loop without output. */
#define STEP_LIMIT (1u << 20)

/* ---- made and freed ---------------------------------------------------------------------- */

static void expr_clear(ts_template_expr *e)
{
    ts_expr_free(e->expr);
    ts_vec_free(&e->uses);
}

static void block_clear(ts_template_block *block);

static void node_clear(ts_template_node *node)
{
    for (size_t i = 0; i < node->fragments.count; i++)
        expr_clear(&node->fragments.items[i].value);
    ts_vec_free(&node->fragments);
    expr_clear(&node->from);
    expr_clear(&node->to);
    expr_clear(&node->step);
    for (size_t i = 0; i < node->arms.count; i++) {
        expr_clear(&node->arms.items[i].condition);
        block_clear(&node->arms.items[i].body);
    }
    ts_vec_free(&node->arms);
}

static void block_clear(ts_template_block *block)
{
    for (size_t i = 0; i < block->count; i++)
        node_clear(&block->items[i]);
    ts_vec_free(block);
}

void ts_template_free(ts_template *t)
{
    if (!t)
        return;
    block_clear(&t->body);
    ts_names_free(t->names);
    free(t->path);
    free(t->text);
    free(t->line_name);
    free(t);
}

/* "NAME" as C spells it. */
static char *line_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    ts_str out = TS_STR_INIT;
    ts_str_append(&out, "\"");
    for (const char *p = slash ? slash + 1 : path; *p; p++) {
        if (*p == '"' || *p == '\\')
            ts_str_append(&out, "\\");
        ts_str_append_n(&out, *p == '\n' ? "?" : p, 1);
    }
    ts_str_append(&out, "\"");
    return ts_str_take(&out);
}

/* Takes `text`. */
static int make(char *text, const char *name, const ts_names *names, ts_template **out)
{
    ts_template *t = calloc(1, sizeof *t);
    int rc = 0;
    if (!t) {
        free(text);
        return ts_fail(TS_ENOMEM, "out of memory while reading a template");
    }
    t->text = text;
    t->path = strdup(name);
    t->line_name = line_name(name);
    if (!t->text || !t->path || !t->line_name)
        rc = ts_fail(TS_ENOMEM, "out of memory while reading a template");
    if (rc == 0)
        rc = ts_names_copy(names, &t->names);
    if (rc == 0) {
        t->given = ts_names_count(t->names);
        rc = ts_names_add(t->names, "fn", &t->fn_slot);
    }
    if (rc == 0)
        rc = ts_template_parse_body(t);
    if (rc < 0) {
        ts_template_free(t);
        t = NULL;
    }
    *out = t;
    return rc;
}

int ts_template_parse(const char *text, const char *name, const ts_names *names, ts_template **out)
{
    *out = NULL;
    return make(strdup(text), name, names, out);
}

int ts_template_load(const char *path, const ts_names *names, ts_template **out)
{
    char *text = NULL;
    size_t length;
    *out = NULL;
    int rc = ts_file_read(path, FILE_LIMIT, &text, &length);
    if (rc < 0)
        return rc;
    if (strlen(text) != length) {
        free(text);
        return ts_fail(TS_EINPUT, "%s: holds a NUL byte; a template is a text file", path);
    }
    return make(text, path, names, out);
}

/* ---- expanded -------------------------------------------------------------------------------------- */

typedef struct expansion {
    const ts_template *t;
    ts_value *values; /* of all names, the template's own included */
    ts_str *out;
    size_t limit; /* length of `out` that must not be passed */
    uint32_t steps;
    int expected;   /* the line that a compiler takes the next one for */
    bool continued; /* the last line ended in a backslash: no directive may come between */
} expansion;

/* Names of the caller that have no value are those that the C code gets as arguments. */
static int check_uses(const expansion *x, const ts_template_expr *e)
{
    for (size_t i = 0; i < e->uses.count; i++) {
        if (x->values[e->uses.items[i]].kind != TS_NONE)
            continue;
        const char *name = ts_names_get(x->t->names, e->uses.items[i]);
        ts_place place = ts_expr_place(e->expr);
        return ts_fail(
            TS_EINPUT,
            "%s:%d:%d: %s is known only at run time in this template; use the C variable %s, or declare the "
            "template with shape=\"fixed\"",
            place.file, place.line, place.column, name, name);
    }
    return 0;
}

static int eval(const expansion *x, const ts_template_expr *e, ts_value *value)
{
    int rc = check_uses(x, e);
    return rc < 0 ? rc : ts_expr_eval(e->expr, x->values, value);
}

static int eval_int(const expansion *x, const ts_template_expr *e, int64_t *value)
{
    int rc = check_uses(x, e);
    return rc < 0 ? rc : ts_expr_int(e->expr, x->values, value);
}

static int append_fragments(expansion *x, const ts_template_node *node, ts_str *out)
{
    char text[64];
    for (size_t i = 0; i < node->fragments.count; i++) {
        const ts_fragment *f = &node->fragments.items[i];
        ts_value value;
        if (!f->value.expr) {
            ts_str_append_n(out, f->text, f->length);
            continue;
        }
        int rc = eval(x, &f->value, &value);
        if (rc < 0)
            return rc;
        ts_str_append(out, value.kind == TS_STRING ? value.s : ts_value_text(value, text, sizeof text));
    }
    return 0;
}

static int expand_line(expansion *x, const ts_template_node *node)
{
    if (node->line != x->expected && !x->continued) {
        ts_str_format(x->out, "#line %d %s\n", node->line, x->t->line_name);
        x->expected = node->line;
    }
    int rc = append_fragments(x, node, x->out);
    if (rc < 0)
        return rc;
    x->continued = x->out->length > 0 && x->out->data[x->out->length - 1] == '\\';
    x->expected++;
    ts_str_append(x->out, "\n");
    if (x->out->length > x->limit)
        return ts_fail(TS_EINPUT, "%s:%d: the expansion exceeds %u MiB; is a loop unrolled too far?",
                       x->t->path, node->line, OUTPUT_LIMIT >> 20);
    return x->out->failed ? ts_fail(TS_ENOMEM, "out of memory while expanding %s", x->t->path) : 0;
}

static int expand_block(expansion *x, const ts_template_block *block);

static int expand_for(expansion *x, const ts_template_node *node)
{
    int64_t from, to, step = 1;
    int rc;
    if ((rc = eval_int(x, &node->from, &from)) < 0 || (rc = eval_int(x, &node->to, &to)) < 0 ||
        (node->step.expr && (rc = eval_int(x, &node->step, &step)) < 0))
        return rc;
    if (step < 1)
        return ts_fail(TS_EINPUT, "%s:%d: the step is %" PRId64 " but must be at least 1; correct it",
                       x->t->path, node->line, step);
    bool passed = from >= to;
    while (!passed && rc == 0) {
        x->values[node->slot] = ts_int(from);
        rc = expand_block(x, &node->arms.items[0].body);
        passed = __builtin_add_overflow(from, step, &from) || from >= to;
        if (rc == 0 && ++x->steps > STEP_LIMIT)
            rc = ts_fail(TS_EINPUT, "%s:%d: more than %u lines are expanded; is a bound of this loop wrong?",
                         x->t->path, node->line, STEP_LIMIT);
    }
    return rc;
}

static int expand_if(expansion *x, const ts_template_node *node)
{
    for (size_t i = 0; i < node->arms.count; i++) {
        const ts_template_arm *arm = &node->arms.items[i];
        bool holds = true;
        int rc = arm->condition.expr ? check_uses(x, &arm->condition) : 0;
        if (rc == 0 && arm->condition.expr)
            rc = ts_expr_test(arm->condition.expr, x->values, &holds);
        if (rc < 0)
            return rc;
        if (holds)
            return expand_block(x, &arm->body);
    }
    return 0;
}

static int refuse(expansion *x, const ts_template_node *node)
{
    ts_str text = TS_STR_INIT;
    int rc = append_fragments(x, node, &text);
    if (rc == 0)
        rc = ts_fail(TS_EINPUT, "%s:%d: %s", x->t->path, node->line, ts_str_text(&text));
    ts_str_free(&text);
    return rc;
}

static int expand_node(expansion *x, const ts_template_node *node)
{
    switch (node->kind) {
    case TS_TEMPLATE_LINE:
        return expand_line(x, node);
    case TS_TEMPLATE_FOR:
        return expand_for(x, node);
    case TS_TEMPLATE_IF:
        return expand_if(x, node);
    case TS_TEMPLATE_LET:
        return eval(x, &node->from, &x->values[node->slot]);
    case TS_TEMPLATE_ERROR:
        return refuse(x, node);
    }
    return ts_fail(TS_EINTERNAL, "%s:%d: a template node of unknown kind", x->t->path, node->line);
}

static int expand_block(expansion *x, const ts_template_block *block)
{
    int rc = 0;
    for (size_t i = 0; i < block->count && rc == 0; i++) {
        if (++x->steps > STEP_LIMIT)
            return ts_fail(TS_EINPUT,
                           "%s:%d: more than %u lines are expanded; is a bound of a loop around here wrong?",
                           x->t->path, block->items[i].line, STEP_LIMIT);
        rc = expand_node(x, &block->items[i]);
    }
    return rc;
}

int ts_template_render(const ts_template *t, const ts_value *values, const char *fn, ts_str *out)
{
    expansion x = {.t = t, .out = out, .limit = out->length + OUTPUT_LIMIT};
    x.values = calloc(ts_names_count(t->names), sizeof *x.values);
    if (!x.values)
        return ts_fail(TS_ENOMEM, "out of memory while expanding %s", t->path);
    for (size_t i = 0; i < t->given; i++)
        x.values[i] = values[i];
    x.values[t->fn_slot] = ts_string(fn);
    int rc = expand_block(&x, &t->body);
    free(x.values);
    return rc;
}
