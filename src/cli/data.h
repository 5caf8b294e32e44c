/* What is there to choose from: files of the data folder, programs of the system. */
#ifndef TS_CLI_DATA_H
#define TS_CLI_DATA_H

#include <stddef.h>

/** Compilers that Tilesmith looks for; ends with NULL. */
extern const char *const ts_compiler_names[];
/** Names of the described targets (targets/NAME.xml of the data folder), sorted; free with
 * ts_name_list_free(). */
int ts_target_names(char ***names, size_t *count);

#endif
