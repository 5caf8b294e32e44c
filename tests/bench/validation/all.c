/* The groups, in the order of the page. */
#include "validation.h"

void validate_all(validation *v)
{
    validate_scalesim(v);
    validate_timeloop(v);
    validate_kerncraft(v);
    validate_blis(v);
    validate_tpu(v);
    validate_nvdla(v);
    validate_eyeriss(v);
    validate_quantum(v);
    validate_photonic(v);
}
