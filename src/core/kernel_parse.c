/* A manifest's XML: the elements that say how the kernel is called (dimensions, types, operands, work). */
#include "core/kernel_parse.h"
#include "util/number.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_dimension(ts_kernel *kernel, const xmlNode *node)
{
    ts_dim *dim = ts_manifest_add(&kernel->dims, &kernel->dim_count, sizeof *dim);
    int rc;
    if (!dim)
        return TS_ENOMEM;
    if ((rc = ts_manifest_text(node, "name", &dim->name)) < 0 ||
        (rc = ts_manifest_text(node, "text", &dim->text)) < 0 ||
        (rc = ts_manifest_int(node, "min", &dim->min)) < 0 ||
        (rc = ts_manifest_int(node, "max", &dim->max)) < 0)
        return rc;
    if (dim->min < 0 || dim->max < dim->min || dim->max > (int64_t)1 << 40)
        return ts_xml_fail(node, TS_EINPUT,
                           "dimension %s: 0 <= min <= max <= 2^40 must hold; correct min and max", dim->name);
    dim->fallback = dim->min;
    if ((rc = ts_manifest_int(node, "default", &dim->fallback)) < 0)
        return rc;
    if (dim->fallback < dim->min || dim->fallback > dim->max)
        return ts_xml_fail(node, TS_EINPUT, "dimension %s: the default is outside min..max; correct it",
                           dim->name);
    if (!xmlHasProp(node, (const xmlChar *)"default"))
        dim->fallback = dim->min - 1;
    char *batch = NULL;
    if ((rc = ts_manifest_text(node, "batch", &batch)) < 0)
        return rc;
    dim->batch = batch && (strcmp(batch, "true") == 0 || strcmp(batch, "1") == 0);
    free(batch);
    return ts_manifest_name(kernel, node, dim->name, NULL, &dim->slot);
}

