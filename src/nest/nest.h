/*
 * A plain C function whose loops carry `#pragma tilesmith …` becomes a kernel: manifest, template, reference.
 * The clauses say what may be done to the loops; what of it pays is for the tuner to find out; whether it was
 * right is verified against the function itself. docs/howto/add-a-kernel.md describes the pragma.
 */
#ifndef TS_NEST_NEST_H
#define TS_NEST_NEST_H

#include "util/str.h"

/** A parsed function with its parameters, loops and clauses. */
typedef struct ts_nest ts_nest;

/** The three files of the kernel. */
typedef struct ts_nest_files {
    ts_str manifest, template, reference;
} ts_nest_files;

/**
 * Parse `function` in `text`; `path` is for messages. `function` may be NULL if the file has one function
 * with pragmas.
 */
int ts_nest_parse(const char *text, const char *path, const char *function, ts_nest **out);
void ts_nest_free(ts_nest *nest);
/** The function's name. */
const char *ts_nest_name(const ts_nest *nest);
/** Write the kernel as text; `files` is the caller's, to be cleared also after an error. */
int ts_nest_generate(const ts_nest *nest, ts_nest_files *files);
void ts_nest_files_clear(ts_nest_files *files);

/** Read `path`, and write the kernel of `function` into a folder below `parent`; *folder is malloc'ed. */
int ts_nest_kernel(const char *path, const char *function, const char *parent, char **folder);

#endif
