//! The handlers of tail dispatch as Rust: one for each operation and each superinstruction, and
//! their tables.

use crate::generate::first_vector;
use crate::hash::{HASH_SIZE, hash, key};
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
    // Of each operation and then of each superinstruction, by opcode what makes a longer one.
    let mut masks = vec![0u64; ops.len() + sequences.len()];
    let mut table = vec![(0, 0); HASH_SIZE];
    let mut places = HashMap::new();
    assert!(
        sequences.len() < HASH_SIZE / 4 * 3,
        "the table of superinstructions is too full"
    );
    for (number, sequence) in sequences.iter().enumerate() {
        let name = sequence.join("__");
        let _ = writeln!(out, "superinstruction!({name}, {});", sequence.join(", "));
        names.push(name);
        let (last, before) = sequence.split_last().expect("there are two and more");
        let last = opcode(last);
        let from = match before {
            [first] => opcode(first),
            _ => places[before],
        };
        masks[from] |= 1 << (last % 64);
        let twin = places.insert(&sequence[..], ops.len() + number);
        assert_eq!(twin, None, "{sequence:?} is there twice");
        let key = key(from as u16, last as u16);
        assert_ne!(key, 0, "the key of an empty place");
        let mut at = hash(key);
        while table[at] != (0, 0) {
            at = (at + 1) % HASH_SIZE;
        }
        table[at] = (key, number);
    }
    let _ = writeln!(
        out,
        "static SUPERINSTRUCTIONS: [Handler; {}] = [{}];",
        names.len(),
        names.join(", ")
    );
    // Places in the list of handlers: most are empty, and an address takes four times as much,
    // which the loader has to relocate besides.
    let _ = writeln!(
        out,
        "/// Keys and places in `SUPERINSTRUCTIONS`, by the hashes of the keys; where there is none, the key is 0.\nstatic BY_HASH: [(u32, u16); HASH_SIZE] = {table:?};"
    );
    let _ = writeln!(
        out,
        "/// By opcode, and behind that by place in `SUPERINSTRUCTIONS`, a bit for each remainder by 64 of the opcodes that make a longer one of it.\nstatic MASKS: [u64; {}] = {masks:?};",
        masks.len()
    );
}
