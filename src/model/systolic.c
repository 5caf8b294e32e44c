/* Folds, cycles and scratchpad accesses of a systolic array: closed forms. The stalls are systolic_stalls.c.
 */
#include "model/systolic.h"

#include "model/systolic_parts.h"
#include "tilesmith_plugin.h"

/* What lies along the rows, along the columns, and in time (ISPASS 2020, spatio-temporal allocation). */
static ts_systolic_fold fold_of(const ts_systolic_array *a, const ts_systolic_layer *l)
{
    switch (a->dataflow) {
    case TS_WEIGHT_STATIONARY:
        return (ts_systolic_fold){
            .spatial_rows = l->window, .spatial_columns = l->filters, .time = l->pixels};
    case TS_INPUT_STATIONARY:
        return (ts_systolic_fold){
            .spatial_rows = l->window, .spatial_columns = l->pixels, .time = l->filters};
    case TS_OUTPUT_STATIONARY:
        break;
    }
    return (ts_systolic_fold){.spatial_rows = l->pixels, .spatial_columns = l->filters, .time = l->window};
}

/*
 * A fold streams its `time` operands through a skewed array; a stationary operand is
 * loaded row by row first. The simulator counts from cycle 0, so a run ends one cycle earlier.
 */
static void count_cycles(const ts_systolic_array *a, const ts_systolic_fold *f, ts_systolic_result *out)
{
    int64_t load = a->dataflow == TS_OUTPUT_STATIONARY ? 0 : a->rows;
    out->row_folds = ts_ceil_div(f->spatial_rows, a->rows);
    out->column_folds = ts_ceil_div(f->spatial_columns, a->columns);
    out->fold_cycles = load + f->time + a->rows + a->columns - 2;
    out->compute_cycles = out->row_folds * out->column_folds * out->fold_cycles - 1;
}

/* Each fold reads its own part of both operands once; only what streams out differs between dataflows. */
static void count_accesses(const ts_systolic_array *a, const ts_systolic_layer *l, ts_systolic_result *out)
{
    int64_t input = l->pixels * l->window, weight = l->window * l->filters, output = l->pixels * l->filters;
    switch (a->dataflow) {
    case TS_WEIGHT_STATIONARY:
        out->input_reads = input * out->column_folds;
        out->weight_reads = weight;
        out->output_writes = output * out->row_folds;
        break;
    case TS_INPUT_STATIONARY:
        out->input_reads = input;
        out->weight_reads = weight * out->column_folds;
        out->output_writes = output * out->row_folds;
        break;
    case TS_OUTPUT_STATIONARY:
        out->input_reads = input * out->column_folds;
        out->weight_reads = weight * out->row_folds;
        /* the simulator counts one null write more for each row and column that drains a fold */
        out->output_writes = output + out->row_folds * out->column_folds * (a->rows + a->columns);
        break;
    }
}

static void rate(const ts_systolic_array *a, const ts_systolic_fold *f, ts_systolic_result *out)
{
    double folds = (double)(out->row_folds * out->column_folds);
    double cells = (double)(a->rows * a->columns);
    out->mapping_efficiency = (double)(f->spatial_rows * f->spatial_columns) / (folds * cells);
    out->utilization = out->mapping_efficiency * (double)f->time / (double)out->fold_cycles;
}

int ts_systolic_run(const ts_systolic_array *array, const ts_systolic_layer *layer, ts_systolic_result *out)
{
    *out = (ts_systolic_result){0};
    if (array->rows < 1 || array->columns < 1)
        return ts_fail(TS_EINPUT, "a systolic array needs at least one row and one column");
    if (layer->pixels < 1 || layer->filters < 1 || layer->window < 1)
        return ts_fail(TS_EINPUT, "a layer on a systolic array needs positive pixels, filters and window");
    ts_systolic_fold fold = fold_of(array, layer);
    count_cycles(array, &fold, out);
    count_accesses(array, layer, out);
    rate(array, &fold, out);
    if (array->words_per_cycle == 0)
        return 0;
    if (array->words_per_cycle < 0 || array->input_words < 2 || array->weight_words < 2 ||
        array->output_words < 2)
        return ts_fail(TS_EINPUT, "stalls need scratchpads of at least two words and a positive bandwidth");
    ts_systolic_stalls(array, &fold, out);
    return 0;
}
