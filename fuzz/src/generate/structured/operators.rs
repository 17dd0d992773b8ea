//! Operators by their types.

use super::types::Ty;
use crate::generate::vector_operators::vector_operators;
use std::sync::LazyLock;

/// An operator that takes operands only from the stack.
#[derive(Debug)]
pub(in crate::generate) struct Operator {
    /// As the text format writes it.
    pub(in crate::generate) text: String,
    pub(in crate::generate) params: Vec<Ty>,
    pub(in crate::generate) results: Vec<Ty>,
    /// Whether it deals in floats, whose NaNs can differ.
    pub(in crate::generate) is_float: bool,
    pub(in crate::generate) is_vector: bool,
    /// Whether its result may depend on the machine.
    pub(in crate::generate) is_relaxed: bool,
    /// Whether its first operand is an index of memory 0.
    pub(in crate::generate) is_access: bool,
    pub(in crate::generate) is_atomic: bool,
}

impl Operator {
    /// Whether its last operand says how long it waits.
    pub(in crate::generate) fn waits(&self) -> bool {
        self.text.contains(".wait")
    }

    /// Where it is an access that has to be aligned, to so many bytes.
    pub(in crate::generate) fn alignment(&self) -> u64 {
        let has = |part: &str| self.text.contains(part);
        match () {
            () if !self.is_atomic => 1,
            () if has("rmw8") || has("load8") || has("store8") => 1,
            () if has("rmw16") || has("load16") || has("store16") => 2,
            () if has("rmw32") || has("load32") || has("store32") => 4,
            () if self.text.starts_with("i64") || has("wait64") => 8,
            () => 4,
        }
    }
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
    (
        "i32",
        "t",
        "atomic.load atomic.load8_u atomic.load16_u",
        INTS,
    ),
    ("i32", "t", "atomic.load32_u", &["i64"]),
    (
        "i32 t",
        "",
        "atomic.store atomic.store8 atomic.store16",
        INTS,
    ),
    ("i32 t", "", "atomic.store32", &["i64"]),
    (
        "i32 t",
        "t",
        "atomic.rmw.add atomic.rmw8.add_u atomic.rmw16.add_u \
         atomic.rmw.sub atomic.rmw8.sub_u atomic.rmw16.sub_u \
         atomic.rmw.and atomic.rmw8.and_u atomic.rmw16.and_u \
         atomic.rmw.or atomic.rmw8.or_u atomic.rmw16.or_u \
         atomic.rmw.xor atomic.rmw8.xor_u atomic.rmw16.xor_u \
         atomic.rmw.xchg atomic.rmw8.xchg_u atomic.rmw16.xchg_u",
        INTS,
    ),
    (
        "i32 t",
        "t",
        "atomic.rmw32.add_u atomic.rmw32.sub_u atomic.rmw32.and_u atomic.rmw32.or_u \
         atomic.rmw32.xor_u atomic.rmw32.xchg_u",
        &["i64"],
    ),
    (
        "i32 t t",
        "t",
        "atomic.rmw.cmpxchg atomic.rmw8.cmpxchg_u atomic.rmw16.cmpxchg_u",
        INTS,
    ),
    ("i32 t t", "t", "atomic.rmw32.cmpxchg_u", &["i64"]),
    ("i32 i32", "i32", "atomic.notify", &["memory"]),
    ("i32 i32 i64", "i32", "atomic.wait32", &["memory"]),
    ("i32 i64 i64", "i32", "atomic.wait64", &["memory"]),
    ("", "", "fence", &["atomic"]),
    ("i64 i64 i64 i64", "i64 i64", "add128 sub128", &["i64"]),
    ("i64 i64", "i64 i64", "mul_wide_s mul_wide_u", &["i64"]),
];

/// All of them.
pub(in crate::generate) static OPERATORS: LazyLock<Vec<Operator>> = LazyLock::new(|| {
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
    let is_atomic = text.contains("atomic");
    let is_access = text.contains(".load") || text.contains(".store") || text.contains(".atomic.");
    Operator {
        is_float: of(Ty::F32)
            || of(Ty::F64)
            || text.starts_with("f32x4")
            || text.starts_with("f64x2"),
        is_vector,
        is_relaxed: text.contains(".relaxed_"),
        is_access,
        is_atomic,
        text,
        params,
        results,
    }
}
