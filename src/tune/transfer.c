/* In and out of the database: exports to files, imports of other tuners' results. */
#include "core/paths.h"
#include "core/recording.h"
#include "export/exporters.h"
#include "store/store.h"
#include "tilesmith.h"
#include "util/file.h"
#include "util/str.h"
#include <stdlib.h>

static int no_such_format(const char *format)
{
    ts_str names = TS_STR_INIT;
    for (const ts_exporter *const *e = ts_exporters; *e; e++)
        ts_str_format(&names, "%s%s", names.length ? ", " : "", (*e)->name);
    int rc =
        ts_fail(TS_ENOTFOUND, "there is no export format '%s'; use one of: %s", format, ts_str_text(&names));
    ts_str_free(&names);
    return rc;
}

int ts_export(const char *database, const char *format, const ts_export_request *request, const char *path,
              char **text, size_t *length)
{
    const ts_exporter *exporter = ts_exporter_find(format);
    const ts_export_request everything = {0};
    ts_store *store = NULL;
    char *rendered = NULL;
    size_t n = 0;
    if (!exporter)
        return no_such_format(format);
    int rc = ts_store_open(database ? database : ts_path_database(), TS_STORE_READ, &store);
    if (rc == TS_OK)
        rc = exporter->render(store, request ? request : &everything, &rendered, &n);
    ts_store_close(store);
    if (rc == TS_OK && path)
        rc = ts_file_write(path, rendered, n);
    if (rc == TS_OK && text) {
        *text = rendered;
        rendered = NULL;
    }
    if (rc == TS_OK && length)
        *length = n;
    free(rendered);
    return rc;
}

int ts_import(const char *database, const char *path, size_t *rows)
{
    ts_recordings recordings;
    ts_store *store = NULL;
    int rc = ts_recordings_load(path, &recordings);
    if (rc)
        return rc;
    rc = ts_store_open(database ? database : ts_path_database(), TS_STORE_WRITE, &store);
    if (rc == TS_OK)
        rc = ts_store_import_all(store, &recordings, path, rows);
    ts_store_close(store);
    ts_recordings_clear(&recordings);
    return rc;
}
