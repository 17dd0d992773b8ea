//! Modules that call each other: where backends alternate, each of another backend.

use crate::machine::{End, Program, agreed, machines};
use crate::programs::wasm;

const FIRST: &str = r#"(module $first
    (import "host" "note" (func $note (param i32) (result i32)))
    (memory (export "memory") 1)
    (table (export "table") 8 funcref)
    (global (export "count") (mut i32) (i32.const 0))
    (type $unary (func (param i32) (result i32)))
    (elem (i32.const 0) $inc $note)
    (func $inc (export "inc") (param i32) (result i32)
        (global.set 0 (i32.add (global.get 0) (i32.const 1)))
        (i32.add (local.get 0) (i32.const 1)))
    (func $load (export "load") (param i32) (result i32)
        (i32.load (local.get 0)))
    (func $through (export "through") (param i32 i32) (result i32)
        (i32.add (i32.const 1000)
            (call_indirect (type $unary) (local.get 1) (local.get 0))))
    (func (export "tail_through") (param i32 i32) (result i32)
        (return_call_indirect (type $unary) (local.get 1) (local.get 0)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))
    (func (export "spread") (param i32) (result i32 i64 i32 i64 i32 i64 i32 i64 i32 i64 f32 f64)
        (local.get 0) (i64.const 1) (local.get 0) (i64.const 2) (local.get 0) (i64.const 3)
        (local.get 0) (i64.const 4) (local.get 0) (i64.const 5) (f32.const 6) (f64.const 7)))"#;

const SECOND: &str = r#"(module $second
    (import "m0" "inc" (func $inc (param i32) (result i32)))
    (import "m0" "load" (func $load (param i32) (result i32)))
    (import "m0" "through" (func $through (param i32 i32) (result i32)))
    (import "m0" "tail_through" (func $tail_through (param i32 i32) (result i32)))
    (import "m0" "grow" (func $grow (result i32)))
    (import "m0" "spread" (func $spread (param i32)
        (result i32 i64 i32 i64 i32 i64 i32 i64 i32 i64 f32 f64)))
    (import "m0" "table" (table 8 funcref))
    (import "m0" "memory" (memory 1))
    (import "m0" "count" (global $count (mut i32)))
    (import "host" "refuse" (func $refuse (param i32) (result i64)))
    (export "memory" (memory 0))
    (export "count" (global $count))
    (elem (i32.const 3) $mine $ping $fails)
    (func $mine (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
    (func $fails (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
    ;; To and fro, with a frame of each module every time.
    (func $ping (export "ping") (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0))
            (then (call $load (i32.const -1)))
            (else (call $through (i32.const 4) (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "count_up") (param $n i32) (result i32)
        (loop $more
            (drop (call $inc (local.get $n)))
            (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (global.get $count))
    (func (export "index") (param i32 i32) (result i32)
        (call $through (local.get 0) (local.get 1)))
    (func (export "tail_index") (param i32 i32) (result i32)
        (return_call $tail_through (local.get 0) (local.get 1)))
    (func (export "after_growth") (result i32)
        (drop (call $grow))
        (i32.store offset=65536 (i32.const 0) (i32.const 9))
        (call $load (i32.const 65536)))
    (func (export "spread") (param i32) (result i32 i64 i32 i64 i32 i64 i32 i64 i32 i64 f32 f64)
        (call $spread (i32.add (local.get 0) (i32.const 1))))
    (func (export "spread_tail") (param i32)
        (result i32 i64 i32 i64 i32 i64 i32 i64 i32 i64 f32 f64)
        (return_call $spread (i32.add (local.get 0) (i32.const 2)))))"#;

const THIRD: &str = r#"(module $third
    (import "m1" "ping" (func $ping (param i32) (result i32)))
    (import "m1" "index" (func $index (param i32 i32) (result i32)))
    (import "m1" "tail_index" (func $tail_index (param i32 i32) (result i32)))
    (import "m1" "count_up" (func $count_up (param i32) (result i32)))
    (import "m1" "after_growth" (func $after_growth (result i32)))
    (import "m1" "spread" (func $spread (param i32)
        (result i32 i64 i32 i64 i32 i64 i32 i64 i32 i64 f32 f64)))
    (import "m1" "spread_tail" (func $spread_tail (param i32)
        (result i32 i64 i32 i64 i32 i64 i32 i64 i32 i64 f32 f64)))
    (import "m1" "memory" (memory 1))
    (import "m1" "count" (global $count (mut i32)))
    (export "memory" (memory 0))
    (export "count" (global 0))
    (func (export "ping") (param i32) (result i32) (i32.add (call $ping (local.get 0)) (i32.const 1)))
    (func (export "index") (param i32 i32) (result i32) (call $index (local.get 0) (local.get 1)))
    (func (export "tail_index") (param i32 i32) (result i32)
        (return_call $tail_index (local.get 0) (local.get 1)))
    (func (export "count_up") (param i32) (result i32) (call $count_up (local.get 0)))
    (func (export "after_growth") (result i32)
        (i32.add (call $after_growth) (i32.load offset=65536 (i32.const 0))))
    (func (export "spread") (param i32) (result i32 i64 i32 i64 i32 i64 i32 i64 i32 i64 f32 f64)
        (call $spread (local.get 0)))
    (func (export "spread_tail") (param i32)
        (result i32 i64 i32 i64 i32 i64 i32 i64 i32 i64 f32 f64)
        (return_call $spread_tail (local.get 0))))"#;

/// Calls of the third module.
const CALLS: &[(&str, &[i64])] = &[
    ("count_up", &[10]),
    ("index", &[0, 7]),
    ("index", &[1, 7]),
    ("index", &[2, 7]),
    ("index", &[3, 7]),
    ("index", &[4, 3]),
    ("index", &[5, 0]),
    ("index", &[5, 1]),
    ("index", &[8, 0]),
    ("tail_index", &[3, 7]),
    ("tail_index", &[1, 7]),
    ("tail_index", &[5, 0]),
    ("tail_index", &[7, 0]),
    ("ping", &[0]),
    ("ping", &[1]),
    ("ping", &[40]),
    ("after_growth", &[]),
    ("spread", &[5]),
    ("spread_tail", &[5]),
    ("count_up", &[3]),
];

#[test]
fn linked_modules_agree() {
    let modules = [wasm(FIRST), wasm(SECOND), wasm(THIRD)];
    for metered in [false, true] {
        let machines = machines(metered);
        let mut guests = Program::new(&machines, &modules).start(&machines);
        for (name, args) in CALLS {
            let fuel = metered.then_some(1 << 30);
            agreed(&mut guests, name, args, fuel).unwrap_or_else(|what| panic!("{what}"));
        }
    }
}

#[test]
fn linked_modules_stop_at_every_amount_of_fuel() {
    let modules = [wasm(FIRST), wasm(SECOND), wasm(THIRD)];
    let machines = machines(true);
    let program = Program::new(&machines, &modules);
    for (name, args) in CALLS {
        for fuel in 0.. {
            let mut guests = program.start(&machines);
            let seen =
                agreed(&mut guests, name, args, Some(fuel)).unwrap_or_else(|what| panic!("{what}"));
            if !matches!(&seen.end, End::Failed(text, _) if text.contains("fuel")) {
                break;
            }
            assert!(fuel < 10_000, "{name} takes {fuel}");
        }
    }
}
