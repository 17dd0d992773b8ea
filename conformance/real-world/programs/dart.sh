# A formatter in Dart, whose compiler makes objects, casts and exceptions of everything. It has two
# hundred imports from JavaScript, and node here cannot run it: it is found valid and compiled by
# both backends, optimised and not, and that is all.
small=yes

get() { npm_package @wasm-fmt/dart_fmt 0.4.0 dart; }

prepare() { :; }

program() {
    local name
    for name in dart_fmt dart_fmt.unopt; do
        case $side in
        oracle) echo "$name.wasm: valid" ;;
        diptych) translated "$cache/dart/$name.wasm" ;;
        esac
    done
}

# Fails unless every function of the module is translated by both backends.
translated() {
    local allowed=(--enable legacy-exceptions) said
    (cd "$(dirname "$1")" && "$diptych" validate "${allowed[@]}" "$(basename "$1")")
    "$diptych" compile "${allowed[@]}" -o ../compiled "$1"
    # The interpreter has translated everything when it finds that imports are missing.
    said=$("$diptych" run --backend interp --compilation eager "${allowed[@]}" "$1" 2>&1 || true)
    case $said in
    *dart2wasm* | *imports*) ;;
    *) echo "$said" >&2 && return 1 ;;
    esac
}
