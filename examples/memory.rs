//! Exchanging bytes with a guest through its memory.
//!
//! `cargo run --example memory`

use diptych::{Config, Engine, Error, Instance, Memory, Module, Result, Store, TypedFunc};

/// A guest with an allocator of the simplest kind, and a function on bytes.
const MODULE: &str = r#"
    (module
      (memory (export "memory") 1)
      (global $free (mut i32) (i32.const 1024))
      (func (export "alloc") (param $size i32) (result i32)
        (global.get $free)
        (global.set $free (i32.add (global.get $free) (local.get $size))))
      (func (export "shout") (param $at i32) (param $len i32)
        (local $end i32)
        (local $c i32)
        (local.set $end (i32.add (local.get $at) (local.get $len)))
        (block $done
          (loop $next
            (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $c (i32.load8_u (local.get $at)))
            (if (i32.lt_u (i32.sub (local.get $c) (i32.const 97)) (i32.const 26))
              (then (i32.store8 (local.get $at) (i32.sub (local.get $c) (i32.const 32)))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $next)))))
"#;

fn main() -> Result<()> {
    let engine = Engine::new(&Config::new())?;
    let module = Module::new(&engine, MODULE)?;
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    let memory = instance
        .get_memory(&mut store, "memory")
        .ok_or_else(|| Error::msg("the guest exports no memory"))?;
    let alloc = instance.get_typed_func::<i32, i32>(&mut store, "alloc")?;
    let shout = instance.get_typed_func::<(i32, i32), ()>(&mut store, "shout")?;

    let text = shouted(&mut store, memory, &alloc, &shout, "hello, linear memory")?;
    println!("{text}");
    assert_eq!(text, "HELLO, LINEAR MEMORY");

    // Every access is checked: what the guest says is never trusted.
    let mut four = [0; 4];
    assert!(
        memory
            .read(&store, memory.data_size(&store) - 3, &mut four)
            .is_err()
    );

    // Growing may move the memory: take slices and pointers anew after it.
    let before = memory.grow(&mut store, 2)?;
    println!("from {before} pages to {}", memory.size(&store));
    assert_eq!(memory.data(&store).len(), 3 * 65536);
    Ok(())
}

fn shouted(
    store: &mut Store<()>,
    memory: Memory,
    alloc: &TypedFunc<i32, i32>,
    shout: &TypedFunc<(i32, i32), ()>,
    text: &str,
) -> Result<String> {
    let len = text.len() as i32;
    let at = alloc.call(&mut *store, len)?;
    memory
        .write(&mut *store, at as u32 as usize, text.as_bytes())
        .map_err(Error::host)?;
    shout.call(&mut *store, (at, len))?;
    let mut bytes = vec![0; text.len()];
    memory
        .read(&*store, at as u32 as usize, &mut bytes)
        .map_err(Error::host)?;
    String::from_utf8(bytes).map_err(Error::host)
}
