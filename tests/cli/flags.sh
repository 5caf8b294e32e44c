#!/bin/sh
# Bad command lines: one sentence with the nearest suggestion, exit 2.
. "$(dirname "$0")/lib.sh"

refuses "unknown command, near" "did you mean 'tilesmith tune'" tilesmith tunne
refuses "unknown command, far" "'tilesmith help' lists them" tilesmith frobnicate
refuses "option before the command" "before a command" tilesmith --json tune gemm
refuses "unknown option, near" "did you mean --budget" tilesmith tune gemm --buget 3s
refuses "unknown option, transposed" "did you mean --shape" tilesmith tune gemm --shpae=m=1
refuses "unknown option, far" "'tilesmith help tune'" tilesmith tune gemm --frobnicate
refuses "unknown short option" "unknown option -j" tilesmith tune gemm -j
refuses "missing value at the end" "needs a value: --budget BUDGET" tilesmith tune gemm --budget
refuses "an option is no value" "needs a value: --output FILE" tilesmith export --output --json
refuses "a switch takes no value" "takes no value" tilesmith tune gemm --dry-run=yes
refuses "twice" "given twice" tilesmith tune gemm --seed 1 --seed 2
refuses "missing operand" "tune needs KERNEL" tilesmith tune
refuses "missing operand after --" "import needs FILE" tilesmith import --
refuses "too many operands" "does not take 'extra'" tilesmith tune gemm extra
refuses "budget without a number" "60s" tilesmith tune gemm --budget soon
refuses "budget of zero" "60s" tilesmith tune gemm --budget 0
refuses "budget below zero" "60s" tilesmith tune gemm --budget=-5s
refuses "budget in an unknown unit" "60s" tilesmith tune gemm --budget 5parsec
refuses "budget of a fraction of an evaluation" "60s" tilesmith tune gemm --budget 2.5
refuses "seed that is no number" "whole number" tilesmith tune gemm --seed x
refuses "seed below zero" "whole number" tilesmith tune gemm --seed=-1
refuses "no threads" "a number from 1" tilesmith tune gemm --threads 0
refuses "objective that is not supported" "time,error" tilesmith tune gemm --objective energy
refuses "unknown format lists the formats" "there are: .*json" tilesmith export --format yaml
refuses "unknown section" "did you mean 'kernels'" tilesmith show kernel
refuses "unknown section, far" "kernels, targets, strategies" tilesmith show moon
refuses "an operand after -- may start with dashes" "\-\-help" tilesmith import -- --help
refuses "empty command" "no command ''" tilesmith ""
finish
