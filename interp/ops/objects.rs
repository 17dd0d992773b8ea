//! Fields of structures and elements of arrays, and casts to types that a module defines: what
//! programs with objects do most. None of it collects, and it traps by itself.

use crate::shapes::{Op, deliver, rust_type};
use crate::table::{Field, Load, Store, Ty, load};

/// Reads of fields, by how they are stored; a reference is stored as 32 bits.
pub(crate) const GETS: &[Load] = &[
    load("Get8S", "u8", "v as i8 as i32 as u32", Ty::I32),
    load("Get8U", "u8", "v as u32", Ty::I32),
    load("Get16S", "u16", "v as i16 as i32 as u32", Ty::I32),
    load("Get16U", "u16", "v as u32", Ty::I32),
    load("Get32", "u32", "v", Ty::I32),
    load("Get64", "u64", "v", Ty::I64),
    load("GetF32", "u32", "f32::from_bits(v)", Ty::F32),
    load("GetF64", "u64", "f64::from_bits(v)", Ty::F64),
];

/// Writes of fields, by width, of the low bytes of a slot or of a float accumulator.
pub(crate) const SETS: &[Store] = &[
    Store {
        name: "Set8",
        write: "u8",
        float: None,
    },
    Store {
        name: "Set16",
        write: "u16",
        float: None,
    },
    Store {
        name: "Set32",
        write: "u32",
        float: Some(Ty::F32),
    },
    Store {
        name: "Set64",
        write: "u64",
        float: Some(Ty::F64),
    },
];

/// Where the object is: in a slot or the accumulator.
pub(crate) const OBJECT_MODES: &[&str] = &["S", "A"];
/// Where the array is, then where the index is: in a slot, the accumulator or the operation.
pub(crate) const ELEMENT_MODES: &[&str] = &["SS", "SA", "SI", "AS", "AI"];
/// Where the value is that a field is set to: as the operands above, or in a float accumulator.
pub(crate) const VALUE_MODES: &[&str] = &["S", "A", "I", "F"];
/// Where the index is, then where the value is.
pub(crate) const SET_ELEMENT_MODES: &[&str] = &[
    "SS", "SA", "SI", "SF", "AS", "AI", "AF", "IS", "IA", "II", "IF",
];

const STRUCTURE: &str = "let Some(object) = plain::object(st, reference) else \
    { return Flow::Trap(Trap::NullStructReference) };";
const ARRAY: &str = "let Some(array) = plain::object(st, reference) else \
    { return Flow::Trap(Trap::NullArrayReference) };";

/// The address of the element with the number `index` of `array`.
fn element(access: &str) -> String {
    format!(
        "let Some(at) = plain::element::<{access}>(array, index) else \
         {{ return Flow::Trap(Trap::ArrayOutOfBounds) }};"
    )
}

pub(crate) fn object_ops(ops: &mut Vec<Op>) {
    for get in GETS {
        for slot in [false, true] {
            struct_gets(get, slot, ops);
            array_gets(get, slot, ops);
        }
    }
    for set in SETS {
        struct_sets(set, ops);
        array_sets(set, ops);
    }
    array_lens(ops);
    casts(ops);
}

/// The fields of an operation with a result that goes to a slot too, or to the accumulator alone.
fn with_dst(slot: bool, rest: &[Field]) -> Vec<Field> {
    let dst = slot.then_some(Field::Slot("dst", 8));
    dst.into_iter().chain(rest.iter().copied()).collect()
}

/// The operand that is in the slot which the field at 10 names, or in the accumulator.
fn reference(mode: &str) -> (Option<Field>, &'static str) {
    match mode {
        "S" => (
            Some(Field::Slot("ref", 10)),
            "let reference = st.slot_i64(10);",
        ),
        _ => (None, "let reference = st.acc;"),
    }
}

const fn letter(slot: bool) -> &'static str {
    if slot { "S" } else { "A" }
}

fn struct_gets(get: &Load, slot: bool, ops: &mut Vec<Op>) {
    for mode in OBJECT_MODES {
        let (field, reference) = reference(mode);
        let mut fields = with_dst(slot, field.as_slice());
        fields.push(Field::U32("offset", 12));
        let (read, convert) = (get.read, get.convert);
        let deliver = deliver(get.result, slot);
        ops.push(Op {
            name: format!("Struct{}_{mode}_{}", get.name, letter(slot)),
            size: 16,
            fields,
            body: format!(
                "{reference} {STRUCTURE} \
                 let v = object.wrapping_add(st.u32(12) as usize).cast::<{read}>().read(); \
                 let r = {convert}; {deliver} st.next(16)"
            ),
            bin: None,
        });
    }
}

