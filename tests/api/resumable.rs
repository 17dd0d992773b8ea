//! Calls that are suspended by host functions, and resumed.

use super::{bad_argument, call_i32, exported, module, on_each_engine, trap};
use diptych::{
    Caller, Engine, Error, Extern, Func, FuncType, Instance, Linker, Memory, Result, ResumableCall,
    Store, SuspendedCall, Trap, V128, Val, ValType,
};

/// A guest that is suspended.
#[track_caller]
pub(super) fn suspended(call: Result<ResumableCall>) -> SuspendedCall {
    match call.expect("the guest does not end") {
        ResumableCall::Suspended(call) => call,
        ResumableCall::Finished => panic!("the guest has finished"),
    }
}

#[track_caller]
pub(super) fn finished(call: Result<ResumableCall>) {
    match call.expect("the guest does not end with an error") {
        ResumableCall::Finished => {}
        ResumableCall::Suspended(call) => panic!("the guest is suspended: {call:?}"),
    }
}

/// A store whose guests wait for what `host.wait` gives.
pub(super) fn waiting<T: 'static>(engine: &Engine, data: T, text: &str) -> (Store<T>, Instance) {
    let mut linker = Linker::<T>::new(engine);
    linker
        .func_wrap("host", "wait", |n: i32| -> Result<i32> {
            Err(Error::msg(format!("wait for {n}")))
        })
        .expect("the name is free");
    let mut store = Store::new(engine, data);
    let module = module(engine, text);
    let instance = linker.instantiate(&mut store, &module).expect("it links");
    (store, instance)
}

/// Gives the sum of what it waited for, `n` times.
pub(super) const SUM: &str = r#"(module
    (import "host" "wait" (func $wait (param i32) (result i32)))
    (func (export "sum") (param $n i32) (result i32) (local $sum i32)
        (loop $again
            (local.set $sum (i32.add (local.get $sum) (call $wait (local.get $n))))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum))
    (func $deep (export "deep") (param $n i32) (result i32) (local i64 i64 i64 i64)
        (if (i32.eqz (local.get $n)) (then (return (call $wait (i32.const 0)))))
        (i32.add (i32.const 1) (call $deep (i32.sub (local.get $n) (i32.const 1)))))
    (func (export "tail") (param $n i32) (result i32) (return_call $wait (local.get $n)))
    (func (export "trap") (param $n i32) (result i32) (i32.div_u (local.get $n) (i32.const 0))))"#;

#[test]
fn a_guest_waits_as_often_as_it_likes() {
    on_each_engine(|engine| {
        let (mut store, instance) = waiting(engine, (), SUM);
        let sum = exported(&mut store, instance, "sum");
        let mut results = [Val::I32(-1)];
        let mut state = sum.call_resumable(&mut store, &[Val::I32(100)], &mut results);
        for n in (1..=100).rev() {
            let call = suspended(state);
            assert_eq!(call.error().to_string(), format!("wait for {n}"));
            assert_eq!(call.func(), sum);
            let host = call.host_func().expect("a host function suspended it");
            assert_eq!(
                host.ty(&store),
                FuncType::new([ValType::I32], [ValType::I32])
            );
            assert_eq!(results[0].unwrap_i32(), -1);
            // The store can be used in the meantime.
            let result = call_i32(&mut store, instance, "sum", &[Val::I32(1)]);
            assert_eq!(result.expect_err("it fails").to_string(), "wait for 1");
            state = call.resume(&mut store, &[Val::I32(n * n)], &mut results);
        }
        finished(state);
        assert_eq!(results[0].unwrap_i32(), 338_350);
    });
}

