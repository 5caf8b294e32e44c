/* Analytical blocking against Polly, which implements it, and against BLIS's hand-tuned sizes. */
#include <string.h>

#include "model/blocking.h"
#include "validation.h"

enum { LINE_BYTES = 64 };

static ts_blocking blocking_of(const csv *c, size_t row)
{
    ts_blocking_core core = {
        .vector_elements = (int)(csv_integer(c, row, "vec_bits") / 8 / csv_integer(c, row, "elem_bytes")),
        .element_bytes = (int)csv_integer(c, row, "elem_bytes"),
        .fma_latency = csv_number(c, row, "fma_latency"),
        .fma_per_cycle = csv_number(c, row, "fma_per_cycle"),
        .vectors_along_columns = csv_integer(c, row, "nr") > csv_integer(c, row, "mr"),
        .l1 = {csv_integer(c, row, "L1_bytes"), (int)csv_integer(c, row, "L1_ways"), LINE_BYTES},
        .l2 = {csv_integer(c, row, "L2_bytes"), (int)csv_integer(c, row, "L2_ways"), LINE_BYTES}};
    return ts_blocking_analytical(&core);
}

static bool is_hand_tuned(const char *source)
{
    return !strstr(source, "polly") && !strstr(source, "sandybridge");
}

static void check_blocks(validation_group *g, const csv *c, size_t row)
{
    const char *source = csv_text(c, row, "source");
    ts_blocking b = blocking_of(c, row);
    const struct {
        const char *column;
        int64_t ours;
    } sizes[] = {{"mr", b.mr}, {"nr", b.nr}, {"kc", b.kc}, {"mc", b.mc}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        validation_case *x = check_number(g, source, sizes[i].column, csv_number(c, row, sizes[i].column),
                                          (double)sizes[i].ours, 0);
        if (x->verdict == MISS && is_hand_tuned(source))
            snprintf(x->note, sizeof x->note, "tuned by hand, away from the model");
    }
    check_untested(g, source, "nc", csv_text(c, row, "nc"),
                   "the row has no L3, from which the model takes it");
}

void validate_blis(validation *v)
{
    csv c;
    validation_group *g = NULL;
    if (!csv_read(v->folder, "blis_polly_expectations.csv", &c))
        g = begin_group(v, "Block sizes of a matrix product", "equal",
                        "tests of LLVM Polly, configurations of BLIS; the model is Low et al., TOMS 2016");
    for (size_t row = 0; g && row < c.rows; row++) {
        if (*csv_text(&c, row, "fma_latency"))
            check_blocks(g, &c, row);
        else
            check_untested(g, csv_text(&c, row, "source"), "all", "", "the row has no latency of an FMA");
    }
    csv_free(&c);
}
