//! Threads: what may go where, modules that are shared, and interruption.

use super::{
    call, call_i32, exported, instantiate, module, on_each_engine, on_each_engine_with, trap,
};
use core::time::Duration;
use diptych::{
    Backtrace, BacktraceFrame, Caller, CompilationMode, Config, Engine, Error, Export, Extern,
    ExternRef, Func, FuncType, Global, Instance, InstancePre, InterruptHandle, Linker, Memory,
    Module, Ref, ResumableCall, Store, StoreContext, StoreContextMut, StoreLimits, SuspendedCall,
    Table, Tag, Trap, TypedFunc, Val,
};
use std::cell::Cell;
use std::thread;

#[test]
fn everything_can_go_to_another_thread() {
    fn send_and_sync<T: Send + Sync>() {}
    fn send<T: Send>() {}
    send_and_sync::<Config>();
    send_and_sync::<Engine>();
    send_and_sync::<Module>();
    send_and_sync::<Linker<Cell<i32>>>();
    send_and_sync::<InstancePre<Cell<i32>>>();
    send_and_sync::<Store<i32>>();
    send::<Store<Cell<i32>>>();
    send_and_sync::<StoreContext<'_, i32>>();
    send_and_sync::<StoreContextMut<'_, i32>>();
    send::<StoreContextMut<'_, Cell<i32>>>();
    send_and_sync::<Caller<'_, i32>>();
    send::<Caller<'_, Cell<i32>>>();
    send_and_sync::<(
        Instance,
        Func,
        Memory,
        Table,
        Global,
        Tag,
        Extern,
        ExternRef,
    )>();
    send_and_sync::<(Val, Ref, FuncType, Export<'_>)>();
    send_and_sync::<TypedFunc<(i32, Func), Option<ExternRef>>>();
    send_and_sync::<(ResumableCall, SuspendedCall)>();
    send_and_sync::<(Error, Backtrace, BacktraceFrame, Trap)>();
    send_and_sync::<(InterruptHandle, StoreLimits)>();
}

/// Some functions of different sizes.
fn functions(count: usize) -> String {
    let functions: String = (0..count)
        .map(|i| {
            format!(
                r#"(func $f{i} (export "f{i}") (param i32) (result i32) (local i32)
                    (if (i32.lt_u (local.get 0) (i32.const 2)) (then (return (i32.const {i}))))
                    {}
                    (i32.add (call $f{} (i32.sub (local.get 0) (i32.const 1)))
                        (local.get 1)))"#,
                "(local.set 1 (i32.add (local.get 1) (local.get 0)))".repeat(i % 7),
                (i * 5 + 1) % count,
            )
        })
        .collect();
    format!("(module (memory 1) {functions})")
}

#[test]
fn threads_share_a_module_that_compiles_as_they_go() {
    for mode in [CompilationMode::Lazy, CompilationMode::FullyLazy] {
        on_each_engine_with(
            |config| {
                config.compilation(mode);
            },
            |engine| {
                let text = functions(40);
                let run = |module: &Module, first: usize| -> Vec<i32> {
                    let mut store = Store::new(module.engine(), ());
                    let instance = Instance::new(&mut store, module, &[]).expect("it links");
                    let mut results = vec![0; 40];
                    for i in 0..40 {
                        let i = (i + first) % 40;
                        let name = format!("f{i}");
                        let result = call_i32(&mut store, instance, &name, &[Val::I32(30)]);
                        results[i] = result.expect("nothing traps");
                    }
                    results
                };
                let expected = run(&module(engine, &text), 0);
                for round in 0..10 {
                    let shared = module(engine, &text);
                    thread::scope(|scope| {
                        let threads: Vec<_> = (0..4)
                            .map(|i| {
                                let shared = &shared;
                                let run = &run;
                                scope.spawn(move || run(shared, 10 * i + round))
                            })
                            .collect();
                        for thread in threads {
                            assert_eq!(thread.join().expect("nothing panics"), expected);
                        }
                    });
                }
            },
        );
    }
}

#[test]
fn threads_share_an_engine_and_a_linker() {
    on_each_engine(|engine| {
        let mut linker = Linker::<i64>::new(engine);
        linker
            .func_wrap("host", "add", |mut caller: Caller<'_, i64>, n: i64| {
                *caller.data_mut() += n;
            })
            .expect("the name is free");
        thread::scope(|scope| {
            for thread in 0..4 {
                let linker = &linker;
                scope.spawn(move || {
                    for i in 0..50 {
                        // A type of its own in each module, so that the engine learns some.
                        let types = "i64 ".repeat(1 + (i * 4 + thread) % 60);
                        let text = format!(
                            r#"(module
                                (import "host" "add" (func $add (param i64)))
                                (type (func (param {types}) (result {types})))
                                (func (export "go") (param i64)
                                    (call $add (local.get 0)) (call $add (local.get 0))))"#
                        );
                        let module = module(engine, &text);
                        let mut store = Store::new(engine, 0);
                        let instance = linker.instantiate(&mut store, &module).expect("links");
                        let n = (i + thread) as i64;
                        call(&mut store, instance, "go", &[Val::I64(n)]).expect("no trap");
                        assert_eq!(store.into_data(), 2 * n);
                    }
                });
            }
        });
    });
}

