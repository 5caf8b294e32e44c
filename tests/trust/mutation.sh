#!/bin/sh
# Change one operator at a time in the code of expressions, spaces, statistics and models, and see whether the unit tests
# notice. MUTANTS operators are drawn by SEED. At least 90 % must be caught.
set -eu
mutants=${MUTANTS:-30} seed=${SEED:-1}
root=$(pwd) tree=$root/build/mutation
rm -rf "$tree"
mkdir -p "$tree"
cp -r Makefile src search templates targets tests .ci "$tree"
cd "$tree"
files="$(find src/core/expr*.c src/core/space*.c src/core/value.c src/measure/stats*.c src/model -name '*.c' | sort)"

# Every operator outside of comments, strings and preprocessor lines: FILE LINE COLUMN OLD NEW.
places() {
    # shellcheck disable=SC2086  # a list of files
    awk '
        # A relation becomes its opposite: one step to the side (< for <=) is often no change at all between reals.
        BEGIN { swap["<="] = ">"; swap[">="] = "<"; swap["=="] = "!="; swap["!="] = "=="; swap["&&"] = "||"; swap["||"] = "&&";
                swap[" < "] = " >= "; swap[" > "] = " <= "; swap[" + "] = " - "; swap[" - "] = " + "; swap[" * "] = " / "; swap[" / "] = " * " }
        FNR == 1 { comment = 0 }
        /^[ \t]*#/ { next }
        {
            line = $0; at = 0
            gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
            if (line != $0) next
            if (comment) { if (index(line, "*/")) comment = 0; next }
            if (index(line, "/*")) { if (!index(line, "*/")) comment = 1; next }
            for (old in swap) {
                at = index(line, old)
                if (at) printf "%s\t%d\t%d\t%s\t%s\n", FILENAME, FNR, at, old, swap[old]
            }
        }' $files | LC_ALL=C sort
}

places >places.tsv
total=$(wc -l <places.tsv)
awk -v n="$mutants" -v seed="$seed" 'BEGIN { srand(seed) } { key[NR] = rand(); text[NR] = $0 }
    END { for (k = 0; k < n && k < NR; k++) { b = 0; for (i = 1; i <= NR; i++) if (key[i] >= 0 && (!b || key[i] < key[b])) b = i; print text[b]; key[b] = -1 } }' \
    places.tsv >chosen.tsv
tests=$(find tests/unit -name 'test_*.c' | sort | sed -n 's/^.*\/\(test_\(expr\|space\|value\|correlation\|stats\|finals\|model\|facts\|predict\|nest_model\|residual\|compare\|explore\|importance\|kernel\|workload\|target\|template\|strategies\|gp\|sim\|score\|layer\|expect\).*\)\.c$/build\/tests\/unit\/\1/p' | grep -v _templates)
extra="build/tests/contract/test_models"
[ -f tests/contract/test_models.c ] || extra=
# shellcheck disable=SC2086  # lists of programs
make -s -j2 $tests $extra >/dev/null 2>&1 || make -j2 $tests $extra 2>&1 | grep -E 'error|\*\*\*' || true

notice() { # the tests, until one fails: true if one does
    for t in $tests $extra; do
        timeout 60 "$t" >/dev/null 2>&1 || return 0
    done
    return 1
}

if notice; then
    echo "mutation: the unchanged code fails its tests; mend that first"
    exit 2
fi
caught=0 done=0
while IFS="$(printf '\t')" read -r file line column old new; do
    cp "$file" original.c
    awk -v l="$line" -v c="$column" -v old="$old" -v new="$new" \
        'NR == l { $0 = substr($0, 1, c - 1) new substr($0, c + length(old)) } { print }' original.c >"$file"
    # shellcheck disable=SC2086  # lists of programs
    if ! make -s -j2 $tests $extra >/dev/null 2>&1 || notice; then
        caught=$((caught + 1)) verdict=caught
    else
        verdict=MISSED
    fi
    done=$((done + 1))
    echo "$verdict  $file:$line: '$old' became '$new'"
    cp original.c "$file"
done <chosen.tsv
echo "mutation: $caught of $done changed operators caught, of $total there are"
[ $((caught * 10)) -ge $((done * 9)) ]
