/* Traces in memory and as text; see trace.h. */
#include "tune/trace.h"

#include "util/str.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int ts_trace_new(ts_trace **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while preparing a trace");
}

static void run_clear(ts_trace_run *run)
{
    for (size_t i = 0; i < run->steps.count; i++)
        free(run->steps.items[i].key);
    ts_vec_free(&run->steps);
    free(run->strategy);
    free(run->space);
    free(run->label);
}

void ts_trace_free(ts_trace *trace)
{
    if (!trace)
        return;
    for (size_t i = 0; i < trace->runs.count; i++)
        run_clear(&trace->runs.items[i]);
    ts_vec_free(&trace->runs);
    free(trace);
}

static bool is_run(const ts_trace_run *run, const char *strategy, const char *space, const char *label)
{
    return strcmp(run->label, label) == 0 && strcmp(run->space, space) == 0 &&
           strcmp(run->strategy, strategy) == 0;
}

int ts_trace_run_of(ts_trace *trace, const char *strategy, const char *space, const char *label,
                    ts_trace_run **out)
{
    for (size_t i = trace->runs.count; i-- > 0;) {
        *out = &trace->runs.items[i];
        if (is_run(*out, strategy, space, label))
            return TS_OK;
    }
    ts_trace_run run = {strdup(strategy), strdup(space), strdup(label), {0}, -1};
    if (!run.strategy || !run.space || !run.label || !ts_vec_push(&trace->runs, run)) {
        run_clear(&run);
        return ts_fail(TS_ENOMEM, "out of memory while keeping a trace");
    }
    *out = &trace->runs.items[trace->runs.count - 1];
    return TS_OK;
}

int ts_trace_add(ts_trace_run *run, ts_step step)
{
    if (ts_vec_push(&run->steps, step))
        return TS_OK;
    free(step.key);
    return ts_fail(TS_ENOMEM, "out of memory while keeping a trace");
}

/* A CSV field (RFC 4180): quoted only where it must be; a line that begins with '#' would be a comment. */
static void add_field(ts_str *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n") && *text != '#') {
        ts_str_append(out, text);
        return;
    }
    ts_str_append(out, "\"");
    for (; *text; text++)
        ts_str_append_n(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    ts_str_append(out, "\"");
}

static void add_run(const ts_trace_run *run, bool overhead, ts_str *out)
{
    ts_str head = TS_STR_INIT, tail = TS_STR_INIT;
    add_field(&head, run->space);
    ts_str_append(&head, ",");
    add_field(&head, run->label);
    ts_str_append(&tail, ",");
    add_field(&tail, run->strategy);
    for (size_t i = 0; i < run->steps.count; i++) {
        const ts_step *step = &run->steps.items[i];
        ts_str_format(out, "%s,%zu,", ts_str_text(&head), i + 1);
        if (step->key)
            add_field(out, step->key);
        else
            ts_str_format(out, "%" PRIu64, step->config);
        if (overhead && isfinite(step->overhead_ms))
            ts_str_format(out, ",%.6f", step->overhead_ms);
        else if (overhead)
            ts_str_append(out, ",");
        ts_str_append(out, ts_str_text(&tail));
        ts_str_append(out, "\n");
    }
    out->failed = out->failed || head.failed || tail.failed;
    ts_str_free(&head);
    ts_str_free(&tail);
}

int ts_trace_text(const ts_trace *trace, bool overhead, char **text, size_t *length)
{
    ts_str out = TS_STR_INIT;
    ts_str_append(&out,
                  overhead ? "space,run,eval,config,overhead_ms,algo\n" : "space,run,eval,config,algo\n");
    for (size_t i = 0; i < trace->runs.count; i++)
        add_run(&trace->runs.items[i], overhead, &out);
    *length = out.length;
    *text = ts_str_take(&out);
    return *text ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while writing a trace");
}
