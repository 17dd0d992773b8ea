//! The least there is to an embedding: load a module, call a function.
//!
//! `cargo run --example hello`

use diptych::{Config, Engine, Instance, Module, Result, Store};

const MODULE: &str = r#"
    (module
      (func (export "add") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1))))
"#;

fn main() -> Result<()> {
    // The engine holds the configuration; a process needs one.
    let engine = Engine::new(&Config::new())?;
    // A module is validated here, once. `Module::from_file` reads one from a file.
    let module = Module::new(&engine, MODULE)?;

    // The store owns everything that runs, and the host's own state: none here.
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;

    // The types are checked once, here, and not at each call.
    let add = instance.get_typed_func::<(i32, i32), i32>(&mut store, "add")?;
    let sum = add.call(&mut store, (40, 2))?;
    println!("40 + 2 = {sum}");
    assert_eq!(sum, 42);
    Ok(())
}
