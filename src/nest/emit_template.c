/* The template: what stands before the function, its text, and its nests. */
#include "nest/emit.h"
#include "util/hash.h"
#include <stdio.h>
#include <string.h>

/* ---- before the function
 * --------------------------------------------------------------------------------------- */

static bool is_wanted_directive(const ts_token *t)
{
    if (t->kind != TS_TOKEN_DIRECTIVE)
        return false;
    const char *word = t->text + 1;
    word += strspn(word, " \t");
    return (strncmp(word, "include", 7) == 0 || strncmp(word, "define", 6) == 0 ||
            strncmp(word, "undef", 5) == 0);
}

static bool is_wanted_item(const ts_nest *nest, size_t at)
{
    return ts_nest_is(nest, at, "static") || ts_nest_is(nest, at, "typedef") ||
           ts_nest_is(nest, at, "enum") || ts_nest_is(nest, at, "struct");
}

/* The end of the declaration or definition at file scope that begins at `at`. */
static size_t item_end(const ts_nest *nest, size_t at, size_t end)
{
    bool list = false;
    for (size_t i = at; i < end; i++) {
        if (ts_nest_is(nest, i, ";"))
            return i + 1;
        list |= ts_nest_is(nest, i, "(");
        if (!ts_nest_is(nest, i, "{") && !ts_nest_is(nest, i, "("))
            continue;
        const bool body = ts_nest_is(nest, i, "{") && list;
        size_t after = ts_nest_close(nest, i, end);
        if (!after || body)
            return after ? after : end;
        i = after - 1;
    }
    return end;
}

/* Includes, macros, types and static functions, which the loops may use. */
static void emit_head(const ts_nest *nest, ts_str *out)
{
    ts_str text = TS_STR_INIT;
    const ts_view view = {0};
    ts_hash hash;
    char hex[TS_HASH_HEX];
    for (size_t i = nest->head.first, after; i < nest->head.last; i = after) {
        const ts_token *t = ts_nest_token(nest, i);
        bool directive =
            t->kind == TS_TOKEN_DIRECTIVE || t->kind == TS_TOKEN_PRAGMA || t->kind == TS_TOKEN_PRAGMA_END;
        after = directive ? i + 1 : item_end(nest, i, nest->head.last);
        if (!is_wanted_directive(t) && (!is_wanted_item(nest, i) || after == nest->head.last))
            continue;
        ts_emit_tokens(nest, (ts_span){i, after}, &view, &text);
        ts_str_append(&text, "\n");
    }
    ts_hash_begin(&hash);
    ts_hash_add_text(&hash, ts_str_text(&text));
    ts_hash_end(&hash, hex);
    if (text.length)
        ts_str_format(out, "#ifndef TS_NEST_%.16s\n#define TS_NEST_%.16s\n%s#endif\n", hex, hex,
                      ts_str_text(&text));
    ts_str_free(&text);
}

/* ---- nests
 * ------------------------------------------------------------------------------------------------------ */

static const ts_band *tuned_band(const ts_group *g, const ts_nest_node *body)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->bands[i].body == body)
            return &g->bands[i];
    return NULL;
}

static void open_loop(const ts_nest *nest, const ts_nest_node *loop, bool ranged, ts_str *out)
{
    const ts_view view = {0};
    const char *i = loop->iter;
    if (ranged) {
        ts_str_format(out, "for (int64_t %s = %s_from; %s < %s_to; %s++) {\n", i, i, i, i, i);
        return;
    }
    ts_str_format(out, "for (int64_t %s = ", i);
    ts_emit_tokens(nest, loop->from, &view, out);
    ts_str_format(out, "; %s %s ", i, loop->inclusive ? "<=" : "<");
    ts_emit_tokens(nest, loop->to, &view, out);
    ts_str_format(out, "; %s += %lld) {\n", i, (long long)loop->step);
}

/* One run of statements in loops of its own, as written. */
static void emit_plain(const ts_group *g, const ts_nest_node *const *chain, size_t count,
                       const ts_nest_node *body, ts_str *out)
{
    const ts_nest *nest = g->bands[0].nest;
    const ts_view view = {0};
    for (size_t i = 0; i < count; i++) {
        if (i + 1 == count && ts_clause_names(&g->part->clauses.of[TS_CLAUSE_VECTORIZE], chain[i]->iter))
            ts_str_append(out, "#pragma GCC ivdep\n");
        open_loop(nest, chain[i], g->bands[0].skewed && i == 0, out);
    }
    ts_emit_tokens(nest, body->text, &view, out);
    for (size_t i = 0; i < count; i++)
        ts_str_append(out, "\n}");
    ts_str_append(out, "\n");
}

