/* Lists of expressions, and the domain of a parameter: "1, 2, 4", "4:32:+4", "64:1024:*2", "'packed',
 * 'direct'". */
#include "core/kernel_parse.h"
#include "util/vec.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Configurations store ordinals in 16 bits. */
#define MOST_VALUES 65535

typedef TS_VEC(ts_value) value_list;

/* A ':' that belongs to an earlier '?' separates nothing. */
static const char *piece_end(const char *at, char separator)
{
    int depth = 0, questions = 0;
    char quote = 0;
    for (; *at; at++) {
        if (quote) {
            quote = *at == quote ? 0 : quote;
        } else if (*at == '\'' || *at == '"') {
            quote = *at;
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')') {
            depth--;
        } else if (depth == 0 && *at == '?') {
            questions++;
        } else if (depth == 0 && *at == ':' && questions > 0) {
            questions--;
        } else if (depth == 0 && *at == separator) {
            break;
        }
    }
    return at;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool ts_next_piece(const char **at, char separator, ts_piece *out)
{
    if (!*at)
        return false;
    const char *end = piece_end(*at, separator), *first = *at, *last = end;
    while (first < last && is_blank(*first))
        first++;
    while (last > first && is_blank(last[-1]))
        last--;
    *out = (ts_piece){first, (size_t)(last - first)};
    *at = *end ? end + 1 : NULL;
    return true;
}

int ts_piece_expr(ts_piece piece, const char *whole, ts_place place, const ts_names *names, ts_expr **out)
{
    char *text = strndup(piece.text, piece.length);
    if (!text)
        return ts_fail(TS_ENOMEM, "out of memory while reading an expression");
    for (const char *p = whole; p < piece.text; p++) {
        place.line += *p == '\n';
        place.column = *p == '\n' ? 1 : place.column + (place.column > 0);
    }
    int rc = ts_expr_parse(text, place, names, out);
    free(text);
    return rc;
}

static int parse_step(const ts_parameter *p, const char *sign, const char *end, const ts_names *names,
                      ts_domain_item *item)
{
    while (sign < end && is_blank(*sign))
        sign++;
    if (sign == end || (*sign != '+' && *sign != '*'))
        return ts_fail(TS_EINPUT,
                       "%s:%d: parameter %s: a range's step is +STEP or *FACTOR; write for example 4:32:+4",
                       p->place.file, p->place.line, p->name);
    item->geometric = *sign == '*';
    ts_piece step = {sign + 1, (size_t)(end - sign - 1)};
    return ts_piece_expr(step, p->values, p->place, names, &item->step);
}

static int parse_item(const ts_kernel *kernel, const ts_parameter *p, ts_piece piece, ts_domain_item *item)
{
    char *text = strndup(piece.text, piece.length);
    if (!text)
        return ts_fail(TS_ENOMEM, "out of memory while reading a domain");
    ts_piece parts[3] = {{0}}, part;
    size_t count = 0;
    for (const char *at = text; ts_next_piece(&at, ':', &part) && count < 4; count++)
        if (count < 3)
            parts[count] = (ts_piece){piece.text + (part.text - text), part.length};
    free(text);
    if (count > 3)
        return ts_fail(
            TS_EINPUT,
            "%s:%d: parameter %s: too many ':' in a range; write FIRST:LAST:+STEP or FIRST:LAST:*FACTOR",
            p->place.file, p->place.line, p->name);
    int rc = ts_piece_expr(parts[0], p->values, p->place, kernel->names, &item->first);
    if (rc == 0 && count > 1)
        rc = ts_piece_expr(parts[1], p->values, p->place, kernel->names, &item->last);
    if (rc == 0 && count > 2)
        rc = parse_step(p, parts[2].text, parts[2].text + parts[2].length, kernel->names, item);
    return rc;
}

static int check_item(const ts_kernel *kernel, const ts_domain_item *item)
{
    const ts_expr *exprs[] = {item->first, item->last, item->step};
    int rc = 0;
    for (size_t i = 0; i < 3 && rc == 0; i++)
        if (exprs[i])
            rc = ts_manifest_check_scope(kernel, exprs[i], TS_SCOPE_TARGET, "values");
    return rc;
}

/* From how the author writes the values: the domain itself may depend on the target. */
static ts_param_kind inferred_kind(const ts_parameter *p)
{
    static const char *const booleans[] = {"true,false", "false,true", "0,1", "1,0", "0:1"};
    char squeezed[16];
    size_t n = 0;
    for (const char *at = p->values; *at && n < sizeof squeezed - 1; at++)
        if (!is_blank(*at))
            squeezed[n++] = *at;
    squeezed[n] = '\0';
    for (size_t i = 0; i < sizeof booleans / sizeof *booleans; i++)
        if (strcmp(squeezed, booleans[i]) == 0)
            return TS_PARAM_BOOLEAN;
    return squeezed[0] == '\'' ? TS_PARAM_CATEGORICAL : TS_PARAM_ORDINAL;
}

int ts_domain_parse(const ts_kernel *kernel, ts_parameter *p, bool infer_kind)
{
    const char *at = p->values;
    ts_piece piece;
    int rc = 0;
    while (rc == 0 && ts_next_piece(&at, ',', &piece)) {
        ts_domain_item *item = ts_manifest_add(&p->domain, &p->domain_count, sizeof *item);
        rc = item ? parse_item(kernel, p, piece, item) : TS_ENOMEM;
        if (rc == 0)
            rc = check_item(kernel, item);
    }
    if (rc == 0 && infer_kind)
        p->kind = inferred_kind(p);
    return rc;
}

void ts_domain_free(ts_domain_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ts_expr_free(items[i].first);
        ts_expr_free(items[i].last);
        ts_expr_free(items[i].step);
    }
    free(items);
}

