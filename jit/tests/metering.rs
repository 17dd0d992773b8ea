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

/// How many values a function has at a time: from few to more than machines have registers.
const MANY: [usize; 6] = [5, 10, 14, 16, 20, 36];

/// A function with so many integers, and floats and vectors together, all of which go on from their
/// last value in each round of a loop. The rounds are its parameter, and the result is of all.
fn many_values(count: usize) -> String {
    use std::fmt::Write;
    let kinds = [
        ("i64", count),
        ("f64", count / 2),
        ("v128", count.div_ceil(2)),
    ];
    let [mut locals, mut begin, mut round, mut end] = [const { String::new() }; 4];
    for (ty, count) in kinds {
        for i in 0..count {
            let local = format!("${ty}_{i}");
            let get = format!("(local.get {local})");
            let (first, next, sum) = match ty {
                "i64" => (
                    format!("(i64.const {})", 1000 + i),
                    format!("(i64.add (i64.mul {get} (i64.const 31)) (i64.const {i}))"),
                    get.clone(),
                ),
                "f64" => (
                    format!("(f64.const {i}.5)"),
                    format!("(f64.add (f64.mul {get} (f64.const 0.75)) (f64.const {i}.25))"),
                    format!("(i64.reinterpret_f64 {get})"),
                ),
                _ => (
                    format!("(v128.const i64x2 {i} {})", 5000 + i),
                    format!("(i64x2.add (i64x2.shl {get} (i32.const 1)) (v128.const i64x2 {i} 7))"),
                    format!("(i64.xor (i64x2.extract_lane 0 {get}) (i64x2.extract_lane 1 {get}))"),
                ),
            };
            let _ = write!(locals, "(local {local} {ty})");
            let _ = write!(begin, "(local.set {local} {first})");
            let _ = write!(round, "(local.set {local} {next})");
            let _ = write!(
                end,
                "(local.set $sum (i64.add (i64.rotl (local.get $sum) (i64.const 3)) {sum}))"
            );
        }
    }
    format!(
        r#"(module (func (export "run") (param $rounds i32) (result i64) (local $sum i64)
            {locals} {begin}
            (loop $again
                {round}
                (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
                (br_if $again (local.get $rounds)))
            {end} (local.get $sum)))"#
    )
}

/// Wherever a guest waits, its registers are those that it had: another one runs meanwhile.
#[test]
fn guests_that_wait_keep_all_their_values() {
    for (text, count) in MANY.map(|count| (many_values(count), count)) {
        let mut expected = None;
        for (name, engine) in engines() {
            let sums = run_in_turns(&engine, &text, [20, 25]);
            assert_eq!(
                sums,
                *expected.get_or_insert(sums),
                "{name}, {count} values"
            );
        }
    }
}

/// Runs two guests, which get little fuel in turns.
fn run_in_turns(engine: &Engine, text: &str, rounds: [i32; 2]) -> [i64; 2] {
    let module = module(engine, text);
    let mut guests = rounds.map(|rounds| {
        let mut store = Store::new(engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
        let run = instance.get_func(&mut store, "run").expect("it is there");
        let mut results = [Val::I64(0)];
        let call = run
            .call_resumable(&mut store, &[Val::I32(rounds)], &mut results)
            .expect("it is suspended");
        (store, call, results)
    });
    let mut waits = 0;
    let waits_for = |call: &ResumableCall| matches!(call, ResumableCall::Suspended(_));
    while guests.iter().any(|(_, call, _)| waits_for(call)) {
        for (store, call, results) in &mut guests {
            if let ResumableCall::Suspended(guest) =
                std::mem::replace(call, ResumableCall::Finished)
            {
                waits += 1;
                let left = store.get_fuel().expect("fuel is counted");
                store.set_fuel(left + 40).expect("fuel is counted");
                *call = guest.resume(store, &[], results).expect("it goes on");
            }
        }
    }
    assert!(waits > 40, "{waits}");
    guests.map(|(.., [sum])| sum.unwrap_i64())
}

/// So are those of one that is interrupted in each round, and goes on.
#[test]
fn guests_that_are_interrupted_keep_all_their_values() {
    for (text, count) in MANY.map(|count| (many_values(count), count)) {
        let mut expected = None;
        for (name, engine) in engines() {
            let (sum, times) = run_interrupted(&engine, &text, false);
            assert_eq!(times, 0, "{name}");
            let (same, times) = run_interrupted(&engine, &text, true);
            assert!(times > 40, "{name}: {times}");
            assert_eq!(same, sum, "{name}, {count} values");
            assert_eq!(sum, *expected.get_or_insert(sum), "{name}, {count} values");
        }
    }
}

/// Runs a guest, and another one whenever it is interrupted, which is in each round or never.
fn run_interrupted(engine: &Engine, text: &str, interrupted: bool) -> (i64, u32) {
    let module = module(engine, text);
    let run = |store: &mut Store<u32>| {
        let instance = Instance::new(&mut *store, &module, &[]).expect("nothing is imported");
        store.set_fuel(u64::MAX).expect("fuel is counted");
        let run = instance.get_typed_func::<i32, i64>(&mut *store, "run");
        run.expect("it is there")
            .call(store, 50)
            .expect("it goes on")
    };
    let mut store = Store::new(engine, 0);
    let handle = store.interrupt_handle();
    if interrupted {
        handle.interrupt();
    }
    store.on_interrupt({
        let (engine, module) = (engine.clone(), module.clone());
        move |times: &mut u32, _| {
            *times += 1;
            let mut other = Store::new(&engine, 0);
            let instance = Instance::new(&mut other, &module, &[])?;
            other.set_fuel(u64::MAX)?;
            let run = instance.get_typed_func::<i32, i64>(&mut other, "run")?;
            run.call(&mut other, 3)?;
            handle.interrupt();
            Ok(())
        }
    });
    (run(&mut store), *store.data())
}