/* Each run of statements below `node` in loops of its own: loops that a clause names are divided. */
static void distribute(const ts_group *g, const ts_nest_node *node, const ts_nest_node **chain, size_t count,
                       ts_str *out)
{
    if (!node->iter) {
        const ts_band *band = tuned_band(g, node);
        if (band)
            ts_emit_band(band, g, out);
        else
            emit_plain(g, chain, count, node, out);
        return;
    }
    chain[count++] = node;
    for (size_t i = 0; i < node->children.count; i++)
        distribute(g, node->children.items[i], chain, count, out);
}

/* Row i at step t comes before rows below it at later steps: time blocks of shifted rows (Wolf and Lam, PLDI
 * 1991). */
static void emit_skewed(const ts_group *g, const ts_nest_node *root, ts_str *out)
{
    const ts_band *band = &g->bands[0];
    const ts_nest_node *chain[TS_NEST_DEPTH];
    const ts_view view = {0};
    const char *t = root->iter, *i = band->loops[0]->iter, *s = g->suffix;
    const size_t phases = root->children.count;
    const long long reach = g->part->clauses.of[TS_CLAUSE_SKEW].reach;
    ts_ends none = {0};
    ts_str_format(out, "{\nconst int64_t %s_begin = ", t);
    ts_emit_tokens(band->nest, root->from, &view, out);
    ts_str_format(out, ", %s_stop = (", t);
    ts_emit_tokens(band->nest, root->to, &view, out);
    ts_str_format(out, ")%s;\nint64_t %s_least = INT64_MAX, %s_most = INT64_MIN;\n",
                  root->inclusive ? " + 1" : "", i, i);
    for (size_t q = 0; q < phases; q++) {
        ts_band child = {.nest = band->nest, .loops = {root->children.items[q]}, .depth = 1};
        ts_str_format(out, "const int64_t %s_low%zu = ", i, q);
        ts_emit_bound(&child, 0, false, false, &none, out);
        ts_str_format(out, ", %s_high%zu = ", i, q);
        ts_emit_bound(&child, 0, true, true, &none, out);
        ts_str_format(
            out, ";\n%s_least = ${fn}_min(%s_least, %s_low%zu), %s_most = ${fn}_max(%s_most, %s_high%zu);\n",
            i, i, i, q, i, i, i, q);
    }
    ts_str_format(out,
                  "for (int64_t %s_block = %s_begin; %s_block < %s_stop; %s_block += ${tile_%s%s}) {\n"
                  "const int64_t %s_end = ${fn}_min(%s_block + ${tile_%s%s}, %s_stop);\n"
                  "const int64_t %s_last = %s_most + (%s_end - %s_block)*%lld;\n"
                  "for (int64_t %s_wave = %s_least; %s_wave < %s_last; %s_wave += ${tile_%s%s})\n"
                  "for (int64_t %s = %s_block; %s < %s_end; %s++) {\n",
                  t, t, t, t, t, t, s, t, t, t, s, t, i, i, t, t, (long long)phases * reach, i, i, i, i, i, i,
                  s, t, t, t, t, t);
    for (size_t q = 0; q < phases; q++) {
        ts_str_format(out,
                      "{\nconst int64_t %s_shift = ((%s - %s_block)*%zu + %zu)*%lld;\n"
                      "const int64_t %s_from = ${fn}_max(%s_low%zu, %s_wave - %s_shift);\n"
                      "const int64_t %s_to = ${fn}_min(%s_high%zu, %s_wave + ${tile_%s%s} - %s_shift);\n",
                      i, t, t, phases, q, reach, i, i, q, i, i, i, i, q, i, i, s, i);
        distribute(g, root->children.items[q], chain, 0, out);
        ts_str_append(out, "}\n");
    }
    ts_str_append(out, "}\n}\n}\n");
}

