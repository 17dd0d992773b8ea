#!/usr/bin/env bash
# Builds the peer `wasm3` from the C source in PyPI's package `pywasm3`. Needs python3 with pip and a
# C compiler; a better one than gcc can be named in `CC`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

tools=$PWD/target/tools
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
    --dest "$scratch" pywasm3==0.5.0
tar -xzf "$scratch"/pywasm3-0.5.0.tar.gz -C "$scratch"
source=$scratch/pywasm3-0.5.0/wasm3
mkdir -p "$tools/bin"
# As its own build does, without what debugs it.
"${CC:-cc}" -O3 -DNDEBUG -Dd_m3HasTracer=0 -fomit-frame-pointer -fno-stack-protector -w \
    -I "$source" -o "$tools/bin/wasm3-workload" src/peers/wasm3.c "$source"/*.c -lm
echo "$tools/bin/wasm3-workload"
