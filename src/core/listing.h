/* What a folder offers: kernels are sub-folders that hold kernel.xml, targets and workloads are files that
 * end in .xml. */
#ifndef TS_CORE_LISTING_H
#define TS_CORE_LISTING_H

#include <stdbool.h>
#include <stddef.h>

/** True if the entry counts; may shorten `name` to what the user should see. */
typedef bool ts_listing_filter(const char *folder, char *name);
/** A filter: files that end in .xml, without that. */
bool ts_listing_xml(const char *folder, char *name);
/** Sorted names of the entries that the filter accepts; a missing folder is empty. Free with
 * ts_name_list_free(). */
int ts_listing(const char *folder, ts_listing_filter *accept, char ***names, size_t *count);
/** TS_ENOTFOUND: "no KIND 'NAME' in FOLDER; there are a, b, c". */
int ts_listing_fail(const char *kind, const char *name, const char *folder, ts_listing_filter *accept);

#endif
