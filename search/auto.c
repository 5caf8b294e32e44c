/*
 * The default: Bayesian optimisation that knows about sizes. Tuning parameters are tile sizes, block sizes
 * and unroll factors; how often two divides them decides alignment and whether the problem divides evenly.
 * That expectation steers the first evaluations, and gives way to what is measured. See bayes.c.
 */
#include "bayes.h"

static int auto_open(const ts_search *search, void **state)
{
    return ts_bayes_open(search, true, state);
}

const ts_strategy ts_strategy_auto = {
    .name = "auto",
    .summary = "the default: Bayesian optimisation that expects powers of two to do well",
    .reference = "Jones, Schonlau & Welch, J. Global Optimization 13 (1998); Durrande et al., J. "
                 "Multivariate Analysis 115 (2013)",
    .open = auto_open,
    .propose = ts_bayes_propose,
    .observe = ts_bayes_observe,
    .close = ts_bayes_close,
    .decline = ts_bayes_decline,
};
