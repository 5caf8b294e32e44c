/*
 * Stalls of double-buffered operand scratchpads: SCALE-Sim v2's mechanism, on ranges instead of addresses.
 *
 * An operand is one long stream of words in the order in which it is prefetched. The active half of a
 * scratchpad is a window on that stream, in whole lines (a hundredth of the scratchpad); a word outside it
 * makes the window step by one half, as often as it takes, round the end if need be. Prefetches follow each
 * other without a gap, each at the bandwidth, so their clock alone says when the array must wait. Streamed
 * operands are prefetched along the diagonals of their stacked folds, which is how a skewed array asks for
 * them, so that the first diagonals of a fold lie before the last ones of the fold before: a scratchpad
 * smaller than the operand goes round the whole operand once a fold.
 */
#include <stdbool.h>

#include "model/systolic_parts.h"

/* One operand's scratchpad. */
typedef struct scratchpad {
    int64_t line_words, lines;        /* of the stream */
    int64_t active_lines, step_lines; /* of the window */
    int64_t first_line;               /* of the window now */
    int64_t step_cycles;              /* one prefetch: its words, and the memory port's cycle of latency */
    int64_t last_prefetch;            /* when the latest one ended */
    int64_t fetched, step_fetch;      /* words */
} scratchpad;

/* The stacked folds of one operand: `count` matrices of `height` × `width`, the last `last_width` wide. */
typedef struct stack {
    int64_t count, height, width, last_width;
} stack;

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t stack_words(const stack *s)
{
    return s->height * ((s->count - 1) * s->width + s->last_width);
}

static int64_t width_of(const stack *s, int64_t fold)
{
    return fold == s->count - 1 ? s->last_width : s->width;
}

static stack stack_of(int64_t extent, int64_t fold, int64_t height)
{
    int64_t count = ts_ceil_div(extent, fold);
    return (stack){
        .count = count, .height = height, .width = fold, .last_width = extent - (count - 1) * fold};
}

static scratchpad scratchpad_of(int64_t words, int64_t bandwidth, const stack *s)
{
    int64_t active = (words + 1) / 2, half = words - active;
    scratchpad p = {.line_words = ts_ceil_div(words, 100)};
    p.lines = stack_words(s) / p.line_words + 1;
    p.active_lines = least(ts_ceil_div(active, p.line_words), p.lines);
    p.step_lines = least(ts_ceil_div(half, p.line_words), p.lines - p.active_lines);
    p.step_cycles = ts_ceil_div(half, bandwidth) + 1;
    p.step_fetch = ts_ceil_div(half, bandwidth) * bandwidth;
    p.fetched = least(ts_ceil_div(active, bandwidth), ts_ceil_div(stack_words(s), bandwidth)) * bandwidth;
    p.last_prefetch = -1; /* the first half is there when the array starts */
    return p;
}

static int64_t line_in_window(const scratchpad *p, int64_t word)
{
    int64_t ahead = word / p->line_words - p->first_line;
    return (ahead < 0 ? ahead + p->lines : ahead) < p->active_lines;
}

/* The array asks for the words from `first` to `last` at `cycle`: the cycle at which it has them. */
static int64_t demand(scratchpad *p, int64_t first, int64_t last, int64_t cycle)
{
    if (p->step_lines == 0)
        return cycle;
    int64_t words[] = {first, last};
    for (int i = 0; i < 2; i++) {
        while (!line_in_window(p, words[i])) {
            p->first_line = (p->first_line + p->step_lines) % p->lines;
            p->last_prefetch += p->step_cycles;
            p->fetched += p->step_fetch;
            cycle = most(cycle, p->last_prefetch - 1);
        }
    }
    return cycle;
}

/* Σ over j ≤ x of j clamped to [0, top]. */
static int64_t clamped_sum(int64_t x, int64_t top)
{
    if (x <= 0)
        return 0;
    return x <= top ? x * (x + 1) / 2 : top * (top + 1) / 2 + (x - top) * top;
}

/* Words of the stack on the diagonals before `diagonal`. */
static int64_t words_before(const stack *s, int64_t diagonal)
{
    int64_t rows = s->count * s->height, in_last = diagonal - (rows - s->height);
    int64_t all = clamped_sum(diagonal, rows) - clamped_sum(diagonal - s->width, rows);
    return all -
           (clamped_sum(in_last - s->last_width, s->height) - clamped_sum(in_last - s->width, s->height));
}

/* Words on that diagonal that belong to folds after `f`; diagonals are prefetched from the lowest row up. */
static int64_t words_of_later(const stack *s, int64_t f, int64_t t)
{
    stack later = *s;
    later.count = s->count - 1 - f;
    int64_t diagonal = t - s->height; /* of the later folds alone */
    if (later.count == 0 || diagonal < 0)
        return 0;
    return words_before(&later, diagonal + 1) - words_before(&later, diagonal);
}

/* Step `t` of streaming fold `f`: one diagonal of its matrix. */
static int64_t demand_diagonal(scratchpad *p, const stack *s, int64_t f, int64_t t, int64_t cycle)
{
    int64_t width = width_of(s, f);
    int64_t left = most(0, t - s->height + 1), right = least(t, width - 1);
    if (t < 0 || left > right)
        return cycle;
    int64_t first = words_before(s, f * s->height + t) + words_of_later(s, f, t);
    return demand(p, first, first + right - left, cycle);
}

