#!/usr/bin/env bash
# Builds a host program and runs the scripts of a pack on it: run.sh TARGET PACK
#
# TARGET is thumbv7em, riscv32imac, aarch64 or x86_64 (machines without an operating system; the
# last is run as a program of Linux's), or linux (without a C library, with the stable toolchain), or
# traced, which is linux and looks at what it asks of the kernel. `packs.sh` makes packs.
#
# The first four build `core` from source, so they take a compiler with its source beside it:
# Debian's rustc-web, cargo-web and rust-web-src; and QEMU's system emulators.
set -euo pipefail

machine=$1
pack=$(realpath "$2")
cd "$(dirname "$0")"
case $machine in
thumbv7em) target=thumbv7em-none-eabi emulator=(qemu-system-arm -M mps2-an386) ;;
riscv32imac) target=riscv32imac-unknown-none-elf emulator=(qemu-system-riscv32 -M virt -m 512M -bios none) ;;
aarch64) target=aarch64-unknown-none-softfloat emulator=(qemu-system-aarch64 -M virt -m 1G -cpu cortex-a72) ;;
x86_64) target=x86_64-unknown-none emulator=() ;;
linux | traced) target=x86_64-unknown-linux-gnu emulator=() ;;
*)
    echo "no machine is called $machine" >&2
    exit 2
    ;;
esac

# A target directory for each compiler.
directory=${CARGO_TARGET_DIR:-$PWD/target}
if [ "$target" = x86_64-unknown-linux-gnu ]; then
    cargo build --quiet --locked --release --target "$target" --target-dir "$directory/stable"
    program=$directory/stable/$target/release/diptych-host
else
    lld=$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin/rust-lld
    PATH=/usr/bin:$PATH RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Clinker=$lld" \
        cargo build --quiet --locked --release --target "$target" -Zbuild-std=core,alloc \
        --target-dir "$directory/source"
    program=$directory/source/$target/release/diptych-host
fi

if [ "$machine" = traced ]; then
    exec bash freestanding.sh "$program" "$pack"
fi

# The program opens this name where it is started.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$pack" "$work/scripts.pack"
cd "$work"
if [ ${#emulator[@]} -gt 0 ]; then
    emulator=(timeout 1200 "${emulator[@]}" -nic none -display none
        -semihosting-config "enable=on,target=native" -kernel)
fi
"${emulator[@]}" "$program"
