#!/usr/bin/env bash
# Runs the specification tests, and the tests of the compiler and the platform, on aarch64: built
# and emulated on x86_64 Debian.
#
# QEMU translates instructions, and the host's processor executes what comes of it. So this does
# not show whether new code is made visible to instruction caches, whether threads get along with
# the weak memory ordering of real processors, pages larger than 4 KiB, or how fast anything is.
set -euo pipefail
cd "$(dirname "$0")/.."

target=aarch64-unknown-linux-gnu
modes=(tail jit jit-eager jit-check-explicit-speed alternating)
# Debian's own Rust comes with the source of the standard library, which is built here: so a
# target needs no more than a linker and a C library.
packages=(rustc-web cargo-web rust-web-src gcc-aarch64-linux-gnu libc6-dev-arm64-cross)

export PATH=/usr/bin:$PATH
export RUSTC_BOOTSTRAP=1
export CARGO_TARGET_DIR=$PWD/target/aarch64
emulator=("$CARGO_TARGET_DIR/emulator/usr/bin/qemu-aarch64" -L /usr/aarch64-linux-gnu)
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="${emulator[*]}"
unset RUSTC RUSTC_WRAPPER RUSTFLAGS RUSTUP_TOOLCHAIN CARGO_ENCODED_RUSTFLAGS

step() {
    local name=$1 begin=$SECONDS
    shift
    echo "--> $name"
    "$@"
    echo "<-- $name: $((SECONDS - begin)) s"
}

install_packages() {
    local installed
    installed=$(dpkg-query --show --showformat '${db:Status-Status}\n' "${packages[@]}" 2>/dev/null || true)
    if [ "$(grep -cx installed <<<"$installed")" -lt ${#packages[@]} ]; then
        apt-get update
        apt-get install -y --no-install-recommends "${packages[@]}"
    fi
}

# QEMU from Debian's backports: older ones take memory for address space that is only reserved, and
# a guest's memory reserves 8 GiB. The machine's own configuration stays as it is.
install_emulator() {
    if [ -x "${emulator[0]}" ]; then return; fi
    local apt=$CARGO_TARGET_DIR/apt codename
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    rm -rf "$apt"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    awk -v RS= -v ORS='\n\n' -v from="$codename" '
        $0 ~ "(^|\n)Suites:[^\n]* " from "( |\n|$)" {
            sub(/(^|\n)Suites:[^\n]*/, "\nSuites: " from "-backports")
            print
        }' /etc/apt/sources.list.d/*.sources >"$apt/backports.sources"
    local options=(
        -o "Dir::Etc::SourceList=$apt/backports.sources" -o Dir::Etc::SourceParts=-
        -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root
    )
    apt-get "${options[@]}" update
    (cd "$apt" && apt-get "${options[@]}" download qemu-user)
    dpkg-deb --extract "$apt"/qemu-user_*.deb "$CARGO_TARGET_DIR/emulator"
    rm -rf "$apt"
}

# One selection of packages for everything, so that nothing is built twice. Dependencies are little
# optimised: they take longer to build than they run.
build=(
    --locked --profile fasttest --target "$target" -Zbuild-std=std,panic_unwind,test
    --config 'profile.fasttest.package."*".opt-level=1'
    --config 'profile.fasttest.package.cranelift-assembler-x64.opt-level=0'
    --package diptych-platform --package diptych-jit --package diptych-conformance --lib
)
for test in platform/tests/*.rs jit/tests/*.rs; do
    build+=(--test "$(basename "$test" .rs)")
done

suite() {
    local mode=$1 report=$CARGO_TARGET_DIR/suite-$1.txt status=0
    "${emulator[@]}" "$CARGO_TARGET_DIR/$target/fasttest/diptych-wast" --mode "$mode" \
        >"$report" || status=$?
    grep '^FAIL' "$report" || true
    tail -n 2 "$report"
    return $status
}

step "packages" install_packages
step "emulator" install_emulator
# A package's programs are built when one of its integration tests is.
step "build" cargo test --no-run "${build[@]}" --test bad_input
step "tests" cargo test "${build[@]}"
for mode in "${modes[@]}"; do
    step "specification tests: $mode" suite "$mode"
done
echo "all passed on aarch64 in $SECONDS s"
