#!/bin/sh
# Tuning for SOAK_SECONDS while things go wrong: random kills, a disk that fills up, a clock that jumps, a noisy neighbour.
# After each round the database is whole and has all it had; at the end the memory of a long session was flat.
. "$(dirname "$0")/../cli/lib.sh"

seconds=${SOAK_SECONDS:-60}
library=$build/tests/trust/fault.so
ldd "$build/tilesmith" | grep -q asan && library=
seed=${SEED:-1}
had=0 rounds=0 lost=0 broken=0 crashed=0 refused=0
noise=

random() { # random N: 0 .. N-1, the same for the same SEED
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    echo $((seed / 65536 % $1))
}

session() { # session EXTRA-ENVIRONMENT...: one short session in the background
    env "$@" tilesmith tune gemm --shape m=$((16 + $(random 64))),n=48,k=48 --strategy random --budget 3s \
        --seed "$(random 1000)" >/dev/null 2>"$work/session.err" &
    session=$!
}

succeeds() { # the session that had a whole disk must end well; what the first one that doesn't says is kept
    [ "$status" -eq 0 ] && return
    refused=$((refused + 1))
    [ "$refused" -gt 1 ] || { echo "exit status $status" && cat "$work/session.err"; } >"$work/refused"
}

inspect() { # the database is whole and nothing is lost
    [ "$(sql "$TILESMITH_DB" 'PRAGMA integrity_check' 2>&1)" = ok ] || broken=$((broken + 1))
    now=$(sql "$TILESMITH_DB" 'SELECT count(*) FROM samples' 2>/dev/null || echo 0)
    [ "$now" -ge "$had" ] || lost=$((lost + 1))
    had=$now
}

tilesmith tune gemm --shape m=48,n=48,k=48 --strategy random --budget 2 >/dev/null 2>&1
end=$(($(date +%s) + seconds))
while [ "$(date +%s)" -lt "$end" ]; do
    status=0
    case $(random 5) in
    0) # killed at any instant
        session
        sleep "0.$(random 10)"
        kill -9 "$session" 2>/dev/null
        wait "$session" 2>/dev/null
        ;;
    1) # interrupted
        session
        sleep "1.$(random 10)"
        kill -INT "$session" 2>/dev/null
        wait "$session" || status=$?
        ;;
    2) # the disk fills up
        session ${library:+LD_PRELOAD="$library"} FAULT="write:$((1 + $(random 200)))+"
        wait "$session" || status=$?
        ;;
    3) # the clock jumps
        session ${library:+LD_PRELOAD="$library"} CLOCK_JUMP=86400
        wait "$session" || status=$?
        succeeds
        ;;
    *) # a neighbour
        sh -c 'while :; do :; done' &
        noise=$!
        session
        wait "$session" || status=$?
        succeeds
        kill "$noise" 2>/dev/null
        wait "$noise" 2>/dev/null
        ;;
    esac
    [ "$status" -lt 128 ] || [ "$status" -eq 130 ] || crashed=$((crashed + 1))
    inspect
    rounds=$((rounds + 1))
done
: >"$out"
: >"$err"
status=0
check "$rounds rounds, $had samples: the database was always whole" test "$broken" -eq 0
check "nothing that was stored was lost" test "$lost" -eq 0
check "no session died by itself" test "$crashed" -eq 0
[ "$refused" -eq 0 ] || cp "$work/refused" "$err"
check "every session with a whole disk ended well" test "$refused" -eq 0

# A recorded space searched for long in one process: memory after a tenth and at the end.
tilesmith tune gemm --shape m=32,n=32,k=32 --strategy random --budget "$((seconds / 6 + 12))s" >/dev/null 2>"$err" &
tuner=$!
sleep "$((seconds / 18 + 4))"
early=$(awk '/VmRSS/ { print $2 }' "/proc/$tuner/status" 2>/dev/null || echo 0)
sleep "$((seconds / 12 + 4))"
late=$(awk '/VmRSS/ { print $2 }' "/proc/$tuner/status" 2>/dev/null || echo 0)
wait "$tuner" || status=$?
check "the long session ended well" test "$status" -eq 0
check "memory is flat: $early KiB early, $late KiB late" test "$late" -gt 0 -a "$late" -lt $((early * 5 / 4 + 4096))
run tilesmith recheck
check "the winners stand" sh -c "! grep -q wrong '$out'"
finish
