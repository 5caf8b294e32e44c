/* Kernels as folders: found, read, hashed, freed. What the manifest says is read in kernel_parse.c and
 * kernel_tuning.c. */
#include "core/kernel.h"
#include "core/kernel_parse.h"
#include "core/listing.h"
#include "core/paths.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/str.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE_LIMIT (4u << 20)

static bool is_kernel_folder(const char *folder, char *name)
{
    char path[PATH_MAX];
    return snprintf(path, sizeof path, "%s/%s/kernel.xml", folder, name) < PATH_MAX && ts_file_exists(path);
}

int ts_kernel_list(char ***names, size_t *count)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s/templates", ts_path_data());
    return ts_listing(folder, is_kernel_folder, names, count);
}

/* The manifest's absolute path: later messages and templates must not depend on the working folder. */
static int find_manifest(const char *name_or_path, char path[PATH_MAX])
{
    char wanted[PATH_MAX], templates[PATH_MAX];
    snprintf(templates, sizeof templates, "%s/templates", ts_path_data());
    bool is_path = strchr(name_or_path, '/') != NULL;
    int n = is_path ? snprintf(wanted, sizeof wanted, "%s/kernel.xml", name_or_path)
                    : snprintf(wanted, sizeof wanted, "%s/%s/kernel.xml", templates, name_or_path);
    if (n < PATH_MAX && *name_or_path && realpath(wanted, path))
        return 0;
    /* A function that was tuned from its C file is known by its name afterwards. */
    n = is_path ? PATH_MAX
                : snprintf(wanted, sizeof wanted, "%s/nest/%s/kernel.xml", ts_path_cache(), name_or_path);
    if (n < PATH_MAX && *name_or_path && realpath(wanted, path))
        return 0;
    if (is_path)
        return ts_fail(TS_ENOTFOUND,
                       "no kernel in %s: it has no readable kernel.xml; give a kernel's folder or name",
                       name_or_path);
    return ts_listing_fail("kernel", name_or_path, templates, is_kernel_folder);
}

static int hash_file(ts_hash *hash, const char *path)
{
    char *text = NULL;
    size_t length;
    int rc = ts_file_read(path, SOURCE_LIMIT, &text, &length);
    if (rc == 0) {
        ts_hash_add_text(hash, strrchr(path, '/'));
        ts_hash_add(hash, text, length);
        ts_hash_add(hash, "", 1);
    }
    free(text);
    return rc;
}

static int check_files(const ts_kernel *kernel)
{
    for (size_t i = 0; i < kernel->template_count; i++) {
        const ts_template_use *use = &kernel->templates[i];
        if (!ts_file_exists(use->file))
            return ts_fail(TS_EINPUT, "%s:%d: there is no template file %s; write it or correct the name",
                           use->place.file, use->place.line, use->file);
    }
    if (!ts_file_exists(kernel->reference))
        return ts_fail(
            TS_EINPUT,
            "%s: the kernel has no reference.c beside its manifest; write one that defines ts_reference()",
            kernel->path);
    return 0;
}

/* The compiler would find it too, but only when the first variant is tried. */
static int check_inputs(const ts_kernel *kernel)
{
    char *text = NULL;
    if (!ts_kernel_fills_by_reference(kernel))
        return 0;
    int rc = ts_file_read(kernel->reference, SOURCE_LIMIT, &text, NULL);
    if (rc == 0 && !strstr(text, "ts_inputs("))
        rc = ts_fail(TS_EINPUT,
                     "%s: the manifest has a tensor with fill=\"reference\", but there is no ts_inputs() to "
                     "fill it; define void ts_inputs(...) with the parameters of ts_reference()",
                     kernel->reference);
    free(text);
    return rc;
}

static int hash_template(ts_hash *hash, const ts_template_use *use)
{
    int rc = use->common ? hash_file(hash, use->common) : 0;
    return rc == 0 ? hash_file(hash, use->file) : rc;
}

/* Everything that decides what the kernel computes and which variants there are. */
static int hash_kernel(ts_kernel *kernel, const char *manifest, size_t length)
{
    ts_hash hash;
    ts_hash_begin(&hash);
    ts_hash_add(&hash, manifest, length);
    ts_hash_add(&hash, "", 1);
    int rc = 0;
    for (size_t i = 0; i < kernel->template_count && rc == 0; i++)
        rc = hash_template(&hash, &kernel->templates[i]);
    if (rc == 0)
        rc = hash_file(&hash, kernel->reference);
    ts_hash_end(&hash, kernel->hash);
    return rc;
}

static int fill(ts_kernel *kernel, const char *path, const xmlNode *root)
{
    const char *slash = strrchr(path, '/');
    kernel->path = strdup(path);
    kernel->folder = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
    kernel->reference = kernel->folder ? ts_asprintf("%s/reference.c", kernel->folder) : NULL;
    if (!kernel->path || !kernel->reference)
        return ts_fail(TS_ENOMEM, "out of memory while reading %s", path);
    if (!ts_xml_is(root, "kernel"))
        return ts_xml_fail(root, TS_EINPUT, "expected <kernel> but found <%s>; is this a manifest?",
                           (const char *)root->name);
    int rc = ts_names_new(&kernel->names);
    if (rc == 0)
        rc = ts_manifest_interface(kernel, root);
    if (rc == 0)
        rc = ts_manifest_tuning(kernel, root);
    if (rc == 0)
        kernel->slot_count = ts_names_count(kernel->names);
    return rc;
}

