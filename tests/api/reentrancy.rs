//! Host functions that call guests, make instances, and change what their caller works on.

use super::{
    call, call_i32, exported, instantiate, module, on_each_engine, on_each_engine_with, trap,
};
use diptych::{
    Caller, Engine, Error, Extern, Func, FuncType, Global, GlobalType, Instance, Linker, Module,
    Mutability, Result, Store, Trap, Val, ValType,
};
use std::sync::{Arc, OnceLock};

/// The number that an instance exports as `id`; -1 when the host called.
fn caller_id(caller: &mut Caller<'_, Vec<i32>>) -> i32 {
    let instance = caller.instance();
    let export = caller.get_export("id");
    assert_eq!(instance.is_some(), export.is_some());
    assert!(caller.get_export("no such export").is_none());
    match export.and_then(Extern::into_global) {
        Some(id) => id.get(caller).unwrap_i32(),
        None => -1,
    }
}

#[test]
fn a_caller_knows_who_called() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, Vec::new());
        let note = Func::wrap(&mut store, |mut caller: Caller<'_, Vec<i32>>| {
            let id = caller_id(&mut caller);
            caller.data_mut().push(id);
        });
        // Notes, lets the host call `note`, then lets a guest call it, and notes again.
        let nested = Func::wrap(
            &mut store,
            move |mut caller: Caller<'_, Vec<i32>>, inner: Option<Func>| -> Result<()> {
                note.call(&mut caller, &[], &mut [])?;
                if let Some(inner) = inner {
                    inner.call(&mut caller, &[], &mut [])?;
                }
                let id = caller_id(&mut caller);
                caller.data_mut().push(id);
                Ok(())
            },
        );
        let module = module(
            engine,
            r#"(module
                (type $plain (func))
                (import "" "note" (func $note (type $plain)))
                (import "" "nested" (func $nested (param funcref)))
                (import "" "id" (global $id i32))
                (export "id" (global $id))
                (table (export "table") 1 funcref)
                (elem (i32.const 0) func $note)
                (func (export "direct") (call $note))
                (func (export "indirect") (call_indirect (type $plain) (i32.const 0)))
                (func (export "tail") (return_call $note))
                (func (export "tail indirect") (return_call_indirect (type $plain) (i32.const 0)))
                (func (export "nested") (param funcref) (call $nested (local.get 0)) (call $note))
                (export "note" (func $note)))"#,
        );
        let mut make = |id: i32| {
            let id = Global::new(
                &mut store,
                GlobalType::new(ValType::I32, Mutability::Const),
                Val::I32(id),
            )
            .expect("there is room");
            Instance::new(
                &mut store,
                &module,
                &[note.into(), nested.into(), id.into()],
            )
            .expect("it links")
        };
        let (one, two) = (make(1), make(2));
        let noted = |store: &mut Store<Vec<i32>>| core::mem::take(store.data_mut());
        for name in ["direct", "indirect", "tail", "tail indirect"] {
            call(&mut store, one, name, &[]).expect("nothing traps");
            assert_eq!(noted(&mut store), [1], "{name}");
        }
        // It is the host that calls here, though the function is exported by an instance.
        call(&mut store, one, "note", &[]).expect("nothing traps");
        assert_eq!(noted(&mut store), [-1]);
        for (inner, expected) in [
            (Val::FuncRef(None), vec![-1, 1, 1]),
            (
                exported(&mut store, two, "direct").into(),
                vec![-1, 2, 1, 1],
            ),
            (exported(&mut store, two, "tail").into(), vec![-1, 2, 1, 1]),
            (note.into(), vec![-1, -1, 1, 1]),
        ] {
            call(&mut store, one, "nested", &[inner]).expect("nothing traps");
            assert_eq!(noted(&mut store), expected);
        }
        // Called by the host, with a guest inside.
        let inner = exported(&mut store, two, "indirect");
        nested
            .call(&mut store, &[inner.into()], &mut [])
            .expect("nothing traps");
        assert_eq!(noted(&mut store), [-1, 2, -1]);
    });
}

