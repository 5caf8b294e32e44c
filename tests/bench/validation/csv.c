/* CSV files: a header, quoted fields, comment lines. */
#include <stdlib.h>
#include <string.h>

#include "util/file.h"
#include "validation.h"

enum { FILE_LIMIT = 16 << 20 };

/* Cut one field off, in place; *end is set to the character that ended it. */
static char *cut_field(char **at, char *end)
{
    char *start = *at, *p = start, *to = start;
    int quoted = *p == '"';
    p += quoted;
    while (*p && (quoted || (*p != ',' && *p != '\n'))) {
        if (quoted && *p == '"' && p[1] != '"') {
            quoted = 0;
            p++;
            continue;
        }
        p += quoted && *p == '"';
        *to++ = *p++;
    }
    *end = *p;
    *at = *p ? p + 1 : p;
    if (to > start && to[-1] == '\r')
        to--;
    *to = '\0';
    while (*start == ' ')
        start++;
    return start;
}

static int read_line(csv *c, char **at)
{
    size_t before = c->fields.count, columns = c->names.count;
    char end = ',';
    while (end == ',') {
        char *field = cut_field(at, &end);
        if (columns == 0 ? !ts_vec_push(&c->names, field)
                         : c->fields.count - before < columns && !ts_vec_push(&c->fields, field))
            return -1;
    }
    if (columns == 0)
        return 0;
    while (c->fields.count - before < columns) {
        if (!ts_vec_push(&c->fields, *at + strlen(*at)))
            return -1;
    }
    c->rows++;
    return 0;
}

int csv_read(const char *folder, const char *file, csv *out)
{
    char path[1024];
    *out = (csv){0};
    snprintf(path, sizeof path, "%s/%s", folder, file);
    if (ts_file_read(path, FILE_LIMIT, &out->text, NULL))
        return -1;
    for (char *at = out->text; *at;) {
        if (*at == '#' || *at == '\n') {
            at += strcspn(at, "\n");
            at += *at == '\n';
        } else if (read_line(out, &at)) {
            return -1;
        }
    }
    return out->names.count ? 0 : -1;
}

void csv_free(csv *c)
{
    ts_vec_free(&c->names);
    ts_vec_free(&c->fields);
    free(c->text);
    *c = (csv){0};
}

const char *csv_text(const csv *c, size_t row, const char *column)
{
    for (size_t i = 0; row < c->rows && i < c->names.count; i++) {
        if (!strcmp(c->names.items[i], column))
            return c->fields.items[row * c->names.count + i];
    }
    return "";
}

double csv_number(const csv *c, size_t row, const char *column)
{
    return strtod(csv_text(c, row, column), NULL);
}

int64_t csv_integer(const csv *c, size_t row, const char *column)
{
    return strtoll(csv_text(c, row, column), NULL, 10);
}
