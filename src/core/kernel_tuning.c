/* A manifest's XML: what is tuned (parameters, constraints), which template serves it, how it is verified,
 * where to begin. */
#include "core/kernel_parse.h"
#include "util/str.h"
#include <stdlib.h>
#include <string.h>

static int read_kind(const xmlNode *node, ts_parameter *p, bool *given)
{
    static const char *const names[] = {
        [TS_PARAM_ORDINAL] = "ordinal",
        [TS_PARAM_CATEGORICAL] = "categorical",
        [TS_PARAM_BOOLEAN] = "boolean",
        [TS_PARAM_PERMUTATION] = "permutation",
    };
    char *kind = NULL;
    int rc = ts_manifest_text(node, "kind", &kind);
    *given = kind != NULL;
    for (size_t i = 0; kind && i < sizeof names / sizeof *names; i++)
        if (strcmp(kind, names[i]) == 0)
            p->kind = (ts_param_kind)i;
    free(kind);
    return rc;
}

static int read_role(ts_kernel *kernel, const xmlNode *node, ts_parameter *p)
{
    char *role = NULL;
    int rc = ts_manifest_text(node, "role", &role);
    if (rc == 0 && role)
        p->role = strcmp(role, "compiler") == 0 ? TS_ROLE_COMPILER : TS_ROLE_FLAGS;
    free(role);
    for (size_t i = 0; rc == 0 && p->role == TS_ROLE_COMPILER && i + 1 < kernel->parameter_count; i++)
        if (kernel->parameters[i].role == TS_ROLE_COMPILER)
            rc = ts_xml_fail(node, TS_EINPUT,
                             "parameters %s and %s both have the role compiler; keep one of them",
                             kernel->parameters[i].name, p->name);
    return rc;
}

int ts_manifest_declare_parameter(ts_kernel *kernel, const xmlNode *node)
{
    ts_parameter *p = ts_manifest_add(&kernel->parameters, &kernel->parameter_count, sizeof *p);
    if (!p)
        return TS_ENOMEM;
    int rc = ts_manifest_text(node, "name", &p->name);
    if (rc == 0)
        rc = ts_manifest_text(node, "text", &p->text);
    if (rc == 0)
        rc = ts_manifest_text(node, "values", &p->values);
    if (rc == 0)
        rc = read_role(kernel, node, p);
    if (rc == 0)
        rc = ts_manifest_name(kernel, node, p->name, NULL, &p->slot);
    p->place = ts_manifest_place(node, p->values ? "values" : NULL);
    p->place.file = kernel->path;
    return rc;
}

static ts_parameter *find_parameter(const ts_kernel *kernel, const char *name, size_t length)
{
    for (size_t i = 0; i < kernel->parameter_count; i++)
        if (strlen(kernel->parameters[i].name) == length &&
            memcmp(kernel->parameters[i].name, name, length) == 0)
            return &kernel->parameters[i];
    return NULL;
}

static int check_values(const xmlNode *node, const ts_parameter *p)
{
    if (p->role == TS_ROLE_COMPILER && (p->values || p->fallback))
        return ts_xml_fail(node, TS_EINPUT,
                           "parameter %s: the session gives the compilers; remove values and default",
                           p->name);
    if (p->role != TS_ROLE_COMPILER && !p->values)
        return ts_xml_fail(node, TS_EINPUT, "parameter %s has no values; add for example values=\"1, 2, 4\"",
                           p->name);
    return 0;
}