int ts_kernel_parse(const char *text, size_t length, const char *path, const char *schema, ts_kernel **out)
{
    xmlDocPtr doc = NULL;
    *out = NULL;
    int rc = ts_xml_parse(text, length, path, schema, &doc);
    if (rc < 0)
        return rc;
    ts_kernel *kernel = calloc(1, sizeof *kernel);
    rc = kernel ? fill(kernel, path, xmlDocGetRootElement(doc))
                : ts_fail(TS_ENOMEM, "out of memory while reading %s", path);
    xmlFreeDoc(doc);
    if (rc < 0) {
        ts_kernel_free(kernel);
        kernel = NULL;
    }
    *out = kernel;
    return rc;
}

int ts_kernel_load(const char *name_or_path, ts_kernel **out)
{
    char path[PATH_MAX], schema[PATH_MAX];
    char *text = NULL;
    size_t length;
    *out = NULL;
    snprintf(schema, sizeof schema, "%s/templates/kernel.xsd", ts_path_data());
    int rc = find_manifest(name_or_path, path);
    if (rc == 0)
        rc = ts_file_read(path, SOURCE_LIMIT, &text, &length);
    if (rc == 0)
        rc = ts_kernel_parse(text, length, path, schema, out);
    if (rc == 0 && (rc = check_files(*out)) == 0 && (rc = check_inputs(*out)) == 0)
        rc = hash_kernel(*out, text, length);
    if (rc < 0) {
        ts_kernel_free(*out);
        *out = NULL;
    }
    free(text);
    return rc;
}

static void free_interface(ts_kernel *k)
{
    for (size_t i = 0; i < k->dim_count; i++) {
        free(k->dims[i].name);
        free(k->dims[i].text);
    }
    for (size_t i = 0; i < k->type_count; i++) {
        free(k->types[i].name);
        free(k->types[i].ctype);
        ts_expr_free(k->types[i].absolute);
        ts_expr_free(k->types[i].relative);
    }
    for (size_t i = 0; i < k->scalar_count; i++)
        free(k->scalars[i].name);
    for (size_t i = 0; i < k->tensor_count; i++) {
        ts_tensor *tensor = &k->tensors[i];
        free(tensor->name);
        free(tensor->ld);
        for (size_t j = 0; j < tensor->extent_count; j++)
            ts_expr_free(tensor->extents[j]);
        free(tensor->extents);
    }
    for (size_t i = 0; i < k->use_count; i++) {
        free(k->uses[i].attribute);
        if (k->uses[i].fallback.kind == TS_STRING)
            free((char *)k->uses[i].fallback.s);
    }
    ts_expr_free(k->flops);
    ts_expr_free(k->bytes);
}

static void free_parameters(ts_kernel *k)
{
    for (size_t i = 0; i < k->parameter_count; i++) {
        ts_parameter *p = &k->parameters[i];
        free(p->name);
        free(p->text);
        free(p->values);
        ts_domain_free(p->domain, p->domain_count);
        ts_expr_free(p->when);
        ts_expr_free(p->fallback);
    }
    for (size_t i = 0; i < k->constraint_count; i++) {
        ts_expr_free(k->constraints[i].test);
        free(k->constraints[i].text);
    }
    for (size_t i = 0; i < k->seed_count; i++) {
        for (size_t j = 0; k->seeds[i].values && j < k->parameter_count; j++)
            ts_expr_free(k->seeds[i].values[j]);
        free(k->seeds[i].values);
        free(k->seeds[i].name);
        ts_expr_free(k->seeds[i].when);
    }
}

static void free_service(ts_kernel *k)
{
    for (size_t i = 0; i < k->template_count; i++) {
        ts_expr_free(k->templates[i].when);
        free(k->templates[i].file);
        free(k->templates[i].common);
    }
    for (size_t i = 0; i < k->verify_count; i++) {
        ts_expr_free(k->verifies[i].when);
        for (size_t j = 0; j < TS_MAX_DIMS; j++)
            ts_expr_free(k->verifies[i].dims[j]);
    }
    for (size_t i = 0; i < k->shape_count; i++) {
        free(k->shapes[i].kind);
        free(k->shapes[i].name);
        free(k->shapes[i].type);
    }
    ts_expr_free(k->workspace);
    ts_expr_free(k->huge);
    ts_expr_free(k->prepare);
}

void ts_kernel_free(ts_kernel *k)
{
    if (!k)
        return;
    free_interface(k);
    free_parameters(k);
    free_service(k);
    ts_products_free(k->products, k->product_count);
    ts_nests_free(k->nests, k->nest_count);
    ts_names_free(k->names);
    void *const arrays[] = {k->dims,       k->types,       k->scalars,   k->tensors,   k->args,   k->uses,
                            k->parameters, k->constraints, k->templates, k->verifies,  k->shapes, k->seeds,
                            k->name,       k->summary,     k->folder,    k->reference, k->path};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    free(k);
}
