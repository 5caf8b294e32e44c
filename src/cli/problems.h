/* The problems of a kernel that a command is asked about. */
#ifndef TS_CLI_PROBLEMS_H
#define TS_CLI_PROBLEMS_H

#include "core/kernel.h"
#include "util/vec.h"

typedef TS_VEC(ts_problem) ts_cli_problems;

/**
 * The shapes asked for (NULL-terminated; NULL: the kernel's typical ones), of a type by name (NULL: the
 * kernel's first), each for one thread. Free the vector with ts_vec_free(), also after an error.
 */
int ts_cli_problems_of(const ts_kernel *kernel, const char *type_name, const char *const *shapes,
                       ts_cli_problems *out);

#endif
