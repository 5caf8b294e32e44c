/* See compare_report.h: for machines. */
#include "cli/compare_report.h"
#include "cli/output.h"
#include <math.h>

static json_t *cell_json(const ts_comparison *c, const ts_compare_row *row, size_t t)
{
    const ts_compare_cell *cell = &row->cells[t];
    if (cell->refusal)
        return json_pack("{s:s, s:s}", "target", c->targets[t]->name, "refusal", cell->refusal);
    json_t *out =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "target", c->targets[t]->name, "seconds",
                  ts_json_real(cell->seconds), "seconds_lo", ts_json_real(cell->seconds_lo), "seconds_hi",
                  ts_json_real(cell->seconds_hi), "joules", ts_json_real(cell->joules), "joules_lo",
                  ts_json_real(cell->joules_lo), "joules_hi", ts_json_real(cell->joules_hi));
    json_t *more = json_pack("{s:o, s:o, s:o, s:s, s:o, s:s, s:s}", "value",
                             ts_json_real(ts_objective_shown(c->objective, cell->value)), "better_than_next",
                             ts_json_real(cell->sure), "utilization", ts_json_real(cell->utilization),
                             "bound", cell->bound, "measured", ts_json_real(cell->measured), "note",
                             cell->note, "no_value", cell->no_value);
    if (out)
        json_object_update(out, more);
    json_decref(more);
    return out;
}

static json_t *row_json(const ts_comparison *c, const ts_compare_row *row)
{
    json_t *cells = json_array(), *order = json_array();
    for (size_t t = 0; t < c->target_count; t++)
        json_array_append_new(cells, cell_json(c, row, t));
    for (size_t i = 0; i < row->ranked; i++)
        json_array_append_new(order, json_string(c->targets[row->order[i]]->name));
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "workload", row->workload->name, "flops",
                     ts_json_real(row->flops), "bytes", ts_json_real(row->bytes), "order", order, "targets",
                     cells);
}

static json_t *overall_json(const ts_comparison *c)
{
    json_t *out = json_array();
    for (size_t i = 0; i < c->target_count; i++)
        json_array_append_new(
            out, json_pack("{s:s, s:o, s:I}", "target", c->targets[c->overall[i].target]->name, "ratio",
                           ts_json_real(c->overall[i].ratio), "workloads", (json_int_t)c->overall[i].done));
    return out;
}

static json_t *breakevens_json(const ts_compare_findings *f)
{
    json_t *out = json_array();
    for (size_t i = 0; i < f->breakevens.count; i++) {
        const ts_breakeven *b = &f->breakevens.items[i];
        const ts_comparison *c = f->comparison;
        json_t *one =
            f->no_breakevens[i]
                ? json_pack("{s:s}", "refusal", f->no_breakevens[i])
                : json_pack("{s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o}", "quantity", b->quantity, "first",
                            c->targets[b->first]->name, "second", c->targets[b->second]->name, "from",
                            (json_int_t)b->from, "to", (json_int_t)b->to, "at",
                            b->at ? json_integer((json_int_t)b->at) : json_null(), "ratio_from",
                            ts_json_real(b->ratio_from), "ratio_to", ts_json_real(b->ratio_to));
        json_object_set_new(one, "workload", json_string(c->rows[i].workload->name));
        json_array_append_new(out, one);
    }
    return out;
}

static json_t *portability_json(const ts_portability *p)
{
    json_t *instances = json_array(), *slowdowns = json_array(), *cover = json_array();
    for (size_t i = 0; i < p->instance_count; i++) {
        json_t *row = json_array();
        json_array_append_new(instances, json_string(p->instances[i]));
        for (size_t j = 0; j < p->instance_count; j++)
            json_array_append_new(row, ts_json_real(p->slowdowns[i * p->instance_count + j]));
        json_array_append_new(slowdowns, row);
    }
    for (size_t i = 0; i < p->cover_count; i++)
        json_array_append_new(cover, json_string(p->configurations[p->cover[i]]));
    return json_pack("{s:s, s:o, s:o, s:o, s:f, s:b}", "kernel", p->kernel, "instances", instances,
                     "slowdowns", slowdowns, "cover", cover, "slack", p->slack, "exact", p->exact);
}

static json_t *chain_json(const ts_compare_findings *f, const ts_compare_row *row, size_t t)
{
    ts_facts *facts;
    json_t *out = json_array();
    if (ts_compare_why(f->comparison->targets[t], row->workload, f->threads, &facts) != TS_OK)
        return out;
    for (size_t i = 0; i < ts_facts_count(facts); i++) {
        ts_facts_line l = ts_facts_at(facts, i);
        json_array_append_new(out, json_pack("{s:s, s:o, s:s?, s:o, s:o, s:s?, s:s?, s:s?}", "name", l.name,
                                             "value", ts_json_real(l.value), "unit", l.unit, "lo",
                                             ts_json_real(l.lo), "hi", ts_json_real(l.hi), "formula",
                                             l.formula, "source", l.source, "target", l.target));
    }
    ts_facts_close(facts);
    return out;
}

static void add_chains(const ts_compare_findings *f, json_t *rows)
{
    for (size_t r = 0; r < f->comparison->row_count; r++) {
        const ts_compare_row *row = &f->comparison->rows[r];
        json_t *cells = json_object_get(json_array_get(rows, r), "targets");
        for (size_t i = 0; i < row->ranked; i++)
            json_object_set_new(json_array_get(cells, row->order[i]), "chain",
                                chain_json(f, row, row->order[i]));
    }
}

json_t *ts_compare_json(const ts_compare_findings *f)
{
    const ts_comparison *c = f->comparison;
    json_t *rows = json_array(), *portabilities = json_array();
    for (size_t r = 0; r < c->row_count; r++)
        json_array_append_new(rows, row_json(c, &c->rows[r]));
    if (f->why)
        add_chains(f, rows);
    for (size_t i = 0; i < f->portabilities.count; i++)
        json_array_append_new(portabilities, portability_json(f->portabilities.items[i]));
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "objective", ts_objective_name(c->objective), "overall",
                     overall_json(c), "workloads", rows, "break_even", breakevens_json(f), "portability",
                     portabilities);
}
