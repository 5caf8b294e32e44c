/* <nest>: the loops of a kernel's variants. */
#include "core/kernel_parse.h"
#include <stdlib.h>
#include <string.h>

static void nest_clear(ts_nest *n)
{
    ts_expr_free(n->when);
    for (size_t i = 0; i < n->index_count; i++) {
        free(n->indices[i].name);
        ts_expr_free(n->indices[i].extent);
    }
    for (size_t i = 0; i < n->loop_count; i++) {
        ts_expr_free(n->loops[i].step);
        ts_expr_free(n->loops[i].unit);
        ts_expr_free(n->loops[i].when);
    }
    for (size_t i = 0; i < n->access_count; i++) {
        free(n->accesses[i].tensor);
        ts_expr_free(n->accesses[i].bytes);
        ts_expr_free(n->accesses[i].stride);
        ts_expr_free(n->accesses[i].copied);
        ts_expr_free(n->accesses[i].effort);
    }
    ts_expr *const core[] = {n->core.operations, n->core.vector, n->core.loads, n->core.stores,
                             n->core.chains,     n->core.unroll, n->core.entry};
    for (size_t i = 0; i < sizeof core / sizeof *core; i++)
        ts_expr_free(core[i]);
}

void ts_nests_free(ts_nest *nests, size_t count)
{
    for (size_t i = 0; i < count; i++)
        nest_clear(&nests[i]);
    free(nests);
}

static int expr(const ts_kernel *kernel, const xmlNode *node, const char *name, ts_expr **out)
{
    return ts_manifest_expr(kernel, node, name, TS_SCOPE_ALL, out);
}

/* The index called `name`. */
static int find_index(const ts_nest *n, const xmlNode *node, const char *name, size_t length, size_t *out)
{
    for (size_t i = 0; i < n->index_count; i++)
        if (strlen(n->indices[i].name) == length && memcmp(n->indices[i].name, name, length) == 0) {
            *out = i;
            return 0;
        }
    return ts_xml_fail(node, TS_EINPUT, "the nest has no index '%.*s'; add an <index> or correct the name",
                       (int)length, name);
}

static int too_many(const xmlNode *node, size_t most)
{
    return ts_xml_fail(node, TS_EINPUT, "a nest may have at most %zu of <%s>; leave some out", most,
                       node->name);
}

static int read_index(const ts_kernel *kernel, const xmlNode *node, ts_nest *n)
{
    if (n->index_count == TS_NEST_INDICES)
        return too_many(node, TS_NEST_INDICES);
    ts_nest_index *index = &n->indices[n->index_count++];
    int rc = ts_manifest_text(node, "name", &index->name);
    return rc < 0 ? rc : expr(kernel, node, "extent", &index->extent);
}

static int index_attribute(const xmlNode *node, const ts_nest *n, size_t *out)
{
    char *name = NULL;
    int rc = ts_manifest_text(node, "index", &name);
    if (rc == 0)
        rc = find_index(n, node, name, strlen(name), out);
    free(name);
    return rc;
}

static int read_loop(const ts_kernel *kernel, const xmlNode *node, ts_nest *n)
{
    if (n->loop_count == TS_NEST_LOOPS)
        return too_many(node, TS_NEST_LOOPS);
    ts_nest_loop *loop = &n->loops[n->loop_count++];
    int rc = index_attribute(node, n, &loop->index);
    if (rc == 0)
        rc = expr(kernel, node, "step", &loop->step);
    if (rc == 0)
        rc = expr(kernel, node, "unit", &loop->unit);
    return rc < 0 ? rc : expr(kernel, node, "when", &loop->when);
}

static int read_access_indices(const xmlNode *node, const ts_nest *n, ts_nest_access *access)
{
    char *text = NULL;
    int rc = ts_manifest_text(node, "indices", &text);
    for (const char *at = text; rc == 0 && at && *at;) {
        size_t length = strcspn(at, " ");
        if (length > 0 && access->index_count == TS_NEST_INDICES)
            rc = too_many(node, TS_NEST_INDICES);
        else if (length > 0)
            rc = find_index(n, node, at, length, &access->indices[access->index_count++]);
        at += length + strspn(at + length, " ");
    }
    free(text);
    return rc;
}

static int read_access(const ts_kernel *kernel, const xmlNode *node, ts_nest *n)
{
    if (n->access_count == TS_NEST_ACCESSES)
        return too_many(node, TS_NEST_ACCESSES);
    ts_nest_access *access = &n->accesses[n->access_count++];
    char *writes = NULL;
    int rc = ts_manifest_text(node, "tensor", &access->tensor);
    if (rc == 0)
        rc = read_access_indices(node, n, access);
    if (rc == 0)
        rc = ts_manifest_text(node, "writes", &writes);
    access->writes = writes && (strcmp(writes, "true") == 0 || strcmp(writes, "1") == 0);
    free(writes);
    if (rc == 0)
        rc = expr(kernel, node, "bytes", &access->bytes);
    if (rc == 0)
        rc = expr(kernel, node, "stride", &access->stride);
    if (rc == 0)
        rc = expr(kernel, node, "effort", &access->effort);
    return rc < 0 ? rc : expr(kernel, node, "copied", &access->copied);
}

static int read_core(const ts_kernel *kernel, const xmlNode *node, ts_nest *n)
{
    ts_nest_core *c = &n->core;
    const struct {
        const char *name;
        ts_expr **to;
    } terms[] = {
        {"operations", &c->operations}, {"vector", &c->vector}, {"loads", &c->loads}, {"stores", &c->stores},
        {"chains", &c->chains},         {"unroll", &c->unroll}, {"entry", &c->entry}};
    int rc = index_attribute(node, n, &c->index);
    for (size_t i = 0; i < sizeof terms / sizeof *terms && rc == 0; i++)
        rc = expr(kernel, node, terms[i].name, terms[i].to);
    return rc;
}

int ts_manifest_nest(ts_kernel *kernel, const xmlNode *node)
{
    static const struct {
        const char *element;
        int (*read)(const ts_kernel *kernel, const xmlNode *node, ts_nest *nest);
    } parts[] = {{"index", read_index}, {"loop", read_loop}, {"access", read_access}, {"core", read_core}};
    ts_nest *n = ts_manifest_add(&kernel->nests, &kernel->nest_count, sizeof *n);
    if (!n)
        return TS_ENOMEM;
    int rc = expr(kernel, node, "when", &n->when);
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
        for (const xmlNode *child = ts_xml_child(node, parts[p].element); child && rc == 0;
             child = ts_xml_next(child, parts[p].element))
            rc = parts[p].read(kernel, child, n);
    return rc;
}
