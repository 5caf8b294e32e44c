#!/bin/sh
# Spaces of 10^15 combinations, and the recorded ones where they are at hand: built right (the program checks), in a second, in 200 MiB.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
table=$(mktemp "${TMPDIR:-/tmp}/tilesmith-spaces.XXXXXX") || exit 2
trap 'rm -f "$table"' EXIT
set -- ../shared/data/search/*.json.xz
[ -f "$1" ] || set --
failures=0

if "$build/tests/bench/spaces" "$@" >"$table" 2>&1; then
    echo "ok - counts, draws and configurations of spaces are right"
else
    failures=1
    echo "not ok - counts, draws and configurations of spaces are right"
    tail -n 3 "$table"
fi
slow=$(awk -F'|' '/ ms / { split($5, t, " "); if (t[1] > 1000 || $6 > 200) print }' "$table")
rows=$(grep -c ' ms ' "$table")
if [ -z "$slow" ] && [ "$rows" -ge 2 ]; then
    echo "ok - $rows spaces are built in a second and 200 MiB"
else
    failures=1
    echo "not ok - spaces are built in a second and 200 MiB"
    echo "$slow"
fi
[ "$failures" = 0 ]
