/* TPU v1; the citation is in the header. */
#include "model/tpu.h"

#include <math.h>

double ts_tpu_peak(const ts_tpu *t)
{
    return 2.0 * t->rows * t->columns * t->clock_hz;
}

double ts_tpu_tile_cycles(const ts_tpu *t, double uses)
{
    double tile_bytes = (double)t->rows * t->columns * t->weight_bytes;
    double fetch = tile_bytes / t->weight_bytes_per_second * t->clock_hz;
    return fmax(fmax(uses, t->rows), fetch);
}

double ts_tpu_bound(const ts_tpu *t, double uses)
{
    return ts_tpu_peak(t) * uses / ts_tpu_tile_cycles(t, uses);
}
