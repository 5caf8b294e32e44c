#!/bin/sh
# Sessions side by side: eight on one database lose nothing, and two on one machine take turns measuring.
. "$(dirname "$0")/../cli/lib.sh"

count=${SESSIONS:-8}
: >"$out"
: >"$err"
i=0
while [ "$i" -lt "$count" ]; do
    tilesmith tune gemm --shape m=24,n=24,k=$((24 + i)) --strategy random --budget 3 --seed "$i" --json >"$work/session.$i" 2>"$work/session.$i.err" &
    i=$((i + 1))
done
wait
failed=$(grep -l '^tilesmith: ' "$work"/session.*.err | wc -l)
check "$count sessions at once end well" test "$failed" -eq 0
told=0
for f in "$work"/session.[0-9]; do
    told=$((told + $(sed -n 's/^ *"evaluations": *\([0-9]*\).*/\1/p' "$f" | head -n 1)))
done
# The finals store their winner once more.
stored=$(sql "$TILESMITH_DB" 'SELECT count(*) FROM (SELECT DISTINCT session_id, configuration_id FROM samples)')
check "no sample is lost ($told told, $stored stored)" test "$told" -eq "$stored" -a "$told" -gt 0
check "each has its winner" test "$(sql "$TILESMITH_DB" 'SELECT count(*) FROM winners WHERE current')" -eq "$count"
check "the database is whole" test "$(sql "$TILESMITH_DB" 'PRAGMA integrity_check')" = ok
# Whether they want to measure in the same moment is chance: a few tries.
for try in 1 2 3 4; do
    for i in 1 2; do
        tilesmith tune gemm --shape m=96,n=96,k=$((96 * try + i)) --budget 4s --db "$work/two.db" >"$work/two.$i" 2>&1 &
    done
    wait
    grep -q 'took turns' "$work/two.1" "$work/two.2" && break
done
check "two that measure at the same time notice each other" grep -q 'took turns' "$work/two.1" "$work/two.2"
: >"$out"
: >"$err"
finish
