#!/bin/sh
# The report: one page out of a real session, checked as text and, where Chromium is installed, in a browser.
. "$(dirname "$0")/lib.sh"

refuses "a report of nothing says what to do" "tilesmith tune" tilesmith report --db "$work/none.db"

run tilesmith tune gemm --shape m=32,n=32,k=32 --budget 6 --strategy random
check "a session to report" test "$status" -eq 0
run tilesmith report --output "$work/page.html"
mkdir "$work/folder"
check "the page is written" test "$status" -eq 0 -a -s "$work/page.html"
run tilesmith report --output "$work/folder" --json
check "into a folder, as JSON" test -s "$work/folder/tilesmith-report.html"
check "the same database, the same page" cmp -s "$work/page.html" "$work/folder/tilesmith-report.html"
check "nothing comes from the network" sh -c "! grep -Eq '(src|href)=\"(https?:)?//' '$work/page.html'"
for section in winners peers roofline convergence parameters failures time targets machine provenance; do
    check "section $section" grep -q "<section id=\"$section\">" "$work/page.html"
done
if command -v xmllint >/dev/null 2>&1; then
    xmllint --html --noout "$work/page.html" 2>&1 | grep -v -e 'Tag .* invalid' -e '^[ <^]' -e '^$' >"$work/lint" || true
    check "the markup is well formed" sh -c "! grep -q error '$work/lint'"
fi
refuses "a folder that isn't there" "no-such" tilesmith report --output "$work/no-such/page.html"

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
    skip "in a browser" "chromium is not installed"
else
    shot() { # shot FILE URL: a picture; what the page says on its console goes to FILE.log
        timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --enable-logging=stderr \
            --window-size=1200,2400 --user-data-dir="$work/browser" --screenshot="$1" "$2" >"$1.log" 2>&1
    }
    printf '<!DOCTYPE html><title>blank</title>' >"$work/blank.html"
    shot "$work/blank.png" "file://$work/blank.html"
    shot "$work/page.png" "file://$work/page.html"
    blank=$(wc -c <"$work/blank.png" 2>/dev/null || echo 0)
    page=$(wc -c <"$work/page.png" 2>/dev/null || echo 0)
    check "the picture of the page is not blank" test "$page" -gt $((blank * 4))
    check "the console is silent" sh -c "! grep -q CONSOLE '$work/page.png.log'"
fi
finish
