//! Every operator on vectors compiles in every mode, for machines that have instructions for all
//! of them and for those that have not.

use super::{compile, count, first, machines, module, plain};
use crate::settings::{Settings, Traps};
use cranelift_codegen::ir::{InstructionData, Opcode};

const INTS: [&str; 4] = ["i8x16", "i16x8", "i32x4", "i64x2"];
const NARROW: [&str; 2] = ["i8x16", "i16x8"];
const FLOATS: [&str; 2] = ["f32x4", "f64x2"];

/// What is done in a function with one parameter of each type.
#[derive(Default)]
struct Body(String);

impl Body {
    /// Operators that take vectors and leave one: all they leave is combined, so that nothing is
    /// left out.
    fn vectors(&mut self, types: &[&str], names: &str, arity: usize) {
        for ty in types {
            for name in names.split_whitespace() {
                let operands: String = (0..arity).map(|i| format!("(local.get {i})")).collect();
                self.vector(&format!("({ty}.{name} {operands})"));
            }
        }
    }

    /// Something that leaves a vector.
    fn vector(&mut self, text: &str) {
        self.0 += &format!("(local.set 7 (v128.xor (local.get 7) {text}))\n");
    }

    /// Something that leaves a number.
    fn number(&mut self, ty: &str, text: &str) {
        let vector = match ty {
            "i32" => "i32x4",
            "i64" => "i64x2",
            "f32" => "f32x4",
            _ => "f64x2",
        };
        self.vector(&format!("({vector}.splat {text})"));
    }

    fn func(&self) -> String {
        format!(
            "(func (param v128 v128 v128 i32 i64 f32 f64) (result v128) (local v128) {}
                (local.get 7))",
            self.0
        )
    }

    fn compile(&self) {
        compile(&module(&format!("(module (memory 1) {})", self.func())));
    }
}

#[test]
fn integers() {
    let mut body = Body::default();
    body.vectors(&INTS, "neg abs", 1);
    body.vectors(&INTS, "add sub eq ne lt_s gt_s le_s ge_s", 2);
    body.vectors(&INTS[..3], "lt_u gt_u le_u ge_u min_s min_u max_s max_u", 2);
    body.vectors(&INTS[1..], "mul", 2);
    body.vectors(&NARROW, "add_sat_s add_sat_u sub_sat_s sub_sat_u avgr_u", 2);
    body.vectors(&["i8x16"], "popcnt", 1);
    body.vectors(&["i8x16"], "narrow_i16x8_s narrow_i16x8_u", 2);
    body.vectors(&["i16x8"], "narrow_i32x4_s narrow_i32x4_u q15mulr_sat_s", 2);
    body.vectors(&["i32x4"], "dot_i16x8_s", 2);
    for (ty, from) in [("i16x8", "i8x16"), ("i32x4", "i16x8"), ("i64x2", "i32x4")] {
        for half in ["low", "high"] {
            for sign in ["s", "u"] {
                body.vectors(&[ty], &format!("extend_{half}_{from}_{sign}"), 1);
                body.vectors(&[ty], &format!("extmul_{half}_{from}_{sign}"), 2);
                if ty != "i64x2" {
                    body.vectors(&[ty], &format!("extadd_pairwise_{from}_{sign}"), 1);
                }
            }
        }
    }
    for ty in INTS {
        for name in ["shl", "shr_s", "shr_u"] {
            for by in ["(local.get 3)", "(i32.const 3)", "(i32.const 100)"] {
                body.vector(&format!("({ty}.{name} (local.get 0) {by})"));
            }
        }
    }
    body.compile();
}

#[test]
fn bits() {
    let mut body = Body::default();
    body.vectors(&["v128"], "not", 1);
    body.vectors(&["v128"], "and or xor andnot", 2);
    body.vectors(&["v128"], "bitselect", 3);
    body.number("i32", "(v128.any_true (local.get 0))");
    for ty in INTS {
        body.number("i32", &format!("({ty}.all_true (local.get 0))"));
        body.number("i32", &format!("({ty}.bitmask (local.get 0))"));
    }
    body.compile();
}

