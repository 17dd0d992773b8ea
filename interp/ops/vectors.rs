//! The operations on vectors, as rows and in their final form.
//!
//! A vector is in two slots, whose first a field names; no accumulator holds one. So most
//! operations have one form: slots to slot. They come after all others, which keeps what executes
//! scalar code together.

use crate::shapes::{Op, snake};
use crate::table::{Field, Ty};

/// Operations of one vector, named as their kernels.
const UNS: &[&str] = &[
    "V128Not",
    "I8x16Abs",
    "I8x16Neg",
    "I8x16Popcnt",
    "I16x8Abs",
    "I16x8Neg",
    "I16x8ExtAddPairwiseI8x16S",
    "I16x8ExtAddPairwiseI8x16U",
    "I16x8ExtendLowI8x16S",
    "I16x8ExtendHighI8x16S",
    "I16x8ExtendLowI8x16U",
    "I16x8ExtendHighI8x16U",
    "I32x4Abs",
    "I32x4Neg",
    "I32x4ExtAddPairwiseI16x8S",
    "I32x4ExtAddPairwiseI16x8U",
    "I32x4ExtendLowI16x8S",
    "I32x4ExtendHighI16x8S",
    "I32x4ExtendLowI16x8U",
    "I32x4ExtendHighI16x8U",
    "I32x4TruncSatF32x4S",
    "I32x4TruncSatF32x4U",
    "I32x4TruncSatF64x2SZero",
    "I32x4TruncSatF64x2UZero",
    "I64x2Abs",
    "I64x2Neg",
    "I64x2ExtendLowI32x4S",
    "I64x2ExtendHighI32x4S",
    "I64x2ExtendLowI32x4U",
    "I64x2ExtendHighI32x4U",
    "F32x4Ceil",
    "F32x4Floor",
    "F32x4Trunc",
    "F32x4Nearest",
    "F32x4Abs",
    "F32x4Neg",
    "F32x4Sqrt",
    "F32x4ConvertI32x4S",
    "F32x4ConvertI32x4U",
    "F32x4DemoteF64x2Zero",
    "F32x4Canonicalize",
    "F64x2Ceil",
    "F64x2Floor",
    "F64x2Trunc",
    "F64x2Nearest",
    "F64x2Abs",
    "F64x2Neg",
    "F64x2Sqrt",
    "F64x2ConvertLowI32x4S",
    "F64x2ConvertLowI32x4U",
    "F64x2PromoteLowF32x4",
    "F64x2Canonicalize",
];

/// Operations of two vectors. Of comparisons and their like with the operands exchanged there is
/// only one.
const BINS: &[&str] = &[
    "V128And",
    "V128AndNot",
    "V128Or",
    "V128Xor",
    "I8x16Eq",
    "I8x16Ne",
    "I8x16LtS",
    "I8x16LtU",
    "I8x16LeS",
    "I8x16LeU",
    "I16x8Eq",
    "I16x8Ne",
    "I16x8LtS",
    "I16x8LtU",
    "I16x8LeS",
    "I16x8LeU",
    "I32x4Eq",
    "I32x4Ne",
    "I32x4LtS",
    "I32x4LtU",
    "I32x4LeS",
    "I32x4LeU",
    "I64x2Eq",
    "I64x2Ne",
    "I64x2LtS",
    "I64x2LeS",
    "F32x4Eq",
    "F32x4Ne",
    "F32x4Lt",
    "F32x4Le",
    "F64x2Eq",
    "F64x2Ne",
    "F64x2Lt",
    "F64x2Le",
    "I8x16NarrowI16x8S",
    "I8x16NarrowI16x8U",
    "I8x16Add",
    "I8x16AddSatS",
    "I8x16AddSatU",
    "I8x16Sub",
    "I8x16SubSatS",
    "I8x16SubSatU",
    "I8x16MinS",
    "I8x16MinU",
    "I8x16MaxS",
    "I8x16MaxU",
    "I8x16AvgrU",
    "I16x8NarrowI32x4S",
    "I16x8NarrowI32x4U",
    "I16x8Add",
    "I16x8AddSatS",
    "I16x8AddSatU",
    "I16x8Sub",
    "I16x8SubSatS",
    "I16x8SubSatU",
    "I16x8Mul",
    "I16x8MinS",
    "I16x8MinU",
    "I16x8MaxS",
    "I16x8MaxU",
    "I16x8AvgrU",
    "I16x8Q15MulrSatS",
    "I16x8ExtMulLowI8x16S",
    "I16x8ExtMulHighI8x16S",
    "I16x8ExtMulLowI8x16U",
    "I16x8ExtMulHighI8x16U",
    "I16x8RelaxedDotI8x16I7x16S",
    "I32x4Add",
    "I32x4Sub",
    "I32x4Mul",
    "I32x4MinS",
    "I32x4MinU",
    "I32x4MaxS",
    "I32x4MaxU",
    "I32x4DotI16x8S",
    "I32x4ExtMulLowI16x8S",
    "I32x4ExtMulHighI16x8S",
    "I32x4ExtMulLowI16x8U",
    "I32x4ExtMulHighI16x8U",
    "I64x2Add",
    "I64x2Sub",
    "I64x2Mul",
    "I64x2ExtMulLowI32x4S",
    "I64x2ExtMulHighI32x4S",
    "I64x2ExtMulLowI32x4U",
    "I64x2ExtMulHighI32x4U",
    "F32x4Add",
    "F32x4Sub",
    "F32x4Mul",
    "F32x4Div",
    "F32x4Min",
    "F32x4Max",
    "F32x4PMin",
    "F32x4PMax",
    "F64x2Add",
    "F64x2Sub",
    "F64x2Mul",
    "F64x2Div",
    "F64x2Min",
    "F64x2Max",
    "F64x2PMin",
    "F64x2PMax",
];

