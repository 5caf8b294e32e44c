/* See conditions.h. */
#include "tune/conditions.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

static void read_line(const char *path, char *line, int size)
{
    FILE *f = fopen(path, "r");
    if (!f || !fgets(line, size, f))
        snprintf(line, (size_t)size, "unavailable");
    if (f)
        fclose(f);
    line[strcspn(line, "\n")] = '\0';
}

/* Share of steal in all CPU time since boot: field 8 of the "cpu" line (proc(5)). */
static double steal_share(void)
{
    char line[256];
    unsigned long long t[8] = {0};
    read_line("/proc/stat", line, sizeof line);
    if (sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3], &t[4], &t[5],
               &t[6], &t[7]) != 8)
        return NAN;
    double total = 0;
    for (int i = 0; i < 8; i++)
        total += (double)t[i];
    return total > 0 ? (double)t[7] / total : NAN;
}

/* The CPUs we may run on, as "0-1,4". */
static void allowed_cpus(char *text, size_t size)
{
    cpu_set_t set;
    size_t used = 0;
    text[0] = '\0';
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        snprintf(text, size, "unavailable");
        return;
    }
    for (int cpu = 0; cpu < CPU_SETSIZE && used + 24 < size; cpu++) {
        if (!CPU_ISSET(cpu, &set))
            continue;
        int last = cpu;
        while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, &set))
            last++;
        const char *comma = used ? "," : "";
        int n = last > cpu ? snprintf(text + used, size - used, "%s%d-%d", comma, cpu, last)
                           : snprintf(text + used, size - used, "%s%d", comma, cpu);
        used += (size_t)n;
        cpu = last;
    }
}

void ts_conditions_read(ts_conditions *c, ts_conditions_text *text)
{
    struct utsname kernel;
    double load[1];
    read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", text->governor, sizeof text->governor);
    snprintf(text->release, sizeof text->release, "%.79s",
             uname(&kernel) == 0 ? kernel.release : "unavailable");
    allowed_cpus(text->cpus, sizeof text->cpus);
    *c = (ts_conditions){
        .load = getloadavg(load, 1) == 1 ? load[0] : NAN,
        .steal = steal_share(),
        .peak = NAN,
        .governor = text->governor,
        .kernel_release = text->release,
        .cpus = text->cpus,
    };
}
