/* Templates in: a line of C with its ${…}, and the names that expressions may use. */
#include "build/template_parser.h"
#include <stdlib.h>
#include <string.h>

static int no_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while reading a template");
}

static int column_of(const ts_template_parser *p, const char *text)
{
    const char *start = text;
    while (start > p->t->text && start[-1] != '\n')
        start--;
    return (int)(text - start) + 1;
}

static int fail_with(const ts_template_parser *p, int line, const char *format, va_list args)
{
    ts_str message = TS_STR_INIT;
    ts_str_vformat(&message, format, args);
    ts_fail(TS_EINPUT, "%s:%d: %s", p->t->path, line, ts_str_text(&message));
    ts_str_free(&message);
    return TS_EINPUT;
}

int ts_template_fail(const ts_template_parser *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int rc = fail_with(p, p->line, format, args);
    va_end(args);
    return rc;
}

int ts_template_fail_at(const ts_template_parser *p, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int rc = fail_with(p, line, format, args);
    va_end(args);
    return rc;
}

static int note_uses(ts_template_parser *p, ts_template_expr *out)
{
    for (size_t i = 0; i < p->locals.count; i++)
        if (!p->locals.items[i].visible && ts_expr_uses(out->expr, p->locals.items[i].slot))
            return ts_template_fail(
                p, "'%s' is used outside of the block that defines it; define it here with //@ let",
                p->locals.items[i].name);
    for (size_t slot = 0; slot < p->t->given; slot++)
        if (ts_expr_uses(out->expr, slot) && !ts_vec_push(&out->uses, slot))
            return no_memory();
    return 0;
}

int ts_template_expr_parse(ts_template_parser *p, const char *text, size_t length, ts_template_expr *out)
{
    char *copy = strndup(text, length);
    if (!copy)
        return no_memory();
    ts_place place = {p->t->path, p->line, column_of(p, text)};
    int rc = ts_expr_parse(copy, place, p->t->names, &out->expr);
    free(copy);
    return rc < 0 ? rc : note_uses(p, out);
}

/* The '}' that ends an expression, or NULL. */
static const char *closing_brace(const char *at, const char *end)
{
    char quote = 0;
    for (; at < end; at++) {
        if (quote)
            quote = *at == quote ? 0 : quote;
        else if (*at == '\'' || *at == '"')
            quote = *at;
        else if (*at == '}')
            return at;
    }
    return NULL;
}

static int add_text(ts_template_node *node, const char *text, const char *end)
{
    ts_fragment fragment = {.text = text, .length = (size_t)(end - text)};
    return text == end || ts_vec_push(&node->fragments, fragment) ? 0 : no_memory();
}

static int add_value(ts_template_parser *p, ts_template_node *node, const char *text, const char *end)
{
    ts_fragment fragment = {0};
    if (!ts_vec_push(&node->fragments, fragment))
        return no_memory();
    return ts_template_expr_parse(p, text, (size_t)(end - text),
                                  &node->fragments.items[node->fragments.count - 1].value);
}

int ts_template_fragments(ts_template_parser *p, const char *at, const char *end, ts_template_node *node)
{
    const char *start = at;
    int rc = 0;
    while (at < end && rc == 0) {
        if (end - at >= 3 && memcmp(at, "$${", 3) == 0) {
            rc = add_text(node, start, at);
            start = at + 1;
            at += 3;
        } else if (end - at >= 2 && memcmp(at, "${", 2) == 0) {
            const char *brace = closing_brace(at + 2, end);
            if (!brace)
                return ts_template_fail(
                    p, "'${' without its '}' on the same line; close it, or write $${ for a literal ${");
            rc = add_text(node, start, at);
            if (rc == 0)
                rc = add_value(p, node, at + 2, brace);
            start = at = brace + 1;
        } else {
            at++;
        }
    }
    return rc < 0 ? rc : add_text(node, start, end);
}

int ts_template_declare(ts_template_parser *p, const char *text, size_t length, size_t *slot)
{
    char *name = strndup(text, length);
    if (!name)
        return no_memory();
    for (size_t i = 0; i < p->locals.count; i++) {
        ts_template_local *l = &p->locals.items[i];
        if (strcmp(l->name, name) != 0)
            continue;
        free(name);
        if (l->visible)
            return ts_template_fail(p, "the name '%s' is already defined around here; choose another one",
                                    l->name);
        l->visible = true;
        *slot = l->slot;
        return 0;
    }
    int rc = ts_names_add(p->t->names, name, slot);
    if (rc < 0)
        rc = ts_template_fail(p, "%s", ts_error());
    else if (!ts_vec_push(&p->locals, ((ts_template_local){name, *slot, true})))
        rc = no_memory();
    if (rc < 0)
        free(name);
    return rc; // NOLINT(clang-analyzer-unix.Malloc): the list of locals owns the name now
}
