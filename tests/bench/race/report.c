/* The table of ratios: for people while it runs, as Markdown, as CSV. */
#include "bench.h"
#include <math.h>
#include <stdio.h>

static const char *const states[] = {"absent", "ok", "wrong", "crashed"};

/* "12.3 us", or "-" for what wasn't measured. */
static void append_time(ts_str *out, double seconds)
{
    if (isnan(seconds))
        ts_str_append(out, "-");
    else if (seconds < 1e-3)
        ts_str_format(out, "%.4g us", seconds * 1e6);
    else
        ts_str_format(out, "%.4g ms", seconds * 1e3);
}

/* The work's rate: GFLOP/s, or GB/s of compulsory traffic where there is less than a flop to four bytes. */
static void append_rate(ts_str *out, const bench_row *row, double seconds)
{
    if (isnan(seconds))
        ts_str_append(out, "-");
    else if (row->flops * 4 < row->bytes)
        ts_str_format(out, "%.1f GB/s", row->bytes / seconds / 1e9);
    else
        ts_str_format(out, "%.1f GF/s", row->flops / seconds / 1e9);
}

static void append_ratio(ts_str *out, const bench_row *row)
{
    if (isnan(row->ratio.mid))
        ts_str_append(out, "-");
    else
        ts_str_format(out, "%.3f [%.3f, %.3f]", row->ratio.mid, row->ratio.lo, row->ratio.hi);
}

void bench_line(const bench_row *row, ts_str *out)
{
    ts_str_format(out, "%-10s %-34s  ours ", row->family->name, row->problem);
    append_rate(out, row, row->ours);
    ts_str_append(out, "  best peer ");
    append_rate(out, row, row->best_peer);
    ts_str_format(out, "%s%s%s  ratio ", *row->best ? " (" : "", row->best, *row->best ? ")" : "");
    append_ratio(out, row);
    if (*row->reason)
        ts_str_format(out, "  %s", row->reason);
    for (int i = 0; i < row->count; i++)
        if (row->contenders[i].state == BENCH_WRONG || row->contenders[i].state == BENCH_CRASHED)
            ts_str_format(out, "\n%45s  %s: %s", "", row->contenders[i].name, row->contenders[i].reason);
    ts_str_append(out, "\n");
}

/* The time below which the machine can't go: work at the measured peak, or compulsory traffic at the
 * bandwidth of memory. */
static void append_bound(ts_str *out, const bench_row *row, const bench_about *about)
{
    double compute = row->flops / about->peak, memory = row->bytes / about->bandwidth;
    bool by_memory = memory > compute;
    double bound = by_memory ? memory : compute;
    if (isnan(bound) || isnan(row->ours))
        ts_str_append(out, "-");
    else
        ts_str_format(out, "%.0f %% of %s", 100 * bound / row->ours,
                      by_memory ? "memory bandwidth" : "f32 peak");
}

static void append_others(ts_str *out, const bench_row *row)
{
    bool first = true;
    for (int i = 0; i < row->count; i++) {
        const bench_contender *c = &row->contenders[i];
        if (c->ours || (c->state == BENCH_ABSENT && strcmp(c->reason, BENCH_NO_SUCH) == 0))
            continue;
        ts_str_format(out, "%s%s ", first ? "" : "; ", c->name);
        first = false;
        if (c->state == BENCH_RUNS)
            append_time(out, bench_median(c));
        else
            ts_str_format(out, "%s%s%s", states[c->state], c->state == BENCH_ABSENT ? ": " : " ",
                          c->state == BENCH_ABSENT ? c->reason : "");
        if (c->state == BENCH_RUNS && c->error > 1)
            ts_str_format(out, " (error %.2g times the tolerance)", c->error);
    }
}

