/* Kernel manifests: whatever the bytes, an error with a sentence or a kernel whose problems can be asked for.
 */
#include "core/kernel_parse.h"
#include "core/paths.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const ts_kernel *kernel)
{
    ts_problem problem;
    ts_value *slots = calloc(kernel->slot_count, sizeof *slots);
    if (slots && ts_problem_parse(kernel, NULL, NULL, &problem) == 0 &&
        ts_kernel_slots(&problem, NULL, slots) == 0) {
        double flops, bytes;
        ts_problem_work(&problem, &flops, &bytes);
        ts_product_sizes sizes[16];
        if (kernel->product_count <= 16)
            ts_problem_products(&problem, sizes);
        for (size_t i = 0; i < kernel->parameter_count; i++) {
            ts_value *values = NULL;
            size_t count;
            ts_domain_values(&kernel->parameters[i], slots, &values, &count);
            free(values);
        }
    }
    free(slots);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char schema[PATH_MAX];
    ts_kernel *kernel = NULL;
    snprintf(schema, sizeof schema, "%s/templates/kernel.xsd", ts_path_data());
    if (ts_kernel_parse((const char *)data, size, "fuzz/kernel.xml", schema, &kernel) == 0)
        use(kernel);
    else if (!*ts_error())
        abort();
    ts_kernel_free(kernel);
    return 0;
}
