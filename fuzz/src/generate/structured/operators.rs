//! Operators by their types.

use super::types::Ty;
use crate::generate::vector_operators::vector_operators;
use std::sync::LazyLock;

/// An operator that takes operands only from the stack.
#[derive(Debug)]
pub(super) struct Operator {
    /// As the text format writes it.
    pub(super) text: String,
    pub(super) params: Vec<Ty>,
    pub(super) results: Vec<Ty>,
    /// Whether it deals in floats, whose NaNs can differ.
    pub(super) is_float: bool,
    pub(super) is_vector: bool,
    /// Whether its result may depend on the machine.
    pub(super) is_relaxed: bool,
    /// Whether its first operand is an index of memory 0.
    pub(super) is_access: bool,
}

/// Operands, results, names, and the types that have all of them.
type Group = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const INTS: &[&str] = &["i32", "i64"];
const FLOATS: &[&str] = &["f32", "f64"];

/// `t` is the type itself.
const GROUPS: &[Group] = &[
    ("t", "t", "clz ctz popcnt extend8_s extend16_s", INTS),
    (
        "t t",
        "t",
        "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr",
        INTS,
    ),
    ("t", "i32", "eqz", INTS),
    (
        "t t",
        "i32",
        "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u",
        INTS,
    ),
    ("t", "t", "extend32_s", &["i64"]),
    ("t", "t", "abs neg ceil floor trunc nearest sqrt", FLOATS),
    ("t t", "t", "add sub mul div min max copysign", FLOATS),
    ("t t", "i32", "eq ne lt gt le ge", FLOATS),
    ("i64", "i32", "wrap_i64", &["i32"]),
    ("i32", "i64", "extend_i32_s extend_i32_u", &["i64"]),
    (
        "f32",
        "t",
        "trunc_f32_s trunc_f32_u trunc_sat_f32_s trunc_sat_f32_u",
        INTS,
    ),
    (
        "f64",
        "t",
        "trunc_f64_s trunc_f64_u trunc_sat_f64_s trunc_sat_f64_u",
        INTS,
    ),
    ("i32", "t", "convert_i32_s convert_i32_u", FLOATS),
    ("i64", "t", "convert_i64_s convert_i64_u", FLOATS),
    ("f64", "f32", "demote_f64", &["f32"]),
    ("f32", "f64", "promote_f32", &["f64"]),
    ("f32", "i32", "reinterpret_f32", &["i32"]),
    ("f64", "i64", "reinterpret_f64", &["i64"]),
    ("i32", "f32", "reinterpret_i32", &["f32"]),
    ("i64", "f64", "reinterpret_i64", &["f64"]),
    ("i32", "t", "load load8_s load8_u load16_s load16_u", INTS),
    ("i32", "t", "load32_s load32_u", &["i64"]),
    ("i32", "t", "load", FLOATS),
    ("i32 t", "", "store store8 store16", INTS),
    ("i32 t", "", "store32", &["i64"]),
    ("i32 t", "", "store", FLOATS),
    ("i64 i64 i64 i64", "i64 i64", "add128 sub128", &["i64"]),
    ("i64 i64", "i64 i64", "mul_wide_s mul_wide_u", &["i64"]),
];

/// All of them.
pub(super) static OPERATORS: LazyLock<Vec<Operator>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for &(params, results, names, of) in GROUPS {
        for ty in of {
            for name in names.split_whitespace() {
                let types = |words: &str| {
                    let words = words.split_whitespace();
                    words
                        .map(|word| Ty::named(if word == "t" { ty } else { word }))
                        .collect::<Vec<_>>()
                };
                all.push(operator(
                    format!("{ty}.{name}"),
                    types(params),
                    types(results),
                ));
            }
        }
    }
    all.extend(vector_operators().into_iter().map(|it| {
        let params = it.params.iter().map(|name| Ty::named(name)).collect();
        let results = it.result.iter().map(|name| Ty::named(name)).collect();
        operator(it.text, params, results)
    }));
    all
});

fn operator(text: String, params: Vec<Ty>, results: Vec<Ty>) -> Operator {
    let of = |ty: Ty| params.contains(&ty) || results.contains(&ty);
    let is_vector = of(Ty::V128);
    let is_access = text.contains(".load") || text.contains(".store");
    Operator {
        is_float: of(Ty::F32)
            || of(Ty::F64)
            || text.starts_with("f32x4")
            || text.starts_with("f64x2"),
        is_vector,
        is_relaxed: text.contains(".relaxed_"),
        is_access,
        text,
        params,
        results,
    }
}
