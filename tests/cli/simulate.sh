#!/bin/sh
# simulate and score: recorded spaces in, traces and figures out; the figures of the field's scorer where that is at hand.
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 2
space=$root/tests/data/spaces/gemm_48_T4.json.xz
trace=$root/tests/data/spaces/gemm_48_trace.csv

# ---- simulate ---------------------------------------------------------------------------------------------------
accepts "simulate with what is the default" tilesmith simulate "$space" --runs 2
check "it scores the default strategy" says '^auto  '
check "it shows progress" warns '^ *[0-9]* % simulate: auto on gemm_48'
accepts "simulate, traced" tilesmith simulate "$space" --strategy random,local --runs 3 --seed 7 --trace a.csv
accepts "simulate again" tilesmith simulate "$space" --strategy random --strategy local --runs 3 --seed 7 --trace b.csv
check "the same seed, the same bytes" cmp -s a.csv b.csv
accepts "simulate with another seed" tilesmith simulate "$space" --strategy random,local --runs 3 --seed 8 --trace b.csv
check "another seed, another trace" test "$(cmp -s a.csv b.csv; echo $?)" = 1
check "the trace has its header" test "$(head -n 1 a.csv)" = space,run,eval,config,algo
check "a run has at least 200 evaluations" test "$(grep -c '^gemm_48,1,.*,random$' a.csv)" -ge 200
accepts "simulate a folder, JSON" tilesmith simulate "${space%/*}" --strategy random,local --runs 3 --seed 7 --json
check "it is JSON" is_json
check "JSON has the seed" test "$(json seed)" = 7
direct=$(json strategies.0.score)
accepts "score of the trace" tilesmith score a.csv --spaces "$space" --json
check "the score of a simulation is the score of its trace" test "$(json strategies.0.score)" = "$direct"
accepts "budget in evaluations" tilesmith simulate "$space" --runs 1 --budget 17 --trace b.csv
check "that many evaluations" test "$(wc -l <b.csv)" = 18
accepts "a stop rule" tilesmith simulate "$space" --runs 1 --stop '5 or 60s' --trace b.csv
check "as many as the rule says" test "$(wc -l <b.csv)" = 6
accepts "budget and stop rule: what comes first" tilesmith simulate "$space" --runs 1 --stop 50 --budget 9 --trace b.csv
check "the smaller one" test "$(wc -l <b.csv)" = 10
accepts "with the strategy's own time" tilesmith simulate "$space" --runs 1 --overhead --trace b.csv
check "the trace has overheads" test "$(head -n 1 b.csv)" = space,run,eval,config,overhead_ms,algo
check "the table has them" says 'a proposal'
accepts "all strategies" tilesmith simulate "$space" --strategy all --runs 1 --brief --budget 20
check "brief is one table" test "$(grep -c '@25' "$out")" = 1
xz -dc "$space" >plain_T4.json 2>/dev/null && gzip -c plain_T4.json >zipped_T4.json.gz
if [ -s zipped_T4.json.gz ]; then
    accepts "plain and .gz files" tilesmith simulate plain_T4.json zipped_T4.json.gz --runs 1 --budget 5
    check "both are there" says '^zipped '
else
    skip "plain and .gz files" "xz or gzip is not installed"
fi

