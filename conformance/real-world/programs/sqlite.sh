# SQLite's shell in C: a database file is made, queried, changed and dumped.
small=yes

get() {
    npm_package sqlite3 5.1.7 sqlite-npm
    cached sqlite-source tar -xzf "$cache/sqlite-npm/deps/sqlite-autoconf-3440200.tar.gz" --strip-components 1
    compile sqlite -O1 -I "$cache/sqlite-source" "$cache/sqlite-source/sqlite3.c" "$cache/sqlite-source/shell.c" \
        -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_POPEN -DSQLITE_NOHAVE_SYSTEM \
        -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_MATH_FUNCTIONS \
        -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS -D_WASI_EMULATED_GETPID \
        -lwasi-emulated-signal -lwasi-emulated-process-clocks -lwasi-emulated-getpid
}

prepare() { cp "$inputs/sqlite.sql" script.sql; }

program() { guest --dir . --env HOME=. "$cache/sqlite/sqlite.wasm" -batch library.db ".read script.sql"; }
