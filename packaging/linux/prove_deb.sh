#!/usr/bin/env bash
# Proves the .deb in dist/ on a bare Debian 12: apt installs it with nothing but what it depends
# on, it looks at itself, answers the demo's question in a window, and goes without a trace.
#
#     sudo packaging/linux/prove_deb.sh
#
# Needs root, debootstrap and the network, as packaging/bare_machine.sh does; that makes the
# machine. The screenshot is left in build/bare_machine/build/prove_deb/castor.png.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "${1:-}" != --inside ]; then
    packages=(dist/castor_*_"$(dpkg --print-architecture)".deb)
    if [ ! -f "${packages[-1]}" ]; then
        echo "There is no .deb in dist/: python3 packaging/dev.py build --packages makes it." >&2
        exit 2
    fi
    exec packaging/bare_machine.sh --worktree --with "${packages[-1]}" \
        packaging/linux/prove_deb.sh --inside "${packages[-1]}"
fi

package=$2
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

step() {
    echo
    echo "== $*"
}

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Runs a command and says how long it took; what it says is seen only when it fails.
timed() {
    local what=$1 start=$EPOCHREALTIME
    shift
    "$@" >/tmp/said 2>&1 || { cat /tmp/said >&2; fail "$what"; }
    awk -v a="$start" -v b="$EPOCHREALTIME" -v w="$what" 'BEGIN { printf "%s: %.2f s\n", w, b - a }'
}

names() { dpkg-query --show --showformat='${Package}\n' | sort; }
files() { find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o -path /castor \) -prune \
    -o -ipath '*castor*' -print; }

names >/tmp/before
files >/tmp/files_before
if command -v python3 >/dev/null; then
    timed "python3 goes, it is not needed" apt-get purge -y -qq --autoremove python3
    names >/tmp/before
fi

step "apt-get install ./$(basename "$package")"
timed installed apt-get install -y -qq --no-install-recommends "./$package"
echo "$(names | comm -13 /tmp/before - | wc -l) packages, $(du -sm /usr/lib/castor | cut -f1) MB in /usr/lib/castor"

# libcups2 is only recommended: without it there is no printer, and PDF all the same.
step "libraries that are nowhere"
missing=$(find /usr/lib/castor -type f \( -name '*.so*' -o -perm -100 \) -print0 |
    LD_LIBRARY_PATH=/usr/lib/castor/_internal xargs -0 ldd 2>/dev/null | grep 'not found' | grep -v 'libcups\.so\.2' | sort -u || true)
[ -z "$missing" ] || fail "$missing"
echo none

step "castor --self-test, without a screen"
castor --self-test
castor-gui --self-test >/dev/null || fail "castor-gui --self-test"

step "castor --demo --ask … on a screen"
timed "xvfb, for the screen" apt-get install -y -qq --no-install-recommends xvfb xauth
mkdir -p build/prove_deb
profile=$(mktemp -d)
timed "asked, answered, painted" xvfb-run -a castor-gui --demo --profile "$profile" \
    --ask "What is in this picture?" --screenshot build/prove_deb/castor.png resources/demo/harbour.png
castor export --profile "$profile" --format json | grep -q "offline demo" || fail "no answer"
echo "answered: $(castor export --profile "$profile" --format json | grep -o 'The picture is a PNG[^;]*')"

step "apt-get purge castor"
timed removed apt-get purge -y -qq castor
rm -rf "$profile"
left=$(files | comm -13 <(sort /tmp/files_before) <(sort /dev/stdin) || true)
[ -z "$left" ] || fail "left behind: $left"
echo "nothing is left behind"
