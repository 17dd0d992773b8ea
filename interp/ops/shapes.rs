//! The operations that the rows of the table stand for: one for each place that an operand can be
//! in or a result can go to.
//!
//! # Encoding
//! An operation is a whole number of 64-bit cells. The first is the handler's address (tail
//! dispatch) or the opcode (loop dispatch); operands follow at the byte offsets below, the same
//! for all operations of one shape. Where an accumulator takes the place of a slot, the slot's
//! field is unused, so that an operation can be patched from one to the other in place.
//!
//! Loads and stores of memory 0 hold their end, the offset plus the width, in place of the offset:
//! the sum with the address is what is compared with the memory's length, and going back by the
//! width costs no instruction.

use crate::atomics::atomic_ops;
use crate::objects::object_ops;
use crate::table::{
    BINS, BRANCHES, Bin, Branch, Field, LOADS, Load, PLAINS, SLOWS, STORES, Store, Ty, UNS, Un,
};
use crate::vectors::vector_ops;

/// An operation in its final form.
pub(crate) struct Op {
    /// The variant's name, which is the body's too.
    pub(crate) name: String,
    pub(crate) size: usize,
    pub(crate) fields: Vec<Field>,
    pub(crate) body: String,
    /// The kind and the mode of a binary operation.
    pub(crate) bin: Option<(&'static str, &'static str)>,
}

impl Op {
    /// The constant of `diptych_core` that says whether the operation can be executed at all, when it
    /// is of a proposal that a build may leave out; of vectors, which come last, says their place.
    pub(crate) fn switch(&self) -> Option<&'static str> {
        const SWITCHES: [(&str, &str); 6] = [
            ("Struct", "GC"),
            ("Array", "GC"),
            ("RefTest", "GC"),
            ("RefCast", "GC"),
            ("Atomic", "ATOMICS"),
            ("Throw", "EXCEPTIONS"),
        ];
        let mut switches = SWITCHES.iter();
        let found = switches.find(|(prefix, _)| self.name.starts_with(prefix));
        found.map(|(_, switch)| *switch)
    }
}

pub(crate) fn rust_type(ty: Ty) -> &'static str {
    match ty {
        Ty::I32 => "i32",
        Ty::I64 => "i64",
        Ty::F32 => "f32",
        Ty::F64 => "f64",
    }
}

pub(crate) fn class(ty: Ty) -> &'static str {
    match ty {
        Ty::I32 => "Ty::I32",
        Ty::I64 => "Ty::I64",
        Ty::F32 => "Ty::F32",
        Ty::F64 => "Ty::F64",
    }
}

