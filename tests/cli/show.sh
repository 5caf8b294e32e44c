#!/bin/sh
# show: what there is, as text and as JSON, from any directory.
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 2

for section in kernels targets strategies workloads results config; do
    accepts "show $section" tilesmith show $section
    check "show $section: says something" test -s "$out"
    accepts "show $section --json" tilesmith show $section --json
    check "show $section --json: is JSON" is_json
done

run tilesmith show kernels
check "gemm is there, with its types" says '^gemm .*f32 f64'
run tilesmith show kernels gemm
check "a kernel in full: parameters" says '^parameter '
check "a kernel in full: constraints" says '^constraint: '
check "a kernel in full: shapes" says 'm=512,n=512,k=512'
refuses "an unknown kernel" "gem" tilesmith show kernels gem
run tilesmith show strategies
check "strategies have the default" says '^auto '
check "strategies have random" says '^random '
run tilesmith show config
check "config has the database" says "database .*$TILESMITH_DB"
check "config has the cache" says "cache .*$TILESMITH_CACHE"
check "config has a compiler" says '^compilers '
check "config has PAPI" says '^counters .*papi'
for target in $(tilesmith completion --words TARGET | head -n 3); do
    accepts "show targets $target" tilesmith show targets "$target"
done
refuses "an unknown target" "nosuch" tilesmith show targets nosuch
run tilesmith show workloads resnet-50
check "a workload in full: parts" says 'conv2d .*r=7'
check "a workload in full: what was published" says 'published: 8.18'
refuses "an unknown workload" "bert-base" tilesmith show workloads bert
run tilesmith show
check "no results yet: says how to make some" says 'tilesmith tune gemm'
check "looking made no database" test ! -e "$TILESMITH_DB"
refuses "results of a database that is not there" "nowhere.db" tilesmith show results --db "$work/nowhere.db"

run env NO_COLOR= TERM=xterm tilesmith show kernels
check "no colours into a file" test -z "$(grep "$(printf '\033')" "$out")"
if have script; then
    esc=$(printf '\033')
    run script -qec "tilesmith show kernels" /dev/null
    check "colours on a terminal" says "$esc"
    run env NO_COLOR=1 script -qec "tilesmith show kernels" /dev/null
    check "no colours with NO_COLOR" test -z "$(grep "$esc" "$out")"
else
    skip "colours on a terminal" "script(1) is not installed"
fi
finish
