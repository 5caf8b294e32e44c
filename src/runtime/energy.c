/*
 * The energy of the processor's package, where the kernel lets this user read it (powercap: intel-rapl, which
 * serves AMD's as well). It counts everything that runs on the package, and moves once a millisecond: calls
 * below TSRT_ENERGY_SECONDS can't be told apart by it.
 */
#include "runtime/host_parts.h"
#include "runtime/live.h"
#include <stdlib.h>

static double read_number(const char *path)
{
    char text[64], *end;
    if (ts_host_read_line(path, text, sizeof text) == 0)
        return -1;
    double value = strtod(text, &end);
    return end != text && value >= 0 ? value : -1;
}

void tsrt_energy_open(ts_rt *rt, const char *folder)
{
    const char *file = tsrt_format(&rt->arena, "%s/intel-rapl:0/energy_uj", folder);
    const char *range = tsrt_format(&rt->arena, "%s/intel-rapl:0/max_energy_range_uj", folder);
    if (file == NULL || range == NULL || read_number(file) < 0)
        return;
    rt->energy_range = read_number(range);
    rt->energy_file = file;
}

double tsrt_energy_read(const ts_rt *rt)
{
    return rt->energy_file != NULL ? read_number(rt->energy_file) : -1;
}
