/* tilesmith detect: the machine in front of us as a target description. */
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "core/detect.h"
#include "util/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const ts_option options[] = {
    {"output", "FILE", NULL, "write the XML to FILE, whole or not at all (default: standard output)", false},
    {"no-measure", NULL, NULL, "only what the system says: milliseconds instead of about two seconds", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith detect", "Describe this machine on standard output."},
    {"tilesmith detect --output my-machine.xml",
     "Keep the description, to compare targets with or to send to a colleague."},
    {"tilesmith detect --no-measure --json", "Feature bits, caches and fingerprint, for scripts."},
    {NULL, NULL},
};

static json_t *value_json(ts_value value)
{
    return value.kind == TS_INT    ? json_integer(value.i)
           : value.kind == TS_REAL ? ts_json_real(value.r)
                                   : ts_json_text(value.s);
}

static json_t *attribute_json(const ts_attribute *a)
{
    return json_pack("{s:o, s:s?, s:s?, s:o, s:o}", "value", value_json(a->value), "unit", a->unit, "source",
                     a->source, "lo", ts_json_real(a->lo), "hi", ts_json_real(a->hi));
}

static json_t *target_json(const ts_target *target)
{
    json_t *attributes = json_object();
    for (size_t i = 0; attributes && i < target->count; i++) {
        if (json_object_set_new(attributes, target->attributes[i].name,
                                attribute_json(&target->attributes[i])) != 0) {
            json_decref(attributes);
            attributes = NULL;
        }
    }
    return attributes ? json_pack("{s:s, s:s, s:s?, s:s?, s:o}", "name", target->name, "kind", target->kind,
                                  "fingerprint", target->fingerprint, "summary", target->summary,
                                  "attributes", attributes)
                      : NULL;
}

static int write_xml(const ts_target *target, const char *path)
{
    char *text = NULL;
    int status = ts_target_write(target, &text);
    if (status == TS_OK && path) {
        status = ts_file_write(path, text, strlen(text));
    } else if (status == TS_OK && (fputs(text, stdout) == EOF || fflush(stdout) != 0)) {
        status = ts_fail(TS_ESYSTEM, "cannot write to standard output; use --output FILE");
    }
    free(text);
    return status;
}

static int run(const ts_args *args)
{
    ts_target *target = NULL;
    ts_progress progress;
    const char *path = ts_args_value(args, "output");
    bool show = isatty(STDERR_FILENO);
    ts_progress_begin(&progress);
    int status =
        ts_detect(!ts_args_switch(args, "no-measure"), show ? ts_progress_step : NULL, &progress, &target);
    ts_progress_end(&progress);
    if (status == TS_OK && (path || !ts_args_json(args))) {
        status = write_xml(target, path);
    }
    int exit_status = ts_report_failure(status);
    if (status == TS_OK && ts_args_json(args)) {
        exit_status = ts_json_print(target_json(target));
    } else if (status == TS_OK && path) {
        fprintf(stderr, "tilesmith: wrote %s, fingerprint %s, to %s\n", target->name, target->fingerprint,
                path);
    }
    ts_target_free(target);
    return exit_status;
}

const ts_command ts_command_detect = {
    .name = "detect",
    .summary = "describe this machine as a target (XML), asked and measured",
    .operands = "",
    .description =
        "Asks the processor (CPUID, HWCAP or hwprobe) and hwloc for features, cores and caches, and measures "
        "on one pinned core "
        "what they don't say: clock, floating-point peak, latency and bandwidth of each level, effective "
        "cache sizes.\n\n"
        "Every value carries its source; measured ones carry the 10th and 90th percentile of many short "
        "chunks as lo and hi. In "
        "a virtual machine the reported last-level cache is the host's, so l3.effective is what counts.\n\n"
        "The fingerprint is a hash of architecture, vendor, usable feature bits, vector length and the "
        "geometry of the first two "
        "cache levels: the same after a reboot, different on machines that need different configurations.\n\n"
        "With --json the facts go to standard output as JSON; --output still writes the XML.",
    .options = options,
    .examples = examples,
    .run = run,
};
