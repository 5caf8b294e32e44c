/* What `tilesmith new` writes; NAME stands for the kernel's name. */
#ifndef TS_CLI_NEW_TEXT_H
#define TS_CLI_NEW_TEXT_H

/** A file of the starting point: y = A x. */
typedef struct ts_new_file {
    const char *name, *text;
} ts_new_file;

/** Ends with a NULL name. */
extern const ts_new_file ts_new_files[];

#endif
