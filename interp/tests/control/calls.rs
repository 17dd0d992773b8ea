//! Calls of every kind, and what stops them.

use crate::support::{Guest, Trap, Ty, modes};
use crate::{check, gives, traps};
use core::fmt::Write as _;

#[test]
fn nested_calls_keep_what_waits() {
    check(
        r#"(module
          (func $sub (param i32 i32) (result i32) local.get 0 local.get 1 i32.sub)
          (func $pair (param i32) (result i32 i32)
            local.get 0 i32.const 1 i32.add
            local.get 0 i32.const 2 i32.add)
          (func $three (param i32 i32 i32) (result i32 i32 i32)
            local.get 2 local.get 1 local.get 0)
          (func $nothing (param i32 i32 i32))
          (func (export "nested") (param i32 i32) (result i32)
            local.get 0
            local.get 1
            local.get 0
            call $sub
            local.get 1
            local.get 0
            call $sub
            call $sub
            call $sub)
          (func (export "waiting") (param i32) (result i32)
            i32.const 1000
            local.get 0 i32.const 10 i32.mul
            local.get 0
            call $pair
            call $sub
            i32.add
            i32.add)
          (func (export "many") (param i32) (result i32 i32 i32)
            i32.const 5
            local.get 0
            local.get 0 i32.const 1 i32.add
            call $three
            call $three
            call $three)
          ;; A local written between the arguments is not the argument.
          (func (export "arguments") (param i32) (result i32)
            local.get 0
            i32.const 3 local.set 0
            local.get 0
            call $sub)
          (func (export "no-results") (param i32) (result i32)
            local.get 0
            i32.const 1 i32.const 2 i32.const 3 call $nothing
            local.get 0
            i32.add)
          (func $fib (export "fib") (param i32) (result i32)
            local.get 0 i32.const 2 i32.lt_s
            (if (result i32)
              (then local.get 0)
              (else
                local.get 0 i32.const 1 i32.sub call $fib
                local.get 0 i32.const 2 i32.sub call $fib
                i32.add)))
          (func $ackermann (export "ackermann") (param i32 i32) (result i32)
            local.get 0 i32.eqz
            (if (then local.get 1 i32.const 1 i32.add return))
            local.get 0 i32.const 1 i32.sub
            local.get 1
            (if (result i32)
              (then local.get 0 local.get 1 i32.const 1 i32.sub call $ackermann)
              (else i32.const 1))
            call $ackermann))"#,
        &[
            // 7 - ((4 - 7) - (4 - 7)).
            gives("nested", &[7, 4], &[7]),
            gives("waiting", &[3], &[1029]),
            gives("many", &[8], &[9, 8, 5]),
            gives("arguments", &[10], &[7]),
            gives("no-results", &[4], &[8]),
            gives("fib", &[20], &[6765]),
            gives("ackermann", &[2, 3], &[9]),
            gives("ackermann", &[3, 4], &[125]),
        ],
    );
}

