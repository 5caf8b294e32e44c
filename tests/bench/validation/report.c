/* Cases with their verdicts, and the page made of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "validation.h"

validation_group *begin_group(validation *v, const char *title, const char *bar, const char *source)
{
    validation_group g = {0};
    snprintf(g.title, sizeof g.title, "%s", title);
    snprintf(g.bar, sizeof g.bar, "%s", bar);
    snprintf(g.source, sizeof g.source, "%s", source);
    if (!ts_vec_push(&v->groups, g))
        abort();
    return &v->groups.items[v->groups.count - 1];
}

static validation_case *add(validation_group *g, const char *name, const char *quantity)
{
    validation_case c = {.error = NAN, .verdict = UNTESTED};
    snprintf(c.name, sizeof c.name, "%s", name);
    snprintf(c.quantity, sizeof c.quantity, "%s", quantity);
    if (!ts_vec_push(&g->cases, c))
        abort();
    return &g->cases.items[g->cases.count - 1];
}

static void write_number(char *out, size_t size, double value)
{
    if (value == floor(value) && fabs(value) < 1e15)
        snprintf(out, size, "%.0f", value);
    else
        snprintf(out, size, "%.5g", value);
}

validation_case *check_number(validation_group *g, const char *name, const char *quantity, double expected,
                              double ours, double tolerance)
{
    validation_case *c = add(g, name, quantity);
    write_number(c->expected, sizeof c->expected, expected);
    write_number(c->ours, sizeof c->ours, ours);
    if (expected != 0)
        c->error = (ours - expected) / fabs(expected);
    /* 1e-9: decimal text has no exact sum */
    c->verdict = fabs(ours - expected) <= tolerance * fabs(expected) + 1e-9 ? MATCH : MISS;
    return c;
}

void check_untested(validation_group *g, const char *name, const char *quantity, const char *expected,
                    const char *why)
{
    validation_case *c = add(g, name, quantity);
    snprintf(c->expected, sizeof c->expected, "%s", expected);
    snprintf(c->ours, sizeof c->ours, "-");
    snprintf(c->note, sizeof c->note, "%s", why);
}

size_t count_verdicts(const validation_group *g, verdict which)
{
    size_t count = 0;
    for (size_t i = 0; i < g->cases.count; i++)
        count += g->cases.items[i].verdict == which;
    return count;
}

static void write_summary(const validation *v, ts_str *out)
{
    ts_str_append(out, "| group | bar | values | match | miss | not tested |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < v->groups.count; i++) {
        const validation_group *g = &v->groups.items[i];
        ts_str_format(out, "| %s | %s | %zu | %zu | %zu | %zu |\n", g->title, g->bar, g->cases.count,
                      count_verdicts(g, MATCH), count_verdicts(g, MISS), count_verdicts(g, UNTESTED));
    }
}

static void write_case(const validation_case *c, ts_str *out)
{
    static const char *const verdicts[] = {"match", "**miss**", "not tested"};
    ts_str_format(out, "| %s | %s | %s | %s | ", c->name, c->quantity, c->expected, c->ours);
    if (isnan(c->error))
        ts_str_append(out, "- ");
    else
        ts_str_format(out, "%+.2f %% ", c->error * 100);
    ts_str_format(out, "| %s%s%s |\n", verdicts[c->verdict], *c->note ? ": " : "", c->note);
}

void write_report(const validation *v, ts_str *out)
{
    write_summary(v, out);
    for (size_t i = 0; i < v->groups.count; i++) {
        const validation_group *g = &v->groups.items[i];
        ts_str_format(out, "\n## %s\n\nSource: %s. A match: %s.\n\n", g->title, g->source, g->bar);
        ts_str_append(out,
                      "| case | quantity | expected | ours | error | verdict |\n|---|---|---|---|---|---|\n");
        for (size_t k = 0; k < g->cases.count; k++)
            write_case(&g->cases.items[k], out);
    }
}

void validation_free(validation *v)
{
    for (size_t i = 0; i < v->groups.count; i++)
        ts_vec_free(&v->groups.items[i].cases);
    ts_vec_free(&v->groups);
}
