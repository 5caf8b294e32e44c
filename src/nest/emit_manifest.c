/* The manifest: operands, parameters, constraints, and advice on where to begin. */
#include "nest/emit.h"
#include <stdio.h>
#include <string.h>

static void emit_span_text(const ts_nest *nest, ts_span span, ts_str *out)
{
    const ts_view view = {0};
    ts_emit_tokens(nest, span, &view, out);
}

static void emit_operands(const ts_nest *nest, bool exact, ts_str *out)
{
    for (size_t i = 0; i < nest->params.count; i++) {
        const ts_nest_param *p = &nest->params.items[i];
        if (p->kind == TS_NEST_DIM)
            ts_str_format(out, "  <dimension name=\"%s\" min=\"1\" max=\"1048576\"/>\n", p->name);
        else if (p->kind == TS_NEST_SCALAR)
            ts_str_format(out, "  <scalar name=\"%s\" default=\"1\" verify=\"1 -0.5\"/>\n", p->name);
        if (p->kind != TS_NEST_ARRAY)
            continue;
        ts_str_format(out, "  <tensor name=\"%s\" access=\"%s\" fill=\"%s\" shape=\"", p->name,
                      p->array.constant ? "read" : "update", exact ? "grid" : "uniform");
        for (size_t e = 0; e < p->array.extent_count; e++) {
            ts_str_append(out, e ? ", " : "");
            emit_span_text(nest, p->array.extents[e], out);
        }
        ts_str_append(out, "\"/>\n");
    }
    ts_str_append(out, "  <arguments>");
    for (size_t i = 0; i < nest->params.count; i++)
        ts_str_format(out, "%s%s", i ? " " : "", nest->params.items[i].name);
    ts_str_append(out, "</arguments>\n");
}

/* ---- work
 * ----------------------------------------------------------------------------------------------------------
 */

static size_t operations(const ts_nest *nest, ts_span span)
{
    size_t count = 0, depth = 0;
    for (size_t i = span.first; i < span.last; i++) {
        const ts_token *t = ts_nest_token(nest, i);
        depth += ts_token_is(t, "[");
        depth -= depth > 0 && ts_token_is(t, "]");
        count += depth == 0 && t->kind == TS_TOKEN_PUNCTUATOR && strchr("+-*/", *t->text) &&
                 (t->length == 1 || t->text[1] == '=');
    }
    return count;
}

/* Iterations of the loops around a body; where a bound depends on a loop, at that loop's middle. */
static void emit_trips(const ts_band *band, ts_str *out)
{
    const ts_nest_node *chain[2 * TS_NEST_DEPTH];
    ts_view view = {0};
    size_t count = 0;
    for (size_t i = 0; i < band->wrap_count; i++)
        chain[count++] = band->wrap[i];
    for (size_t i = 0; i < band->depth; i++)
        chain[count++] = band->loops[i];
    for (size_t i = 0; i < count; i++) {
        ts_str low = TS_STR_INIT, high = TS_STR_INIT;
        ts_emit_tokens(band->nest, chain[i]->from, &view, &low);
        ts_emit_tokens(band->nest, chain[i]->to, &view, &high);
        ts_str_format(out, " * max(0.0, 1.0 * ((%s) - (%s)%s) / %lld)", ts_str_text(&high), ts_str_text(&low),
                      chain[i]->inclusive ? " + 1" : "", (long long)chain[i]->step);
        if (low.length + high.length < TS_NEST_TEXT - 40 && view.count < TS_NEST_DEPTH) {
            view.names[view.count] = chain[i]->iter;
            snprintf(view.texts[view.count++], TS_NEST_TEXT, "((%s + %s)*0.5)", ts_str_text(&low),
                     ts_str_text(&high));
        }
        ts_str_free(&low);
        ts_str_free(&high);
    }
}

static void emit_flops(const ts_group *groups, size_t count, ts_str *out)
{
    ts_str_append(out, "0.0");
    for (size_t g = 0; g < count; g++)
        for (size_t b = 0; b < groups[g].count; b++) {
            const ts_band *band = &groups[g].bands[b];
            ts_str_format(out, " + %zu.0", operations(band->nest, band->body->text));
            emit_trips(band, out);
        }
}

