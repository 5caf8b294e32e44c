/* How a library is put together: what library*.c share. */
#ifndef TS_EXPORT_LIBRARY_PARTS_H
#define TS_EXPORT_LIBRARY_PARTS_H

#include "export/select.h"
#include "util/str.h"

/** A text that the build compiled in: src/export/library/NAME. The last one has no name. */
typedef struct ts_resource {
    const char *name, *text;
} ts_resource;
extern const ts_resource ts_library_resources[];

/** A machine whose winners the library has. */
typedef struct ts_library_target {
    const char *name, *fingerprint; /**< borrowed from its winners */
    char *needs;                    /**< features that its variants are compiled for, joined by blanks */
    char *flags;                    /**< what stands for -march=native on any other machine */
} ts_library_target;

typedef struct ts_library {
    /** gemm and gemv on detected machines only: winners, then variants beside them. */
    ts_selection selection;
    size_t winner_count;
    ts_library_target *targets;
    size_t target_count;
    size_t variant_count;
} ts_library;

/** The instruction set of a target's XML as features and compiler flags: those that matrix products of reals
 * use. */
int ts_library_isa(const ts_target *target, ts_library_target *out);
/** The flags of a winner with those of its target in the place of "native". TS_EINPUT if they hold anything
 * that a shell or make would read as more than a word. */
int ts_library_flags(const ts_winner *w, const ts_library_target *target, ts_str *out);

/** The target of a winner. Borrowed. */
const ts_library_target *ts_library_target_of(const ts_library *l, const ts_winner *w);
/** Whether an earlier winner has the same variant. */
bool ts_library_repeated(const ts_library *l, size_t winner);

/** src/table.c: the winners by target. */
int ts_library_table(const ts_library *l, ts_str *out);
/** variants.mk: compilers and flags. */
int ts_library_makefile(const ts_library *l, ts_str *out);
/** README: what it is, where it comes from, how to use it. */
void ts_library_readme(const ts_library *l, bool cblas, ts_str *out);

#endif
