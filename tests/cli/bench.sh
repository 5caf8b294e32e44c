#!/bin/sh
# make bench without a peer library: it tunes, measures, says who is missing, and writes its files; a broken peer is named.
. "$(dirname "$0")/lib.sh"

bench() { # bench VARIABLE=VALUE...: in a second or two of tuning
    run make --no-print-directory -C "$root" BUILD="$build" CC="${CC:-cc}" bench QUICK=1 BENCH_BUDGET=5 RESULTS_BENCH="$work/bench" BENCH_NO_PEERS=1 "$@"
}

bench FAMILY=sgemm SHAPES=m=24,n=32,k=16
check "bench: exit 0" test "$status" = 0
check "bench: no peer, and says so" says 'no peer library takes part'
check "bench: ours was measured" says '^\[1/1\] sgemm  *m=24,n=32,k=16,ta=0,tb=0  *ours [1-9][0-9.]* GF/s'
check "bench: no peer is no ratio" says 'ratio -  no peer did this'
for extension in md csv svg; do
    check "bench: wrote .$extension" test -s "$(ls "$work"/bench/*."$extension" 2>/dev/null)"
done

# A driver that computes nothing, one that dies, and a library that isn't a BLAS.
cat >"$work/peer.c" <<'END'
#include <stdlib.h>
#include "tests/bench/driver.h"
static void idle(void *state) { (void)state; }
static void die(void *state) { (void)state; abort(); }
int bench_open(const bench_job *job, const char *library, bench_way ways[BENCH_WAYS], char why[BENCH_WHY])
{
    (void)library; (void)why;
    ways[0] = (bench_way){"idle", idle, NULL};
    ways[1] = (bench_way){"dead", die, NULL};
    return bench_dim_of(job, "m", 0) == 24 ? 2 : 0;
}
END
accepts "a driver of one's own compiles" "${CC:-cc}" -shared -fPIC -I"$root" "$work/peer.c" -o "$work/mydriver.so"
: >"$work/empty.so"
bench FAMILY=sgemm SHAPES=m=24,n=32,k=16 PEERS="mine=$work/mydriver.so empty=$work/empty.so"
check "a bad peer: exit 0" test "$status" = 0
check "a peer that computes nothing is wrong" says 'mine idle: its result is .* times the tolerance'
check "a peer that dies is named" says 'mine dead: ended by signal 6'
check "a library that can't be loaded says why" grep -q 'empty absent: .*empty.so' "$work"/bench/*.md
check "ours was measured all the same" says 'ours [1-9][0-9.]* GF/s'
check "unmeasured is empty in CSV, not 0" test -z "$(grep -e ',wrong,0' -e ',crashed,0' -e ',absent,0' "$work"/bench/*.csv)"

bench FAMILY=nothing
check "an unknown family: exit 2" test "$status" = 2
check "an unknown family is named" warns 'FAMILY=nothing: there is no such family'
bench FAMILY=sgemm PEERS=nonsense
check "a bad PEERS is named" warns "PEERS has 'nonsense'"
bench FAMILY=sgemm SHAPES=m=0
check "a bad shape is reported" says 'm=0'
finish