static void append_family(const bench_rows *rows, const bench_family *family, const bench_about *about,
                          ts_str *out)
{
    double least;
    size_t count, lines = 0;
    double mean = bench_mean(rows, family, &least, &count);
    for (size_t i = 0; i < rows->count; i++) {
        const bench_row *row = &rows->items[i];
        if (row->family != family)
            continue;
        if (lines++ == 0)
            ts_str_format(out,
                          "\n## %s\n\n| shape | ours | rate | best peer | its time | ratio [95 %%] | ours "
                          "against the roofline | all peers |\n"
                          "|---|--:|--:|---|--:|--:|---|---|\n",
                          family->name);
        ts_str_format(out, "| %s | ", row->problem);
        append_time(out, row->ours);
        ts_str_append(out, " | ");
        append_rate(out, row, row->ours);
        ts_str_format(out, " | %s | ", *row->best ? row->best : "-");
        append_time(out, row->best_peer);
        ts_str_append(out, " | ");
        append_ratio(out, row);
        ts_str_append(out, " | ");
        append_bound(out, row, about);
        ts_str_append(out, " | ");
        append_others(out, row);
        ts_str_format(out, "%s%s |\n", *row->reason ? " " : "", row->reason);
    }
    if (count)
        ts_str_format(out, "\nGeometric mean of %zu ratios: **%.3f**, least %.3f", count, mean, least);
    if (count && *family->against)
        ts_str_format(out, ", against %s", family->against);
    if (count && family->bar > 0)
        ts_str_format(out, "; aim: %.2f%s", family->bar, mean >= family->bar ? " (reached)" : " (missed)");
    if (count && family->floor > 0)
        ts_str_format(out, ", none below %.2f%s", family->floor,
                      least >= family->floor ? " (reached)" : " (missed)");
    ts_str_append(out, count ? ".\n" : "");
}

void bench_markdown(const bench_rows *rows, const bench_list *list, const bench_about *about, ts_str *out)
{
    ts_str_format(out,
                  "# Tuned kernels against other libraries: %s, %d thread%s\n\n"
                  "Written by `make bench`. Times are medians of interleaved rounds; the ratio is the best "
                  "peer's time over ours (above 1: ours\n"
                  "is faster), the median of the rounds' ratios with its 95 %% bootstrap interval. Every "
                  "result was compared with the kernel's\n"
                  "reference first. The roofline is the kernel's work at the measured f32 peak of a core, or "
                  "the traffic that no caching avoids at\n"
                  "the measured bandwidth of memory, whichever takes longer; operands that stay in a cache "
                  "can beat the latter.\n\n%s",
                  about->target, about->threads, about->threads == 1 ? "" : "s", about->peers);
    for (size_t i = 0; i < list->count; i++)
        append_family(rows, &list->items[i], about, out);
}

static void append_number(ts_str *out, double x)
{
    if (isnan(x))
        ts_str_append(out, ",");
    else
        ts_str_format(out, ",%.6g", x);
}

/* A text without what would end its field. */
static void append_text(ts_str *out, const char *text)
{
    for (; *text; text++)
        ts_str_append_n(out, strchr(",\"\n", *text) ? " " : text, 1);
}

void bench_csv(const bench_rows *rows, const bench_about *about, ts_str *out)
{
    ts_str_append(out, "target,threads,family,shape,contender,status,seconds,lo,hi,rounds,flops,bytes,error,"
                       "peer_over_ours,reason\n");
    for (size_t i = 0; i < rows->count; i++)
        for (int j = 0; j < rows->items[i].count; j++) {
            const bench_row *row = &rows->items[i];
            const bench_contender *c = &row->contenders[j];
            double median = bench_median(c);
            ts_interval interval = {NAN, NAN, NAN};
            if (!isnan(median))
                interval = ts_bootstrap_median(c->samples, (size_t)c->count, 0.95, 1000, 5);
            append_text(out, about->target);
            ts_str_format(out, ",%d,%s,", about->threads, row->family->name);
            for (const char *at = row->problem; *at; at++)
                ts_str_append_n(out, *at == ',' ? " " : at, 1);
            ts_str_append(out, ",");
            append_text(out, c->name);
            ts_str_format(out, ",%s", states[c->state]);
            append_number(out, median);
            append_number(out, interval.lo);
            append_number(out, interval.hi);
            ts_str_format(out, ",%d", c->state == BENCH_RUNS ? c->count : 0);
            append_number(out, row->flops);
            append_number(out, row->bytes);
            append_number(out, c->error);
            append_number(out, c->ours ? row->ratio.mid : median / row->ours);
            ts_str_append(out, ",");
            append_text(out, c->reason);
            ts_str_append(out, "\n");
        }
}
