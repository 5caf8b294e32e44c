#!/bin/sh
# How well the cost model orders variants on this machine, alone and fitted to 60 results: a fresh draw of 300 random variants of each case, the
# others predicted. A minute a case on a quiet core. DRAW: seed of the draw. CASES: "KERNEL TYPE SHAPE;…".
set -eu
build=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "${CASES:-gemm f32 m=512,n=512,k=512;conv2d f32 h=56,w=56,c=64,k=64,pad=1}" | tr ';' '\n' | while read -r kernel type shape; do
    "$build/tilesmith" tune "$kernel" --type "$type" --shape "$shape" --db "$folder/results.db" --strategy random --budget 300 --seed "${DRAW:-1}" </dev/null >/dev/null
    "$build/tests/bench/residual" "$folder/results.db" "$kernel" "$type" "$shape" 60
done
