#!/bin/sh
# The third job: targets compared.
. "$(dirname "$0")/lib.sh"

begin=$(date +%s)
accepts "all targets on all workloads" tilesmith compare all --json
end=$(date +%s)
check "in less than 5 s" test $((end - begin)) -lt 5
check "every workload has an order" test "$(json workloads | grep -o '"order"' | wc -l)" -ge 6
check "every number says whether it was measured" test "$(json workloads | grep -o '"measured"' | wc -l)" -ge 60
accepts "three targets, one network" tilesmith compare epyc-9654 nvidia-a100 tpu-v4 bert-base
check "ranked" says '^1  tpu-v4'
check "marked as predicted" says 'predicted'
check "with a break-even point, or none" says 'bert-base: '
for objective in time energy edp perf/W perf/\$; do
    accepts "by $objective" tilesmith compare epyc-9654 nvidia-a100 bert-base --objective "$objective"
done
accepts "a missing price is named" tilesmith compare eyeriss nvidia-a100 resnet-50 --objective perf/\$
check "with the target that lacks it" says 'eyeriss'
accepts "a kernel, a shape, the reasons" tilesmith compare cortex-a72 cortex-a76 gemm --shape m=64,n=64,k=64 --threads 1 --why
check "facts have their source" says 'clock.core\|peak.f32\|operations.f32'
check "formulas have their paper" says 'CACM\|ICS\|SFI'
accepts "a dimension to vary" tilesmith compare cortex-a76 nvidia-h100 gemm --shape m=1,n=4096,k=4096 --vary m
accepts "a picture" tilesmith compare all resnet-50 --output "$work/targets.svg"
check "that is there" grep -q '</svg>' "$work/targets.svg"
if have xmllint; then check "and well formed" xmllint --noout "$work/targets.svg"; else skip "and well formed" "xmllint is not installed"; fi

# Measured here: what was tuned counts, on as many threads as are compared.
tilesmith tune gemm --shape m=48,n=48,k=48 --budget 4 >/dev/null 2>&1
tilesmith tune gemm --shape m=64,n=48,k=48 --budget 4 >/dev/null 2>&1
accepts "a measured one" tilesmith compare host cortex-a76 gemm --shape m=48,n=48,k=48 --threads 1
check "is marked" says 'host-.* measured'
check "and configurations are compared too" says "configuration.* within 5 %"

refuses "a name that is none" "did you mean 'bert-base'" tilesmith compare epyc-9654 bert-bas
refuses "an objective that is none" "perf/W" tilesmith compare epyc-9654 bert-base --objective beauty
refuses "a shape without a kernel" "none was named" tilesmith compare epyc-9654 bert-base --shape m=1
refuses "a dimension that is none" "no dimension 'width'" tilesmith compare epyc-9654 nvidia-a100 gemm --shape m=8,n=8,k=8 --vary width
refuses "a share that is none" "per cents" tilesmith compare epyc-9654 bert-base --within much
finish
