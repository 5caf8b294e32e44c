#!/bin/sh
# The exported library: built by each compiler there is, right in random calls, in what it says of invalid ones, on
# another kind of processor.
# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"

library=$work/library so=$work/library/build/libtilesmith-blas.so
programs() { # programs COMPILER: the test programs, linked with the library
    for program in products errors; do
        "$1" -O2 -rdynamic "$root/tests/blas/$program.c" -o "$work/$program" -L"$library/build" -ltilesmith-blas -lm -ldl \
            "-Wl,-rpath,$library/build" || return 1
    done
}
same() { diff -r "$1" "$2" >"$out"; }
no_leftovers() { [ "$(find "$work" -maxdepth 1 -name 'library.*' | wc -l)" = 0 ]; }

tilesmith tune gemm --shape m=48,n=40,k=33 --shape m=96,n=80,k=64,ta=0,tb=1 --budget 4 --seed 1 >"$out" 2>"$err" </dev/null || exit 1
tilesmith tune gemv --shape m=64,n=48 --budget 4 --seed 1 >"$out" 2>"$err" </dev/null || exit 1
accepts "a library is exported" tilesmith export --format library --cblas --output "$library"
cp -r "$library" "$work/first"
accepts "an earlier export is replaced" tilesmith export --format library --cblas --output "$library/"
check "the same database gives the same bytes" same "$library" "$work/first"
check "nothing is left beside it" no_leftovers
check "it has its provenance" grep -q '"compiler_identity"' "$library/winners.json"
fixed=$(sql "$TILESMITH_DB" "SELECT count(*) FROM winners WHERE current AND fixed_shape")
check "winners for one shape ($fixed) have a general variant beside them" \
    test "$(grep -c 'for the shapes around' "$library/src/table.c")" = "$fixed"
check "no variant is compiled for the compiling machine" test -z "$(grep -- '-march=native' "$library/variants.mk")"
# A full disk, as a process sees one: no file may grow beyond 16 KiB.
small_disk() { sh -c 'trap "" XFSZ; ulimit -f 32; exec tilesmith export --format library --output "$1"' sh "$1"; }
refuses "a full disk is an error" '.' small_disk "$library"
check "the earlier export stays whole" same "$library" "$work/first"
check "nothing is left beside it then either" no_leftovers
mkdir "$work/mine" && echo important >"$work/mine/file"
refuses "another folder is not replaced" 'no earlier export' tilesmith export --format library --output "$work/mine"
check "what was in it stays" grep -q important "$work/mine/file"
refuses "a library needs a folder" 'output' tilesmith export --format library
refuses "--cblas without a library" 'belongs to' tilesmith export --format json --cblas
accepts "without the standard names" tilesmith export --format library --output "$work/plain"
check "they are left out" test ! -e "$work/plain/src/cblas.c"

for cc in gcc clang; do
    have "$cc" || { skip "built by $cc" "not installed"; continue; }
    make -s -C "$library" clean
    accepts "built by $cc without a warning" make -s -C "$library" CC="$cc" VARIANT_CC="$cc" CFLAGS="-O2 -Wall -Wextra -Wpedantic -Wshadow -Werror"
    accepts "the test programs link ($cc)" programs "$cc"
    accepts "random calls ($cc)" "$work/products" 400 5
    accepts "invalid calls ($cc)" "$work/errors"
done
peer=$(find /usr/lib -name libopenblas.so.0 2>/dev/null | sort | head -n 1)
if [ -n "$peer" ]; then
    OPENBLAS_NUM_THREADS=1 accepts "random calls agree with OpenBLAS" "$work/products" 400 6 "$peer"
else
    skip "random calls agree with OpenBLAS" "not installed"
fi
if have qemu-x86_64 && [ "$(uname -m)" = x86_64 ]; then
    accepts "a processor without AVX-512 (Haswell)" qemu-x86_64 -cpu Haswell "$work/products" 30 7
    accepts "a processor without AVX (qemu64)" qemu-x86_64 -cpu qemu64 "$work/products" 30 8
else
    skip "another processor" "no qemu-x86_64"
fi
make -s -C "$library" clean
accepts "a compiler without the instructions" make -s -C "$library" VARIANT_CC=false
check "says which variants are left out" says 'is left out'
accepts "what is left is right" "$work/products" 100 9

# Winners of two machines in one library: as if a second one, without AVX-512, had shared the database.
sql "$TILESMITH_DB" "INSERT INTO targets (name, kind, fingerprint, imported, xml, updated)
    SELECT 'older', kind, '00000000000000aa', 0, replace(replace(xml, 'avx512', 'absent512'), fingerprint, '00000000000000aa'), updated FROM targets"
same=$(sql "$TILESMITH_DB" "SELECT group_concat(name) FROM pragma_table_info('winners') WHERE name NOT IN ('id', 'target_id', 'variant', 'source')")
sql "$TILESMITH_DB" "INSERT INTO winners (target_id, variant, source, $same) SELECT (SELECT id FROM targets WHERE name = 'older'),
    'aaaaaaaa' || substr(variant, 9), replace(source, variant, 'aaaaaaaa' || substr(variant, 9)), $same FROM winners WHERE current"
cat >"$work/target.c" <<'C'
#include <stdio.h>
#include <tilesmith_blas.h>
int main(void)
{
    puts(tsl_target_name());
    return 0;
}
C
this=$(sql "$TILESMITH_DB" "SELECT name FROM targets WHERE name <> 'older'")
accepts "winners of two targets are exported" tilesmith export --format library --cblas --output "$library"
check "the read-me names both" grep -q '^    older (00000000000000aa)' "$library/README"
accepts "the library is built" make -s -C "$library"
accepts "a program asks for the target" cc -O1 -I"$library/include" "$work/target.c" -o "$work/target" -L"$library/build" -ltilesmith-blas "-Wl,-rpath,$library/build"
if grep -q avx512vl /proc/cpuinfo 2>/dev/null; then
    accepts "the one that asks for most serves this machine" "$work/target"
    check "it is this machine's" says "^$this\$"
    if have qemu-x86_64; then
        accepts "on a processor without AVX-512" qemu-x86_64 -cpu Haswell "$work/target"
        check "the other target serves" says '^older$'
        accepts "its variants are right there" qemu-x86_64 -cpu Haswell "$work/products" 30 10
        accepts "on a processor without AVX" qemu-x86_64 -cpu qemu64 "$work/target"
        check "none serves" says '^none$'
    else
        skip "the other target serves another processor" "no qemu-x86_64"
    fi
else
    skip "the target that asks for most" "this processor has no AVX-512 to tell the two apart"
fi
accepts "random calls with both" "$work/products" 100 11
accepts "one of them by name" tilesmith export --format library --target older --output "$work/older"
check "has its winners alone" test "$(grep -c '^VARIANTS' "$work/older/variants.mk")" -lt "$(grep -c '^VARIANTS' "$library/variants.mk")"
nm -D --defined-only "$so" >"$work/symbols"
check "the shared library has its interface" grep -q " cblas_dgemv$" "$work/symbols"
beyond() { awk "{ print \$3 }" "$work/symbols" | grep -Ev "^(tsl_gem[mv]_f(32|64)|tsl_target_name|(cblas_)?[sd]gem[mv]_?)\$"; }
check "and nothing else" test -z "$(beyond)"
finish
