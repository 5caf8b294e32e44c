#!/bin/sh
# Man pages of the libraries' calls: one for each call, nothing that roff complains about, examples that compile and run.
. "$(dirname "$0")/lib.sh"
man=$build/man

run make -C "$root" --no-print-directory man BUILD="$build"
check "make man" test "$status" = 0
for pair in tilesmith:tilesmith tilesmith-rt:tilesmith_runtime tilesmith-plugin:tilesmith_plugin; do
    page=${pair%:*} header=$root/src/${pair#*:}.h
    grep '^[A-Za-z].*(' "$header" | grep -v '^typedef' | grep -o 'ts_[a-z_0-9]*(' | tr -d '(' | sort -u >"$work/calls"
    check "$page: the header declares calls" test -s "$work/calls"
    missing=
    while read -r call; do
        grep -q "so man3/$page.3" "$man/$call.3" 2>/dev/null && grep -q "$call(" "$man/$page.3" || missing="$missing $call"
    done <"$work/calls"
    check "$page: a page for each call${missing:+, but not$missing}" test -z "$missing"
    undescribed=$(awk '/^\.fi$/ { getline; if (calls && $0 !~ /^\.RS/) print call } /^\\fB.*\(/ { call = $0 } /^\.SH/ { calls = /CALLS/ }' "$man/$page.3")
    check "$page: each call is described${undescribed:+, but not $undescribed}" test -z "$undescribed"
    check "$page: no docstring without a call, no mark of a comment" sh -c "! grep -q '^/\|^\*/\|@[A-Z]*@' '$man/$page.3'"
    if command -v groff >/dev/null 2>&1; then
        run groff -man -Tutf8 -Kutf8 -wmac -z "$man/$page.3"
        check "$page: roff understands it" test "$status" = 0 -a ! -s "$err"
    else
        skip "$page: roff understands it" "groff is not installed"
    fi
done

example() { # example PAGE: what stands under EXAMPLE, as C
    sed -n '/^\.\\" example/,/^\.\\" end/p' "$man/$1.3" | sed -e '/^\./d' -e 's/\\e/\\/g' -e 's/\\-/-/g'
}
sanitize=
case $(nm "$build/tilesmith" 2>/dev/null) in *__asan_*) sanitize="-fsanitize=address,undefined" ;; esac
mkdir "$work/lib"
for page in tilesmith tilesmith-rt; do
    ln -s "$build/lib$page.so" "$work/lib/lib$page.so.0"
    example "$page" >"$work/$page.c"
    # shellcheck disable=SC2086  # a list of flags
    run ${CC:-cc} $sanitize -Wall -Wextra -Werror -I"$root/src" "$work/$page.c" "$build/lib$page.so" -o "$work/$page"
    check "$page: its example compiles" test "$status" = 0
done
run env LD_LIBRARY_PATH="$work/lib" "$work/tilesmith-rt"
check "tilesmith-rt: its example runs" says '^1 2 3 4$'
finish
