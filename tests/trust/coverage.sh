#!/bin/sh
# Lines of src and search that the tests run, by gcov. Processes that leave by _exit() write their counts first.
set -eu
build=build/coverage
command -v gcovr >/dev/null || { echo "make coverage: gcovr is missing; install the package gcovr"; exit 2; }
find "$build" -name '*.gcda' -delete 2>/dev/null || true
make --no-print-directory BUILD="$build" OPT="-O0 -g -include tests/trust/coverage.h" SAN="--coverage -fprofile-update=atomic" check || echo "(some tests fail in this build)"
gcovr --root . --object-directory "$build" --filter 'src/' --filter 'search/' "$build" >"$build/coverage.txt"
awk '/^TOTAL/ { printf "coverage: %s of %s lines, %s (at least 90 %% wanted)\n", $3, $2, $4; exit substr($4, 1, length($4) - 1) < 90 }' "$build/coverage.txt"