static double as_real(ts_value v)
{
    return v.kind == TS_INT ? (double)v.i : v.r;
}

static int domain_fail(const ts_parameter *p, const char *what)
{
    return ts_fail(TS_EINPUT, "%s:%d: parameter %s: %s", p->place.file, p->place.line, p->name, what);
}

static int push(const ts_parameter *p, value_list *list, ts_value value)
{
    if (list->count > 0 && (value.kind == TS_STRING) != (list->items[0].kind == TS_STRING))
        return domain_fail(p, "numbers and strings are mixed in its values; use one or the other");
    if (value.kind == TS_STRING && p->kind == TS_PARAM_ORDINAL)
        return domain_fail(p, "its values are strings; add kind=\"categorical\"");
    if (value.kind == TS_REAL && !isfinite(value.r))
        return domain_fail(p, "one of its values is not finite; correct its expression");
    for (size_t i = 0; value.kind == TS_STRING && i < list->count; i++)
        if (ts_value_equal(list->items[i], value))
            return 0;
    if (list->count >= (size_t)2 * MOST_VALUES)
        return domain_fail(p, "it has more than 65535 values; use a larger step");
    return ts_vec_push(list, value) ? 0 : ts_fail(TS_ENOMEM, "out of memory while building a domain");
}

/* Next value of a range; false at its end, overflow included. Reals are computed from the start: no drift. */
static bool next_in_range(const ts_domain_item *item, ts_value first, ts_value step, int64_t index,
                          ts_value *value)
{
    if (value->kind == TS_INT)
        return item->geometric ? !__builtin_mul_overflow(value->i, step.i, &value->i)
                               : !__builtin_add_overflow(value->i, step.i, &value->i);
    value->r = item->geometric ? first.r * pow(step.r, (double)index) : first.r + step.r * (double)index;
    return true;
}

