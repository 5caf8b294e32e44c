/* The library: which winners, which files. */
#include "export/library.h"
#include "core/paths.h"
#include "export/exporters.h"
#include "export/folder.h"
#include "export/library_parts.h"
#include "tilesmith_plugin.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Its presence says that a folder is an export and may be replaced by one. */
static const char marker[] = "winners.json";

typedef struct ts_placement {
    const char *resource, *path;
    bool cblas; /* only with the standard names */
} ts_placement;

static const ts_placement placements[] = {
    {"Makefile.in", "Makefile", false},
    {"exports.map.in", "exports.map", false},
    {"tilesmith-blas.pc.in", "tilesmith-blas.pc.in", false},
    {"tilesmith_blas.h.in", "include/tilesmith_blas.h", false},
    {"internal.h.in", "src/internal.h", false},
    {"cpu.c.in", "src/cpu.c", false},
    {"select.c.in", "src/select.c", false},
    {"workspace.c.in", "src/workspace.c", false},
    {"portable.c.in", "src/portable.c", false},
    {"default_gemm_body.h", "src/portable_gemm.h", false},
    {"portable_gemv.h.in", "src/portable_gemv.h", false},
    {"product.c.in", "src/product.c", false},
    {"product_body.h.in", "src/product_body.h", false},
    {"blas.h.in", "src/blas.h", true},
    {"cblas.c.in", "src/cblas.c", true},
    {"fortran.c.in", "src/fortran.c", true},
};

static bool is_hash(const char *text)
{
    for (const char *s = text; *s; s++)
        if (!isxdigit((unsigned char)*s))
            return false;
    return text[0] != '\0';
}

/* Others have another signature, another objective, or no machine to recognise. */
static bool belongs(const ts_winner *w)
{
    return (strcmp(w->kernel, "gemm") == 0 || strcmp(w->kernel, "gemv") == 0) &&
           (strcmp(w->type, "f32") == 0 || strcmp(w->type, "f64") == 0) &&
           strcmp(w->objective, "time") == 0 && w->fingerprint && ts_is_plain(w) && is_hash(w->variant);
}

static void keep_what_belongs(ts_winner *winners, size_t *count)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        if (belongs(&winners[i]))
            winners[kept++] = winners[i];
        else
            ts_winner_clear(&winners[i]);
    }
    *count = kept;
}

/* Behind the winners, so that these come first for their shapes: what serves others in place of those that
 * can't. */
static int add_generals(ts_store *store, const ts_export_request *request, ts_selection *out)
{
    ts_selection more = {0};
    int rc = ts_store_generals(store, request->kernel, request->target, &more.winners, &more.count);
    if (rc)
        return rc;
    keep_what_belongs(more.winners, &more.count);
    ts_winner *all = realloc(out->winners, (out->count + more.count + 1) * sizeof *all);
    if (!all) {
        ts_selection_clear(&more);
        return ts_fail(TS_ENOMEM, "out of memory while exporting");
    }
    if (more.count)
        memcpy(all + out->count, more.winners, more.count * sizeof *all);
    out->winners = all;
    out->count += more.count;
    free(more.winners);
    return TS_OK;
}

static int select_winners(ts_store *store, const ts_export_request *request, ts_library *l)
{
    ts_selection *s = &l->selection;
    int rc = ts_select_plain(store, request, s);
    keep_what_belongs(s->winners, &s->count);
    l->winner_count = s->count;
    if (rc == TS_OK && s->count == 0)
        rc = ts_select_nothing(store, request, "winner by time of gemm or gemv in f32 or f64");
    return rc ? rc : add_generals(store, request, s);
}

static int add_target(ts_store *store, const ts_winner *w, ts_library *l)
{
    ts_target *target = NULL;
    ts_library_target *t = &l->targets[l->target_count];
    int rc = ts_store_target_load(store, w->fingerprint, &target);
    if (rc)
        return rc;
    *t = (ts_library_target){.name = w->target_name, .fingerprint = w->fingerprint};
    l->target_count++;
    rc = ts_library_isa(target, t);
    ts_target_free(target);
    return rc;
}

