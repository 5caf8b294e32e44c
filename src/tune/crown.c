/* The winner stored with its provenance. */
#include "build/render.h"
#include "build/toolchain.h"
#include "tune/bout.h"
#include "tune/extras.h"
#include "tune/warm.h"
#include "util/clock.h"

#include <stdlib.h>
#include <string.h>

/* "[{…},{…}]" of the tied set. */
static char *tied_json(const ts_bout *b)
{
    ts_str text = TS_STR_INIT;
    ts_str_append(&text, "[");
    for (size_t i = 0; i < b->finals.tied_count; i++) {
        char *one = ts_configuration_json(b->space, b->finals.tied[i]);
        ts_str_format(&text, "%s%s", i ? "," : "", one ? one : "");
        text.failed = text.failed || !one;
        free(one);
    }
    ts_str_append(&text, "]");
    return ts_str_take(&text);
}

/* "m n k": the dimensions that a call passes. */
static char *arguments_text(const ts_kernel *kernel)
{
    ts_str text = TS_STR_INIT;
    for (size_t i = 0; i < kernel->dim_count; i++)
        if (kernel->dims[i].argument)
            ts_str_format(&text, "%s%s", text.length ? " " : "", kernel->dims[i].name);
    return text.data ? ts_str_take(&text) : strdup("");
}

/* The texts of a winner that are made for it. */
typedef struct ts_texts {
    char *configuration, *tied, *source, *arguments;
} ts_texts;

static bool make_texts(const ts_bout *b, const ts_variant *v, ts_texts *t)
{
    t->configuration = ts_configuration_json(b->space, b->finals.winner);
    t->tied = tied_json(b);
    t->source = ts_asprintf("%s%s", ts_variant_prelude(), v->source);
    t->arguments = arguments_text(b->tuner->kernel);
    return t->configuration && t->tied && t->source && t->arguments;
}

static void free_texts(ts_texts *t)
{
    free(t->configuration);
    free(t->tied);
    free(t->source);
    free(t->arguments);
}

/* What was built. Strings borrowed from arguments are not owned by the row. */
static ts_winner winner_row(const ts_bout *b, const ts_variant *v, const ts_texts *t)
{
    const ts_tuner *tuner = b->tuner;
    return (ts_winner){.kernel = tuner->kernel->name,
                       .kernel_hash = tuner->kernel->hash,
                       .type = b->problem->type->name,
                       .problem = (char *)ts_str_text(&b->key),
                       .target_name = tuner->target->name,
                       .fingerprint = tuner->target->fingerprint,
                       .configuration = t->configuration,
                       .variant = (char *)v->id,
                       .source = t->source,
                       .compiler = v->compiler,
                       .flags = v->flags,
                       .fixed_shape = v->fixed_shape,
                       .huge_pages = v->huge_pages,
                       .workspace_bytes = v->workspace_bytes,
                       .tied = t->tied,
                       .arguments = t->arguments,
                       .threads = ts_problem_threads(b->problem),
                       .max_error = b->problem->max_error,
                       .objective = "time",
                       .library_version = TILESMITH_VERSION};
}

/* What was measured. */
static void add_claim(const ts_bout *b, ts_winner *w)
{
    const ts_finals *f = &b->finals;
    w->seconds = f->seconds.mid;
    w->lo = f->seconds.lo;
    w->hi = f->seconds.hi;
    w->flops = b->roofline.flops;
    w->bytes = b->roofline.bytes;
    w->peak = f->peak;
    w->bound = f->bound_seconds;
    w->bound_by = (char *)ts_roofline_name(&b->roofline, f->side);
    w->deviation = f->winner_result.deviation;
    w->evaluations = b->session.trials.count;
}

static int store_winner(ts_bout *b, ts_renderer *renderer, const ts_variant *v)
{
    const char *identity;
    char stamp[21];
    ts_texts texts = {0};
    int rc = ts_compiler_identity(v->compiler, &identity);
    if (rc != TS_OK)
        return rc;
    ts_timestamp(stamp);
    if (make_texts(b, v, &texts)) {
        ts_winner w = winner_row(b, v, &texts);
        add_claim(b, &w);
        w.compiler_identity = (char *)identity;
        w.timestamp = stamp;
        ts_extras *extras = NULL;
        rc = ts_extras_make(b, renderer, v, &extras);
        if (rc == TS_OK)
            rc = ts_store_winner_put_with(b->tuner->store, b->session_id, &w, ts_extras_of(extras));
        ts_extras_free(extras);
    } else
        rc = ts_fail(TS_ENOMEM, "out of memory while storing the winner");
    free_texts(&texts);
    return rc;
}

int ts_bout_crown(ts_bout *b)
{
    ts_renderer *renderer = NULL;
    ts_variant variant = {0};
    int rc = ts_renderer_open(b->problem, b->tuner->target, b->space, &renderer);
    if (rc == TS_OK)
        rc = ts_renderer_variant(renderer, b->finals.winner, &variant);
    if (rc == TS_OK)
        rc = store_winner(b, renderer, &variant);
    if (rc == TS_OK && !(b->shape->variant = strdup(variant.id)))
        rc = ts_fail(TS_ENOMEM, "out of memory while reporting the winner");
    ts_variant_clear(&variant);
    ts_renderer_close(renderer);
    return rc;
}