#[test]
fn a_guest_waits_deep_in_its_stack() {
    on_each_engine(|engine| {
        let (mut store, instance) = waiting(engine, (), SUM);
        let deep = exported(&mut store, instance, "deep");
        let mut results = [Val::I32(-1)];
        for depth in (0..3_000).step_by(97).chain([20_000]) {
            let args = [Val::I32(depth)];
            let call = suspended(deep.call_resumable(&mut store, &args, &mut results));
            // Another guest as deep, on the store's own stack.
            call_i32(&mut store, instance, "deep", &args).expect_err("the host function fails");
            finished(call.resume(&mut store, &[Val::I32(7)], &mut results));
            assert_eq!(results[0].unwrap_i32(), depth + 7);
        }
    });
}

#[test]
fn suspended_guests_are_independent() {
    on_each_engine(|engine| {
        let (mut store, instance) = waiting(engine, (), SUM);
        let sum = exported(&mut store, instance, "sum");
        let mut results = [Val::I32(-1)];
        let mut calls: Vec<_> = (1..=20)
            .map(|n| {
                let args = [Val::I32(n)];
                (
                    n,
                    suspended(sum.call_resumable(&mut store, &args, &mut results)),
                )
            })
            .collect();
        let mut done = 0;
        // The one that was resumed longest ago goes next; every seventh is given up.
        for step in 0.. {
            if calls.is_empty() {
                break;
            }
            let (n, call) = calls.remove(0);
            if n % 7 == 0 && step > 50 {
                assert!(call.into_error().to_string().starts_with("wait for"));
                continue;
            }
            match call.resume(&mut store, &[Val::I32(n)], &mut results) {
                Ok(ResumableCall::Suspended(call)) => calls.push((n, call)),
                Ok(ResumableCall::Finished) => {
                    assert_eq!(results[0].unwrap_i32(), n * n);
                    done += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
        assert!((18..20).contains(&done), "{done}");
    });
}

#[test]
fn values_to_resume_with_are_checked() {
    on_each_engine(|engine| {
        let (mut store, instance) = waiting(engine, (), SUM);
        let (mut other, _) = waiting(engine, (), SUM);
        let sum = exported(&mut store, instance, "sum");
        let mut results = [Val::I32(-1)];
        let wait = |store: &mut Store<()>| {
            suspended(sum.call_resumable(store, &[Val::I32(1)], &mut [Val::I32(0)]))
        };
        let call = wait(&mut store);
        bad_argument(call.resume(&mut store, &[], &mut results));
        let call = wait(&mut store);
        bad_argument(call.resume(&mut store, &[Val::I32(1); 2], &mut results));
        let call = wait(&mut store);
        bad_argument(call.resume(&mut store, &[Val::I64(1)], &mut results));
        let call = wait(&mut store);
        bad_argument(call.resume(&mut store, &[Val::I32(1)], &mut []));
        let call = wait(&mut store);
        bad_argument(call.resume(&mut other, &[Val::I32(1)], &mut results));
        let call = wait(&mut store);
        finished(call.resume(&mut store, &[Val::I32(5)], &mut results));
        assert_eq!(results[0].unwrap_i32(), 5);
    });
}

#[test]
fn only_errors_of_the_host_suspend() {
    on_each_engine(|engine| {
        let mut linker = Linker::<()>::new(engine);
        linker
            .func_wrap("host", "wait", |how: i32| -> Result<i32> {
                Err(match how {
                    0 => Error::exit(4),
                    1 => Trap::Unreachable.into(),
                    _ => Error::msg("later"),
                })
            })
            .expect("the name is free");
        let mut store = Store::new(engine, ());
        let module = module(engine, SUM);
        let instance = linker.instantiate(&mut store, &module).expect("it links");
        let mut results = [Val::I32(0)];
        let mut tail = |store: &mut Store<()>, how| {
            let tail = exported(&mut *store, instance, "tail");
            tail.call_resumable(store, &[Val::I32(how)], &mut results)
        };
        let error = tail(&mut store, 0).expect_err("it exits");
        assert_eq!(error.exit_code(), Some(4));
        // A trap that is a host function's is an error of the host's as others are.
        let call = suspended(tail(&mut store, 1));
        assert_eq!(call.error().trap(), Some(Trap::Unreachable));
        suspended(tail(&mut store, 2));
        let guest = exported(&mut store, instance, "trap");
        let result = guest.call_resumable(&mut store, &[Val::I32(0)], &mut [Val::I32(0)]);
        assert_eq!(trap(result), Trap::IntegerDivideByZero);
        // A host function has no guest to suspend.
        let host = linker
            .get(&mut store, "host", "wait")
            .and_then(Extern::into_func);
        let host = host.expect("it is defined");
        let error = host
            .call_resumable(&mut store, &[Val::I32(2)], &mut [Val::I32(0)])
            .expect_err("it fails");
        assert_eq!(error.to_string(), "later");
        // Its own calls are not resumable either.
        let outer = Func::wrap(
            &mut store,
            move |mut caller: Caller<'_, ()>| -> Result<i32> {
                let mut results = [Val::I32(0)];
                host.call(&mut caller, &[Val::I32(2)], &mut results)?;
                Ok(0)
            },
        );
        outer
            .call_resumable(&mut store, &[], &mut [Val::I32(0)])
            .expect_err("it fails");
    });
}

#[test]
fn a_guest_that_calls_the_host_last_is_resumed_at_its_caller() {
    on_each_engine(|engine| {
        let (mut store, instance) = waiting(
            engine,
            (),
            r#"(module
                (import "host" "wait" (func $wait (param i32) (result i32)))
                (table funcref (elem $wait))
                (type $ty (func (param i32) (result i32)))
                (func $last (export "last") (param i32) (result i32)
                    (return_call $wait (local.get 0)))
                (func $indirect (param i32) (result i32)
                    (return_call_indirect (type $ty) (local.get 0) (i32.const 0)))
                (func (export "twice") (param i32) (result i32)
                    (i32.sub
                        (i32.mul (i32.const 100) (call $last (local.get 0)))
                        (call $indirect (i32.const 8)))))"#,
        );
        let mut results = [Val::I32(0)];
        let last = exported(&mut store, instance, "last");
        let call = suspended(last.call_resumable(&mut store, &[Val::I32(1)], &mut results));
        finished(call.resume(&mut store, &[Val::I32(2)], &mut results));
        assert_eq!(results[0].unwrap_i32(), 2);
        let twice = exported(&mut store, instance, "twice");
        let call = suspended(twice.call_resumable(&mut store, &[Val::I32(1)], &mut results));
        let call = suspended(call.resume(&mut store, &[Val::I32(3)], &mut results));
        assert_eq!(call.error().to_string(), "wait for 8");
        finished(call.resume(&mut store, &[Val::I32(4)], &mut results));
        assert_eq!(results[0].unwrap_i32(), 296);
    });
}

#[test]
fn a_guest_is_suspended_across_instances() {
    on_each_engine(|engine| {
        let (mut store, inner) = waiting(engine, (), SUM);
        let deep = exported(&mut store, inner, "deep");
        let outer = module(
            engine,
            r#"(module
                (import "" "" (func $deep (param i32) (result i32)))
                (memory (export "memory") 1)
                (func (export "go") (param i32) (result i32)
                    (i32.store (i32.const 0) (i32.const 1000))
                    (call $deep (local.get 0))
                    (i32.add (i32.load (i32.const 0)))
                    (i32.add (i32.mul (i32.const 10000) (memory.size)))))"#,
        );
        let outer = Instance::new(&mut store, &outer, &[deep.into()]).expect("it links");
        let go = exported(&mut store, outer, "go");
        let memory = outer
            .get_memory(&mut store, "memory")
            .expect("it is exported");
        let mut results = [Val::I32(0)];
        let call = suspended(go.call_resumable(&mut store, &[Val::I32(30)], &mut results));
        // The memory moves, and its contents change, while the guest waits.
        memory.grow(&mut store, 20).expect("there is room");
        memory
            .write(&mut store, 0, &[7, 0, 0, 0])
            .expect("it is inside");
        finished(call.resume(&mut store, &[Val::I32(5)], &mut results));
        assert_eq!(results[0].unwrap_i32(), 210_000 + 7 + 30 + 5);
    });
}

