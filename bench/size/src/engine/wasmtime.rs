use wasmtime::{Config, Engine, Linker, Module, Result, Store};

pub fn run(wasm: &[u8]) -> Result<i32> {
    #[cfg_attr(
        not(feature = "winch"),
        expect(unused_mut, reason = "the other compiler is the default")
    )]
    let mut config = Config::new();
    #[cfg(feature = "winch")]
    config.strategy(wasmtime::Strategy::Winch);
    let engine = Engine::new(&config)?;
    let module = Module::new(&engine, wasm)?;
    let linker = Linker::<()>::new(&engine);
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module)?;
    let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
    run.call(&mut store, 10)
}