#[test]
fn floats() {
    let mut body = Body::default();
    body.vectors(&FLOATS, "abs neg sqrt ceil floor trunc nearest", 1);
    body.vectors(
        &FLOATS,
        "add sub mul div min max pmin pmax eq ne lt gt le ge",
        2,
    );
    body.vectors(
        &["i32x4"],
        "trunc_sat_f32x4_s trunc_sat_f32x4_u trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero",
        1,
    );
    body.vectors(
        &["f32x4"],
        "convert_i32x4_s convert_i32x4_u demote_f64x2_zero",
        1,
    );
    body.vectors(
        &["f64x2"],
        "convert_low_i32x4_s convert_low_i32x4_u promote_low_f32x4",
        1,
    );
    body.compile();
}

#[test]
fn relaxed() {
    let mut body = Body::default();
    body.vectors(&["i8x16"], "relaxed_swizzle", 2);
    body.vectors(
        &["i32x4"],
        "relaxed_trunc_f32x4_s relaxed_trunc_f32x4_u relaxed_trunc_f64x2_s_zero \
         relaxed_trunc_f64x2_u_zero",
        1,
    );
    body.vectors(&FLOATS, "relaxed_madd relaxed_nmadd", 3);
    body.vectors(&FLOATS, "relaxed_min relaxed_max", 2);
    body.vectors(&INTS, "relaxed_laneselect", 3);
    body.vectors(&["i16x8"], "relaxed_q15mulr_s relaxed_dot_i8x16_i7x16_s", 2);
    body.vectors(&["i32x4"], "relaxed_dot_i8x16_i7x16_add_s", 3);
    body.compile();
}

#[test]
fn lanes() {
    let mut body = Body::default();
    let scalars = [
        ("i8x16", 16, "i32", 3),
        ("i16x8", 8, "i32", 3),
        ("i32x4", 4, "i32", 3),
        ("i64x2", 2, "i64", 4),
        ("f32x4", 4, "f32", 5),
        ("f64x2", 2, "f64", 6),
    ];
    for (ty, lanes, scalar, local) in scalars {
        body.vector(&format!("({ty}.splat (local.get {local}))"));
        let signs: &[&str] = if lanes >= 8 { &["_s", "_u"] } else { &[""] };
        for lane in [0, 1, lanes - 1] {
            for sign in signs {
                body.number(
                    scalar,
                    &format!("({ty}.extract_lane{sign} {lane} (local.get 0))"),
                );
            }
            body.vector(&format!(
                "({ty}.replace_lane {lane} (local.get 0) (local.get {local}))"
            ));
        }
    }
    body.vectors(&["i8x16"], "swizzle", 2);
    for lanes in [
        "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
        "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
        "31 0 30 1 29 2 28 3 27 4 26 5 25 6 24 7",
        "3 2 1 0 7 6 5 4 11 10 9 8 15 14 13 12",
    ] {
        for other in [0, 1] {
            body.vector(&format!(
                "(i8x16.shuffle {lanes} (local.get 0) (local.get {other}))"
            ));
        }
    }
    body.vector("(v128.const i32x4 0 0 0 0)");
    body.vector("(v128.const i64x2 -1 -1)");
    body.vector("(v128.const f32x4 nan -0 inf 1)");
    body.compile();
}

