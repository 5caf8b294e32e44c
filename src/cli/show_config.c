/* tilesmith show config: where things are and what this build stands on; what a bug report needs. */
#include "build/toolchain.h"
#include "cli/data.h"
#include "cli/output.h"
#include "cli/show.h"
#include "core/detect.h"
#include "core/paths.h"
#include "measure/counters.h"
#include "tilesmith.h"
#include "util/file.h"
#include <hwloc.h>
#include <libxml/parser.h>
#include <lzma.h>
#include <papi.h>
#include <sqlite3.h>
#include <zlib.h>

static json_t *paths_json(void)
{
    return json_pack("{s:s, s:s, s:b, s:s}", "data", ts_path_data(), "database", ts_path_database(),
                     "database_exists", ts_file_exists(ts_path_database()), "cache", ts_path_cache());
}

static json_t *libraries_json(void)
{
    char hwloc[32], papi[32];
    unsigned h = hwloc_get_api_version();
    snprintf(hwloc, sizeof hwloc, "%u.%u.%u", h >> 16, (h >> 8) & 0xff, h & 0xff);
    snprintf(papi, sizeof papi, "%d.%d.%d", PAPI_VERSION_MAJOR(PAPI_VERSION),
             PAPI_VERSION_MINOR(PAPI_VERSION), PAPI_VERSION_REVISION(PAPI_VERSION));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "sqlite", sqlite3_libversion(), "libxml2",
                     LIBXML_DOTTED_VERSION, "jansson", JANSSON_VERSION, "hwloc", hwloc, "papi", papi, "zlib",
                     zlibVersion(), "liblzma", lzma_version_string());
}

static json_t *compilers_json(void)
{
    json_t *object = json_object();
    for (size_t i = 0; ts_compiler_names[i]; i++) {
        const char *identity = NULL;
        if (ts_compiler_exists(ts_compiler_names[i]) &&
            ts_compiler_identity(ts_compiler_names[i], &identity) == TS_OK)
            json_object_set_new(object, ts_compiler_names[i], ts_json_text(identity));
    }
    return object;
}

static json_t *counters_json(void)
{
    json_t *object = json_object();
    for (size_t i = 0; ts_counter_backends[i]; i++)
        json_object_set_new(object, ts_counter_backends[i]->name,
                            ts_json_text(ts_counter_backends[i]->summary));
    return object;
}

/* One "section name: value" line per leaf: the text says what the JSON says. */
static int print_text(json_t *config)
{
    ts_table *table = ts_table_new("what|name|value");
    const char *section, *name;
    json_t *entries, *value;
    json_object_foreach(config, section, entries)
    {
        if (json_is_string(entries)) {
            ts_table_cell(table, "%s", section);
            ts_table_cell(table, "%s", "");
            ts_table_cell(table, "%s", json_string_value(entries));
            continue;
        }
        json_object_foreach(entries, name, value)
        {
            ts_table_cell(table, "%s", section);
            ts_table_cell(table, "%s", name);
            ts_table_cell(table, "%s",
                          json_is_string(value) ? json_string_value(value)
                          : json_is_true(value) ? "yes"
                                                : "no");
        }
    }
    json_decref(config);
    return ts_table_print(table, stdout);
}

int ts_show_config(const ts_args *args)
{
    char fingerprint[17];
    int rc = ts_detect_fingerprint(fingerprint);
    if (rc)
        return ts_report_failure(rc);
    json_t *config = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "version", TILESMITH_VERSION, "fingerprint",
                               fingerprint, "paths", paths_json(), "compilers", compilers_json(), "counters",
                               counters_json(), "libraries", libraries_json());
    if (!config)
        return ts_report_failure(ts_fail(TS_ENOMEM, "out of memory while describing the set-up"));
    return ts_args_json(args) ? ts_json_print(config) : ts_report_failure(print_text(config));
}
