/* The learned model alone: Bayesian optimisation without expectations about the parameters' values. See
 * bayes.c.
 */
#include "bayes.h"

static int surrogate_open(const ts_search *search, void **state)
{
    return ts_bayes_open(search, false, state);
}

const ts_strategy ts_strategy_surrogate = {
    .name = "surrogate",
    .summary = "Bayesian optimisation with a Gaussian process, without prior expectations",
    .reference = "Snoek, Larochelle & Adams, NeurIPS 25 (2012)",
    .open = surrogate_open,
    .propose = ts_bayes_propose,
    .observe = ts_bayes_observe,
    .close = ts_bayes_close,
    .decline = ts_bayes_decline,
};
