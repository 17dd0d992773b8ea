//! The atomic operations on memory, in their final form.
//!
//! They take a while whatever is around them: each has one form, with all operands in slots and a
//! result in both places, for any memory.

use crate::shapes::Op;
use crate::table::Field;

/// What is done, in the order of the rows of the encoder's table.
pub(crate) const ACTIONS: &[&str] = &[
    "Load", "Store", "Add", "Sub", "And", "Or", "Xor", "Xchg", "Cmpxchg",
];
/// The widths in bits, in the order of the columns.
pub(crate) const WIDTHS: &[u32] = &[8, 16, 32, 64];

/// The operation's name.
pub(crate) fn name(action: &str, bits: u32) -> String {
    format!("Atomic{action}{bits}")
}

const SIZE: usize = 32;

pub(crate) fn atomic_ops(ops: &mut Vec<Op>) {
    for action in ACTIONS {
        for bits in WIDTHS {
            let ty = format!("u{bits}");
            let mut fields = vec![Field::Slot("dst", 8), Field::Slot("addr", 10)];
            let access = match *action {
                "Load" => format!("{ty}::load(at)"),
                "Store" => {
                    fields = vec![Field::Slot("addr", 10), Field::Slot("value", 12)];
                    format!("{ty}::store(at, st.slot_i64(12) as {ty})")
                }
                "Cmpxchg" => {
                    fields.extend([Field::Slot("expected", 12), Field::Slot("new", 14)]);
                    let (expected, new) = ("st.slot_i64(12)", "st.slot_i64(14)");
                    format!("{ty}::compare_exchange(at, {expected} as {ty}, {new} as {ty})")
                }
                kind => {
                    fields.push(Field::Slot("value", 12));
                    format!("{ty}::rmw(at, Rmw::{kind}, st.slot_i64(12) as {ty})")
                }
            };
            fields.extend([Field::U32("memory", 16), Field::U64("offset", 24)]);
            let address = format!(
                "let at = match st.atomic_address({}) {{ Ok(at) => at, Err(trap) => return Flow::Trap(trap) }};",
                bits / 8
            );
            let access = if *action == "Store" {
                format!("{access};")
            } else {
                format!("let r = {access} as u64; st.set_i64(r); st.put_i64(8, r);")
            };
            ops.push(Op {
                name: name(action, *bits),
                size: SIZE,
                fields,
                body: format!("{address} {access} st.next({SIZE})"),
                bin: None,
            });
        }
    }
}
