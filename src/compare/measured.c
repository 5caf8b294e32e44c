/* What the database has measured of a workload's calls. */
#include "compare/parts.h"
#include "util/str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int ts_measurements_read(ts_store *store, const ts_target *target, ts_measurements *out)
{
    *out = (ts_measurements){0};
    const char *name = target->fingerprint ? target->fingerprint : target->name;
    return store ? ts_store_winners(store, NULL, name, &out->winners, &out->count) : TS_OK;
}

void ts_measurements_clear(ts_measurements *m)
{
    for (size_t i = 0; i < m->count; i++)
        ts_winner_clear(&m->winners[i]);
    free(m->winners);
    *m = (ts_measurements){0};
}

static bool stands_for(const ts_winner *w, const ts_problem *p, const char *shape, int threads)
{
    return strcmp(w->kernel, p->kernel->name) == 0 && strcmp(w->kernel_hash, p->kernel->hash) == 0 &&
           strcmp(w->type, p->type->name) == 0 && strcmp(w->problem, shape) == 0 &&
           (w->threads > 1 ? w->threads : 1) == threads && w->max_error == 0;
}

ts_measured ts_measured_call(const ts_measurements *m, const ts_workload_call *call, int threads)
{
    ts_measured found = {NAN, NAN, NAN};
    ts_str shape = TS_STR_INIT;
    ts_problem_text(&call->problem, &shape);
    for (size_t i = 0; i < m->count; i++) {
        const ts_winner *w = &m->winners[i];
        if (stands_for(w, &call->problem, ts_str_text(&shape), threads))
            found = (ts_measured){w->seconds, w->lo, w->hi};
    }
    ts_str_free(&shape);
    return found;
}
