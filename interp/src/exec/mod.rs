//! The handlers: what each operation does, and the two ways of getting from one to the next.
//!
//! [`state`] is the machine; the bodies (generated ones in [`bodies`], hand-written ones in
//! `call`, `control`, `heap`, `memory`, `variable` and `vector`) change it and say how to go on;
//! `tail`, where it is built, and [`looped`] run them.
//!
//! # Safety
//! The bodies trust the bytecode: slots lie inside the frame, branch targets are starts of
//! operations, indices are those of a validated module. The translator upholds it, and `driver`
//! enters only code that the translator made, with frames inside the value stack. Linear memory
//! is the one thing that is never trusted: every access is compared with its length.

mod call;
mod control;
mod heap;
pub(crate) mod kernel;
mod looped;
mod memory;
mod state;
#[cfg(all(tail_dispatch, not(debug_assertions)))]
mod tail;
mod variable;
pub(crate) mod vector;
mod wide;

pub(crate) use call::{call_host, call_subtype, caller_of, return_from_host};
pub(crate) use looped::run as run_loop;
pub(crate) use state::{Exit, ExitKind, Flow, State};
#[cfg(all(tail_dispatch, not(debug_assertions)))]
pub(crate) use tail::{handler, run as run_tail, thread};

/// The bodies that are written by hand.
mod plain {
    pub(super) use super::call::*;
    pub(super) use super::control::*;
    pub(super) use super::heap::*;
    pub(super) use super::memory::*;
    pub(super) use super::variable::*;
    pub(super) use super::vector::ops::*;
    pub(super) use super::wide::*;
}

/// The body of every operation.
mod bodies {
    #![allow(non_snake_case, reason = "bodies are named as their operations")]
    #![allow(unused_unsafe, reason = "a few bodies need none")]
    #![allow(
        clippy::unnecessary_cast,
        reason = "bodies of all widths are generated alike"
    )]
    use super::state::{Exit, Flow, State};
    use super::vector::V128;
    use super::{kernel, plain, vector};
    use diptych_core::vm::atomic::{Atomic, Rmw};
    use diptych_core::{ATOMICS, EXCEPTIONS, GC, Trap};

    macro_rules! body {
        ($is_in:expr, $name:ident, |$st:ident| $body:block) => {
            #[cfg_attr(not(debug_assertions), inline(always))]
            pub(super) unsafe fn $name($st: &mut State) -> Flow {
                if !$is_in {
                    // No translation has it.
                    return Flow::Trap(Trap::Unreachable);
                }
                // SAFETY: the translator emitted this operation with operands of this layout
                // (module docs); the dispatch loops call bodies for nothing else.
                unsafe { $body }
            }
        };
    }

    include!(concat!(env!("OUT_DIR"), "/bodies.rs"));
}
