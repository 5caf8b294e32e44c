#!/bin/sh
# Why the winner won.
. "$(dirname "$0")/lib.sh"

refuses "without a database" "tilesmith tune" tilesmith explain gemm
tilesmith tune gemm --shape m=48,n=48,k=48 --budget 26 --strategy random >/dev/null 2>&1
accepts "a winner" tilesmith explain gemm
check "against what the machine allows" says 'what .* allows'
check "the default" says 'the default, in the finals'
check "which parameters mattered" says 'From 2[0-9] evaluations'
check "what the model says" says '^winner  *[0-9]'
check "counters, or why there are none" says 'Counted in a call'
accepts "as JSON" tilesmith explain gemm --shape m=48,n=48,k=48 --json
check "with predictions" says '"predicted_winner"'
tilesmith tune triad --shape n=4096 --budget 2 --strategy random >/dev/null 2>&1
accepts "too few evaluations, and no nest" tilesmith explain triad
check "are said" says 'it takes 20'
check "and named" says 'states no <nest>'
refuses "a shape that wasn't tuned" "no such winner" tilesmith explain gemm --shape m=7,n=7,k=7
refuses "a kernel that wasn't tuned" "tilesmith tune softmax" tilesmith explain softmax
finish
