/*
 * Systolic arrays: a product lies on the array in folds.
 * Weight-stationary ones that fetch weights from memory: Jouppi et al., ISCA 2017; other dataflows: Samajdar
 * et al., ISPASS 2020; row-stationary ones: Chen et al., JSSC 52(1) 2017.
 */
#include "model/accelerator.h"
#include "model/models.h"
#include "model/row_mapping.h"
#include "model/systolic.h"
#include "model/tpu.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char source[] =
    "Samajdar et al., ISPASS 2020; Jouppi et al., ISCA 2017; Chen et al., JSSC 52(1) 2017";
static const char user[] = "the systolic model";

typedef struct array {
    double rows, columns, count, clock_hz;
    double weights_per_second; /* bytes; NAN: not stated */
    ts_machine_type type;
} array;

static int read_array(const ts_model_call *call, ts_facts *facts, ts_prediction *p, array *a)
{
    double peak;
    int rc = ts_facts_need(facts, "array.rows", user, &a->rows);
    if (rc == 0)
        rc = ts_facts_need(facts, "array.columns", user, &a->columns);
    if (rc == 0)
        rc = ts_facts_need(facts, "clock.core", user, &a->clock_hz);
    if (rc == 0)
        rc = ts_machine_peak(facts, call, user, p, &a->type, &peak);
    a->count = ts_facts_or(facts, "array.count", 1, "one array");
    a->weights_per_second = ts_facts_peek(facts, "memory.bandwidth");
    p->peak = 2 * a->rows * a->columns * a->count * a->clock_hz;
    return rc;
}

static double pieces(double whole, double part)
{
    return ceil(whole / part);
}

/* Tiles of weights, one after another on each array; that the arrays share the memory is its bound's affair.
 */
static double streaming_cycles(const array *a, const ts_product_sizes *s, double *weight_bytes)
{
    double tiles = s->count * pieces((double)s->k, a->rows) * pieces((double)s->n, a->columns);
    ts_tpu unit = {.rows = (int)a->rows,
                   .columns = (int)a->columns,
                   .clock_hz = a->clock_hz,
                   .weight_bytes_per_second = INFINITY, /* fetching is what the memory's bound counts */
                   .weight_bytes = a->type.bytes};
    *weight_bytes = tiles * a->rows * a->columns * a->type.bytes;
    return ceil(tiles / a->count) * ts_tpu_tile_cycles(&unit, (double)s->m);
}

static int fold_cycles(const array *a, const ts_product_sizes *s, ts_dataflow dataflow, double *cycles)
{
    ts_systolic_array unit = {.rows = (int64_t)a->rows, .columns = (int64_t)a->columns, .dataflow = dataflow};
    ts_systolic_layer layer = {s->m, s->n, s->k};
    ts_systolic_result r;
    int rc = ts_systolic_run(&unit, &layer, &r);
    double folds = (double)r.row_folds * (double)r.column_folds * s->count;
    *cycles = rc == 0 ? pieces(folds, a->count) * (double)r.fold_cycles : NAN;
    return rc;
}

static ts_dataflow dataflow_of(const char *name)
{
    return strcmp(name, "output_stationary") == 0  ? TS_OUTPUT_STATIONARY
           : strcmp(name, "input_stationary") == 0 ? TS_INPUT_STATIONARY
                                                   : TS_WEIGHT_STATIONARY;
}

/* Cycles of one product; `weight_bytes` come from memory meanwhile. */
static int product_cycles(const array *a, const char *dataflow, ts_facts *facts, const ts_product_sizes *s,
                          double *cycles, double *weight_bytes)
{
    *weight_bytes = s->count * (double)s->n * (double)s->k * a->type.bytes;
    if (strcmp(dataflow, "row_stationary") == 0)
        return ts_row_cycles(facts, s, a->rows, a->columns, a->clock_hz, cycles);
    if (strcmp(dataflow, "weight_stationary") != 0 || isnan(a->weights_per_second))
        return fold_cycles(a, s, dataflow_of(dataflow), cycles);
    *cycles = streaming_cycles(a, s, weight_bytes);
    return 0;
}

/* Cycles of all products, and the weights that they fetch. */
static int count_cycles(const array *a, const char *dataflow, const ts_work *work, ts_facts *facts,
                        double *cycles, double *weight_bytes)
{
    int rc = 0;
    *cycles = *weight_bytes = 0;
    for (size_t i = 0; i < work->product_count && rc == 0; i++) {
        const ts_product_sizes *s = &work->products[i];
        double c, bytes;
        rc = product_cycles(a, dataflow, facts, s, &c, &bytes);
        if (rc < 0)
            break;
        *cycles += c;
        *weight_bytes += bytes;
        ts_facts_step(facts, "cycles", c, "cycles", source,
                      "%g times %lld x %lld x %lld, %s, on %g arrays of %g x %g", s->count, (long long)s->m,
                      (long long)s->n, (long long)s->k, dataflow, a->count, a->rows, a->columns);
    }
    return rc;
}

static int predict(const ts_model_call *call, ts_facts *facts, ts_prediction *out)
{
    array a = {0};
    const char *dataflow;
    double cycles = 0, weight_bytes = 0;
    if (call->work->product_flops <= 0)
        return ts_accelerator_other(call, facts, out);
    int rc = ts_target_need_text(ts_facts_target(facts), "array.dataflow", user, &dataflow);
    if (rc == 0)
        rc = read_array(call, facts, out, &a);
    if (rc == 0)
        rc = count_cycles(&a, dataflow, call->work, facts, &cycles, &weight_bytes);
    if (rc < 0)
        return rc;
    out->compute_seconds = cycles / a.clock_hz;
    ts_prediction_note_zeros(call, facts, out);
    bool optional = strcmp(dataflow, "row_stationary") == 0;
    rc = ts_accelerator_move(call, facts, &a.type, weight_bytes, optional, out);
    if (rc < 0)
        return rc;
    ts_prediction_bind(out, out->compute_seconds, "clock.core");
    ts_facts_step(facts, "time", out->seconds, "s", source, "max(%g cycles / %g Hz, memory and links)",
                  cycles, a.clock_hz);
    ts_machine_energy(facts, out);
    return 0;
}

const ts_model ts_model_systolic = {
    .name = "systolic",
    .summary = "products folded onto arrays, weights streamed from memory",
    .kind = "systolic",
    .source = source,
    .rank = 10,
    .predict = predict,
};
