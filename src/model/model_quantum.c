/*
 * A quantum computer asked for what classical machines do: it takes its time, and the answer is no.
 * Hoefler, Häner, Troyer, CACM 66(5) 2023.
 */
#include "model/machine.h"
#include "model/models.h"
#include "model/quantum.h"

#include <math.h>
#include <stdio.h>

static const char source[] = "Hoefler, Haener, Troyer, CACM 66(5) 2023";
static const char user[] = "the quantum model";

/*
 * Arithmetic that is fixed beforehand has no oracle to ask less often: even where a quadratic speed-up
 * existed, only calls of few operations would repay within two weeks.
 */
static void explain(const ts_model_call *call, double rate, double classical, ts_facts *facts,
                    ts_prediction *p)
{
    double fortnight = 1e6; /* seconds, as the paper has it */
    double calls = ts_quantum_crossover_calls(classical, rate, 2);
    double most = ts_quantum_operations_per_call(classical, rate, 2, fortnight);
    ts_facts_step(facts, "crossover", calls, "calls", source,
                  "N* = (%g / %g)^(1/(2-1)) calls for a quadratic speed-up", classical, rate);
    ts_facts_step(facts, "operations", most, "1", source,
                  "a call may have at most %g operations if that is to take %g s", most, fortnight);
    ts_prediction_note(
        p,
        "no: %s has no search that a quantum computer shortens; even a quadratic speed-up would pay "
        "off only beyond %.2g calls of at most %.2g operations",
        call->problem->kernel->name, calls, most);
}

static int predict(const ts_model_call *call, ts_facts *facts, ts_prediction *out)
{
    ts_machine_type type = {0};
    double rate = NAN, io = NAN, classical = NAN;
    char peak[24];
    int rc = ts_machine_peak(facts, call, user, out, &type, &rate);
    if (rc == 0)
        rc = ts_facts_need(facts, "quantum.io", user, &io);
    snprintf(peak, sizeof peak, "classical.%s", type.name);
    if (rc == 0)
        rc = ts_facts_need(facts, peak, "the crossover with a classical machine", &classical);
    if (rc < 0)
        return rc;
    double bytes = ts_machine_bytes(call, &type, call->work->bytes), loading = bytes / io;
    snprintf(peak, sizeof peak, "peak.%s", type.name);
    out->peak = rate;
    out->bytes = bytes;
    out->compute_seconds = call->work->flops / rate;
    ts_prediction_add(out, "data loading", bytes, loading, NAN);
    ts_prediction_bind(out, loading, "quantum.io");
    if (out->compute_seconds > loading)
        snprintf(out->bound, sizeof out->bound, "%s", peak);
    out->seconds = loading + out->compute_seconds;
    ts_facts_step(facts, "time", out->seconds, "s", source, "%g B / %g B/s + %g operations / %g per second",
                  bytes, io, call->work->flops, rate);
    explain(call, rate, classical, facts, out);
    ts_machine_energy(facts, out);
    return 0;
}

const ts_model ts_model_quantum = {
    .name = "quantum",
    .summary = "time on a fault-tolerant quantum computer, and why the answer is no",
    .kind = "quantum",
    .source = source,
    .rank = 10,
    .predict = predict,
};
