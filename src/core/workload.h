/*
 * A workload: the calls of kernels that a network makes, as templates/workloads/NAME.xml lists them. Its
 * kernels are those of templates/, its shapes and types what their manifests allow.
 */
#ifndef TS_CORE_WORKLOAD_H
#define TS_CORE_WORKLOAD_H

#include "core/kernel.h"

/** `count` calls of a kernel with one problem. */
typedef struct ts_workload_call {
    ts_problem problem; /**< its kernel belongs to the workload */
    int64_t count;
    double sparsity; /**< share of the constant operand's elements (the weights) that are 0 */
    char *text;      /**< what the network calls it */
} ts_workload_call;

typedef struct ts_workload {
    char *name, *summary;
    char *source;        /**< where the architecture was published */
    ts_kernel **kernels; /**< each once */
    size_t kernel_count;
    ts_workload_call *calls; /**< in the file's order */
    size_t call_count;
    double published_flops; /**< of the whole network, as others have it; NAN: not stated */
    double tolerance;       /**< relative, what the two ways of counting may differ by */
    char *published_source;
} ts_workload;

/** Load a workload by path, or by name from the data folder's templates/workloads/. */
int ts_workload_load(const char *name_or_path, ts_workload **out);
/** From text; `name` stands for the path in messages. */
int ts_workload_parse(const char *xml, size_t length, const char *name, ts_workload **out);
/** One call of a kernel as a workload, named "gemm m=512,n=512,k=512". `type` and `shape` as for
 * ts_problem_parse(). */
int ts_workload_of(const char *kernel, const char *type, const char *shape, ts_workload **out);
void ts_workload_free(ts_workload *workload);
/** Names of the workloads in the data folder, sorted; free with ts_name_list_free(). */
int ts_workload_list(char ***names, size_t *count);
/** Flops and compulsory bytes of all calls, as the manifests count them, dense. */
int ts_workload_work(const ts_workload *workload, double *flops, double *bytes);

#endif
