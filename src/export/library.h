/* The winners of gemm and gemv as the sources of a C library that needs nothing but libc. */
#ifndef TS_EXPORT_LIBRARY_H
#define TS_EXPORT_LIBRARY_H

#include "tilesmith_plugin.h"

typedef struct ts_library_request {
    ts_export_request what;
    bool cblas; /**< the standard C and Fortran names too */
} ts_library_request;

/** What a library holds. */
typedef struct ts_library_summary {
    size_t targets, winners, variants;
} ts_library_summary;

/**
 * Write the library into `directory`, whole or not at all; an earlier export there is replaced, anything else
 * refused (TS_EINPUT). The same database gives the same bytes. database: NULL for the usual one. TS_ENOTFOUND
 * if no winner answers to the request.
 */
int ts_export_library(const char *database, const ts_library_request *request, const char *directory,
                      ts_library_summary *summary);

#endif
