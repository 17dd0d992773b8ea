//! Fuel and interruption.

use crate::{call, engines, module};
use diptych_core::{Instance, ResumableCall, Store, Trap, Val};

const GUEST: &str = r#"(module
    (memory 1)
    (global $g (mut f64) (f64.const 1))
    (func $identity (param i32) (result i32) (local.get 0))
    (func (export "add") (param i32) (result i32)
        (i32.add (local.get 0) (i32.const 1)))
    (func (export "free") (param i32) (result i32)
        (block (block (nop) (nop)) (loop (nop)))
        (drop (local.get 0))
        (i32.const 7)
        (return))
    (func (export "branch") (param i32) (result i32)
        (if (result i32) (local.get 0)
            (then (i32.const 1) (i32.const 2) (i32.add))
            (else (i32.const 4))))
    (func (export "skip") (param i32) (result i32)
        (block (br_if 0 (local.get 0)) (drop (i32.const 1)) (drop (i32.const 2)))
        (i32.const 9))
    (func (export "loop") (param $n i32) (result i32) (local $sum i32)
        (loop $again
            (local.set $sum (i32.add (local.get $sum) (local.get $n)))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum))
    (func (export "call") (param i32) (result i32)
        (i32.add (call $identity (local.get 0)) (call $identity (i32.const 2))))
    (func (export "spin") (param i32) (result i32) (loop (br 0)) (i32.const 0))
    (func $recurse (export "recurse") (param i32) (result i32)
        (return_call $recurse (local.get 0)))
    ;; Values of every type are in use at each point where fuel can run out.
    (func (export "mixed") (param $n i32) (result i32)
        (local $sum f64) (local $x f32) (local $y i64)
        (loop $again
            (f64.add (local.get $sum)
                (f64.mul (f64.convert_i32_s (local.get $n))
                    (if (result f64) (i32.and (local.get $n) (i32.const 1))
                        (then (f64.mul (global.get $g) (f64.const 2)))
                        (else (f64.const 1)))))
            (local.set $sum)
            (f32.add (local.get $x) (f32.convert_i32_s (call $identity (local.get $n))))
            (block (result f32) (f32.const 0.5) (br_if 0 (local.get $n)) (f32.const 1) f32.add)
            f32.mul
            (local.set $x)
            (i64.store (i32.const 8) (local.tee $y (i64.add (i64.extend_i32_u (local.get $n))
                (i64.mul (local.get $y) (i64.const 3)))))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (i32.add
            (i32.add
                (i32.trunc_sat_f64_s (local.get $sum))
                (i32.reinterpret_f32 (local.get $x)))
            (i32.wrap_i64 (i64.load (i32.const 8))))))"#;

#[test]
fn what_fuel_is_paid_for() {
    for (mode, engine) in engines(|config| {
        config.consume_fuel(true);
    }) {
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module(&engine, GUEST), &[]).unwrap();
        for (name, arg, result, cost) in [
            ("add", 4, 5, 3),
            ("free", 4, 7, 2),
            ("branch", 1, 3, 2 + 3),
            ("branch", 0, 4, 2 + 1),
            ("skip", 1, 9, 2 + 1),
            ("skip", 0, 9, 2 + 2 + 1),
            ("loop", 1, 1, 9 + 1),
            ("loop", 10, 55, 10 * 9 + 1),
            ("call", 5, 7, 5 + 1 + 1),
        ] {
            store.set_fuel(1000).unwrap();
            assert_eq!(call(&mut store, instance, name, &[arg]).unwrap(), result);
            assert_eq!(
                1000 - store.get_fuel().unwrap(),
                cost,
                "{name} of {arg} in {mode}"
            );
            // With exactly as much it runs, with less it does not.
            store.set_fuel(cost).unwrap();
            assert_eq!(call(&mut store, instance, name, &[arg]).unwrap(), result);
            store.set_fuel(cost - 1).unwrap();
            let error = call(&mut store, instance, name, &[arg]).expect_err("no fuel");
            assert_eq!(
                error.trap(),
                Some(Trap::OutOfFuel),
                "{name} of {arg} in {mode}"
            );
        }
        for endless in ["spin", "recurse"] {
            store.set_fuel(10_000).unwrap();
            let error = call(&mut store, instance, endless, &[0]).expect_err("no fuel");
            assert_eq!(error.trap(), Some(Trap::OutOfFuel), "{endless} in {mode}");
        }
    }
}

#[test]
fn a_guest_goes_on_where_fuel_ran_out() {
    for (mode, engine) in engines(|config| {
        config.consume_fuel(true);
    }) {
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module(&engine, GUEST), &[]).unwrap();
        store.set_fuel(1 << 20).unwrap();
        let expected = call(&mut store, instance, "mixed", &[25]).unwrap();
        let cost = (1 << 20) - store.get_fuel().unwrap();
        let mixed = instance.get_func(&mut store, "mixed").unwrap();
        for portion in [1, 2, 3, 7, 30, 500, cost - 1, cost] {
            let mut left = cost;
            let take = |store: &mut Store<()>, left: &mut u64| {
                let more = portion.min(*left);
                *left -= more;
                let fuel = store.get_fuel().unwrap() + more;
                store.set_fuel(fuel).unwrap();
            };
            let mut results = [Val::I32(0)];
            store.set_fuel(0).unwrap();
            take(&mut store, &mut left);
            let args = [Val::I32(25)];
            let mut call = mixed
                .call_resumable(&mut store, &args, &mut results)
                .unwrap();
            while let ResumableCall::Suspended(suspended) = call {
                assert!(left > 0, "more than {cost} of fuel in {mode}");
                take(&mut store, &mut left);
                call = suspended.resume(&mut store, &[], &mut results).unwrap();
            }
            assert_eq!(results[0].unwrap_i32(), expected, "by {portion} in {mode}");
            assert_eq!(store.get_fuel().unwrap(), 0, "by {portion} in {mode}");
        }
    }
}

#[test]
fn interruption_stops_loops_and_recursion() {
    for (mode, engine) in engines(|config| {
        config.interruption(true);
    }) {
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module(&engine, GUEST), &[]).unwrap();
        assert_eq!(call(&mut store, instance, "loop", &[10]).unwrap(), 55);
        let handle = store.interrupt_handle();
        for endless in ["spin", "recurse"] {
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    std::thread::sleep(core::time::Duration::from_millis(20));
                    handle.interrupt();
                });
                let error = call(&mut store, instance, endless, &[0]).expect_err("it is stopped");
                assert_eq!(error.trap(), Some(Trap::Interrupted), "{endless} in {mode}");
            });
            let error = call(&mut store, instance, "add", &[0]).expect_err("still stopped");
            assert_eq!(error.trap(), Some(Trap::Interrupted), "{mode}");
            handle.clear();
            assert_eq!(
                call(&mut store, instance, "add", &[1]).unwrap(),
                2,
                "{mode}"
            );
        }
    }
}
