/* See row_mapping.h; the letters are the paper's. */
#include "model/row_mapping.h"
#include "model/row_stationary.h"

#include <math.h>

/* Words that the scratchpads of a processing element hold, and the array around it. */
typedef struct scratchpads {
    int64_t filter, input, sums, rows, columns;
    double global_words;
    ts_row_array bus;
} scratchpads;

static int read_scratchpads(ts_facts *facts, scratchpads *s)
{
    static const char user[] = "the row-stationary model";
    double filter = 0, input = 0, sums = 0;
    const double word = 2; /* bytes: 16 bits, as everything on the chip */
    int rc = ts_facts_need(facts, "buffer.rf_filter.size", user, &filter);
    if (rc == 0)
        rc = ts_facts_need(facts, "buffer.rf_input.size", user, &input);
    if (rc == 0)
        rc = ts_facts_need(facts, "buffer.rf_sums.size", user, &sums);
    if (rc == 0)
        rc = ts_facts_need(facts, "buffer.global.size", user, &s->global_words);
    if (rc == 0)
        rc = ts_facts_need(facts, "bus.filter", user, &s->bus.filter_words_per_cycle);
    if (rc == 0)
        rc = ts_facts_need(facts, "bus.input", user, &s->bus.input_words_per_cycle);
    s->filter = (int64_t)(filter / word);
    s->input = (int64_t)(input / word);
    s->sums = (int64_t)(sums / word);
    s->global_words /= word;
    return rc;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A product is a convolution of 1 x 1 windows over a square of as many outputs; and so is, by im2col, one of
 * windows with more rows than the array. */
static ts_row_layer layer_of(const ts_product_sizes *p, int64_t array_rows)
{
    if (p->is_convolution && p->rows <= array_rows && p->columns <= array_rows)
        return (ts_row_layer){p->images,
                              p->filters,
                              p->channels,
                              p->rows > p->columns ? p->rows : p->columns,
                              p->height > p->width ? p->height : p->width,
                              p->stride};
    return (ts_row_layer){1, p->n, p->k, 1, (int64_t)ceil(sqrt((double)p->m)), 1};
}

/* Partial sums of the pass wait in the global buffer. */
static bool fits(const scratchpads *s, const ts_row_layer *l, const ts_row_pass *p)
{
    double sums = (double)(p->images * p->filters * p->filter_sets) * (double)(p->output_rows * l->outputs);
    double input_rows = (double)((p->output_rows - 1) * l->stride + l->taps);
    double inputs =
        (double)(p->images * p->channels * p->channel_sets) * input_rows * (double)(l->outputs * l->stride);
    return sums + inputs <= s->global_words;
}

static double pass_cycles(const scratchpads *s, const ts_row_layer *l, int64_t e, int64_t t, int64_t sets)
{
    ts_row_pass p = {.images = l->images, .output_rows = e, .filter_sets = t, .channel_sets = sets / t};
    p.channels = least(l->channels, s->input / l->taps);
    p.channels = p.channels < 1 ? 1 : p.channels;
    p.filters = least(least(l->filters, s->sums), s->filter / (p.channels * l->taps));
    p.filters = p.filters < 1 ? 1 : p.filters;
    while (p.images > 1 && !fits(s, l, &p))
        p.images = (p.images + 1) / 2;
    return ts_row_stationary(&s->bus, l, &p).cycles;
}

int ts_row_cycles(ts_facts *facts, const ts_product_sizes *sizes, double rows, double columns,
                  double clock_hz, double *cycles)
{
    scratchpads s = {.rows = (int64_t)rows, .columns = (int64_t)columns};
    int rc = read_scratchpads(facts, &s);
    ts_row_layer layer = layer_of(sizes, s.rows);
    *cycles = INFINITY;
    if (rc < 0)
        return rc;
    s.bus.clock_hz = clock_hz;
    int64_t groups = s.rows / layer.taps; /* of as many rows as the window has */
    for (int64_t e = 1; e <= least(layer.outputs, s.columns * groups); e++) {
        /* More output rows than columns go on in the next group. */
        int64_t sets = e <= s.columns ? groups * (s.columns / e) : groups / ((e + s.columns - 1) / s.columns);
        for (int64_t t = 1; t <= sets; t++)
            if (sets % t == 0)
                *cycles = fmin(*cycles, pass_cycles(&s, &layer, e, t, sets));
    }
    *cycles *= sizes->count;
    return 0;
}
