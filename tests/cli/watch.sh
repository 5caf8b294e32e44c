#!/bin/sh
# Following a session from beside it.
. "$(dirname "$0")/lib.sh"

refuses "without a database" "tilesmith tune" tilesmith watch --once
tilesmith tune gemm --shape m=40,n=40,k=40 --budget 12 --strategy random >/dev/null 2>&1 &
tuner=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -s "$TILESMITH_DB" ] && tilesmith watch --once >/dev/null 2>&1 && break
    sleep 0.5
done
run tilesmith watch
wait "$tuner"
check "it follows to the end" says " 1[23] tried"
check "and then leaves" test "$status" -eq 0
check "no escape sequences into a file" test -z "$(grep "$(printf '\033')" "$out")"
run tilesmith watch --once --json
check "as JSON" says "\"evaluations\": 1[23]"
if have script; then
    run script -qec "tilesmith watch --once" /dev/null
    check "a picture on a terminal" says "best  ahead="
else
    skip "a picture on a terminal" "script(1) is not installed"
fi
finish