/// Operations of three vectors.
const TERNS: &[&str] = &[
    "V128Bitselect",
    "F32x4RelaxedMadd",
    "F32x4RelaxedNmadd",
    "I32x4RelaxedDotI8x16I7x16AddS",
];

/// Shifts of all lanes by a slot, the accumulator or an immediate.
pub(crate) const SHIFTS: &[&str] = &[
    "I8x16Shl",
    "I8x16ShrS",
    "I8x16ShrU",
    "I16x8Shl",
    "I16x8ShrS",
    "I16x8ShrU",
    "I32x4Shl",
    "I32x4ShrS",
    "I32x4ShrU",
    "I64x2Shl",
    "I64x2ShrS",
    "I64x2ShrU",
];
pub(crate) const SHIFT_MODES: &[&str] = &["SS", "SA", "SI"];

/// Operations that make an `i32` of a vector.
pub(crate) const TESTS: &[&str] = &[
    "V128AnyTrue",
    "I8x16AllTrue",
    "I8x16Bitmask",
    "I16x8AllTrue",
    "I16x8Bitmask",
    "I32x4AllTrue",
    "I32x4Bitmask",
    "I64x2AllTrue",
    "I64x2Bitmask",
];

/// A lane that becomes a number: `convert` makes the result of `half`, the 64 bits that the lane
/// is the lowest part of.
pub(crate) struct Extract {
    pub(crate) name: &'static str,
    pub(crate) bits: u32,
    convert: &'static str,
    pub(crate) result: Ty,
}

const fn extract(name: &'static str, bits: u32, convert: &'static str, result: Ty) -> Extract {
    Extract {
        name,
        bits,
        convert,
        result,
    }
}

pub(crate) const EXTRACTS: &[Extract] = &[
    extract("I8x16ExtractLaneS", 8, "half as i8 as i32 as u32", Ty::I32),
    extract("I8x16ExtractLaneU", 8, "half as u8 as u32", Ty::I32),
    extract(
        "I16x8ExtractLaneS",
        16,
        "half as i16 as i32 as u32",
        Ty::I32,
    ),
    extract("I16x8ExtractLaneU", 16, "half as u16 as u32", Ty::I32),
    extract("I32x4ExtractLane", 32, "half as u32", Ty::I32),
    extract("I64x2ExtractLane", 64, "half", Ty::I64),
    extract(
        "F32x4ExtractLane",
        32,
        "f32::from_bits(half as u32)",
        Ty::F32,
    ),
    extract("F64x2ExtractLane", 64, "f64::from_bits(half)", Ty::F64),
];

/// The widths of lanes, in bits.
pub(crate) const WIDTHS: &[u32] = &[8, 16, 32, 64];
/// Where the number is that becomes a lane.
pub(crate) const NUMBER_MODES: &[&str] = &["S", "A"];

/// A load: reads `bytes`, as what the machine's function for `read` gives, and `convert` makes a
/// vector of it.
pub(crate) struct Load {
    pub(crate) name: &'static str,
    read: &'static str,
    pub(crate) bytes: u64,
    convert: &'static str,
}

