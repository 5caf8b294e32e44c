/*
 * Stop rules as text:
 *   rule      = all { "or" all }
 *   all       = one { "and" one }
 *   one       = "(" rule ")" | NUMBER [unit | "evaluations"] | "no-improvement" NUMBER | "within" NUMBER "%"
 * "of" "bound" unit      = "ms" | "s" | "m" | "min" | "h"
 */
#include "tilesmith_plugin.h"
#include "tune/stop.h"
#include "util/number.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

/* Rules of users leave room for what budgets add to them. */
enum { MAX_TERMS = TS_STOP_TERMS - 6, MAX_DEPTH = 16 };

typedef struct ts_stop_parser {
    const char *text, *at;
    ts_stop_rule *rule;
    int depth;
} ts_stop_parser;

static void skip_blanks(ts_stop_parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
}

/* Fail at the current place: what was expected there, and what stands there. */
static int expected(ts_stop_parser *p, const char *what)
{
    skip_blanks(p);
    int column = (int)(p->at - p->text) + 1, length = (int)strcspn(p->at, " \t()");
    if (*p->at == '\0')
        return ts_fail(TS_EINPUT, "stop rule '%s', column %d: expected %s, but it ends there", p->text,
                       column, what);
    return ts_fail(TS_EINPUT, "stop rule '%s', column %d: expected %s, not '%.*s'", p->text, column, what,
                   length ? length : 1, p->at);
}

static size_t word_length(const char *at)
{
    size_t n = 0;
    while (isalpha((unsigned char)at[n]) || (n > 0 && at[n] == '-'))
        n++;
    return n;
}

static bool take_word(ts_stop_parser *p, const char *word)
{
    skip_blanks(p);
    size_t n = word_length(p->at);
    if (n != strlen(word) || strncasecmp(p->at, word, n) != 0)
        return false;
    p->at += n;
    return true;
}

static bool take_sign(ts_stop_parser *p, char sign)
{
    skip_blanks(p);
    if (*p->at != sign)
        return false;
    p->at++;
    return true;
}

/* A number above zero; no sign, no hexadecimal, no "inf". */
static int take_number(ts_stop_parser *p, const char *what, double *out)
{
    skip_blanks(p);
    char *end = NULL;
    if (isdigit((unsigned char)*p->at) || *p->at == '.')
        *out = ts_strtod(p->at, &end);
    bool hex = p->at[0] == '0' && (p->at[1] == 'x' || p->at[1] == 'X');
    if (!end || end == p->at || hex || !isfinite(*out) || *out <= 0 || *out > 1e12)
        return expected(p, what);
    p->at = end;
    return TS_OK;
}

static int take_count(ts_stop_parser *p, double *out)
{
    static const char what[] = "a whole number of evaluations above 0";
    skip_blanks(p);
    const char *start = p->at;
    int rc = take_number(p, what, out);
    if (rc == TS_OK && *out != floor(*out)) {
        p->at = start;
        rc = expected(p, what);
    }
    return rc;
}

static int push(ts_stop_parser *p, ts_stop_kind kind, double number)
{
    if (p->rule->count >= MAX_TERMS)
        return ts_fail(TS_EINPUT, "stop rule '%.40s…' has more than %d conditions; make it simpler", p->text,
                       (MAX_TERMS + 1) / 2);
    p->rule->terms[p->rule->count++] = (ts_stop_term){kind, number};
    return TS_OK;
}

/* NUMBER was not read yet; a unit makes it a time. */
static int take_budget(ts_stop_parser *p)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}};
    const char *start = p->at;
    double number;
    int rc = take_number(p, "a number, 'no-improvement', 'within' or '('", &number);
    if (rc != TS_OK)
        return rc;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (take_word(p, units[i].name))
            return push(p, TS_STOP_SECONDS, number * units[i].seconds);
    skip_blanks(p);
    size_t n = word_length(p->at);
    bool joined =
        (n == 2 && strncasecmp(p->at, "or", n) == 0) || (n == 3 && strncasecmp(p->at, "and", n) == 0);
    if (!take_word(p, "evaluations") && n > 0 && !joined)
        return expected(p, "a unit (ms, s, m, h), 'evaluations', 'and' or 'or'");
    if (number != floor(number)) {
        p->at = start;
        return expected(p, "a whole number of evaluations, or a time such as 60s");
    }
    return push(p, TS_STOP_EVALUATIONS, number);
}

static int take_within(ts_stop_parser *p)
{
    double percent;
    int rc = take_number(p, "a percentage such as 5%", &percent);
    if (rc != TS_OK)
        return rc;
    if (!take_sign(p, '%'))
        return expected(p, "'%'");
    if (!take_word(p, "of"))
        return expected(p, "'of bound'");
    if (!take_word(p, "bound"))
        return expected(p, "'bound'");
    return push(p, TS_STOP_WITHIN, percent / 100);
}

static int take_rule(ts_stop_parser *p);

static int take_one(ts_stop_parser *p)
{
    double number;
    if (take_word(p, "no-improvement")) {
        int rc = take_count(p, &number);
        return rc == TS_OK ? push(p, TS_STOP_STALE, number) : rc;
    }
    if (take_word(p, "within"))
        return take_within(p);
    if (!take_sign(p, '('))
        return take_budget(p);
    if (++p->depth > MAX_DEPTH)
        return expected(p, "fewer parentheses");
    int rc = take_rule(p);
    p->depth--;
    if (rc == TS_OK && !take_sign(p, ')'))
        rc = expected(p, "'and', 'or' or ')'");
    return rc;
}

static int take_all(ts_stop_parser *p)
{
    int rc = take_one(p);
    while (rc == TS_OK && take_word(p, "and")) {
        rc = take_one(p);
        if (rc == TS_OK)
            rc = push(p, TS_STOP_AND, 0);
    }
    return rc;
}

static int take_rule(ts_stop_parser *p)
{
    int rc = take_all(p);
    while (rc == TS_OK && take_word(p, "or")) {
        rc = take_all(p);
        if (rc == TS_OK)
            rc = push(p, TS_STOP_OR, 0);
    }
    return rc;
}

int ts_stop_parse(const char *text, ts_stop_rule *out)
{
    *out = (ts_stop_rule){.count = 0};
    ts_stop_parser p = {.text = text, .at = text, .rule = out};
    int rc = take_rule(&p);
    skip_blanks(&p);
    if (rc == TS_OK && *p.at)
        rc = expected(&p, "'and', 'or' or the end");
    return rc;
}
