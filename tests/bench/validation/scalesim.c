/* Systolic arrays against SCALE-Sim v2. */
#include <string.h>

#include "model/systolic.h"
#include "validation.h"

static ts_dataflow dataflow_of(const char *name)
{
    if (!strcmp(name, "ws"))
        return TS_WEIGHT_STATIONARY;
    return !strcmp(name, "is") ? TS_INPUT_STATIONARY : TS_OUTPUT_STATIONARY;
}

static int run_row(const csv *c, size_t row, ts_systolic_result *out)
{
    ts_systolic_array array = {.rows = csv_integer(c, row, "array_rows"),
                               .columns = csv_integer(c, row, "array_cols"),
                               .dataflow = dataflow_of(csv_text(c, row, "dataflow")),
                               .input_words = csv_integer(c, row, "ifmap_kB") * 1024,
                               .weight_words = csv_integer(c, row, "filter_kB") * 1024,
                               .output_words = csv_integer(c, row, "ofmap_kB") * 1024,
                               .words_per_cycle = csv_integer(c, row, "bw_words_per_cycle")};
    ts_systolic_layer layer = {.pixels = csv_integer(c, row, "M_ofmap_px"),
                               .filters = csv_integer(c, row, "N_filters"),
                               .window = csv_integer(c, row, "K_window")};
    return ts_systolic_run(&array, &layer, out);
}

static void check_row(validation_group *g, const csv *c, size_t row, double tolerance)
{
    char name[96];
    const char *bandwidth = csv_text(c, row, "bw_words_per_cycle");
    ts_systolic_result r;
    int length =
        snprintf(name, sizeof name, "%s %s/%s, %sx%s %s", csv_text(c, row, "topology"),
                 csv_text(c, row, "layer_id"), csv_text(c, row, "layer"), csv_text(c, row, "array_rows"),
                 csv_text(c, row, "array_cols"), csv_text(c, row, "dataflow"));
    if (*bandwidth && length < (int)sizeof name)
        snprintf(name + length, sizeof name - (size_t)length, ", %s kB, %s/cycle",
                 csv_text(c, row, "ifmap_kB"), bandwidth);
    if (run_row(c, row, &r)) {
        check_untested(g, name, "cycles", csv_text(c, row, "total_cycles"), "the row has no sizes");
        return;
    }
    check_number(g, name, "cycles", csv_number(c, row, "total_cycles"),
                 (double)(r.compute_cycles + r.stall_cycles), tolerance);
    check_number(g, name, "scratchpad accesses",
                 csv_number(c, row, "sram_ifmap_reads") + csv_number(c, row, "sram_filter_reads") +
                     csv_number(c, row, "sram_ofmap_writes"),
                 (double)(r.input_reads + r.weight_reads + r.output_writes), 0);
    if (*bandwidth)
        check_number(g, name, "memory reads",
                     csv_number(c, row, "dram_ifmap_reads") + csv_number(c, row, "dram_filter_reads"),
                     (double)(r.input_fetches + r.weight_fetches), tolerance);
}

static void check_file(validation *v, const char *file, const char *title, const char *bar,
                       const char *source, double tolerance)
{
    csv c;
    if (!csv_read(v->folder, file, &c)) {
        validation_group *g = begin_group(v, title, bar, source);
        for (size_t row = 0; row < c.rows; row++)
            check_row(g, &c, row, tolerance);
    }
    csv_free(&c);
}

void validate_scalesim(validation *v)
{
    check_file(v, "scalesim_layers.csv", "Systolic arrays, compute-bound", "cycles and accesses equal",
               "runs of the unmodified SCALE-Sim v2 (Samajdar et al., ISPASS 2020)", 0);
    check_file(v, "scalesim_stalls.csv", "Systolic arrays, stalled by bandwidth",
               "cycles and memory reads within 12 %, accesses equal",
               "runs of the unmodified SCALE-Sim v2. Two constants (the read port's cycle, the end of a "
               "drain) were settled on these 24 rows, which are one layer",
               0.12);
}
