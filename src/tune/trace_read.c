/* Traces from CSV files (RFC 4180, and lines that begin with '#' are comments); see ts_trace_read(). */
#include "core/recording.h"
#include "tune/trace.h"
#include "util/number.h"
#include "util/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FIELDS = 64 };
static const size_t trace_limit = (size_t)1 << 30;

typedef enum ts_column {
    COLUMN_SPACE,
    COLUMN_RUN,
    COLUMN_EVAL,
    COLUMN_CONFIG,
    COLUMN_OVERHEAD,
    COLUMN_ALGO,
    COLUMNS
} ts_column;

static const char *const column_names[COLUMNS] = {"space", "run", "eval", "config", "overhead_ms", "algo"};

/* A file on its way: the text is cut into fields in place. */
typedef struct ts_trace_file {
    const char *path;
    char *at;
    size_t line;
    char *fields[MAX_FIELDS];
    size_t field_count;
    int columns[COLUMNS]; /* position of each, -1: absent */
    bool headed;
    char *label; /* of rows without the column algo */
    ts_trace *trace;
} ts_trace_file;

static int fail_at(const ts_trace_file *f, const char *what, const char *text)
{
    return ts_fail(TS_EINPUT, "%s:%zu: %s, not '%.40s'", f->path, f->line, what, text);
}

/* One field, unquoted in place; `*end` is the separator that followed: ',', '\n' or '\0'. */
static int take_field(ts_trace_file *f, char *end)
{
    bool quoted = *f->at == '"';
    char *from = f->at + quoted, *to = f->at, *bare = f->at; /* what lies before `bare` was quoted */
    if (f->field_count == MAX_FIELDS)
        return ts_fail(TS_EINPUT, "%s:%zu: more than %d fields in a line", f->path, f->line, MAX_FIELDS);
    f->fields[f->field_count++] = to;
    for (; *from && (quoted || (*from != ',' && *from != '\n')); from++) {
        if (quoted && *from == '"') {
            quoted = from[1] == '"';
            from += quoted;
            bare = to;
            if (!quoted)
                continue;
        }
        *to++ = *from;
    }
    if (quoted)
        return ts_fail(TS_EINPUT, "%s:%zu: a quoted field has no closing quote", f->path, f->line);
    *end = *from;
    f->at = from + (*from != '\0');
    if (*end != ',' && to > bare && to[-1] == '\r')
        to--;
    *to = '\0';
    return TS_OK;
}

static int take_line(ts_trace_file *f)
{
    char end = ',';
    int rc = TS_OK;
    f->field_count = 0;
    f->line++;
    while (rc == TS_OK && end == ',')
        rc = take_field(f, &end);
    return rc;
}

static char *trimmed(char *text)
{
    text += strspn(text, " \t");
    size_t n = strlen(text);
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
        text[--n] = '\0';
    return text;
}

static bool is_header(const ts_trace_file *f)
{
    for (size_t i = 0; i < f->field_count; i++)
        if (strcmp(f->fields[i], "space") == 0)
            return true;
    return false;
}

/* Where the columns are: by the header, or in the usual order without one. */
static int find_columns(ts_trace_file *f, bool header)
{
    for (int c = 0; c < COLUMNS; c++) {
        f->columns[c] = !header && c <= COLUMN_OVERHEAD && (size_t)c < f->field_count ? c : -1;
        for (size_t i = 0; header && i < f->field_count; i++)
            if (strcmp(trimmed(f->fields[i]), column_names[c]) == 0)
                f->columns[c] = (int)i;
    }
    for (int c = 0; c <= COLUMN_CONFIG; c++)
        if (f->columns[c] < 0)
            return ts_fail(
                TS_EINPUT,
                "%s:%zu: the column '%s' is missing; a trace has space,run,eval,config[,overhead_ms][,algo]",
                f->path, f->line, column_names[c]);
    f->headed = true;
    return TS_OK;
}

/* The field of a column; NULL where the file or the line has none. */
static char *field(const ts_trace_file *f, ts_column column)
{
    int at = f->columns[column];
    return at >= 0 && (size_t)at < f->field_count ? f->fields[at] : NULL;
}

static bool whole_number(const char *text, int64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return end != text && *trimmed(end) == '\0' && errno == 0;
}

