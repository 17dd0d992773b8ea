//! Frames of every size, on a value stack that grows by segments.

use crate::{backtrace, call, engines, module};
use core::fmt::Write as _;
use diptych_core::{Caller, Error, Func, Instance, Module, ResumableCall, Store, Trap, Val};

/// `$large` has a frame larger than the first segment of the stack; `$huge` is larger still.
fn large_frames(engine: &diptych_core::Engine) -> Module {
    let locals = |count| "i64 ".repeat(count);
    let mut wat = String::from(
        r#"(module
        (import "" "host" (func $host (param i32) (result i32)))
        (func $small (export "small") (param i32) (result i32)
            (i32.add (call $large (local.get 0) (i32.const 1)) (i32.const 1)))
        (func $pair (param i32) (result i32 i32 i32)
            (call $large (local.get 0) (i32.const 7)) (i32.const 8) (i32.const 9))
        (func $first (export "pair") (param i32) (result i32)
            (local i32 i32)
            (call $pair (local.get 0))
            (local.set 1) (local.set 2)
            (i32.sub (i32.mul (local.get 1) (i32.const 100)) (local.get 2))
            i32.add)
        ;; Frames of different sizes in turn, without growing.
        (func $turn (export "turn") (param i32) (result i32)
            (if (i32.eqz (local.get 0)) (then (return (i32.const 5))))
            (return_call $turn-huge (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
        (func (export "waiting") (param i32) (result i32)
            (i32.add (call $turn (local.get 0)) (local.get 0)))
        (func $deep (export "deep") (param i32) (result i32)
            (if (i32.eqz (local.get 0)) (then (return (call $host (i32.const 3)))))
            (i32.add
                (call $deep-large (i32.sub (local.get 0) (i32.const 1)))
                (i32.const 1)))
        "#,
    );
    for (name, count) in [("large", 9_000), ("turn-huge", 40_000)] {
        let _ = writeln!(
            wat,
            "(func ${name} (export \"{name}\") (param i32 i32) (result i32) (local {})",
            locals(count)
        );
        let last = count + 1;
        wat.push_str(match name {
            "large" => "(local.set 2 (i64.const 40))\n(call $host (local.get 0))\n",
            _ => "(local.set 1 (i32.wrap_i64 (local.get 2)))\n",
        });
        // What was not written is zero.
        let _ = writeln!(
            wat,
            "(if (i64.ne (local.get {last}) (i64.const 0)) (then unreachable))"
        );
        let _ = writeln!(wat, "(local.set {last} (i64.const -1))");
        wat.push_str(match name {
            "large" => "(i32.add (i32.wrap_i64 (local.get 2))) (i32.add (local.get 1)))\n",
            _ => {
                "(if (i32.eqz (local.get 0)) (then (return (i32.add (local.get 1) (i32.const 6)))))
                (return_call $turn (i32.sub (local.get 0) (i32.const 1))))\n"
            }
        });
    }
    let _ = write!(
        wat,
        "(func $deep-large (param i32) (result i32) (local {})
            (local.set 5 (i64.const 1))
            (i32.add (call $deep (local.get 0)) (i32.wrap_i64 (local.get 5)))))",
        locals(700)
    );
    module(engine, &wat)
}

fn instance<P, R>(
    engine: &diptych_core::Engine,
    host: impl diptych_core::IntoFunc<(), P, R>,
) -> (Store<()>, Instance) {
    let mut store = Store::new(engine, ());
    let host = Func::wrap(&mut store, host);
    let instance = Instance::new(&mut store, &large_frames(engine), &[host.into()])
        .unwrap_or_else(|e| panic!("no instance: {e}"));
    (store, instance)
}

#[test]
fn frames_larger_than_a_segment() {
    for (mode, engine) in engines(|_| {}) {
        let (mut store, instance) = instance(&engine, |arg: i32| arg * 2);
        let mut call = |name, args: &[i32]| call(&mut store, instance, name, args).unwrap();
        for _ in 0..3 {
            assert_eq!(call("large", &[10, 1]), 20 + 40 + 1, "{mode}");
            assert_eq!(call("small", &[10]), 20 + 40 + 1 + 1, "{mode}");
            assert_eq!(call("pair", &[10]), 20 + 40 + 7 + 900 - 8, "{mode}");
        }
    }
}