#[test]
fn host_and_guests_call_each_other() {
    on_each_engine(|engine| {
        let mut linker = Linker::<u32>::new(engine);
        linker
            .func_wrap(
                "host",
                "fib",
                |mut caller: Caller<'_, u32>, n: i32| -> Result<i32> {
                    *caller.data_mut() += 1;
                    let fib = caller.get_export("fib").and_then(Extern::into_func);
                    let fib = fib.ok_or(Trap::Unreachable)?.typed::<i32, i32>(&caller)?;
                    fib.call(&mut caller, n)
                },
            )
            .expect("the name is free");
        let module = module(
            engine,
            r#"(module
                (import "host" "fib" (func $fib (param i32) (result i32)))
                (func (export "fib") (param i32) (result i32)
                    (if (i32.lt_u (local.get 0) (i32.const 2)) (then (return (local.get 0))))
                    (i32.add
                        (call $fib (i32.sub (local.get 0) (i32.const 1)))
                        (call $fib (i32.sub (local.get 0) (i32.const 2))))))"#,
        );
        let mut store = Store::new(engine, 0);
        let instance = linker.instantiate(&mut store, &module).expect("it links");
        let fib = call_i32(&mut store, instance, "fib", &[Val::I32(15)]);
        assert_eq!(fib.expect("nothing traps"), 610);
        assert_eq!(*store.data(), 1972);
    });
}

#[test]
fn a_host_function_has_stores_of_its_own() {
    on_each_engine(|engine| {
        let text = r#"(module
            (import "" "" (func $inner (param i32) (result i32)))
            (memory 1)
            (func (export "go") (param i32) (result i32)
                (i32.store (i32.const 0) (local.get 0))
                (i32.add (call $inner (local.get 0)) (i32.load (i32.const 0)))))"#;
        let module = module(engine, text);
        // Each store's guest runs another one in a store that lasts as long as the call.
        fn run(module: &Module, depth: i32) -> Result<i32> {
            let mut store = Store::new(module.engine(), ());
            let inner = module.clone();
            let inner = Func::wrap(&mut store, move |depth: i32| -> Result<i32> {
                match depth {
                    0 => Ok(0),
                    13 => Err(Error::msg("no luck")),
                    _ => run(&inner, depth - 1),
                }
            });
            let instance = Instance::new(&mut store, module, &[inner.into()])?;
            let result = call_i32(&mut store, instance, "go", &[Val::I32(depth)]);
            let again = call_i32(&mut store, instance, "go", &[Val::I32(0)]);
            assert_eq!(again.expect("nothing traps"), 0);
            result
        }
        assert_eq!(run(&module, 12).expect("nothing traps"), 78);
        let error = run(&module, 20).expect_err("it is out of luck");
        assert_eq!(error.to_string(), "no luck");
        assert_eq!(error.backtrace().expect("guests ran").frames().len(), 1);
    });
}

/// Runs on a native stack of 2 MiB, whatever the test runner gives.
fn on_a_usual_stack(test: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn_scoped(scope, test)
            .expect("threads can be made")
            .join()
            .expect("the test passes");
    });
}

#[test]
fn the_depth_of_calls_is_limited() {
    for depth in [0, 1, 2, 3, 50, 200] {
        on_each_engine_with(
            |config| {
                config.max_call_depth(depth);
            },
            |engine| on_a_usual_stack(|| deepest_call(engine, depth)),
        );
    }
}

// Where the bounds of stacks are known, and the compiler can take another one than a small one.
#[cfg(all(
    any(feature = "mmap", feature = "signals"),
    any(feature = "threads", not(feature = "jit"))
))]
#[test]
fn calls_into_each_other_end_with_a_small_native_stack() {
    // Far more calls than it has room for.
    let configure = |config: &mut diptych::Config| {
        config.max_call_depth(100_000);
    };
    on_each_engine_with(configure, |engine| {
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(256 << 10);
            let thread = thread.spawn_scoped(scope, || call_until_the_stack_ends(engine));
            let joined = thread.expect("threads can be made").join();
            joined.expect("the test passes");
        });
    });
}

