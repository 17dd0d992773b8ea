"""Runs a WASI program under wasmtime, from its package for Python, with the options that `diptych run`
has for directories and variables. Ends with the program's exit code, or with 134 when it traps.

It is the oracle for programs with exceptions, which node 20 does not have. An import that nothing
provides is a function that traps, as with `--unknown-imports-trap`.
"""

import os
import sys

import wasmtime

words = sys.argv[1:]
wasi = wasmtime.WasiConfig()
env = []
while words[0].startswith("--"):
    flag = words.pop(0)
    if flag == "--unknown-imports-trap":
        continue
    value = words.pop(0)
    if flag == "--dir":
        host, _, guest = value.partition("::")
        wasi.preopen_dir(host, guest or host)
    elif flag == "--env":
        env.append(tuple(value.split("=", 1)))
    else:
        sys.exit(f"not known here: {flag}")
file = words.pop(0)
wasi.argv = [os.path.basename(file), *words]
wasi.env = env
wasi.inherit_stdin()
wasi.inherit_stdout()
wasi.inherit_stderr()

config = wasmtime.Config()
config.wasm_exceptions = True
engine = wasmtime.Engine(config)
module = wasmtime.Module.from_file(engine, file)
store = wasmtime.Store(engine)
store.set_wasi(wasi)
linker = wasmtime.Linker(engine)
linker.define_wasi()
linker.define_unknown_imports_as_traps(module)
try:
    linker.instantiate(store, module).exports(store)["_start"](store)
except wasmtime.ExitTrap as exit:
    sys.exit(exit.code)
except wasmtime.WasmtimeError as error:
    print(error, file=sys.stderr)
    sys.exit(134)
