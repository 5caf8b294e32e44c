/* Models against recorded reference values: cases, verdicts, and the table in docs/model-validation.md. */
#ifndef TS_TESTS_VALIDATION_H
#define TS_TESTS_VALIDATION_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/str.h"
#include "util/vec.h"

typedef enum verdict { MATCH, MISS, UNTESTED } verdict;

typedef struct validation_case {
    char name[96], quantity[48], expected[40], ours[40], note[192];
    double error; /* relative; NAN where it has no meaning */
    verdict verdict;
} validation_case;

/* A group of cases under one heading; the bar says in words what counts as a match. */
typedef struct validation_group {
    char title[80], bar[200], source[400];
    TS_VEC(validation_case) cases;
} validation_group;

typedef struct validation {
    const char *folder; /* of the recorded files */
    TS_VEC(validation_group) groups;
} validation;

/* One line of a CSV file, with the names of its columns. */
typedef struct csv {
    char *text;
    TS_VEC(char *) names;
    TS_VEC(char *) fields; /* row after row, `names.count` each */
    size_t rows;
} csv;

/* 0, or -1 where the file is missing or has no header. Lines that begin with # are comments. */
int csv_read(const char *folder, const char *file, csv *out);
void csv_free(csv *c);
/* The text of a field, "" where the row or the column is missing. */
const char *csv_text(const csv *c, size_t row, const char *column);
double csv_number(const csv *c, size_t row, const char *column);
int64_t csv_integer(const csv *c, size_t row, const char *column);

validation_group *begin_group(validation *v, const char *title, const char *bar, const char *source);
/* A number against a number: a match if |ours - expected| <= tolerance * |expected|. */
validation_case *check_number(validation_group *g, const char *name, const char *quantity, double expected,
                              double ours, double tolerance);
/* A case that the model cannot be asked, and why. */
void check_untested(validation_group *g, const char *name, const char *quantity, const char *expected,
                    const char *why);
size_t count_verdicts(const validation_group *g, verdict which);
void write_report(const validation *v, ts_str *out);
void validation_free(validation *v);
/* All groups, in order. */
void validate_all(validation *v);

void validate_scalesim(validation *v);
void validate_timeloop(validation *v);
void validate_kerncraft(validation *v);
void validate_blis(validation *v);
void validate_tpu(validation *v);
void validate_nvdla(validation *v);
void validate_eyeriss(validation *v);
void validate_quantum(validation *v);
void validate_photonic(validation *v);

#endif