/* Loops around the first that a clause names stay as they are. */
static void emit_node(const ts_group *g, const ts_nest_node *node, ts_str *out)
{
    const ts_nest *nest = g->bands[0].nest;
    const ts_view view = {0};
    const ts_nest_node *chain[TS_NEST_DEPTH];
    if (!node->iter) {
        ts_emit_tokens(nest, node->text, &view, out);
        ts_str_append(out, "\n");
    } else if (ts_clauses_name(&g->part->clauses, node->iter)) {
        distribute(g, node, chain, 0, out);
    } else {
        open_loop(nest, node, false, out);
        for (size_t i = 0; i < node->children.count; i++)
            emit_node(g, node->children.items[i], out);
        ts_str_append(out, "}\n");
    }
}

/* ---- the whole
 * ---------------------------------------------------------------------------------------------------- */

static void emit_helpers(const ts_group *groups, size_t count, ts_str *out)
{
    bool vectors = false, sums = false;
    for (size_t g = 0; g < count; g++)
        for (size_t f = 0; f < groups[g].form_count; f++) {
            const ts_form *form = &groups[g].forms[f];
            vectors |= form->explicit;
            sums |= form->explicit && form->kept && form->vector == (int)form->inner;
        }
    ts_str_append(out, "static inline int64_t ${fn}_min(int64_t a, int64_t b) { return a < b ? a : b; }\n"
                       "static inline int64_t ${fn}_max(int64_t a, int64_t b) { return a > b ? a : b; }\n");
    if (vectors)
        ts_str_append(out, "typedef ${T} ${fn}_v __attribute__((vector_size(${vector_bytes})));\n"
                           "typedef ${T} ${fn}_u __attribute__((vector_size(${vector_bytes}), "
                           "aligned(${type.size}), may_alias));\n");
    if (sums)
        ts_str_append(
            out,
            "static inline ${T} ${fn}_sum(${fn}_v v)\n{\n    ${T} sum = v[0];\n    //@ for lane in 1..lanes\n"
            "    sum += v[${lane}];\n    //@ endfor\n    return sum;\n}\n");
}

static void emit_signature(const ts_nest *nest, const char *name, const char *type, const char *restricted,
                           ts_str *out)
{
    ts_str_format(out, "void %s(", name);
    for (size_t i = 0; i < nest->params.count; i++) {
        const ts_nest_param *p = &nest->params.items[i];
        ts_str_append(out, i ? ", " : "");
        if (p->kind == TS_NEST_DIM)
            ts_str_format(out, "int64_t %s", p->name);
        else if (p->kind == TS_NEST_SCALAR)
            ts_str_format(out, "%s %s", type, p->name);
        else
            ts_str_format(out, "%s%s *%s%s", p->array.constant ? "const " : "", type, restricted, p->name);
    }
    ts_str_append(out, ")\n{\n");
}

int ts_emit_template(const ts_nest *nest, const ts_group *groups, size_t count, ts_str *out)
{
    const ts_view view = {0};
    size_t g = 0;
    ts_str_format(out, "/* %s: made by tilesmith from its loops and their clauses. */\n", nest->name);
    emit_head(nest, out);
    emit_helpers(groups, count, out);
    emit_signature(nest, "${fn}", "${T}", "restrict ", out);
    for (size_t i = 0; i < nest->parts.count; i++) {
        const ts_nest_part *part = &nest->parts.items[i];
        if (!part->loop) {
            ts_emit_tokens(nest, part->text, &view, out);
            ts_str_append(out, "\n");
        } else if (part->clauses.of[TS_CLAUSE_SKEW].given) {
            emit_skewed(&groups[g++], part->loop, out);
        } else {
            emit_node(&groups[g++], part->loop, out);
        }
    }
    ts_str_append(out, "}\n");
    return out->failed ? ts_nest_no_memory(nest) : count == g ? TS_OK : TS_EINTERNAL;
}

int ts_emit_reference(const ts_nest *nest, ts_str *out)
{
    ts_str_append(out, nest->text);
    ts_str_append(out, "\n");
    emit_signature(nest, "ts_reference", nest->ctype, "", out);
    ts_str_format(out, "    %s(", nest->name);
    for (size_t i = 0; i < nest->params.count; i++) {
        const ts_nest_param *p = &nest->params.items[i];
        ts_str_format(out, "%s%s%s", i ? ", " : "", p->kind == TS_NEST_ARRAY ? "(void *)" : "", p->name);
    }
    ts_str_append(out, ");\n}\n");
    return out->failed ? ts_nest_no_memory(nest) : TS_OK;
}
