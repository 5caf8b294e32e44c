#!/bin/sh
# A short real session, from nothing to an exported winner; and the same command again.
# BUDGET: evaluations (12).
. "$(dirname "$0")/lib.sh"
budget=${BUDGET:-12}
shape=m=64,n=64,k=64

accepts "tune gemm" tilesmith tune gemm --shape $shape --budget "$budget"
check "the table has the shape" says "$shape"
check "the table has the columns" says 'GFLOP/s.*95 % interval.*% of bound.*vs default.*tied.*evaluated'
check "where the time went" says '^Time: .* in all; detect .*search .*render'
check "the next step" says 'tilesmith export'
check "plain progress lines" warns '^ *[0-9]* % search'
check "no carriage returns in a file" test -z "$(grep "$(printf '\r')" "$err")"
check "the database is there" test -s "$TILESMITH_DB"
check "the database is whole" whole "$TILESMITH_DB"

accepts "the same again, as JSON" tilesmith tune gemm --shape $shape --budget "$budget" --json
check "resumed: earlier results are known" test "$(json shapes.0.resumed)" -gt 0
check "the report has a winner with its interval" is_true "$(json shapes.0.lo) <= $(json shapes.0.seconds) && $(json shapes.0.seconds) <= $(json shapes.0.hi)"
check "the winner is in its tied set" like "$(json shapes.0.tied)" "*$(json shapes.0.configuration)*"
check "by_status adds up" test "$(json shapes.0.by_status | tr -c '0-9\n' '\n' | awk '{ n += $1 } END { print n }')" = "$(json shapes.0.evaluations)"
check "an unavailable counter has a reason" test -z "$(json shapes.0.counters | grep '"available":false,"value":null,"reason":null')"
check "the peak was measured" is_true "$(json shapes.0.peak) > 1e8"

accepts "show results" tilesmith show results
check "show results: the winner" says "gemm .*f32 .*$shape"
accepts "show results --json" tilesmith show results --json
check "show results --json: configuration is an object" like "$(json 0.configuration)" '{*'

for format in $(tilesmith completion --words FORMAT); do
    accepts "export --format $format" tilesmith export --format "$format" --output "$work/exported.$format"
    check "export --format $format: wrote something" test -s "$work/exported.$format"
    cp "$work/exported.$format" "$work/first"
    tilesmith export --format "$format" >"$work/second"
    check "export --format $format: same bytes again, on standard output" cmp -s "$work/first" "$work/second"
done
check "json export is JSON" is_json "$work/exported.json"
check "t4 export is JSON" is_json "$work/exported.t4"
# shellcheck disable=SC2016  # $1 is the inner shell's
check "the header compiles on its own" sh -c '${CC:-cc} -Wall -Werror -x c -fsyntax-only "$1"' - "$work/exported.header"
refuses "export into a folder that is not there" "nowhere" tilesmith export --output "$work/nowhere/x.json"
accepts "import of the T4 export into an empty database" tilesmith import "$work/exported.t4" --db "$work/imported.db"
check "import says how many" says '^Imported [1-9]'

run tilesmith recheck --json
check "recheck: exit 0 or 1" test "$status" -le 1
check "recheck: a verdict for each winner" test -n "$(json 0.verdict | grep -e fresh -e faster -e slower)"
run tilesmith recheck gemm
check "recheck: as a table" says "$shape"

check "no process is left" test -z "$(pgrep -f "$TMPDIR" 2>/dev/null)"
finish
