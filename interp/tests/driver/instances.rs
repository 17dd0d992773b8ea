//! Calls that leave the instance, and what the host sees of them.

use crate::{backtrace, call, engines, module};
use diptych_core::{Caller, Extern, Func, Instance, Linker, Store, Trap};

/// Knows its own memory and global, and calls what others put into its table.
const INNER: &str = r#"(module
    (type $f (func (param i32) (result i32)))
    (import "host" "peek" (func $peek (param i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "inner")
    (table (export "table") 4 funcref)
    (global $own (mut i32) (i32.const 1000))
    (func $load (export "load") (param i32) (result i32)
        (i32.load8_u (local.get 0)))
    (func $back (export "back") (param i32) (result i32)
        (i32.add
            (call_indirect (type $f) (local.get 0) (i32.const 0))
            (i32.load8_u (i32.const 0))))
    (func $peek-here (export "peek-here") (param i32) (result i32)
        (i32.add (call $peek (local.get 0)) (i32.const 0)))
    (func $tail-peek (export "tail-peek") (param i32) (result i32)
        (return_call $peek (local.get 0)))
    (func $ping (export "ping") (param i32) (result i32)
        (global.set $own (i32.add (global.get $own) (i32.const 1)))
        (if (result i32) (i32.eqz (local.get 0))
            (then (global.get $own))
            (else (return_call_indirect (type $f)
                (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))))
    (func $trap (export "trap") (param i32) (result i32)
        (i32.div_s (local.get 0) (i32.const 0)))
    (func $tail-trap (export "tail-trap") (param i32) (result i32)
        (return_call_indirect (type $f) (local.get 0) (i32.const 2))))"#;

const OUTER: &str = r#"(module
    (type $f (func (param i32) (result i32)))
    (import "inner" "load" (func $inner-load (type $f)))
    (import "inner" "back" (func $inner-back (type $f)))
    (import "inner" "peek-here" (func $inner-peek (type $f)))
    (import "inner" "tail-peek" (func $inner-tail-peek (type $f)))
    (import "inner" "ping" (func $ping (type $f)))
    (import "inner" "trap" (func $inner-trap (type $f)))
    (import "inner" "tail-trap" (func $inner-tail-trap (type $f)))
    (import "host" "peek" (func $peek (type $f)))
    (import "inner" "table" (table 4 funcref))
    (memory (export "memory") 1)
    (data (i32.const 0) "OUTER")
    (elem (i32.const 0) $here $pong $trap-here)
    (func $here (param i32) (result i32)
        (i32.load8_u (local.get 0)))
    (func $pong (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0))
            (then (i32.load8_u (i32.const 4)))
            (else (return_call $ping (i32.sub (local.get 0) (i32.const 1))))))
    (func $trap-here (param i32) (result i32) unreachable)
    ;; The instance's own memory is read after the other's.
    (func (export "both") (param i32) (result i32)
        (i32.sub
            (i32.mul (call $inner-load (local.get 0)) (i32.const 1000))
            (i32.load8_u (local.get 0))))
    (func (export "there-and-back") (param i32) (result i32)
        (i32.sub (call $inner-back (local.get 0)) (i32.load8_u (local.get 0))))
    (func (export "peek") (param i32) (result i32) (call $peek (local.get 0)))
    (func (export "inner-peek") (param i32) (result i32)
        (i32.add (call $inner-peek (local.get 0)) (i32.const 0)))
    (func (export "inner-tail-peek") (param i32) (result i32)
        (i32.sub (call $inner-tail-peek (local.get 0)) (i32.load8_u (local.get 0))))
    (func (export "tail") (param i32) (result i32) (return_call $ping (local.get 0)))
    (func (export "waiting") (param i32) (result i32)
        (i32.add (call $ping (local.get 0)) (i32.load8_u (i32.const 0))))
    (func $caller (export "trap") (param i32) (result i32)
        (i32.add (call $inner-trap (local.get 0)) (i32.const 1)))
    (func $tail-caller (export "tail-trap") (param i32) (result i32)
        (i32.add (call $inner-tail-trap (local.get 0)) (i32.const 1)))
    (func $fail (export "fail") (param i32) (result i32)
        (i32.add (call $inner-tail-peek (i32.const -1)) (i32.const 1))))"#;

/// The byte of the caller's memory at an address; nothing is at -1.
fn peek(mut caller: Caller<'_, ()>, at: i32) -> diptych_core::Result<i32> {
    let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
        return Err(diptych_core::Error::msg("the caller has no memory"));
    };
    let byte = memory.data(&caller).get(at as u32 as usize);
    byte.map(|&byte| byte.into())
        .ok_or_else(|| Trap::MemoryOutOfBounds.into())
}

