//! Panics of host functions: they pass through guests, and leave the store as it was.

use super::{call, call_i32, exported, module, on_each_engine, on_each_engine_with, trap};
use diptych::{
    Caller, Engine, Error, Extern, Func, FuncType, Instance, Linker, Module, Result, ResumableCall,
    Store, SuspendedCall, Trap, Val, ValType,
};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};

/// What a host function panics with.
#[derive(Debug, PartialEq)]
struct Thrown(i32);

/// What `call` panics with.
#[track_caller]
fn thrown<R: std::fmt::Debug>(call: impl FnOnce() -> R) -> i32 {
    let panic = catch_unwind(AssertUnwindSafe(call)).expect_err("it panics");
    panic
        .downcast_ref::<Thrown>()
        .expect("it is the host's panic")
        .0
}

/// What the host of these tests keeps.
#[derive(Default)]
struct State {
    waiting: Option<SuspendedCall>,
}

/// `panic` panics with a number, `wait` suspends, and `again` calls the guest's `down` with one
/// less as the host calls anything.
fn linker(engine: &Engine) -> Linker<State> {
    let mut linker = Linker::new(engine);
    linker
        .func_wrap("host", "panic", |n: i32| -> i32 { panic_any(Thrown(n)) })
        .expect("the name is free");
    linker
        .func_wrap("host", "wait", |_: i32| -> Result<i32> {
            Err(Error::msg("later"))
        })
        .expect("the name is free");
    let ty = FuncType::new([ValType::I32], [ValType::I32]);
    linker
        .func_new("host", "again", ty, |mut caller, args, results| {
            let down = caller.get_export("down").and_then(Extern::into_func);
            let down = down.expect("the guest exports it");
            let less = Val::I32(args[0].unwrap_i32() - 1);
            down.call(&mut caller, &[less], results)
        })
        .expect("the name is free");
    linker
        .func_wrap(
            "host",
            "resume",
            |mut caller: Caller<'_, State>, n: i32| -> Result<i32> {
                let call = caller.data_mut().waiting.take().expect("a guest waits");
                let mut results = [Val::I32(0)];
                match call.resume(&mut caller, &[Val::I32(n)], &mut results)? {
                    ResumableCall::Finished => Ok(results[0].unwrap_i32()),
                    ResumableCall::Suspended(_) => Ok(-1),
                }
            },
        )
        .expect("the name is free");
    linker
}

