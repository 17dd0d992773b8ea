# esbuild, a bundler in Go: TypeScript with JSX, CSS and JSON become minified files and source maps.
small=yes

get() { npm_package @esbuild/wasi-preview1 0.27.2 esbuild; }

prepare() { cp -R "$inputs/esbuild/." .; }

program() {
    # Go finds the working directory by `PWD`.
    local esbuild=(guest --dir .::/ --env PWD=/ "$cache/esbuild/esbuild.wasm" --log-level=warning)
    "${esbuild[@]}" --version
    "${esbuild[@]}" src/main.tsx --bundle --minify --sourcemap --target=es2020 --outdir=out --loader:.svg=dataurl --metafile=meta.json
    "${esbuild[@]}" src/main.tsx --bundle --format=esm --target=es2016 --loader:.svg=text --outdir=plain
}
