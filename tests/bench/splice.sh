#!/bin/sh
# tests/bench/splice.sh FILE NAME: standard input takes the place of what stands in FILE between the lines
# "<!-- begin NAME" and "<!-- end NAME". Nothing changes if the input is empty or a line is missing.
set -eu
file=$1 name=$2
text=$(cat)
[ -n "$text" ] || { echo "splice: nothing for $name" >&2; exit 1; }
for line in begin end; do
    grep -q "^<!-- $line $name" "$file" || { echo "splice: $file has no line '$line $name'" >&2; exit 1; }
done
case $text in '|'*) fence= ;; *) fence='```' ;; esac
TEXT=$text FENCE=$fence awk -v name="$name" '
    index($0, "<!-- end " name) == 1 { skip = 0 }
    !skip { print }
    index($0, "<!-- begin " name) == 1 {
        skip = 1
        if (ENVIRON["FENCE"] != "") print ENVIRON["FENCE"] "text"
        print ENVIRON["TEXT"]
        if (ENVIRON["FENCE"] != "") print ENVIRON["FENCE"]
    }' "$file" >"$file.new"
mv "$file.new" "$file"
