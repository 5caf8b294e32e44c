#!/bin/sh
# Plain C functions with #pragma tilesmith: tuned, stored, exported; and what is wrong with them, said in a sentence.
. "$(dirname "$0")/lib.sh"
data=$root/tests/data/nest
cd "$work" || exit 2

for case in '2mm two_products rows=37,columns=41,inner=29,last=53' 'syrk rank_update n=67,m=45' 'triangles triangles n=61' \
    'jacobi-2d relax steps=7,n=61'; do
    # shellcheck disable=SC2086  # words on purpose
    set -- $case
    accepts "tune $1.c" tilesmith tune "$data/$1.c" --function "$2" --shape "$3" --strategy random --budget 5 --json
    check "$1: every variant is right" is_true "$(json shapes.0.by_status | sed 's/.*"ok":\([0-9]*\).*/\1/') == $(json shapes.0.evaluations)"
    accepts "export $2" tilesmith export --kernel "$2" --format header --output "$2.h"
    # shellcheck disable=SC2016  # $1 is the inner shell's
    check "$2.h compiles on its own" sh -c '${CC:-cc} -Wall -x c -fsyntax-only "$1"' - "$2.h"
done
accepts "afterwards the function is known by its name" tilesmith tune rank_update --shape n=67,m=45 --budget 2 --json
check "and what was measured before" test "$(json shapes.0.resumed)" -gt 0

# A promise that doesn't hold: each element needs the one before it.
cat >promise.c <<'END'
void promise(int n, double A[n])
{
#pragma tilesmith vectorize(i)
    for (int i = 1; i < n; i++)
        A[i] += A[i - 1];
}
END
run tilesmith tune promise.c --shape n=1000 --budget 3 --json
check "a promise that doesn't hold is found out" is_true "$(json shapes.0.by_status | sed 's/.*"wrong":\([0-9]*\).*/\1/') > 0"

edit() { sed "$1" "$data/syrk.c" >edited.c; }
edit 's/tile(i,j,k)/tile(i,q)/'
refuses "a loop that isn't there" 'edited.c:4: .*no loop over .q.*it has i, j, k' tilesmith tune edited.c --shape n=8,m=8
edit 's/int k = 0; k < m; k++/int k = m - 1; k >= 0; k--/'
refuses "a loop that isn't canonical" 'edited.c:8: this loop' tilesmith tune edited.c --shape n=8,m=8
edit 's/double alpha/struct x alpha/'
refuses "a parameter of another type" 'edited.c:2: .struct' tilesmith tune edited.c --shape n=8,m=8
edit '/pragma/d'
refuses "no pragma" 'edited.c' tilesmith tune edited.c --shape n=8,m=8
refuses "no such function" 'defines no function nosuch' tilesmith tune "$data/syrk.c" --function nosuch
refuses "no such file" 'nosuch.c' tilesmith tune nosuch.c --function f
refuses "a function of a kernel" '--function f needs a C file' tilesmith tune gemm --function f
refuses "no shape" 'shape' tilesmith tune "$data/syrk.c" --budget 2
finish
