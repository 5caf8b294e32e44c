#include "build/thunk.h"
#include "build/render.h"
#include "util/file.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_OF_(x)  #x
#define TEXT_OF(x)   TEXT_OF_(x)
#define SOURCE_LIMIT (1u << 20)

/* ts_call as generated C declares it: that of core/variant.h, which a test compares. The guard lets winners
 * be joined in one file. */
const char *ts_variant_prelude(void)
{
    return "#ifndef TS_CALL_DECLARED\n"
           "#define TS_CALL_DECLARED\n"
           "#include <stddef.h>\n"
           "#include <stdint.h>\n"
           "typedef struct ts_call {\n"
           "    int64_t dim[" TEXT_OF(
               TS_MAX_DIMS) "];\n"
                            "    double scalar[" TEXT_OF(
                                TS_MAX_SCALARS) "];\n"
                                                "    void *tensor[" TEXT_OF(
                                                    TS_MAX_TENSORS) "];\n"
                                                                    "    int64_t ld[" TEXT_OF(
                                                                        TS_MAX_TENSORS) "];\n"
                                                                                        "    void "
                                                                                        "*workspace;\n"
                                                                                        "} ts_call;\n"
                                                                                        "#endif\n";
}

static void append_parameter(const ts_problem *problem, ts_arg arg, bool writable, ts_str *out)
{
    const ts_kernel *kernel = problem->kernel;
    switch (arg.kind) {
    case TS_ARG_DIM:
        ts_str_format(out, "int64_t %s", kernel->dims[arg.index].name);
        break;
    case TS_ARG_SCALAR:
        ts_str_format(out, "%s %s", ts_problem_scalar_type(problem, arg.index).ctype,
                      kernel->scalars[arg.index].name);
        break;
    case TS_ARG_TENSOR:
        ts_str_format(out, "%s%s *%s",
                      kernel->tensors[arg.index].access == TS_READ && !writable ? "const " : "",
                      ts_problem_tensor_type(problem, arg.index).ctype, kernel->tensors[arg.index].name);
        break;
    case TS_ARG_LD:
        ts_str_format(out, "int64_t %s", kernel->tensors[arg.index].ld);
        break;
    case TS_ARG_WORKSPACE:
        ts_str_append(out, "void *workspace");
        break;
    }
}

static void append_prototype(const ts_problem *problem, const char *name, bool writable, ts_str *out)
{
    ts_str_format(out, "void %s(", name);
    for (size_t i = 0; i < problem->kernel->arg_count; i++) {
        ts_str_append(out, i ? ", " : "");
        append_parameter(problem, problem->kernel->args[i], writable, out);
    }
    ts_str_append(out, ")");
}

void ts_variant_prototype(const ts_problem *problem, const char *name, ts_str *out)
{
    append_prototype(problem, name, false, out);
}

static void append_declaration(const ts_problem *problem, const char *name, bool writable, ts_str *out)
{
    static const char exported[] = "__attribute__((visibility(\"default\"))) ";
    ts_str_format(out, "#line 1 \"declaration\"\n%s", exported);
    append_prototype(problem, name, writable, out);
    ts_str_format(out, ";\n%svoid %s_call(const ts_call *call);\n", exported, name);
}

void ts_thunk_declaration(const ts_problem *problem, const char *name, ts_str *out)
{
    append_declaration(problem, name, false, out);
}

static void append_argument(const ts_problem *problem, ts_arg arg, ts_str *out)
{
    switch (arg.kind) {
    case TS_ARG_DIM:
        ts_str_format(out, "call->dim[%zu]", arg.index);
        break;
    case TS_ARG_SCALAR:
        ts_str_format(out, "(%s)call->scalar[%zu]", ts_problem_scalar_type(problem, arg.index).ctype,
                      arg.index);
        break;
    case TS_ARG_TENSOR:
        ts_str_format(out, "call->tensor[%zu]", arg.index);
        break;
    case TS_ARG_LD:
        ts_str_format(out, "call->ld[%zu]", arg.index);
        break;
    case TS_ARG_WORKSPACE:
        ts_str_append(out, "call->workspace");
        break;
    }
}

void ts_thunk_definition(const ts_problem *problem, const char *name, ts_str *out)
{
    ts_str_format(out, "#line 1 \"thunk\"\nvoid %s_call(const ts_call *call)\n{\n    %s(", name, name);
    for (size_t i = 0; i < problem->kernel->arg_count; i++) {
        ts_str_append(out, i ? ", " : "");
        append_argument(problem, problem->kernel->args[i], out);
    }
    ts_str_append(out, ");\n}\n");
}

/* The dimensions that a reference doesn't get as arguments, as constants under their own names. */
static void append_fixed_dims(const ts_problem *problem, ts_str *out)
{
    for (size_t i = 0; i < problem->kernel->dim_count; i++)
        if (!problem->kernel->dims[i].argument)
            ts_str_format(out, "enum { %s = %" PRId64 " };\n", problem->kernel->dims[i].name,
                          problem->dims[i]);
}

int ts_reference_source(const ts_problem *problem, ts_str *out)
{
    char *text = NULL;
    int rc = ts_file_read(problem->kernel->reference, SOURCE_LIMIT, &text, NULL);
    if (rc < 0)
        return rc;
    ts_str_append(out, ts_variant_prelude());
    bool fills = ts_kernel_fills_by_reference(problem->kernel);
    ts_thunk_declaration(problem, "ts_reference", out);
    if (fills)
        append_declaration(problem, "ts_inputs", true, out);
    ts_str_format(out, "#define T %s\n", problem->type->ctype);
    append_fixed_dims(problem, out);
    ts_str_append(out, "#line 1 \"reference.c\"\n");
    ts_str_append(out, text);
    ts_str_append(out, "\n#undef T\n");
    ts_thunk_definition(problem, "ts_reference", out);
    if (fills)
        ts_thunk_definition(problem, "ts_inputs", out);
    free(text);
    return out->failed ? ts_fail(TS_ENOMEM, "out of memory while reading %s", problem->kernel->reference) : 0;
}
