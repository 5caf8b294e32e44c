#include "core/expr_node.h"
#include "util/vec.h"

#include <stdlib.h>
#include <string.h>

#define NAME_LONGEST 200

typedef struct name {
    char *text;
    ts_expr *definition; /* NULL: the name is a slot */
    size_t slot;
} name;

struct ts_names {
    TS_VEC(name) all;
    size_t slots;
};

int ts_names_new(ts_names **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while collecting names");
}

void ts_names_free(ts_names *names)
{
    if (!names)
        return;
    for (size_t i = 0; i < names->all.count; i++) {
        free(names->all.items[i].text);
        ts_expr_free(names->all.items[i].definition);
    }
    ts_vec_free(&names->all);
    free(names);
}

static const name *look_up(const ts_names *names, const char *text)
{
    for (size_t i = 0; i < names->all.count; i++) {
        if (strcmp(names->all.items[i].text, text) == 0)
            return &names->all.items[i];
    }
    return NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_identifier(const char *text)
{
    if (!is_letter(text[0]))
        return false;
    for (const char *p = text + 1; *p; p++) {
        if (!is_letter(*p) && !(*p >= '0' && *p <= '9') && !(*p == '.' && p[1] && p[1] != '.'))
            return false;
    }
    return true;
}

static bool is_reserved(const char *text)
{
    static const char *const words[] = {"true", "false", "True", "False", "and", "or", "not", "in"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0)
            return true;
    }
    return false;
}

static int check_name(const ts_names *names, const char *text)
{
    if (strlen(text) > NAME_LONGEST)
        return ts_fail(TS_EINPUT, "the name '%.40s...' is longer than %d characters", text, NAME_LONGEST);
    if (!is_identifier(text))
        return ts_fail(TS_EINPUT,
                       "'%s' cannot be a name: use letters, digits, _ and dots, a letter or _ first", text);
    if (is_reserved(text))
        return ts_fail(TS_EINPUT, "'%s' cannot be a name: expressions use the word themselves", text);
    if (look_up(names, text))
        return ts_fail(TS_EINPUT, "the name '%s' is defined twice; rename one of the two", text);
    return TS_OK;
}

static int add(ts_names *names, const char *text, ts_expr *definition, size_t slot)
{
    name n = {.text = strdup(text), .definition = definition, .slot = slot};
    if (n.text && ts_vec_push(&names->all, n))
        return TS_OK;
    free(n.text);
    return ts_fail(TS_ENOMEM, "out of memory while adding the name '%s'", text);
}

int ts_names_add(ts_names *names, const char *text, size_t *slot)
{
    int code = check_name(names, text);
    if (!code)
        code = add(names, text, NULL, names->slots);
    if (code)
        return code;
    if (slot)
        *slot = names->slots;
    names->slots++;
    return TS_OK;
}

int ts_names_define(ts_names *names, const char *text, const ts_expr *expr)
{
    ts_expr *copy = NULL;
    int code = check_name(names, text);
    if (!code)
        code = ts_expr_copy(expr, &copy);
    if (!code)
        code = add(names, text, copy, 0);
    if (code)
        ts_expr_free(copy);
    return code;
}

int ts_names_copy(const ts_names *names, ts_names **out)
{
    ts_names *copy = NULL;
    int code = ts_names_new(&copy);
    for (size_t i = 0; i < names->all.count && !code; i++) {
        const name *n = &names->all.items[i];
        code =
            n->definition ? ts_names_define(copy, n->text, n->definition) : ts_names_add(copy, n->text, NULL);
    }
    if (code) {
        ts_names_free(copy);
        copy = NULL;
    }
    *out = copy;
    return code;
}

bool ts_names_find(const ts_names *names, const char *text, size_t *slot)
{
    const name *n = look_up(names, text);
    if (!n || n->definition)
        return false;
    *slot = n->slot;
    return true;
}

const ts_expr *ts_names_definition(const ts_names *names, const char *text)
{
    const name *n = look_up(names, text);
    return n ? n->definition : NULL;
}

size_t ts_names_count(const ts_names *names)
{
    return names->slots;
}

const char *ts_names_get(const ts_names *names, size_t slot)
{
    for (size_t i = 0; i < names->all.count; i++) {
        if (!names->all.items[i].definition && names->all.items[i].slot == slot)
            return names->all.items[i].text;
    }
    return "";
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance (Levenshtein 1966), one row at a time; both texts are at most NAME_LONGEST long. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_LONGEST + 1], n = strlen(b);
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t above = row[j + 1];
            row[j + 1] = least(least(above, row[j]) + 1, diagonal + (a[i] != b[j]));
            diagonal = above;
        }
    }
    return row[n];
}

const char *ts_names_nearest(const ts_names *names, const char *text)
{
    size_t length = strlen(text), best = 1 + length / 3;
    const char *nearest = NULL;
    if (length > NAME_LONGEST)
        return NULL;
    for (size_t i = 0; i < names->all.count; i++) {
        size_t d = distance(text, names->all.items[i].text);
        if (d < length && (d < best || (d == best && !nearest))) {
            best = d;
            nearest = names->all.items[i].text;
        }
    }
    return nearest;
}
