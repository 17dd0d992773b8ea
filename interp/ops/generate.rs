//! Turns the operations into Rust: the opcodes and lookup tables (`ops`), one body per operation
//! (`bodies`), and loop dispatch over those bodies (`match_numbers`, `match_vectors`). What lookup tables are for says
//! `src/ops.rs`.

use crate::atomics;
use crate::objects;
use crate::shapes::{BIN_MODES, BRANCH_MODES, LOAD_MODES, Op, STORE_MODES, all, class, snake};
use crate::superinstructions;
use crate::table::{BINS, BRANCHES, Field, LOADS, SLOWS, STORES, UNS};
use crate::vectors;
use core::fmt::Write;
use std::collections::HashMap;

/// In how many superinstructions an operation is that has a jump of its own in loop dispatch.
const OFTEN: usize = 3;

/// The opcodes, their layouts, and the encoder's tables.
pub(crate) fn ops() -> String {
    let ops = all();
    let names: Vec<String> = ops.iter().map(|op| op.name.clone()).collect();
    let mut out = String::new();
    opcodes(&mut out, &ops);
    layouts(&mut out, &ops);
    bins(&mut out, &names);
    uns(&mut out, &names);
    branches(&mut out, &names);
    loads(&mut out, &names);
    stores(&mut out, &names);
    slows(&mut out);
    atomics(&mut out);
    objects(&mut out, &names);
    out
}

/// The encoder's tables of operations on vectors.
pub(crate) fn vector_ops() -> String {
    let names: Vec<String> = all().iter().map(|op| op.name.clone()).collect();
    let mut out = String::new();
    vectors(&mut out, &names);
    out
}

/// One function per operation that has no hand-written body.
pub(crate) fn bodies() -> String {
    let mut out = String::new();
    for op in all() {
        let switch = op.switch().unwrap_or("true");
        let _ = writeln!(out, "body!({switch}, {}, |st| {{ {} }});", op.name, op.body);
    }
    out
}

/// The `match` of loop dispatch over the operations on vectors.
pub(crate) fn match_vectors() -> String {
    let ops = all();
    let first = first_vector(&ops);
    let mut out = String::from("match_ops!(st, op, {\n");
    arms(&mut out, &ops, |opcode, _| opcode >= first);
    out.push_str("})\n");
    out
}

/// The `match` of loop dispatch over all others. Those that are in few superinstructions are
/// executed rarely.
pub(crate) fn match_numbers() -> String {
    let ops = all();
    let first = first_vector(&ops);
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for name in superinstructions::all().into_iter().flatten() {
        *uses.entry(name).or_default() += 1;
    }
    let often = |name: &str| uses.get(name).is_some_and(|&uses| uses >= OFTEN);
    let mut out = String::from("match_ops!(st, op, {\n");
    arms(&mut out, &ops, |opcode, name| opcode < first && often(name));
    out.push_str("} rare {\n");
    arms(&mut out, &ops, |opcode, name| {
        opcode < first && !often(name)
    });
    out.push_str("} 'rare; VECTORS => break 'rare Exit::of(ExitKind::Vectors))\n");
    out
}

fn arms(out: &mut String, ops: &[Op], wanted: impl Fn(usize, &str) -> bool) {
    for (opcode, op) in ops.iter().enumerate() {
        if wanted(opcode, &op.name) {
            let _ = writeln!(out, "    {opcode} => {},", op.name);
        }
    }
}

/// The opcode of the first operation on vectors: they come last.
pub(crate) fn first_vector(ops: &[Op]) -> usize {
    let mut vectors = Vec::new();
    vectors::vector_ops(&mut vectors);
    ops.len() - vectors.len()
}

fn opcodes(out: &mut String, ops: &[Op]) {
    out.push_str("/// An operation of the bytecode.\n#[allow(non_camel_case_types, reason = \"the suffix says where the operands are\")]\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\n#[repr(u16)]\npub(crate) enum Op {\n");
    for op in ops {
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
        "}}\nimpl Op {{\n    pub(crate) const COUNT: usize = {};\n    /// The first of the operations on vectors, which come last.\n    pub(crate) const FIRST_VECTOR: Self = Self::{};\n    /// Every operation, by opcode.\n    pub(crate) const ALL: [Self; Self::COUNT] = [",
        ops.len(),
        ops[first_vector(ops)].name
    );
    for op in ops {
        let _ = write!(out, "Self::{}, ", op.name);
    }
    out.push_str("];\n}\n");
}