#[test]
fn values_of_all_types_are_waited_for() {
    on_each_engine(|engine| {
        let types = [
            ValType::I32,
            ValType::V128,
            ValType::F32,
            ValType::F64,
            ValType::I64,
            ValType::FUNCREF,
        ];
        let list: String = types.iter().map(|ty| format!("{ty} ")).collect();
        let mut linker = Linker::<()>::new(engine);
        for (name, types) in [
            ("all", &types[..]),
            ("f32", &types[2..3]),
            ("f64", &types[3..4]),
        ] {
            let ty = FuncType::new([], types.iter().copied());
            linker
                .func_new("wait", name, ty, |_, _, _| Err(Error::msg("later")))
                .expect("the name is free");
        }
        let module = module(
            engine,
            &format!(
                r#"(module
                    (import "wait" "all" (func $all (result {list})))
                    (import "wait" "f32" (func $f32 (result f32)))
                    (import "wait" "f64" (func $f64 (result f64)))
                    (func (export "all") (result {list}) (call $all))
                    (func (export "floats") (result f64)
                        (f64.add (f64.promote_f32 (f32.neg (call $f32))) (f64.neg (call $f64)))))"#
            ),
        );
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate(&mut store, &module).expect("it links");
        let all = exported(&mut store, instance, "all");
        let values = [
            Val::I32(-1),
            Val::V128(V128::from(3 << 90)),
            Val::F32(0x7fa0_0000),
            Val::F64(1),
            Val::I64(-5),
            Val::FuncRef(Some(all)),
        ];
        let mut results = [Val::I32(0); 6];
        let call = suspended(all.call_resumable(&mut store, &[], &mut results));
        finished(call.resume(&mut store, &values, &mut results));
        assert_eq!(format!("{results:?}"), format!("{values:?}"));

        let floats = exported(&mut store, instance, "floats");
        let mut results = [Val::I32(0)];
        let call = suspended(floats.call_resumable(&mut store, &[], &mut results));
        let call = suspended(call.resume(&mut store, &[2.5f32.into()], &mut results));
        finished(call.resume(&mut store, &[4.0f64.into()], &mut results));
        assert_eq!(results[0].unwrap_f64(), -6.5);
    });
}

