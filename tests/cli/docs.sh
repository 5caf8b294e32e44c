#!/bin/sh
# The commands of README and docs, as they stand but for budgets, and the C files that the how-tos show.
. "$(dirname "$0")/lib.sh"

# In front of the tool: budgets of a page are for people, those of a test are small.
mkdir "$work/bin"
tool=$build/tilesmith
cat >"$work/bin/tilesmith" <<END
#!/bin/sh
case \$1 in
tune) case " \$* " in *" --budget "*) ;; *) set -- "\$@" --budget 3 ;; esac ;;
esac
first=1
for word; do
    [ "\$first" ] && set --
    first=
    [ "\$last" = --budget ] && case \$word in *s | *m) word=2s ;; esac
    last=\$word
    set -- "\$@" "\$word"
done
exec "$tool" "\$@"
END
chmod +x "$work/bin/tilesmith"
PATH=$work/bin:$PATH

commands() { # commands FILE: its sh blocks, without what fetches, builds or installs
    awk '/^```sh$/ { block = 1; next } /^```$/ { block = 0 } block' "$1" | grep -v -E '^(git|make|sudo|apt|cc|gcc|export|\./|man|LD_PRELOAD|build/)'
}

# A machine that has been tuned a little: what the later commands of a page count on.
run "$tool" tune gemm --shape m=32,n=32,k=32 --budget 4
check "a session to begin with" test "$status" -eq 0

for page in README.md docs/tutorial.md docs/runtime.md docs/bench.md docs/search.md docs/models.md docs/compare.md docs/explore.md docs/export.md \
    docs/trust.md docs/howto/add-a-target.md docs/howto/add-a-strategy.md docs/howto/add-an-exporter.md; do
    [ -f "$root/$page" ] || continue
    folder=$work/page.$(basename "$page")
    mkdir "$folder"
    commands "$root/$page" >"$folder/page.sh"
    grep -q '^tilesmith ' "$folder/page.sh" || continue
    # 1 is an answer too: `doctor` says no where something should be changed, `recheck` where a winner of two seconds no longer stands.
    sed 's/^tilesmith \(doctor\|recheck\).*/& || [ $? -eq 1 ]/' "$folder/page.sh" >"$folder/run.sh"
    (cd "$folder" && run sh -eu ./run.sh && echo "$status" >status)
    status=$(cat "$folder/status")
    if [ "$status" = 0 ]; then echo "ok - every command of $page"; else fail "every command of $page" "exit status is not 0"; fi
done

for page in add-a-strategy add-a-counter-backend add-an-exporter; do
    awk '/^```c$/ { block = 1; next } /^```$/ { block = 0 } block' "$root/docs/howto/$page.md" >"$work/$page.c"
    run "${CC:-cc}" -std=gnu11 -Wall -Wextra -Wno-missing-prototypes -Werror -fsyntax-only -D_GNU_SOURCE \
        -I"$root/src" -I"$root/search" "$work/$page.c"
    check "the C file of $page.md compiles" test "$status" -eq 0
done

# Links between pages lead somewhere.
broken=$(cd "$root" && for page in README.md docs/*.md docs/howto/*.md; do
    grep -o '](\([^)#]*\)' "$page" | sed 's/](//' | grep -v -E '^(https?:|mailto:|$)' | while read -r link; do
        [ -e "$(dirname "$page")/$link" ] || echo "$page: $link"
    done
done)
check "no link leads nowhere${broken:+ ($broken)}" test -z "$broken"
finish
