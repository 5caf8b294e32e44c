#!/bin/sh
# An unchanged NumPy program with and without an exported library under LD_PRELOAD, in turns, on one thread:
#   numpy_speed.sh LIBRARY.so [ROUNDS]
# Prints, for each shape, the median over the rounds of time without / time with. Exit status 1: a wrong product.
set -u
library=$1 rounds=${2:-9} python=${PYTHON:-/usr/bin/python3} here=$(dirname "$0")
[ -f "$library" ] || { echo "numpy_speed.sh LIBRARY.so [ROUNDS]: build an exported library first"; exit 2; }
"$python" -c 'import numpy' 2>/dev/null || { echo "skip - no NumPy for $python"; exit 0; }
export OPENBLAS_NUM_THREADS=1
unset OPENBLAS_L2_SIZE
wrong=0
for shape in "512 512 512" "128 768 768"; do
    ratios=""
    i=0
    while [ "$i" -lt "$rounds" ]; do
        # shellcheck disable=SC2086  # three numbers
        without=$("$python" "$here/numpy_speed.py" $shape 0.2) with=$(LD_PRELOAD=$library "$python" "$here/numpy_speed.py" $shape 0.2)
        [ "${with%% *}" = 1 ] || wrong=1
        ratios="$ratios $(awk "BEGIN { print ${without#* } / ${with#* } }")"
        i=$((i + 1))
    done
    echo "$shape: NumPy's own BLAS takes $(echo "$ratios" | tr ' ' '\n' | grep . | sort -g | sed -n "$(((rounds + 1) / 2))p") times as long as the exported library (all rounds:$ratios)"
done
exit $wrong
