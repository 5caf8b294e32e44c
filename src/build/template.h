/*
 * Templates: C that an editor can read. Lines whose first non-blank characters are //@ are directives,
 * ${expr} interpolates.
 *
 *   //@ for i in 0..mr            a half-open range; also: for i in 0..mr step 2
 *   //@ endfor
 *   //@ if nr > 16   //@ elif …   //@ else   //@ endif
 *   //@ let name = expr           visible until the end of the enclosing block
 *   //@ error "text ${expr}"      refuse this configuration: rendering fails with the text
 *   ${expr}                       value as text; $${ is a literal ${
 *
 * ${fn} is the variant's function name; file-scope names of a template start with it, because many variants
 * share one translation unit. Output carries #line directives, so compilers report lines of the template.
 */
#ifndef TS_BUILD_TEMPLATE_H
#define TS_BUILD_TEMPLATE_H

#include "core/expr.h"
#include "util/str.h"

typedef struct ts_template ts_template;

/** Parse a template file or text; `names` are the names it may use (borrowed until ts_template_free). */
int ts_template_load(const char *path, const ts_names *names, ts_template **out);
int ts_template_parse(const char *text, const char *name, const ts_names *names, ts_template **out);
void ts_template_free(ts_template *t);

/** Append the expansion to `out`; `values[slot]` for each name; `fn` is the function name. Output is limited
 * to 4 MiB. */
int ts_template_render(const ts_template *t, const ts_value *values, const char *fn, ts_str *out);

#endif
