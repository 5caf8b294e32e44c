#!/bin/sh
# detect and doctor: the description is valid and reads back, the fingerprint is the same each time, the verdict is the exit status.
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 2

accepts "detect --no-measure" tilesmith detect --no-measure
check "XML on standard output" says '^<target '
check "the host's fingerprint" says 'fingerprint="[0-9a-f]\{16\}"'
first=$(sed -n 's/.*fingerprint="\([0-9a-f]*\)".*/\1/p' "$out" | head -n 1)
accepts "detect --no-measure --json" tilesmith detect --no-measure --json
check "detect --json: is JSON" is_json
check "detect --json: the same fingerprint" says "$first"

accepts "detect --output" tilesmith detect --output host.xml
check "detect --output: nothing on standard output" test ! -s "$out"
check "detect --output: measured" grep -q '<peak type="f32"' host.xml
accepts "the description is a target" tilesmith show targets "$work/host.xml"
refuses "a folder that isn't there" "no/such" tilesmith detect --no-measure --output no/such/host.xml
check "nothing half-written" test ! -e no

run tilesmith doctor --json
check "doctor --json: is JSON" is_json
check "doctor: the exit status is the verdict" test "$status" = "$(if grep -q '"fit": *true' "$out"; then echo 0; else echo 1; fi)"
run tilesmith doctor
check "doctor: says fit or not first" says '^This machine is \(not \)\{0,1\}fit to measure on'
check "doctor: prints the rule" says '^fit means'

finish
