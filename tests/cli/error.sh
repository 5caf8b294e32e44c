#!/bin/sh
# Errors that are allowed, trade-offs, threads, rooflines: what is kept apart, what the report says.
. "$(dirname "$0")/lib.sh"
sums=$root/tests/data/kernels/sums turn=$root/tests/data/kernels/turn

accepts "without --max-error" tilesmith tune "$sums" --budget 40 --json
check "an approximate algorithm is excluded" like "$(json shapes.0.configuration)" '*algorithm=divide*'
check "there is no other in the space" test "$(json shapes.0.space)" = 2
check "its error was measured" is_true "$(json shapes.0.error) >= 0 && $(json shapes.0.error) < 1e-5"
check "no trade-offs unless asked for" test "$(json shapes.0.pareto)" = '[]'

accepts "with --max-error and the error as an objective" \
    tilesmith tune "$sums" --budget 40 --max-error 0.1 --objective time,error --json
check "nothing is known from the search without" test "$(json shapes.0.resumed)" = 0
check "the approximate algorithms are in the space" test "$(json shapes.0.space)" = 8
check "the report says what was allowed" is_true "$(json shapes.0.max_error) == 0.1"
check "one of them wins" like "$(json shapes.0.configuration)" '*algorithm=series*'
check "its error is within" is_true "$(json shapes.0.error) > 1e-4 && $(json shapes.0.error) <= 0.1"
check "the trade-offs begin with an approximate one" like "$(json shapes.0.pareto.0.configuration)" '*series*'
check "and say what it changes" like "$(json shapes.0.pareto.0.changes)" '*algorithm=series*'
check "which gains" is_true "$(json shapes.0.pareto.0.gain) > 1"
check "and have an exact one" like "$(json shapes.0.pareto)" '*algorithm=divide*'

accepts "the same as a table" tilesmith tune "$sums" --budget 1 --max-error 0.1 --objective time,error
check "results are known, their errors too" says '^Time against error'
check "columns" says 'time  *error  *gain'
check "the approximate one" says '[0-9.]* us  *[0-9.]*  *1\.[0-9]*x  *algorithm=series'
check "the exact one" says ' [0-9.]*e-0[678]  *1.00x'

accepts "show results" tilesmith show results
check "both winners are kept" test "$(grep -c '^sums ' "$out")" = 2
check "the approximate one says so" says 'error <= 0.1'
check "programs that don't ask get the exact one" test "$(sql "$TILESMITH_DB" \
    "SELECT count(*) FROM runtime_winners WHERE kernel = 'sums' AND max_error = 0 AND threads = 1")" = 1
check "samples keep their errors" is_true "$(sql "$TILESMITH_DB" \
    "SELECT count(*) FROM samples WHERE status = 'ok' AND deviation IS NULL") == 0"

accepts "a header with it" tilesmith export --format header --kernel sums --output "$work/sums.h"
check "the header leaves it out" test -z "$(grep series "$work/sums.h")"
check "and has the exact one" grep -q 'ALGORITHM "divide"' "$work/sums.h"
accepts "as JSON both" tilesmith export --format json --kernel sums
check "which says what was allowed" says '"max_error": 0.1'

if [ "$(nproc)" -ge 2 ]; then
    accepts "two threads" tilesmith tune "$sums" --shape m=64,n=4096 --threads 2 --budget 2s --json
    check "the thread count is a parameter" like "$(json shapes.0.configuration)" '*workers=*'
    check "its domain goes to the threads asked for" test "$(json shapes.0.space)" = 4
    check "the report says how many" test "$(json shapes.0.threads)" = 2
    check "the winner is kept apart" test "$(sql "$TILESMITH_DB" \
        "SELECT count(*) FROM winners WHERE threads = 2 AND current")" = 1
else
    skip "two threads" "one CPU"
fi
refuses "more threads than CPUs" "use 1 to" tilesmith tune "$sums" --threads 5000
refuses "an error that is none" "1e-3" tilesmith tune "$sums" --max-error much
refuses "an error as large as the result" "1e-3" tilesmith tune "$sums" --max-error 1

accepts "a kernel that computes nothing" tilesmith tune "$turn" --budget 3
check "GB/s in the place of GFLOP/s" says 'shape  *GB/s'
check "its bound is a bandwidth" says '% of the .* bandwidth bound ([0-9.]* GB/s)'
check "progress in GB/s" warns 'best [0-9.]* GB/s'
accepts "as JSON" tilesmith tune "$turn" --budget 3 --json
check "no rate of operations" test "$(json shapes.0.flops_per_second)" = null
check "what binds" like "$(json shapes.0.bound.by)" '*bandwidth'
check "nothing beats it by far" is_true "$(json shapes.0.bound.share) < 1.2"
check "the rate" is_true "$(json shapes.0.bytes_per_second) > 1e8"
accepts "show results with it" tilesmith show results
check "show results: GB/s" says '^turn .* GB/s'
check "show results: never zero" test -z "$(grep ' 0.00 ' "$out")"

run tilesmith tune "$turn" --shape n=100,spoil=1 --budget 3
check "all variants are wrong: exit 1" test "$status" = 1
check "and the report says so" says 'no configuration was found to be right'
check "and counts them" says '0 ok, 1 wrong'
finish