#[test]
fn indirect_calls() {
    check(
        r#"(module
          (type $binary (func (param i32 i32) (result i32)))
          (type $same (func (param i32 i32) (result i32)))
          (type $unary (func (param i32) (result i32)))
          (table $t 6 funcref)
          (table $u 2 2 funcref)
          (func $add (type $binary) local.get 0 local.get 1 i32.add)
          (func $sub (type $same) local.get 0 local.get 1 i32.sub)
          (func $neg (type $unary) i32.const 0 local.get 0 i32.sub)
          (elem (table $t) (i32.const 0) func $add $sub $neg)
          (elem (table $u) (i32.const 0) func $neg $add)
          (func (export "binary") (param i32 i32 i32) (result i32)
            local.get 1 local.get 2 local.get 0 call_indirect $t (type $binary))
          (func (export "unary") (param i32 i32) (result i32)
            local.get 1 local.get 0 call_indirect $t (type $unary))
          (func (export "other") (param i32 i32 i32) (result i32)
            local.get 1 local.get 2 local.get 0 i32.const 1 i32.and
            call_indirect $u (type $binary))
          (func (export "constant") (param i32 i32) (result i32)
            local.get 0 local.get 1 i32.const 1 call_indirect $t (type $binary))
          (func (export "tail") (param i32 i32 i32) (result i32)
            local.get 1 local.get 2 local.get 0 return_call_indirect $t (type $same))
          (func (export "waiting") (param i32 i32) (result i32)
            i32.const 100
            local.get 1
            local.get 0 i32.const 1 i32.sub
            call_indirect $t (type $unary)
            i32.sub))"#,
        &[
            gives("binary", &[0, 7, 5], &[12]),
            gives("binary", &[1, 7, 5], &[2]),
            traps("binary", &[2, 7, 5], Trap::IndirectCallTypeMismatch),
            traps("binary", &[3, 7, 5], Trap::UninitializedElement),
            traps("binary", &[6, 7, 5], Trap::UndefinedElement),
            traps("binary", &[-1, 7, 5], Trap::UndefinedElement),
            gives("unary", &[2, 7], &[-7]),
            traps("unary", &[1, 7], Trap::IndirectCallTypeMismatch),
            traps("other", &[0, 7, 5], Trap::IndirectCallTypeMismatch),
            gives("other", &[1, 7, 5], &[12]),
            gives("constant", &[7, 5], &[2]),
            gives("tail", &[0, 7, 5], &[12]),
            gives("tail", &[1, 7, 5], &[2]),
            traps("tail", &[2, 7, 5], Trap::IndirectCallTypeMismatch),
            traps("tail", &[3, 7, 5], Trap::UninitializedElement),
            traps("tail", &[6, 7, 5], Trap::UndefinedElement),
            gives("waiting", &[3, 9], &[109]),
        ],
    );
}

#[test]
fn a_million_tail_calls() {
    check(
        r#"(module
          (type $count (func (param i32 i32) (result i32)))
          (table funcref (elem $indirect))
          (func $direct (export "direct") (param i32 i32) (result i32)
            local.get 0 i32.eqz (if (then local.get 1 return))
            local.get 0 i32.const 1 i32.sub
            local.get 1 i32.const 1 i32.add
            return_call $direct)
          (func $indirect (export "indirect") (param i32 i32) (result i32)
            local.get 0 i32.eqz (if (then local.get 1 return))
            local.get 0 i32.const 1 i32.sub
            local.get 1 i32.const 1 i32.add
            i32.const 0
            return_call_indirect (type $count))
          ;; The arguments change places: a parallel move into the callee's frame.
          (func $swap (export "swap") (param i32 i32 i32) (result i32)
            local.get 0 i32.eqz (if (then local.get 1 return))
            local.get 0 i32.const 1 i32.sub
            local.get 2
            local.get 1
            return_call $swap)
          ;; Frames of different sizes, parameters and locals in turn.
          (func $small (export "small") (param i32) (result i32)
            local.get 0 i32.eqz (if (then i32.const 11 return))
            i32.const 1 i32.const 2 i32.const 3 i32.const 4 i32.const 5
            local.get 0 i32.const 1 i32.sub
            return_call $large)
          (func $large (param i32 i32 i32 i32 i32 i32) (result i32) (local i64 i64 i32)
            local.get 8 (if (then unreachable))
            i32.const 1 local.set 8
            local.get 5 i32.eqz
            (if (then
              local.get 0 local.get 1 local.get 2 local.get 3 local.get 4
              i32.add i32.add i32.add i32.add return))
            local.get 5 i32.const 1 i32.sub
            return_call $small)
          ;; From within a call, which returns to where it was called.
          (func (export "inside") (param i32) (result i32)
            i32.const 1000000000
            local.get 0 i32.const 0 call $direct
            i32.add))"#,
        &[
            gives("direct", &[1_000_000, 5], &[1_000_005]),
            gives("indirect", &[1_000_000, 5], &[1_000_005]),
            gives("swap", &[1_000_000, 5, 6], &[5]),
            gives("swap", &[999_999, 5, 6], &[6]),
            gives("small", &[1_000_000], &[11]),
            gives("small", &[999_999], &[15]),
            gives("inside", &[1_000_000], &[1_001_000_000]),
        ],
    );
}

