/* The list of families and shapes. */
#include "bench.h"
#include "util/file.h"
#include <stdio.h>

static bool named(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)) != NULL; at++)
        if ((at == list || at[-1] == ',') && (at[length] == '\0' || at[length] == ','))
            return true;
    return false;
}

static int bad_line(const char *path, int line, const char *expected)
{
    return ts_fail(TS_EINPUT, "%s:%d: expected %s", path, line, expected);
}

/* A word of a header; underscores of a peer's name stand for blanks. */
static bool take_word(bench_family *out, const char *word, char *value)
{
    if (strcmp(word, "kernel") == 0)
        snprintf(out->kernel, sizeof out->kernel, "%s", value);
    else if (strcmp(word, "type") == 0)
        snprintf(out->type, sizeof out->type, "%s", value);
    else if (strcmp(word, "bar") == 0)
        out->bar = atof(value);
    else if (strcmp(word, "floor") == 0)
        out->floor = atof(value);
    else if (strcmp(word, "against") == 0) {
        for (char *at = value; (at = strchr(at, '_')) != NULL;)
            *at = ' ';
        snprintf(out->against, sizeof out->against, "%s", value);
    } else
        return false;
    return true;
}

static int family_header(char *text, const char *path, int line, bench_family *out)
{
    char *close = strchr(text, ']'), *save = NULL;
    if (!close)
        return bad_line(path, line, "[family] kernel=NAME");
    *close = '\0';
    *out = (bench_family){.bar = 0};
    snprintf(out->name, sizeof out->name, "%s", text + 1);
    snprintf(out->kernel, sizeof out->kernel, "%s", text + 1);
    for (char *word = strtok_r(close + 1, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char *value = strchr(word, '=');
        if (!value)
            return bad_line(path, line, "kernel=, type=, against=, bar= or floor=");
        *value++ = '\0';
        if (!take_word(out, word, value))
            return bad_line(path, line, "kernel=, type=, against=, bar= or floor=");
    }
    return TS_OK;
}

static int add_shape(bench_family *family, const char *text)
{
    char *copy = strdup(text);
    if (copy && ts_vec_push(&family->shapes, copy))
        return TS_OK;
    free(copy);
    return ts_fail(TS_ENOMEM, "out of memory while reading the list of shapes");
}

/* Shapes given by the user: "m=1,n=2;m=3,n=4" (or several in one word each, separated by blanks). */
static int replace_shapes(bench_family *family, const char *shapes)
{
    char *text = strdup(shapes), *save = NULL;
    int rc = text ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while reading SHAPES");
    for (char *one = text ? strtok_r(text, "; ", &save) : NULL; one && rc == TS_OK;
         one = strtok_r(NULL, "; ", &save))
        rc = add_shape(family, one);
    free(text);
    return rc;
}

static int read_line(char *text, const char *path, int line, bench_list *out, bool *open)
{
    bench_family family;
    text[strcspn(text, "#")] = '\0';
    for (size_t n = strlen(text); n && text[n - 1] == ' '; n--)
        text[n - 1] = '\0';
    if (*text == '[') {
        int rc = family_header(text, path, line, &family);
        if (rc)
            return rc;
        *open = true;
        return ts_vec_push(out, family)
                   ? TS_OK
                   : ts_fail(TS_ENOMEM, "out of memory while reading the list of shapes");
    }
    if (*text && !*open)
        return bad_line(path, line, "[family] before the first shape");
    return *text ? add_shape(&out->items[out->count - 1], text) : TS_OK;
}

/* Drop the families that weren't asked for. */
static void keep(bench_list *list, const char *only)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        bench_family *f = &list->items[i];
        if (!only || !*only || named(only, f->name) || named(only, f->kernel)) {
            list->items[kept++] = *f;
            continue;
        }
        for (size_t s = 0; s < f->shapes.count; s++)
            free(f->shapes.items[s]);
        ts_vec_free(&f->shapes);
    }
    list->count = kept;
}

int bench_list_read(const char *path, const char *only, const char *shapes, bench_list *out)
{
    char *text = NULL, *rest;
    bool open = false;
    int line = 0, rc = ts_file_read(path, 1 << 20, &text, NULL);
    rest = text;
    while (rc >= 0 && rest && *rest) {
        char *next = strchr(rest, '\n');
        if (next)
            *next++ = '\0';
        rc = read_line(rest, path, ++line, out, &open);
        rest = next;
    }
    free(text);
    keep(out, only);
    if (rc >= 0 && out->count == 0)
        rc = ts_fail(TS_EINPUT, "FAMILY=%s: there is no such family; %s lists them", only, path);
    for (size_t i = 0; rc >= 0 && shapes && *shapes && i < out->count; i++) {
        for (size_t s = 0; s < out->items[i].shapes.count; s++)
            free(out->items[i].shapes.items[s]);
        out->items[i].shapes.count = 0;
        rc = replace_shapes(&out->items[i], shapes);
    }
    return rc;
}

void bench_list_free(bench_list *list)
{
    keep(list, "\n");
    ts_vec_free(list);
}