#[test]
fn a_memory_of_the_hosts_is_seen_after_a_wait() {
    on_each_engine(|engine| {
        let mut linker = Linker::<Option<Memory>>::new(engine);
        linker
            .func_wrap(
                "host",
                "wait",
                |mut caller: Caller<'_, Option<Memory>>| -> Result<()> {
                    let memory = caller.get_export("memory").and_then(Extern::into_memory);
                    *caller.data_mut() = memory;
                    Err(Error::msg("later"))
                },
            )
            .expect("the name is free");
        let module = module(
            engine,
            r#"(module
                (import "host" "wait" (func $wait))
                (memory (export "memory") 0)
                (func (export "go") (result i32) (call $wait) (i32.load (i32.const 65532))))"#,
        );
        let mut store = Store::new(engine, None);
        let instance = linker.instantiate(&mut store, &module).expect("it links");
        let go = exported(&mut store, instance, "go");
        let mut results = [Val::I32(0)];
        let call = suspended(go.call_resumable(&mut store, &[], &mut results));
        let memory = store.data().expect("the host function left it");
        memory.grow(&mut store, 1).expect("there is room");
        memory
            .write(&mut store, 65_532, &[1, 2, 0, 0])
            .expect("it is inside");
        finished(call.resume(&mut store, &[], &mut results));
        assert_eq!(results[0].unwrap_i32(), 0x201);
    });
}