#[test]
fn recursion_without_end_is_stopped() {
    check(
        r#"(module
          (type $f (func (param i32) (result i32)))
          (table funcref (elem $indirect))
          (func $plain (export "plain") (param i32) (result i32)
            local.get 0 i32.const 1 i32.add call $plain i32.const 1 i32.add)
          (func $indirect (export "indirect") (param i32) (result i32)
            local.get 0 i32.const 0 call_indirect (type $f))
          (func $even (export "mutual") (param i32) (result i32) local.get 0 call $odd)
          (func $odd (param i32) (result i32) (local i64 i64 i64) local.get 0 call $even)
          (func $no-frame (export "no-frame") (result i32) call $no-frame)
          (func $depth (export "depth") (param i32) (result i32)
            local.get 0 i32.eqz
            (if (result i32)
              (then i32.const 0)
              (else local.get 0 i32.const 1 i32.sub call $depth i32.const 1 i32.add))))"#,
        &[
            traps("plain", &[0], Trap::StackOverflow),
            gives("depth", &[10_000], &[10_000]),
            traps("indirect", &[0], Trap::StackOverflow),
            traps("mutual", &[0], Trap::StackOverflow),
            traps("no-frame", &[], Trap::StackOverflow),
            // The same instance is good for another call.
            gives("depth", &[10_000], &[10_000]),
        ],
    );
}

/// Functions of very many parameters, results and locals.
#[test]
fn wide_functions() {
    const PARAMS: usize = 900;
    const LOCALS: usize = 40_000;
    let params = "i32 ".repeat(PARAMS);
    let mut wat = format!(
        "(module (func $wide (param {params}) (result {params}) (local {})\n",
        "i32 ".repeat(LOCALS)
    );
    for i in (0..PARAMS).rev() {
        let _ = writeln!(
            wat,
            "local.get {i} local.get {} i32.add",
            PARAMS + LOCALS - 1 - i
        );
    }
    wat.push_str(")\n(func (export \"run\") (param i32) (result i32)\n");
    for i in 0..PARAMS {
        let _ = writeln!(wat, "local.get 0 i32.const {i} i32.add");
    }
    wat.push_str("call $wide\n");
    // The results are in reverse: the last is the first argument. Keep only the first.
    wat.push_str(&"drop\n".repeat(PARAMS - 1));
    wat.push_str("))");
    let wasm = wat::parse_str(&wat).unwrap_or_else(|e| panic!("{e}"));
    for mode in &modes() {
        let mut guest = Guest::new(mode, &wasm);
        let got = guest.invoke("run", &[(Ty::I32, 5)], &[Ty::I32]);
        assert_eq!(got, Ok(vec![5 + PARAMS as u64 - 1]), "mode {}", mode.name);
    }
}

/// Values of every type keep to themselves in calls.
#[test]
fn arguments_and_results_of_every_type() {
    let wat = r#"(module
      (func $rotate (param i32 i64 f32 f64) (result i64 f32 f64 i32)
        local.get 1 local.get 2 local.get 3 local.get 0)
      (func (export "run") (param i32 i64 f32 f64) (result i64 f32 f64 i32)
        local.get 0 local.get 0 i32.or
        local.get 1 local.get 1 i64.or
        local.get 2 local.get 2 f32.copysign
        local.get 3 local.get 3 f64.copysign
        call $rotate))"#;
    let wasm = wat::parse_str(wat).unwrap_or_else(|e| panic!("{e}"));
    let values = [
        (Ty::I32, 0xdead_beef),
        (Ty::I64, 0x0123_4567_89ab_cdef),
        (Ty::F32, u64::from(1.5f32.to_bits())),
        (Ty::F64, (-2.25f64).to_bits()),
    ];
    let expected = [1, 2, 3, 0].map(|i| values[i].1).to_vec();
    for mode in &modes() {
        let mut guest = Guest::new(mode, &wasm);
        let got = guest.invoke("run", &values, &[Ty::I64, Ty::F32, Ty::F64, Ty::I32]);
        assert_eq!(got, Ok(expected.clone()), "mode {}", mode.name);
    }
}