fn layouts(out: &mut String, ops: &[Op]) {
    // By itself: the translator wants the sizes, and little memory is touched for them.
    let _ = write!(out, "static SIZES: [u8; Op::COUNT] = [");
    for op in ops {
        let _ = write!(out, "{}, ", op.size);
    }
    out.push_str("];\n");
    let _ = write!(
        out,
        "/// The binary operations by opcode.\nstatic BINS: [Option<(Bin, BinMode)>; Op::COUNT] = ["
    );
    for op in ops {
        match op.bin {
            Some((bin, mode)) => {
                let _ = write!(out, "Some((Bin::{bin}, BinMode::{mode})), ");
            }
            None => out.push_str("None, "),
        }
    }
    out.push_str("];\n");
    out.push_str("#[cfg(feature = \"disasm\")]\n");
    let _ = writeln!(out, "static LAYOUTS: [Layout; Op::COUNT] = [");
    for op in ops {
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
}

fn bins(out: &mut String, names: &[String]) {
    let bins = named("", BINS.iter().map(|x| x.name));
    kinds_enum(out, "Bin", "A binary operation.", &bins);
    lookup(
        out,
        "BIN_OPS",
        "By [`Bin`], then [`BinMode`] times two plus one for a slot as destination.",
        &with_dst(BIN_MODES),
        &bins,
        names,
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
}

fn uns(out: &mut String, names: &[String]) {
    let uns = named("", UNS.iter().map(|x| x.name));
    kinds_enum(out, "Un", "A unary operation.", &uns);
    lookup(
        out,
        "UN_OPS",
        "By [`Un`], then 0 for a slot or 2 for the accumulator as source, plus one for a slot as destination.",
        &with_dst(&["S", "A"]),
        &uns,
        names,
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
}

fn branches(out: &mut String, names: &[String]) {
    let branches = named("Br", BRANCHES.iter().map(|x| x.name));
    kinds_enum(
        out,
        "Branch",
        "The condition of a compare-and-branch.",
        &branches,
    );
    let modes: Vec<String> = BRANCH_MODES.iter().map(|mode| (*mode).into()).collect();
    lookup(
        out,
        "BRANCH_OPS",
        "By [`Branch`], then [`BranchMode`].",
        &modes,
        &branches,
        names,
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
}

fn loads(out: &mut String, names: &[String]) {
    let loads = named("", LOADS.iter().map(|x| x.name));
    kinds_enum(out, "Load", "A load.", &loads);
    let mut modes = with_dst(LOAD_MODES);
    modes.push("G".into());
    lookup(
        out,
        "LOAD_OPS",
        "By [`Load`], then [`LoadMode`] times two plus one for a slot as destination; last the general form.",
        &modes,
        &loads,
        names,
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
    widths(out, "Load", LOADS.iter().map(|load| (load.name, load.read)));
}

fn stores(out: &mut String, names: &[String]) {
    let stores = named("", STORES.iter().map(|x| x.name));
    kinds_enum(out, "Store", "A store, by width.", &stores);
    let mut modes: Vec<String> = STORE_MODES.iter().map(|mode| (*mode).into()).collect();
    modes.push("G".into());
    lookup(
        out,
        "STORE_OPS",
        "By [`Store`], then [`StoreMode`].",
        &modes,
        &stores,
        names,
    );
    widths(
        out,
        "Store",
        STORES.iter().map(|store| (store.name, store.write)),
    );
}

fn slows(out: &mut String) {
    let slows: Vec<(&str, String)> = SLOWS
        .iter()
        .map(|slow| (slow.name, slow.name.into()))
        .collect();
    kinds_enum(
        out,
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
}

/// The atomic operations by what they do and how wide they are.
fn atomics(out: &mut String) {
    let (rows, columns) = (atomics::ACTIONS, atomics::WIDTHS);
    let _ = writeln!(
        out,
        "/// Loads, stores, changes in the order of [`Rmw`](diptych_core::vm::atomic::Rmw) and \
         comparisons, by width.\npub(crate) const ATOMIC_OPS: [[Op; {}]; {}] = [",
        columns.len(),
        rows.len()
    );
    for action in rows {
        out.push_str("    [");
        for bits in columns {
            let _ = write!(out, "Op::{}, ", atomics::name(action, *bits));
        }
        out.push_str("],\n");
    }
    out.push_str("];\n");
}

/// The accesses to fields and elements, by how these are stored.
fn objects(out: &mut String, names: &[String]) {
    let strings =
        |modes: &[&str]| -> Vec<String> { modes.iter().map(|&mode| mode.into()).collect() };
    let gets = || objects::GETS.iter().map(|get| get.name);
    let sets = || objects::SETS.iter().map(|set| set.name);
    kinds_enum(
        out,
        "Get",
        "A read of a field or an element.",
        &named("", gets()),
    );
    kinds_enum(
        out,
        "Set",
        "A write to a field or an element.",
        &named("", sets()),
    );
    for (table, doc, modes, rows) in [
        (
            "STRUCT_GET_OPS",
            "By [`Get`], then 0 for a slot or 2 for the accumulator as source, plus one for a slot as destination.",
            with_dst(objects::OBJECT_MODES),
            named("Struct", gets()),
        ),
        (
            "ARRAY_GET_OPS",
            "By [`Get`], then [`ElementMode`] times two plus one for a slot as destination.",
            with_dst(objects::ELEMENT_MODES),
            named("Array", gets()),
        ),
        (
            "STRUCT_SET_OPS",
            "By [`Set`], then [`ValueMode`].",
            strings(objects::VALUE_MODES),
            named("Struct", sets()),
        ),
        (
            "ARRAY_SET_OPS",
            "By [`Set`], then [`SetElementMode`].",
            strings(objects::SET_ELEMENT_MODES),
            named("Array", sets()),
        ),
    ] {
        // The kinds' names are those of the reads and writes; the operations' say of what.
        lookup(out, table, doc, &modes, &rows, names);
    }
}

/// What operations on vectors have several forms.
fn vectors(out: &mut String, names: &[String]) {
    let strings = |modes: &[&str]| modes.iter().map(|mode| (*mode).into()).collect();
    let result = || vec!["A".to_owned(), "S".to_owned()];
    let mut kinds = |kind: &str, table: &str, docs: [&str; 2], modes: Vec<String>, rows: Vec<_>| {
        kinds_enum(out, kind, docs[0], &rows);
        lookup(out, table, docs[1], &modes, &rows, names);
    };
    let plain = |rows: &[&'static str]| named("", rows.iter().copied());
    kinds(
        "Shift",
        "SHIFT_OPS",
        [
            "A shift of all lanes.",
            "By [`Shift`], then 0 for a slot, 1 for the accumulator and 2 for an immediate.",
        ],
        strings(vectors::SHIFT_MODES),
        plain(vectors::SHIFTS),
    );
    kinds(
        "VectorTest",
        "VECTOR_TEST_OPS",
        [
            "What makes an `i32` of a vector.",
            "By [`VectorTest`], then 1 for a slot as destination.",
        ],
        result(),
        plain(vectors::TESTS),
    );
    kinds(
        "Extract",
        "EXTRACT_OPS",
        [
            "The extraction of a lane.",
            "By [`Extract`], then 1 for a slot as destination.",
        ],
        result(),
        named("", vectors::EXTRACTS.iter().map(|row| row.name)),
    );
    kinds(
        "VectorLoad",
        "VECTOR_LOAD_OPS",
        [
            "A load of a vector.",
            "By [`VectorLoad`], then [`VectorMode`].",
        ],
        strings(vectors::ADDRESS_MODES),
        named("", vectors::LOADS.iter().map(|row| row.name)),
    );
    for (table, doc, modes, name) in [
        (
            "SPLAT_OPS",
            "By [`Width`], then 0 for a slot and 1 for the accumulator.",
            vectors::NUMBER_MODES,
            &(|bits| format!("Splat{bits}")) as &dyn Fn(u32) -> String,
        ),
        (
            "REPLACE_OPS",
            "By [`Width`], then 0 for a slot and 1 for the accumulator.",
            vectors::NUMBER_MODES,
            &|bits| format!("ReplaceLane{bits}"),
        ),
        (
            "LOAD_LANE_OPS",
            "By [`Width`], then 1 for the general form.",
            vectors::LANE_MODES,
            &|bits| format!("V128Load{bits}Lane"),
        ),
        (
            "STORE_LANE_OPS",
            "By [`Width`], then 1 for the general form.",
            vectors::LANE_MODES,
            &|bits| format!("V128Store{bits}Lane"),
        ),
    ] {
        let rows: Vec<(&str, String)> = vectors::WIDTHS
            .iter()
            .map(|&bits| ("", name(bits)))
            .collect();
        lookup(out, table, doc, &strings(modes), &rows, names);
    }
    out.push_str("impl Extract {\n    /// The width of the lane in bits, and the class of the result.\n    pub(crate) const fn info(self) -> (u32, Ty) {\n        match self {\n");
    for row in vectors::EXTRACTS {
        let _ = writeln!(
            out,
            "            Self::{} => ({}, {}),",
            row.name,
            row.bits,
            class(row.result)
        );
    }
    out.push_str("        }\n    }\n}\nimpl VectorLoad {\n    /// How many bytes are accessed.\n    pub(crate) const fn width(self) -> u64 {\n        match self {\n");
    for row in vectors::LOADS {
        let _ = writeln!(out, "            Self::{} => {},", row.name, row.bytes);
    }
    out.push_str("        }\n    }\n}\n");
}

/// The kinds with the names that their operations begin with.
fn named(prefix: &str, names: impl Iterator<Item = &'static str>) -> Vec<(&'static str, String)> {
    names
        .map(|name| (name, format!("{prefix}{name}")))
        .collect()
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