/* An index, or a key for whatever is none. A negative index is outside of every space, as a huge one is. */
static int read_config(ts_trace_file *f, ts_step *step)
{
    int64_t index;
    char *text = field(f, COLUMN_CONFIG);
    if (whole_number(text, &index)) {
        step->config = index < 0 ? UINT64_MAX : (uint64_t)index;
        return TS_OK;
    }
    step->key = strdup(text);
    return step->key ? TS_OK : ts_fail(TS_ENOMEM, "%s: out of memory while reading a trace", f->path);
}

static int read_overhead(const ts_trace_file *f, ts_step *step)
{
    char *text = field(f, COLUMN_OVERHEAD), *end;
    step->overhead_ms = NAN;
    if (!text || *text == '\0')
        return TS_OK;
    step->overhead_ms = ts_strtod(text, &end);
    return *trimmed(end) == '\0' && isfinite(step->overhead_ms)
               ? TS_OK
               : fail_at(f, "overhead_ms must be a number of milliseconds", text);
}

static int read_row(ts_trace_file *f)
{
    ts_trace_run *run;
    ts_step step = {0};
    int64_t eval;
    const char *algo = field(f, COLUMN_ALGO);
    for (int c = 0; c <= COLUMN_CONFIG; c++)
        if (!field(f, (ts_column)c))
            return ts_fail(TS_EINPUT, "%s:%zu: the line ends before its column '%s'", f->path, f->line,
                           column_names[c]);
    if (!whole_number(field(f, COLUMN_EVAL), &eval))
        return fail_at(f, "eval must be a whole number", field(f, COLUMN_EVAL));
    int rc =
        ts_trace_run_of(f->trace, algo ? algo : f->label, field(f, COLUMN_SPACE), field(f, COLUMN_RUN), &run);
    if (rc == TS_OK && eval <= run->last_eval)
        rc = fail_at(f, "eval must increase within a run", field(f, COLUMN_EVAL));
    if (rc == TS_OK)
        rc = read_overhead(f, &step);
    if (rc == TS_OK)
        rc = read_config(f, &step);
    if (rc != TS_OK)
        return rc;
    run->last_eval = eval;
    return ts_trace_add(run, step);
}

static void skip_line(ts_trace_file *f)
{
    f->at += strcspn(f->at, "\n");
    f->at += *f->at != '\0';
    f->line++;
}

static int read_lines(ts_trace_file *f)
{
    int rc = TS_OK;
    while (rc == TS_OK && *f->at) {
        if (*f->at == '#') {
            skip_line(f);
            continue;
        }
        rc = take_line(f);
        if (rc != TS_OK || (f->field_count == 1 && f->fields[0][0] == '\0'))
            continue;
        bool header = !f->headed && is_header(f);
        if (!f->headed)
            rc = find_columns(f, header);
        if (rc == TS_OK && !header)
            rc = read_row(f);
    }
    return rc;
}

/* "traces/auto@seed1.csv.gz" is "seed1": what stands before ".csv", after the last '@'. */
static char *label_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *ending = strstr(name, ".csv"), *at;
    char *label = strndup(name, ending ? (size_t)(ending - name) : strlen(name));
    if (label && (at = strrchr(label, '@')))
        memmove(label, at + 1, strlen(at + 1) + 1);
    return label;
}

int ts_trace_parse(char *text, const char *path, ts_trace *trace)
{
    ts_trace_file f = {.path = path, .at = text, .trace = trace, .label = label_of(path)};
    int rc = f.label ? read_lines(&f) : ts_fail(TS_ENOMEM, "%s: out of memory while reading a trace", path);
    if (rc == TS_OK && !f.headed)
        rc =
            ts_fail(TS_EINPUT,
                    "%s: holds no evaluations; a trace has space,run,eval,config[,overhead_ms][,algo]", path);
    free(f.label);
    return rc;
}

static int read_file(const char *path, ts_trace *trace)
{
    char *text = NULL;
    size_t length = 0;
    int rc = ts_recording_read(path, trace_limit, &text, &length);
    if (rc == TS_OK && strlen(text) != length)
        rc = ts_fail(TS_EINPUT, "%s: holds bytes of value 0; a trace is a text file", path);
    if (rc == TS_OK)
        rc = ts_trace_parse(text, path, trace);
    free(text);
    return rc;
}

int ts_trace_read(const char *const *paths, ts_trace **out)
{
    int rc = ts_trace_new(out);
    for (size_t i = 0; rc == TS_OK && paths[i]; i++)
        rc = read_file(paths[i], *out);
    if (rc != TS_OK) {
        ts_trace_free(*out);
        *out = NULL;
    }
    return rc;
}
