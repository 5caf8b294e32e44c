#!/bin/sh
# tune --capture: what a program called is tuned, by weight of time.
. "$(dirname "$0")/lib.sh"

printf 'tilesmith-capture 1\ngemm f32 m=24,n=24,k=24,ta=0,tb=0 calls=9 lookups=0 seconds=9\ngemm f32 m=8,n=8,k=8,ta=0,tb=0 calls=9 lookups=0 seconds=0.01\nsoftmax f32 m=4,n=16 calls=9 lookups=0 seconds=1\n' >"$work/calls.txt"
accepts "capture: dry run" tilesmith tune --capture "$work/calls.txt" --dry-run
check "capture: what it covers" says '2 shapes with 99.9 % of the time; 1 more'
check "capture: the heavy shape" says 'm=24,n=24,k=24'
check "capture: the light one is left out" sh -c "! grep -q 'm=8,n=8' '$out'"
accepts "capture: one kernel, as JSON" tilesmith tune gemm --capture "$work/calls.txt" --dry-run --json
check "capture: JSON" is_json
check "capture: one report" test "$(json reports.0.shapes.0.type)" = f32
refuses "capture: shapes named twice" 'leave --shape out' tilesmith tune --capture "$work/calls.txt" --shape m=8
refuses "capture: no such kernel in it" 'has no call of spmv' tilesmith tune spmv --capture "$work/calls.txt"
echo nonsense >"$work/other.txt"
refuses "capture: another file" 'is no capture' tilesmith tune --capture "$work/other.txt"
refuses "tune without a kernel" 'tune needs KERNEL' tilesmith tune
accepts "capture: tuned" tilesmith tune gemm --capture "$work/calls.txt" --budget 3
finish
