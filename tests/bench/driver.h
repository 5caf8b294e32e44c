/*
 * What a driver of a peer library defines. A driver is a shared object of its own, loaded with RTLD_LOCAL,
 * because several libraries define the same names (cblas_sgemm). It sees a job by the names that the kernel's
 * manifest gives to dimensions, scalars and tensors, and nothing else of Tilesmith.
 */
#ifndef BENCH_DRIVER_H
#define BENCH_DRIVER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BENCH_DIMS = 12, BENCH_SCALARS = 4, BENCH_TENSORS = 8, BENCH_WAYS = 4, BENCH_WHY = 160 };

typedef struct bench_dim {
    const char *name;
    int64_t value;
} bench_dim;

typedef struct bench_scalar {
    const char *name;
    double value;
} bench_scalar;

typedef struct bench_tensor {
    const char *name, *type; /**< type: "f32" */
    void *data;              /**< rows follow each other without padding */
    int64_t ld;              /**< elements from row to row */
    int constant;            /**< the tuned kernel may convert it before the calls, so a peer may as well */
} bench_tensor;

typedef struct bench_job {
    const char *kernel, *type;
    int threads;
    bench_dim dims[BENCH_DIMS]; /**< a NULL name ends each list that isn't full */
    bench_scalar scalars[BENCH_SCALARS];
    bench_tensor tensors[BENCH_TENSORS];
} bench_job;

/** One way in which the library does the job; the fastest of them counts. */
typedef struct bench_way {
    const char *name; /**< "" if there is only one */
    void (*run)(void *state);
    void *state; /**< the process ends with the job, so nothing is ever freed */
    /** Bring the results into the job's tensors where run() leaves them in a layout of the library's own; not
     * timed. NULL: they are there. */
    void (*finish)(void *state);
} bench_way;

/** Fill `ways`; returns how many, 0 if the library doesn't do this job: then `why` says so. */
typedef int bench_open_fn(const bench_job *job, const char *library, bench_way ways[BENCH_WAYS],
                          char why[BENCH_WHY]);
bench_open_fn bench_open;

static inline int64_t bench_dim_of(const bench_job *job, const char *name, int64_t otherwise)
{
    for (size_t i = 0; i < BENCH_DIMS && job->dims[i].name; i++)
        if (strcmp(job->dims[i].name, name) == 0)
            return job->dims[i].value;
    return otherwise;
}

static inline double bench_scalar_of(const bench_job *job, const char *name, double otherwise)
{
    for (size_t i = 0; i < BENCH_SCALARS && job->scalars[i].name; i++)
        if (strcmp(job->scalars[i].name, name) == 0)
            return job->scalars[i].value;
    return otherwise;
}

/** NULL if the kernel has no such tensor. */
static inline const bench_tensor *bench_tensor_of(const bench_job *job, const char *name)
{
    for (size_t i = 0; i < BENCH_TENSORS && job->tensors[i].name; i++)
        if (strcmp(job->tensors[i].name, name) == 0)
            return &job->tensors[i];
    return NULL;
}

static inline int bench_is(const bench_job *job, const char *kernel, const char *type)
{
    return strcmp(job->kernel, kernel) == 0 && strcmp(job->type, type) == 0;
}

#endif
