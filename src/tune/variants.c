/* See variants.h. */
#include "tune/variants.h"
int ts_variants_open(const ts_problem *problem, const ts_target *target, const ts_space *space,
                     ts_variants **out)
{
    (void)problem, (void)target, (void)space;
    *out = NULL;
    return TS_OK;
}
void ts_variants_close(ts_variants *variants)
{
    (void)variants;
}
double ts_variants_seconds(ts_variants *variants, const ts_value *values, double *features)
{
    (void)variants, (void)values, (void)features;
    return 1;
}
ts_predictor ts_variants_predictor(ts_variants *variants)
{
    (void)variants;
    return (ts_predictor){0};
}
