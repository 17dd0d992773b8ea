# Trees, closures, maps and strings in MoonBit, whose compiler makes structures and arrays of them.
# No program of the registries' for WASI has objects, so it is compiled here; to JavaScript too,
# which node runs.
small=no

get() {
    npm_package @moonbit/moonpad-monaco 0.1.202602255 moonbit
    cached moonbit-objects node "$here/moonbit.mjs" "$cache/moonbit" "$inputs/objects.mbt" \
        expressions words closures
}

prepare() { :; }

program() {
    function_of expressions 2000
    function_of words 50000
    function_of closures 1000
}

# Prints what a function returns.
function_of() {
    local objects=$cache/moonbit-objects
    case $side in
    oracle) node -e "import('$objects/program.mjs').then((it) => console.log(it.$1($2)))" ;;
    diptych) guest --unknown-imports-trap --invoke "$1" "$objects/program.wasm" "$2" ;;
    esac
}