/* Step `t` of loading rows `from` to `from + rows` of stationary fold `f`, the bottom row first. */
static int64_t demand_row(scratchpad *p, const stack *s, int64_t f, int64_t from, int64_t rows, int64_t t,
                          int64_t cycle)
{
    int64_t row = rows - 1 - t, width = width_of(s, f);
    if (row < 0 || from + row >= s->height)
        return cycle;
    int64_t first = f * s->height * s->width + (from + row) * width;
    return demand(p, first, first + width - 1, cycle);
}

/* The scratchpad of results: when its first half is full it is drained, and waits only if both are. */
typedef struct drain {
    int64_t words, half, free; /* words */
    int64_t bandwidth, end;    /* of the latest drain */
} drain;

/* The array writes `count` words at `cycle`: the cycle at which they have a place. */
static int64_t put(drain *d, int64_t count, int64_t cycle)
{
    while (count > 0) {
        bool draining = cycle < d->end;
        int64_t room = draining ? most(d->free, 1) : d->free - (d->words - d->half) + 1;
        int64_t part = least(count, most(room, 1));
        d->free -= part;
        count -= part;
        if (draining && d->free <= 0) {
            cycle = d->end;
        } else if (!draining && d->free < d->words - d->half) {
            d->end = cycle + ts_ceil_div(d->half, d->bandwidth) - 1; /* the cycle of its last line */
            d->free += least(ts_ceil_div(d->half, d->bandwidth) * d->bandwidth, d->words - d->free);
        }
    }
    return cycle;
}

/* Words that leave a skewed array of `columns` used columns at step `t` of `rows` rows. */
static int64_t leaving(int64_t rows, int64_t columns, int64_t t)
{
    return t < 0 ? 0 : most(0, least(t, columns - 1) - most(0, t - rows + 1) + 1);
}

/* Both operands of one array, whichever dataflow. */
typedef struct feed {
    scratchpad along_rows, along_columns;
    stack row_stack, column_stack;
    drain results;
    int64_t array_rows, fold_cycles;
} feed;

/* Output stationary: both operands stream, then the cells' results drain downwards, the used rows last. */
static int64_t step_streaming(feed *e, int64_t row_fold, int64_t column_fold, int64_t t, int64_t cycle)
{
    int64_t rows = width_of(&e->row_stack, row_fold), idle = e->array_rows - rows;
    int64_t words =
        leaving(rows, width_of(&e->column_stack, column_fold), t - (e->row_stack.height - 1) - idle);
    int64_t a = demand_diagonal(&e->along_rows, &e->row_stack, row_fold, t, cycle);
    int64_t b = demand_diagonal(&e->along_columns, &e->column_stack, column_fold, t, cycle);
    return most(put(&e->results, words, cycle), most(a, b));
}

/* Weight or input stationary: one operand is loaded, then the other streams and partial sums leave. */
static int64_t step_stationary(feed *e, int64_t row_fold, int64_t column_fold, int64_t t, int64_t cycle)
{
    int64_t words =
        leaving(e->row_stack.height, width_of(&e->column_stack, column_fold), t - (2 * e->array_rows - 1));
    int64_t a = demand_diagonal(&e->along_rows, &e->row_stack, row_fold, t - e->array_rows, cycle);
    int64_t b = demand_row(&e->along_columns, &e->column_stack, column_fold, row_fold * e->array_rows,
                           e->array_rows, t, cycle);
    return most(put(&e->results, words, cycle), most(a, b));
}

/* Cycle by cycle; a demand that comes late holds the whole array. */
static int64_t stalls(feed *e, bool both_stream, int64_t row_folds, int64_t column_folds)
{
    int64_t stall = 0, start = 0;
    for (int64_t c = 0; c < column_folds; c++) {
        for (int64_t r = 0; r < row_folds; r++, start += e->fold_cycles) {
            for (int64_t t = 0; t < e->fold_cycles; t++) {
                int64_t due = start + t + stall;
                int64_t had =
                    both_stream ? step_streaming(e, r, c, t, due) : step_stationary(e, r, c, t, due);
                stall += had - due;
            }
        }
    }
    return stall;
}

void ts_systolic_stalls(const ts_systolic_array *array, const ts_systolic_fold *fold, ts_systolic_result *out)
{
    bool both_stream = array->dataflow == TS_OUTPUT_STATIONARY;
    bool input_streams = array->dataflow != TS_INPUT_STATIONARY;
    feed e = {.array_rows = array->rows, .fold_cycles = out->fold_cycles};
    e.results = (drain){.words = array->output_words,
                        .free = array->output_words,
                        .half = array->output_words / 2,
                        .bandwidth = array->words_per_cycle};
    e.row_stack = stack_of(fold->spatial_rows, array->rows, fold->time);
    e.column_stack =
        stack_of(fold->spatial_columns, array->columns, both_stream ? fold->time : fold->spatial_rows);
    e.along_rows = scratchpad_of(input_streams ? array->input_words : array->weight_words,
                                 array->words_per_cycle, &e.row_stack);
    e.along_columns = scratchpad_of(input_streams ? array->weight_words : array->input_words,
                                    array->words_per_cycle, &e.column_stack);
    out->stall_cycles = stalls(&e, both_stream, out->row_folds, out->column_folds);
    out->input_fetches = input_streams ? e.along_rows.fetched : e.along_columns.fetched;
    out->weight_fetches = input_streams ? e.along_columns.fetched : e.along_rows.fetched;
}
