/* Inside the manifest loader: what its files share. Nothing outside core/ and its tests needs this. */
#ifndef TS_CORE_KERNEL_PARSE_H
#define TS_CORE_KERNEL_PARSE_H

#include "core/kernel.h"
#include "util/xml.h"

/** What an expression of the manifest may depend on, each including the one before. */
typedef enum ts_scope {
    TS_SCOPE_PROBLEM, /**< dimensions and the element type */
    TS_SCOPE_TARGET,  /**< and the target */
    TS_SCOPE_ALL      /**< and the parameters */
} ts_scope;

/** Parse a manifest's text. `path` is that of kernel.xml: for messages, and to find the other files (not
 * opened here). */
int ts_kernel_parse(const char *text, size_t length, const char *path, const char *schema, ts_kernel **out);

/** Fill the kernel from the document: how it is called (kernel_parse.c), then what is tuned
 * (kernel_tuning.c). */
int ts_manifest_interface(ts_kernel *kernel, const xmlNode *root);
int ts_manifest_tuning(ts_kernel *kernel, const xmlNode *root);

/** Read one element into the kernel. */
typedef int ts_manifest_reader(ts_kernel *kernel, const xmlNode *node);
/** One kind of element: how many there may be, and what reads one. */
typedef struct ts_manifest_section {
    const char *element;
    size_t min, max;
    ts_manifest_reader *read;
} ts_manifest_section;
/** Read all elements of each section in turn, so that later sections may use the names of earlier ones. */
int ts_manifest_read(ts_kernel *kernel, const xmlNode *root, const ts_manifest_section *sections,
                     size_t count);

/** First pass over the parameters: each gets its name and slot, so that expressions may name what stands
 * further down. */
ts_manifest_reader ts_manifest_declare_parameter;

/** <product> and <convolution>, whose terms may use what <let> defines. */
ts_manifest_reader ts_manifest_product, ts_manifest_convolution;
/** <nest>, whose terms may use parameters. */
ts_manifest_reader ts_manifest_nest;
void ts_nests_free(ts_nest *nests, size_t count);
void ts_products_free(ts_product *products, size_t count);

/** Append a zeroed item to one of the kernel's arrays; NULL when out of memory. */
void *ts_manifest_add(void *array, size_t *count, size_t size);
/** An attribute as a string of our own, NULL if absent. */
int ts_manifest_text(const xmlNode *node, const char *attribute, char **out);
/** An attribute ("" for the element's text) as an expression, NULL if absent. */
int ts_manifest_expr(const ts_kernel *kernel, const xmlNode *node, const char *attribute, ts_scope scope,
                     ts_expr **out);
/** An attribute that must be a constant; *out keeps its value if it is absent. */
int ts_manifest_constant(const xmlNode *node, const char *attribute, ts_value *out);
int ts_manifest_int(const xmlNode *node, const char *attribute, int64_t *out);
/** An attribute as a comma list of expressions. */
int ts_manifest_expr_list(const ts_kernel *kernel, const xmlNode *node, const char *attribute, ts_scope scope,
                          ts_expr ***out, size_t *count);
/** An attribute that names an operand's own type; *out stays NULL if it is absent. */
int ts_manifest_operand_type(const xmlNode *node, const ts_operand_type **out);
/** Where an attribute's value stands. */
ts_place ts_manifest_place(const xmlNode *node, const char *attribute);
/** Add a name for expressions to use: one with a value (*slot), or one that stands for `definition`. Refuses
 * one that is taken. */
int ts_manifest_name(ts_kernel *kernel, const xmlNode *node, const char *name, const ts_expr *definition,
                     size_t *slot);
/** TS_EINPUT if the expression depends on more than `scope` allows. `what` names it in the message. */
int ts_manifest_check_scope(const ts_kernel *kernel, const ts_expr *expr, ts_scope scope, const char *what);

/** A piece of a list: text between separators that stand outside quotes and parentheses, blanks trimmed. */
typedef struct ts_piece {
    const char *text;
    size_t length;
} ts_piece;
/** Next piece from *at (advanced; NULL at the end); false when there is none left. */
bool ts_next_piece(const char **at, char separator, ts_piece *out);
/** Parse a piece of `whole`, which stands at `place`. */
int ts_piece_expr(ts_piece piece, const char *whole, ts_place place, const ts_names *names, ts_expr **out);

/** Parse "m=512,n=512" into one value per dimension; absent ones take their default. */
int ts_shape_parse(const ts_kernel *kernel, const char *shape, int64_t *dims);

/** Parse a parameter's `values` into its domain; infers the kind if `kind` wasn't given. */
int ts_domain_parse(const ts_kernel *kernel, ts_parameter *p, bool infer_kind);
/** Evaluate a domain: sorted if numeric, without repeats, 1 to 65535 values; *values malloc'ed, its strings
 * borrowed. */
int ts_domain_values(const ts_parameter *p, const ts_value *slots, ts_value **values, size_t *count);
/** Ordinal of the value: equal, or for numbers the nearest. TS_EINPUT for a string that isn't there. */
int ts_domain_ordinal(const ts_parameter *p, const ts_value *values, size_t count, ts_value wanted,
                      size_t *ordinal);
/** Free the array of items. */
void ts_domain_free(ts_domain_item *items, size_t count);

/** "m, n, k" of any array of structs that begin with `char *name`; appends. */
struct ts_str;
void ts_manifest_list(const void *array, size_t count, size_t size, struct ts_str *out);

#endif
