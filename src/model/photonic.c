/* Photonic tensor cores; the citations are in the header. */
#include "model/photonic.h"

#include <math.h>

static int64_t pieces(int64_t whole, int64_t part)
{
    return (whole + part - 1) / part;
}

int64_t ts_photonic_cycles(const ts_photonic_array *array, const ts_photonic_product *product)
{
    return pieces(product->n, array->tiles * array->height) * pieces(product->d, array->wavelengths) *
           pieces(product->m, array->cores * array->width);
}

int64_t ts_photonic_modulators(const ts_photonic_array *array)
{
    return array->tiles * array->cores * array->height * array->wavelengths;
}

double ts_photonic_switching_joules(int64_t devices, double joules, int64_t cycles)
{
    return (double)devices * joules * (double)cycles;
}

double ts_photonic_laser_mw(const ts_photonic_link *link)
{
    double level_dbm = link->insertion_loss_db + link->detector_dbm + 10 * log10(link->fanout);
    double light_mw = pow(10, level_dbm / 10) / link->wall_plug_efficiency;
    return light_mw * pow(2, link->bits) / (1 - pow(10, -link->extinction_ratio_db / 10));
}

static double dac_scale(int bits)
{
    return pow(2, bits) / (bits + 1);
}

double ts_photonic_dac_watts(double watts, int bits, double hz, int at_bits, double at_hz)
{
    return watts * dac_scale(at_bits) / dac_scale(bits) * at_hz / hz;
}

double ts_photonic_adc_watts(double watts, int bits, double hz, int at_bits, double at_hz)
{
    return watts * at_bits / bits * at_hz / hz;
}

/*
 * A product takes a ring to switch its wavelength in and one to take it out. Weights have a modulator each;
 * inputs are shared by all groups: the columns of neighbouring outputs overlap, as in a sliding window.
 */
ts_photonic_devices ts_photonic_star_devices(const ts_photonic_star *a)
{
    int64_t weights = a->groups * a->units * a->kernel_rows * a->kernel_columns;
    int64_t inputs = a->units * a->kernel_rows * (a->columns + a->kernel_columns - 1);
    int64_t products = weights * a->columns;
    return (ts_photonic_devices){.rings = 2 * products,
                                 .modulators = weights + inputs,
                                 .lasers = products,
                                 .converters_in = weights + inputs,
                                 .amplifiers = a->groups * a->columns,
                                 .converters_out = a->groups * a->columns};
}
