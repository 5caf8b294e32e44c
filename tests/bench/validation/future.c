/* Quantum and photonic machines against their publications. */
#include <stdio.h>
#include <string.h>

#include "model/photonic.h"
#include "model/quantum.h"
#include "validation.h"

enum { BUDGET_SECONDS = 1000000 }; /* about two weeks, the paper's limit */

/* One row of the table, with the machine's rate as printed or as its row implies. */
static void check_quantum_row(validation_group *g, const csv *c, size_t row, const char *name, double rate)
{
    static const struct {
        const char *column;
        double degree, tolerance; /* the quadratic column is printed with one digit */
    } speedups[] = {{"M_quadratic", 2, 0.1}, {"M_cubic", 3, 0.02}, {"M_quartic", 4, 0.02}};
    for (size_t i = 0; i < sizeof speedups / sizeof *speedups; i++) {
        double ours = ts_quantum_operations_per_call(csv_number(c, row, "r_asic_ops"), rate,
                                                     speedups[i].degree, BUDGET_SECONDS);
        validation_case *x = check_number(g, name, speedups[i].column, csv_number(c, row, speedups[i].column),
                                          ours, speedups[i].tolerance);
        if (x->verdict == MISS && strcmp(csv_text(c, row, "note"), "ok") != 0)
            snprintf(x->note, sizeof x->note,
                     "the printed row follows from 2.3e6 operations a second, not from the "
                     "printed 235e3: see below");
    }
}

void validate_quantum(validation *v)
{
    csv c;
    if (!csv_read(v->folder, "literature_quantum_hoefler.csv", &c)) {
        validation_group *g = begin_group(
            v, "Quantum advantage", "operations a call within rounding (10 %, 2 %, 2 %)",
            "Hoefler, Häner, Troyer, CACM 66(5) 2023, tables 1 and 2. The rate of 2.3e6 is inferred "
            "from the row itself: one number for its three values");
        for (size_t row = 0; row < c.rows; row++) {
            check_quantum_row(g, &c, row, csv_text(&c, row, "op"), csv_number(&c, row, "r_quantum_ops"));
            if (strcmp(csv_text(&c, row, "note"), "ok") != 0)
                check_quantum_row(g, &c, row, "the same at 2.3e6", 2.3e6);
        }
    }
    csv_free(&c);
}

static void validate_simphony(validation *v)
{
    static const ts_photonic_array core = {4, 2, 12, 12, 12, 5e9};
    csv c;
    int64_t cycles = 0;
    if (!csv_read(v->folder, "literature_simphony_lt.csv", &c)) {
        validation_group *g = begin_group(v, "Photonic tensor core", "equal; energy within 0.1 %",
                                          "logs of SimPhony's Lightening-Transformer example");
        for (size_t row = 0; row < c.rows; row++) {
            ts_photonic_product p = {csv_integer(&c, row, "N"), csv_integer(&c, row, "D"),
                                     csv_integer(&c, row, "M")};
            int64_t ours = ts_photonic_cycles(&core, &p);
            check_number(g, csv_text(&c, row, "layer"), "cycles", csv_number(&c, row, "cycles"), (double)ours,
                         0);
            cycles += ours;
        }
        check_number(g, "modulators", "energy, pJ", 330739.2,
                     ts_photonic_switching_joules(ts_photonic_modulators(&core), 0.45, cycles), 0.001);
        check_untested(g, "laser", "energy, pJ", "198785.05",
                       "detector sensitivity, efficiency and extinction ratio are not in the log");
        check_untested(g, "all", "energy, pJ", "1542369.30", "converters' shares are not in the log");
    }
    csv_free(&c);
}

/* The component's column of unit power (mW), at 5 GHz where it is an energy a conversion. */
static void check_albireo(validation_group *g, const csv *c, const char *name, int64_t devices,
                          const double unit_mw[3])
{
    static const char *const columns[] = {"W_conservative", "W_moderate", "W_aggressive"};
    for (size_t row = 0; row < c->rows; row++) {
        for (size_t i = 0; i < 3 && !strcmp(csv_text(c, row, "component"), name); i++) {
            double expected = csv_number(c, row, columns[i]), ours = (double)devices * unit_mw[i] / 1000;
            /* printed with two decimals */
            validation_case *x = check_number(g, name, columns[i], expected, ours, 0.01 + 0.005 / expected);
            if (x->verdict == MISS)
                snprintf(x->note, sizeof x->note, "%s",
                         strcmp(name, "DAC")
                             ? "printed higher than at the moderate scaling, with the same unit power"
                             : "the printed value would follow from 8 GHz, not from 5");
        }
    }
}

void validate_photonic(validation *v)
{
    static const ts_photonic_star albireo = {9, 3, 3, 3, 5};
    csv c;
    validate_simphony(v);
    if (!csv_read(v->folder, "literature_albireo.csv", &c)) {
        validation_group *g = begin_group(v, "Albireo's power", "watts within 1 % and rounding",
                                          "Shiflett et al., ISCA 2021, table III; unit powers as in CiMLoop. "
                                          "Device counts were inferred from "
                                          "these powers and the geometry: no independent test");
        ts_photonic_devices d = ts_photonic_star_devices(&albireo);
        check_albireo(g, &c, "MRR", d.rings, (const double[]){3.1, 0.388, 0.155});
        check_albireo(g, &c, "MZM", d.modulators, (const double[]){11.3, 1.41, 0.565});
        check_albireo(g, &c, "laser", d.lasers, (const double[]){1.94, 0.0713, 0.0713});
        check_albireo(g, &c, "TIA", d.amplifiers, (const double[]){0.6 * 5, 0.3 * 5, 0.0375 * 5});
        check_albireo(g, &c, "DAC", d.converters_in, (const double[]){5.2 * 5, 2.6 * 5, 0.325 * 5});
        check_untested(g, "ADC", "W", "1.31", "no unit energy was published with the table");
        check_untested(g, "cache", "W", "0.03", "no access count was published with the table");
    }
    csv_free(&c);
}
