/* A folder that appears whole or not at all. */
#ifndef TS_EXPORT_FOLDER_H
#define TS_EXPORT_FOLDER_H

#include <stddef.h>

/** A folder in the making, beside the one that it will be. */
typedef struct ts_folder {
    char *path;         /**< where it will be */
    char *staging;      /**< where it is made */
    const char *marker; /**< file that every folder of this kind has; borrowed */
} ts_folder;

/** Begin. What lies at `path` may only be nothing, an empty folder or one with `marker` in it (TS_EINPUT). */
int ts_folder_begin(const char *path, const char *marker, ts_folder *out);
/** Write a file of the folder, making the folders that `name` runs through. */
int ts_folder_write(const ts_folder *f, const char *name, const void *bytes, size_t length);
/** Put it in its place: who looks sees the old folder or the new one. */
int ts_folder_commit(ts_folder *f);
/** Release; what was not committed is removed. */
void ts_folder_end(ts_folder *f);

#endif
