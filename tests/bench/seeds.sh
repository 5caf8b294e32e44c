#!/bin/sh
# Is a short search as good as a long random one, on this machine? Five seeds of `auto` with 60 evaluations against `random` with 1,000, a fresh
# database each; then all winners interleaved. About five minutes on a quiet core.
set -eu
build=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tune() { # tune DATABASE STRATEGY BUDGET SEED
    "$build/tilesmith" tune gemm --shape m=1024,n=1024,k=1024 --db "$folder/$1" --strategy "$2" --budget "$3" --seed "$4" >/dev/null
}
tune random.db random 1000 100
for seed in 1 2 3 4 5; do tune auto-$seed.db auto 60 $seed; done
cd "$folder"
for round in 1 2 3; do
    echo "race $round: milliseconds, speed relative to the winner of 1,000 random evaluations"
    "$build/tests/bench/winners" 1024 random.db auto-?.db
done
