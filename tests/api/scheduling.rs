//! Suspended calls in the hands of a scheduler: slices of fuel, guests that resume guests, other
//! threads, and limits.

use super::resumable::{SUM, finished, suspended, waiting};
use super::{
    bad_argument, call, call_i32, exported, instantiate, module, on_each_engine,
    on_each_engine_with, trap,
};
use diptych::{
    Caller, Error, ErrorKind, Extern, Func, Instance, Linker, Module, Result, ResumableCall, Store,
    SuspendedCall, Trap, Val,
};

/// A computation with branches, calls and memory.
const WORK: &str = r#"(module
    (memory (export "memory") 1)
    (func $collatz (param $n i64) (result i32) (local $steps i32)
        (block $done (loop $again
            (br_if $done (i64.eq (local.get $n) (i64.const 1)))
            (local.set $n (if (result i64) (i64.eqz (i64.and (local.get $n) (i64.const 1)))
                (then (i64.shr_u (local.get $n) (i64.const 1)))
                (else (i64.add (i64.mul (local.get $n) (i64.const 3)) (i64.const 1)))))
            (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
            (br $again)))
        (local.get $steps))
    (func $fib (param i32) (result i32)
        (if (i32.lt_u (local.get 0) (i32.const 2)) (then (return (local.get 0))))
        (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                 (call $fib (i32.sub (local.get 0) (i32.const 2)))))
    (func (export "work") (param $n i32) (result i32 f64) (local $i i32) (local $f f64)
        (local.set $f (f64.const 1))
        (loop $again
            (i32.store (i32.shl (local.get $i) (i32.const 2))
                (call $collatz (i64.extend_i32_u (i32.add (local.get $i) (i32.const 1)))))
            (local.set $f (f64.add (f64.mul (local.get $f) (f64.const 1.5))
                (f64.convert_i32_u (i32.load (i32.shl (local.get $i) (i32.const 2))))))
            (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                (local.get $n))))
        (i32.add (call $fib (i32.const 12)) (i32.load (i32.const 40))) (local.get $f)))"#;

#[test]
fn a_guest_without_fuel_goes_on_when_it_gets_more() {
    on_each_engine_with(
        |config| {
            config.consume_fuel(true);
        },
        |engine| {
            let run = |slice: u64| {
                let mut store = Store::new(engine, ());
                let instance = instantiate(&mut store, WORK);
                let work = exported(&mut store, instance, "work");
                let mut results = [Val::I32(0), Val::F64(0)];
                let mut given = slice;
                store.set_fuel(slice).expect("fuel is counted");
                let mut state = work.call_resumable(&mut store, &[Val::I32(60)], &mut results);
                let mut times = 0;
                loop {
                    match state.expect("nothing traps") {
                        ResumableCall::Finished => break,
                        ResumableCall::Suspended(call) => {
                            assert_eq!(call.error().trap(), Some(Trap::OutOfFuel));
                            assert!(call.host_func().is_none());
                            let left = store.get_fuel().expect("fuel is counted");
                            store.set_fuel(left + slice).expect("fuel is counted");
                            given += slice;
                            times += 1;
                            state = call.resume(&mut store, &[], &mut results);
                        }
                    }
                }
                let memory = instance
                    .get_memory(&mut store, "memory")
                    .expect("it is exported");
                let bytes = memory.data(&store)[..400].to_vec();
                let used = given - store.get_fuel().expect("fuel is counted");
                (format!("{results:?}"), bytes, used, times)
            };
            let (results, bytes, used, times) = run(1 << 40);
            assert_eq!(times, 0);
            assert!(used > 10_000);
            for slice in [1, 2, 3, 7, 50, 1_000, used - 1, used] {
                let (results2, bytes2, used2, times) = run(slice);
                assert_eq!(
                    (&results2, &bytes2, used2),
                    (&results, &bytes, used),
                    "{slice}"
                );
                assert_eq!(times > 0, slice < used);
            }
        },
    );
}

#[test]
fn without_more_fuel_a_guest_stays_where_it_is() {
    on_each_engine_with(
        |config| {
            config.consume_fuel(true);
        },
        |engine| {
            let mut store = Store::new(engine, ());
            let instance = instantiate(&mut store, WORK);
            let work = exported(&mut store, instance, "work");
            let mut results = [Val::I32(0), Val::F64(0)];
            let mut call = suspended(work.call_resumable(&mut store, &[Val::I32(5)], &mut results));
            for _ in 0..100 {
                bad_argument(
                    suspended(work.call_resumable(&mut store, &[Val::I32(5)], &mut results))
                        .resume(&mut store, &[Val::I32(0)], &mut results),
                );
                call = suspended(call.resume(&mut store, &[], &mut results));
            }
            store.set_fuel(1 << 30).expect("fuel is counted");
            finished(call.resume(&mut store, &[], &mut results));
            // An ordinary call ends for good.
            store.set_fuel(10).expect("fuel is counted");
            let result = work.call(&mut store, &[Val::I32(5)], &mut results);
            assert_eq!(trap(result), Trap::OutOfFuel);
        },
    );
}

