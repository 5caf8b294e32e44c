/* Included before every file of the coverage build: workers and compilers' children leave by _exit(), which
 * forgets what gcov counted. */
#ifndef TESTS_COVERAGE_H
#define TESTS_COVERAGE_H
#include <unistd.h>
void __gcov_dump(void);
#define _exit(status) (__gcov_dump(), _exit(status))
#endif
