/* Text tables. */
#include "cli/output.h"
#include "tilesmith_plugin.h"
#include "util/str.h"
#include "util/vec.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct column {
    char *header;
    bool right;
    size_t width;
} column;

typedef struct row {
    char **cells; /* one per column; NULL where not given */
    size_t filled;
    char *note;
} row;

struct ts_table {
    TS_VEC(column) columns;
    TS_VEC(row) rows;
    bool failed;
};

/* Columns on screen: code points, which is right for everything Tilesmith prints. */
static size_t shown(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

ts_table *ts_table_new(const char *headers)
{
    ts_table *table = calloc(1, sizeof *table);
    while (table) {
        size_t length = strcspn(headers, "|");
        bool right = *headers == '>';
        column c = {.header = strndup(headers + right, length - right), .right = right};
        c.width = c.header ? shown(c.header) : 0;
        if (!c.header || !ts_vec_push(&table->columns, c)) {
            free(c.header);
            table->failed = true;
            break;
        }
        if (headers[length] == '\0')
            break;
        headers += length + 1;
    }
    return table;
}

void ts_table_free(ts_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->rows.count; i++) {
        for (size_t c = 0; c < table->columns.count; c++)
            free(table->rows.items[i].cells[c]);
        free(table->rows.items[i].cells);
        free(table->rows.items[i].note);
    }
    for (size_t c = 0; c < table->columns.count; c++)
        free(table->columns.items[c].header);
    ts_vec_free(&table->rows);
    ts_vec_free(&table->columns);
    free(table);
}

/* The row that the next cell belongs to; NULL when out of memory. */
static row *open_row(ts_table *table)
{
    row *last = table->rows.count ? &table->rows.items[table->rows.count - 1] : NULL;
    if (last && last->filled < table->columns.count)
        return last;
    row fresh = {.cells = calloc(table->columns.count, sizeof *fresh.cells)};
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): items is set where ts_vec_grow() returns true
    if (!fresh.cells || !ts_vec_push(&table->rows, fresh)) {
        free(fresh.cells);
        return NULL;
    }
    row *rows = table->rows.items;
    return rows ? &rows[table->rows.count - 1] : NULL;
}

void ts_table_cell(ts_table *table, const char *format, ...)
{
    if (!table || table->failed)
        return;
    ts_str text = TS_STR_INIT;
    va_list args;
    va_start(args, format);
    ts_str_vformat(&text, format, args);
    va_end(args);
    char *cell = text.data || text.failed ? ts_str_take(&text) : strdup("");
    row *to = cell ? open_row(table) : NULL;
    if (!to) {
        free(cell);
        table->failed = true;
        return;
    }
    column *c = &table->columns.items[to->filled];
    if (shown(cell) > c->width)
        c->width = shown(cell);
    to->cells[to->filled++] = cell;
}

void ts_table_note(ts_table *table, const char *text)
{
    if (!table || table->failed || table->rows.count == 0)
        return;
    row *last = &table->rows.items[table->rows.count - 1];
    free(last->note);
    last->note = strdup(text);
    table->failed = last->note == NULL;
}

static void print_cell(const column *c, const char *text, bool last, FILE *stream)
{
    int pad = (int)(c->width - shown(text));
    if (c->right)
        fprintf(stream, "%*s%s", pad, "", text);
    else
        fprintf(stream, "%s%*s", text, last ? 0 : pad, "");
    fputs(last ? "\n" : "  ", stream);
}

static void print_note(const char *note, FILE *stream)
{
    ts_str text = TS_STR_INIT;
    ts_wrap(&text, note, 4, (size_t)ts_columns(stream));
    fputs(ts_str_text(&text), stream);
    ts_str_free(&text);
}

int ts_table_print(ts_table *table, FILE *stream)
{
    if (!table || table->failed) {
        ts_table_free(table);
        return ts_fail(TS_ENOMEM, "out of memory while printing a table");
    }
    size_t n = table->columns.count;
    fputs(ts_style_on(stream, TS_STYLE_BOLD), stream);
    for (size_t c = 0; c < n; c++)
        print_cell(&table->columns.items[c], table->columns.items[c].header, c + 1 == n, stream);
    fputs(ts_style_on(stream, TS_STYLE_PLAIN), stream);
    for (size_t i = 0; i < table->rows.count; i++) {
        const row *r = &table->rows.items[i];
        for (size_t c = 0; c < n; c++)
            print_cell(&table->columns.items[c], r->cells[c] ? r->cells[c] : "", c + 1 == n, stream);
        if (r->note)
            print_note(r->note, stream);
    }
    ts_table_free(table);
    return TS_OK;
}