#[test]
fn tail_calls_between_small_and_large_frames() {
    for (mode, engine) in engines(|_| {}) {
        let (mut store, instance) = instance(&engine, |arg: i32| arg);
        let mut call = |name, args: &[i32]| call(&mut store, instance, name, args).unwrap();
        assert_eq!(call("turn", &[400]), 5, "{mode}");
        assert_eq!(call("turn", &[401]), 6, "{mode}");
        assert_eq!(call("waiting", &[400]), 405, "{mode}");
        assert_eq!(call("waiting", &[401]), 407, "{mode}");
    }
}

#[test]
fn deep_calls_through_many_segments() {
    for (mode, engine) in engines(|config| {
        config.max_wasm_stack(64 << 20);
    }) {
        let (mut store, instance) = instance(&engine, |arg: i32| match arg {
            3 => Ok(1_000_000),
            _ => Err(Error::msg("another argument")),
        });
        for depth in [1, 8, 20, 2_000] {
            // Each of `deep` and `deep-large` adds one.
            let got = call(&mut store, instance, "deep", &[depth]).unwrap();
            assert_eq!(got, 1_000_000 + 2 * depth, "{depth} deep in {mode}");
        }
    }
}

#[test]
fn the_host_can_call_from_any_segment() {
    for (mode, engine) in engines(|_| {}) {
        let host = |mut caller: Caller<'_, ()>, arg: i32| {
            if arg > 100 {
                return Ok(arg);
            }
            let instance = caller.instance().ok_or_else(|| Error::msg("no instance"))?;
            let large = instance.get_typed_func::<(i32, i32), i32>(&mut caller, "large")?;
            large.call(&mut caller, (arg + 60, 2))
        };
        let (mut store, instance) = instance(&engine, host);
        // 50 → 110, which the innermost call of the host gives back.
        let got = call(&mut store, instance, "large", &[50, 1]).unwrap();
        assert_eq!(got, 110 + 42 + 41, "{mode}");
    }
}

#[test]
fn backtraces_cross_segments() {
    for (mode, engine) in engines(|_| {}) {
        let (mut store, instance) = instance(&engine, |_: i32| -> Result<i32, Error> {
            Err(Trap::Unreachable.into())
        });
        let error = call(&mut store, instance, "pair", &[1]).expect_err("the host fails");
        assert_eq!(backtrace(&error), ["large", "pair", "first"], "{mode}");
        let error = call(&mut store, instance, "deep", &[12]).expect_err("the host fails");
        let mut expected = ["deep", "deep-large"].repeat(12);
        expected.push("deep");
        assert_eq!(backtrace(&error), expected, "{mode}");
    }
}

/// Where the results of a suspended guest are looked for does not depend on where its frames are.
#[test]
fn suspended_in_a_large_frame() {
    for (mode, engine) in engines(|_| {}) {
        let (mut store, instance) = instance(&engine, |_: i32| -> Result<i32, Error> {
            Err(Error::msg("not now"))
        });
        for (name, args, expected) in [
            ("large", &[Val::I32(0), Val::I32(1)][..], 5 + 40 + 1),
            ("small", &[Val::I32(0)], 5 + 40 + 1 + 1),
            ("pair", &[Val::I32(0)], 5 + 40 + 7 + 900 - 8),
            ("deep", &[Val::I32(20)], 5 + 40),
        ] {
            let func = instance.get_func(&mut store, name).expect("it is exported");
            let mut results = [Val::I32(-1)];
            let call = func.call_resumable(&mut store, args, &mut results).unwrap();
            let ResumableCall::Suspended(suspended) = call else {
                panic!("{name} in {mode}")
            };
            // Another guest runs in between.
            let turn = instance
                .get_typed_func::<i32, i32>(&mut store, "turn")
                .unwrap();
            assert_eq!(turn.call(&mut store, 3).unwrap(), 6);
            let call = suspended
                .resume(&mut store, &[Val::I32(5)], &mut results)
                .unwrap();
            assert!(matches!(call, ResumableCall::Finished), "{name} in {mode}");
            assert_eq!(results[0].unwrap_i32(), expected, "{name} in {mode}");
        }
    }
}
