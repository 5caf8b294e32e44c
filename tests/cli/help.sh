#!/bin/sh
# Help: one screen, one page a command, man pages and completions from the same tables.
. "$(dirname "$0")/lib.sh"

fits() { # fits FILE LINES: at most that many lines of 80 columns
    [ "$(wc -l <"$1")" -le "$2" ] && ! LC_ALL=C.UTF-8 grep -q '.\{81\}' "$1"
}

prints "help" help.txt tilesmith help
check "help fits one screen" fits "$out" 24
prints "--help is help" help.txt tilesmith --help
prints "no command is help" help.txt tilesmith
prints "--version" version.txt tilesmith --version
prints "help export" help-export.txt tilesmith help export
prints "export --help is help export" help-export.txt tilesmith export --help
prints "-h after an operand" help-import.txt tilesmith import -h
accepts "help as JSON" tilesmith help --json
check "help --json is JSON" is_json
refuses "help of an unknown command" "did you mean 'tilesmith tune'" tilesmith help tun

commands=$(tilesmith completion --words COMMAND)
check "the commands complete" test "$(echo "$commands" | wc -w)" -ge 8
for command in $commands; do
    run tilesmith help "$command"
    check "help $command: exit 0, 80 columns" test "$status" = 0 -a -z "$(LC_ALL=C.UTF-8 grep '.\{81\}' "$out" | grep -v '^  tilesmith')"
    check "help $command: has an example" says '^Examples:'
done

accepts "man pages are written" tilesmith help --man-all "$work/man"
for command in $commands; do
    check "tilesmith-$command.1 exists" test -s "$work/man/tilesmith-$command.1"
done
check "tilesmith.1 exists" test -s "$work/man/tilesmith.1"
if have man && man --version >/dev/null 2>&1 && have groff; then
    for page in "$work"/man/*.1; do
        run env MANWIDTH=80 man --warnings -l "$page"
        check "man ${page##*/}: no warnings" test ! -s "$err"
    done
else
    skip "man pages render" "man or groff is not installed"
fi
refuses "man pages into a file" "" tilesmith help --man-all "$out"

for shell in bash zsh fish; do
    accepts "completion $shell" tilesmith completion $shell
    cp "$out" "$work/completion.$shell"
done
refuses "completion for a shell we don't know" "bash, zsh and fish" tilesmith completion tcsh
refuses "completion without a shell" "bash, zsh or fish" tilesmith completion

offers() { # offers WORD...: what bash offers for the last word
    bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tilesmith; printf "%s\n" "${COMPREPLY[@]}"' - \
        "$work/completion.bash" "$@"
}
if have bash; then
    check "bash: tun -> tune" test "$(offers tilesmith tun)" = tune
    check "bash: tune --bud -> --budget" test "$(offers tilesmith tune --bud)" = --budget
    check "bash: show str -> strategies" test "$(offers tilesmith show str)" = strategies
    check "bash: tune conv -> conv2d" test "$(offers tilesmith tune conv)" = conv2d
    check "bash: export --format he -> header" test "$(offers tilesmith export --format he)" = header
else
    skip "bash completes" "bash is not installed"
fi
if have zsh; then check "zsh accepts its script" zsh -n "$work/completion.zsh"; else skip "zsh accepts its script" "zsh is not installed"; fi
if have fish; then check "fish accepts its script" fish -n "$work/completion.fish"; else skip "fish accepts its script" "fish is not installed"; fi

run sh -c 'tilesmith help >/dev/full'
check "help to a full disk: exit 2" test "$status" = 2
check "help to a full disk: one sentence" one_sentence "No space left"
finish
