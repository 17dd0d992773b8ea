//! Running code that is not trusted: limits on instructions, time, memory and stack, and a guest
//! that pauses when its fuel is used up.
//!
//! `cargo run --example limits_and_fuel`

use diptych::{
    Config, Engine, Instance, Module, Result, ResumableCall, Store, StoreLimits,
    StoreLimitsBuilder, Trap, Val,
};
use std::thread;
use std::time::Duration;

const MODULE: &str = r#"
    (module
      (memory (export "memory") 1)
      (func (export "forever") (loop $again (br $again)))
      (func $deep (export "deep") (call $deep) (call $deep))
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "sum") (param $n i32) (result i32)
        (local $sum i32)
        (loop $again
          (local.set $sum (i32.add (local.get $sum) (local.get $n)))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br_if $again (local.get $n)))
        (local.get $sum)))
"#;

struct Host {
    limits: StoreLimits,
}

fn main() -> Result<()> {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .interruption(true)
        .max_wasm_stack(256 << 10);
    let engine = Engine::new(&config)?;
    let module = Module::new(&engine, MODULE)?;

    let limits = StoreLimitsBuilder::new()
        .memory_size(4 << 16)
        .instances(1)
        .build();
    let mut store = Store::new(&engine, Host { limits });
    store.limiter(|host| &mut host.limits);
    store.set_fuel(1_000_000)?;
    let instance = Instance::new(&mut store, &module, &[])?;
    let forever = instance.get_typed_func::<(), ()>(&mut store, "forever")?;
    let deep = instance.get_typed_func::<(), ()>(&mut store, "deep")?;
    let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow")?;

    // Instructions: the same number on every machine.
    let error = forever.call(&mut store, ()).expect_err("fuel ends it");
    println!("fuel: {error}");
    assert_eq!(error.trap(), Some(Trap::OutOfFuel));

    // Time: another thread interrupts the guest, whatever it does.
    store.set_fuel(u64::MAX)?;
    let handle = store.interrupt_handle();
    let watchdog = thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        handle.interrupt();
    });
    let error = forever
        .call(&mut store, ())
        .expect_err("the watchdog ends it");
    watchdog.join().expect("the watchdog does not panic");
    println!("time: {error}");
    assert_eq!(error.trap(), Some(Trap::Interrupted));
    store.interrupt_handle().clear();

    // Stack: recursion in the guest never exhausts the host's.
    let error = deep.call(&mut store, ()).expect_err("the stack ends it");
    println!("stack: {error}");
    assert_eq!(error.trap(), Some(Trap::StackOverflow));

    // Memory: the guest sees -1, as the specification has it.
    println!(
        "memory: {} then {}",
        grow.call(&mut store, 3)?,
        grow.call(&mut store, 1)?
    );

    // Fuel as a time slice: the guest stops where it is, and goes on later.
    let sum = instance
        .get_func(&mut store, "sum")
        .expect("it is exported");
    let mut result = [Val::I32(0)];
    let mut slices = 1;
    store.set_fuel(1000)?;
    let mut call = sum.call_resumable(&mut store, &[Val::I32(10_000)], &mut result)?;
    while let ResumableCall::Suspended(suspended) = call {
        store.set_fuel(1000)?;
        slices += 1;
        call = suspended.resume(&mut store, &[], &mut result)?;
    }
    println!("sum: {} after {slices} slices", result[0].unwrap_i32());
    assert_eq!(result[0].unwrap_i32(), 50_005_000);
    assert!(slices > 10);
    Ok(())
}
