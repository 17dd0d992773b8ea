//! The handlers of tail dispatch as Rust: one for each operation and each pair, and their tables.

use crate::generate::first_vector;
use crate::pair_hash::{HASH_SIZE, pair_hash, pair_key};
use crate::pairs::PAIRS;
use crate::shapes::{Op, all};
use core::fmt::Write;

/// A handler per operation, and their table; and the same of the pairs, if these are wanted.
pub(crate) fn tail(with_pairs: bool) -> String {
    let ops = all();
    let mut out = String::new();
    handlers(&mut out, &ops);
    if with_pairs {
        pairs(&mut out, &ops);
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

fn pairs(out: &mut String, ops: &[Op]) {
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
        table[at] = Some((key, count));
        count += 1;
    }
    assert!(count < HASH_SIZE / 4 * 3, "the table of pairs is too full");
    assert_eq!(
        count,
        PAIRS.iter().map(|row| row.1.len()).sum(),
        "a pair of no operation"
    );
    let _ = write!(out, "static PAIRS: [Handler; {count}] = [");
    for (first, second) in pairs() {
        let _ = write!(out, "{first}__{second}, ");
    }
    // Places in the list of handlers: most are empty, and an address takes four times as much,
    // which the loader has to relocate besides.
    let _ = write!(
        out,
        "];\n/// The pairs' keys and places in `PAIRS`, by the hashes of their keys; where there is none, the key is 0.\nstatic PAIRS_BY_HASH: [(u32, u16); {HASH_SIZE}] = ["
    );
    for entry in table {
        let (key, place) = entry.unwrap_or((0, 0));
        let _ = write!(out, "({key}, {place}), ");
    }
    let _ = write!(
        out,
        "];\n/// By opcode, a bit for each remainder by 64 of the opcodes that make a pair with it.\nstatic MASKS: [u64; {}] = [",
        ops.len()
    );
    for op in ops {
        let mask = seconds_of(&op.name)
            .iter()
            .fold(0u64, |mask, second| mask | 1 << (opcode(second) % 64));
        let _ = write!(out, "{mask:#x}, ");
    }
    out.push_str("];\n");
}
