//! The canonical frame of a WebAssembly function on the value stack.
//!
//! ```text
//! fp ─▶ 0 .. P             exchange area: the parameters on entry, the results on return
//!       P .. P + 4         return record
//!       P + 4 .. T         the locals that are not parameters
//!       T ..  frame size   operand stack: the operand at height h has a fixed slot
//! ```
//!
//! `P` is [`record_slot`]. A caller lays arguments on its own operand stack, and the slot of the
//! first one is the callee's frame pointer: frames overlap, nothing is copied. The record follows
//! the results too, so that writing results never destroys it.
//!
//! With few parameters and results the record is where that of most functions is: a return that has
//! not to look at its operands to find it can be under way before the callee's last operations are.
//!
//! It is the interpreter's frame, the format in which compiled code is entered in the middle of a
//! loop, and what the collector, a debugger and a snapshot see.

/// The number of slots of a return record.
pub const RECORD_SLOTS: usize = 4;

/// The slot of the return record of functions that exchange no more slots than this.
pub const NEAR_RECORD: usize = 4;

/// The slot of the return record of a function of this type.
pub fn record_slot(ty: &crate::FuncType) -> usize {
    ty.exchange_slots().max(NEAR_RECORD)
}

/// Where a call returns to: the record in a frame.
///
/// A call inside one instance writes only `return_pc` and `caller_fp`. A call into another instance
/// writes all, with `return_pc` the address of the interpreter's stub that restores `caller_ctx`
/// and goes on at `resume_pc`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ReturnRecord {
    /// The instruction that runs after the return.
    pub return_pc: *const u8,
    // What every call writes is not side by side, for the reason given at `VmStore::exit_pc`.
    /// The caller's instance, when it is another than the callee's.
    pub caller_ctx: *mut super::VmCtx,
    /// The caller's frame.
    pub caller_fp: *mut u64,
    /// Where the stub that `return_pc` names goes on.
    pub resume_pc: *const u8,
}
