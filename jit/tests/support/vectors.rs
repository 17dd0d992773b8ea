//! Every operator on vectors, for tests that need all of them.

/// An operator with its immediates.
#[derive(Clone, Debug)]
pub(crate) struct VectorOperator {
    /// As the text format writes it.
    pub(crate) text: String,
    /// The types of its operands.
    pub(crate) params: Vec<&'static str>,
    /// The type of its result, if it has one.
    pub(crate) result: Option<&'static str>,
}

/// Operators of one kind: operands, result, names, and the shapes that have all of them.
type Group = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const INTS: &[&str] = &["i8x16", "i16x8", "i32x4", "i64x2"];
const FLOATS: &[&str] = &["f32x4", "f64x2"];

const GROUPS: &[Group] = &[
    ("v", "v", "neg abs", INTS),
    ("v v", "v", "add sub eq ne lt_s gt_s le_s ge_s", INTS),
    (
        "v v",
        "v",
        "lt_u gt_u le_u ge_u min_s min_u max_s max_u",
        &["i8x16", "i16x8", "i32x4"],
    ),
    ("v v", "v", "mul", &["i16x8", "i32x4", "i64x2"]),
    (
        "v v",
        "v",
        "add_sat_s add_sat_u sub_sat_s sub_sat_u avgr_u",
        &["i8x16", "i16x8"],
    ),
    ("v i32", "v", "shl shr_s shr_u", INTS),
    ("v", "i32", "all_true bitmask", INTS),
    ("v v v", "v", "relaxed_laneselect", INTS),
    ("v", "v", "popcnt", &["i8x16"]),
    (
        "v v",
        "v",
        "narrow_i16x8_s narrow_i16x8_u swizzle relaxed_swizzle",
        &["i8x16"],
    ),
    (
        "v v",
        "v",
        "narrow_i32x4_s narrow_i32x4_u q15mulr_sat_s relaxed_q15mulr_s \
         relaxed_dot_i8x16_i7x16_s extmul_low_i8x16_s extmul_low_i8x16_u extmul_high_i8x16_s \
         extmul_high_i8x16_u",
        &["i16x8"],
    ),
    (
        "v",
        "v",
        "extend_low_i8x16_s extend_low_i8x16_u extend_high_i8x16_s extend_high_i8x16_u \
         extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u",
        &["i16x8"],
    ),
    (
        "v v",
        "v",
        "dot_i16x8_s extmul_low_i16x8_s extmul_low_i16x8_u extmul_high_i16x8_s extmul_high_i16x8_u",
        &["i32x4"],
    ),
    ("v v v", "v", "relaxed_dot_i8x16_i7x16_add_s", &["i32x4"]),
    (
        "v",
        "v",
        "extend_low_i16x8_s extend_low_i16x8_u extend_high_i16x8_s extend_high_i16x8_u \
         extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u trunc_sat_f32x4_s trunc_sat_f32x4_u \
         trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero relaxed_trunc_f32x4_s \
         relaxed_trunc_f32x4_u relaxed_trunc_f64x2_s_zero relaxed_trunc_f64x2_u_zero",
        &["i32x4"],
    ),
    (
        "v v",
        "v",
        "extmul_low_i32x4_s extmul_low_i32x4_u extmul_high_i32x4_s extmul_high_i32x4_u",
        &["i64x2"],
    ),
    (
        "v",
        "v",
        "extend_low_i32x4_s extend_low_i32x4_u extend_high_i32x4_s extend_high_i32x4_u",
        &["i64x2"],
    ),
    ("v", "v", "abs neg sqrt ceil floor trunc nearest", FLOATS),
    (
        "v v",
        "v",
        "add sub mul div min max pmin pmax eq ne lt gt le ge relaxed_min relaxed_max",
        FLOATS,
    ),
    ("v v v", "v", "relaxed_madd relaxed_nmadd", FLOATS),
    (
        "v",
        "v",
        "convert_i32x4_s convert_i32x4_u demote_f64x2_zero",
        &["f32x4"],
    ),
    (
        "v",
        "v",
        "convert_low_i32x4_s convert_low_i32x4_u promote_low_f32x4",
        &["f64x2"],
    ),
    ("v", "v", "not", &["v128"]),
    ("v v", "v", "and or xor andnot", &["v128"]),
    ("v v v", "v", "bitselect", &["v128"]),
    ("v", "i32", "any_true", &["v128"]),
    ("i32", "v", "splat", &["i8x16", "i16x8", "i32x4"]),
    ("i64", "v", "splat", &["i64x2"]),
    ("f32", "v", "splat", &["f32x4"]),
    ("f64", "v", "splat", &["f64x2"]),
    (
        "i32",
        "v",
        "load load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u load8_splat \
         load16_splat load32_splat load64_splat load32_zero load64_zero",
        &["v128"],
    ),
    ("i32 v", "", "store", &["v128"]),
];