fn array_gets(get: &Load, slot: bool, ops: &mut Vec<Op>) {
    for mode in ELEMENT_MODES {
        let (array, at) = mode.split_at(1);
        let (field, reference) = reference(array);
        let mut fields = with_dst(slot, field.as_slice());
        let index = match at {
            "S" => {
                fields.push(Field::Slot("index", 12));
                "st.slot_i32(12)"
            }
            "A" => "st.acc_i32()",
            _ => {
                fields.push(Field::U32("index", 12));
                "st.u32(12)"
            }
        };
        let (read, convert) = (get.read, get.convert);
        let (element, deliver) = (element(read), deliver(get.result, slot));
        ops.push(Op {
            name: format!("Array{}_{mode}_{}", get.name, letter(slot)),
            size: 16,
            fields,
            body: format!(
                "{reference} {ARRAY} let index = {index}; {element} \
                 let v = at.read(); let r = {convert}; {deliver} st.next(16)"
            ),
            bin: None,
        });
    }
}

/// The value that is written, and the size of the operation.
fn value(set: &Store, mode: &str, fields: &mut Vec<Field>) -> Option<(String, usize)> {
    let write = set.write;
    Some(match mode {
        "S" => {
            fields.push(Field::Slot("value", 10));
            (format!("st.slot_i64(10) as {write}"), 16)
        }
        "A" => (format!("st.acc as {write}"), 16),
        "I" => {
            fields.push(Field::U32("imm", 16));
            (format!("st.u32(16) as i32 as i64 as {write}"), 24)
        }
        _ => {
            let float = rust_type(set.float?);
            (format!("st.acc_{float}().to_bits()"), 16)
        }
    })
}

fn struct_sets(set: &Store, ops: &mut Vec<Op>) {
    for mode in VALUE_MODES {
        let mut fields = vec![Field::Slot("ref", 8), Field::U32("offset", 12)];
        let Some((value, size)) = value(set, mode, &mut fields) else {
            continue;
        };
        let write = set.write;
        ops.push(Op {
            name: format!("Struct{}_{mode}", set.name),
            size,
            fields,
            body: format!(
                "let reference = st.slot_i64(8); {STRUCTURE} let v = {value}; \
                 object.wrapping_add(st.u32(12) as usize).cast::<{write}>().write(v); \
                 st.next({size})"
            ),
            bin: None,
        });
    }
}

fn array_sets(set: &Store, ops: &mut Vec<Op>) {
    for mode in SET_ELEMENT_MODES {
        let (at, value_mode) = mode.split_at(1);
        let mut fields = vec![Field::Slot("ref", 8)];
        let index = match at {
            "S" => {
                fields.push(Field::Slot("index", 12));
                "st.slot_i32(12)"
            }
            "A" => "st.acc_i32()",
            _ => {
                fields.push(Field::U32("index", 12));
                "st.u32(12)"
            }
        };
        let Some((value, size)) = value(set, value_mode, &mut fields) else {
            continue;
        };
        let element = element(set.write);
        ops.push(Op {
            name: format!("Array{}_{mode}", set.name),
            size,
            fields,
            body: format!(
                "let reference = st.slot_i64(8); {ARRAY} let index = {index}; {element} \
                 let v = {value}; at.write(v); st.next({size})"
            ),
            bin: None,
        });
    }
}

fn array_lens(ops: &mut Vec<Op>) {
    for mode in OBJECT_MODES {
        for slot in [false, true] {
            let (field, reference) = reference(mode);
            let deliver = deliver(Ty::I32, slot);
            ops.push(Op {
                name: format!("ArrayLen_{mode}_{}", letter(slot)),
                size: 16,
                fields: with_dst(slot, field.as_slice()),
                body: format!(
                    "{reference} {ARRAY} let r = plain::array_len(array); {deliver} st.next(16)"
                ),
                bin: None,
            });
        }
    }
}

/// Tests and casts of references to objects, by a type that is at one place among the supertypes
/// of all of its subtypes.
fn casts(ops: &mut Vec<Op>) {
    let ty = [
        Field::U16("place", 12),
        Field::U16("nullable", 14),
        Field::Address("type", 16),
    ];
    for mode in OBJECT_MODES {
        for slot in [false, true] {
            let (field, reference) = reference(mode);
            let mut fields = with_dst(slot, field.as_slice());
            fields.extend(ty);
            let deliver = deliver(Ty::I32, slot);
            ops.push(Op {
                name: format!("RefTestType_{mode}_{}", letter(slot)),
                size: 24,
                fields,
                body: format!(
                    "{reference} let r = u32::from(plain::is_of_type(st, reference)); \
                     {deliver} st.next(24)"
                ),
                bin: None,
            });
        }
    }
    for mode in OBJECT_MODES {
        let (field, reference) = reference(mode);
        let mut fields = with_dst(false, field.as_slice());
        fields.extend(ty);
        ops.push(Op {
            name: format!("RefCastType_{mode}"),
            size: 24,
            fields,
            body: format!(
                "{reference} if !plain::is_of_type(st, reference) \
                 {{ return Flow::Trap(Trap::CastFailure) }} st.next(24)"
            ),
            bin: None,
        });
    }
}
