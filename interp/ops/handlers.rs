//! The handlers of tail dispatch as Rust: one for each operation and each superinstruction, and
//! their tables.

use crate::generate::first_vector;
use crate::shapes::{Op, all};
use crate::superinstructions;
use core::fmt::Write;
use std::collections::HashMap;

/// A handler per operation, the same of superinstructions if these are wanted, and their tables.
pub(crate) fn tail(with_superinstructions: bool) -> String {
    let ops = all();
    let sequences = if with_superinstructions {
        superinstructions::all()
    } else {
        Vec::new()
    };
    let mut out = String::new();
    handlers(&mut out, &ops, &sequences);
    tree(&mut out, &ops, &sequences);
    out
}

fn handlers(out: &mut String, ops: &[Op], sequences: &[Vec<&str>]) {
    let mut table = String::new();
    // Who names a handler has it in the program.
    let vectors = first_vector(ops);
    for (opcode, op) in ops.iter().enumerate() {
        let handler = if op.name.starts_with("Stub") {
            "stub"
        } else {
            "handler"
        };
        let _ = writeln!(out, "{handler}!({});", op.name);
        let switch = op.switch().or((opcode >= vectors).then_some("SIMD"));
        let _ = match switch {
            None => write!(table, "{}, ", op.name),
            Some(switch) => write!(
                table,
                "if {switch} {{ {} }} else {{ Unreachable }}, ",
                op.name
            ),
        };
    }
    for sequence in sequences {
        let name = sequence.join("__");
        let _ = writeln!(out, "superinstruction!({name}, {});", sequence.join(", "));
        let _ = write!(table, "{name}, ");
    }
    let _ = writeln!(
        out,
        "/// By opcode; those of superinstructions follow.\nstatic HANDLERS: [Handler; {}] = [{table}];",
        ops.len() + sequences.len()
    );
}

/// The tree of superinstructions. The place of an operation is its opcode, those of
/// superinstructions follow: a place is that of the handler in `HANDLERS`.
fn tree(out: &mut String, ops: &[Op], sequences: &[Vec<&str>]) {
    let opcode = |name: &&str| {
        let place = ops.iter().position(|op| op.name == **name);
        place.unwrap_or_else(|| panic!("no operation is called {name}"))
    };
    let mut places = HashMap::new();
    let nowhere = ops.len() + sequences.len();
    let mut longer = vec![Vec::new(); nowhere + 1];
    for (number, sequence) in sequences.iter().enumerate() {
        let (last, before) = sequence.split_last().expect("there are two and more");
        let from = match before {
            [first] => opcode(first),
            _ => places[before],
        };
        let place = ops.len() + number;
        longer[from].push((opcode(last), place));
        let twin = places.insert(&sequence[..], place);
        assert_eq!(twin, None, "{sequence:?} is there twice");
    }
    let longest = sequences.iter().map(Vec::len).max().unwrap_or(1);
    // One column more: of what follows the last operation.
    let (bases, rows) = overlaid(&longer, ops.len() + 1);
    let _ = writeln!(
        out,
        "/// The most operations that a handler executes.\nconst LONGEST: usize = {longest};\n\
         /// A place without a row.\nconst NOWHERE: u16 = {nowhere};\n\
         /// Where the row of each place of the tree begins in `LONGER`.\n\
         static BASES: [u16; {}] = {bases:?};\n\
         /// The rows, by opcode and laid over each other: the place whose row has this entry, and \
         the one that the operation leads to.\n\
         static LONGER: [(u16, u16); {}] = {rows:?};",
        bases.len(),
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
        for &(column, value) in &rows[row] {
            list[base + column] = (row as u16, value as u16);
        }
    }
    (bases, list)
}