const fn load(name: &'static str, read: &'static str, bytes: u64, convert: &'static str) -> Load {
    Load {
        name,
        read,
        bytes,
        convert,
    }
}

pub(crate) const LOADS: &[Load] = &[
    load("V128Load", "v128", 16, "v"),
    load(
        "V128Load8x8S",
        "u64",
        8,
        "vector::i16x8_extend_low_i8x16_s(V128::low(v))",
    ),
    load(
        "V128Load8x8U",
        "u64",
        8,
        "vector::i16x8_extend_low_i8x16_u(V128::low(v))",
    ),
    load(
        "V128Load16x4S",
        "u64",
        8,
        "vector::i32x4_extend_low_i16x8_s(V128::low(v))",
    ),
    load(
        "V128Load16x4U",
        "u64",
        8,
        "vector::i32x4_extend_low_i16x8_u(V128::low(v))",
    ),
    load(
        "V128Load32x2S",
        "u64",
        8,
        "vector::i64x2_extend_low_i32x4_s(V128::low(v))",
    ),
    load(
        "V128Load32x2U",
        "u64",
        8,
        "vector::i64x2_extend_low_i32x4_u(V128::low(v))",
    ),
    load("V128Load8Splat", "u8", 1, "vector::splat8(v as u64)"),
    load("V128Load16Splat", "u16", 2, "vector::splat16(v as u64)"),
    load("V128Load32Splat", "u32", 4, "vector::splat32(v as u64)"),
    load("V128Load64Splat", "u64", 8, "vector::splat64(v)"),
    load("V128Load32Zero", "u32", 4, "V128::low(v as u64)"),
    load("V128Load64Zero", "u64", 8, "V128::low(v)"),
];

/// How a load or store of a vector finds the end of the access, as for numbers; `G` is the
/// general form.
pub(crate) const ADDRESS_MODES: &[&str] = &["S", "A", "I", "X", "G"];
/// The same for one lane.
pub(crate) const LANE_MODES: &[&str] = &["S", "G"];

/// An operation without other forms.
fn op(ops: &mut Vec<Op>, name: String, size: usize, fields: &[Field], body: String) {
    ops.push(Op {
        name,
        size,
        fields: fields.to_vec(),
        body,
        bin: None,
    });
}

