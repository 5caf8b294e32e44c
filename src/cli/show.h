/* The sections of `tilesmith show`: each prints itself as a table or JSON and returns an exit status. */
#ifndef TS_CLI_SHOW_H
#define TS_CLI_SHOW_H

#include "cli/cli.h"

int ts_show_kernels(const ts_args *args);
int ts_show_targets(const ts_args *args);
int ts_show_workloads(const ts_args *args);
int ts_show_results(const ts_args *args);
int ts_show_config(const ts_args *args);

#endif
