/* Workloads: whatever the bytes, an error with a sentence or calls whose work can be asked for. */
#include "core/workload.h"
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ts_workload *workload = NULL;
    double flops, bytes;
    if (ts_workload_parse((const char *)data, size, "fuzz.xml", &workload) < 0) {
        if (!*ts_error() || workload)
            abort();
        return 0;
    }
    if (workload->call_count == 0 || ts_workload_work(workload, &flops, &bytes) < 0)
        abort();
    ts_workload_free(workload);
    return 0;
}
