# shellcheck shell=sh
# Sourced by the tests of this folder: real commands, each script in a home, a database, a cache and a TMPDIR of its own, all
# gone at the end. A test is a line: "ok - NAME", "not ok - NAME" with what was seen, or "skip - NAME: WHY".
# UPDATE=1 rewrites the expected outputs instead of comparing.
set -u
# shellcheck disable=SC2034  # used by the scripts that source this file
root=$(cd "$(dirname "$0")/../.." && pwd)
expected=$root/tests/cli/expected
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
if [ ! -x "$build/tilesmith" ] || [ ! -x "$build/tests/cli/probe" ]; then
    echo "not ok - $build/tilesmith is not built: run make check-cli"
    exit 1
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/tilesmith-cli.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
mkdir "$work/tmp" "$work/home"
export HOME="$work/home" TMPDIR="$work/tmp" XDG_DATA_HOME="$work/home/data" XDG_CACHE_HOME="$work/home/cache"
export TILESMITH_DB="$work/results.db" TILESMITH_CACHE="$work/cache"
unset TILESMITH_DATA
# A tool built outside of the tree can't find its templates by itself.
case $build in "$root"/*) ;; *) export TILESMITH_DATA="$root" ;; esac
unset MAKEFLAGS MAKELEVEL MFLAGS
PATH=$build:$PATH
probe=$build/tests/cli/probe
out=$work/out err=$work/err status=0 failures=0

run() { # run COMMAND...: its streams in $out and $err, its exit status in $status
    status=0
    "$@" >"$out" 2>"$err" </dev/null || status=$?
}

fail() { # fail NAME REASON
    failures=$((failures + 1))
    echo "not ok - $1: $2"
    echo "  exit status $status; standard output and error were:"
    head -n 20 "$out" | sed 's/^/  | /'
    head -n 20 "$err" | sed 's/^/  > /'
}

check() { # check NAME TEST...: the test is a command; its success is the test's
    name=$1
    shift
    if "$@"; then echo "ok - $name"; else fail "$name" "not true: $*"; fi
}

skip() { # skip NAME WHY
    echo "skip - $1: $2"
}

one_sentence() { # one_sentence PATTERN: standard error is, but for progress, one line "tilesmith: …" that matches
    grep -v '^ *[0-9]* % ' "$err" >"$work/sentence"
    [ "$(wc -l <"$work/sentence")" -eq 1 ] && grep -q '^tilesmith: ' "$work/sentence" && grep -q -e "$1" "$work/sentence"
}

refuses() { # refuses NAME PATTERN COMMAND...: exit 2, nothing on standard output, one sentence on standard error
    name=$1 pattern=$2
    shift 2
    run "$@"
    if [ "$status" != 2 ]; then
        fail "$name" "exit status is not 2"
    elif [ -s "$out" ]; then
        fail "$name" "standard output is not empty"
    elif ! one_sentence "$pattern"; then
        fail "$name" "standard error is not one sentence with '$pattern'"
    else
        echo "ok - $name"
    fi
}

prints() { # prints NAME FILE COMMAND...: exit 0 and standard output as in expected/FILE
    name=$1 file=$expected/$2
    shift 2
    run "$@"
    [ "${UPDATE:-0}" = 0 ] || cp "$out" "$file"
    if [ "$status" != 0 ]; then
        fail "$name" "exit status is not 0"
    elif ! diff -u "$file" "$out" >"$work/diff"; then
        fail "$name" "the output differs from $file"
        sed 's/^/  /' "$work/diff"
    else
        echo "ok - $name"
    fi
}

accepts() { # accepts NAME COMMAND...: exit 0
    name=$1
    shift
    run "$@"
    if [ "$status" = 0 ]; then echo "ok - $name"; else fail "$name" "exit status is not 0"; fi
}

says() { grep -q -e "$1" "$out"; }          # standard output has a line that matches
warns() { grep -q -e "$1" "$err"; }         # standard error has
is_json() { "$probe" json "${1:-$out}"; }
json() { "$probe" json "$out" "$1"; }        # json PATH: the value there, such as shapes.0.resumed
# shellcheck disable=SC2254  # the second word is a pattern on purpose
like() { case $1 in $2) ;; *) return 1 ;; esac; }
is_true() { awk "BEGIN { exit !($1) }"; }   # is_true "1.5 < 2": arithmetic with reals
have() { command -v "$1" >/dev/null 2>&1; }
empty_folder() { [ -z "$(ls -A "$1")" ]; }
sql() { "$probe" sql "$@"; }                # sql DATABASE QUERY
whole() { [ "$(sql "$1" 'PRAGMA integrity_check')" = ok ]; }

finish() { # the last line of each script
    rm -f "$out" "$err"
    check "no scratch folder is left" empty_folder "$TMPDIR"
    [ "$failures" = 0 ]
    exit
}
