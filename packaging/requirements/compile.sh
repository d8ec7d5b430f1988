#!/bin/sh
# Compiles the locks of this folder from pyproject.toml: one set for every system and every
# Python from 3.11 on. Needs uv (https://docs.astral.sh/uv). A pin moves only when it must;
# with --upgrade all move, with --upgrade-package NAME one does.
set -eu
cd "$(dirname "$0")/../.."
locks=packaging/requirements

compile() {
    output=$1
    shift
    uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --custom-compile-command "sh $locks/compile.sh" \
        --constraints "$locks/constraints.txt" --output-file "$locks/$output" "$@"
}

compile runtime.txt pyproject.toml "$@"
compile test.txt --group test --constraints "$locks/runtime.txt" "$@"
compile check.txt --group check --constraints "$locks/runtime.txt" --constraints "$locks/test.txt" "$@"
compile build.txt --group build --constraints "$locks/runtime.txt" --constraints "$locks/test.txt" \
    --constraints "$locks/check.txt" "$@"
