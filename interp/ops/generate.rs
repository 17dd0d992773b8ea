//! Turns the table into Rust: the opcodes and lookup tables (`ops`), one body per operation
//! (`bodies`), and the two dispatch modes over those bodies (`tail`, `match_loop`).
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

use crate::pair_hash::{HASH_SIZE, pair_hash, pair_key};
use crate::pairs::PAIRS;
use crate::table::{
    BINS, BRANCHES, Bin, Branch, Field, LOADS, Load, PLAINS, SLOWS, STORES, Store, Ty, UNS, Un,
};
use core::fmt::Write;

/// An operation in its final form.
struct Op {
    /// The variant's name, which is the body's too.
    name: String,
    size: usize,
    fields: Vec<Field>,
    body: String,
    /// The kind and the mode of a binary operation.
    bin: Option<(&'static str, &'static str)>,
}

fn rust_type(ty: Ty) -> &'static str {
    match ty {
        Ty::I32 => "i32",
        Ty::I64 => "i64",
        Ty::F32 => "f32",
        Ty::F64 => "f64",
    }
}

fn class(ty: Ty) -> &'static str {
    match ty {
        Ty::I32 => "Ty::I32",
        Ty::I64 => "Ty::I64",
        Ty::F32 => "Ty::F32",
        Ty::F64 => "Ty::F64",
    }
}

