//! The interpreters.

use crate::Result;
use alloc::boxed::Box;
use alloc::string::ToString as _;

/// The workload's function, instantiated.
pub(crate) type Function = Box<dyn FnMut(i32) -> Result<i64>>;

/// An interpreter.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    /// Instantiates a module, all of it translated.
    pub(crate) function: fn(&[u8]) -> Result<Function>,
}

/// All of them; the first is the base of the ratios.
pub(crate) const PEERS: &[Peer; 3] = &[
    Peer {
        name: "wasmi",
        function: wasmi,
    },
    Peer {
        name: "tail",
        function: |wasm| diptych(wasm, diptych::Dispatch::Tail),
    },
    Peer {
        name: "loop",
        function: |wasm| diptych(wasm, diptych::Dispatch::Loop),
    },
];

fn wasmi(wasm: &[u8]) -> Result<Function> {
    use wasmi::{CompilationMode, Config, Engine, Error, Linker, Module, Store};
    let message = |error: Error| error.to_string();
    let mut config = Config::default();
    config.compilation_mode(CompilationMode::Eager);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, wasm).map_err(message)?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine)
        .instantiate_and_start(&mut store, &module)
        .map_err(message)?;
    let run = instance
        .get_typed_func::<i32, i64>(&store, "run")
        .map_err(message)?;
    Ok(Box::new(move |n| run.call(&mut store, n).map_err(message)))
}

fn diptych(wasm: &[u8], dispatch: diptych::Dispatch) -> Result<Function> {
    use diptych::{CompilationMode, Config, Engine, Error, Instance, Module, Store};
    let message = |error: Error| error.to_string();
    let mut config = Config::new();
    config
        .compilation(CompilationMode::Eager)
        .interp_dispatch(dispatch);
    let engine = Engine::new(&config).map_err(message)?;
    let module = Module::new(&engine, wasm).map_err(message)?;
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).map_err(message)?;
    let run = instance
        .get_typed_func::<i32, i64>(&mut store, "run")
        .map_err(message)?;
    Ok(Box::new(move |n| run.call(&mut store, n).map_err(message)))
}
