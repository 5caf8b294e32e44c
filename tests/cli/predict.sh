#!/bin/sh
# tilesmith predict: numbers where there are some, reasons where there are none.
. "$(dirname "$0")/lib.sh"
cube=m=512,n=512,k=512

run tilesmith predict gemm --shape $cube --target cortex-a72 --target nvidia-h100 --target generic-aarch64
check "several targets: exit 0" [ "$status" = 0 ]
check "a row for each" [ "$(grep -c "$cube" "$out")" = 3 ]
check "what is missing is named below its row" says "doesn't state peak.f32"
run tilesmith predict gemm --target nvidia-a100
check "the typical shapes, if none is given" [ "$(grep -c '^nvidia-a100' "$out")" -ge 3 ]

run tilesmith predict triad --shape n=16777216 --target xeon-max-9460 --why
check "why: facts with spread and source" says 'memory.total = 3.072e+11 B/s (2.15e+11 .. 3.072e+11)  \[widely known'
check "why: formulas with numbers and citation" says '2.01327e+08 B / 3.072e+11 B/s  \[Williams'

run tilesmith predict gemm --shape $cube --target tpu-v1 --target quantum-hypothetical --json
check "JSON: of the kernel" [ "$(json kernel)" = gemm ]
check "JSON: another type is said" [ "$(json predictions.0.computes_in)" = i8 ]
check "JSON: and that it is approximate" like "$(json predictions.0.note)" '*approximate*'
check "JSON: an unknown energy is null" [ "$(json predictions.1.joules)" = null ]
check "JSON: with the reason" like "$(json predictions.1.no_energy)" '*power*'
check "JSON: a quantum computer is told no" like "$(json predictions.1.note)" '*no: gemm*'
check "JSON: the interval" is_true "$(json predictions.0.seconds_lo) <= $(json predictions.0.seconds_hi)"

run tilesmith predict softmax --target tpu-v1 --json
check "nothing predicted: exit 1" [ "$status" = 1 ]
check "refused, with the reason" like "$(json predictions.0.refusal)" '*no matrix product*'
check "refused, not zero" [ -z "$(json predictions.0.seconds 2>/dev/null)" ]

run tilesmith predict bert-base --target tpu-v4 --target epyc-9654 --json
check "workload: of that name" [ "$(json workload)" = bert-base ]
check "workload: each of its calls" [ "$(json predictions.1.calls.8.text)" = "tanh of the pooler" ]
check "workload: the parts are less than the whole" \
    is_true "$(json predictions.1.calls.0.prediction.seconds) < $(json predictions.1.seconds)"
run tilesmith predict resnet-50 --target eyeriss
check "workload: its parts for one target" says "conv2, first block, reduce"

run tilesmith predict gemm --shape m=2048,n=2048,k=2048 --target epyc-9654 --threads 1 --json
one=$(json predictions.0.seconds)
run tilesmith predict gemm --shape m=2048,n=2048,k=2048 --target epyc-9654 --json
check "one core takes longer than 96" is_true "$one / $(json predictions.0.seconds) > 60"
run tilesmith predict gemm --target nvidia-h100 --model nonsense
check "an unknown model: the reason" says "there is no model 'nonsense'"
check "an unknown model: exit 1" [ "$status" = 1 ]

run tilesmith predict gemm --shape $cube --target epyc-9654 --model ecm --config mrr=3
check "a variant: an unknown parameter is named" says "has no parameter 'mrr'"
run tilesmith predict gemm --shape $cube --target epyc-9654 --model ecm --config mr=9999
check "a variant: the values there are" says "mr=9999 is not among its values"
run tilesmith predict gemm --shape m=64,n=64,k=64 --target epyc-9654 --config algorithm=packed
check "a variant: defaults give way to what is named" [ "$status" = 0 ]

refuses "neither kernel nor workload" "did you mean 'gemm'" tilesmith predict gem
refuses "an unknown target" "nvidia-h100" tilesmith predict gemm --target nvidia-h10
refuses "a shape for a workload" "own shapes" tilesmith predict bert-base --shape m=1 --target epyc-9654
refuses "a wrong type" "its types are f32, f64" tilesmith predict gemm --type f15 --target epyc-9654
refuses "a share that is none" "from 0 to 1" tilesmith predict gemm --sparsity 2 --target epyc-9654
refuses "no threads" "from 1" tilesmith predict gemm --threads 0 --target epyc-9654
finish
