//! The handlers of tail dispatch as Rust: one for each operation and each superinstruction, and
//! their tables.

use crate::generate::first_vector;
use crate::shapes::{Op, all};
use crate::superinstructions;
use core::fmt::Write;
use std::collections::HashMap;

/// A handler per operation, and their table; and the same of the superinstructions, if these are
/// wanted.
pub(crate) fn tail(with_superinstructions: bool) -> String {
    let ops = all();
    let mut out = String::new();
    handlers(&mut out, &ops);
    if with_superinstructions {
        superinstructions(&mut out, &ops);
    }
    out
}

fn handlers(out: &mut String, ops: &[Op]) {
    for op in ops {
        let handler = if op.name.starts_with("Stub") {
            "stub"
        } else {
            "handler"
        };
        let _ = writeln!(out, "{handler}!({});", op.name);
    }
    let _ = write!(out, "static HANDLERS: [Handler; {}] = [", ops.len());
    // Who names a handler has it in the program.
    let vectors = first_vector(ops);
    for (opcode, op) in ops.iter().enumerate() {
        let _ = if opcode < vectors {
            write!(out, "{}, ", op.name)
        } else {
            write!(out, "if SIMD {{ {} }} else {{ Unreachable }}, ", op.name)
        };
    }
    out.push_str("];\n");
}

fn superinstructions(out: &mut String, ops: &[Op]) {
    let opcode = |name: &&str| {
        let place = ops.iter().position(|op| op.name == **name);
        place.unwrap_or_else(|| panic!("no operation is called {name}"))
    };
    let sequences = superinstructions::all();
    let mut names = Vec::new();
    // The places of the tree: that of an operation is its opcode, those of superinstructions follow.
    let mut places = HashMap::new();
    let mut longer = vec![Vec::new(); ops.len() + sequences.len()];
    for (number, sequence) in sequences.iter().enumerate() {
        let name = sequence.join("__");
        let _ = writeln!(out, "superinstruction!({name}, {});", sequence.join(", "));
        names.push(name);
        let (last, before) = sequence.split_last().expect("there are two and more");
        let from = match before {
            [first] => opcode(first),
            _ => places[before],
        };
        longer[from].push((opcode(last), number));
        let twin = places.insert(&sequence[..], ops.len() + number);
        assert_eq!(twin, None, "{sequence:?} is there twice");
    }
    let _ = writeln!(
        out,
        "static SUPERINSTRUCTIONS: [Handler; {}] = [{}];",
        names.len(),
        names.join(", ")
    );
    let (bases, rows) = overlaid(&longer, ops.len());
    let _ = writeln!(
        out,
        "/// Where the row of each place of the tree begins in `LONGER`.\nstatic BASES: [u16; {}] = {bases:?};",
        bases.len()
    );
    let _ = writeln!(
        out,
        "/// The rows, by opcode and laid over each other: the place whose row has this entry, and the number in `SUPERINSTRUCTIONS` of what the operation makes of it.\nstatic LONGER: [(u16, u16); {}] = {rows:?};",
        rows.len()
    );
}

/// Rows with few entries each, in one list: the first place for each where its entries fall between
/// those of others (Tarjan and Yao, "Storing a sparse table", 1979). What is between belongs to no
/// row. Gives where each row begins, and the list.
fn overlaid(rows: &[Vec<(usize, usize)>], columns: usize) -> (Vec<u16>, Vec<(u16, u16)>) {
    const FREE: (u16, u16) = (u16::MAX, 0);
    assert!(rows.len() < usize::from(u16::MAX), "places have 16 bits");
    let mut order: Vec<usize> = (0..rows.len())
        .filter(|&row| !rows[row].is_empty())
        .collect();
    order.sort_by_key(|&row| std::cmp::Reverse(rows[row].len()));
    let mut bases = vec![0; rows.len()];
    let mut list = vec![FREE; columns];
    for row in order {
        let fits = |base: &usize| {
            let mut entries = rows[row].iter();
            entries.all(|(column, _)| list.get(base + column).is_none_or(|&entry| entry == FREE))
        };
        let base = (0..).find(fits).expect("there is room at the end");
        bases[row] = u16::try_from(base).expect("bases have 16 bits");
        list.resize(list.len().max(base + columns), FREE);
        for &(column, number) in &rows[row] {
            list[base + column] = (row as u16, number as u16);
        }
    }
    (bases, list)
}
