/* See compare_report.h: for people. */
#include "cli/compare_report.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "util/str.h"
#include <math.h>
#include <string.h>

static const char *value_text(ts_objective objective, double value, char text[TS_HUMAN])
{
    double shown = ts_objective_shown(objective, value);
    if (!isfinite(shown))
        snprintf(text, TS_HUMAN, "-");
    else if (objective == TS_BY_TIME)
        ts_human_seconds(shown, text);
    else if (objective == TS_BY_ENERGY)
        ts_human_joules(shown, text);
    else if (objective == TS_BY_EDP)
        snprintf(text, TS_HUMAN, "%.3g J s", shown);
    else
        snprintf(text, TS_HUMAN, "%.3g GF%s", shown / 1e9, objective == TS_BY_PERF_PER_WATT ? "/J" : "/s/$");
    return text;
}

/* "p" predicted, "m" measured, "m 60 %" measured in part. */
static void how_cell(ts_table *table, const ts_compare_cell *cell)
{
    if (cell->measured > 0.999)
        ts_table_cell(table, "measured");
    else if (cell->measured > 0)
        ts_table_cell(table, "measured %.0f %%", 100 * cell->measured);
    else
        ts_table_cell(table, "predicted");
}

static void sure_cell(ts_table *table, double sure)
{
    if (isnan(sure))
        ts_table_cell(table, "-");
    else
        ts_table_cell(table, sure > 0.99 ? "> 99 %%" : "%.0f %%", 100 * sure);
}

static void detail_row(ts_table *table, const ts_comparison *c, const ts_compare_row *row, size_t i)
{
    char text[TS_HUMAN], lo[TS_HUMAN], hi[TS_HUMAN];
    const ts_compare_cell *cell = &row->cells[row->order[i]];
    ts_table_cell(table, "%zu", i + 1);
    ts_table_cell(table, "%s", c->targets[row->order[i]]->name);
    ts_table_cell(table, "%s", ts_human_seconds(cell->seconds, text));
    ts_human_seconds(cell->seconds_lo, lo);
    ts_human_seconds(cell->seconds_hi, hi);
    ts_table_cell(table, strcmp(lo, hi) == 0 ? "-" : "%s..%s", lo, hi);
    ts_table_cell(table, "%s", ts_human_joules(cell->joules, text));
    if (c->objective > TS_BY_ENERGY)
        ts_table_cell(table, "%s", value_text(c->objective, cell->value, text));
    ts_table_cell(table, "%.3gx", cell->value / row->cells[row->order[0]].value);
    sure_cell(table, cell->sure);
    ts_table_cell(table, "%s", ts_human_percent(cell->utilization, text));
    ts_table_cell(table, "%s", cell->bound[0] ? cell->bound : "-");
    how_cell(table, cell);
    if (cell->note[0])
        ts_table_note(table, cell->note);
}

/* Those that have no place in the order, and why. */
static void print_refusals(const ts_comparison *c, const ts_compare_row *row)
{
    for (size_t t = 0; t < c->target_count; t++) {
        const ts_compare_cell *cell = &row->cells[t];
        const char *why = cell->refusal ? cell->refusal : isnan(cell->value) ? cell->no_value : NULL;
        ts_str text = TS_STR_INIT, line = TS_STR_INIT;
        if (!why)
            continue;
        ts_str_format(&line, "%s: %s", c->targets[t]->name, why);
        ts_wrap(&text, ts_str_text(&line), 2, (size_t)ts_columns(stdout));
        fputs(ts_str_text(&text), stdout);
        ts_str_free(&text);
        ts_str_free(&line);
    }
}

static bool any_refusal(const ts_comparison *c, const ts_compare_row *row)
{
    for (size_t t = 0; t < c->target_count; t++)
        if (row->cells[t].refusal || isnan(row->cells[t].value))
            return true;
    return false;
}

static int print_detail(const ts_comparison *c, const ts_compare_row *row)
{
    ts_table *table =
        ts_table_new(c->objective > TS_BY_ENERGY
                         ? ">|target|>time|>10..90 %|>energy|>value|>to best|>sure|>of peak|bound by|how"
                         : ">|target|>time|>10..90 %|>energy|>to best|>sure|>of peak|bound by|how");
    printf("%s, by %s\n\n", row->workload->name, ts_objective_name(c->objective));
    for (size_t i = 0; i < row->ranked; i++)
        detail_row(table, c, row, i);
    int rc = ts_table_print(table, stdout);
    if (any_refusal(c, row)) {
        printf("\nNot ranked:\n");
        print_refusals(c, row);
    }
    return rc;
}

/* Several workloads: one line a target, one column a workload. */
static int print_matrix(const ts_comparison *c)
{
    char text[TS_HUMAN];
    ts_str headers = TS_STR_INIT;
    ts_str_append(&headers, ">|target|>overall");
    for (size_t r = 0; r < c->row_count; r++)
        ts_str_format(&headers, "|>%s", c->rows[r].workload->name);
    ts_table *table = ts_table_new(ts_str_text(&headers));
    ts_str_free(&headers);
    for (size_t i = 0; i < c->target_count; i++) {
        const ts_compare_overall *o = &c->overall[i];
        if (o->done == 0)
            continue;
        ts_table_cell(table, "%zu", i + 1);
        ts_table_cell(table, "%s", c->targets[o->target]->name);
        ts_table_cell(table, isnan(o->ratio) ? "-" : "%.3gx", o->ratio);
        for (size_t r = 0; r < c->row_count; r++) {
            const ts_compare_cell *cell = &c->rows[r].cells[o->target];
            ts_table_cell(table, "%s%s%s", value_text(c->objective, cell->refusal ? NAN : cell->value, text),
                          !cell->refusal && cell->measured > 0.5 ? "*" : "",
                          !cell->refusal && cell->note[0] ? "~" : "");
        }
    }
    printf("By %s; overall: geometric mean of the ratios to the best. *: mostly measured, the rest is "
           "predicted; ~: with a reservation (another type, parts left out) that the comparison of one "
           "workload tells.\n\n",
           ts_objective_name(c->objective));
    return ts_table_print(table, stdout);
}

