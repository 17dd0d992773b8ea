# Files and directories, formatted output, sorting and the heap, by the C library of the compiler.
small=yes

get() {
    module=files-$(cksum <"$inputs/files.c" | cut -d ' ' -f 1)
    compile "$module" -O2 -Wall -Wextra "$inputs/files.c"
}

prepare() {
    module=files-$(cksum <"$inputs/files.c" | cut -d ' ' -f 1)
    mkdir -p given/inner
    printf 'first line\nsecond line\n' >given/lines
    printf '\0\1\2\377' >given/inner/bytes
}

program() {
    printf 'a word\nanother\n' | guest --dir . --env GREETING='good morning' "$cache/$module/$module.wasm" one 'two words' ''
    expected_exit=7 guest "$cache/$module/$module.wasm" --exit 7
    expected_exit=134 guest "$cache/$module/$module.wasm" --abort
}