# ---- score ------------------------------------------------------------------------------------------------------
prints "score of a recorded trace" score.txt tilesmith score "$trace" --spaces "$space" --after 10,25,40
accepts "score by evaluations" tilesmith score "$trace" --spaces "$space" --mode evals --json
check "its figure" like "$(json strategies.0.score)" "-2.3568478546*"
accepts "spaces as the shell expands them" tilesmith score "$trace" --spaces "${space%/*}"/*.json.xz --plot p.svg
check "the plot is SVG" grep -q '^<svg xmlns=' p.svg
check "the plot has a text alternative" grep -q '<desc id="desc">Left: .*draw scores' p.svg
if have xmllint; then
    check "the plot is well-formed" xmllint --noout p.svg
else
    skip "the plot is well-formed" "xmllint is not installed"
fi

# ---- bad input --------------------------------------------------------------------------------------------------
refuses "simulate: a file that is not there" nosuch.json tilesmith simulate nosuch.json
refuses "simulate: no space" 'simulate needs SPACE' tilesmith simulate
refuses "simulate: an empty folder" 'no recorded space' tilesmith simulate "$work/home"
refuses "simulate: a trace is no space" 'gemm_48_trace.csv' tilesmith simulate "$trace"
refuses "simulate: unknown strategy" 'nosuch.*there are' tilesmith simulate "$space" --strategy nosuch
refuses "simulate: a strategy twice" 'twice' tilesmith simulate "$space" --strategy auto,auto
refuses "simulate: no runs" '--runs' tilesmith simulate "$space" --runs 0
refuses "simulate: rule with a mistake: its column" 'column 8' tilesmith simulate "$space" --stop '200 or x'
refuses "simulate: a mode that is none" "'time' or 'evals'" tilesmith simulate "$space" --mode money
refuses "simulate: falling numbers" '--after' tilesmith simulate "$space" --after 50,25
refuses "simulate: a trace into a folder that is not there" 'nowhere' tilesmith simulate "$space" --runs 1 --budget 5 --trace nowhere/t.csv
refuses "simulate: the same space twice" 'given before' tilesmith simulate "$space" "$space"
refuses "score: no spaces" '--spaces' tilesmith score "$trace"
refuses "score: no trace" 'needs a trace' tilesmith score --spaces "$space" "$space"
refuses "score: a trace that is not there" nosuch.csv tilesmith score nosuch.csv --spaces "$space"
printf 'space,run,eval,config\ngemm_48,1,1,3\ngemm_48,1,1,4\n' >wrong.csv
refuses "score: evaluations out of order" 'wrong.csv:3' tilesmith score wrong.csv --spaces "$space"
printf 'space,run,eval,config\nother,1,1,3\n' >other.csv
refuses "score: a trace of other spaces" 'occurs in the traces' tilesmith score other.csv --spaces "$space"
printf 'space,run,eval,config\ngemm_48,1,1,504\n' >outside.csv
refuses "score: nothing inside of the space" 'inside of the space' tilesmith score outside.csv --spaces "$space"
refuses "tune: rule with a mistake" 'column 1' tilesmith tune gemm --stop 'soon' --shape m=16,n=16,k=16

# ---- the same rules on the machine ------------------------------------------------------------------------------
accepts "tune with a stop rule" tilesmith tune gemm --shape m=16,n=16,k=16 --stop '5 or 1h' --budget 12s --json
check "the rule ended it" test "$(json shapes.0.evaluations) $(json shapes.0.stop_reason)" = "5 evaluations are used up"

# ---- the field's scorer -----------------------------------------------------------------------------------------
shared=$root/../shared/data/search
same() { # same MODE: tilesmith's figures on s.csv are those of the scorer, to 1e-6
    # shellcheck disable=SC2086
    python3 "$shared/score.py" --mode "$1" --spaces $compared --traces s.csv --json theirs.json --brief >/dev/null &&
        tilesmith score s.csv --spaces $compared --mode "$1" --json >ours.json 2>/dev/null &&
        python3 - <<'PYTHON'
import json
theirs, ours = json.load(open("theirs.json")), json.load(open("ours.json"))
worst = 0
for strategy in ours["strategies"]:
    spaces = {s["space"]: s for s in theirs["spaces"][strategy["strategy"]]}
    assert len(spaces) == len(strategy["spaces"])
    for s in strategy["spaces"]:
        t = spaces[s["space"]]
        pairs = [(s["score"], t["score"]), (s["sep"], t["sep"]), (s["repeats"], t["dup"]), (s["outside"], t["outside"])]
        for b in s["best"]:
            u = t["best"][str(b["evaluations"])]
            pairs += [(b["mean"], u["mean"]), (b["median"], u["median"]), (b["within_5_percent"], u["hit5"]), (b["optimum"], u["opt"])]
        worst = max([worst] + [abs(a - b) for a, b in pairs])
assert worst <= 1e-6, worst
PYTHON
}
if have python3 && [ -f "$shared/score.py" ]; then
    compared="$shared/convolution_milo_mini__MI50.json.xz $shared/convolution__RTX_2080_Ti.json.xz"
    # shellcheck disable=SC2086  # a list of files on purpose
    run tilesmith simulate $compared --strategy auto,random --runs 5 --seed 2 --trace s.csv
    check "figures of the field's scorer, by time" same time
    check "figures of the field's scorer, by evaluations" same evals
    # shellcheck disable=SC2086
    run tilesmith simulate $compared --strategy local --runs 3 --overhead --trace s.csv
    check "figures of the field's scorer, with overheads" same time
else
    skip "figures of the field's scorer" "python3 or the recorded spaces are not here"
fi
finish
