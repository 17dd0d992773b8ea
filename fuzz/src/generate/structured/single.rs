//! Every operator on its own, in a function that hardly does anything else: what long programs
//! reach once in a while, and with few values.

use super::operators::OPERATORS;
use super::types::{PRELUDE, Ty};
use super::{constant, float};
use crate::case::{AMPLE_FUEL, Call, Case, Settings};
use crate::generate::Proposals;
use crate::random::Random;
use core::fmt::Write as _;

/// How many operators a case has, and calls of each.
const MOST: usize = 40;
const CALLS: usize = 12;

/// Operands that are at an edge only together: quotients that overflow, zeros of two signs.
const PAIRS: &[(u64, u64)] = &[
    (1 << 31, u64::MAX),
    (1 << 63, u64::MAX),
    (0, 1 << 31),
    (1 << 31, 0),
    (0, 1 << 63),
    (1 << 63, 0),
];

/// What takes no value from the stack that could be any, or needs more around it.
const SHAPES: &[&str] = &[
    "(func (export \"NAME\") (param i32 i32) (result i32) (array.get_u $bytes (array.new_data $bytes $data (i32.and (local.get 0) (i32.const 7)) (i32.and (local.get 1) (i32.const 7))) (i32.const 0)))",
    "(func (export \"NAME\") (param i32 i32) (result i32) (array.len (array.new_elem $funcs $elem (i32.and (local.get 0) (i32.const 1)) (i32.and (local.get 1) (i32.const 3)))))",
    "(func (export \"NAME\") (param i32 i32) (result i32) (local (ref null $bytes)) (local.set 2 (array.new_default $bytes (i32.const 9))) (array.init_data $bytes $data (local.get 2) (i32.and (local.get 0) (i32.const 7)) (i32.and (local.get 1) (i32.const 7)) (i32.const 2)) (array.get_s $bytes (local.get 2) (i32.and (local.get 0) (i32.const 7))))",
    "(func (export \"NAME\") (param i32 i32) (result funcref) (local (ref null $funcs)) (local.set 2 (array.new_default $funcs (i32.const 3))) (array.init_elem $funcs $elem (local.get 2) (i32.and (local.get 0) (i32.const 1)) (i32.and (local.get 1) (i32.const 1)) (i32.const 2)) (array.get $funcs (local.get 2) (i32.and (local.get 0) (i32.const 3))))",
    "(func (export \"NAME\") (param i32) (result i32) (i31.get_u (ref.cast (ref i31) (table.get $any (i32.and (local.get 0) (i32.const 3))))))",
    "(func (export \"NAME\") (param i32) (result i32) (i31.get_s (ref.cast i31ref (table.get $any (i32.and (local.get 0) (i32.const 3))))))",
    "(func (export \"NAME\") (param i32) (result i32) (block (result anyref) (br_on_cast_fail 0 anyref (ref i31) (table.get $any (i32.and (local.get 0) (i32.const 3)))) (return (i31.get_u))) (ref.is_null))",
    "(func (export \"NAME\") (param i32) (result i32) (struct.get_s $node 4 (struct.new $node (local.get 0) (ref.null $node) (i64.const 1) (ref.null any) (local.get 0) (local.get 0))))",
    "(func (export \"NAME\") (param i32) (result i32) (struct.get_s $node 5 (struct.new $node (local.get 0) (ref.null $node) (i64.const 1) (ref.null any) (local.get 0) (local.get 0))))",
    "(func (export \"NAME\") (param i32) (result i32) (call_ref $unary (local.get 0) (ref.func $half)))",
    "(func (export \"NAME\") (param i32) (result i32) (return_call_ref $unary (local.get 0) (ref.func $half)))",
    "(func (export \"NAME\") (param i32) (result i32) (call_ref $unary (local.get 0) (ref.as_non_null (select (result (ref null $unary)) (ref.func $half) (ref.null $unary) (local.get 0)))))",
    "(func (export \"NAME\") (param i32 i32) (result i32) (return_call_indirect $funcs_table (type $unary) (local.get 0) (i32.and (local.get 1) (i32.const 3))))",
    "(func (export \"NAME\") (param i32 i32) (result i32) (call_indirect $funcs_table (type $unary) (local.get 0) (i32.and (local.get 1) (i32.const 3))))",
    "(func (export \"NAME\") (param i32) (result i32) (block (result (ref $unary)) (br_on_non_null 0 (select (result (ref null $unary)) (ref.func $half) (ref.null $unary) (local.get 0))) (return (i32.const 5))) (drop) (i32.const 6))",
    "(func (export \"NAME\") (param i32) (result i32) (block (call_ref $unary (local.get 0) (br_on_null 0 (select (result (ref null $unary)) (ref.func $half) (ref.null $unary) (local.get 0)))) (return)) (i32.const 7))",
    "(func (export \"NAME\") (param i32) (result i32) (table.init $funcs_table $elem (i32.and (local.get 0) (i32.const 3)) (i32.const 0) (i32.const 1)) (table.copy $funcs_table $funcs_table (i32.const 0) (i32.const 1) (i32.and (local.get 0) (i32.const 3))) (table.size $funcs_table))",
];