#[test]
fn memory() {
    let whole = "load load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u load8_splat \
                 load16_splat load32_splat load64_splat load32_zero load64_zero";
    for (memory, index, offset) in [
        ("(memory 1)", "i32", "4294967295"),
        ("(memory 0)", "i32", "8"),
        ("(memory 1 (pagesize 1))", "i32", "65536"),
        ("(memory i64 1)", "i64", "0xffffffffffffffff"),
        ("(memory i64 1)", "i64", "0xfffffffffff"),
    ] {
        let mut text = format!("(module {memory}");
        let indices = [
            format!("(local.get {})", if index == "i32" { 3 } else { 4 }),
            format!("({index}.const 65527)"),
        ];
        for at in &indices {
            let mut body = Body::default();
            for name in whole.split_whitespace() {
                body.vector(&format!("(v128.{name} offset={offset} {at})"));
                body.vector(&format!("(v128.{name} {at})"));
            }
            let mut stores = format!(
                "(v128.store offset={offset} {at} (local.get 7))
                 (v128.store {at} (local.get 7))"
            );
            for (bits, last) in [(8, 15), (16, 7), (32, 3), (64, 1)] {
                for lane in [0, last] {
                    body.vector(&format!(
                        "(v128.load{bits}_lane offset={offset} {lane} {at} (local.get 0))"
                    ));
                    stores += &format!("(v128.store{bits}_lane {lane} {at} (local.get 0))");
                }
            }
            body.0 += &stores;
            text += &body.func();
        }
        text.push(')');
        compile(&module(&text));
    }
}

#[test]
fn vectors_are_values_like_others() {
    compile(&module(
        "(module
            (import \"a\" \"f\" (func $imported (param i32 v128) (result v128)))
            (import \"a\" \"g\" (global $given (mut v128)))
            (import \"a\" \"h\" (global $fixed v128))
            (type $many (func (param v128 i32 v128)
                (result i32 v128 v128 v128 v128 v128 v128 v128 v128 v128)))
            (table 1 funcref)
            (global $own (mut v128) (v128.const i32x4 1 2 3 4))
            (func $many (type $many)
                (local.get 1) (local.get 0) (local.get 2) (local.get 0) (local.get 2)
                (local.get 0) (local.get 2) (local.get 0) (local.get 2) (global.get $own))
            (func (type $many) (call $many (local.get 0) (local.get 1) (local.get 2)))
            (func (type $many) (return_call $many (local.get 0) (local.get 1) (local.get 2)))
            (func (type $many)
                (return_call_indirect (type $many)
                    (local.get 0) (local.get 1) (local.get 2) (i32.const 0)))
            (func (param i32 v128) (result v128)
                (global.set $given (local.get 1))
                (global.set $own (global.get $fixed))
                (call $imported (local.get 0) (global.get $given)))
            (func (param i32 v128) (result v128) (local v128)
                (if (result v128) (local.get 0) (then (local.get 2))
                    (else (block $b (result v128)
                        (br_if $b (local.get 1) (local.get 0))
                        (br_table $b $b (local.get 0))))))
            (func (param i32 v128 v128) (result v128)
                (local.get 1) (local.get 2)
                (loop (param v128 v128) (result v128)
                    (local.set 1)
                    (local.tee 2)
                    (br_if 0 (local.get 1) (local.get 0))
                    (i32x4.add))
                (select (local.get 1) (local.get 0)))
            (func (param i32 v128 v128) (result v128)
                (select (result v128) (local.get 1) (local.get 2) (local.get 0))))",
    ));
}

#[test]
fn locals_in_memory_are_where_vectors_are_aligned() {
    // So many locals that not all of them can be variables.
    let many = "i32 v128 f32 v128 i64 ".repeat(3000);
    let blocks = "(block (br_if 0 (local.get 0)))".repeat(20_000);
    let func = first(
        &format!(
            "(module (func (param i32) (result v128) (local {many}) {blocks}
                (local.set 14999 (v128.const i32x4 1 2 3 4))
                (i32x4.add (local.get 14997) (local.get 14999))))"
        ),
        &plain(Traps::Signals),
    );
    let mut vectors = 0;
    for inst in super::instructions(&func) {
        let InstructionData::Load { arg, .. } = inst else {
            continue;
        };
        let Some(from) = func.dfg.value_def(*arg).inst() else {
            continue;
        };
        if let InstructionData::StackAddr {
            stack_slot, offset, ..
        } = func.dfg.insts[from]
        {
            vectors += 1;
            assert_eq!(func.sized_stack_slots[stack_slot].align_shift, 4);
            assert_eq!(i32::from(offset) % 16, 0);
        }
    }
    assert_eq!(vectors, 2);
}

