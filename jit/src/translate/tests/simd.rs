//! Every operator on vectors compiles in every mode, for machines that have instructions for all
//! of them and for those that have not.

use super::vectors::{VectorOperator, vector_operators};
use super::{compile, count, first, machines, module, plain};
use crate::settings::{Settings, Traps};
use cranelift_codegen::ir::{InstructionData, Opcode};
use std::collections::BTreeSet;

/// A function for each operator, with operands that the function has.
fn functions(operators: &[VectorOperator], operand: impl Fn(usize, &str) -> String) -> String {
    operators
        .iter()
        .map(|operator| {
            let VectorOperator {
                text,
                params,
                result,
            } = operator;
            let operands: String = params
                .iter()
                .enumerate()
                .map(|(i, ty)| operand(i, ty))
                .collect();
            let params = params.join(" ");
            let result = result.map(|ty| format!("(result {ty})"));
            let result = result.unwrap_or_default();
            format!("(func (param {params}) {result} {operands} {text})\n")
        })
        .collect()
}

#[test]
fn all_operators() {
    let get = |i: usize, _: &str| format!("(local.get {i})");
    let functions = functions(&vector_operators(), get);
    compile(&module(&format!("(module (memory 1) {functions})")));
}

#[test]
fn the_list_has_all_operators() {
    macro_rules! names {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
            [$(stringify!($visit)),*]
        };
    }
    let known = wasmparser::for_each_visit_simd_operator!(names).map(|name| {
        let name = name.strip_prefix("visit_").unwrap();
        name.replacen('_', ".", 1)
    });
    let known = BTreeSet::from(known);
    assert_eq!(known.len(), 256);
    let listed: BTreeSet<String> = vector_operators()
        .iter()
        .map(|operator| operator.text.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(listed, known);
}

#[test]
fn shifts_by_constants() {
    let shifts: Vec<VectorOperator> = vector_operators()
        .into_iter()
        .filter(|operator| operator.text.contains(".sh") && operator.params[1] == "i32")
        .collect();
    for by in [3, 100, -1] {
        let operand = |_: usize, ty: &str| match ty {
            "i32" => format!("(i32.const {by})"),
            _ => "(local.get 0)".to_owned(),
        };
        compile(&module(&format!(
            "(module {})",
            functions(&shifts, operand)
        )));
    }
}

#[test]
fn memory() {
    let accesses: Vec<VectorOperator> = vector_operators()
        .into_iter()
        .filter(|operator| {
            let (name, lane) = operator
                .text
                .split_once(' ')
                .unwrap_or((&operator.text, "0"));
            (name.contains(".load") || name.contains(".store")) && lane == "0"
        })
        .collect();
    for (memory, index, offset) in [
        ("(memory 1)", "i32", "4294967295"),
        ("(memory 0)", "i32", "8"),
        ("(memory 1 (pagesize 1))", "i32", "65536"),
        ("(memory i64 1)", "i64", "0xffffffffffffffff"),
        ("(memory i64 1)", "i64", "0xfffffffffff"),
    ] {
        let accesses: Vec<VectorOperator> = accesses
            .iter()
            .map(|access| {
                let (name, lane) = access.text.split_once(' ').unwrap_or((&access.text, ""));
                VectorOperator {
                    text: format!("{name} offset={offset} {lane}"),
                    ..access.clone()
                }
            })
            .collect();
        let mut text = format!("(module {memory}");
        for constant in [false, true] {
            let operand = |i: usize, ty: &str| match ty {
                "i32" if constant => format!("({index}.const 65527)"),
                "i32" if index == "i64" => "(i64.extend_i32_s (local.get 0))".to_owned(),
                _ => format!("(local.get {i})"),
            };
            text += &functions(&accesses, operand);
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