static int read_type(ts_kernel *kernel, const xmlNode *node)
{
    ts_type *type = ts_manifest_add(&kernel->types, &kernel->type_count, sizeof *type);
    int rc;
    if (!type)
        return TS_ENOMEM;
    if ((rc = ts_manifest_text(node, "name", &type->name)) < 0 ||
        (rc = ts_manifest_text(node, "c", &type->ctype)) < 0 ||
        (rc = ts_manifest_int(node, "size", &type->size)) < 0 ||
        (rc = ts_manifest_expr(kernel, node, "absolute", TS_SCOPE_PROBLEM, &type->absolute)) < 0 ||
        (rc = ts_manifest_expr(kernel, node, "relative", TS_SCOPE_PROBLEM, &type->relative)) < 0)
        return rc;
    if (type->size < 1 || type->size > 64)
        return ts_xml_fail(node, TS_EINPUT, "type %s: size is in bytes, from 1 to 64; correct it",
                           type->name);
    if (strspn(type->ctype, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_ ") !=
        strlen(type->ctype))
        return ts_xml_fail(node, TS_EINPUT,
                           "type %s: c=\"%s\" is not the name of a C type; write for example \"float\"",
                           type->name, type->ctype);
    for (size_t i = 0; i + 1 < kernel->type_count; i++)
        if (strcmp(kernel->types[i].name, type->name) == 0)
            return ts_xml_fail(node, TS_EINPUT, "type %s is described twice; remove one of the two",
                               type->name);
    return 0;
}

/* A bfloat16 travels as its bits in a uint16_t: no C conversion makes one of a number. */
static int check_scalar_type(const ts_kernel *kernel, const xmlNode *node, const ts_scalar *scalar)
{
    bool bits = scalar->type && strcmp(scalar->type->name, "bf16") == 0;
    for (size_t i = 0; i < kernel->type_count && !scalar->type; i++)
        bits = bits || strcmp(kernel->types[i].name, "bf16") == 0;
    return bits ? ts_xml_fail(node, TS_EINPUT,
                              "scalar %s can't be passed as bf16, which C holds as bits; add type=\"f32\"",
                              scalar->name)
                : 0;
}

/* The schema has checked that these are at most four numbers. */
static int read_scalar(ts_kernel *kernel, const xmlNode *node)
{
    ts_scalar *scalar = ts_manifest_add(&kernel->scalars, &kernel->scalar_count, sizeof *scalar);
    char *fallback = NULL, *verify = NULL;
    if (!scalar)
        return TS_ENOMEM;
    int rc = ts_manifest_text(node, "name", &scalar->name);
    if (rc == 0)
        rc = ts_manifest_operand_type(node, &scalar->type);
    if (rc == 0)
        rc = check_scalar_type(kernel, node, scalar);
    if (rc == 0)
        rc = ts_manifest_text(node, "default", &fallback);
    if (rc == 0)
        rc = ts_manifest_text(node, "verify", &verify);
    if (rc < 0)
        goto done;
    scalar->fallback = ts_strtod(fallback, NULL);
    bool finite = isfinite(scalar->fallback);
    char *end = verify;
    for (const char *at = verify; at && scalar->verify_count < 4; at = end) {
        double value = ts_strtod(at, &end);
        if (end == at)
            break;
        scalar->verify[scalar->verify_count++] = value;
        finite = finite && isfinite(value);
    }
    if (!finite)
        rc = ts_xml_fail(node, TS_EINPUT, "scalar %s: values must be finite; correct default and verify",
                         scalar->name);
done:
    free(fallback);
    free(verify);
    return rc;
}

static int read_tensor(ts_kernel *kernel, const xmlNode *node)
{
    ts_tensor *tensor = ts_manifest_add(&kernel->tensors, &kernel->tensor_count, sizeof *tensor);
    char *access = NULL, *fill = NULL;
    if (!tensor)
        return TS_ENOMEM;
    int rc;
    if ((rc = ts_manifest_text(node, "name", &tensor->name)) < 0 ||
        (rc = ts_manifest_text(node, "ld", &tensor->ld)) < 0 ||
        (rc = ts_manifest_text(node, "access", &access)) < 0 ||
        (rc = ts_manifest_text(node, "fill", &fill)) < 0 ||
        (rc = ts_manifest_operand_type(node, &tensor->type)) < 0)
        goto done;
    tensor->access = strcmp(access, "read") == 0    ? TS_READ
                     : strcmp(access, "write") == 0 ? TS_WRITE
                                                    : TS_UPDATE;
    tensor->exact_fill = fill && strcmp(fill, "grid") == 0;
    tensor->reference_fill = fill && strcmp(fill, "reference") == 0;
    tensor->constant = tensor->access == TS_READ;
    if (tensor->reference_fill && tensor->access == TS_WRITE)
        rc = ts_xml_fail(
            node, TS_EINPUT,
            "tensor %s is only written, so that nothing can fill it; declare access=\"update\" or "
            "remove fill=\"reference\"",
            tensor->name);
    if (rc == 0)
        rc = ts_manifest_expr_list(kernel, node, "shape", TS_SCOPE_PROBLEM, &tensor->extents,
                                   &tensor->extent_count);
done:
    free(access);
    free(fill);
    return rc;
}

/* What a word of <arguments> stands for. */
static bool find_argument(const ts_kernel *kernel, const char *word, ts_arg *out)
{
    for (size_t i = 0; i < kernel->dim_count; i++)
        if (strcmp(kernel->dims[i].name, word) == 0)
            return *out = (ts_arg){TS_ARG_DIM, i}, true;
    for (size_t i = 0; i < kernel->scalar_count; i++)
        if (strcmp(kernel->scalars[i].name, word) == 0)
            return *out = (ts_arg){TS_ARG_SCALAR, i}, true;
    for (size_t i = 0; i < kernel->tensor_count; i++) {
        if (strcmp(kernel->tensors[i].name, word) == 0)
            return *out = (ts_arg){TS_ARG_TENSOR, i}, true;
        if (kernel->tensors[i].ld && strcmp(kernel->tensors[i].ld, word) == 0)
            return *out = (ts_arg){TS_ARG_LD, i}, true;
    }
    *out = (ts_arg){TS_ARG_WORKSPACE, 0};
    return strcmp(word, "workspace") == 0;
}

static bool has_argument(const ts_kernel *kernel, ts_arg_kind kind, size_t index)
{
    for (size_t i = 0; i < kernel->arg_count; i++)
        if (kernel->args[i].kind == kind && kernel->args[i].index == index)
            return true;
    return false;
}

static int add_argument(ts_kernel *kernel, const xmlNode *node, const char *word)
{
    ts_arg found;
    if (!find_argument(kernel, word, &found))
        return ts_xml_fail(
            node, TS_EINPUT,
            "argument '%s' is no dimension, scalar, tensor or leading dimension; declare it or remove it",
            word);
    if (has_argument(kernel, found.kind, found.index))
        return ts_xml_fail(node, TS_EINPUT, "argument '%s' is listed twice; remove one of the two", word);
    ts_arg *arg = ts_manifest_add(&kernel->args, &kernel->arg_count, sizeof *arg);
    if (!arg)
        return TS_ENOMEM;
    *arg = found;
    if (found.kind == TS_ARG_DIM)
        kernel->dims[found.index].argument = true;
    return 0;
}

/* Every operand must reach the function under its own name: the arguments become one C parameter list. */
static int check_arguments(const ts_kernel *kernel, const xmlNode *node)
{
    for (size_t i = 0; i < kernel->scalar_count; i++)
        if (!has_argument(kernel, TS_ARG_SCALAR, i))
            return ts_xml_fail(
                node, TS_EINPUT,
                "scalar '%s' is not among the arguments, or its name is used twice; correct it",
                kernel->scalars[i].name);
    for (size_t i = 0; i < kernel->tensor_count; i++)
        if (!has_argument(kernel, TS_ARG_TENSOR, i) ||
            (kernel->tensors[i].ld && !has_argument(kernel, TS_ARG_LD, i)))
            return ts_xml_fail(node, TS_EINPUT,
                               "tensor '%s' or its leading dimension is not among the arguments, or a name "
                               "is used twice; correct it",
                               kernel->tensors[i].name);
    return 0;
}

static int read_arguments(ts_kernel *kernel, const xmlNode *node)
{
    char *text = NULL, *rest = NULL;
    int rc = ts_manifest_text(node, "", &text);
    for (char *word = rc == 0 ? strtok_r(text, " \t\r\n,", &rest) : NULL; word && rc == 0;
         word = strtok_r(NULL, " \t\r\n,", &rest))
        rc = add_argument(kernel, node, word);
    free(text);
    return rc < 0 ? rc : check_arguments(kernel, node);
}

static int read_use(ts_kernel *kernel, const xmlNode *node)
{
    char name[160];
    ts_use *use = ts_manifest_add(&kernel->uses, &kernel->use_count, sizeof *use);
    if (!use)
        return TS_ENOMEM;
    int rc = ts_manifest_text(node, "attribute", &use->attribute);
    if (rc < 0)
        return rc;
    /* A processor without a feature doesn't list it, so absence is an answer. */
    if (strncmp(use->attribute, "feature.", 8) == 0)
        use->fallback = ts_int(0);
    if ((rc = ts_manifest_constant(node, "default", &use->fallback)) < 0)
        return rc;
    snprintf(name, sizeof name, "target.%s", use->attribute);
    return ts_manifest_name(kernel, node, name, NULL, &use->slot);
}

static int read_work(ts_kernel *kernel, const xmlNode *node)
{
    int rc = ts_manifest_expr(kernel, node, "flops", TS_SCOPE_PROBLEM, &kernel->flops);
    return rc < 0 ? rc : ts_manifest_expr(kernel, node, "bytes", TS_SCOPE_PROBLEM, &kernel->bytes);
}

int ts_manifest_interface(ts_kernel *kernel, const xmlNode *root)
{
    /* Names come first: an expression that may not use one then says so, rather than that there is no such
     * name. */
    static const ts_manifest_section sections[] = {
        {"dimension", 1, TS_MAX_DIMS, read_dimension},
        {"uses", 0, 64, read_use},
        {"parameter", 1, 64, ts_manifest_declare_parameter},
        {"type", 1, 16, read_type},
        {"scalar", 0, TS_MAX_SCALARS, read_scalar},
        {"tensor", 1, TS_MAX_TENSORS, read_tensor},
        {"arguments", 1, 1, read_arguments},
        {"work", 1, 1, read_work},
    };
    int rc;
    if ((rc = ts_manifest_text(root, "name", &kernel->name)) < 0 ||
        (rc = ts_manifest_text(root, "summary", &kernel->summary)) < 0 ||
        (rc = ts_names_add(kernel->names, "type", &kernel->type_slot)) < 0 ||
        (rc = ts_names_add(kernel->names, "type.size", &kernel->type_size_slot)) < 0 ||
        (rc = ts_names_add(kernel->names, "max_error", &kernel->max_error_slot)) < 0 ||
        (rc = ts_names_add(kernel->names, "threads", &kernel->threads_slot)) < 0)
        return rc;
    return ts_manifest_read(kernel, root, sections, sizeof sections / sizeof *sections);
}
