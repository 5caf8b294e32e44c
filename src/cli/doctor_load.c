/* Doctor's view of who else uses the CPUs: /proc/stat twice, and /proc/loadavg. */
#include "cli/doctor.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

bool ts_read_cpu_times(const char *root, int cpu, ts_cpu_times *out)
{
    char path[512], line[512], label[16];
    bool found = false;
    snprintf(path, sizeof path, "%s/proc/stat", root);
    cpu < 0 ? snprintf(label, sizeof label, "cpu ") : snprintf(label, sizeof label, "cpu%d ", cpu);
    FILE *file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        double user, nice, system, idle, iowait, irq, softirq, steal;
        if (strncmp(line, label, strlen(label)) == 0 &&
            sscanf(line + strlen(label), "%lf %lf %lf %lf %lf %lf %lf %lf", &user, &nice, &system, &idle,
                   &iowait, &irq, &softirq, &steal) == 8) {
            *out = (ts_cpu_times){
                .busy = user + nice + system + irq + softirq, .idle = idle + iowait, .steal = steal};
            found = true;
        }
    }
    if (file) {
        fclose(file);
    }
    return found;
}

static double elapsed(const ts_cpu_times *from, const ts_cpu_times *to)
{
    return to->busy + to->idle + to->steal - from->busy - from->idle - from->steal;
}

double ts_steal_share(const ts_cpu_times *from, const ts_cpu_times *to)
{
    return elapsed(from, to) > 0 ? (to->steal - from->steal) / elapsed(from, to) : 0;
}

double ts_busy_share(const ts_cpu_times *from, const ts_cpu_times *to)
{
    return elapsed(from, to) > 0 ? (to->busy - from->busy) / elapsed(from, to) : 0;
}

static void judge_steal(ts_diagnosis *d, double since_boot, double now)
{
    ts_finding_state state = now > 0.10                        ? TS_FINDING_BAD
                             : now > 0.02 || since_boot > 0.02 ? TS_FINDING_WARN
                                                               : TS_FINDING_OK;
    ts_finding *f = ts_finding_add(d, "steal", state);
    snprintf(f->seen, sizeof f->seen, "%.1f %% now, %.2f %% since boot", 100 * now, 100 * since_boot);
    if (state != TS_FINDING_OK) {
        snprintf(
            f->next, sizeof f->next,
            "the host gives CPU time to other guests: ask for dedicated cores, or measure at a quieter time");
    }
}

static void judge_load(ts_diagnosis *d, const char *root, int cpu, double own, double all)
{
    double load = -1;
    char path[512];
    snprintf(path, sizeof path, "%s/proc/loadavg", root);
    FILE *file = fopen(path, "re");
    bool known = file && fscanf(file, "%lf", &load) == 1;
    if (file) {
        fclose(file);
    }
    ts_finding_state state = own > 0.5                ? TS_FINDING_BAD
                             : own > 0.1 || all > 0.5 ? TS_FINDING_WARN
                                                      : TS_FINDING_OK;
    ts_finding *f = ts_finding_add(d, "load", state);
    size_t used = (size_t)snprintf(f->seen, sizeof f->seen, "CPU %d %.0f %% busy, all CPUs %.0f %%", cpu,
                                   100 * own, 100 * all);
    if (known) {
        snprintf(f->seen + used, sizeof f->seen - used, "; load average %.2f", load);
    }
    if (state != TS_FINDING_OK) {
        snprintf(f->next, sizeof f->next,
                 "stop other work (top shows it), or keep it off CPU %d with taskset", cpu);
    }
}

void ts_doctor_load(ts_diagnosis *d, const char *root, int cpu, double moment)
{
    ts_cpu_times boot = {0}, all_before, all_after, own_before, own_after;
    struct timespec pause = {.tv_sec = (time_t)moment,
                             .tv_nsec = (long)((moment - (double)(time_t)moment) * 1e9)};
    bool read = ts_read_cpu_times(root, -1, &all_before) && ts_read_cpu_times(root, cpu, &own_before);
    nanosleep(&pause, NULL);
    if (!read || !ts_read_cpu_times(root, -1, &all_after) || !ts_read_cpu_times(root, cpu, &own_after)) {
        ts_finding *f = ts_finding_add(d, "load", TS_FINDING_UNAVAILABLE);
        snprintf(f->seen, sizeof f->seen, "%s/proc/stat does not list CPU %d", root, cpu);
        return;
    }
    judge_steal(d, ts_steal_share(&boot, &all_after), ts_steal_share(&all_before, &all_after));
    judge_load(d, root, cpu, ts_busy_share(&own_before, &own_after), ts_busy_share(&all_before, &all_after));
}
