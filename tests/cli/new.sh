#!/bin/sh
# A kernel of one's own: `tilesmith new`, and docs/howto/add-a-kernel.md from beginning to end.
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 2

accepts "new mine" tilesmith new mine
check "says what to do next" says '^Next: tilesmith tune ./mine'
check "four files" test "$(cd mine && echo *)" = "README.md kernel.xml mine.c.in reference.c"
check "no NAME is left" test -z "$(grep -r NAME mine)"
accepts "it tunes at once" tilesmith tune ./mine --shape m=37,n=83 --budget 4 --json
check "every variant is right" is_true "$(json shapes.0.by_status | sed 's/.*"ok":\([0-9]*\).*/\1/') == $(json shapes.0.evaluations)"
accepts "in the other type too" tilesmith tune ./mine --type f64 --shape m=37,n=83 --budget 3
accepts "new DEEP/PATH --json" tilesmith new some/where/deep --json
check "JSON names the kernel" test "$(json kernel)" = deep
refuses "a folder that is there is left alone" "mine exists already" tilesmith new mine
refuses "a name that is none" "'1st' can't name a kernel" tilesmith new 1st
refuses "a name with a hyphen" "can't name a kernel" tilesmith new a-b
refuses "a folder's name alone" "can't name a kernel" tilesmith new somewhere/
check "nothing was written for these" test ! -e 1st -a ! -e a-b -a ! -e somewhere

# The page's commands, in order, each as it stands there.
howto=$root/docs/howto/add-a-kernel.md
mkdir page && cd page || exit 2
awk '/^```sh$/ { block = 1; next } /^```$/ { block = 0 } block' "$howto" >../page.sh
check "the page has commands" test "$(grep -c '^tilesmith ' ../page.sh)" -ge 8
run sh -eu ../page.sh
if [ "$status" = 0 ]; then echo "ok - every command of add-a-kernel.md"; else fail "every command of add-a-kernel.md" "exit status is not 0"; fi
check "its export is there" test -s product.h
check "its variants were right" test "$(sql "$TILESMITH_DB" "SELECT count(*) FROM samples WHERE status != 'ok'")" = 0
cd "$work" || exit 2
finish
