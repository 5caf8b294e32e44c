#!/bin/sh
# Bad input: one sentence each, exit 2, nothing half-written.
. "$(dirname "$0")/lib.sh"

tune() { tilesmith tune --budget 2 "$@"; }
small() { tune --shape m=16,n=16,k=16 "$@"; }

# ---- kernels ------------------------------------------------------------------------------------------------
kernel() { # kernel NAME SED-SCRIPT: a copy of gemm with its manifest edited; its folder in $folder
    folder=$work/kernels/$1
    mkdir -p "$folder"
    cp "$root"/templates/gemm/* "$folder/"
    cp "$root"/templates/kernel.xsd "$work/kernels/"
    sed "$2" "$root/templates/gemm/kernel.xml" >"$folder/kernel.xml"
    if cmp -s "$folder/kernel.xml" "$root/templates/gemm/kernel.xml"; then fail "$1" "the edit changes nothing"; fi
}

refuses "unknown kernel" "no kernel 'gemmm'" tune gemmm
kernel malformed 's|</kernel>|</kernal>|'
refuses "malformed XML: file and line" 'kernel.xml:[0-9]' small "$folder"
kernel cut '20,999d'
refuses "half a file" 'kernel.xml:[0-9]' small "$folder"
kernel element 's|<scalar |<scaler |'
refuses "unknown element" 'kernel.xml:[0-9].*scaler' small "$folder"
kernel attribute 's|<work flops|<work flips|'
refuses "unknown attribute" 'kernel.xml:[0-9].*flips' small "$folder"
constrain() { # constrain NAME EXPRESSION [REASON]: a constraint before the first one
    kernel "$1" "1,/<constraint/s#<constraint#<constraint text=\"${3:-x}\">$2</constraint><constraint#"
}
constrain parameter 'nosuch == 1'
refuses "unknown parameter in a constraint" "kernel.xml:[0-9]*:[0-9]*.*nosuch" small "$folder"
constrain impossible 'vector \&gt; 4096' 'no vector is this long'
refuses "unsatisfiable constraint: names it" "vector > 4096.*kernel.xml:[0-9]*.*no vector is this long" small "$folder"
constrain zero 'mr / (m - m) == 1'
refuses "division by zero in an expression" "kernel.xml:[0-9]*.*zero" small "$folder"
constrain syntax 'mr * == 1'
refuses "syntax error in an expression: column" "kernel.xml:[0-9]*:[0-9]*" small "$folder"
kernel entity '1a <!DOCTYPE kernel [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
refuses "a document type with entities" "kernel.xml" small "$folder"
kernel missing '1,/file="[^"]*"/s|file="[^"]*"|file="nosuch.c.in"|'
refuses "a template that is not there" "nosuch.c.in" small "$folder"

# ---- options of tune ----------------------------------------------------------------------------------------
refuses "unknown type" "f16" tune gemm --type f16
refuses "unknown dimension" "no dimension\|q" tune gemm --shape m=16,n=16,k=16,q=1
refuses "missing dimension" "k" tune gemm --shape m=16,n=16
refuses "shape of zero: the range" "m" tune gemm --shape m=0,n=16,k=16
refuses "shape below zero" "m" tune gemm --shape m=-1,n=16,k=16
refuses "shape of 2^40: the range" "1048576" tune gemm --shape m=1099511627776,n=16,k=16
refuses "shape beyond 64 bits" "m" tune gemm --shape m=99999999999999999999,n=16,k=16
refuses "shape that is no list" "shape" tune gemm --shape 16x16x16
refuses "empty shape" "shape" tune gemm --shape=
refuses "unknown strategy" "nosuch" small gemm --strategy nosuch
refuses "missing compiler" "nosuch-cc" small gemm --compiler nosuch-cc
stored() { if [ -s "$1" ]; then sql "$1" 'SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM samples)'; else echo 0; fi; }
check "nothing was stored so far" test "$(stored "$TILESMITH_DB")" = 0

# ---- databases ----------------------------------------------------------------------------------------------
echo "this is no database, and it is longer than a header would be, so that it is looked at" >"$work/foreign.db"
cp "$work/foreign.db" "$work/foreign.before"
refuses "a file that is no database" "foreign.db" small gemm --db "$work/foreign.db"
check "a file that is no database is left alone" cmp -s "$work/foreign.db" "$work/foreign.before"
refuses "a folder as database" "$work" small gemm --db "$work"
refuses "a database in a folder that cannot be made" "foreign.db" small gemm --db "$work/foreign.db/notfolder/x.db"
sql "$work/newer.db" 'CREATE TABLE t(x)'
sql "$work/newer.db" 'PRAGMA application_id=1414753652'
sql "$work/newer.db" 'PRAGMA user_version=99'
cp "$work/newer.db" "$work/newer.before"
refuses "database of a newer version" "99" small gemm --db "$work/newer.db"
refuses "show of a database of a newer version" "99" tilesmith show results --db "$work/newer.db"
check "database of a newer version is left alone" cmp -s "$work/newer.db" "$work/newer.before"
sql "$work/other.db" 'CREATE TABLE theirs(x)'
refuses "a database of another program" "other.db" small gemm --db "$work/other.db"

# Root writes where modes forbid it; a file system mounted read-only, or a plain user, cannot.
mkdir "$work/readonly"
sql "$work/readonly/r.db" 'CREATE TABLE t(x)'
chmod 444 "$work/readonly/r.db"
chmod 555 "$work/readonly"
if [ "$(id -u)" != 0 ]; then
    refuses "read-only database" "r.db" small gemm --db "$work/readonly/r.db"
elif have setpriv && chmod 755 "$work" && setpriv --reuid 65534 --clear-groups true 2>/dev/null; then
    chmod -R a+rwX "$work/home" "$work/tmp"
    mkdir -m 777 "$work/nobody"
    refuses "read-only database" "r.db" env TILESMITH_CACHE="$work/nobody/cache" TILESMITH_DATA="$root" \
        setpriv --reuid 65534 --clear-groups tilesmith tune gemm --budget 2 --shape m=16,n=16,k=16 --db "$work/readonly/r.db"
else
    skip "read-only database" "running as root without setpriv"
fi
chmod 755 "$work/readonly"

# ---- a full disk --------------------------------------------------------------------------------------------
mkdir "$work/full"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=64k tmpfs "$work/full" 2>/dev/null; then
    trap 'umount "$work/full" 2>/dev/null; rm -rf "$work"' EXIT
    dd if=/dev/zero of="$work/full/fill" bs=1k count=60 2>/dev/null
    refuses "full disk under the database" "full\|space" small gemm --db "$work/full/r.db"
    if [ -s "$work/full/r.db" ]; then check "the database is whole" whole "$work/full/r.db"; fi
    dd if=/dev/zero of="$work/full/fill" bs=1k count=64 2>/dev/null
    refuses "full disk under TMPDIR" "full\|space" env TMPDIR="$work/full" tilesmith tune gemm --budget 2 --shape m=16,n=16,k=16
    umount "$work/full"
else
    skip "full disk" "needs root and a tmpfs"
fi

# ---- export, import, recheck --------------------------------------------------------------------------------
refuses "export of a database that is not there" "nosuch.db" tilesmith export --db "$work/nosuch.db"
check "export made no database" test ! -e "$work/nosuch.db"
refuses "recheck of a database that is not there" "nosuch.db" tilesmith recheck --db "$work/nosuch.db"
refuses "import of a file that is not there" "nosuch.json" tilesmith import --db "$work/import.db" "$work/nosuch.json"
echo '{"results": [' >"$work/cut.json"
refuses "import of half a file" "cut.json" tilesmith import --db "$work/import.db" "$work/cut.json"
echo '{"schema_version": "1.0.0", "results": [{"configuration": {"a": 1}, "times": {}, "invalidity": "correct"}, 7]}' >"$work/wrong.json"
refuses "import of a file with one wrong entry" "wrong.json" tilesmith import --db "$work/import.db" "$work/wrong.json"
: >"$work/empty.json"
refuses "import of an empty file" "empty.json" tilesmith import --db "$work/import.db" "$work/empty.json"
check "a failed import stored nothing" test "$(stored "$work/import.db")" = 0
# A file from elsewhere is data: names that a shell would run, and no process may be started.
cat >"$work/hostile.json" <<'J'
{"schema_version": "1.0.0", "metadata": {"kernel": "k'; touch ran1; $(touch ran2)\n`touch ran3`"},
 "results": [{"configuration": {"$(touch ran4)": "'; touch ran5 #", "b": "x\ny"}, "times": {"runtimes": [1.0]}, "invalidity": "correct",
              "measurements": [{"name": "time", "value": 1.5, "unit": "ms"}], "objectives": ["time"]}]}
J
alone() { # alone COMMAND...: no process may be started, where a test may say so
    if ldd "$build/tilesmith" | grep -q asan; then "$@"; else env LD_PRELOAD="$build/tests/trust/fault.so" FAULT=fork:1+ "$@"; fi
}
mkdir "$work/elsewhere"
cd "$work/elsewhere" || exit 2
accepts "import of hostile names starts nothing" alone tilesmith import --db "$work/hostile.db" "$work/hostile.json"
accepts "they are shown" tilesmith show results --db "$work/hostile.db"
accepts "they are exported" tilesmith export --format t4 --db "$work/hostile.db" --output "$work/hostile.t4"
check "nothing of it ran" test -z "$(ls "$work/elsewhere")"
cd "$root" || exit 2
finish