/// `I32TruncSatF32S` as `i32_trunc_sat_f32_s`.
fn snake(name: &str) -> String {
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
fn deliver(ty: Ty, slot: bool) -> String {
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

pub(crate) const LOAD_MODES: &[&str] = &["S", "A", "I", "X"];

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
                _ => {
                    fields.extend(INDEXED_LOAD);
                    ("st.indexed(10, 12, 14) as u64 + st.u32(16) as u64", 24)
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

fn all() -> Vec<Op> {
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
    for (i, slow) in SLOWS.iter().enumerate() {
        let leave = format!("st.leave(Exit::slow({i}))");
        ops.push(Op {
            name: slow.name.into(),
            size: 24,
            fields: SLOW_FIELDS.to_vec(),
            body: if slow.quick {
                let name = snake(slow.name);
                format!("if plain::{name}(st) {{ st.next(24) }} else {{ {leave} }}")
            } else {
                leave
            },
            bin: None,
        });
    }
    ops
}

/// A lookup table `NAME[kind][mode] → Option<Op>` as the encoder uses it.
fn lookup(
    out: &mut String,
    name: &str,
    doc: &str,
    modes: &[String],
    kinds: &[(&str, String)],
    names: &[String],
) {
    let _ = writeln!(
        out,
        "/// {doc}\npub(crate) static {name}: [[Option<Op>; {}]; {}] = [",
        modes.len(),
        kinds.len()
    );
    for (_, prefix) in kinds {
        out.push_str("    [");
        for mode in modes {
            let op = format!("{prefix}_{mode}");
            if names.contains(&op) {
                let _ = write!(out, "Some(Op::{op}), ");
            } else {
                out.push_str("None, ");
            }
        }
        out.push_str("],\n");
    }
    out.push_str("];\n");
}

fn kinds_enum(out: &mut String, name: &str, doc: &str, kinds: &[(&str, String)]) {
    let _ = writeln!(
        out,
        "/// {doc}\n#[allow(clippy::enum_variant_names, reason = \"instructions have their names\")]\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\n#[repr(u8)]\npub(crate) enum {name} {{"
    );
    for (kind, _) in kinds {
        let _ = writeln!(out, "    /// `{}`.\n    {kind},", snake(kind));
    }
    out.push_str("}\n");
}

fn with_dst(modes: &[&str]) -> Vec<String> {
    modes
        .iter()
        .flat_map(|mode| [format!("{mode}_A"), format!("{mode}_S")])
        .collect()
}

/// The widths of accesses, from the unsigned integers that they read or write.
fn widths(out: &mut String, name: &str, kinds: impl Iterator<Item = (&'static str, &'static str)>) {
    let _ = writeln!(
        out,
        "impl {name} {{\n    /// How many bytes are accessed.\n    pub(crate) const fn width(self) -> u64 {{\n        match self {{"
    );
    for (kind, int) in kinds {
        let _ = writeln!(
            out,
            "            Self::{kind} => size_of::<{int}>() as u64,"
        );
    }
    out.push_str("        }\n    }\n}\n");
}

/// The opcodes, their layouts, and the encoder's tables.
pub(crate) fn ops() -> String {
    let ops = all();
    let names: Vec<String> = ops.iter().map(|op| op.name.clone()).collect();
    let mut out = String::new();
    out.push_str("/// An operation of the bytecode.\n#[allow(non_camel_case_types, reason = \"the suffix says where the operands are\")]\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\n#[repr(u16)]\npub(crate) enum Op {\n");
    for op in &ops {
        let _ = writeln!(
            out,
            "    /// `{}`, {} bytes.\n    {},",
            snake(&op.name),
            op.size,
            op.name
        );
    }
    let _ = writeln!(
        out,
        "}}\nimpl Op {{\n    const COUNT: usize = {};\n    /// Every operation, by opcode.\n    pub(crate) const ALL: [Self; Self::COUNT] = [",
        ops.len()
    );
    for op in &ops {
        let _ = write!(out, "Self::{}, ", op.name);
    }
    out.push_str("];\n}\n");

    // By itself: the translator wants the sizes, and little memory is touched for them.
    let _ = write!(out, "static SIZES: [u8; Op::COUNT] = [");
    for op in &ops {
        let _ = write!(out, "{}, ", op.size);
    }
    out.push_str("];\n");
    let _ = write!(
        out,
        "/// The binary operations by opcode.\nstatic BINS: [Option<(Bin, BinMode)>; Op::COUNT] = ["
    );
    for op in &ops {
        match op.bin {
            Some((bin, mode)) => {
                let _ = write!(out, "Some((Bin::{bin}, BinMode::{mode})), ");
            }
            None => out.push_str("None, "),
        }
    }
    out.push_str("];\n");
    let _ = writeln!(out, "static LAYOUTS: [Layout; Op::COUNT] = [");
    for op in &ops {
        let _ = write!(
            out,
            "    Layout {{ name: \"{}\", fields: &[",
            op.name.replace('_', ".")
        );
        for field in &op.fields {
            let (kind, name, offset) = match field {
                Field::Slot(name, offset) => ("Slot", name, offset),
                Field::U16(name, offset) => ("U16", name, offset),
                Field::U32(name, offset) => ("U32", name, offset),
                Field::U64(name, offset) => ("U64", name, offset),
                Field::Address(name, offset) => ("Address", name, offset),
                Field::Target(name, offset) => ("Target", name, offset),
            };
            let _ = write!(
                out,
                "Field {{ name: \"{name}\", kind: FieldKind::{kind}, offset: {offset} }}, "
            );
        }
        out.push_str("] },\n");
    }
    out.push_str("];\n");

    let named = |prefix: &str, list: Vec<&'static str>| -> Vec<(&'static str, String)> {
        list.into_iter()
            .map(|name| (name, format!("{prefix}{name}")))
            .collect()
    };
    let bins = named("", BINS.iter().map(|x| x.name).collect());
    kinds_enum(&mut out, "Bin", "A binary operation.", &bins);
    lookup(
        &mut out,
        "BIN_OPS",
        "By [`Bin`], then [`BinMode`] times two plus one for a slot as destination.",
        &with_dst(BIN_MODES),
        &bins,
        &names,
    );
    out.push_str("impl Bin {\n    /// What the operation takes, gives, and becomes with its operands exchanged.\n    pub(crate) const fn info(self) -> BinInfo {\n        match self {\n");
    for bin in BINS {
        let swapped = bin
            .swapped
            .map_or("None".into(), |name| format!("Some(Self::{name})"));
        let branch = BRANCHES
            .iter()
            .find(|b| b.name == bin.name)
            .map_or("None".into(), |b| format!("Some(Branch::{})", b.name));
        let _ = writeln!(
            out,
            "            Self::{} => BinInfo {{ operand: {}, result: {}, swapped: {swapped}, branch: {branch} }},",
            bin.name,
            class(bin.operand),
            class(bin.result)
        );
    }
    out.push_str("        }\n    }\n}\n");

    let uns = named("", UNS.iter().map(|x| x.name).collect());
    kinds_enum(&mut out, "Un", "A unary operation.", &uns);
    lookup(
        &mut out,
        "UN_OPS",
        "By [`Un`], then 0 for a slot or 2 for the accumulator as source, plus one for a slot as destination.",
        &with_dst(&["S", "A"]),
        &uns,
        &names,
    );
    out.push_str("impl Un {\n    /// What the operation takes and gives.\n    pub(crate) const fn info(self) -> (Ty, Ty) {\n        match self {\n");
    for un in UNS {
        let _ = writeln!(
            out,
            "            Self::{} => ({}, {}),",
            un.name,
            class(un.operand),
            class(un.result)
        );
    }
    out.push_str("        }\n    }\n}\n");

    let branches = named("Br", BRANCHES.iter().map(|x| x.name).collect());
    kinds_enum(
        &mut out,
        "Branch",
        "The condition of a compare-and-branch.",
        &branches,
    );
    let modes: Vec<String> = BRANCH_MODES.iter().map(|mode| (*mode).into()).collect();
    lookup(
        &mut out,
        "BRANCH_OPS",
        "By [`Branch`], then [`BranchMode`].",
        &modes,
        &branches,
        &names,
    );
    out.push_str("impl Branch {\n    /// The operand's class, the condition with its operands exchanged, and the opposite one.\n    pub(crate) const fn info(self) -> (Ty, Self, Self) {\n        match self {\n");
    for branch in BRANCHES {
        let _ = writeln!(
            out,
            "            Self::{} => ({}, Self::{}, Self::{}),",
            branch.name,
            class(branch.operand),
            branch.swapped,
            branch.negated
        );
    }
    out.push_str("        }\n    }\n}\n");

    let loads = named("", LOADS.iter().map(|x| x.name).collect());
    kinds_enum(&mut out, "Load", "A load.", &loads);
    let mut modes = with_dst(LOAD_MODES);
    modes.push("G".into());
    lookup(
        &mut out,
        "LOAD_OPS",
        "By [`Load`], then [`LoadMode`] times two plus one for a slot as destination; last the general form.",
        &modes,
        &loads,
        &names,
    );
    out.push_str("impl Load {\n    /// The class of the value.\n    pub(crate) const fn result(self) -> Ty {\n        match self {\n");
    for load in LOADS {
        let _ = writeln!(
            out,
            "            Self::{} => {},",
            load.name,
            class(load.result)
        );
    }
    out.push_str("        }\n    }\n}\n");
    widths(
        &mut out,
        "Load",
        LOADS.iter().map(|load| (load.name, load.read)),
    );

    let stores = named("", STORES.iter().map(|x| x.name).collect());
    kinds_enum(&mut out, "Store", "A store, by width.", &stores);
    let mut modes: Vec<String> = STORE_MODES.iter().map(|mode| (*mode).into()).collect();
    modes.push("G".into());
    lookup(
        &mut out,
        "STORE_OPS",
        "By [`Store`], then [`StoreMode`].",
        &modes,
        &stores,
        &names,
    );
    widths(
        &mut out,
        "Store",
        STORES.iter().map(|store| (store.name, store.write)),
    );

    let slows: Vec<(&str, String)> = SLOWS
        .iter()
        .map(|slow| (slow.name, slow.name.into()))
        .collect();
    kinds_enum(
        &mut out,
        "Slow",
        "An operation that the driver executes.",
        &slows,
    );
    out.push_str("impl Slow {\n    /// Every one, by number.\n    pub(crate) const ALL: &'static [Self] = &[");
    for slow in SLOWS {
        let _ = write!(out, "Self::{}, ", slow.name);
    }
    out.push_str("];\n    /// The operation.\n    pub(crate) const fn op(self) -> Op {\n        match self {\n");
    for slow in SLOWS {
        let _ = writeln!(out, "            Self::{0} => Op::{0},", slow.name);
    }
    out.push_str("        }\n    }\n}\n");
    out
}

/// One function per operation that has no hand-written body.
pub(crate) fn bodies() -> String {
    let mut out = String::new();
    for op in all() {
        let _ = writeln!(out, "body!({}, |st| {{ {} }});", op.name, op.body);
    }
    out
}

/// A handler per operation and per pair, and their tables.
pub(crate) fn tail() -> String {
    let ops = all();
    let mut out = String::new();
    for op in &ops {
        let handler = if op.name.starts_with("Stub") {
            "stub"
        } else {
            "handler"
        };
        let _ = writeln!(out, "{handler}!({});", op.name);
    }
    let _ = write!(out, "static HANDLERS: [Handler; {}] = [", ops.len());
    for op in &ops {
        let _ = write!(out, "{}, ", op.name);
    }
    out.push_str("];\n");

    // By opcode of the first, and in the order of the rows.
    let seconds_of = |name: &str| {
        let row = PAIRS.iter().find(|row| row.0 == name);
        row.map_or(&[][..], |row| row.1)
    };
    let pairs = || {
        ops.iter()
            .flat_map(|op| seconds_of(&op.name).iter().map(|second| (&op.name, second)))
    };
    for (first, second) in pairs() {
        let _ = writeln!(out, "pair!({first}__{second}, {first}, {second});");
    }
    let opcode = |name: &str| {
        let place = ops.iter().position(|op| op.name == name);
        place.unwrap_or_else(|| panic!("no operation is called {name}"))
    };
    let mut table = vec![None; HASH_SIZE];
    let mut count = 0;
    for (first, second) in pairs() {
        let key = pair_key(opcode(first) as u16, opcode(second) as u16);
        assert_ne!(key, 0, "the key of an empty place");
        let mut at = pair_hash(key);
        while table[at].is_some() {
            at = (at + 1) % HASH_SIZE;
        }
        table[at] = Some((key, format!("{first}__{second}")));
        count += 1;
    }
    assert!(count < HASH_SIZE / 4 * 3, "the table of pairs is too full");
    assert_eq!(
        count,
        PAIRS.iter().map(|row| row.1.len()).sum(),
        "a pair of no operation"
    );
    let _ = write!(
        out,
        "/// The pairs by the hashes of their keys; where there is none, the key is 0.\nstatic PAIRS_BY_HASH: [(u32, Handler); {HASH_SIZE}] = ["
    );
    for entry in table {
        let _ = match entry {
            Some((key, handler)) => write!(out, "({key}, {handler}), "),
            None => write!(out, "(0, StubProbe), "),
        };
    }
    let _ = write!(
        out,
        "];\n/// By opcode, a bit for each remainder by 64 of the opcodes that make a pair with it.\nstatic MASKS: [u64; {}] = [",
        ops.len()
    );
    for op in &ops {
        let mask = seconds_of(&op.name)
            .iter()
            .fold(0u64, |mask, second| mask | 1 << (opcode(second) % 64));
        let _ = write!(out, "{mask:#x}, ");
    }
    out.push_str("];\n");
    out
}

/// The `match` of loop dispatch.
pub(crate) fn match_loop() -> String {
    let mut out = String::from("match_ops!(st, op, {\n");
    for (opcode, op) in all().iter().enumerate() {
        let _ = writeln!(out, "    {opcode} => {},", op.name);
    }
    out.push_str("})\n");
    out
}