/* In a table of several workloads a target that can do none of them is told once. */
static void print_absent(const ts_comparison *c)
{
    bool first = true;
    for (size_t i = 0; i < c->target_count; i++) {
        const ts_compare_overall *o = &c->overall[i];
        const ts_compare_cell *cell = &c->rows[0].cells[o->target];
        ts_str line = TS_STR_INIT, text = TS_STR_INIT;
        if (o->done > 0)
            continue;
        if (first)
            printf("\nNot ranked (the first reason of each):\n");
        first = false;
        ts_str_format(&line, "%s: %s", c->targets[o->target]->name,
                      cell->refusal ? cell->refusal : cell->no_value);
        ts_wrap(&text, ts_str_text(&line), 2, (size_t)ts_columns(stdout));
        fputs(ts_str_text(&text), stdout);
        ts_str_free(&line);
        ts_str_free(&text);
    }
}

static void print_breakevens(const ts_compare_findings *f)
{
    const ts_comparison *c = f->comparison;
    if (f->breakevens.count)
        printf("\nBreak-even\n\n");
    for (size_t i = 0; i < f->breakevens.count; i++) {
        const ts_breakeven *b = &f->breakevens.items[i];
        const char *name = c->rows[i].workload->name;
        if (f->no_breakevens[i])
            printf("  %s: %s\n", name, f->no_breakevens[i]);
        else if (b->at)
            printf("  %s: %s is better up to %s = %lld, %s from %lld on\n", name, c->targets[b->first]->name,
                   b->quantity, (long long)b->at - 1, c->targets[b->second]->name, (long long)b->at);
        else
            printf("  %s: none between %s and %s for %s from %lld to %lld (ratio %.3g to %.3g)\n", name,
                   c->targets[b->first]->name, c->targets[b->second]->name, b->quantity, (long long)b->from,
                   (long long)b->to, b->ratio_from, b->ratio_to);
    }
}

static int print_slowdowns(const ts_portability *p)
{
    enum { MOST = 8 };
    size_t n = p->instance_count < MOST ? p->instance_count : MOST;
    ts_str headers = TS_STR_INIT;
    ts_str_append(&headers, ">|measured on");
    for (size_t i = 0; i < n; i++)
        ts_str_format(&headers, "|>best of %zu", i + 1);
    ts_table *table = ts_table_new(ts_str_text(&headers));
    ts_str_free(&headers);
    for (size_t i = 0; i < n; i++) {
        ts_table_cell(table, "%zu", i + 1);
        ts_table_cell(table, "%s", p->instances[i]);
        for (size_t j = 0; j < n; j++) {
            double slowdown = p->slowdowns[i * p->instance_count + j];
            ts_table_cell(table, isnan(slowdown) ? "-" : "%.2fx", slowdown);
        }
    }
    printf("\nWhat another one's best configuration of %s costs (-: not measured there)\n\n", p->kernel);
    int rc = ts_table_print(table, stdout);
    if (p->instance_count > n)
        printf("  and %zu more; --json has all\n", p->instance_count - n);
    return rc;
}

static int print_portability(const ts_portability *p)
{
    int rc = print_slowdowns(p);
    printf("\n%zu configuration%s serve%s all %zu within %.0f %%%s:\n", p->cover_count,
           p->cover_count == 1 ? "" : "s", p->cover_count == 1 ? "s" : "", p->instance_count, 100 * p->slack,
           p->exact ? ", and fewer don't, of those measured" : " (found greedily: fewer may do)");
    for (size_t i = 0; i < p->cover_count; i++)
        printf("  %s\n", p->configurations[p->cover[i]]);
    return rc;
}

static void print_line(size_t number, ts_facts_line l)
{
    if (l.formula)
        printf("  %3zu  %s = %s = %.6g %s  [%s]\n", number, l.name, l.formula, l.value, l.unit ? l.unit : "",
               l.source ? l.source : "-");
    else
        printf("  %3zu  %s = %.6g %s  (%s: %s)\n", number, l.name, l.value, l.unit ? l.unit : "",
               l.target ? l.target : "-", l.source ? l.source : "-");
}

static int print_chains(const ts_compare_findings *f)
{
    const ts_comparison *c = f->comparison;
    for (size_t r = 0; r < c->row_count; r++)
        for (size_t i = 0; i < c->rows[r].ranked; i++) {
            ts_facts *facts;
            const ts_target *target = c->targets[c->rows[r].order[i]];
            int rc = ts_compare_why(target, c->rows[r].workload, f->threads, &facts);
            if (rc != TS_OK)
                return rc;
            printf("\n%s on %s, as predicted:\n", c->rows[r].workload->name, target->name);
            for (size_t l = 0; l < ts_facts_count(facts); l++)
                print_line(l + 1, ts_facts_at(facts, l));
            ts_facts_close(facts);
        }
    return TS_OK;
}

int ts_compare_print(const ts_compare_findings *f)
{
    const ts_comparison *c = f->comparison;
    int rc = c->row_count == 1 ? print_detail(c, &c->rows[0]) : print_matrix(c);
    if (c->row_count > 1)
        print_absent(c);
    print_breakevens(f);
    for (size_t i = 0; i < f->portabilities.count && rc == TS_OK; i++)
        rc = print_portability(f->portabilities.items[i]);
    return rc == TS_OK && f->why ? print_chains(f) : rc;
}