#[test]
fn a_store_moves_between_threads() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, Vec::new());
        let note = Func::wrap(&mut store, |mut caller: Caller<'_, Vec<String>>| {
            let thread = format!("{:?}", thread::current().id());
            caller.data_mut().push(thread);
        });
        let module = module(
            engine,
            r#"(module (import "" "" (func $note)) (func (export "go") (call $note)))"#,
        );
        let instance = Instance::new(&mut store, &module, &[note.into()]).expect("it links");
        for _ in 0..3 {
            store = thread::spawn(move || {
                call(&mut store, instance, "go", &[]).expect("nothing traps");
                store
            })
            .join()
            .expect("nothing panics");
        }
        let mut threads = store.into_data();
        threads.dedup();
        assert_eq!(threads.len(), 3);
    });
}

#[test]
fn a_caller_is_lent_to_another_thread() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, 0);
        let double = instantiate(
            &mut store,
            r#"(module (func (export "double") (param i32) (result i32)
                (i32.shl (local.get 0) (i32.const 1))))"#,
        );
        let double = exported(&mut store, double, "double");
        let lend = Func::wrap(&mut store, move |mut caller: Caller<'_, i32>, n: i32| {
            thread::scope(|scope| {
                let inside = scope.spawn(|| {
                    *caller.data_mut() += 1;
                    let mut result = [Val::I32(0)];
                    double.call(&mut caller, &[Val::I32(n)], &mut result)?;
                    Ok::<_, Error>(result[0].unwrap_i32())
                });
                inside.join().expect("nothing panics")
            })
        });
        let module = module(
            engine,
            r#"(module
                (import "" "" (func $lend (param i32) (result i32)))
                (func (export "go") (param i32) (result i32)
                    (i32.add (call $lend (local.get 0)) (call $lend (i32.const 1)))))"#,
        );
        let instance = Instance::new(&mut store, &module, &[lend.into()]).expect("it links");
        let result = call_i32(&mut store, instance, "go", &[Val::I32(20)]);
        assert_eq!(result.expect("nothing traps"), 42);
        assert_eq!(*store.data(), 2);
    });
}

const ENDLESS: &str = r#"(module
    (func (export "loop") (loop $again (br $again)))
    (func $calls (export "calls") (call $short) (return_call $calls))
    (func $short)
    (func (export "short") (result i32) (i32.const 1)))"#;

#[test]
fn another_thread_stops_a_guest() {
    on_each_engine_with(
        |config| {
            config.interruption(true);
        },
        |engine| {
            for name in ["loop", "calls"] {
                let mut store = Store::new(engine, ());
                let instance = instantiate(&mut store, ENDLESS);
                let handle = store.interrupt_handle();
                let stop = handle.clone();
                let stopper = thread::spawn(move || {
                    thread::sleep(Duration::from_millis(20));
                    stop.interrupt();
                });
                assert_eq!(
                    trap(call(&mut store, instance, name, &[])),
                    Trap::Interrupted
                );
                stopper.join().expect("nothing panics");
                // It stays so until it is cleared.
                assert!(handle.is_interrupted());
                assert_eq!(
                    trap(call(&mut store, instance, name, &[])),
                    Trap::Interrupted
                );
                let result = call_i32(&mut store, instance, "short", &[]);
                assert_eq!(trap(result), Trap::Interrupted);
                handle.clear();
                let result = call_i32(&mut store, instance, "short", &[]);
                assert_eq!(result.expect("it is not interrupted"), 1);
                drop(store);
                // A handle can outlive its store.
                handle.interrupt();
            }
        },
    );
}

#[test]
fn a_host_function_interrupts_its_guest() {
    on_each_engine_with(
        |config| {
            config.interruption(true);
        },
        |engine| {
            let mut store = Store::new(engine, 0);
            let handle = store.interrupt_handle();
            let tick = Func::wrap(&mut store, move |mut caller: Caller<'_, u32>| {
                *caller.data_mut() += 1;
                if *caller.data() == 100 {
                    handle.interrupt();
                }
            });
            let module = module(
                engine,
                r#"(module (import "" "" (func $tick))
                    (func (export "go") (loop $again (call $tick) (br $again))))"#,
            );
            let instance = Instance::new(&mut store, &module, &[tick.into()]).expect("it links");
            assert_eq!(
                trap(call(&mut store, instance, "go", &[])),
                Trap::Interrupted
            );
            assert_eq!(*store.data(), 100);
        },
    );
}
