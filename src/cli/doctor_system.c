/* Doctor's readers of /sys and /proc: settings that move the clock or let others share the core. */
#include "cli/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* First line of ROOT + the formatted path; false if it can't be read or is empty. */
static bool read_line(char *out, size_t size, const char *root, const char *path)
{
    char full[512];
    snprintf(full, sizeof full, "%s%s", root, path);
    FILE *file = fopen(full, "re");
    bool got = file && fgets(out, (int)size, file);
    if (file) {
        fclose(file);
    }
    if (!got) {
        out[0] = '\0';
    }
    out[strcspn(out, "\n")] = '\0';
    return out[0] != '\0';
}

void ts_doctor_governor(ts_diagnosis *d, const char *root, int cpu)
{
    char path[128], governor[64];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", cpu);
    if (!read_line(governor, sizeof governor, root, path)) {
        ts_finding *f = ts_finding_add(d, "governor", TS_FINDING_UNAVAILABLE);
        snprintf(f->seen, sizeof f->seen, "no cpufreq: firmware or a hypervisor sets the clock");
        return;
    }
    bool steady = strcmp(governor, "performance") == 0;
    ts_finding *f = ts_finding_add(d, "governor", steady ? TS_FINDING_OK : TS_FINDING_WARN);
    snprintf(f->seen, sizeof f->seen, "%s on CPU %d", governor, cpu);
    if (!steady) {
        snprintf(f->next, sizeof f->next, "cpupower frequency-set -g performance");
    }
}

void ts_doctor_turbo(ts_diagnosis *d, const char *root)
{
    char text[32];
    bool on;
    const char *off_command;
    if (read_line(text, sizeof text, root, "/sys/devices/system/cpu/intel_pstate/no_turbo")) {
        on = strcmp(text, "0") == 0;
        off_command = "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo";
    } else if (read_line(text, sizeof text, root, "/sys/devices/system/cpu/cpufreq/boost")) {
        on = strcmp(text, "1") == 0;
        off_command = "echo 0 > /sys/devices/system/cpu/cpufreq/boost";
    } else {
        ts_finding *f = ts_finding_add(d, "turbo", TS_FINDING_UNAVAILABLE);
        snprintf(f->seen, sizeof f->seen, "the system doesn't say whether the clock may rise");
        return;
    }
    ts_finding *f = ts_finding_add(d, "turbo", on ? TS_FINDING_WARN : TS_FINDING_OK);
    snprintf(f->seen, sizeof f->seen,
             on ? "on: the clock depends on temperature and on what other cores do" : "off");
    if (on) {
        snprintf(f->next, sizeof f->next, "for steadier times: %s", off_command);
    }
}

void ts_doctor_smt(ts_diagnosis *d, const char *root, int cpu)
{
    char path[128], siblings[64], active[8];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    if (!read_line(siblings, sizeof siblings, root, path)) {
        ts_finding *f = ts_finding_add(d, "SMT", TS_FINDING_UNAVAILABLE);
        snprintf(f->seen, sizeof f->seen, "the system doesn't list the threads of a core");
        return;
    }
    bool shared = strpbrk(siblings, ",-") != NULL;
    bool known = read_line(active, sizeof active, root, "/sys/devices/system/cpu/smt/active");
    ts_finding *f = ts_finding_add(d, "SMT", shared ? TS_FINDING_WARN : TS_FINDING_OK);
    snprintf(f->seen, sizeof f->seen,
             shared ? "CPUs %s share one core" : "CPU %s is alone on its core, as far as the system says%s",
             siblings, known && strcmp(active, "0") == 0 ? " (SMT off)" : "");
    if (shared) {
        snprintf(f->next, sizeof f->next,
                 "keep the other threads idle, or: echo off > /sys/devices/system/cpu/smt/control");
    }
}

void ts_doctor_huge_pages(ts_diagnosis *d, const char *root)
{
    char text[96], mode[32] = "";
    if (!read_line(text, sizeof text, root, "/sys/kernel/mm/transparent_hugepage/enabled")) {
        ts_finding *f = ts_finding_add(d, "huge pages", TS_FINDING_UNAVAILABLE);
        snprintf(f->seen, sizeof f->seen, "the kernel has no transparent huge pages");
        return;
    }
    const char *open = strchr(text, '[');
    if (open) {
        snprintf(mode, sizeof mode, "%.*s", (int)strcspn(open + 1, "]"), open + 1);
    }
    bool never = strcmp(mode, "never") == 0;
    ts_finding *f = ts_finding_add(d, "huge pages", never ? TS_FINDING_WARN : TS_FINDING_OK);
    snprintf(f->seen, sizeof f->seen, "transparent huge pages: %s", mode);
    if (never) {
        snprintf(f->next, sizeof f->next, "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
    }
}

void ts_doctor_perf_access(ts_diagnosis *d, const char *root, bool is_root)
{
    char text[32];
    if (!read_line(text, sizeof text, root, "/proc/sys/kernel/perf_event_paranoid")) {
        ts_finding *f = ts_finding_add(d, "perf_event_paranoid", TS_FINDING_UNAVAILABLE);
        snprintf(f->seen, sizeof f->seen, "the kernel has no perf_event");
        return;
    }
    long level = strtol(text, NULL, 10);
    bool refused = level > 2; /* PAPI then disables its component even for root */
    bool user_only = level == 2 && !is_root;
    ts_finding *f = ts_finding_add(d, "perf_event_paranoid", refused ? TS_FINDING_WARN : TS_FINDING_OK);
    snprintf(f->seen, sizeof f->seen, "%ld%s", level, user_only ? ": counting in user mode only" : "");
    if (refused) {
        snprintf(f->next, sizeof f->next, "sysctl kernel.perf_event_paranoid=1");
    }
}

/* Whether a line of /proc/cpuinfo that begins with "flags" has the word "hypervisor"; -1 if there is no such
 * line. */
static int hypervisor_flag(const char *root)
{
    char path[512], line[8192];
    int answer = -1;
    snprintf(path, sizeof path, "%s/proc/cpuinfo", root);
    FILE *file = fopen(path, "re");
    while (file && answer < 0 && fgets(line, sizeof line, file)) {
        if (strncmp(line, "flags", 5) == 0) {
            answer = strstr(line, " hypervisor") != NULL;
        }
    }
    if (file) {
        fclose(file);
    }
    return answer;
}

void ts_doctor_virtualisation(ts_diagnosis *d, const char *root)
{
    char vendor[64];
    int flag = hypervisor_flag(root);
    if (flag < 0) {
        ts_finding *f = ts_finding_add(d, "virtualisation", TS_FINDING_UNAVAILABLE);
        snprintf(f->seen, sizeof f->seen, "this processor doesn't say whether a hypervisor runs it");
        return;
    }
    bool named = read_line(vendor, sizeof vendor, root, "/sys/class/dmi/id/sys_vendor") ||
                 read_line(vendor, sizeof vendor, root, "/sys/hypervisor/type");
    ts_finding *f = ts_finding_add(d, "virtualisation", flag ? TS_FINDING_WARN : TS_FINDING_OK);
    snprintf(f->seen, sizeof f->seen,
             flag ? "virtual machine%s%s: neighbours on the host are invisible" : "none%s%s",
             flag && named ? " of " : "", flag && named ? vendor : "");
    if (flag) {
        snprintf(f->next, sizeof f->next,
                 "trust only comparisons made in one session (tune and recheck interleave them)");
    }
}
