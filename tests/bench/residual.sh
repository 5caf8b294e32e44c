#!/bin/sh
# What results teach the cost model on this machine: a fresh draw of random variants of two kernels, the model fitted to 60 of them, the
# others predicted. About two minutes on a quiet core. DRAW: seed of the draw.
set -eu
build=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
draw() { # draw KERNEL TYPE SHAPE
    "$build/tilesmith" tune "$1" --type "$2" --shape "$3" --db "$folder/results.db" --strategy random --budget 300 --seed "${DRAW:-1}" >/dev/null
    "$build/tests/bench/residual" "$folder/results.db" "$1" "$2" "$3" 60
}
draw gemm f32 m=512,n=512,k=512
draw conv2d f32 h=56,w=56,c=64,k=64,pad=1
