//! Arrays that guests make: of every kind of element and of lengths around what the backends fill
//! themselves, with room in the heap and without.

use super::{call_i32, instantiate, module, on_each_engine_with, trap};
use diptych::{Config, Engine, Instance, Store, Trap, Val};
use std::fmt::Write as _;

/// Runs a test on an engine of each kind, with collections when they are needed, and with one at
/// every allocation.
fn on_each_engine(test: impl Fn(&Engine) + Sync) {
    for stress in [false, true] {
        let configure = |config: &mut Config| {
            config.gc_stress(stress);
        };
        on_each_engine_with(configure, &test);
    }
}

/// A kind of elements.
struct Kind {
    /// How they are stored.
    storage: &'static str,
    /// A value, and another one.
    values: [&'static str; 2],
    /// The default value.
    zero: &'static str,
    /// What is not 0 when the elements of `$t` at `$i` in `$a` and in `$b` differ.
    differ: &'static str,
}

const KINDS: &[Kind] = &[
    Kind {
        storage: "i8",
        values: ["(i32.const 0x5ab)", "(i32.const -2)"],
        zero: "(i32.const 0)",
        differ: "(i32.ne (array.get_u $t $A) (array.get_u $t $B))",
    },
    Kind {
        storage: "i16",
        values: ["(i32.const 0x5abcd)", "(i32.const -2)"],
        zero: "(i32.const 0)",
        differ: "(i32.ne (array.get_u $t $A) (array.get_u $t $B))",
    },
    Kind {
        storage: "i32",
        values: ["(i32.const 0x89abcdef)", "(i32.const 7)"],
        zero: "(i32.const 0)",
        differ: "(i32.ne (array.get $t $A) (array.get $t $B))",
    },
    Kind {
        storage: "i64",
        values: ["(i64.const 0x89abcdef01234567)", "(i64.const 7)"],
        zero: "(i64.const 0)",
        differ: "(i64.ne (array.get $t $A) (array.get $t $B))",
    },
    Kind {
        storage: "f32",
        values: ["(f32.const nan:0x2abcde)", "(f32.const -0)"],
        zero: "(f32.const 0)",
        differ: "(i32.ne (i32.reinterpret_f32 (array.get $t $A))
            (i32.reinterpret_f32 (array.get $t $B)))",
    },
    Kind {
        storage: "f64",
        values: ["(f64.const nan:0x2abcdefabcdef)", "(f64.const -0)"],
        zero: "(f64.const 0)",
        differ: "(i64.ne (i64.reinterpret_f64 (array.get $t $A))
            (i64.reinterpret_f64 (array.get $t $B)))",
    },
    Kind {
        storage: "v128",
        values: ["(v128.const i64x2 1 -2)", "(v128.const i64x2 -3 4)"],
        zero: "(v128.const i64x2 0 0)",
        differ: "(v128.any_true (v128.xor (array.get $t $A) (array.get $t $B)))",
    },
    Kind {
        storage: "(ref null $box)",
        values: [
            "(local.tee $box (struct.new $box (i32.const 5)))",
            "(struct.new $box (i32.const 6))",
        ],
        zero: "(ref.null $box)",
        differ: "(call $boxes_differ (array.get $t $A) (array.get $t $B))",
    },
    Kind {
        storage: "funcref",
        values: ["(ref.func $five)", "(ref.func $six)"],
        zero: "(ref.null func)",
        differ: "(call $funcs_differ (array.get $t $A) (array.get $t $B))",
    },
];

/// What all guests have.
const COMMON: &str = r#"
    (type $box (struct (field i32)))
    (type $number (func (result i32)))
    (func $five (type $number) (i32.const 5))
    (func $six (type $number) (i32.const 6))
    (elem declare func $five $six)
    (global $count (mut i32) (i32.const 0))
    (func $boxes_differ (param $a (ref null $box)) (param $b (ref null $box)) (result i32)
        (if (ref.is_null (local.get $a))
            (then (return (i32.eqz (ref.is_null (local.get $b))))))
        (if (ref.is_null (local.get $b)) (then (return (i32.const 1))))
        (i32.ne (struct.get $box 0 (local.get $a)) (struct.get $box 0 (local.get $b))))
    (func $funcs_differ (param $a funcref) (param $b funcref) (result i32)
        (if (ref.is_null (local.get $a))
            (then (return (i32.eqz (ref.is_null (local.get $b))))))
        (if (ref.is_null (local.get $b)) (then (return (i32.const 1))))
        (i32.ne (call_ref $number (ref.cast (ref $number) (local.get $a)))
            (call_ref $number (ref.cast (ref $number) (local.get $b)))))"#;

