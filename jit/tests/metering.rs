//! Fuel and interruption: guests that wait for more, and guests that the host looks at.

use diptych_core::{
    BackendKind, CompilationMode, Config, Engine, Instance, Module, ResumableCall, Store, Trap, Val,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Engines that count fuel and look for interruption, in every way of trapping and compiling, and
/// the interpreter's beside them.
fn engines() -> Vec<(String, Engine)> {
    let mut engines = Vec::new();
    let backends = [diptych_jit::backend(), diptych_interp::backend()];
    for kind in [BackendKind::Jit, BackendKind::Interp] {
        for signals in [true, false] {
            for mode in [CompilationMode::Lazy, CompilationMode::Eager] {
                let mut config = Config::new();
                config
                    .backend(kind)
                    .consume_fuel(true)
                    .interruption(true)
                    .signals_based_traps(signals)
                    .compilation(mode);
                let engine = Engine::with_backends(&config, &backends).expect("both are there");
                engines.push((format!("{kind:?}, signals: {signals}, {mode:?}"), engine));
            }
        }
    }
    engines
}

fn module(engine: &Engine, text: &str) -> Module {
    let bytes = wat::parse_str(text).expect("the text is right");
    Module::new(engine, bytes).expect("it is valid")
}

const SUM: &str = r#"(module
    (memory (export "memory") 1)
    (func (export "sum") (param i32) (result i32) (local $sum i32)
        (loop $again
            (if (local.get 0)
                (then
                    (local.set $sum (i32.add (local.get $sum) (call $square (local.get 0))))
                    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
                    (i32.store (i32.const 8) (local.get 0))
                    (br $again))))
        (local.get $sum))
    (func $square (param i32) (result i32)
        (i32.mul (local.get 0) (local.get 0))))"#;

/// Every amount of fuel stops every engine at the same place.
#[test]
fn fuel_stops_all_engines_at_the_same_place() {
    let run = |engine: &Engine, fuel: u64| {
        let mut store = Store::new(engine, ());
        let module = module(engine, SUM);
        let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
        let sum = instance
            .get_typed_func::<i32, i32>(&mut store, "sum")
            .expect("it is there");
        let memory = instance
            .get_memory(&mut store, "memory")
            .expect("it is there");
        store.set_fuel(fuel).expect("fuel is counted");
        let outcome = match sum.call(&mut store, 7) {
            Ok(result) => format!("{result}"),
            Err(error) => format!("{error} {:?}", error.backtrace()),
        };
        let left = store.get_fuel().expect("fuel is counted");
        (outcome, left, memory.data(&store)[8])
    };
    let engines = engines();
    for fuel in 0..200 {
        let mut results = engines
            .iter()
            .map(|(name, engine)| (name, run(engine, fuel)));
        let (_, first) = results.next().expect("there are engines");
        for (name, result) in results {
            assert_eq!(result, first, "{name}, fuel {fuel}");
        }
    }
}

#[test]
fn a_guest_waits_for_fuel() {
    for (name, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let module = module(&engine, SUM);
        let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
        let sum = instance
            .get_func(&mut store, "sum")
            .expect("it is exported");
        store.set_fuel(1).expect("fuel is counted");
        let mut results = [Val::I32(0)];
        let mut call = sum
            .call_resumable(&mut store, &[Val::I32(10)], &mut results)
            .expect("it is suspended");
        let mut rounds = 0;
        while let ResumableCall::Suspended(guest) = call {
            assert_eq!(guest.error().trap(), Some(Trap::OutOfFuel), "{name}");
            assert!(guest.host_func().is_none(), "{name}");
            rounds += 1;
            let left = store.get_fuel().expect("fuel is counted");
            store.set_fuel(left + 5).expect("fuel is counted");
            call = guest
                .resume(&mut store, &[], &mut results)
                .expect("it goes on");
        }
        assert!(rounds > 10, "{name}: {rounds}");
        assert_eq!(results[0].unwrap_i32(), 385, "{name}");
    }
}

#[test]
fn the_host_looks_at_a_guest_and_lets_it_go_on() {
    let text = r#"(module
        (func (export "spin") (local i32) (loop $again (call $step) (br $again)))
        (func $step))"#;
    for (name, engine) in engines() {
        let mut store = Store::new(&engine, Vec::new());
        let module = module(&engine, text);
        let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
        let spin = instance
            .get_typed_func::<(), ()>(&mut store, "spin")
            .expect("it is there");
        store.set_fuel(u64::MAX).expect("fuel is counted");
        store.on_interrupt(|seen: &mut Vec<usize>, backtrace| {
            seen.push(backtrace.frames().len());
            if seen.len() < 5 {
                Ok(())
            } else {
                Err(Trap::Interrupted.into())
            }
        });
        let handle = store.interrupt_handle();
        let ended = Arc::new(AtomicBool::new(false));
        let watch = std::thread::spawn({
            let ended = Arc::clone(&ended);
            move || {
                while !ended.load(Ordering::Relaxed) {
                    handle.interrupt();
                    std::thread::yield_now();
                }
            }
        });
        let error = spin.call(&mut store, ()).expect_err("it is stopped");
        ended.store(true, Ordering::Relaxed);
        watch.join().expect("no panic");
        assert_eq!(error.trap(), Some(Trap::Interrupted), "{name}");
        let seen = store.data();
        assert_eq!(seen.len(), 5, "{name}");
        assert!(
            seen.iter().all(|frames| (1..=2).contains(frames)),
            "{name}: {seen:?}"
        );
    }
}
