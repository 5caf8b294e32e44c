/* tilesmith doctor: is this machine fit to measure on, and what to do if not. */
#include "cli/cli.h"
#include "cli/doctor.h"
#include "cli/output.h"
#include "measure/timer.h"
#include "util/str.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

static const ts_option options[] = {{NULL, NULL, NULL, NULL, false}};

static const ts_example examples[] = {
    {"tilesmith doctor", "What stands between this machine and sound measurements."},
    {"tilesmith doctor --json > conditions.json", "Keep the conditions beside the results."},
    {"tilesmith doctor && tilesmith tune gemm", "Tune only where measuring makes sense."},
    {NULL, NULL},
};

const char ts_fit_rule[] = "fit means that no finding is bad: steal up to 10 %, the measuring CPU at most "
                           "half busy, a clock step up to "
                           "1 us, and differences of 5 % visible when a kernel is timed against itself";

const char *ts_finding_state_name(ts_finding_state state)
{
    static const char *const names[] = {"ok", "warn", "bad", "unavailable"};
    return names[state];
}

ts_finding *ts_finding_add(ts_diagnosis *d, const char *name, ts_finding_state state)
{
    ts_finding *f = &d->findings[d->count < TS_FINDINGS ? d->count++ : TS_FINDINGS - 1];
    memset(f, 0, sizeof *f);
    f->name = name;
    f->state = state;
    return f;
}

bool ts_is_fit(const ts_diagnosis *d)
{
    for (size_t i = 0; i < d->count; i++) {
        if (d->findings[i].state == TS_FINDING_BAD) {
            return false;
        }
    }
    return true;
}

static void examine_system(ts_diagnosis *d, int cpu)
{
    const char *root = "";
    ts_doctor_virtualisation(d, root);
    ts_doctor_governor(d, root, cpu);
    ts_doctor_turbo(d, root);
    ts_doctor_smt(d, root, cpu);
    ts_doctor_load(d, root, cpu, 0.3);
    ts_doctor_huge_pages(d, root);
    ts_doctor_perf_access(d, root, geteuid() == 0);
}

/* An allowed CPU besides the one measured on; -1 if there is none. */
static int other_cpu(const cpu_set_t *allowed, int cpu)
{
    for (int i = 0; i < CPU_SETSIZE; i++) {
        if (i != cpu && CPU_ISSET(i, allowed)) {
            return i;
        }
    }
    return -1;
}

static void examine(ts_diagnosis *d)
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    int cpu = ts_pin(-1);
    examine_system(d, cpu < 0 ? 0 : cpu);
    ts_doctor_counters(d);
    ts_doctor_timer(d);
    ts_doctor_corunner(d, other_cpu(&allowed, cpu));
    ts_doctor_noise(d);
}

static json_t *diagnosis_json(const ts_diagnosis *d)
{
    json_t *findings = json_array();
    for (size_t i = 0; findings && i < d->count; i++) {
        const ts_finding *f = &d->findings[i];
        json_t *one =
            json_pack("{s:s, s:s, s:s, s:s?}", "name", f->name, "state", ts_finding_state_name(f->state),
                      "seen", f->seen, "next", f->next[0] ? f->next : NULL);
        if (json_array_append_new(findings, one) != 0) {
            json_decref(findings);
            findings = NULL;
        }
    }
    return findings
               ? json_pack("{s:b, s:s, s:o}", "fit", ts_is_fit(d), "rule", ts_fit_rule, "findings", findings)
               : NULL;
}

static ts_style style_of(ts_finding_state state)
{
    static const ts_style styles[] = {TS_STYLE_GOOD, TS_STYLE_BOLD, TS_STYLE_BAD, TS_STYLE_DIM};
    return styles[state];
}

static void print_finding(const ts_finding *f)
{
    const size_t indent = 34, width = (size_t)ts_columns(stdout);
    ts_str text = TS_STR_INIT;
    ts_wrap(&text, f->seen, indent, width);
    if (f->next[0]) {
        ts_str next = TS_STR_INIT;
        ts_str_format(&next, "-> %s", f->next);
        ts_wrap(&text, ts_str_text(&next), indent, width);
        ts_str_free(&next);
    }
    size_t blank = strspn(ts_str_text(&text), " ");
    printf("%s%-11s%s  %-20s %s", ts_style_on(stdout, style_of(f->state)), ts_finding_state_name(f->state),
           ts_style_on(stdout, TS_STYLE_PLAIN), f->name, ts_str_text(&text) + blank);
    ts_str_free(&text);
}

static void print_diagnosis(const ts_diagnosis *d)
{
    ts_str rule = TS_STR_INIT;
    ts_wrap(&rule, ts_fit_rule, 0, (size_t)ts_columns(stdout));
    printf("%sThis machine is %s to measure on.%s\n\n", ts_style_on(stdout, TS_STYLE_BOLD),
           ts_is_fit(d) ? "fit" : "not fit", ts_style_on(stdout, TS_STYLE_PLAIN));
    for (size_t i = 0; i < d->count; i++) {
        print_finding(&d->findings[i]);
    }
    printf("\n%s", ts_str_text(&rule));
    ts_str_free(&rule);
}

static int run(const ts_args *args)
{
    ts_diagnosis d = {.count = 0};
    examine(&d);
    if (ts_args_json(args)) {
        int status = ts_json_print(diagnosis_json(&d));
        return status != 0 ? status : !ts_is_fit(&d);
    }
    print_diagnosis(&d);
    return ts_is_fit(&d) ? 0 : 1;
}

const ts_command ts_command_doctor = {
    .name = "doctor",
    .summary = "is this machine fit to measure on? What to change if not",
    .operands = "",
    .description = "Looks at the settings that move the clock or let others use the core (governor, turbo, "
                   "SMT, steal, load, huge pages), at what "
                   "can be counted, and measures: the clock's step and cost, whether work on another CPU "
                   "slows this one down, and the noise floor, "
                   "by timing one kernel against itself.\n\n"
                   "Exit status 0: fit; 1: not fit. A machine is fit when no finding is bad: steal up to 10 "
                   "%, the measuring CPU at most half "
                   "busy, a clock step up to 1 us, and differences of 5 % visible. Findings marked warn cost "
                   "precision, not soundness.",
    .options = options,
    .examples = examples,
    .run = run,
};
