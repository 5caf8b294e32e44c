/* See workload.h. */
#include "core/workload.h"
#include "core/kernel_parse.h"
#include "core/listing.h"
#include "core/paths.h"
#include "util/file.h"
#include "util/number.h"
#include "util/str.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void folder_path(char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/templates/workloads", ts_path_data());
}

static void schema_path(char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/templates/workloads/workload.xsd", ts_path_data());
}

int ts_workload_list(char ***names, size_t *count)
{
    char folder[PATH_MAX];
    folder_path(folder);
    return ts_listing(folder, ts_listing_xml, names, count);
}

void ts_workload_free(ts_workload *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->call_count; i++)
        free(w->calls[i].text);
    for (size_t i = 0; i < w->kernel_count; i++)
        ts_kernel_free(w->kernels[i]);
    free(w->calls);
    free(w->kernels);
    free(w->name);
    free(w->summary);
    free(w->source);
    free(w->published_source);
    free(w);
}

/* The kernel of that name, loaded once for all calls. */
static int find_kernel(ts_workload *w, const xmlNode *node, const char *name, const ts_kernel **out)
{
    for (size_t i = 0; i < w->kernel_count; i++)
        if (strcmp(w->kernels[i]->name, name) == 0) {
            *out = w->kernels[i];
            return 0;
        }
    ts_kernel *kernel = NULL;
    int rc = ts_kernel_load(name, &kernel);
    if (rc < 0)
        return ts_xml_fail(node, rc == TS_ENOTFOUND ? TS_EINPUT : rc, "kernel=\"%s\": %s", name, ts_error());
    ts_kernel **place = ts_manifest_add(&w->kernels, &w->kernel_count, sizeof *place);
    if (!place) {
        ts_kernel_free(kernel);
        return TS_ENOMEM;
    }
    *place = kernel;
    *out = kernel;
    return 0;
}

/* An attribute as a number; `fallback` where it is absent. The schema has seen that it is one. */
static int read_number(const xmlNode *node, const char *attribute, double fallback, double *out)
{
    char *text = NULL;
    int rc = ts_manifest_text(node, attribute, &text);
    bool wrong = text && !isfinite(ts_strtod(text, NULL));
    *out = text ? ts_strtod(text, NULL) : fallback;
    free(text);
    if (rc == 0 && wrong)
        return ts_xml_fail(node, TS_EINPUT, "%s is no finite number; correct it", attribute);
    return rc;
}

static int read_call(ts_workload *w, const xmlNode *node)
{
    char *name = NULL, *shape = NULL, *type = NULL;
    const ts_kernel *kernel = NULL;
    double count;
    ts_workload_call *call = ts_manifest_add(&w->calls, &w->call_count, sizeof *call);
    if (!call)
        return TS_ENOMEM;
    int rc = ts_manifest_text(node, "kernel", &name);
    if (rc == 0)
        rc = ts_manifest_text(node, "shape", &shape);
    if (rc == 0)
        rc = ts_manifest_text(node, "type", &type);
    if (rc == 0)
        rc = ts_manifest_text(node, "text", &call->text);
    if (rc == 0)
        rc = read_number(node, "count", 1, &count);
    if (rc == 0)
        rc = read_number(node, "sparsity", 0, &call->sparsity);
    if (rc == 0)
        rc = find_kernel(w, node, name, &kernel);
    if (rc == 0) {
        call->count = (int64_t)count;
        rc = ts_problem_parse(kernel, type, shape, &call->problem);
        rc = rc < 0 ? ts_xml_fail(node, rc, "%s", ts_error()) : rc;
    }
    free(name);
    free(shape);
    free(type);
    return rc;
}

static int read_published(ts_workload *w, const xmlNode *root)
{
    const xmlNode *node = ts_xml_child(root, "published");
    w->published_flops = NAN;
    if (!node)
        return 0;
    int rc = read_number(node, "flops", NAN, &w->published_flops);
    if (rc == 0)
        rc = read_number(node, "tolerance", 0, &w->tolerance);
    if (rc == 0)
        rc = ts_manifest_text(node, "source", &w->published_source);
    return rc;
}

