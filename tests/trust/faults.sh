#!/bin/sh
# One fault at a time, at POINTS places of each kind: the tool ends with one sentence (or copes), nobody is killed by a signal,
# the database is whole, nothing that was stored is lost, and the same command then goes on.
# Prints "ok - …" and "not ok - …" lines as the tests of the command line do.
. "$(dirname "$0")/../cli/lib.sh"

points=${POINTS:-6}
library=$build/tests/trust/fault.so
if [ ! -f "$library" ]; then
    skip "faults" "the preloaded library can't be used in this build"
    finish
fi
if ldd "$build/tilesmith" | grep -q asan; then
    skip "faults" "AddressSanitizer doesn't allow a preloaded library"
    finish
fi

tune() { # tune DATABASE: a short session
    tilesmith tune gemm --shape m=24,n=24,k=24 --strategy random --budget 3 --db "$1"
}

# What each kind counts in a session without a fault; the cache is warm, as it will be when the faults come.
tune "$work/base.db" >/dev/null 2>&1
stored=$(sql "$work/base.db" 'SELECT count(*) FROM samples')
check "a session without faults" test "$stored" -gt 0

whole() { # whole DATABASE: intact, with all that was in it
    test "$(sql "$1" 'PRAGMA integrity_check')" = ok && test "$(sql "$1" 'SELECT count(*) FROM samples')" -ge "$stored"
}

one_fault() { # one_fault KIND N: true if the tool bore it
    cp "$work/base.db" "$work/f.db"
    rm -f "$work/f.db-wal" "$work/f.db-shm"
    status=0
    FAULT=$1:$2 LD_PRELOAD=$library timeout 60 tilesmith tune gemm --shape m=24,n=24,k=28 --strategy random --budget 3 \
        --db "$work/f.db" >"$out" 2>"$err" </dev/null || status=$?
    [ "$status" -lt 124 ] || return 1
    if [ "$status" -ne 0 ]; then grep -q '^tilesmith: ' "$err" || return 1; fi
    whole "$work/f.db"
}

for kind in alloc open write sync rename fork; do
    cp "$work/base.db" "$work/f.db"
    FAULT=$kind FAULT_COUNT=$work/count LD_PRELOAD=$library tilesmith tune gemm --shape m=24,n=24,k=28 --strategy random \
        --budget 3 --db "$work/f.db" >/dev/null 2>&1
    total=$(cat "$work/count")
    if [ "$total" -eq 0 ]; then
        skip "$kind" "a session has none"
        continue
    fi
    bad=""
    # Places spread over the whole run, the first ones closer together: that is where things are opened.
    awk -v t="$total" -v p="$points" 'BEGIN { for (i = 0; i < p; i++) print int(1 + (t - 1) * (i / (p - 1)) ^ 2) }' |
        sort -nu >"$work/places"
    while read -r n; do
        if ! one_fault "$kind" "$n"; then
            bad="$bad $n(exit $status)"
            cp "$err" "$work/err.$kind"
        fi
    done <"$work/places"
    if [ -z "$bad" ]; then echo "ok - $kind: a fault at $(wc -l <"$work/places") of $total places"; else
        fail "$kind" "not borne at place$bad of $total: $(head -c 300 "$work/err.$kind")"
    fi
done

# Reading all manifests is quick, so allocations fail at many more places of it.
FAULT=alloc FAULT_COUNT=$work/count LD_PRELOAD=$library tilesmith show kernels >/dev/null 2>&1
total=$(cat "$work/count") bad="" n=1 tried=0
while [ "$n" -le "$total" ]; do
    status=0
    FAULT=alloc:$n LD_PRELOAD=$library tilesmith show kernels >"$out" 2>"$err" </dev/null || status=$?
    [ "$status" -lt 124 ] || bad="$bad $n(exit $status)"
    n=$((n + total / (points * 20) + 1)) tried=$((tried + 1))
done
check "manifests: a failed allocation at $tried of $total places${bad:+, not borne at$bad}" test "$total" -gt 0 -a -z "$bad"
cp "$work/base.db" "$work/f.db"
FAULT=write:40+ LD_PRELOAD=$library tilesmith tune gemm --shape m=24,n=24,k=28 --strategy random --budget 3 --db "$work/f.db" >"$out" 2>"$err"
check "a disk that stays full loses nothing" whole "$work/f.db"
run tilesmith tune gemm --shape m=24,n=24,k=28 --strategy random --budget 3 --db "$work/f.db"
check "and afterwards the same command goes on" test "$status" -eq 0
finish
