#!/bin/sh
# Designs around a target.
. "$(dirname "$0")/lib.sh"

accepts "arrays and memories around a TPU" tilesmith explore resnet-50 --base tpu-v1 --vary array.rows=64:512 --vary array.columns=64:512 \
    --vary memory.bandwidth=34e9:272e9 --area --output "$work/designs.svg"
check "the best is told" says '^best'
check "and the front" says '^front'
check "and what each attribute pays" says 'array.rows:  64'
check "the picture is there" grep -q '</svg>' "$work/designs.svg"
accepts "a kernel, by time, as JSON" tilesmith explore gemm --shape m=512,n=512,k=512 --base epyc-9654 --vary vector.bits=128:1024 --objective time --json
check "all designs were judged" is_true "$(json exhaustive) == true"
accepts "more designs than the budget" tilesmith explore gemm --shape m=512,n=512,k=512 --base tpu-v1 --vary array.rows=1:512:+1 \
    --vary array.columns=1:512:+1 --budget 200 --strategy random
refuses "nothing varied" "--vary" tilesmith explore bert-base --base tpu-v1
refuses "a range that is none" "expected ATTRIBUTE=FROM:TO" tilesmith explore bert-base --base tpu-v1 --vary array.rows=big
refuses "an attribute that isn't stated" "l9.size" tilesmith explore bert-base --base tpu-v1 --vary l9.size=1K:2K
refuses "a kernel without a shape" "needs a --shape" tilesmith explore gemm --base tpu-v1 --vary array.rows=64:128
refuses "an objective that is none" "time, energy and edp" tilesmith explore bert-base --base tpu-v1 --vary array.rows=64:128 --objective fame
refuses "area that isn't stated" "area" tilesmith explore bert-base --base spacemit-k1 --vary clock.core=1e9:2e9 --area
finish
