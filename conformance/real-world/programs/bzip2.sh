# bzip2 in C: compresses standard input to standard output, tests it and decompresses it again.
small=yes

get() {
    crate_package bzip2-sys 0.1.13 bzip2-source
    local source=$cache/bzip2-source/package/bzip2-1.0.8
    # WASI has no owners of files; all else is as it was released.
    compile bzip2 -O2 "$source"/{bzip2,blocksort,huffman,crctable,randtable,compress,decompress,bzlib}.c \
        '-Dfchown(file, user, group)=0' -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS \
        -lwasi-emulated-signal -lwasi-emulated-process-clocks
}

prepare() {
    # Text that everybody has, since it is in the package.
    cat "$cache"/bzip2-source/package/bzip2-1.0.8/*.{c,h,html} >text
}

program() {
    local bzip2=$cache/bzip2/bzip2.wasm
    guest "$bzip2" -c -9 <text >text.bz2
    guest --dir . "$bzip2" -tv text.bz2
    guest "$bzip2" -dc <text.bz2 >text.again
    cmp text text.again
    cksum <text.bz2
    # Damage is noticed.
    head -c 20000 text.bz2 >cut.bz2
    expected_exit=2 guest --dir . "$bzip2" -t cut.bz2
}
