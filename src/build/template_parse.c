/* Templates in: lines to a tree of blocks, expressions parsed once. */
#include "build/template_parser.h"
#include <stdlib.h>
#include <string.h>

/* No template needs more; without a limit a file of a million `if` lines would overflow the stack. */
#define DEEPEST 64

static int no_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while reading a template");
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Ends the scope of everything declared since `mark` was taken. */
static void hide(ts_template_parser *p, const bool *before, size_t count)
{
    for (size_t i = 0; i < p->locals.count; i++)
        p->locals.items[i].visible = i < count && before[i];
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

static const char *skip_word(const char *at, const char *end)
{
    while (at < end && is_word(*at))
        at++;
    return at;
}

/* The first `mark` outside quotes and parentheses, or NULL. */
static const char *find_outside(const char *at, const char *end, const char *mark)
{
    size_t n = strlen(mark);
    char quote = 0;
    int depth = 0;
    for (; (size_t)(end - at) >= n; at++) {
        if (quote)
            quote = *at == quote ? 0 : quote;
        else if (*at == '\'' || *at == '"')
            quote = *at;
        else if (*at == '(')
            depth++;
        else if (*at == ')')
            depth--;
        else if (depth == 0 && memcmp(at, mark, n) == 0)
            return at;
    }
    return NULL;
}

static int parse_block(ts_template_parser *p, ts_template_block *out, ts_template_closing *how);

/* A block with a scope of its own. */
static int parse_scope(ts_template_parser *p, ts_template_block *out, ts_template_closing *how)
{
    size_t count = p->locals.count;
    bool *before = calloc(count + 1, sizeof *before);
    if (!before)
        return no_memory();
    for (size_t i = 0; i < count; i++)
        before[i] = p->locals.items[i].visible;
    int rc = parse_block(p, out, how);
    hide(p, before, count);
    free(before);
    return rc;
}

static int parse_for_head(ts_template_parser *p, const char *at, const char *end, ts_template_node *node)
{
    const char *name = at, *name_end = skip_word(at, end);
    const char *in = skip_blanks(name_end, end);
    const char *dots = find_outside(in, end, ".."), *step = find_outside(in, end, " step ");
    if (name_end == name || end - in < 3 || memcmp(in, "in", 2) != 0 || is_word(in[2]) || !dots ||
        dots[2] == '.' || (step && step < dots))
        return ts_template_fail(
            p, "a loop is written //@ for NAME in FIRST..END, or with step STEP after it; correct this line");
    int rc = ts_template_expr_parse(p, in + 2, (size_t)(dots - in - 2), &node->from);
    if (rc == 0)
        rc = ts_template_expr_parse(p, dots + 2, (size_t)((step ? step : end) - dots - 2), &node->to);
    if (rc == 0 && step)
        rc = ts_template_expr_parse(p, step + 6, (size_t)(end - step - 6), &node->step);
    /* Last, so that the bounds can't name the variable. */
    return rc < 0 ? rc : ts_template_declare(p, name, (size_t)(name_end - name), &node->slot);
}

static int parse_for(ts_template_parser *p, const char *at, const char *end, ts_template_node *node)
{
    ts_template_arm arm = {0};
    ts_template_closing how;
    int line = p->line, rc = parse_for_head(p, at, end, node);
    if (rc < 0)
        return rc;
    size_t variable = 0;
    while (p->locals.items[variable].slot != node->slot)
        variable++;
    if (!ts_vec_push(&node->arms, arm))
        return no_memory();
    rc = parse_scope(p, &node->arms.items[0].body, &how);
    p->locals.items[variable].visible = false;
    if (rc == 0 && how != TS_CLOSING_ENDFOR)
        rc = how == TS_CLOSING_EOF
                 ? ts_template_fail_at(p, line, "this loop has no //@ endfor; add one")
                 : ts_template_fail(p, "expected //@ endfor for the loop of line %d; the blocks overlap",
                                    line);
    return rc;
}

static int parse_arm(ts_template_parser *p, ts_template_node *node, const char *at, const char *end,
                     bool has_condition, ts_template_closing *how)
{
    ts_template_arm arm = {0};
    int rc = ts_vec_push(&node->arms, arm) ? 0 : no_memory();
    size_t i = node->arms.count - 1;
    if (rc == 0 && has_condition)
        rc = ts_template_expr_parse(p, at, (size_t)(end - at), &node->arms.items[i].condition);
    else if (rc == 0 && at < end)
        rc = ts_template_fail(p, "nothing may follow //@ else; for another condition write //@ elif");
    return rc < 0 ? rc : parse_scope(p, &node->arms.items[i].body, how);
}

static int parse_if(ts_template_parser *p, const char *at, const char *end, ts_template_node *node)
{
    ts_template_closing how = TS_CLOSING_ELIF;
    bool otherwise = false;
    int line = p->line, rc = parse_arm(p, node, at, end, true, &how);
    while (rc == 0 && (how == TS_CLOSING_ELIF || how == TS_CLOSING_ELSE)) {
        if (otherwise)
            return ts_template_fail(p, "//@ else must be the last part of the if of line %d; move it down",
                                    line);
        otherwise = how == TS_CLOSING_ELSE;
        rc = parse_arm(p, node, p->rest, p->rest + p->rest_length, !otherwise, &how);
    }
    if (rc == 0 && how != TS_CLOSING_ENDIF)
        rc = how == TS_CLOSING_EOF
                 ? ts_template_fail_at(p, line, "this if has no //@ endif; add one")
                 : ts_template_fail(p, "expected //@ endif for the if of line %d; the blocks overlap", line);
    return rc;
}

static int parse_let(ts_template_parser *p, const char *at, const char *end, ts_template_node *node)
{
    const char *name_end = skip_word(at, end), *equals = skip_blanks(name_end, end);
    if (name_end == at || equals == end || *equals != '=')
        return ts_template_fail(p, "a definition is written //@ let NAME = EXPRESSION; correct this line");
    int rc = ts_template_expr_parse(p, equals + 1, (size_t)(end - equals - 1), &node->from);
    return rc < 0 ? rc : ts_template_declare(p, at, (size_t)(name_end - at), &node->slot);
}

static int parse_error(ts_template_parser *p, const char *at, const char *end, ts_template_node *node)
{
    if (end - at < 2 || *at != '"' || end[-1] != '"')
        return ts_template_fail(p, "a refusal is written //@ error \"TEXT\"; put the text in double quotes");
    return ts_template_fragments(p, at + 1, end - 1, node);
}

/* ---- blocks ------------------------------------------------------------------------------ */

typedef int directive_parser(ts_template_parser *p, const char *at, const char *end, ts_template_node *node);

/* A word after //@: it opens something, or it closes a block. */
typedef struct directive {
    const char *word;
    directive_parser *parse; /* NULL: it closes */
    ts_template_kind kind;
    ts_template_closing closes;
} directive;

static const directive *find_directive(const char *word, size_t length)
{
    static const directive directives[] = {
        {"for", parse_for, TS_TEMPLATE_FOR, TS_CLOSING_EOF},
        {"if", parse_if, TS_TEMPLATE_IF, TS_CLOSING_EOF},
        {"let", parse_let, TS_TEMPLATE_LET, TS_CLOSING_EOF},
        {"error", parse_error, TS_TEMPLATE_ERROR, TS_CLOSING_EOF},
        {"endfor", NULL, TS_TEMPLATE_LINE, TS_CLOSING_ENDFOR},
        {"endif", NULL, TS_TEMPLATE_LINE, TS_CLOSING_ENDIF},
        {"elif", NULL, TS_TEMPLATE_LINE, TS_CLOSING_ELIF},
        {"else", NULL, TS_TEMPLATE_LINE, TS_CLOSING_ELSE},
    };
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        if (strlen(directives[i].word) == length && memcmp(directives[i].word, word, length) == 0)
            return &directives[i];
    return NULL;
}

/* Appends an empty node; parsing it adds to blocks inside of it, never to this one. */
static ts_template_node *add_node(const ts_template_parser *p, ts_template_block *block,
                                  ts_template_kind kind)
{
    ts_template_node node = {.kind = kind, .line = p->line};
    return ts_vec_push(block, node) ? &block->items[block->count - 1] : NULL;
}

/* `at` stands after //@. Sets *how and *closed if the directive ends the present block. */
static int parse_directive(ts_template_parser *p, const char *at, const char *end, ts_template_block *out,
                           ts_template_closing *how, bool *closed)
{
    at = skip_blanks(at, end);
    while (end > at && is_blank(end[-1]))
        end--;
    const char *word_end = skip_word(at, end), *rest = skip_blanks(word_end, end);
    const directive *d = find_directive(at, (size_t)(word_end - at));
    if (!d)
        return ts_template_fail(
            p, "unknown directive '%.*s'; there are for, endfor, if, elif, else, endif, let, error",
            (int)(word_end - at), at);
    if (!d->parse) {
        if ((d->closes == TS_CLOSING_ENDFOR || d->closes == TS_CLOSING_ENDIF) && rest < end)
            return ts_template_fail(p, "nothing may follow //@ %s; remove it", d->word);
        if (p->depth == 1)
            return ts_template_fail(p, "//@ %s without a beginning; remove it, or open the block before it",
                                    d->word);
        p->rest = rest;
        p->rest_length = (size_t)(end - rest);
        *how = d->closes;
        *closed = true;
        return 0;
    }
    ts_template_node *node = add_node(p, out, d->kind);
    return node ? d->parse(p, rest, end, node) : no_memory();
}

static int parse_line(ts_template_parser *p, const char *start, const char *end, ts_template_block *out,
                      ts_template_closing *how, bool *closed)
{
    const char *text = skip_blanks(start, end);
    if (end - text >= 3 && memcmp(text, "//@", 3) == 0)
        return parse_directive(p, text + 3, end, out, how, closed);
    ts_template_node *node = add_node(p, out, TS_TEMPLATE_LINE);
    return node ? ts_template_fragments(p, start, end, node) : no_memory();
}

/* Lines up to the directive that closes the block, or the end of the file. */
static int parse_block(ts_template_parser *p, ts_template_block *out, ts_template_closing *how)
{
    if (p->depth >= DEEPEST)
        return ts_template_fail(
            p, "blocks are nested more than %d deep; move some of them to a template of its own", DEEPEST);
    p->depth++;
    bool closed = false;
    int rc = 0;
    *how = TS_CLOSING_EOF;
    while (rc == 0 && !closed && *p->at) {
        const char *start = p->at, *end = strchrnul(start, '\n');
        p->at = *end ? end + 1 : end;
        p->line++;
        rc = parse_line(p, start, end, out, how, &closed);
    }
    p->depth--;
    return rc;
}

int ts_template_parse_body(ts_template *t)
{
    ts_template_parser p = {.t = t, .at = t->text};
    ts_template_closing how;
    int rc = parse_block(&p, &t->body, &how);
    for (size_t i = 0; i < p.locals.count; i++)
        free(p.locals.items[i].name);
    ts_vec_free(&p.locals);
    return rc;
}