/// `I32TruncSatF32S` as `i32_trunc_sat_f32_s`.
pub(crate) fn snake(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.char_indices() {
        if c.is_ascii_uppercase() && i > 0 {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Where the immediate of a binary operation is: a 64-bit one needs a cell of its own.
fn imm_offset(ty: Ty) -> usize {
    if ty == Ty::F64 { 16 } else { 12 }
}

fn imm_field(ty: Ty) -> Field {
    if ty == Ty::F64 {
        Field::U64("imm", 16)
    } else {
        Field::U32("imm", 12)
    }
}

/// The code that delivers `r`: always to the accumulator, and to slot 8 when `slot`.
pub(crate) fn deliver(ty: Ty, slot: bool) -> String {
    let ty = rust_type(ty);
    let put = if slot {
        format!("st.put_{ty}(8, r); ")
    } else {
        String::new()
    };
    format!("st.set_{ty}(r); {put}")
}

fn apply(kernel: &str, args: &str, fallible: bool) -> String {
    if fallible {
        format!(
            "let r = match kernel::{kernel}({args}) {{ Ok(r) => r, Err(trap) => return Flow::Trap(trap) }}; "
        )
    } else {
        format!("let r = kernel::{kernel}({args}); ")
    }
}

pub(crate) const BIN_MODES: &[&str] = &["SS", "SI", "AS", "AI", "SA", "IS", "IA"];

fn bin_modes(bin: &Bin) -> &'static [&'static str] {
    // Where the operands can be exchanged, four modes say it all.
    if bin.swapped.is_some() {
        &BIN_MODES[..4]
    } else {
        BIN_MODES
    }
}

fn bin_ops(bin: &Bin, ops: &mut Vec<Op>) {
    let ty = rust_type(bin.operand);
    for mode in bin_modes(bin) {
        let mut fields = Vec::new();
        let mut slot_at = 10;
        let mut imm = false;
        let mut operands = Vec::new();
        for part in mode.chars() {
            operands.push(match part {
                'S' => {
                    fields.push(Field::Slot(if slot_at == 10 { "a" } else { "b" }, slot_at));
                    slot_at += 2;
                    format!("st.slot_{ty}({})", slot_at - 2)
                }
                'A' => format!("st.acc_{ty}()"),
                _ => {
                    imm = true;
                    fields.push(imm_field(bin.operand));
                    format!("st.imm_{ty}({})", imm_offset(bin.operand))
                }
            });
        }
        let size = if imm && bin.operand == Ty::F64 {
            24
        } else {
            16
        };
        for slot in [false, true] {
            let mut fields = fields.clone();
            if slot {
                fields.insert(0, Field::Slot("dst", 8));
            }
            ops.push(Op {
                name: format!("{}_{mode}_{}", bin.name, if slot { "S" } else { "A" }),
                size,
                fields,
                body: format!(
                    "let a = {}; let b = {}; {}{}st.next({size})",
                    operands[0],
                    operands[1],
                    apply(&snake(bin.name), "a, b", bin.fallible),
                    deliver(bin.result, slot),
                ),
                bin: Some((bin.name, mode)),
            });
        }
    }
}

fn un_ops(un: &Un, ops: &mut Vec<Op>) {
    let ty = rust_type(un.operand);
    for source in ["S", "A"] {
        for slot in [false, true] {
            let mut fields = Vec::new();
            if slot {
                fields.push(Field::Slot("dst", 8));
            }
            let operand = if source == "S" {
                fields.push(Field::Slot("a", 10));
                format!("st.slot_{ty}(10)")
            } else {
                format!("st.acc_{ty}()")
            };
            ops.push(Op {
                name: format!("{}_{source}_{}", un.name, if slot { "S" } else { "A" }),
                size: 16,
                fields,
                body: format!(
                    "let a = {operand}; {}{}st.next(16)",
                    apply(&snake(un.name), "a", un.fallible),
                    deliver(un.result, slot),
                ),
                bin: None,
            });
        }
    }
}

pub(crate) const BRANCH_MODES: &[&str] = &["SS", "AS", "SI", "AI"];

fn branch_ops(branch: &Branch, ops: &mut Vec<Op>) {
    let ty = rust_type(branch.operand);
    for mode in BRANCH_MODES {
        let mut fields = vec![Field::Target("target", 8)];
        let (a, b, size) = match *mode {
            "SS" => {
                fields.extend([Field::Slot("a", 12), Field::Slot("b", 14)]);
                (format!("st.slot_{ty}(12)"), format!("st.slot_{ty}(14)"), 16)
            }
            "AS" => {
                fields.push(Field::Slot("b", 12));
                (format!("st.acc_{ty}()"), format!("st.slot_{ty}(12)"), 16)
            }
            "SI" => {
                let imm = match branch.operand {
                    Ty::F64 => Field::U64("imm", 16),
                    _ => Field::U32("imm", 16),
                };
                fields.extend([Field::Slot("a", 12), imm]);
                (format!("st.slot_{ty}(12)"), format!("st.imm_{ty}(16)"), 24)
            }
            _ if branch.operand == Ty::F64 => {
                fields.push(Field::U64("imm", 16));
                (format!("st.acc_{ty}()"), format!("st.imm_{ty}(16)"), 24)
            }
            _ => {
                fields.push(Field::U32("imm", 12));
                (format!("st.acc_{ty}()"), format!("st.imm_{ty}(12)"), 16)
            }
        };
        let not = if branch.invert { "== 0" } else { "!= 0" };
        ops.push(Op {
            name: format!("Br{}_{mode}", branch.name),
            size,
            fields,
            body: format!(
                "let a = {a}; let b = {b}; st.branch_if(kernel::{}(a, b) {not}, {size})",
                snake(branch.kernel)
            ),
            bin: None,
        });
    }
}

pub(crate) const LOAD_MODES: &[&str] = &["S", "A", "I", "X", "O"];

fn load_ops(load: &Load, ops: &mut Vec<Op>) {
    let finish = |slot: bool, size: usize| {
        format!(
            "let r = {}; {}st.next({size})",
            load.convert,
            deliver(load.result, slot)
        )
    };
    let checked = |end: &str, rest: String| {
        format!(
            "let Some(v) = st.load_{}({end}) else {{ return st.out_of_bounds() }}; {rest}",
            load.read
        )
    };
    for mode in LOAD_MODES {
        for slot in [false, true] {
            let mut fields = Vec::new();
            if slot {
                fields.push(Field::Slot("dst", 8));
            }
            let summed;
            let (end, size) = match *mode {
                "S" => {
                    fields.extend([Field::Slot("addr", 10), Field::U32("end", 12)]);
                    ("st.slot_i32(10) as u64 + st.u32(12) as u64", 16)
                }
                "A" => {
                    fields.push(Field::U32("end", 12));
                    ("st.acc_i32() as u64 + st.u32(12) as u64", 16)
                }
                "I" => {
                    fields.push(Field::U32("end", 12));
                    ("st.u32(12) as u64", 16)
                }
                "X" => {
                    fields.extend(INDEXED_LOAD);
                    ("st.indexed(10, 12, 14) as u64 + st.u32(16) as u64", 24)
                }
                // Without an offset the end is the width behind the address.
                _ => {
                    fields.extend([Field::Slot("base", 10), Field::U32("addend", 12)]);
                    let end = "st.slot_i32(10).wrapping_add(st.u32(12)) as u64 + size_of::<";
                    summed = format!("{end}{}>() as u64", load.read);
                    (&*summed, 16)
                }
            };
            ops.push(Op {
                name: format!("{}_{mode}_{}", load.name, if slot { "S" } else { "A" }),
                size,
                fields,
                body: checked(end, finish(slot, size)),
                bin: None,
            });
        }
    }
    ops.push(Op {
        name: format!("{}_G", load.name),
        size: 24,
        fields: vec![
            Field::Slot("dst", 8),
            Field::Slot("addr", 10),
            Field::U32("memory", 12),
            Field::U64("offset", 16),
        ],
        body: format!(
            "let Some(v) = st.load_any_{}(10) else {{ return st.out_of_bounds() }}; {}",
            load.read,
            finish(true, 24)
        ),
        bin: None,
    });
}

const INDEXED_LOAD: [Field; 4] = [
    Field::Slot("base", 10),
    Field::Slot("index", 12),
    Field::U16("shift", 14),
    Field::U32("end", 16),
];
const INDEXED_STORE: [Field; 4] = [
    Field::Slot("base", 8),
    Field::Slot("index", 12),
    Field::U16("shift", 14),
    Field::U32("end", 16),
];

pub(crate) const STORE_MODES: &[&str] = &[
    "SS", "SA", "SI", "SF", "AS", "AI", "AF", "IS", "IA", "II", "IF", "XS", "XA", "XI", "XF",
];

fn store_ops(store: &Store, ops: &mut Vec<Op>) {
    let write = store.write;
    for mode in STORE_MODES {
        if mode.ends_with('F') && store.float.is_none() {
            continue;
        }
        let (address_mode, value_mode) = mode.split_at(1);
        let mut fields = Vec::new();
        let (end, mut size, imm) = match address_mode {
            "S" => {
                fields.extend([Field::Slot("addr", 8), Field::U32("end", 12)]);
                ("st.slot_i32(8) as u64 + st.u32(12) as u64", 16, 16)
            }
            "A" => {
                fields.push(Field::U32("end", 12));
                ("st.acc_i32() as u64 + st.u32(12) as u64", 16, 16)
            }
            "I" => {
                fields.push(Field::U32("end", 12));
                ("st.u32(12) as u64", 16, 16)
            }
            _ => {
                fields.extend(INDEXED_STORE);
                ("st.indexed(8, 12, 14) as u64 + st.u32(16) as u64", 24, 20)
            }
        };
        let value = match value_mode {
            "S" => {
                fields.push(Field::Slot("value", 10));
                format!("st.slot_i64(10) as {write}")
            }
            "A" => format!("st.acc as {write}"),
            "I" => {
                fields.push(Field::U32("imm", imm));
                size = 24;
                format!("st.u32({imm}) as i32 as i64 as {write}")
            }
            _ => format!(
                "st.acc_{}().to_bits()",
                rust_type(store.float.expect("checked above"))
            ),
        };
        ops.push(Op {
            name: format!("{}_{mode}", store.name),
            size,
            fields,
            body: format!(
                "let v = {value}; if !st.store_{write}({end}, v) {{ return st.out_of_bounds() }} st.next({size})"
            ),
 bin: None,
});
    }
    ops.push(Op {
        name: format!("{}_G", store.name),
        size: 24,
        fields: vec![
            Field::Slot("addr", 8),
            Field::Slot("value", 10),
            Field::U32("memory", 12),
            Field::U64("offset", 16),
        ],
        body: format!(
            "let v = st.slot_i64(10) as {write}; if !st.store_any_{write}(8, v) {{ return st.out_of_bounds() }} st.next(24)"
        ),
 bin: None,
});
}

const SLOW_FIELDS: [Field; 6] = [
    Field::Slot("s0", 8),
    Field::Slot("s1", 10),
    Field::Slot("s2", 12),
    Field::Slot("s3", 14),
    Field::U32("i0", 16),
    Field::U32("i1", 20),
];

/// Every operation, in the order of the opcodes.
pub(crate) fn all() -> Vec<Op> {
    let mut ops = Vec::new();
    for bin in BINS {
        bin_ops(bin, &mut ops);
    }
    for un in UNS {
        un_ops(un, &mut ops);
    }
    for branch in BRANCHES {
        branch_ops(branch, &mut ops);
    }
    for load in LOADS {
        load_ops(load, &mut ops);
    }
    for store in STORES {
        store_ops(store, &mut ops);
    }
    for plain in PLAINS {
        ops.push(Op {
            name: plain.name.into(),
            size: plain.size,
            fields: plain.fields.to_vec(),
            body: format!("plain::{}(st)", snake(plain.name)),
            bin: None,
        });
    }
    atomic_ops(&mut ops);
    object_ops(&mut ops);
    for (i, slow) in SLOWS.iter().enumerate() {
        let leave = format!("st.leave(Exit::slow({i}))");
        let mut fields = SLOW_FIELDS.to_vec();
        fields.extend(slow.behind);
        let size = if slow.behind.is_some() { 32 } else { 24 };
        ops.push(Op {
            name: slow.name.into(),
            size,
            fields,
            body: if slow.quick {
                let name = snake(slow.name);
                format!("if plain::{name}(st) {{ st.next({size}) }} else {{ {leave} }}")
            } else {
                leave
            },
            bin: None,
        });
    }
    vector_ops(&mut ops);
    ops
}