#[test]
fn lanes_are_not_turned_back_and_forth() {
    let func = first(
        "(module (func (param v128 v128) (result v128)
            (i32x4.add (i32x4.mul (local.get 0) (local.get 1))
                (i32x4.sub (local.get 0) (local.get 1)))))",
        &plain(Traps::Signals),
    );
    // Two are what is not used: each result is made a vector that nothing takes.
    assert_eq!(count(&func, Opcode::Bitcast), 4 + 3, "{func}");
}

#[test]
fn nans_are_made_canonical_where_they_are_computed() {
    let settings = Settings {
        canonical_nans: true,
        ..plain(Traps::Signals)
    };
    let fixed = |text: &str, settings: &Settings| count(&first(text, settings), Opcode::Fcmp);
    for (computed, text) in [
        (
            1,
            "(param f32 f32) (result f32) (f32.add (local.get 0) (local.get 1))",
        ),
        (1, "(param f64) (result f64) (f64.sqrt (local.get 0))"),
        (1, "(param f64) (result f32) (f32.demote_f64 (local.get 0))"),
        (1, "(param f32) (result f32) (f32.nearest (local.get 0))"),
        (
            1,
            "(param v128) (result v128) (f64x2.mul (local.get 0) (local.get 0))",
        ),
        (
            1,
            "(param v128) (result v128) (f64x2.promote_low_f32x4 (local.get 0))",
        ),
        (0, "(param f32) (result f32) (f32.neg (local.get 0))"),
        (
            0,
            "(param f64 f64) (result f64) (f64.copysign (local.get 0) (local.get 1))",
        ),
        (0, "(param v128) (result v128) (f32x4.abs (local.get 0))"),
        (
            0,
            "(param v128) (result v128) (f32x4.convert_i32x4_s (local.get 0))",
        ),
    ] {
        let text = format!("(module (func {text}))");
        assert_eq!(fixed(&text, &settings), computed, "{text}");
        assert_eq!(fixed(&text, &plain(Traps::Signals)), 0, "{text}");
    }
}

#[test]
fn relaxed_operators_are_what_the_machine_has_unless_they_are_deterministic() {
    let deterministic = Settings {
        deterministic: true,
        ..plain(Traps::Signals)
    };
    let is_x86 = machines()[0].name() == "x64";
    for (name, arity, relaxed, strict) in [
        (
            "i8x16.relaxed_swizzle",
            2,
            Opcode::X86Pshufb,
            Opcode::Swizzle,
        ),
        (
            "i32x4.relaxed_trunc_f32x4_s",
            1,
            Opcode::X86Cvtt2dq,
            Opcode::FcvtToSintSat,
        ),
        ("f32x4.relaxed_min", 2, Opcode::Bitselect, Opcode::Fmin),
        ("f64x2.relaxed_max", 2, Opcode::Bitselect, Opcode::Fmax),
        (
            "i16x8.relaxed_q15mulr_s",
            2,
            Opcode::X86Pmulhrsw,
            Opcode::SqmulRoundSat,
        ),
        (
            "i16x8.relaxed_dot_i8x16_i7x16_s",
            2,
            Opcode::X86Pmaddubsw,
            Opcode::IaddPairwise,
        ),
        (
            "i8x16.relaxed_laneselect",
            3,
            Opcode::Blendv,
            Opcode::Bitselect,
        ),
    ] {
        let gets: String = (0..arity).map(|i| format!("(local.get {i})")).collect();
        let text = format!("(module (func (param v128 v128 v128) (result v128) ({name} {gets})))");
        let of = |settings: &Settings, opcode| count(&first(&text, settings), opcode);
        assert_eq!(of(&deterministic, strict), 1, "{name}");
        assert_eq!(of(&deterministic, relaxed), 0, "{name}");
        if is_x86 {
            assert_eq!(of(&plain(Traps::Signals), relaxed), 1, "{name}");
        }
    }
}
