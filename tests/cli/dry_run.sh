#!/bin/sh
# tune --dry-run: says what would be tuned; measures, compiles and stores nothing.
. "$(dirname "$0")/lib.sh"

accepts "dry run of gemm" tilesmith tune gemm --dry-run
check "dry run: the default shapes" says 'm=512,n=512,k=512'
check "dry run: BERT's shape" says 'm=128,n=768,k=768'
check "dry run: says that it is one" says 'nothing was measured'
check "dry run: no database" test ! -e "$TILESMITH_DB"
check "dry run: nothing built" test ! -e "$TILESMITH_CACHE/objects"
accepts "dry run of two shapes as f64" tilesmith tune --dry-run --type=f64 gemm --shape m=8,n=8,k=8 --shape m=97,n=101,k=103,ta=1
check "dry run: first shape" says 'm=8,n=8,k=8'
check "dry run: transposed shape" says 'm=97,n=101,k=103,ta=1'
accepts "dry run as JSON" tilesmith tune gemm --dry-run --json
check "dry run as JSON: is JSON" is_json
check "dry run as JSON: unmeasured is null" test "$(json shapes.0.seconds)" = null
check "dry run as JSON: the space is counted" test "$(json shapes.0.space)" -gt 0
finish