/// What a scheduler in the host keeps.
#[derive(Default)]
struct Scheduler {
    waiting: Vec<SuspendedCall>,
    finished: Vec<i32>,
}

#[test]
fn guests_start_and_resume_others() {
    on_each_engine(|engine| {
        let mut linker = Linker::<Scheduler>::new(engine);
        linker
            .func_wrap("host", "wait", |n: i32| -> Result<i32> {
                Err(Error::msg(format!("wait for {n}")))
            })
            .expect("the name is free");
        linker
            .func_wrap(
                "host",
                "spawn",
                |mut caller: Caller<'_, Scheduler>, n: i32| -> Result<()> {
                    let worker = caller.get_export("worker").and_then(Extern::into_func);
                    let worker = worker.expect("the guest exports it");
                    let mut results = [Val::I32(0)];
                    match worker.call_resumable(&mut caller, &[Val::I32(n)], &mut results)? {
                        ResumableCall::Suspended(call) => caller.data_mut().waiting.push(call),
                        ResumableCall::Finished => unreachable!("workers wait"),
                    }
                    Ok(())
                },
            )
            .expect("the name is free");
        linker
            .func_wrap(
                "host",
                "step",
                |mut caller: Caller<'_, Scheduler>, value: i32| -> Result<i32> {
                    let Some(call) = caller.data_mut().waiting.pop() else {
                        return Ok(0);
                    };
                    let mut results = [Val::I32(0)];
                    match call.resume(&mut caller, &[Val::I32(value)], &mut results)? {
                        ResumableCall::Suspended(call) => {
                            caller.data_mut().waiting.insert(0, call);
                        }
                        ResumableCall::Finished => {
                            caller.data_mut().finished.push(results[0].unwrap_i32());
                        }
                    }
                    Ok(1)
                },
            )
            .expect("the name is free");
        let module = module(
            engine,
            r#"(module
                (import "host" "wait" (func $wait (param i32) (result i32)))
                (import "host" "spawn" (func $spawn (param i32)))
                (import "host" "step" (func $step (param i32) (result i32)))
                (func $worker (export "worker") (param $n i32) (result i32) (local $depth i32)
                    (if (i32.eqz (local.get $n)) (then (return (call $wait (i32.const 0)))))
                    (i32.add (call $wait (local.get $n))
                        (call $worker (i32.sub (local.get $n) (i32.const 1)))))
                (func (export "main") (param $n i32) (result i32) (local $steps i32)
                    (local $i i32)
                    (loop $more
                        (call $spawn (local.get $i))
                        (br_if $more (i32.lt_u
                            (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                            (local.get $n))))
                    (loop $again
                        (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
                        (br_if $again (call $step (local.get $steps))))
                    (local.get $steps)))"#,
        );
        let mut store = Store::new(engine, Scheduler::default());
        let instance = linker.instantiate(&mut store, &module).expect("it links");
        let steps = call_i32(&mut store, instance, "main", &[Val::I32(10)]);
        let steps = steps.expect("nothing traps");
        assert_eq!(steps, 1 + (1..=10).sum::<i32>());
        let data = store.data();
        assert!(data.waiting.is_empty());
        assert_eq!(data.finished.len(), 10);
        // Every step gave its number to one of them.
        assert_eq!(data.finished.iter().sum::<i32>(), (1..steps).sum());
    });
}

#[test]
fn a_suspended_guest_can_outlive_its_store() {
    on_each_engine(|engine| {
        let (mut store, instance) = waiting(engine, (), SUM);
        let deep = exported(&mut store, instance, "deep");
        let mut results = [Val::I32(0)];
        let mut wait = |store: &mut Store<()>| {
            suspended(deep.call_resumable(store, &[Val::I32(9)], &mut results))
        };
        let (one, two) = (wait(&mut store), wait(&mut store));
        drop(store);
        assert_eq!(one.error().to_string(), "wait for 0");
        assert!(one.host_func().is_some());
        drop(one);
        let (mut other, _) = waiting(engine, (), SUM);
        bad_argument(two.resume(&mut other, &[Val::I32(1)], &mut [Val::I32(0)]));
    });
}

