/* Roofline bounds; the citations are in the header. */
#include "model/roofline.h"

ts_roofline_bound ts_roofline_bounds(const ts_roofline *r)
{
    ts_roofline_bound b = {.seconds = r->work / r->operations_per_second, .limit = -1};
    b.joules = r->work * r->joules_per_operation;
    for (size_t i = 0; i < r->level_count; i++) {
        const ts_roofline_level *l = &r->levels[i];
        double seconds = l->bytes / l->bytes_per_second;
        b.joules += l->bytes * l->joules_per_byte;
        if (seconds > b.seconds) {
            b.seconds = seconds;
            b.limit = (int)i;
        }
    }
    b.joules += r->static_watts * b.seconds;
    b.operations_per_second = r->work / b.seconds;
    return b;
}

double ts_roofline_cache_aware(double operations_per_byte_at_core, double level_bytes_per_second,
                               double peak_operations_per_second)
{
    double memory = operations_per_byte_at_core * level_bytes_per_second;
    return memory < peak_operations_per_second ? memory : peak_operations_per_second;
}
