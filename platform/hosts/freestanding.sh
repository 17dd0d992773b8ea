#!/usr/bin/env bash
# Shows that the program without a C library asks nothing of Linux but what it is written to ask:
# freestanding.sh PROGRAM PACK
#
# Nothing is left to be linked, no segment wants a loader or thread-local variables, and while it
# runs the pack there is no system call beside those that read the pack and print: none for memory,
# locks, threads, signals or the thread's own register.
set -euo pipefail

program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$(realpath "$2")" "$work/scripts.pack"
cd "$work"

undefined=$(nm --undefined-only "$program")
if [ -n "$undefined" ]; then
    echo "undefined: $undefined" >&2
    exit 1
fi
segments=$(readelf --wide --program-headers "$program" | awk '$1 ~ /^(TLS|INTERP|DYNAMIC)$/ { print $1 }')
if [ -n "$segments" ]; then
    echo "segments: $segments" >&2
    exit 1
fi
strace -f -o calls "$program"
# A line is the process, and the call with its arguments; or what became of the process.
sed -E 's/^[0-9]+ +//; s/[( ].*//; /^\+\+\+/d' calls | sort | uniq -c >counts
cat counts
wanted="execve exit_group open read write"
found=$(awk '{ print $2 }' counts | paste -sd " ")
if [ "$found" != "$wanted" ]; then
    echo "system calls: $found" >&2
    exit 1
fi
