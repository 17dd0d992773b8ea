#!/usr/bin/env bash
# Fetches and runs the programs of conformance/real-world for src/programs.rs.
#
# usage: programs.sh get NAME
#        programs.sh run NAME COMMAND...
#
# `run` has COMMAND run each of the program's guests, in a new directory, and prints the seconds of
# user and system time and those that went by, and a checksum of what was printed and left.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../conformance/real-world" && pwd)
# What the files of programs use.
# shellcheck disable=SC2034
inputs=$here/inputs
# shellcheck disable=SC2034
cache=$here/.cache
verb=$1
name=$2
command=("${@:3}")
# shellcheck source=/dev/null
source "$here/packages.sh"
# shellcheck source=/dev/null
source "$here/programs/$name.sh"

guest() {
    local code=0
    "${command[@]}" "$@" || code=$?
    if ((code != ${expected_exit:-0})); then
        echo "exit code $code of: $*" >&2
        return 1
    fi
}

measured() {
    local scratch
    scratch=$(mktemp -d)
    # Now, since the variable is gone by then.
    # shellcheck disable=SC2064
    trap "rm -rf '$scratch'" EXIT
    mkdir "$scratch/files"
    cd "$scratch/files"
    prepare >/dev/null
    TIMEFORMAT='%3U %3S %3R'
    # Not in a condition, which would let failing commands pass.
    set +e
    { time (
        set -e
        program >../stdout 2>../stderr </dev/null
    ); } 2>../times
    local status=$?
    set -e
    if ((status)); then
        tail -n 5 ../stderr >&2
        return 1
    fi
    # Without what happens to be different each time: names in the order of the alphabet.
    LC_ALL=C
    echo "$(cat ../times) $(find . -type f | sort | xargs cat ../stdout | cksum | cut -d ' ' -f 1)"
}

case $verb in
get) get >/dev/null ;;
run) measured ;;
*) exit 2 ;;
esac
