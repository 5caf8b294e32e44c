/* Row-stationary arrays; the citation is in the header. */
#include "model/row_stationary.h"

static int64_t pieces(int64_t whole, int64_t part)
{
    return (whole + part - 1) / part;
}

ts_row_result ts_row_stationary(const ts_row_array *array, const ts_row_layer *layer, const ts_row_pass *pass)
{
    ts_row_result r = {0};
    int64_t row_words = pass->channels * layer->taps; /* of a PE's window of inputs */
    int64_t weights = pass->filters * row_words * layer->taps * pass->channel_sets * pass->filter_sets;
    int64_t input_rows = (pass->output_rows - 1) * layer->stride + layer->taps;
    r.passes = pieces(layer->images, pass->images) * pieces(layer->outputs, pass->output_rows) *
               pieces(layer->filters, pass->filters * pass->filter_sets) *
               pieces(layer->channels, pass->channels * pass->channel_sets);
    r.active_pes = layer->taps * pass->output_rows * pass->channel_sets * pass->filter_sets;
    r.compute_cycles = (double)(pass->images * pass->filters * row_words * layer->outputs);
    r.filter_cycles = (double)weights / array->filter_words_per_cycle;
    r.fill_cycles = (double)(input_rows * row_words * pass->channel_sets) / array->input_words_per_cycle;
    r.cycles = (double)r.passes * (r.compute_cycles + r.filter_cycles + r.fill_cycles);
    r.seconds = r.cycles / array->clock_hz;
    return r;
}