/* Second pass: domain, default and condition. */
static int read_parameter(ts_kernel *kernel, const xmlNode *node)
{
    char *name = NULL;
    bool given = false;
    int rc = ts_manifest_text(node, "name", &name);
    if (rc < 0)
        return rc;
    ts_parameter *p = find_parameter(kernel, name, strlen(name));
    free(name);
    if ((rc = ts_manifest_expr(kernel, node, "when", TS_SCOPE_ALL, &p->when)) < 0 ||
        (rc = ts_manifest_expr(kernel, node, "default", TS_SCOPE_TARGET, &p->fallback)) < 0 ||
        (rc = read_kind(node, p, &given)) < 0 || (rc = check_values(node, p)) < 0)
        return rc;
    if (p->when && ts_expr_uses(p->when, p->slot))
        return ts_xml_fail(node, TS_EINPUT,
                           "parameter %s: its own when depends on it; name other parameters there", p->name);
    if (p->role == TS_ROLE_COMPILER) {
        p->kind = TS_PARAM_CATEGORICAL;
        return 0;
    }
    return ts_domain_parse(kernel, p, !given);
}

static int read_let(ts_kernel *kernel, const xmlNode *node)
{
    char *name = NULL;
    ts_expr *value = NULL;
    int rc = ts_manifest_text(node, "name", &name);
    if (rc == 0)
        rc = ts_manifest_expr(kernel, node, "value", TS_SCOPE_ALL, &value);
    if (rc == 0)
        rc = ts_manifest_name(kernel, node, name, value, NULL);
    ts_expr_free(value);
    free(name);
    return rc;
}

static int read_constraint(ts_kernel *kernel, const xmlNode *node)
{
    ts_constraint *c = ts_manifest_add(&kernel->constraints, &kernel->constraint_count, sizeof *c);
    if (!c)
        return TS_ENOMEM;
    int rc = ts_manifest_text(node, "text", &c->text);
    return rc < 0 ? rc : ts_manifest_expr(kernel, node, "", TS_SCOPE_ALL, &c->test);
}

/* The path of a file of the kernel's folder; NULL where the attribute isn't given. */
static int read_file_name(const ts_kernel *kernel, const xmlNode *node, const char *attribute, char **path)
{
    char *file = NULL;
    int rc = ts_manifest_text(node, attribute, &file);
    if (rc == 0 && file && !(*path = ts_asprintf("%s/%s", kernel->folder, file)))
        rc = ts_fail(TS_ENOMEM, "out of memory while reading a manifest");
    free(file);
    return rc;
}

static int read_template(ts_kernel *kernel, const xmlNode *node)
{
    ts_template_use *use = ts_manifest_add(&kernel->templates, &kernel->template_count, sizeof *use);
    char *shape = NULL;
    if (!use)
        return TS_ENOMEM;
    use->place = ts_manifest_place(node, "file");
    use->place.file = kernel->path;
    int rc = read_file_name(kernel, node, "file", &use->file);
    if (rc == 0)
        rc = read_file_name(kernel, node, "common", &use->common);
    if (rc == 0)
        rc = ts_manifest_text(node, "shape", &shape);
    if (rc == 0)
        rc = ts_manifest_expr(kernel, node, "when", TS_SCOPE_ALL, &use->when);
    use->fixed_shape = shape && strcmp(shape, "fixed") == 0;
    free(shape);
    return rc;
}

static int read_workspace(ts_kernel *kernel, const xmlNode *node)
{
    int rc = ts_manifest_expr(kernel, node, "bytes", TS_SCOPE_ALL, &kernel->workspace);
    return rc < 0 ? rc : ts_manifest_expr(kernel, node, "huge", TS_SCOPE_ALL, &kernel->huge);
}

static int keep_constant(ts_kernel *kernel, const xmlNode *node, const char *name)
{
    for (size_t i = 0; i < kernel->tensor_count; i++)
        if (strcmp(kernel->tensors[i].name, name) == 0 && kernel->tensors[i].access == TS_READ)
            return kernel->tensors[i].constant = true, 0;
    return ts_xml_fail(node, TS_EINPUT,
                       "'%s' is no tensor that is only read, so it can't be prepared; correct constant",
                       name);
}

