//! Loop dispatch: one `match` over opcodes. It works everywhere.
//!
//! The operations on vectors have a loop of their own, which goes on as long as there are more of
//! them: in one function with the others they would take registers from them, and the compiler
//! much time.

use super::bodies;
use super::state::{Exit, Flow, State};
use crate::ops::Op;

macro_rules! match_ops {
    ($st:ident, $op:ident, { $(from $first:literal $rest:ident,)? $($opcode:literal => $name:ident,)* }) => {
        match $op {
            // SAFETY: the opcode says that the operation at `ip` is this one.
            $($opcode => unsafe { bodies::$name($st) },)*
            // SAFETY: by contract.
            $($first..COUNT => unsafe { $rest($st) },)?
            // SAFETY: first cells of operations hold opcodes and nothing else, and the loop asked
            // before whether it is one of these.
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
            match include!(concat!(env!("OUT_DIR"), "/match.rs")) {
                Flow::Next | Flow::Taken => {}
                Flow::Trap(trap) => break Exit::trap(trap),
                Flow::Leave(exit) => break exit,
            }
        }
    };
    *machine = local;
    exit
}

/// How many operations there are.
const COUNT: u16 = Op::ALL.len() as u16;

/// Runs the operations on vectors from `st.ip` on.
#[inline(always)]
unsafe fn vectors(st: &mut State) -> Flow {
    let mut there = State { ..*st };
    // SAFETY: by contract of `run`.
    let flow = unsafe { run_vectors(&mut there) };
    *st = there;
    flow
}

/// Runs from `st.ip` as long as there are operations on vectors, or until something leaves.
///
/// # Safety
/// As [`run`].
#[inline(never)]
unsafe fn run_vectors(machine: &mut State) -> Flow {
    let mut local = State { ..*machine };
    let flow = {
        let st = &mut local;
        loop {
            // SAFETY: `ip` is the start of an operation.
            let op = unsafe { st.ip.cast::<u64>().read() } as u16;
            if op < Op::FIRST_VECTOR as u16 {
                break Flow::Next;
            }
            match include!(concat!(env!("OUT_DIR"), "/match_vectors.rs")) {
                Flow::Next | Flow::Taken => {}
                flow => break flow,
            }
        }
    };
    *machine = local;
    flow
}
