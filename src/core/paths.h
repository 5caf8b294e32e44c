/* Where things are: templates, targets, the user's database and cache; in a build tree or installed. */
#ifndef TS_CORE_PATHS_H
#define TS_CORE_PATHS_H

/**
 * The data folder, which holds templates/ and targets/: $TILESMITH_DATA, else the source tree the running
 * binary was built in (BINARY/../), else PREFIX/share/tilesmith relative to the binary, else the compiled-in
 * one. Borrowed.
 */
const char *ts_path_data(void);
/** The default database: $TILESMITH_DB, else results/tilesmith.db in a source tree, else
 * $XDG_DATA_HOME/tilesmith/tilesmith.db. Borrowed. */
const char *ts_path_database(void);
/** The cache of built variants: $TILESMITH_CACHE, else $XDG_CACHE_HOME/tilesmith. Borrowed. */
const char *ts_path_cache(void);

#endif