static int push_range(const ts_parameter *p, const ts_domain_item *item, const ts_value *slots,
                      value_list *list)
{
    ts_value first, last, step = ts_int(1);
    int rc;
    if ((rc = ts_expr_eval(item->first, slots, &first)) < 0 ||
        (rc = ts_expr_eval(item->last, slots, &last)) < 0 ||
        (item->step && (rc = ts_expr_eval(item->step, slots, &step)) < 0))
        return rc;
    if (first.kind == TS_STRING || last.kind == TS_STRING || step.kind == TS_STRING)
        return domain_fail(p, "a range needs numbers; list strings one by one");
    if (item->geometric ? as_real(step) <= 1 || as_real(first) <= 0 : as_real(step) <= 0)
        return domain_fail(
            p, "the range never ends; use a step above 0, or a factor above 1 and a first value above 0");
    if (first.kind == TS_REAL || step.kind == TS_REAL) {
        first = ts_real(as_real(first));
        step = ts_real(as_real(step));
    }
    /* Half a step of tolerance in the last digits, so that 0.1:0.3:+0.1 has three values. */
    double end = as_real(last) + (first.kind == TS_REAL ? 1e-9 * fabs(as_real(last)) : 0);
    ts_value value = first;
    for (int64_t i = 1; as_real(value) <= end; i++) {
        if ((rc = push(p, list, value)) < 0)
            return rc;
        if (!next_in_range(item, first, step, i, &value))
            return 0;
    }
    return 0;
}

static int ascending(const void *a, const void *b)
{
    double x = as_real(*(const ts_value *)a), y = as_real(*(const ts_value *)b);
    return (x > y) - (x < y);
}

/* Numbers in order, each once. */
static void normalise(value_list *list)
{
    if (list->count == 0 || list->items[0].kind == TS_STRING)
        return;
    qsort(list->items, list->count, sizeof *list->items, ascending);
    size_t kept = 1;
    for (size_t i = 1; i < list->count; i++)
        if (!ts_value_equal(list->items[kept - 1], list->items[i]))
            list->items[kept++] = list->items[i];
    list->count = kept;
}

int ts_domain_values(const ts_parameter *p, const ts_value *slots, ts_value **values, size_t *count)
{
    value_list list = {0};
    int rc = 0;
    for (size_t i = 0; i < p->domain_count && rc == 0; i++) {
        ts_value value;
        if (p->domain[i].last)
            rc = push_range(p, &p->domain[i], slots, &list);
        else if ((rc = ts_expr_eval(p->domain[i].first, slots, &value)) == 0)
            rc = push(p, &list, value);
    }
    normalise(&list);
    if (rc == 0 && list.count == 0)
        rc = domain_fail(p, "no value is left for this problem and target; correct the bounds of its range");
    if (rc == 0 && list.count > MOST_VALUES)
        rc = domain_fail(p, "it has more than 65535 values; use a larger step");
    if (rc == 0 && p->kind == TS_PARAM_BOOLEAN && list.count > 2)
        rc = domain_fail(p, "a boolean has two values; correct kind or values");
    if (rc < 0)
        ts_vec_free(&list);
    *values = list.items;
    *count = list.count;
    return rc;
}

static int no_such_value(const ts_parameter *p, ts_value wanted)
{
    char text[64];
    return ts_fail(
        TS_EINPUT,
        "%s:%d: parameter %s: '%s' is not one of its values; correct the default or seed that asks for it",
        p->place.file, p->place.line, p->name, ts_value_text(wanted, text, sizeof text));
}

int ts_domain_ordinal(const ts_parameter *p, const ts_value *values, size_t count, ts_value wanted,
                      size_t *ordinal)
{
    double best = INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (ts_value_equal(values[i], wanted))
            return *ordinal = i, 0;
        if (wanted.kind == TS_STRING || values[i].kind == TS_STRING)
            continue;
        double away = fabs(as_real(values[i]) - as_real(wanted));
        if (away < best) {
            best = away;
            *ordinal = i;
        }
    }
    return isfinite(best) ? 0 : no_such_value(p, wanted);
}