static void emit_elements(const ts_nest *nest, const ts_nest_array *a, ts_str *out)
{
    ts_str_append(out, "1.0");
    for (size_t e = 0; e < a->extent_count; e++) {
        ts_str_append(out, "*(");
        emit_span_text(nest, a->extents[e], out);
        ts_str_append(out, ")");
    }
}

static int emit_work(const ts_nest *nest, const ts_group *groups, size_t count, ts_str *out)
{
    const bool is_float = strcmp(nest->ctype, "float") == 0;
    ts_str flops = TS_STR_INIT;
    const ts_nest_array *written = NULL;
    emit_flops(groups, count, &flops);
    for (size_t i = nest->params.count; i-- > 0;)
        if (nest->params.items[i].kind == TS_NEST_ARRAY && !nest->params.items[i].array.constant)
            written = &nest->params.items[i].array;
    if (!written) {
        ts_str_free(&flops);
        return ts_nest_fail(nest, groups[0].part->loop->line,
                            "%s writes no array: all are const; the result must be one", nest->name);
    }
    /* Rounding grows with the operations behind an element of the result. */
    ts_str_format(out, "  <type name=\"%s\" c=\"%s\" size=\"%d\" relative=\"%s\" absolute=\"%s*(1 + (%s)/(",
                  is_float ? "f32" : "f64", nest->ctype, is_float ? 4 : 8, is_float ? "1e-5" : "1e-12",
                  is_float ? "1.2e-7" : "2.3e-16", ts_str_text(&flops));
    emit_elements(nest, written, out);
    ts_str_format(out, "))\"/>\n  <work flops=\"%s\" bytes=\"type.size*(0.0", ts_str_text(&flops));
    for (size_t i = 0; i < nest->params.count; i++)
        if (nest->params.items[i].kind == TS_NEST_ARRAY) {
            ts_str_append(out, nest->params.items[i].array.constant ? " + " : " + 2.0*");
            emit_elements(nest, &nest->params.items[i].array, out);
        }
    ts_str_append(out, ")\"/>\n");
    ts_str_free(&flops);
    return TS_OK;
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------------ */

static bool is_exact(const ts_group *groups, size_t count)
{
    for (size_t g = 0; g < count; g++)
        for (size_t b = 0; b < groups[g].count; b++) {
            const ts_band *band = &groups[g].bands[b];
            if (band->statement_count == 0 || ts_nest_holds(band->nest, band->body->text, "/"))
                return false;
        }
    return true;
}

/* Small sizes with remainders, and one that fills the largest blocks; never larger than asked. */
static void emit_verify(const ts_nest *nest, ts_str *out)
{
    static const int sizes[2][4] = {{19, 23, 17, 29}, {139, 131, 149, 137}};
    for (size_t c = 0; c < 2; c++) {
        size_t d = 0;
        ts_str_append(out, "  <verify");
        for (size_t i = 0; i < nest->params.count; i++)
            if (nest->params.items[i].kind == TS_NEST_DIM)
                ts_str_format(out, " %s=\"min(%s, %d)\"", nest->params.items[i].name,
                              nest->params.items[i].name, sizes[c][d++ % 4]);
        ts_str_append(out, "/>\n");
    }
}

static void emit_machine(bool vectors, bool compiled, bool parallel, ts_str *out)
{
    static const char isa[] =
        "target.arch == 'x86_64' ? '-march=native -mprefer-vector-width=512' : target.arch == 'aarch64' ? "
        "'-mcpu=native' : ''";
    if (vectors)
        ts_str_append(
            out,
            "  <parameter name=\"vector_bytes\" values=\"16, 32, 64\" default=\"widest\" text=\"bytes per "
            "vector\"/>\n"
            "  <let name=\"lanes\" value=\"vector_bytes/type.size\"/>\n"
            "  <constraint text=\"a vector must fit a register\">vector_bytes &lt;= widest</constraint>\n");
    ts_str_append(out, "  <parameter name=\"compiler\" kind=\"categorical\" role=\"compiler\" text=\"the "
                       "compilers of the session\"/>\n"
                       "  <parameter name=\"flags\" kind=\"categorical\" role=\"flags\" values=\"'-O2', "
                       "'-O3'\" default=\"'-O3'\" "
                       "text=\"level of optimisation\"/>\n");
    if (parallel)
        ts_str_append(out, "  <parameter name=\"openmp\" kind=\"categorical\" role=\"flags\" "
                           "values=\"threads > 1 ? '-fopenmp' : ''\" "
                           "text=\"threads\"/>\n");
    if (compiled)
        ts_str_append(
            out,
            "  <parameter name=\"sums\" kind=\"categorical\" role=\"flags\" values=\"'', '-fassociative-math "
            "-fno-signed-zeros -fno-trapping-math'\" default=\"''\" text=\"may the compiler reorder "
            "sums\"/>\n");
    ts_str_format(out,
                  "  <parameter name=\"isa\" kind=\"categorical\" role=\"flags\" values=\"%s\" "
                  "default=\"%s\" text=\"instruction "
                  "set\"/>\n",
                  isa, isa);
}

/* Advice for all pragmas together: form f of each (or its last), kind by kind. */
static void emit_seeds(const ts_group *groups, size_t count, ts_str *out)
{
    size_t forms = 0;
    for (size_t g = 0; g < count; g++)
        forms = groups[g].form_count > forms ? groups[g].form_count : forms;
    for (size_t f = 0; f < forms; f++)
        for (int kind = 0; kind < 3; kind++) {
            ts_str seed = TS_STR_INIT;
            for (size_t g = 0; g < count; g++)
                ts_emit_seed(&groups[g], f < groups[g].form_count ? f : groups[g].form_count - 1, kind,
                             &seed);
            ts_str_format(out, "  <seed name=\"form %zu, %s\">flags = '-O3'%s</seed>\n", f + 1,
                          kind == 0   ? "copies"
                          : kind == 1 ? "copies and tiles"
                                      : "copies and tiles, reordered",
                          ts_str_text(&seed));
            ts_str_free(&seed);
        }
}

int ts_emit_manifest(const ts_nest *nest, const ts_group *groups, size_t count, ts_str *out)
{
    bool vectors = false, compiled = false, parallel = false;
    for (size_t g = 0; g < count; g++) {
        parallel |= groups[g].part->clauses.of[TS_CLAUSE_PARALLEL].given;
        for (size_t f = 0; f < groups[g].form_count; f++) {
            vectors |= groups[g].forms[f].explicit;
            compiled |= !groups[g].forms[f].explicit && groups[g].part->clauses.of[TS_CLAUSE_VECTORIZE].given;
        }
    }
    ts_str_format(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kernel name=\"%s\" summary=\"%s, from its loops\">\n",
        nest->name, nest->name);
    emit_operands(nest, is_exact(groups, count), out);
    int rc = emit_work(nest, groups, count, out);
    ts_str_append(out, "  <uses attribute=\"arch\" default=\"'x86_64'\"/>\n  <uses "
                       "attribute=\"vector.bytes\" default=\"16\"/>\n"
                       "  <uses attribute=\"vector.registers\" default=\"16\"/>\n"
                       "  <let name=\"widest\" value=\"max(16, min(64, target.vector.bytes))\"/>\n"
                       "  <let name=\"many\" value=\"target.vector.registers >= 32\"/>\n");
    emit_machine(vectors, compiled, parallel, out);
    for (size_t g = 0; g < count; g++)
        ts_emit_parameters(&groups[g], out);
    ts_str_format(out, "  <template file=\"%s.c.in\"/>\n", nest->name);
    emit_verify(nest, out);
    emit_seeds(groups, count, out);
    ts_str_append(out, "</kernel>\n");
    return rc == TS_OK && out->failed ? ts_nest_no_memory(nest) : rc;
}
