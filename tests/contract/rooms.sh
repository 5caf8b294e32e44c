#!/bin/sh
# The rules of the house that the compiler does not see (docs/architecture.md).
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
failures=0

verdict() { # verdict NAME FINDINGS: ok if there are none
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        failures=$((failures + 1))
        echo "not ok - $1"
        echo "$2" | head -n 20 | sed 's/^/  /'
    fi
}

code=$(find src search -name '*.[ch]')
# shellcheck disable=SC2086  # a list of files on purpose
{
    verdict "no file is longer than 400 lines" "$(wc -l $code | awk '$1 > 400 && $2 != "total"')"
    verdict "only store/ and the runtime speak SQL" \
        "$(grep -l '#include <sqlite3.h>' $code | grep -v -e '^src/store/' -e '^src/runtime/' -e '^src/cli/show_config.c$')"
    verdict "only measure/ knows PAPI" "$(grep -l '#include <papi.h>' $code | grep -v -e '^src/measure/' -e '^src/cli/')"
    verdict "a strategy sees tilesmith_plugin.h alone" "$(grep -nE '#include "([^"]*/[^"]*|tilesmith.h|tilesmith_runtime.h)"' search/*.c search/*.h)"
    verdict "the library never prints and never exits" \
        "$(grep -nE '^[^"]*(^|[^_a-z"])(printf|puts|putchar|perror|exit|abort)\(|(fprintf|fputs)\(std(out|err)|(fprintf|fputs)\(.*, *std(out|err)\)' $code | grep -v -e '^src/cli/' -e '/\*' -e ':[0-9]*: *\* ')"
    verdict "nothing registers itself" "$(grep -n '__attribute__((constructor' $code)"
    verdict "no code is switched off" "$(grep -nE '^ *# *if 0' $code)"
    verdict "nothing is left to do" "$(grep -nwE 'TODO|FIXME|XXX' $code templates/*/*.in)"
}

# libtilesmith-rt ends up in other people's programs: it exports its API alone and needs libc, libdl, libm and SQLite alone.
exported=$(nm -D --defined-only "$build/libtilesmith-rt.so" 2>/dev/null | awk '$2 ~ /[TDBR]/ { print $3 }')
verdict "the runtime exports names that begin with ts_" "$(echo "$exported" | grep -v '^ts_' | grep -v -e '^__' -e '^_fini$' -e '^_init$')"
verdict "the runtime has its API" "$(for name in ts_rt_open ts_rt_find ts_rt_close ts_rt_gemm_f32; do echo "$exported" | grep -qx $name || echo "$name is missing"; done)"
verdict "the runtime needs nothing else of the tree" \
    "$(nm -D --undefined-only "$build/libtilesmith-rt.so" | awk '{ print $2 }' | grep -e '^ts_' -e '^xml' -e '^json_' -e '^hwloc' -e '^PAPI')"
verdict "a program's headers compile alone, as C and as C++" "$(for header in src/tilesmith*.h; do
    ${CC:-cc} -std=c11 -Wall -Werror -fsyntax-only -x c "$header" 2>&1 || echo "$header"
    ! command -v c++ >/dev/null 2>&1 || c++ -Wall -Werror -fsyntax-only -x c++ "$header" 2>&1 || echo "$header"
done)"
[ "$failures" = 0 ]