#[cfg(all(
    any(feature = "mmap", feature = "signals"),
    any(feature = "threads", not(feature = "jit"))
))]
fn call_until_the_stack_ends(engine: &Engine) {
    let mut store = Store::new(engine, ());
    let text = r#"(module (import "" "" (func $pong (param i32)))
        (func (export "ping") (param i32) (call $pong (local.get 0))))"#;
    let module = module(engine, text);
    let pong = |mut caller: Caller<'_, ()>, by_host: i32| -> Result<()> {
        let ping = caller.get_export("ping").and_then(Extern::into_func);
        let ping = ping.expect("the guest exports it");
        let args = [Val::I32(by_host)];
        if by_host == 0 {
            return ping.call(&mut caller, &args, &mut []);
        }
        // By a host function that the host calls.
        let between = move |mut caller: Caller<'_, ()>| ping.call(&mut caller, &args, &mut []);
        Func::wrap(&mut caller, between).call(&mut caller, &[], &mut [])
    };
    let pong = Func::wrap(&mut store, pong);
    let instance = Instance::new(&mut store, &module, &[pong.into()]).expect("it links");
    for by_host in [0, 1, 0] {
        let result = call(&mut store, instance, "ping", &[Val::I32(by_host)]);
        assert_eq!(trap(result), Trap::StackOverflow);
    }
}

fn deepest_call(engine: &Engine, depth: u32) {
    let ping_text = r#"(module
        (import "" "" (func $pong))
        (func (export "ping") (call $pong)))"#;
    // A guest, by turns with a host function that it calls: only the guest counts, since it is
    // what comes into being on the native stack again.
    let module = module(engine, ping_text);
    let mut store = Store::new(engine, 0);
    let pong = Func::wrap(&mut store, |mut caller: Caller<'_, u32>| -> Result<()> {
        *caller.data_mut() += 1;
        let ping = caller.get_export("ping").and_then(Extern::into_func);
        let ping = ping.expect("the guest exports it");
        ping.call(&mut caller, &[], &mut [])
    });
    let instance = Instance::new(&mut store, &module, &[pong.into()]).expect("it links");
    for _ in 0..3 {
        *store.data_mut() = 0;
        let result = call(&mut store, instance, "ping", &[]);
        assert_eq!(trap(result), Trap::StackOverflow);
        assert_eq!(*store.data(), depth);
    }
    // Host functions that the host calls count, too.
    let again = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, u32>, me: Option<Func>| -> Result<()> {
            *caller.data_mut() += 1;
            let func = me.expect("it is given");
            func.call(&mut caller, &[me.into()], &mut [])
        },
    );
    *store.data_mut() = 0;
    let result = again.call(&mut store, &[again.into()], &mut []);
    assert_eq!(trap(result), Trap::StackOverflow);
    assert_eq!(*store.data(), depth);
}

#[test]
fn a_host_function_changes_what_the_guest_works_on() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let change = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| -> Result<()> {
            let mut get = |name| caller.get_export(name).expect("the guest exports it");
            let (memory, table, global) = (get("memory"), get("table"), get("global"));
            let memory = memory.into_memory().expect("it is one");
            memory.grow(&mut caller, 3)?;
            memory.write(&mut caller, 200_000, b"\x2a")?;
            let table = table.into_table().expect("it is one");
            let func = Func::wrap(&mut caller, || 17);
            table.grow(&mut caller, 5, func.into())?;
            let global = global.into_global().expect("it is one");
            let value = global.get(&mut caller).unwrap_i64();
            global.set(&mut caller, Val::I64(value + 1))
        });
        let module = module(
            engine,
            r#"(module
                (type $get (func (result i32)))
                (import "" "" (func $change))
                (memory (export "memory") 1)
                (table (export "table") 1 funcref)
                (global (export "global") (mut i64) (i64.const 41))
                (func (export "go") (result i32 i32 i32 i32 i64)
                    (i32.store8 (i32.const 0) (i32.const 9))
                    (call $change)
                    (memory.size)
                    (i32.load8_u (i32.const 200000))
                    (table.size 0)
                    (call_indirect (type $get) (i32.const 5))
                    (global.get 0)))"#,
        );
        let instance = Instance::new(&mut store, &module, &[change.into()]).expect("it links");
        let results = call(&mut store, instance, "go", &[]).expect("nothing traps");
        let results: Vec<i64> = results
            .iter()
            .map(|result| result.i64().unwrap_or_else(|| result.unwrap_i32().into()))
            .collect();
        assert_eq!(results, [4, 42, 6, 17, 42]);
    });
}

