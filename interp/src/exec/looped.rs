//! Loop dispatch: one `match` over opcodes. It works everywhere.

use super::bodies;
use super::state::{Exit, Flow, State};

macro_rules! match_ops {
    ($st:ident, $op:ident, { $($opcode:literal => $name:ident,)* }) => {
        match $op {
            // SAFETY: the opcode says that the operation at `ip` is this one.
            $($opcode => unsafe { bodies::$name($st) },)*
            // SAFETY: first cells of operations hold opcodes and nothing else.
            _ => unsafe { core::hint::unreachable_unchecked() },
        }
    };
}

/// Runs from `st.ip` until something leaves; `st` is then where it left.
///
/// # Safety
/// `st` is a valid machine state over code with opcodes in its first cells.
pub(crate) unsafe fn run(machine: &mut State) -> Exit {
    // A copy whose address nobody has can live in registers.
    let mut local = State { ..*machine };
    let exit = {
        let st = &mut local;
        loop {
            // SAFETY: `ip` is the start of an operation.
            let op = unsafe { st.ip.cast::<u64>().read() } as u16;
            let flow = include!(concat!(env!("OUT_DIR"), "/match.rs"));
            match flow {
                Flow::Next | Flow::Taken => {}
                Flow::Trap(trap) => break Exit::trap(trap),
                Flow::Leave(exit) => break exit,
            }
        }
    };
    *machine = local;
    exit
}
