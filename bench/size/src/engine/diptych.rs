use diptych::{Config, Engine, Linker, Module, Result, Store};

pub fn run(wasm: &[u8]) -> Result<i32> {
    let engine = Engine::new(&Config::new())?;
    let module = Module::new(&engine, wasm)?;
    let linker = Linker::<()>::new(&engine);
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module)?;
    let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
    run.call(&mut store, 10)
}
