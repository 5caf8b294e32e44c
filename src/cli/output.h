/* What commands print with: tables, styles for terminals, JSON, numbers that people read. */
#ifndef TS_CLI_OUTPUT_H
#define TS_CLI_OUTPUT_H

#include "util/human.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** Width of the terminal behind a stream; 80 if it isn't one. */
int ts_columns(FILE *stream);

typedef enum ts_style { TS_STYLE_PLAIN, TS_STYLE_BOLD, TS_STYLE_DIM, TS_STYLE_GOOD, TS_STYLE_BAD } ts_style;
/** The escape sequence of a style: "" unless the stream is a terminal and NO_COLOR is unset (no-color.org).
 */
const char *ts_style_on(FILE *stream, ts_style style);

/** A text table: columns as wide as their widest cell. Out of memory sticks and shows when printing. */
typedef struct ts_table ts_table;
/** Headers separated by '|'; a leading '>' aligns the column to the right: "shape|>GFLOP/s|>tied". */
ts_table *ts_table_new(const char *headers);
void ts_table_free(ts_table *table);
/** The next cell; a row is complete when it has as many as there are headers. */
void ts_table_cell(ts_table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** A line below the last row, indented and wrapped. */
void ts_table_note(ts_table *table, const char *text);
/** Print, free; 0, or TS_ENOMEM. */
int ts_table_print(ts_table *table, FILE *stream);

/** Text wrapped at `width` columns, each line after `indent` blanks and those its paragraph begins with.
 * Appended to `out`. */
struct ts_str;
void ts_wrap(struct ts_str *out, const char *text, size_t indent, size_t width);

/** JSON null where the number is NAN or infinite: unmeasured is never 0. */
json_t *ts_json_real(double number);
json_t *ts_json_text(const char *text);
/** Print on standard output and release; an exit status. NULL means that building it ran out of memory. */
int ts_json_print(json_t *owned);

#endif
