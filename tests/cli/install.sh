#!/bin/sh
# make install into a staging folder: the tool works from anywhere, programs build against it, uninstall leaves nothing.
. "$(dirname "$0")/lib.sh"
stage=$work/stage prefix=/opt/tilesmith-test
here=$stage$prefix

run make -C "$root" --no-print-directory install BUILD="$build" DESTDIR="$stage" PREFIX="$prefix"
check "make install" test "$status" = 0
for file in bin/tilesmith lib/libtilesmith.a lib/libtilesmith.so lib/libtilesmith.so.0 lib/libtilesmith-rt.a lib/libtilesmith-rt.so \
    lib/libtilesmith-rt.so.0 include/tilesmith.h include/tilesmith_plugin.h include/tilesmith_runtime.h \
    share/tilesmith/templates/gemm/kernel.xml share/tilesmith/targets share/man/man1/tilesmith.1 share/man/man1/tilesmith-tune.1 \
    share/man/man3/tilesmith-rt.3 share/man/man3/ts_rt_find.3 \
    share/bash-completion/completions/tilesmith share/zsh/site-functions/_tilesmith share/fish/vendor_completions.d/tilesmith.fish \
    lib/pkgconfig/tilesmith.pc lib/pkgconfig/tilesmith-rt.pc; do
    check "installed: $file" test -e "$here/$file"
done

cd "$work" || exit 2
run "$here/bin/tilesmith" show kernels
check "the installed tool finds its templates" says '^gemm '
run "$here/bin/tilesmith" show config
check "its data folder is the installed one" says "data .*$here/share/tilesmith"
mkdir "$work/bin"
ln -s "$here/bin/tilesmith" "$work/bin/tilesmith"
run "$work/bin/tilesmith" show config
check "through a link too" says "data .*$here/share/tilesmith"

cat >"$work/program.c" <<'C'
#include <stdio.h>
#include <tilesmith_runtime.h>
int main(void)
{
    float a[4] = {1, 2, 3, 4}, b[4] = {1, 0, 0, 1}, c[4] = {0};
    ts_rt *rt;
    if (ts_rt_open(NULL, &rt) || ts_rt_gemm_f32(rt, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2))
        return 1;
    ts_rt_close(rt);
    printf("%g %g %g %g\n", c[0], c[1], c[2], c[3]);
    return 0;
}
C
cat >"$work/tuner.c" <<'C'
#include <stdio.h>
#include <tilesmith.h>
int main(void)
{
    ts_tune_options options = {.kernel = "nosuch", .dry_run = true};
    ts_tune_report *report = NULL;
    int rc = ts_tune(&options, NULL, &report);
    ts_tune_report_free(report);
    puts(ts_error());
    return rc == TS_ENOTFOUND ? 0 : 1;
}
C
flags() { PKG_CONFIG_PATH=$here/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$stage pkg-config "$@"; }
sanitize=
case $(nm -D "$here/lib/libtilesmith.so" 2>/dev/null) in *__asan_*) sanitize="-fsanitize=address,undefined" ;; esac
# shellcheck disable=SC2046,SC2086  # lists of flags on purpose
build_program() { ${CC:-cc} $sanitize "$work/$1.c" $(flags --cflags "$2") $(flags --libs "$2") -Wl,-rpath,"$here/lib" -o "$work/$1"; }
for pair in program:tilesmith-rt tuner:tilesmith; do
    program=${pair%%:*}
    run build_program "$program" "${pair#*:}"
    check "a program builds with pkg-config ${pair#*:}" test "$status" = 0
    run env TILESMITH_DATA="$here/share/tilesmith" "$work/$program"
    check "and runs" test "$status" = 0
done
run "$work/program"
check "the runtime multiplies" says '^1 2 3 4$'

run make -C "$root" --no-print-directory uninstall BUILD="$build" DESTDIR="$stage" PREFIX="$prefix"
check "make uninstall" test "$status" = 0
check "uninstall leaves no file" test -z "$(find "$stage" ! -type d)"
finish