/* Without `constant` every operand that is only read counts as constant. */
static int read_constants(ts_kernel *kernel, const xmlNode *node)
{
    char *text = NULL, *rest = NULL;
    int rc = ts_manifest_text(node, "constant", &text);
    for (size_t i = 0; text && i < kernel->tensor_count; i++)
        kernel->tensors[i].constant = false;
    for (char *name = text ? strtok_r(text, " \t\r\n,", &rest) : NULL; name && rc == 0;
         name = strtok_r(NULL, " \t\r\n,", &rest))
        rc = keep_constant(kernel, node, name);
    free(text);
    return rc;
}

static int read_prepare(ts_kernel *kernel, const xmlNode *node)
{
    kernel->prepares = true;
    kernel->prepare_place = ts_manifest_place(node, NULL);
    kernel->prepare_place.file = kernel->path;
    int rc = ts_manifest_expr(kernel, node, "when", TS_SCOPE_ALL, &kernel->prepare);
    if (rc == 0 && !kernel->workspace)
        rc = ts_xml_fail(node, TS_EINPUT,
                         "<prepare> writes into the workspace, and there is none; add a <workspace>");
    for (size_t i = 0; i < kernel->template_count && rc == 0 && !kernel->prepare; i++)
        if (!kernel->templates[i].fixed_shape)
            rc = ts_xml_fail(node, TS_EINPUT,
                             "a variant that prepares is compiled for one shape; add shape=\"fixed\" to the "
                             "<template> in line %d, or a when to <prepare>",
                             kernel->templates[i].place.line);
    return rc < 0 ? rc : read_constants(kernel, node);
}

static int read_verify_dim(ts_kernel *kernel, const xmlNode *node, const char *name, ts_verify *verify)
{
    for (size_t i = 0; i < kernel->dim_count; i++) {
        if (strcmp(kernel->dims[i].name, name) != 0)
            continue;
        if (!kernel->dims[i].argument)
            return ts_xml_fail(node, TS_EINPUT,
                               "%s is fixed when a variant is compiled, so it can't be verified with another "
                               "value; remove it",
                               name);
        return ts_manifest_expr(kernel, node, name, TS_SCOPE_ALL, &verify->dims[i]);
    }
    ts_str known = TS_STR_INIT;
    ts_manifest_list(kernel->dims, kernel->dim_count, sizeof *kernel->dims, &known);
    int rc = ts_xml_fail(node, TS_EINPUT, "'%s' is not a dimension; the dimensions are %s", name,
                         ts_str_text(&known));
    ts_str_free(&known);
    return rc;
}

static int read_verify(ts_kernel *kernel, const xmlNode *node)
{
    ts_verify *verify = ts_manifest_add(&kernel->verifies, &kernel->verify_count, sizeof *verify);
    if (!verify)
        return TS_ENOMEM;
    int rc = ts_manifest_expr(kernel, node, "when", TS_SCOPE_ALL, &verify->when);
    for (const xmlAttr *a = node->properties; a && rc == 0; a = a->next)
        if (strcmp((const char *)a->name, "when") != 0)
            rc = read_verify_dim(kernel, node, (const char *)a->name, verify);
    return rc;
}

static int check_shape_type(const ts_kernel *kernel, const xmlNode *node, const char *type)
{
    for (size_t i = 0; i < kernel->type_count; i++)
        if (strcmp(kernel->types[i].name, type) == 0)
            return 0;
    return ts_xml_fail(node, TS_EINPUT, "type '%s' is not described; add a <type> or correct the name", type);
}

static int read_shape(ts_kernel *kernel, const xmlNode *node)
{
    ts_shape *shape = ts_manifest_add(&kernel->shapes, &kernel->shape_count, sizeof *shape);
    char *dims = NULL;
    if (!shape)
        return TS_ENOMEM;
    int rc;
    if ((rc = ts_manifest_text(node, "kind", &shape->kind)) < 0 ||
        (rc = ts_manifest_text(node, "name", &shape->name)) < 0 ||
        (rc = ts_manifest_text(node, "type", &shape->type)) < 0 ||
        (rc = ts_manifest_text(node, "dims", &dims)) < 0)
        return rc;
    rc = ts_shape_parse(kernel, dims, shape->dims);
    if (rc < 0)
        rc = ts_xml_fail(node, rc, "shape '%s': %s", shape->name, ts_error());
    else if (shape->type)
        rc = check_shape_type(kernel, node, shape->type);
    free(dims);
    return rc;
}

