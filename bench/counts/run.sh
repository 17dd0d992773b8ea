#!/usr/bin/env bash
# Counts the instructions that the workloads take on a 64-bit Arm processor, and writes a table.
#
# QEMU emulates a machine without a system whose clock advances with each instruction (`-icount`).
# `core` is built from source with the machine's features, so it takes a compiler with its source
# beside it, and QEMU: Debian's rustc-web, cargo-web, rust-web-src and qemu-system-arm.
set -euo pipefail

cd "$(dirname "$0")"
target=aarch64-unknown-none
directory=${CARGO_TARGET_DIR:-$PWD/../target}/counts
# The program turns the MMU on, and then accesses need not be aligned, as under any system.
flags="-Clinker=$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin/rust-lld"
flags+=" -Ctarget-feature=-strict-align"
PATH=/usr/bin:$PATH RUSTC_BOOTSTRAP=1 RUSTFLAGS=$flags \
    cargo build --quiet --locked --release --manifest-path ../Cargo.toml --package diptych-counts \
    --target "$target" -Zbuild-std=core,alloc --target-dir "$directory"
exec qemu-system-aarch64 -M virt -m 1G -cpu cortex-a72 -icount shift=0 -nic none -display none \
    -semihosting-config enable=on,target=native -kernel "$directory/$target/release/diptych-counts"
