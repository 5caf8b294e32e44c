#!/bin/sh
# Ctrl-C: clean stop with the best so far, exit 130; twice: at once. The results are kept and the same command goes on.
. "$(dirname "$0")/lib.sh"

results() { [ -s "$TILESMITH_DB" ] && sql "$TILESMITH_DB" 'SELECT count(*) FROM samples' 2>/dev/null || echo 0; }

run "$probe" interrupt 1 3 "$TILESMITH_DB" tilesmith tune gemm --shape m=96,n=96,k=96 --budget 60s
check "one Ctrl-C: exit 130" test "$status" = 130
check "one Ctrl-C: the best so far is reported" says 'm=96,n=96,k=96'
check "one Ctrl-C: says that it was interrupted" says 'Interrupted'
check "one Ctrl-C: results are kept" test "$(results)" -ge 3
check "the database is whole" whole "$TILESMITH_DB"
run "$probe" interrupt 2 1 "$TILESMITH_DB" tilesmith tune gemm --shape m=96,n=96,k=96 --budget 60s
check "two: exit 130" test "$status" = 130
check "two: soon" warns '^stopped after [0-4] s'
accepts "the same command goes on" tilesmith tune gemm --shape m=96,n=96,k=96 --budget 3 --json
check "it knows the earlier results" test "$(json shapes.0.resumed)" -ge 3

run "$probe" interrupt 1 1 "$work/finals.db" tilesmith tune gemm --shape m=512,n=512,k=512 --budget 1 --db "$work/finals.db"
check "one in the finals: exit 130" test "$status" = 130
check "one in the finals: at once" warns '^stopped after [0-2] s'
check "one in the finals: the best so far" says 'm=512,n=512,k=512 *[0-9]'
finish
