#!/bin/sh
# Install the peers that `make bench` compares with (Debian/Ubuntu, as root or with sudo), or name what is missing. Never fails:
# what isn't there is reported by the bench as not installed.
set -u
missing=
for package in libopenblas-dev libblis-dev libdnnl-dev libxsmm-dev; do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
run=
[ "$(id -u)" = 0 ] || run="sudo -n"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # lists of words on purpose
if command -v apt-get >/dev/null 2>&1 && { [ -z "$run" ] || sudo -n true 2>/dev/null; }; then
    echo "bench: installing$missing" >&2
    $run apt-get install -y -qq $missing >/dev/null 2>&1 && exit 0
fi
echo "bench: these peers are missing:$missing (Debian's names; install them, or name libraries by PEERS=\"name=/path/lib.so\")" >&2