#[test]
fn a_host_function_makes_instances() {
    on_each_engine(|engine| {
        let inner = module(
            engine,
            r#"(module
                (import "" "" (func $spawn (param i32)))
                (import "" "depth" (global $depth i32))
                (memory 1)
                (func $start (call $spawn (global.get $depth)))
                (start $start))"#,
        );
        let mut store = Store::new(engine, Vec::new());
        let known = Arc::new(OnceLock::new());
        let me = Arc::clone(&known);
        let spawn = Func::wrap(
            &mut store,
            move |mut caller: Caller<'_, Vec<i32>>, depth: i32| -> Result<()> {
                caller.data_mut().push(depth);
                if depth > 0 {
                    let ty = GlobalType::new(ValType::I32, Mutability::Const);
                    let next = Global::new(&mut caller, ty, Val::I32(depth - 1))?;
                    let me: Func = *me.get().expect("it is set");
                    Instance::new(&mut caller, &inner, &[me.into(), next.into()])?;
                }
                Ok(())
            },
        );
        known.set(spawn).expect("it is not set yet");
        spawn
            .call(&mut store, &[Val::I32(20)], &mut [])
            .expect("nothing traps");
        assert_eq!(*store.data(), (0..=20).rev().collect::<Vec<_>>());
    });
}

#[test]
fn what_a_guest_has_computed_survives_nested_calls() {
    on_each_engine(|engine| {
        // The operands on the guest's stack when the host is called must be there afterwards,
        // whatever guests the host calls in between.
        let mut store = Store::new(engine, ());
        let noise = instantiate(
            &mut store,
            r#"(module (func $noise (export "noise") (param i64) (result i64)
                (local i64 i64 i64 i64 i64 i64 i64 i64)
                (if (i64.eqz (local.get 0)) (then (return (i64.const -1))))
                (local.set 1 (i64.const -1)) (local.set 5 (i64.const -1))
                (i64.add (call $noise (i64.sub (local.get 0) (i64.const 1))) (local.get 1))))"#,
        );
        let noise = noise
            .get_typed_func::<i64, i64>(&mut store, "noise")
            .expect("the type fits");
        let host = Func::wrap(
            &mut store,
            move |mut caller: Caller<'_, ()>, a: i64, b: i64| -> Result<(i64, i64)> {
                assert_eq!(noise.call(&mut caller, 20)?, -21);
                let same = Func::new(
                    &mut caller,
                    FuncType::new([ValType::I64; 3], [ValType::I64]),
                    move |mut caller, args, results| {
                        noise.call(&mut caller, 30)?;
                        results[0] = args[2];
                        Ok(())
                    },
                )?;
                let args = [Val::I64(1), Val::I64(2), Val::I64(a)];
                let mut result = [Val::I64(0)];
                same.call(&mut caller, &args, &mut result)?;
                Ok((b, result[0].unwrap_i64()))
            },
        );
        let module = module(
            engine,
            r#"(module
                (import "" "" (func $host (param i64 i64) (result i64 i64)))
                (func (export "go") (param i64) (result i64)
                    (local.get 0)
                    (i64.mul (local.get 0) (i64.const 3))
                    (i64.mul (local.get 0) (i64.const 5))
                    (i64.mul (local.get 0) (i64.const 7))
                    (call $host) (call $host) (call $host)
                    (i64.sub) (i64.sub) (i64.sub)))"#,
        );
        let instance = Instance::new(&mut store, &module, &[host.into()]).expect("it links");
        let go = instance
            .get_typed_func::<i64, i64>(&mut store, "go")
            .expect("the type fits");
        for n in [0, 1, -1, 12345, i64::MAX / 16] {
            // 1, 3, 5, 7 with the last two exchanged three times: 1 - (3 - (7 - 5)).
            assert_eq!(
                go.call(&mut store, n).expect("nothing traps"),
                n - (3 * n - 2 * n)
            );
        }
    });
}