static int build(const xmlNode *root, ts_workload **out)
{
    ts_workload *w = calloc(1, sizeof *w);
    if (!w)
        return ts_fail(TS_ENOMEM, "out of memory while reading a workload");
    int rc = ts_manifest_text(root, "name", &w->name);
    if (rc == 0)
        rc = ts_manifest_text(root, "summary", &w->summary);
    if (rc == 0)
        rc = ts_manifest_text(root, "source", &w->source);
    if (rc == 0)
        rc = read_published(w, root);
    for (const xmlNode *call = ts_xml_child(root, "call"); call && rc == 0; call = ts_xml_next(call, "call"))
        rc = read_call(w, call);
    if (rc < 0)
        ts_workload_free(w);
    else
        *out = w;
    return rc;
}

static int built(int rc, xmlDocPtr doc, ts_workload **out)
{
    if (rc == 0)
        rc = build(xmlDocGetRootElement(doc), out);
    xmlFreeDoc(doc);
    return rc;
}

int ts_workload_parse(const char *xml, size_t length, const char *name, ts_workload **out)
{
    char schema[PATH_MAX];
    xmlDocPtr doc = NULL;
    *out = NULL;
    schema_path(schema);
    int rc = ts_xml_parse(xml, length, name, schema, &doc);
    return built(rc, doc, out);
}

int ts_workload_load(const char *name_or_path, ts_workload **out)
{
    char path[PATH_MAX], folder[PATH_MAX], schema[PATH_MAX];
    xmlDocPtr doc = NULL;
    size_t n = strlen(name_or_path);
    bool is_path = strchr(name_or_path, '/') || (n > 4 && strcmp(name_or_path + n - 4, ".xml") == 0);
    *out = NULL;
    folder_path(folder);
    schema_path(schema);
    int length = is_path ? snprintf(path, sizeof path, "%s", name_or_path)
                         : snprintf(path, sizeof path, "%s/%s.xml", folder, name_or_path);
    if (length >= PATH_MAX || (!is_path && !ts_file_exists(path)))
        return ts_listing_fail("workload", name_or_path, folder, ts_listing_xml);
    if (!ts_file_exists(path))
        return ts_fail(TS_ENOTFOUND, "no workload %s; give a file or the name of a described workload", path);
    int rc = ts_xml_load(path, schema, &doc);
    return built(rc, doc, out);
}

int ts_workload_work(const ts_workload *w, double *flops, double *bytes)
{
    int rc = 0;
    *flops = *bytes = 0;
    for (size_t i = 0; i < w->call_count && rc == 0; i++) {
        const ts_workload_call *call = &w->calls[i];
        double call_flops = 0, call_bytes = 0;
        rc = ts_problem_work(&call->problem, &call_flops, &call_bytes);
        *flops += (double)call->count * call_flops;
        *bytes += (double)call->count * call_bytes;
    }
    return rc;
}

static int fill_single(ts_workload *w, const char *kernel, const char *type, const char *shape)
{
    ts_str name = TS_STR_INIT, problem = TS_STR_INIT;
    w->kernels = calloc(1, sizeof *w->kernels);
    w->calls = calloc(1, sizeof *w->calls);
    if (!w->kernels || !w->calls)
        return ts_fail(TS_ENOMEM, "out of memory while reading a kernel");
    int rc = ts_kernel_load(kernel, &w->kernels[0]);
    if (rc < 0)
        return rc;
    w->kernel_count = w->call_count = 1;
    rc = ts_problem_parse(w->kernels[0], type, shape, &w->calls[0].problem);
    if (rc == 0)
        ts_problem_text(&w->calls[0].problem, &problem);
    ts_str_format(&name, "%s %s", w->kernels[0]->name, ts_str_text(&problem));
    w->calls[0].count = 1;
    w->calls[0].text = strdup(w->kernels[0]->name);
    w->summary = strdup(w->kernels[0]->summary ? w->kernels[0]->summary : "");
    w->name = ts_str_take(&name);
    ts_str_free(&problem);
    if (rc == 0 && (!w->calls[0].text || !w->summary || !w->name))
        rc = ts_fail(TS_ENOMEM, "out of memory while reading a kernel");
    return rc;
}

int ts_workload_of(const char *kernel, const char *type, const char *shape, ts_workload **out)
{
    ts_workload *w = calloc(1, sizeof *w);
    *out = NULL;
    if (!w)
        return ts_fail(TS_ENOMEM, "out of memory while reading a kernel");
    w->published_flops = NAN;
    int rc = fill_single(w, kernel, type, shape);
    if (rc < 0)
        ts_workload_free(w);
    else
        *out = w;
    return rc;
}
