#!/bin/sh
# libtilesmith-rt stands alone: it needs libc, libm, libdl, pthread and SQLite, and shows nobody more than ts_rt_*.
set -u
library=${BUILD:-build}/libtilesmith-rt.so
archive=${BUILD:-build}/libtilesmith-rt.a
status=0

verdict() { # verdict NAME WHAT-IS-WRONG: a test that passes when nothing is
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        echo "not ok - $1"
        echo "$2" | sed 's/^/    /'
        status=1
    fi
}

if [ ! -f "$library" ] || [ ! -f "$archive" ]; then
    echo "not ok - $library and $archive are built"
    exit 1
fi

exported=$(nm -D --defined-only "$library") || exit 1
declared=$(sed -n 's/^TS_RT_API .*[ *]\(ts_rt_[a-z0-9_]*\)(.*/\1/p' src/tilesmith_runtime.h | sort)
verdict "exports what the header declares, no more and no less" "$(
    echo "$exported" | awk '{ print $NF }' | sort | {
        tmp=$(cat)
        [ "$tmp" = "$declared" ] || printf 'exported:\n%s\ndeclared:\n%s\n' "$tmp" "$declared"
    }
)"

# A symbol with a version (NAME@GLIBC_...) comes from the C library.
undefined=$(nm -D --undefined-only "$library" | awk '{ print $NF }')
name="needs nothing but the C library and SQLite"
case $undefined in
*__[at]san_init*) echo "skip - $name: a sanitizer stands in for half of the C library in this build" ;;
*) verdict "$name" "$(echo "$undefined" | grep -v -e '@GLIBC' -e '@GCC' -e '^sqlite3_' -e '^_ITM_' -e '^__gmon_start__$')" ;;
esac

verdict "is linked with nothing but these libraries" "$(
    readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
        grep -v -e '^libc\.' -e '^libm\.' -e '^libdl\.' -e '^libpthread\.' -e '^libsqlite3\.' -e '^ld-linux' -e '^lib[atu][sb]*an\.' -e '^libgcc_s\.'
)"

# In a static link names can't be hidden, so ours must not be what somebody else would call theirs.
verdict "the archive defines only names of ours" "$(
    nm -g --defined-only "$archive" 2>/dev/null | awk 'NF == 3 { print $3 }' | grep -v -e '^tsrt_' -e '^ts_rt_' -e '^ts_host_' -e '^__odr_asan'
)"

verdict "includes no header of another room" "$(
    grep -n '^#include "' src/runtime/*.c src/runtime/*.h |
        grep -v -e '"runtime/' -e '"runtime_schema.h"' -e '"tilesmith_runtime.h"'
)"
exit "$status"