fn linked(engine: &diptych_core::Engine) -> (Store<()>, Instance, Instance) {
    let mut store = Store::new(engine, ());
    let mut linker = Linker::new(engine);
    linker.func_wrap("host", "peek", peek).expect("a new name");
    let inner = linker
        .instantiate(&mut store, &module(engine, INNER))
        .expect("the inner instance");
    linker
        .instance(&mut store, "inner", inner)
        .expect("new names");
    let outer = linker
        .instantiate(&mut store, &module(engine, OUTER))
        .expect("the outer instance");
    (store, inner, outer)
}

#[test]
fn each_function_runs_in_its_own_instance() {
    for (mode, engine) in engines(|_| {}) {
        let (mut store, _, outer) = linked(&engine);
        let mut call = |name, arg| call(&mut store, outer, name, &[arg]);
        let i = i32::from(b'i') * 1000 - i32::from(b'O');
        assert_eq!(call("both", 0).unwrap(), i, "{mode}");
        // U, + i of the other memory, - U.
        assert_eq!(
            call("there-and-back", 1).unwrap(),
            i32::from(b'i'),
            "{mode}"
        );
        let both = i32::from(b'r') * 1000 - i32::from(b'R');
        assert_eq!(call("both", 4).unwrap(), both, "{mode}");
    }
}

#[test]
fn tail_calls_between_instances_take_no_stack() {
    for (mode, engine) in engines(|config| {
        config.max_wasm_stack(64 << 10);
    }) {
        let (mut store, inner, outer) = linked(&engine);
        let r = i32::from(b'R');
        // Odd counts end in `pong`, even ones in `ping`, which counts its calls.
        assert_eq!(
            call(&mut store, outer, "tail", &[100_001]).unwrap(),
            r,
            "{mode}"
        );
        assert_eq!(
            call(&mut store, inner, "ping", &[0]).unwrap(),
            51_002,
            "{mode}"
        );
        let waited = call(&mut store, outer, "waiting", &[100_001]).unwrap();
        assert_eq!(waited, r + i32::from(b'O'), "{mode}");
        assert_eq!(
            call(&mut store, inner, "ping", &[100_000]).unwrap(),
            151_004,
            "{mode}"
        );
    }
}

#[test]
fn the_host_sees_the_instance_that_called() {
    for (mode, engine) in engines(|_| {}) {
        let (mut store, inner, outer) = linked(&engine);
        let mut call = |instance, name, arg| call(&mut store, instance, name, &[arg]).unwrap();
        assert_eq!(call(outer, "peek", 0), i32::from(b'O'), "{mode}");
        assert_eq!(call(outer, "inner-peek", 0), i32::from(b'i'), "{mode}");
        // In a tail call the function that made it is the caller, whoever called that.
        assert_eq!(call(inner, "tail-peek", 0), i32::from(b'i'), "{mode}");
        let difference = i32::from(b'i') - i32::from(b'O');
        assert_eq!(call(outer, "inner-tail-peek", 0), difference, "{mode}");
    }
}

#[test]
fn backtraces_go_through_instances_and_the_host() {
    for (mode, engine) in engines(|_| {}) {
        let (mut store, _, outer) = linked(&engine);
        let mut fail = |name| {
            let error = call(&mut store, outer, name, &[1]).expect_err("it traps");
            backtrace(&error)
        };
        assert_eq!(fail("trap"), ["trap", "caller"], "{mode}");
        // The function that made the tail call is gone.
        assert_eq!(fail("tail-trap"), ["trap-here", "tail-caller"], "{mode}");
        // The host failed, after a tail call from the inner instance.
        assert_eq!(fail("fail"), ["fail"], "{mode}");

        // A guest that calls the host that calls the guest.
        let guest = module(
            &engine,
            r#"(module
                (import "" "again" (func $again (param i32) (result i32)))
                (func $down (export "down") (param i32) (result i32)
                    (if (i32.eqz (local.get 0)) (then unreachable))
                    (i32.add (call $again (i32.sub (local.get 0) (i32.const 1)))
                        (i32.const 1))))"#,
        );
        let again = Func::wrap(&mut store, |mut caller: Caller<'_, ()>, arg: i32| {
            let Some(Extern::Func(down)) = caller.get_export("down") else {
                return Err(diptych_core::Error::msg("no `down`"));
            };
            down.typed::<i32, i32>(&caller)?.call(&mut caller, arg)
        });
        let instance = Instance::new(&mut store, &guest, &[again.into()]).expect("an instance");
        let error = call(&mut store, instance, "down", &[3]).expect_err("it traps");
        assert_eq!(error.trap(), Some(Trap::Unreachable));
        assert_eq!(backtrace(&error), ["down"; 4], "{mode}");
    }
}