/// `down` goes down through guest frames and host frames by turns, and panics at -1.
const DOWN: &str = r#"(module
    (import "host" "panic" (func $panic (param i32) (result i32)))
    (import "host" "again" (func $again (param i32) (result i32)))
    (import "host" "wait" (func $wait (param i32) (result i32)))
    (import "host" "resume" (func $resume (param i32) (result i32)))
    (memory (export "memory") 1)
    (func $down (export "down") (param i32) (result i32) (local i64 i64 i64 i64 i64 i64)
        (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
        (if (i32.lt_s (local.get 0) (i32.const 0)) (then
            (return (call $panic (local.get 0)))))
        (if (i32.rem_u (local.get 0) (i32.const 10)) (then
            (return (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))))
        (i32.add (i32.const 1) (call $again (local.get 0))))
    (func (export "panic") (param i32) (result i32) (call $panic (local.get 0)))
    (func (export "panic tail") (param i32) (result i32) (return_call $panic (local.get 0)))
    (func $deep (export "deep panic") (param i32) (result i32) (local i64 i64 i64 i64 i64 i64)
        (if (i32.eqz (local.get 0)) (then (return (call $panic (i32.const 5)))))
        (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
    (func (export "wait, panic") (param i32) (result i32)
        (call $panic (call $wait (local.get 0))))
    (func (export "resume") (param i32) (result i32) (call $resume (local.get 0)))
    (func (export "trap") (param i32) (result i32) unreachable)
    (func $endless (export "endless") (param i32) (result i32)
        (i32.add (i32.const 1) (call $endless (local.get 0)))))"#;

fn start(engine: &Engine) -> (Store<State>, Instance) {
    let mut store = Store::new(engine, State::default());
    let module = module(engine, DOWN);
    let instance = linker(engine)
        .instantiate(&mut store, &module)
        .expect("it links");
    (store, instance)
}

/// Finds out whether the store still works in every way, with all of its depth and stack.
#[track_caller]
fn works(store: &mut Store<State>, instance: Instance) {
    let down = |store: &mut _, n| call_i32(store, instance, "down", &[Val::I32(n)]);
    assert_eq!(down(store, 0).expect("nothing traps"), 7);
    assert_eq!(down(store, 35).expect("nothing traps"), 42);
    let error = call(&mut *store, instance, "trap", &[Val::I32(0)]).expect_err("it traps");
    let frames = error.backtrace().expect("a guest ran").frames().len();
    assert_eq!(frames, 1, "no frames of guests that are gone");
    assert_eq!(
        trap(call(&mut *store, instance, "endless", &[Val::I32(0)])),
        Trap::StackOverflow
    );
    let error = call(&mut *store, instance, "wait, panic", &[Val::I32(0)]);
    assert_eq!(error.expect_err("it fails").to_string(), "later");
}

#[test]
fn a_panic_passes_through_guests() {
    on_each_engine(|engine| {
        let (mut store, instance) = start(engine);
        for round in 0..5 {
            for name in ["panic", "panic tail"] {
                let call = || call_i32(&mut store, instance, name, &[Val::I32(round)]);
                assert_eq!(thrown(call), round);
                works(&mut store, instance);
            }
            for depth in [1, 500, 5_000] {
                let args = [Val::I32(depth)];
                let call = || call_i32(&mut store, instance, "deep panic", &args);
                assert_eq!(thrown(call), 5);
                works(&mut store, instance);
            }
        }
    });
}

#[test]
fn a_panic_passes_through_host_and_guests() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, State::default());
        // Every return to the host on the way is skipped: at 0 it goes on to -1.
        let text = DOWN.replace(
            "(if (i32.eqz (local.get 0)) (then (return (i32.const 7))))",
            "(if (i32.eqz (local.get 0)) (then (return (call $again (i32.const 0)))))",
        );
        let module = module(engine, &text);
        let linker = linker(engine);
        let instance = linker.instantiate(&mut store, &module).expect("it links");
        let (_, working) = start_in(&mut store, &linker);
        for depth in [0, 1, 9, 10, 11, 100, 500] {
            let call = || call_i32(&mut store, instance, "down", &[Val::I32(depth)]);
            assert_eq!(thrown(call), -1);
            works(&mut store, working);
        }
    });
}

fn start_in(store: &mut Store<State>, linker: &Linker<State>) -> (Module, Instance) {
    let module = module(store.engine(), DOWN);
    let instance = linker.instantiate(store, &module).expect("it links");
    (module, instance)
}

#[test]
fn depth_is_counted_right_after_panics() {
    on_each_engine_with(
        |config| {
            config.max_call_depth(3);
        },
        |engine| {
            let (mut store, instance) = start(engine);
            let panic = linker(engine)
                .get(&mut store, "host", "panic")
                .and_then(Extern::into_func);
            let panic = panic.expect("it is defined");
            for _ in 0..10 {
                let mut results = [Val::I32(0)];
                let call = || panic.call(&mut store, &[Val::I32(1)], &mut results);
                assert_eq!(thrown(call), 1);
                let call = || call_i32(&mut store, instance, "panic", &[Val::I32(2)]);
                assert_eq!(thrown(call), 2);
            }
            let down = |store: &mut _, n| call_i32(store, instance, "down", &[Val::I32(n)]);
            assert_eq!(down(&mut store, 29).expect("three activations"), 36);
            assert_eq!(trap(down(&mut store, 30)), Trap::StackOverflow);
        },
    );
}