/* "name = expression": one value of a seed. */
static int read_seed_value(ts_kernel *kernel, const xmlNode *node, const char *text, ts_piece piece,
                           ts_seed *seed)
{
    const char *equals = memchr(piece.text, '=', piece.length);
    size_t length = equals ? (size_t)(equals - piece.text) : 0;
    while (length > 0 && strchr(" \t\r\n", piece.text[length - 1]))
        length--;
    if (length == 0)
        return ts_xml_fail(node, TS_EINPUT, "seed '%s': expected \"parameter = value\" but found '%.*s'",
                           seed->name, (int)piece.length, piece.text);
    ts_parameter *p = find_parameter(kernel, piece.text, length);
    if (!p) {
        ts_str known = TS_STR_INIT;
        ts_manifest_list(kernel->parameters, kernel->parameter_count, sizeof *kernel->parameters, &known);
        int rc = ts_xml_fail(node, TS_EINPUT, "seed '%s': '%.*s' is not a parameter; the parameters are %s",
                             seed->name, (int)length, piece.text, ts_str_text(&known));
        ts_str_free(&known);
        return rc;
    }
    ts_expr **value = &seed->values[p - kernel->parameters];
    if (*value)
        return ts_xml_fail(node, TS_EINPUT, "seed '%s' gives %s twice; remove one of the two", seed->name,
                           p->name);
    ts_piece right = {equals + 1, piece.length - (size_t)(equals + 1 - piece.text)};
    int rc = ts_piece_expr(right, text, ts_manifest_place(node, ""), kernel->names, value);
    return rc < 0 ? rc : ts_manifest_check_scope(kernel, *value, TS_SCOPE_TARGET, "a seed's value");
}

static int read_seed(ts_kernel *kernel, const xmlNode *node)
{
    ts_seed *seed = ts_manifest_add(&kernel->seeds, &kernel->seed_count, sizeof *seed);
    char *text = NULL;
    if (!seed)
        return TS_ENOMEM;
    seed->values = calloc(kernel->parameter_count, sizeof *seed->values);
    if (!seed->values)
        return ts_fail(TS_ENOMEM, "out of memory while reading a manifest");
    int rc;
    if ((rc = ts_manifest_text(node, "name", &seed->name)) < 0 ||
        (rc = ts_manifest_expr(kernel, node, "when", TS_SCOPE_TARGET, &seed->when)) < 0 ||
        (rc = ts_manifest_text(node, "", &text)) < 0)
        return rc;
    const char *at = text;
    ts_piece piece;
    while (rc == 0 && ts_next_piece(&at, ',', &piece))
        rc = read_seed_value(kernel, node, text, piece, seed);
    free(text);
    return rc;
}

int ts_manifest_tuning(ts_kernel *kernel, const xmlNode *root)
{
    static const ts_manifest_section sections[] = {
        {"let", 0, 64, read_let},
        {"product", 0, 8, ts_manifest_product},
        {"convolution", 0, 8, ts_manifest_convolution},
        {"parameter", 1, 64, read_parameter},
        {"constraint", 0, 256, read_constraint},
        {"template", 1, 32, read_template},
        {"workspace", 0, 1, read_workspace},
        {"prepare", 0, 1, read_prepare},
        {"verify", 0, 64, read_verify},
        {"shape", 0, 256, read_shape},
        {"seed", 0, 256, read_seed},
        {"nest", 0, 16, ts_manifest_nest},
    };
    return ts_manifest_read(kernel, root, sections, sizeof sections / sizeof *sections);
}
