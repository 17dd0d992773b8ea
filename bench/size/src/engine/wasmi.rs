use wasmi::{Engine, Error, Linker, Module, Store};

pub fn run(wasm: &[u8]) -> Result<i32, Error> {
    let engine = Engine::default();
    let module = Module::new(&engine, wasm)?;
    let linker = Linker::<()>::new(&engine);
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate_and_start(&mut store, &module)?;
    let run = instance.get_typed_func::<i32, i32>(&store, "run")?;
    run.call(&mut store, 10)
}