/// Exceptions as first proposed.
const CATCHES: &[&str] = &[
    "(func (export \"NAME\") (param i32) (result i32) try (result i32) (if (i32.and (local.get 0) (i32.const 1)) (then (throw $tag (local.get 0)))) (i32.const 3) catch $tag i32.const 1 i32.add end)",
    "(func (export \"NAME\") (param i32) (result i32) try (result i32) (if (i32.and (local.get 0) (i32.const 1)) (then (throw $tag (local.get 0)))) (i32.const 3) catch_all i32.const 9 end)",
    "(func (export \"NAME\") (param i32) (result i32) try (result i32) try (result i32) (if (i32.and (local.get 0) (i32.const 1)) (then (throw $tag (local.get 0)))) (i32.const 3) catch_all rethrow 0 end catch $tag end)",
    "(func (export \"NAME\") (param i32) (result i32) try (result i32) try (result i32) (if (i32.and (local.get 0) (i32.const 1)) (then (throw $tag (local.get 0)))) (i32.const 3) delegate 0 catch $tag i32.const 2 i32.mul end)",
];

/// What those need.
const PARTS: &str = "
        (tag $tag (param i32))
        (type $funcs (array (mut funcref)))
        (table $any 4 anyref) (elem (table $any) (i32.const 0) anyref (item (ref.i31 (i32.const -5))) (item (struct.new_default $node)) (item (ref.null any)))";

