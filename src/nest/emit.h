/* From a parsed function to the text of a template and a manifest. */
#ifndef TS_NEST_EMIT_H
#define TS_NEST_EMIT_H

#include "nest/tree.h"

enum {
    TS_NEST_STATEMENTS = 8,
    TS_NEST_FORMS = 12,
    TS_NEST_BANDS = 12,
    TS_NEST_GROUPS = 8,
    TS_NEST_TEXT = 160
};

/** A use of an array: name and brackets. */
typedef struct ts_ref {
    const ts_nest_array *array;
    ts_span all, index[TS_NEST_INDICES];
} ts_ref;

/** LEFT VERB RIGHT; with an element of an array on the left. */
typedef struct ts_statement {
    ts_ref left;
    size_t verb; /* token */
    ts_span right;
} ts_statement;

/** Which loop runs innermost and which along vectors (-1: none, or left to the compiler). */
typedef struct ts_form {
    size_t inner;
    int vector;
    bool kept;     /**< the element on the left stays in a register while the innermost loop runs */
    bool explicit; /**< vectors are written out */
} ts_form;

/** The loops around one run of statements, from the first that a clause names. */
typedef struct ts_band {
    const ts_nest *nest;
    const ts_clauses *clauses;
    const ts_nest_node *wrap[TS_NEST_DEPTH], *loops[TS_NEST_DEPTH], *body;
    size_t wrap_count, depth;
    ts_statement statements[TS_NEST_STATEMENTS];
    size_t statement_count; /**< 0: the body is kept as text */
    bool skewed;
    const char *suffix; /**< of its parameters */
} ts_band;

/** A pragma: the bands that are tuned, all over the same loops, and the forms that serve all of them. */
typedef struct ts_group {
    const ts_nest_part *part;
    ts_band bands[TS_NEST_BANDS];
    size_t count;
    ts_form forms[TS_NEST_FORMS];
    size_t form_count;
    char suffix[8];
} ts_group;

/** How tokens are written: iterators replaced, elements along `vector` as vectors. */
typedef struct ts_view {
    const char *names[TS_NEST_DEPTH];
    char texts[TS_NEST_DEPTH][TS_NEST_TEXT];
    size_t count;
    const char *vector; /**< iterator; NULL: scalars */
    bool cast;          /**< numbers take the element type, so that they mix with vectors */
} ts_view;

/** Smallest and largest value of each loop's iterator, as text, while something is computed. */
typedef struct ts_ends {
    char low[TS_NEST_DEPTH][TS_NEST_TEXT], high[TS_NEST_DEPTH][TS_NEST_TEXT];
} ts_ends;

/* ---- what the text allows
 * ---------------------------------------------------------------------------------- */

/** Coefficients of the iterators in an affine expression; false if it isn't one. */
bool ts_affine(const ts_nest *nest, ts_span span, const char *const *iters, size_t count,
               int64_t *coefficients);
/** Is the bound of loop `l` another one for each value of loop `m`? */
bool ts_band_depends(const ts_band *band, size_t l, size_t m);
/** Does any bound of `l` depend on another loop of the band? */
bool ts_band_bent(const ts_band *band, size_t l);

bool ts_ref_at(const ts_nest *nest, size_t token, ts_ref *out);
/** 0: the element doesn't depend on the iterator; 1: the next value is the next element; -1: else. */
int ts_ref_stride(const ts_nest *nest, const ts_ref *ref, const char *iter);
void ts_band_statements(ts_band *band);
/** The bands, the forms, of a pragma. */
int ts_group_collect(const ts_nest *nest, const ts_nest_part *part, size_t index, ts_group *out);
/** May copies of the loop stand side by side? */
bool ts_band_copied(const ts_band *band, size_t l);
bool ts_band_tiled(const ts_band *band, size_t l);

/* ---- text
 * ------------------------------------------------------------------------------------------------------ */

void ts_emit_tokens(const ts_nest *nest, ts_span span, const ts_view *view, ts_str *out);
/** The lower (or exclusive upper) bound of loop l at the smallest or largest it takes. */
void ts_emit_bound(const ts_band *band, size_t l, bool upper, bool largest, const ts_ends *ends, ts_str *out);
/** A band over the ranges NAME_from … NAME_to that are declared already for skewed loops. */
void ts_emit_band(const ts_band *band, const ts_group *group, ts_str *out);
/** Threads share the loop's turns, if it is the outermost that may and `when` (" && …") holds. */
void ts_emit_parallel(const ts_band *band, size_t l, const char *when, ts_str *out);
/** Blocks of one form, in the ranges NAME_lo … NAME_hi. */
void ts_emit_form(const ts_band *band, const ts_form *form, ts_str *out);
/** Copies in registers: `block`: as many as the parameters say, at NAME_block; else one, at NAME. */
void ts_emit_micro(const ts_band *band, const ts_form *form, bool block, ts_str *out);
/** The points of a block, one by one, the innermost loop from `first` to `last` (text). */
void ts_emit_points(const ts_band *band, const ts_form *form, bool block, const char *first, const char *last,
                    ts_str *out);
/** Conditions that a point is in the loops' bounds; nothing where no bound depends on a loop. */
void ts_emit_guard(const ts_band *band, ts_str *out);
/** Elements of a loop that a block (or one copy) spans, as text for a template. */
void ts_emit_span(const ts_band *band, const ts_form *form, size_t l, bool block, char out[TS_NEST_TEXT]);

int ts_emit_template(const ts_nest *nest, const ts_group *groups, size_t count, ts_str *out);
int ts_emit_manifest(const ts_nest *nest, const ts_group *groups, size_t count, ts_str *out);
void ts_emit_parameters(const ts_group *group, ts_str *out);
/** ", NAME = VALUE" for each parameter that advice of that kind (0, 1, 2) sets. */
void ts_emit_seed(const ts_group *group, size_t form, int kind, ts_str *out);
int ts_emit_reference(const ts_nest *nest, ts_str *out);
/** "k:j": innermost k, vectors along j. */
void ts_form_name(const ts_band *band, const ts_form *form, char out[TS_NEST_TEXT]);

#endif