impl Kind {
    /// A guest that makes arrays of so many elements and exports functions that count what is
    /// wrong with them. Lengths are constants or come at run time.
    fn guest(&self, len: u32) -> String {
        let [value, other] = self.values;
        let (storage, zero) = (self.storage, self.zero);
        let differ = self
            .differ
            .replace("$A", "(local.get $a) (local.get $i)")
            .replace("$B", "(local.get $b) (local.get $i)");
        let mut text = format!(
            r#"(module {COMMON}
                (type $t (array (mut {storage})))
                ;; Sets the elements one by one, of an array that is cut out of a larger one.
                (func $expected (param $n i32) (param $zero i32) (result (ref $t))
                    (local $box (ref null $box)) (local $b (ref $t)) (local $i i32)
                    (local.set $b (array.new_default $t (local.get $n)))
                    (loop $again
                        (if (i32.eq (local.get $i) (local.get $n))
                            (then (return (local.get $b))))
                        (if (local.get $zero)
                            (then (array.set $t (local.get $b) (local.get $i) {zero}))
                            (else (array.set $t (local.get $b) (local.get $i) {value})))
                        (local.set $i (i32.add (local.get $i) (i32.const 1)))
                        (br $again))
                    (unreachable))
                (func $compare (param $a (ref $t)) (param $b (ref $t)) (param $n i32) (result i32)
                    (local $i i32) (local $wrong i32)
                    (local.set $wrong (i32.or
                        (i32.ne (array.len (local.get $a)) (local.get $n))
                        (i32.ne (array.len (local.get $b)) (local.get $n))))
                    (if (local.get $wrong) (then (return (i32.const -1))))
                    (loop $again
                        (if (i32.eq (local.get $i) (local.get $n))
                            (then (return (local.get $wrong))))
                        (if {differ}
                            (then (local.set $wrong (i32.add (local.get $wrong) (i32.const 1)))))
                        (local.set $i (i32.add (local.get $i) (i32.const 1)))
                        (br $again))
                    (unreachable))"#
        );
        let dynamic = "(local.get $n)".to_owned();
        let fixed = format!("(i32.const {len})");
        let values = value.to_owned() + &format!(" {value}").repeat((len as usize).max(1) - 1);
        let values = if len == 0 { "" } else { &values };
        for (name, zero, make) in [
            ("new", 0, format!("(array.new $t {value} {dynamic})")),
            ("new const", 0, format!("(array.new $t {value} {fixed})")),
            ("default", 1, format!("(array.new_default $t {dynamic})")),
            (
                "default const",
                1,
                format!("(array.new_default $t {fixed})"),
            ),
            ("fixed", 0, format!("(array.new_fixed $t {len} {values})")),
        ] {
            // Objects before and behind it, that a wrong size would spoil.
            write!(
                text,
                r#"(func (export "{name}") (param $n i32) (result i32)
                    (local $box (ref null $box)) (local $before (ref $t)) (local $a (ref $t))
                    (local $behind (ref $t)) (local $b (ref $t))
                    (local.set $before (array.new $t {other} (i32.const 3)))
                    (local.set $a {make})
                    (local.set $behind (array.new $t {other} (i32.const 3)))
                    (local.set $b (call $expected (local.get $n) (i32.const {zero})))
                    (i32.add
                        (call $compare (local.get $a) (local.get $b) (local.get $n))
                        (call $compare (local.get $before) (local.get $behind) (i32.const 3))))"#
            )
            .expect("strings grow");
        }
        text + ")"
    }
}

