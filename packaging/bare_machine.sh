#!/usr/bin/env bash
# Runs a command in this project on a bare Debian 12, which has python3 and nothing else. The
# machine is made for it in a temporary folder and removed at the end, whatever happens.
#
#     packaging/bare_machine.sh [--worktree] [--with FILE] [COMMAND ...]
#
# The command is `python3 packaging/dev.py test` unless given. The project is a copy of the last
# commit; with --worktree, of all files as they are now, ignored ones left out; with --with, of
# that one ignored file too. What the command leaves in artifacts/ and build/ is copied to
# build/bare_machine/.
# Needs root, debootstrap, the network and 2 GB in $TMPDIR (/var/tmp unless set).
set -euo pipefail
cd "$(dirname "$0")/.."

worktree=
extra=
while :; do
    case "${1:-}" in
    --worktree) worktree=yes ;;
    --with)
        extra=$2
        shift
        ;;
    *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || set -- python3 packaging/dev.py test

project_files() {
    if [ "$worktree" ]; then
        git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=-
    else
        git archive HEAD
    fi
}

make_machine() {
    debootstrap --variant=minbase bookworm "$machine" http://deb.debian.org/debian
    # A company's own certificates; Debian's package ca-certificates takes them up.
    if compgen -G '/usr/local/share/ca-certificates/*.crt'; then
        install -D -m 644 -t "$machine/usr/local/share/ca-certificates" \
            /usr/local/share/ca-certificates/*.crt
    fi
    mount -t proc proc "$machine/proc"
    mount -t sysfs -o ro sysfs "$machine/sys"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$machine/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$machine/dev/shm"
    inside sh -c 'apt-get update && apt-get install -y --no-install-recommends python3'
    mkdir "$machine/castor"
}

# Runs a command in the machine with no more of our environment than the way to the network.
inside() {
    local name kept=()
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY PIP_INDEX_URL CI; do
        [ -z "${!name:-}" ] || kept+=("$name=${!name}")
    done
    env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
        "${kept[@]}" chroot "$machine" "$@"
}

run_in_machine() {
    make_machine >"$folder/log" 2>&1 </dev/null
    project_files | tar --extract --no-same-owner --directory "$machine/castor"
    if [ "$extra" ]; then
        tar --create "$extra" | tar --extract --no-same-owner --directory "$machine/castor"
    fi
    echo "A bare Debian $(cat "$machine/etc/debian_version") runs: $*" >&2
    inside sh -c 'cd /castor && exec "$@"' sh "$@" </dev/null
}

keep_results() {
    rm -rf build/bare_machine
    local name
    for name in artifacts build; do
        if [ -d "$machine/castor/$name" ]; then
            mkdir -p build/bare_machine
            cp -r "$machine/castor/$name" build/bare_machine/
        fi
    done
}

folder=$(mktemp -d -p "${TMPDIR:-/var/tmp}" castor-bare.XXXXXX)
trap 'rm -rf --one-file-system "$folder"' EXIT
machine=$folder/debian
export folder machine worktree extra
export -f project_files make_machine inside run_in_machine
code=0
# Mounts and processes live in namespaces of their own and end with them.
unshare --mount --pid --mount-proc --fork --kill-child \
    bash -euo pipefail -c 'run_in_machine "$@"' bash "$@" || code=$?
[ -d "$machine/castor" ] || cat "$folder/log" >&2
keep_results
exit "$code"