/// A module with a function for each of some operators, and calls of them with values at edges.
pub(in crate::generate) fn case(random: &mut Random, proposals: &Proposals) -> Option<Case> {
    let settings = Settings {
        metered: random.once_in(4),
        ..Settings::default()
    };
    let shared = if random.once_in(2) && proposals.threads {
        " shared"
    } else {
        ""
    };
    let parts = if proposals.objects {
        format!("{PRELUDE} {PARTS}")
    } else {
        String::new()
    };
    let mut text = format!(
        "(module {parts}
        (type $unary (func (param i32) (result i32)))
        (memory (export \"memory\") 1 2{shared})
        (table $funcs_table (export \"table\") 4 funcref) (elem (table $funcs_table) (i32.const 0) func $half $other)
        (elem $elem func $half $other)
        (data $data \"\\01\\80\\ff\\7f\\00\\fe\\10\\20\\30\\40\\50\\60\")
        (data (i32.const 0) \"\\01\\80\\ff\\7f\\00\\00\\c0\\7f\\00\\00\\80\\ff\\ff\\ff\\ff\\ff\\fe\\10\\20\\30\\40\\50\\60\")
        (func $half (param i32) (result i32) (i32.shr_s (local.get 0) (i32.const 1)))
        (func $other (param i64))\n"
    );
    let mut calls = Vec::new();
    for place in 0..MOST {
        let name = format!("f{place}");
        if random.once_in(8) && proposals.objects {
            let shapes = if proposals.legacy_exceptions && random.once_in(4) {
                CATCHES
            } else {
                SHAPES
            };
            let shape = random.pick(shapes).replace("NAME", &name);
            let _ = writeln!(text, "{shape}");
        } else {
            operator(random, &mut text, &name, proposals);
        }
        for _ in 0..CALLS {
            let mut args: Vec<u64> = (0..4).map(|_| argument(random)).collect();
            match random.below(8) {
                0 => args[1] = args[0],
                1 => (args[0], args[1]) = *random.pick(PAIRS),
                _ => {}
            }
            calls.push(Call {
                module: 0,
                export: name.clone(),
                args,
                fuel: AMPLE_FUEL,
            });
        }
    }
    text += ")";
    let wasm = wat::parse_str(&text);
    debug_assert!(wasm.is_ok(), "{:?} in\n{text}", wasm.err());
    Some(Case {
        origin: String::new(),
        settings,
        modules: vec![wasm.ok()?],
        calls,
    })
}

/// A number of which values are made: at edges of integers, or the bits of floats at theirs.
fn argument(random: &mut Random) -> u64 {
    const F32: [u32; 8] = [
        0x7fc0_0000,
        0x7f80_0000,
        0xff80_0000,
        0x8000_0000,
        0x4f00_0000,
        0xcf00_0000,
        0x4f80_0000,
        0x5f00_0000,
    ];
    const F64: [u64; 8] = [
        0x7ff8_0000_0000_0000,
        0x7ff0_0000_0000_0000,
        0x8000_0000_0000_0000,
        0x41df_ffff_ffc0_0000,
        0x41e0_0000_0000_0000,
        0xc1e0_0000_0020_0000,
        0x43e0_0000_0000_0000,
        0x43f0_0000_0000_0000,
    ];
    const INTS: [u64; 8] = [
        0,
        1,
        u64::MAX,
        1 << 63,
        (1 << 63) - 1,
        1 << 31,
        (1 << 31) - 1,
        u64::MAX << 31,
    ];
    match random.below(8) {
        0..=3 => *random.pick(&INTS),
        4 => u64::from(*random.pick(&F32)) | random.bits() << 32,
        5 => random
            .pick(&F64)
            .wrapping_add(random.below(3) as u64)
            .wrapping_sub(1),
        _ => random.edge(),
    }
}

/// A function with one operator, of whose operands some are constants.
fn operator(random: &mut Random, text: &mut String, name: &str, proposals: &Proposals) {
    let operator = loop {
        let operator = random.pick(&OPERATORS);
        if (proposals.relaxed_simd || !operator.is_relaxed)
            && (proposals.threads || !operator.is_atomic)
            && (proposals.wide_arithmetic || operator.results.len() < 2)
        {
            break operator;
        }
    };
    let mut params = Vec::new();
    let mut operands = String::new();
    for (place, ty) in operator.params.iter().enumerate() {
        if operator.is_access && place == 0 {
            // Where there is data, where the memory ends, or within a few bytes of that.
            let index = *random.pick(&[
                "(i32.and (local.get AT) (i32.const 0x1f)) ",
                "(i32.and (local.get AT) (i32.const 0x1003f)) ",
                "(i32.sub (i32.const 0x10000) (i32.and (local.get AT) (i32.const 15))) ",
            ]);
            let index = index.replace("AT", &params.len().to_string());
            let alignment = operator.alignment();
            operands += &match alignment {
                2.. if !random.once_in(6) => format!("(i32.and {index} (i32.const -{alignment})) "),
                _ => index,
            };
            params.push(Ty::I32);
        } else if operator.waits() && place == 2 {
            // Nobody would come.
            let _ = write!(operands, "(i64.const {}) ", random.below(2) * 500);
        } else if random.once_in(4) {
            operands += &match ty {
                Ty::F32 => format!("(f32.const {}) ", float(random)),
                Ty::F64 => format!("(f64.const {}) ", float(random)),
                ty => constant(random, *ty) + " ",
            };
        } else {
            let _ = write!(operands, "(local.get {}) ", params.len());
            params.push(*ty);
        }
    }
    let types = super::types::Signature {
        params,
        results: operator.results.clone(),
    };
    let _ = writeln!(
        text,
        "(func (export \"{name}\"){} {operands}{})",
        types.text(),
        operator.text
    );
}