/// Calls every function of a guest.
fn check(store: &mut Store<()>, guest: Instance, what: &str, len: u32) {
    for name in ["new", "new const", "default", "default const", "fixed"] {
        let wrong = call_i32(&mut *store, guest, name, &[Val::I32(len as i32)]);
        assert_eq!(wrong.expect("nothing traps"), 0, "{name} {what} {len}");
    }
}

#[test]
fn arrays_of_all_lengths_are_filled() {
    on_each_engine(|engine| {
        for kind in KINDS {
            for len in [0, 1, 3, 9, 30, 61, 241] {
                let mut store = Store::new(engine, ());
                let guest = instantiate(&mut store, &kind.guest(len));
                check(&mut store, guest, kind.storage, len);
            }
        }
    });
}

#[test]
fn arrays_are_filled_where_the_heap_ends() {
    // Garbage of every size up to that of the largest arrays that are filled without a call is
    // before them, so that in one run or another the end of the heap is at every place in them.
    let text = r#"(module
        (type $t (array (mut i8)))
        (type $pad (array (mut i64)))
        (global $live (mut (ref null $t)) (ref.null $t))
        (func (export "go") (param $n i32) (param $pad i32) (result i32)
            (local $a (ref null $t)) (local $i i32) (local $rounds i32)
            (drop (array.new_default $pad (local.get $pad)))
            (global.set $live (array.new $t (i32.const 0x55) (local.get $n)))
            (loop $again
                (local.set $a (array.new $t (i32.const 0xaa) (local.get $n)))
                (local.set $i (i32.const 0))
                (loop $all
                    (if (i32.ne (array.get_u $t (local.get $a) (local.get $i)) (i32.const 0xaa))
                        (then (return (i32.const 1))))
                    (if (i32.ne (array.get_u $t (global.get $live) (local.get $i))
                            (i32.const 0x55))
                        (then (return (i32.const 2))))
                    (br_if $all (i32.lt_u
                        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                        (local.get $n))))
                (br_if $again (i32.lt_u
                    (local.tee $rounds (i32.add (local.get $rounds) (i32.const 1)))
                    (i32.const 3000))))
            (i32.const 0)))"#;
    on_each_engine_with(
        |_| (),
        |engine| {
            let module = module(engine, text);
            for pad in [0, 1, 2, 3, 5, 8, 13, 21] {
                for len in [1, 100, 235, 240] {
                    let mut store = Store::new(engine, ());
                    let guest = Instance::new(&mut store, &module, &[]).expect("it links");
                    let args = [Val::I32(len), Val::I32(pad)];
                    let wrong = call_i32(&mut store, guest, "go", &args);
                    assert_eq!(wrong.expect("nothing traps"), 0, "{len} behind {pad}");
                }
            }
        },
    );
}

#[test]
fn lengths_that_no_heap_has_are_traps() {
    let text = r#"(module
        (type $bytes (array i8))
        (type $vectors (array v128))
        (func (export "bytes") (param $n i32) (result i32)
            (array.len (array.new $bytes (i32.const 1) (local.get $n))))
        (func (export "vectors") (param $n i32) (result i32)
            (array.len (array.new_default $vectors (local.get $n))))
        (func (export "constant") (param i32) (result i32)
            (array.len (array.new_default $vectors (i32.const 0x10000000)))))"#;
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let guest = instantiate(&mut store, text);
        for len in [u32::MAX, u32::MAX - 7, u32::MAX - 15] {
            let made = call_i32(&mut store, guest, "bytes", &[Val::I32(len as i32)]);
            assert_eq!(trap(made), Trap::AllocationTooLarge);
        }
        for len in [0x1000_0000, 0x1000_0001, 0x7fff_ffff, u32::MAX] {
            for name in ["vectors", "constant"] {
                let made = call_i32(&mut store, guest, name, &[Val::I32(len as i32)]);
                assert_eq!(trap(made), Trap::AllocationTooLarge);
            }
        }
        let made = call_i32(&mut store, guest, "bytes", &[Val::I32(10)]);
        assert_eq!(made.expect("there is room"), 10);
    });
}
