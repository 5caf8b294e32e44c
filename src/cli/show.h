/* The sections of `tilesmith show`: each prints itself as a table or JSON and returns an exit status. */
#ifndef TS_CLI_SHOW_H
#define TS_CLI_SHOW_H

#include "cli/cli.h"
#include "cli/output.h"

int ts_show_kernels(const ts_args *args);
int ts_show_targets(const ts_args *args);
int ts_show_workloads(const ts_args *args);
int ts_show_results(const ts_args *args);
int ts_show_config(const ts_args *args);

/** Print a list as JSON or as a table, or report the failure that ended it; both are freed. An exit status.
 */
int ts_show_listing(int rc, bool json, ts_table *table, json_t *array);

#endif
