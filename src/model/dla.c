/* NVDLA-like engines; the citations are in the header. */
#include "model/dla.h"

#include <math.h>

static double pieces(double whole, double part)
{
    return ceil(whole / part);
}

double ts_dla_compute_cycles(const ts_dla *d, const ts_dla_layer *l)
{
    double taps = (double)(l->window * l->window), depth = (double)l->channels;
    if (l->is_image) {
        taps = (double)l->window;
        depth *= (double)l->window;
    }
    return pieces(depth, (double)d->input_atoms) * pieces((double)l->kernels, (double)d->kernel_atoms) *
           taps * (double)(l->width * l->height);
}

/* How a layer is cut to fit the buffer. */
typedef struct cut {
    double input_bytes, weight_bytes; /**< overlap of the input's pieces included */
    double input_pieces, weight_pieces;
    double first_bytes; /**< of input, before the first multiplication */
} cut;

/* Whole rows of outputs whose inputs a part of the buffer holds; a window that doesn't fit whole streams
 * through. */
static double rows_held(const ts_dla_layer *l, double part_bytes, double row_bytes)
{
    double rows = floor(part_bytes / row_bytes) - (double)l->window;
    double held = floor(rows / (double)l->stride) + 1;
    return fmin((double)l->height, fmax(1, held));
}

static cut cut_of(const ts_dla *d, const ts_dla_layer *l)
{
    double rows = (double)((l->height - 1) * l->stride + l->window);
    double columns = (double)((l->width - 1) * l->stride + l->window);
    double row_bytes = columns * (double)l->channels * l->element_bytes;
    double part = d->buffer_bytes / 4; /* of the buffer, one operand's, one of two */
    cut c = {.weight_bytes = (double)(l->channels * l->kernels * l->window * l->window) * l->element_bytes};
    c.weight_pieces = pieces(c.weight_bytes, part);
    c.input_pieces = pieces((double)l->height, rows_held(l, part, row_bytes));
    double overlap = fmax(0, (double)(l->window - l->stride)) * (c.input_pieces - 1);
    c.input_bytes = (rows + overlap) * row_bytes;
    c.first_bytes = fmin(c.input_bytes, part);
    return c;
}

double ts_dla_traffic_bytes(const ts_dla *d, const ts_dla_layer *l)
{
    cut c = cut_of(d, l);
    double output = (double)(l->width * l->height * l->kernels) * l->element_bytes;
    double weights_stay = c.weight_bytes + c.input_bytes * (c.input_pieces > 1 ? c.weight_pieces : 1);
    double input_stays = c.input_bytes + c.weight_bytes * (c.weight_pieces > 1 ? c.input_pieces : 1);
    return fmin(weights_stay, input_stays) + output * (l->adds_residual ? 2 : 1);
}

double ts_dla_layer_seconds(const ts_dla *d, const ts_dla_layer *l)
{
    cut c = cut_of(d, l);
    double compute = ts_dla_compute_cycles(d, l) / d->clock_hz;
    double memory = ts_dla_traffic_bytes(d, l) / d->memory_bytes_per_second;
    double first = c.first_bytes / d->memory_bytes_per_second;
    return fmax(compute + first, memory + compute / fmax(c.input_pieces, c.weight_pieces));
}

double ts_dla_pass_seconds(const ts_dla *d, double bytes)
{
    return bytes / d->memory_bytes_per_second;
}

double ts_dla_network_seconds(const ts_dla *d, const ts_dla_layer *layers, size_t count)
{
    double seconds = 0;
    for (size_t i = 0; i < count; i++)
        seconds += ts_dla_layer_seconds(d, &layers[i]);
    return seconds;
}
