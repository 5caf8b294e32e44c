/* The ECM model; the citations are in the header. */
#include "model/ecm.h"

#include <math.h>

double ts_ecm_path_cycles(const ts_ecm_path *path, ts_ecm_lines lines, double line_bytes)
{
    double crossing = path->full_duplex ? fmax(lines.loaded, lines.stored) : lines.loaded + lines.stored;
    return crossing > 0 ? crossing * line_bytes / path->bytes_per_cycle : 0;
}

double ts_ecm_cycles(double overlapping, double not_overlapping, const ts_ecm_path *paths,
                     const ts_ecm_lines *lines, size_t count, double line_bytes)
{
    double longest = overlapping, sum = not_overlapping;
    for (size_t i = 0; i < count; i++) {
        double cycles = ts_ecm_path_cycles(&paths[i], lines[i], line_bytes);
        if (paths[i].overlaps)
            longest = fmax(longest, cycles);
        else
            sum += cycles;
    }
    return fmax(longest, sum);
}

double ts_ecm_memory_bytes_per_cycle(double bytes_per_second, double clock_hz)
{
    return bytes_per_second / clock_hz;
}

double ts_ecm_memory_utilization(int cores, double memory_cycles, double total_cycles)
{
    double u = 0;
    for (int n = 1; n <= cores; n++)
        u = fmin(1, n * memory_cycles / (total_cycles + u * (n - 1) * memory_cycles / 2));
    return u;
}

double ts_ecm_speedup(int cores, double memory_cycles, double total_cycles)
{
    if (memory_cycles <= 0)
        return cores;
    return ts_ecm_memory_utilization(cores, memory_cycles, total_cycles) /
           ts_ecm_memory_utilization(1, memory_cycles, total_cycles);
}

double ts_incore_fma_cycles(double fmas, double throughput, double latency, double chains)
{
    return fmax(fmas / throughput, latency * fmas / chains);
}
