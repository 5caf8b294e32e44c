/* Files: read whole, write atomically, scratch folders that leave nothing behind. */
#ifndef TS_UTIL_FILE_H
#define TS_UTIL_FILE_H

#include <stdbool.h>
#include <stddef.h>

/** Read a whole file (at most `limit` bytes); *text is malloc'ed, NUL-terminated; *length may be NULL. */
int ts_file_read(const char *path, size_t limit, char **text, size_t *length);
/** Write to a temporary file beside `path`, fsync, rename: readers see the old file or the new one, never
 * half. */
int ts_file_write(const char *path, const void *bytes, size_t length);
/** Create a folder and its missing parents (mode 0700 for new ones). */
int ts_file_mkdirs(const char *path);
/** Remove a file or folder and all below it; links are removed, never followed. Missing is success. */
int ts_file_remove(const char *path);
bool ts_file_exists(const char *path);

/**
 * Make an empty scratch folder under $TMPDIR (or /tmp), locked for the life of this process so that a later
 * session can tell it from one left by a killed session. *path is malloc'ed. Also removes such leftovers of
 * this user.
 */
int ts_scratch_open(char **path, int *lock_fd);
/** Remove the folder, release the lock, free the path. NULL is fine. */
void ts_scratch_close(char *path, int lock_fd);

#endif