static int collect(ts_store *store, const ts_export_request *request, ts_library *l)
{
    int rc = select_winners(store, request, l);
    if (rc)
        return rc;
    l->targets = calloc(l->selection.count + 1, sizeof *l->targets);
    if (!l->targets)
        return ts_fail(TS_ENOMEM, "out of memory while exporting");
    for (size_t i = 0; i < l->selection.count && rc == TS_OK; i++) {
        l->variant_count += !ts_library_repeated(l, i);
        if (!ts_library_target_of(l, &l->selection.winners[i]))
            rc = add_target(store, &l->selection.winners[i], l);
    }
    return rc;
}

static const char *resource(const char *name)
{
    for (const ts_resource *r = ts_library_resources; r->name; r++)
        if (strcmp(r->name, name) == 0)
            return r->text;
    return NULL;
}

static int write_resources(const ts_folder *f, bool cblas)
{
    int rc = TS_OK;
    for (size_t i = 0; i < sizeof placements / sizeof *placements && rc == TS_OK; i++) {
        const char *text = resource(placements[i].resource);
        if (!text)
            rc =
                ts_fail(TS_EINTERNAL, "the tool was built without %s of the library", placements[i].resource);
        else if (cblas || !placements[i].cblas)
            rc = ts_folder_write(f, placements[i].path, text, strlen(text));
    }
    return rc;
}

static int write_variants(const ts_folder *f, const ts_library *l)
{
    int rc = TS_OK;
    for (size_t i = 0; i < l->selection.count && rc == TS_OK; i++) {
        const ts_winner *w = &l->selection.winners[i];
        char name[96];
        snprintf(name, sizeof name, "variants/%.64s.c", w->variant);
        if (!ts_library_repeated(l, i))
            rc = ts_folder_write(f, name, w->source, strlen(w->source));
    }
    return rc;
}

static int write_text(const ts_folder *f, const char *name, int rc, ts_str *text)
{
    if (rc == TS_OK && text->failed)
        rc = ts_fail(TS_ENOMEM, "out of memory while exporting");
    if (rc == TS_OK)
        rc = ts_folder_write(f, name, ts_str_text(text), text->length);
    ts_str_free(text);
    return rc;
}

static int write_generated(const ts_folder *f, const ts_library *l, bool cblas)
{
    ts_str text = TS_STR_INIT;
    int rc = write_text(f, "src/table.c", ts_library_table(l, &text), &text);
    if (rc == TS_OK)
        rc = write_text(f, "variants.mk", ts_library_makefile(l, &text), &text);
    if (rc)
        return rc;
    ts_library_readme(l, cblas, &text);
    return write_text(f, "README", TS_OK, &text);
}

static int write_provenance(const ts_folder *f, ts_store *store, const ts_export_request *request)
{
    char *text = NULL;
    size_t length = 0;
    int rc = ts_exporter_find("json")->render(store, request, &text, &length);
    if (rc == TS_OK)
        rc = ts_folder_write(f, marker, text, length);
    free(text);
    return rc;
}

static int write_all(ts_store *store, const ts_library_request *request, const ts_library *l,
                     const char *directory)
{
    ts_folder folder;
    int rc = ts_folder_begin(directory, marker, &folder);
    if (rc == TS_OK)
        rc = write_resources(&folder, request->cblas);
    if (rc == TS_OK)
        rc = write_variants(&folder, l);
    if (rc == TS_OK)
        rc = write_generated(&folder, l, request->cblas);
    if (rc == TS_OK)
        rc = write_provenance(&folder, store, &request->what);
    if (rc == TS_OK)
        rc = ts_folder_commit(&folder);
    ts_folder_end(&folder);
    return rc;
}

static void library_clear(ts_library *l)
{
    for (size_t i = 0; i < l->target_count; i++) {
        free(l->targets[i].needs);
        free(l->targets[i].flags);
    }
    free(l->targets);
    ts_selection_clear(&l->selection);
}

int ts_export_library(const char *database, const ts_library_request *request, const char *directory,
                      ts_library_summary *summary)
{
    ts_store *store = NULL;
    ts_library library = {0};
    int rc = ts_store_open(database ? database : ts_path_database(), TS_STORE_READ, &store);
    if (rc == TS_OK)
        rc = collect(store, &request->what, &library);
    if (rc == TS_OK)
        rc = write_all(store, request, &library, directory);
    *summary = (ts_library_summary){library.target_count, library.winner_count, library.variant_count};
    library_clear(&library);
    ts_store_close(store);
    return rc;
}
