/* ts_tune(): every problem in turn, and the report. */
#include "tune/tuner.h"
#include "util/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int copy_target(ts_tuner *t)
{
    ts_tune_report *r = t->report;
    r->target_name = strdup(t->target->name);
    r->fingerprint = strdup(t->target->fingerprint ? t->target->fingerprint : "");
    return r->target_name && r->fingerprint ? TS_OK
                                            : ts_fail(TS_ENOMEM, "out of memory while preparing the report");
}

static int tune_all(ts_tuner *t)
{
    int rc = ts_tuner_target(t);
    if (rc == TS_OK)
        rc = copy_target(t);
    for (size_t i = 0; i < t->problem_count && rc == TS_OK; i++) {
        rc = ts_tuner_problem(t, i);
        if (rc == TS_OK && t->report->interrupted)
            rc = ts_fail(TS_EINTR,
                         "interrupted; what was measured is kept, and the same command goes on from there");
    }
    return rc;
}

int ts_tune(const ts_tune_options *options, const ts_tune_callbacks *callbacks, ts_tune_report **report)
{
    ts_tuner tuner = {.options = options, .callbacks = callbacks};
    double started = ts_now();
    *report = tuner.report = calloc(1, sizeof **report);
    if (!tuner.report)
        return ts_fail(TS_ENOMEM, "out of memory while preparing the report");
    int rc = ts_tuner_open(&tuner);
    if (rc == TS_OK)
        rc = tune_all(&tuner);
    tuner.report->times.total = ts_now() - started;
    if (rc == TS_OK)
        ts_tuner_progress(&tuner, "done");
    ts_tuner_close(&tuner);
    if (rc != TS_OK && rc != TS_EINTR) {
        ts_tune_report_free(*report);
        *report = NULL;
    }
    return rc;
}

static void shape_clear(ts_tune_shape *s)
{
    for (size_t i = 0; i < s->tied; i++)
        free(s->tied_configurations[i]);
    free(s->tied_configurations);
    for (size_t i = 0; i < s->pareto_count; i++) {
        free(s->pareto[i].configuration);
        free(s->pareto[i].changes);
    }
    free(s->pareto);
    ts_counters_free(s->counters, s->counter_count);
    free(s->problem);
    free(s->type);
    free(s->configuration);
    free(s->variant);
}

void ts_tune_report_free(ts_tune_report *r)
{
    if (!r)
        return;
    for (size_t i = 0; r->shapes && i < r->count; i++)
        shape_clear(&r->shapes[i]);
    free(r->shapes);
    free(r->target_name);
    free(r->fingerprint);
    free(r->database);
    free(r->strategy);
    free(r);
}
