//! A host of plug-ins: one module, many instances, each in a store of its own, on several threads.
//!
//! `cargo run --release --example plugins`

use diptych::{Caller, Config, Engine, InstancePre, Linker, Module, Result, Store, Trap};
use std::thread;
use std::time::Instant;

const PLUGIN: &str = r#"
    (module
      (import "host" "seed" (func $seed (result i32)))
      (import "host" "emit" (func $emit (param i32)))
      (memory 1)
      (func (export "run") (param $rounds i32)
        (local $x i32)
        (local.set $x (call $seed))
        (loop $next
          (local.set $x
            (i32.add (i32.mul (local.get $x) (i32.const 1664525)) (i32.const 1013904223)))
          (i32.store (i32.const 0) (local.get $x))
          (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
          (br_if $next (local.get $rounds)))
        ;; Every seventh plug-in is broken.
        (if (i32.eqz (i32.rem_u (call $seed) (i32.const 7))) (then (unreachable)))
        (call $emit (i32.load (i32.const 0)))))
"#;

const THREADS: i32 = 4;
const EACH: i32 = 250;

/// What the host knows of one plug-in.
struct Plugin {
    id: i32,
    emitted: Option<i32>,
}

fn main() -> Result<()> {
    let mut config = Config::new();
    config.consume_fuel(true);
    let engine = Engine::new(&config)?;
    let module = Module::new(&engine, PLUGIN)?;
    let mut linker = Linker::<Plugin>::new(&engine);
    linker.func_wrap("host", "seed", |caller: Caller<'_, Plugin>| {
        caller.data().id
    })?;
    linker.func_wrap(
        "host",
        "emit",
        |mut caller: Caller<'_, Plugin>, value: i32| {
            caller.data_mut().emitted = Some(value);
        },
    )?;
    // Imports are looked up and checked once; an instance then costs little.
    let plugin = linker.instantiate_pre(&module)?;

    let begin = Instant::now();
    let broken: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let plugin = &plugin;
                let engine = &engine;
                scope.spawn(move || {
                    let ids = thread * EACH..(thread + 1) * EACH;
                    ids.filter(|id| !run(engine, plugin, *id)).count()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no plug-in harms its host"))
            .sum()
    });
    let all = (THREADS * EACH) as usize;
    println!(
        "{all} plug-ins in {:?}, {broken} of them trapped",
        begin.elapsed()
    );
    assert_eq!(broken, all.div_ceil(7));
    Ok(())
}

/// Runs one plug-in, and says whether it worked. Its store, and all that it allocated, goes.
fn run(engine: &Engine, plugin: &InstancePre<Plugin>, id: i32) -> bool {
    let mut store = Store::new(engine, Plugin { id, emitted: None });
    let outcome = store.set_fuel(100_000).and_then(|()| {
        let instance = plugin.instantiate(&mut store)?;
        let run = instance.get_typed_func::<i32, ()>(&mut store, "run")?;
        run.call(&mut store, 1000)
    });
    match outcome {
        Ok(()) => {
            assert!(store.data().emitted.is_some());
            true
        }
        Err(error) => {
            assert_eq!(
                error.trap(),
                Some(Trap::Unreachable),
                "plug-in {id}: {error}"
            );
            false
        }
    }
}