#[test]
fn a_host_function_catches_a_panic() {
    on_each_engine(|engine| {
        let (mut store, instance) = start(engine);
        let inner = exported(&mut store, instance, "deep panic");
        let catch = Func::wrap(
            &mut store,
            move |mut caller: Caller<'_, State>, depth: i32| -> i32 {
                let before = caller.instance();
                let mut results = [Val::I32(0)];
                let args = [Val::I32(depth)];
                let n = thrown(|| inner.call(&mut caller, &args, &mut results));
                assert_eq!(caller.instance(), before);
                n
            },
        );
        let outer = module(
            engine,
            r#"(module $outer
                (import "" "" (func $catch (param i32) (result i32)))
                (func $go (export "go") (param i32) (result i32)
                    (local.get 0)
                    (i32.add (call $catch (local.get 0)))
                    (i32.add (call $catch (i32.const 10))))
                (func (export "go, trap") (param i32)
                    (drop (call $catch (local.get 0))) unreachable))"#,
        );
        let outer = Instance::new(&mut store, &outer, &[catch.into()]).expect("it links");
        for depth in [0, 100, 5_000] {
            let result = call_i32(&mut store, outer, "go", &[Val::I32(depth)]);
            assert_eq!(result.expect("the panic was caught"), depth + 10);
            let error = call(&mut store, outer, "go, trap", &[Val::I32(depth)]);
            let error = error.expect_err("it traps");
            assert_eq!(error.backtrace().expect("a guest ran").frames().len(), 1);
        }
        // Called by the host, there is no instance; after the panic neither.
        let mut results = [Val::I32(0)];
        catch
            .call(&mut store, &[Val::I32(3)], &mut results)
            .expect("it was caught");
        works(&mut store, instance);
    });
}

#[test]
fn panics_in_resumable_calls() {
    on_each_engine(|engine| {
        let (mut store, instance) = start(engine);
        let mut results = [Val::I32(0)];
        let args = [Val::I32(3)];
        for _ in 0..3 {
            for name in ["panic", "deep panic"] {
                let func = exported(&mut store, instance, name);
                thrown(|| func.call_resumable(&mut store, &args, &mut results));
                works(&mut store, instance);
            }
            // Once it is resumed.
            let func = exported(&mut store, instance, "wait, panic");
            let ResumableCall::Suspended(call) = func
                .call_resumable(&mut store, &args, &mut results)
                .expect("it waits")
            else {
                panic!("it waits");
            };
            assert_eq!(
                thrown(|| call.resume(&mut store, &[Val::I32(8)], &mut results)),
                8
            );
            works(&mut store, instance);
            // Resumed by a host function that another guest called.
            let ResumableCall::Suspended(call) = func
                .call_resumable(&mut store, &args, &mut results)
                .expect("it waits")
            else {
                panic!("it waits");
            };
            store.data_mut().waiting = Some(call);
            let call = || call_i32(&mut store, instance, "resume", &[Val::I32(9)]);
            assert_eq!(thrown(call), 9);
            works(&mut store, instance);
        }
    });
}

#[test]
fn panics_while_an_instance_is_made() {
    on_each_engine(|engine| {
        let (mut store, instance) = start(engine);
        let linker = linker(engine);
        let panics = module(
            engine,
            r#"(module
                (import "host" "panic" (func $panic (param i32) (result i32)))
                (memory 1) (table 1 funcref)
                (func $start (drop (call $panic (i32.const 3))))
                (start $start))"#,
        );
        for _ in 0..5 {
            assert_eq!(thrown(|| linker.instantiate(&mut store, &panics)), 3);
            works(&mut store, instance);
        }
    });
}

#[test]
fn a_panic_in_a_function_with_values() {
    on_each_engine(|engine| {
        let (mut store, instance) = start(engine);
        let ty = FuncType::new([ValType::I32; 3], [ValType::I32; 2]);
        let func = Func::new(&mut store, ty, |_, args, results| {
            results[0] = args[0];
            panic_any(Thrown(args[2].unwrap_i32()))
        });
        let func = func.expect("there is room");
        let args = [Val::I32(1), Val::I32(2), Val::I32(3)];
        let mut results = [Val::I32(0); 2];
        assert_eq!(thrown(|| func.call(&mut store, &args, &mut results)), 3);
        works(&mut store, instance);
    });
}
