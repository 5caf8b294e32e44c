#!/bin/sh
# kill -9 at random instants: the database opens and is whole, every sample reported before is there, the command resumes.
# ROUNDS: how many (5).
. "$(dirname "$0")/lib.sh"
rounds=${ROUNDS:-5}

count() { [ -s "$TILESMITH_DB" ] && sql "$TILESMITH_DB" 'SELECT count(*) FROM samples' || echo 0; }

# Evaluations that the last complete progress line before the kill claimed; 0 if none came that far.
claimed() { sed -n 's/.* \([0-9][0-9]*\) tried.*/\1/p' "$err" | tail -n 1 | grep . || echo 0; }

lost=0 broken=0 round=0 stored=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    delay=$(awk -v r="$round" -v p="$$" 'BEGIN { srand(r * 7919 + p); printf "%.2f", 0.2 + 4 * rand() }')
    run timeout -s KILL "$delay" tilesmith tune gemm --shape m=72,n=72,k=72 --budget 60s --seed "$round"
    if [ -s "$TILESMITH_DB" ] && ! whole "$TILESMITH_DB"; then broken=$((broken + 1)); fi
    now=$(count)
    if [ "$now" -lt $((stored + $(claimed))) ]; then
        lost=$((lost + 1))
        echo "round $round: $now stored, $stored before, $(claimed) reported"
    fi
    stored=$now
done
check "$rounds kills: the database is whole each time" test $broken = 0
check "$rounds kills: nothing reported is lost" test $lost = 0
accepts "the same command resumes" tilesmith tune gemm --shape m=72,n=72,k=72 --budget 3 --json
check "it knows what was stored" test "$(json shapes.0.resumed)" -ge "$stored"
check "no process of a killed session is left" test -z "$(pgrep -f "$TMPDIR" 2>/dev/null)"
finish
