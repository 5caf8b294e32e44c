/* From a function to the folder of a kernel. */
#include "nest/emit.h"
#include "util/file.h"
#include <string.h>

enum { SOURCE_LIMIT = 1 << 20 };

static int collect(const ts_nest *nest, ts_group *groups, size_t *count)
{
    int rc = TS_OK;
    *count = 0;
    for (size_t i = 0; i < nest->parts.count && rc == TS_OK; i++) {
        const ts_nest_part *part = &nest->parts.items[i];
        if (!part->loop)
            continue;
        if (*count == TS_NEST_GROUPS)
            return ts_nest_fail(nest, part->clauses.line, "a function has at most %d pragmas; divide it",
                                TS_NEST_GROUPS);
        rc = ts_group_collect(nest, part, *count, &groups[*count]);
        ++*count;
    }
    return rc;
}

int ts_nest_generate(const ts_nest *nest, ts_nest_files *files)
{
    ts_group *groups = calloc(TS_NEST_GROUPS, sizeof *groups);
    size_t count;
    if (!groups)
        return ts_nest_no_memory(nest);
    int rc = collect(nest, groups, &count);
    if (rc == TS_OK)
        rc = ts_emit_manifest(nest, groups, count, &files->manifest);
    if (rc == TS_OK)
        rc = ts_emit_template(nest, groups, count, &files->template);
    if (rc == TS_OK)
        rc = ts_emit_reference(nest, &files->reference);
    free(groups);
    return rc;
}

void ts_nest_files_clear(ts_nest_files *files)
{
    ts_str_free(&files->manifest);
    ts_str_free(&files->template);
    ts_str_free(&files->reference);
}

static int write_file(const char *folder, const char *name, const ts_str *text)
{
    char *path = ts_asprintf("%s/%s", folder, name);
    int rc = path ? ts_file_write(path, ts_str_text(text), text->length)
                  : ts_fail(TS_ENOMEM, "out of memory while writing a kernel");
    free(path);
    return rc;
}

static int write_files(const char *folder, const char *name, const ts_nest_files *files)
{
    char *template = ts_asprintf("%s.c.in", name);
    int rc = template ? ts_file_mkdirs(folder) : ts_fail(TS_ENOMEM, "out of memory while writing a kernel");
    if (rc == TS_OK)
        rc = write_file(folder, template, &files->template);
    if (rc == TS_OK)
        rc = write_file(folder, "reference.c", &files->reference);
    if (rc == TS_OK)
        rc = write_file(folder, "kernel.xml", &files->manifest);
    free(template);
    return rc;
}

int ts_nest_kernel(const char *path, const char *function, const char *parent, char **folder)
{
    char *text = NULL;
    size_t length;
    ts_nest *nest = NULL;
    ts_nest_files files = {0};
    *folder = NULL;
    int rc = ts_file_read(path, SOURCE_LIMIT, &text, &length);
    if (rc == TS_OK && strlen(text) != length)
        rc = ts_fail(TS_EINPUT, "%s holds a NUL byte; give a C file", path);
    if (rc == TS_OK)
        rc = ts_nest_parse(text, path, function, &nest);
    if (rc == TS_OK)
        rc = ts_nest_generate(nest, &files);
    if (rc == TS_OK && !(*folder = ts_asprintf("%s/%s", parent, ts_nest_name(nest))))
        rc = ts_fail(TS_ENOMEM, "out of memory while writing a kernel");
    if (rc == TS_OK)
        rc = write_files(*folder, ts_nest_name(nest), &files);
    ts_nest_files_clear(&files);
    ts_nest_free(nest);
    free(text);
    return rc;
}