/// All of them, in the order of their opcodes.
pub(crate) fn vector_ops(ops: &mut Vec<Op>) {
    use Field::{Slot, U16, U32, U64};
    let kernels = |ops: &mut Vec<Op>, names: &[&str], operands: &[(&'static str, usize)]| {
        for &name in names {
            let mut fields = vec![Slot("dst", 8)];
            fields.extend(operands.iter().map(|&(name, at)| Slot(name, at)));
            let reads: Vec<String> = operands
                .iter()
                .map(|(_, at)| format!("st.slot_v128({at})"))
                .collect();
            let body = format!(
                "let r = vector::{}({}); st.put_v128(8, r); st.next(16)",
                snake(name),
                reads.join(", ")
            );
            op(ops, name.into(), 16, &fields, body);
        }
    };
    kernels(ops, UNS, &[("a", 10)]);
    kernels(ops, BINS, &[("a", 10), ("b", 12)]);
    kernels(ops, TERNS, &[("a", 10), ("b", 12), ("c", 14)]);

    for name in SHIFTS {
        for mode in SHIFT_MODES {
            let (field, by) = match *mode {
                "SS" => (Some(Slot("by", 12)), "st.slot_i32(12)"),
                "SA" => (None, "st.acc_i32()"),
                _ => (Some(U32("imm", 12)), "st.u32(12)"),
            };
            let mut fields = vec![Slot("dst", 8), Slot("a", 10)];
            fields.extend(field);
            let body = format!(
                "let r = vector::{}(st.slot_v128(10), {by}); st.put_v128(8, r); st.next(16)",
                snake(name)
            );
            op(ops, format!("{name}_{mode}"), 16, &fields, body);
        }
    }
    for name in TESTS {
        for slot in [false, true] {
            let (suffix, put) = delivery("i32", slot);
            let body = format!(
                "let r = vector::{}(st.slot_v128(10)); st.set_i32(r); {put}st.next(16)",
                snake(name)
            );
            let fields = [Slot("dst", 8), Slot("a", 10)];
            let fields = &fields[usize::from(!slot)..];
            op(ops, format!("{name}_{suffix}"), 16, fields, body);
        }
    }
    for extract in EXTRACTS {
        let ty = match extract.result {
            Ty::I32 => "i32",
            Ty::I64 => "i64",
            Ty::F32 => "f32",
            Ty::F64 => "f64",
        };
        for slot in [false, true] {
            let (suffix, put) = delivery(ty, slot);
            let body = format!(
                "let half = st.slot_i64(10).wrapping_shr(st.u16(12).into()); \
                 let r = {}; st.set_{ty}(r); {put}st.next(16)",
                extract.convert
            );
            // The slot is that of the half.
            let fields = [Slot("dst", 8), Slot("half", 10), U16("shift", 12)];
            let fields = &fields[usize::from(!slot)..];
            op(ops, format!("{}_{suffix}", extract.name), 16, fields, body);
        }
    }
    for bits in WIDTHS {
        for mode in NUMBER_MODES {
            let (field, number) = match *mode {
                "S" => (Some(Slot("a", 10)), "st.slot_i64(10)"),
                _ => (None, "st.acc"),
            };
            let mut fields = vec![Slot("dst", 8)];
            fields.extend(field);
            let body =
                format!("let r = vector::splat{bits}({number}); st.put_v128(8, r); st.next(16)");
            op(ops, format!("Splat{bits}_{mode}"), 16, &fields, body);
        }
    }
    for bits in WIDTHS {
        for mode in NUMBER_MODES {
            let (field, number) = match *mode {
                "S" => (Some(Slot("b", 12)), "st.slot_i64(12)"),
                _ => (None, "st.acc"),
            };
            let mut fields = vec![Slot("dst", 8), Slot("a", 10)];
            fields.extend(field);
            fields.push(U16("lane", 14));
            let body = format!(
                "let r = vector::replace{bits}(st.slot_v128(10), st.u16(14), {number}); \
                 st.put_v128(8, r); st.next(16)"
            );
            op(ops, format!("ReplaceLane{bits}_{mode}"), 16, &fields, body);
        }
    }

    for load in LOADS {
        for mode in ADDRESS_MODES {
            let (mut fields, size, read) = access(mode, load.read, Slot("addr", 10), 10, None);
            fields.insert(0, Slot("dst", 8));
            let body = format!(
                "let Some(v) = {read} else {{ return st.out_of_bounds() }}; \
                 st.put_v128(8, {}); st.next({size})",
                load.convert
            );
            op(ops, format!("{}_{mode}", load.name), size, &fields, body);
        }
    }
    for mode in ADDRESS_MODES {
        let (mut fields, size, write) =
            access(mode, "v128", Slot("addr", 8), 8, Some("st.slot_v128(10)"));
        fields.insert(1, Slot("value", 10));
        let body = format!("if !{write} {{ return st.out_of_bounds() }} st.next({size})");
        op(ops, format!("V128Store_{mode}"), size, &fields, body);
    }
    for bits in WIDTHS {
        let name = |mode| format!("V128Load{bits}Lane_{mode}");
        let replace = |vector, lane| {
            format!(
                "let r = vector::replace{bits}(st.slot_v128({vector}), st.u16({lane}), v as u64); \
                 st.put_v128(8, r);"
            )
        };
        let fields = [
            Slot("dst", 8),
            Slot("addr", 10),
            Slot("vector", 12),
            U16("lane", 14),
            U32("end", 16),
        ];
        let body = format!(
            "let end = u64::from(st.slot_i32(10)) + u64::from(st.u32(16)); \
             let Some(v) = st.load_u{bits}(end) else {{ return st.out_of_bounds() }}; \
             {} st.next(24)",
            replace(12, 14)
        );
        op(ops, name("S"), 24, &fields, body);
        let fields = [
            Slot("dst", 8),
            Slot("addr", 10),
            U32("memory", 12),
            U64("offset", 16),
            Slot("vector", 24),
            U16("lane", 26),
        ];
        let body = format!(
            "let Some(v) = st.load_any_u{bits}(10) else {{ return st.out_of_bounds() }}; \
             {} st.next(32)",
            replace(24, 26)
        );
        op(ops, name("G"), 32, &fields, body);
    }
    for bits in WIDTHS {
        let name = |mode| format!("V128Store{bits}Lane_{mode}");
        let lane = |shift| {
            format!("let v = st.slot_i64(10).wrapping_shr(st.u16({shift}).into()) as u{bits};")
        };
        let fields = [
            Slot("addr", 8),
            Slot("half", 10),
            U32("end", 12),
            U16("shift", 16),
        ];
        let body = format!(
            "{} let end = u64::from(st.slot_i32(8)) + u64::from(st.u32(12)); \
             if !st.store_u{bits}(end, v) {{ return st.out_of_bounds() }} st.next(24)",
            lane(16)
        );
        op(ops, name("S"), 24, &fields, body);
        let fields = [
            Slot("addr", 8),
            Slot("half", 10),
            U32("memory", 12),
            U64("offset", 16),
            U16("shift", 24),
        ];
        // The address first: there are too few registers for both.
        let body = format!(
            "let Some(at) = st.any_address(8, {}) else {{ return st.out_of_bounds() }}; \
             {} at.cast::<u{bits}>().write_unaligned(v.to_le()); st.next(32)",
            bits / 8,
            lane(24)
        );
        op(ops, name("G"), 32, &fields, body);
    }

    let operands = [Slot("dst", 8), Slot("a", 10), Slot("b", 12)];
    let lanes = [U64("low_lanes", 16), U64("high_lanes", 24)];
    let words = [
        Slot("word0", 10),
        U16("half0", 12),
        Slot("word1", 14),
        U16("half1", 16),
        Slot("word2", 18),
        U16("half2", 20),
        Slot("word3", 22),
        U16("half3", 24),
    ];
    for (name, size, fields) in [
        ("CopyV128", 16, vec![Slot("dst", 8), Slot("src", 10)]),
        (
            "CopyImmV128",
            32,
            vec![Slot("dst", 8), U64("low", 16), U64("high", 24)],
        ),
        ("GlobalGetV128", 16, vec![Slot("dst", 8), U32("global", 12)]),
        ("GlobalSetV128", 16, vec![Slot("src", 8), U32("global", 12)]),
        (
            "SelectV128S",
            16,
            [&operands[..], &[Slot("cond", 14)]].concat(),
        ),
        ("SelectV128A", 16, operands.to_vec()),
        ("RetV128", 16, vec![U16("record", 8), Slot("src", 10)]),
        ("I8x16Swizzle", 16, operands.to_vec()),
        ("I8x16Shuffle", 32, [&operands[..], &lanes].concat()),
        // Of 32-bit lanes: the slot of each, and whether it is the upper one in it.
        ("I32x4Shuffle", 32, [&[Slot("dst", 8)][..], &words].concat()),
    ] {
        let body = format!("plain::{}(st)", snake(name));
        op(ops, name.into(), size, &fields, body);
    }
}

/// How a number is delivered: the suffix of the form, and the code that puts it into a slot.
fn delivery(ty: &str, slot: bool) -> (&'static str, String) {
    if slot {
        ("S", format!("st.put_{ty}(8, r); "))
    } else {
        ("A", String::new())
    }
}

/// The fields, the size and the code of an access, with its address in `field`, which is at `at`.
fn access(
    mode: &str,
    width: &str,
    field: Field,
    at: usize,
    store: Option<&str>,
) -> (Vec<Field>, usize, String) {
    use Field::{Slot, U16, U32, U64};
    let (verb, value) = match store {
        Some(value) => ("store", format!(", {value}")),
        None => ("load", String::new()),
    };
    if mode == "G" {
        let fields = vec![field, U32("memory", 12), U64("offset", 16)];
        return (fields, 24, format!("st.{verb}_any_{width}({at}{value})"));
    }
    let (fields, size, end) = match mode {
        "S" => (
            vec![field, U32("end", 12)],
            16,
            format!("u64::from(st.slot_i32({at})) + u64::from(st.u32(12))"),
        ),
        "A" => (
            vec![U32("end", 12)],
            16,
            "u64::from(st.acc_i32()) + u64::from(st.u32(12))".into(),
        ),
        "I" => (vec![U32("end", 12)], 16, "u64::from(st.u32(12))".into()),
        _ => (
            vec![
                Slot("base", at),
                Slot("index", 12),
                U16("shift", 14),
                U32("end", 16),
            ],
            24,
            format!("u64::from(st.indexed({at}, 12, 14)) + u64::from(st.u32(16))"),
        ),
    };
    (fields, size, format!("st.{verb}_{width}({end}{value})"))
}