#[test]
fn a_suspended_guest_goes_to_another_thread_with_its_store() {
    on_each_engine(|engine| {
        let (mut store, instance) = waiting(engine, (), SUM);
        let deep = exported(&mut store, instance, "deep");
        let mut results = [Val::I32(0)];
        let call = suspended(deep.call_resumable(&mut store, &[Val::I32(500)], &mut results));
        let result = std::thread::spawn(move || {
            let mut results = [Val::I32(0)];
            finished(call.resume(&mut store, &[Val::I32(-1)], &mut results));
            results[0].unwrap_i32()
        });
        assert_eq!(result.join().expect("it does not panic"), 499);
    });
}

#[test]
fn limits_hold_in_resumable_calls() {
    on_each_engine_with(
        |config| {
            config.max_wasm_stack(10_000).max_call_depth(3);
        },
        |engine| {
            let (mut store, instance) = waiting(engine, (), SUM);
            let deep = exported(&mut store, instance, "deep");
            let mut results = [Val::I32(0)];
            let result = deep.call_resumable(&mut store, &[Val::I32(5_000)], &mut results);
            assert_eq!(trap(result), Trap::StackOverflow);
            // Below three activations the guest cannot be resumed.
            let call = suspended(deep.call_resumable(&mut store, &[Val::I32(5)], &mut results));
            let outcome = below(
                &mut store,
                3,
                Box::new(move |mut caller: Caller<'_, ()>| {
                    call.resume(&mut caller, &[Val::I32(1)], &mut [Val::I32(0)])
                }),
            );
            assert_eq!(trap(outcome), Trap::StackOverflow);
            let call = suspended(deep.call_resumable(&mut store, &[Val::I32(5)], &mut results));
            let outcome = below(
                &mut store,
                2,
                Box::new(move |mut caller: Caller<'_, ()>| {
                    call.resume(&mut caller, &[Val::I32(1)], &mut [Val::I32(0)])
                }),
            );
            finished(outcome);
        },
    );
}

type Action = Box<dyn FnOnce(Caller<'_, ()>) -> Result<ResumableCall> + Send>;

/// What `action` gives when it is called inside of so many activations.
fn below(store: &mut Store<()>, depth: i32, action: Action) -> Result<ResumableCall> {
    use std::sync::{Arc, Mutex};
    let action = Mutex::new(Some(action));
    let outcome = Arc::new(Mutex::new(None));
    let outcome2 = Arc::clone(&outcome);
    let again = Func::wrap(
        &mut *store,
        move |mut caller: Caller<'_, ()>, depth: i32| -> Result<()> {
            if depth > 1 {
                let down = caller.get_export("down").and_then(Extern::into_func);
                let down = down.expect("the guest exports it");
                return down.call(&mut caller, &[Val::I32(depth - 1)], &mut []);
            }
            let action = action.lock().unwrap().take().expect("it is called once");
            *outcome2.lock().unwrap() = Some(action(caller));
            Ok(())
        },
    );
    let module = module(
        store.engine(),
        r#"(module
            (import "" "" (func $again (param i32)))
            (func (export "down") (param i32) (call $again (local.get 0))))"#,
    );
    let instance = Instance::new(&mut *store, &module, &[again.into()]).expect("it links");
    call(&mut *store, instance, "down", &[Val::I32(depth)]).expect("nothing traps");
    let outcome = outcome.lock().unwrap().take();
    outcome.expect("the action was called")
}

#[test]
fn a_function_that_cannot_be_compiled_ends_a_resumable_call() {
    on_each_engine_with(
        |config| {
            config.compilation(diptych::CompilationMode::FullyLazy);
        },
        |engine| {
            // Nothing but the first function's body is wrong.
            let bytes = module(engine, r#"(module (func (export "f")))"#)
                .ir()
                .bytes
                .to_vec();
            let mut bytes = bytes;
            let end = bytes.len() - 1;
            assert_eq!(bytes[end], 0x0b);
            bytes[end] = 0x1a;
            let Ok(broken) = Module::new(engine, &bytes) else {
                return;
            };
            let (mut store, working) = waiting(engine, (), SUM);
            let instance = Instance::new(&mut store, &broken, &[]).expect("it links");
            let f = exported(&mut store, instance, "f");
            let error = f
                .call_resumable(&mut store, &[], &mut [])
                .expect_err("it is invalid");
            assert!(matches!(error.kind(), ErrorKind::InvalidModule { .. }));
            // The next call is not taken for a resumable one.
            let result = call_i32(&mut store, working, "sum", &[Val::I32(1)]);
            assert_eq!(result.expect_err("it fails").to_string(), "wait for 1");
        },
    );
}