/// Operators with a lane: operands, result, the name, and the number of lanes.
const LANES: &[(&str, &str, &str, u8)] = &[
    ("v", "i32", "i8x16.extract_lane_s", 16),
    ("v", "i32", "i8x16.extract_lane_u", 16),
    ("v", "i32", "i16x8.extract_lane_s", 8),
    ("v", "i32", "i16x8.extract_lane_u", 8),
    ("v", "i32", "i32x4.extract_lane", 4),
    ("v", "i64", "i64x2.extract_lane", 2),
    ("v", "f32", "f32x4.extract_lane", 4),
    ("v", "f64", "f64x2.extract_lane", 2),
    ("v i32", "v", "i8x16.replace_lane", 16),
    ("v i32", "v", "i16x8.replace_lane", 8),
    ("v i32", "v", "i32x4.replace_lane", 4),
    ("v i64", "v", "i64x2.replace_lane", 2),
    ("v f32", "v", "f32x4.replace_lane", 4),
    ("v f64", "v", "f64x2.replace_lane", 2),
    ("i32 v", "v", "v128.load8_lane", 16),
    ("i32 v", "v", "v128.load16_lane", 8),
    ("i32 v", "v", "v128.load32_lane", 4),
    ("i32 v", "v", "v128.load64_lane", 2),
    ("i32 v", "", "v128.store8_lane", 16),
    ("i32 v", "", "v128.store16_lane", 8),
    ("i32 v", "", "v128.store32_lane", 4),
    ("i32 v", "", "v128.store64_lane", 2),
];

/// Shuffles for which machines have instructions, and others.
const SHUFFLES: &[&str] = &[
    "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
    "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
    "31 0 30 1 29 2 28 3 27 4 26 5 25 6 24 7",
    "3 2 1 0 7 6 5 4 11 10 9 8 15 14 13 12",
    "5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
    "0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23",
    "8 9 10 11 0 1 2 3 24 25 26 27 16 17 18 19",
    "0 1 18 19 4 5 22 23 8 9 26 27 12 13 30 31",
];

const CONSTANTS: &[&str] = &[
    "i32x4 0 0 0 0",
    "i64x2 -1 -1",
    "i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
    "f32x4 nan:0x200000 -0 inf 1",
];

/// Every operator on vectors, those with lanes for the first and last of them and one between.
pub(crate) fn vector_operators() -> Vec<VectorOperator> {
    let mut all = Vec::new();
    let mut add = |text: String, params: &'static str, result: &'static str| {
        let named = |ty: &'static str| if ty == "v" { "v128" } else { ty };
        all.push(VectorOperator {
            text,
            params: params.split_whitespace().map(named).collect(),
            result: Some(named(result)).filter(|ty| !ty.is_empty()),
        });
    };
    for &(params, result, names, shapes) in GROUPS {
        for shape in shapes {
            for name in names.split_whitespace() {
                add(format!("{shape}.{name}"), params, result);
            }
        }
    }
    for &(params, result, name, lanes) in LANES {
        for lane in [0, 1, lanes - 1] {
            add(format!("{name} {lane}"), params, result);
        }
    }
    for lanes in SHUFFLES {
        add(format!("i8x16.shuffle {lanes}"), "v v", "v");
    }
    for value in CONSTANTS {
        add(format!("v128.const {value}"), "", "v");
    }
    all
}
