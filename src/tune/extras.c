/* What travels with a winner; see extras.h. */
#include "tune/extras.h"
#include "build/toolchain.h"
#include "core/detect.h"
#include "tune/warm.h"
#include "util/file.h"

#include <stdlib.h>
#include <string.h>

/* Tied variants that are kept: a program tries them at 2 % of its calls, more would never get their turn. */
enum { TIES = 6, BESIDE = TIES + 1 };
/* An object beyond this is no kernel that anybody wants in a database. */
static const size_t OBJECT_BYTES = (size_t)4 << 20;

struct ts_extras {
    ts_winner_extras rows;
    ts_winner_object objects[BESIDE + 1];
    ts_winner_tie ties[BESIDE];
    ts_variant variants[BESIDE];
    char *configurations[BESIDE], *sources[BESIDE], *bytes[BESIDE + 1];
    char *features, abi[48];
};

const ts_winner_extras *ts_extras_of(const ts_extras *extras)
{
    return &extras->rows;
}

void ts_extras_free(ts_extras *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < BESIDE; i++) {
        ts_variant_clear(&e->variants[i]);
        free(e->configurations[i]);
        free(e->sources[i]);
    }
    for (size_t i = 0; i < BESIDE + 1; i++)
        free(e->bytes[i]);
    free(e->features);
    free(e);
}

/* What the cache has of a variant: its absence costs the next program a compilation, no more. */
static void add_object(ts_extras *e, const char *variant)
{
    char path[4096];
    size_t at = e->rows.object_count, length = 0;
    if (!ts_cache_find(variant, path, sizeof path) ||
        ts_file_read(path, OBJECT_BYTES, &e->bytes[at], &length) != TS_OK)
        return;
    e->objects[at] = (ts_winner_object){variant, e->features, e->abi, e->bytes[at], length};
    e->rows.object_count++;
}

static int add_tie(ts_extras *e, const ts_bout *b, ts_renderer *renderer, uint64_t config)
{
    size_t at = e->rows.tie_count;
    ts_variant *v = &e->variants[at];
    int rc = ts_renderer_variant(renderer, config, v);
    if (rc != TS_OK)
        return rc;
    e->configurations[at] = ts_configuration_json(b->space, config);
    e->sources[at] = ts_asprintf("%s%s", ts_variant_prelude(), v->source);
    if (!e->configurations[at] || !e->sources[at])
        return ts_fail(TS_ENOMEM, "out of memory while storing the winner");
    e->ties[at] = (ts_winner_tie){.configuration = e->configurations[at],
                                  .variant = v->id,
                                  .source = e->sources[at],
                                  .compiler = v->compiler,
                                  .flags = v->flags ? v->flags : "",
                                  .fixed_shape = v->fixed_shape,
                                  .huge_pages = v->huge_pages,
                                  .workspace_bytes = v->workspace_bytes};
    e->rows.tie_count++;
    add_object(e, v->id);
    return TS_OK;
}

static bool serves_any(const ts_extras *e, const ts_variant *winner)
{
    bool any = !winner->fixed_shape;
    for (size_t i = 0; i < e->rows.tie_count; i++)
        any = any || !e->ties[i].fixed_shape;
    return any;
}

static bool failed_in_the_finals(const ts_finals *f, uint64_t config)
{
    for (size_t i = 0; i < f->failed_count; i++)
        if (f->failed[i] == config)
            return true;
    return false;
}

/* A winner that is compiled for its shape leaves the shapes around it without an answer: the fastest variant
 * for any shape is kept beside it. */
static int add_general(ts_extras *e, const ts_bout *b, ts_renderer *renderer)
{
    const ts_session *s = &b->session;
    const ts_observation *best = NULL;
    for (size_t i = 0; i < s->trials.count; i++) {
        const ts_observation *o = &s->trials.items[i];
        bool fixed = true;
        if (o->status != TS_STATUS_OK || (best && o->cost >= best->cost) ||
            failed_in_the_finals(&b->finals, o->config))
            continue;
        int rc = ts_renderer_fixed_shape(renderer, o->config, &fixed);
        if (rc != TS_OK)
            return rc;
        best = fixed ? best : o;
    }
    return best ? add_tie(e, b, renderer, best->config) : TS_OK;
}

int ts_extras_make(const ts_bout *b, ts_renderer *renderer, const ts_variant *winner, ts_extras **out)
{
    ts_extras *e = calloc(1, sizeof *e);
    *out = e;
    if (!e)
        return ts_fail(TS_ENOMEM, "out of memory while storing the winner");
    e->rows.objects = e->objects;
    e->rows.ties = e->ties;
    int rc = ts_detect_object_provenance(&e->features, e->abi);
    if (rc == TS_OK)
        add_object(e, winner->id);
    const ts_finals *f = &b->finals;
    for (size_t i = 0; rc == TS_OK && i < f->tied_count && e->rows.tie_count < TIES; i++)
        if (f->tied[i] != f->winner)
            rc = add_tie(e, b, renderer, f->tied[i]);
    if (rc == TS_OK && !serves_any(e, winner))
        rc = add_general(e, b, renderer);
    return rc;
}
