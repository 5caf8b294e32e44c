#!/bin/sh
# The cost model in a search: as the evaluator, and pruning. Predictions are marked as such, and never stored.
. "$(dirname "$0")/lib.sh"
shape=m=64,n=64,k=64
samples() { sql "$TILESMITH_DB" 'SELECT count(*) || " " || (SELECT count(*) FROM winners) || " " || (SELECT count(*) FROM sessions) FROM samples'; }

refuses "an evaluator that isn't there" "no evaluator 'oracle'; use 'hardware' or 'model'" tilesmith tune gemm --evaluator oracle
refuses "a target that would have to be measured" "only this machine can be measured" tilesmith tune gemm --target neoverse-v1
refuses "a target that isn't there" "nowhere" tilesmith tune gemm --target nowhere --evaluator model
refuses "a regret that isn't a share" "regret.*not '2x'" tilesmith tune gemm --prune --regret 2x
refuses "a regret of everything" "regret.*not '150%'" tilesmith tune gemm --prune --regret 150%

accepts "results to learn from" tilesmith tune gemm --shape $shape --budget 40 --strategy random --json
check "without the model the report has none" test "$(json shapes.0.model)" = null
before=$(samples)

accepts "the model as the evaluator" tilesmith tune gemm --shape $shape --evaluator model
check "it says that it is a prediction" says 'predicted, nothing was measured'
check "and how many" says '1000 predicted'
check "and what it is made of" says '^ *model: .*results here'
check "nothing is claimed to be stored" test -z "$(grep '^Stored' "$out")"
accepts "as JSON" tilesmith tune gemm --shape $shape --evaluator model --budget 300 --json
check "predicted" test "$(json shapes.0.predicted)" = true
check "not confirmed" test "$(json shapes.0.confirmed)" = false
check "a time" is_true "$(json shapes.0.seconds) > 0"
check "300 predictions" test "$(json shapes.0.evaluations)" = 300
check "results stand behind it" is_true "$(json shapes.0.model.own) >= 30"
first=$(json shapes.0.configuration)
accepts "the same again" tilesmith tune gemm --shape $shape --evaluator model --budget 300 --json
check "the same prediction" test "$(json shapes.0.configuration)" = "$first"
check "the database is as before" test "$(samples)" = "$before"

accepts "a machine that isn't here" tilesmith tune gemm --shape m=512,n=512,k=512 --evaluator model --target epyc-9654 --budget 200 --db "$work/none.db"
check "it is named, and nothing measured" says 'on epyc-9654: predicted, nothing was measured'
check "by the nest alone" says '^ *model: loop nest$'
check "no database comes of it" test ! -e "$work/none.db"

accepts "tune with pruning" tilesmith tune gemm --shape $shape --budget 60 --prune --json
check "the report says what was dropped" is_true "$(json shapes.0.model.pruning.dropped) >= 0"
check "and how sure that is" is_true "$(json shapes.0.model.pruning.chance) <= 1"
check "and the regret" is_true "$(json shapes.0.model.pruning.regret) == 0.02"
check "it is a measurement" test "$(json shapes.0.predicted)" = false
check "with a winner" test "$(json shapes.0.confirmed)" = true
accepts "the same for people" tilesmith tune gemm --shape $shape --budget 60 --prune --regret 5%
check "pruning is told" says '^ *\(pruned .* %\|nothing was pruned\)'
finish
