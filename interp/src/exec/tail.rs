//! Tail dispatch: threaded code by sibling calls. The first cell of an operation is its handler's
//! address, and all state travels in argument registers.
//!
//! Nothing guarantees that the compiler makes the calls jumps, so the mode exists only in
//! optimised builds for architectures with enough argument registers, a release check
//! disassembles the handlers, and the first engine of a process runs a self-test.

#![allow(non_snake_case, reason = "handlers are named as their operations")]

use super::bodies;
use super::state::{Exit, Flow, State, keep_flow};
use crate::ops::Op;
use core::mem::MaybeUninit;
use diptych_core::vm::VmCtx;

#[cfg(target_arch = "x86_64")]
macro_rules! with_abi {
    ($macro:ident!($($args:tt)*)) => { $macro!("sysv64", $($args)*); };
}
#[cfg(not(target_arch = "x86_64"))]
macro_rules! with_abi {
    ($macro:ident!($($args:tt)*)) => { $macro!("C", $($args)*); };
}

macro_rules! handler_type {
    ($abi:literal,) => {
        /// A handler. It returns when the machine leaves for the driver, with the [`Exit`] and
        /// the state in the store's `exit_*` fields.
        pub(super) type Handler = unsafe extern $abi fn(
            ip: *const u8,
            fp: *mut u64,
            mem: *mut u8,
            acc: u64,
            pin: u64,
            vm: *mut VmCtx,
            f32acc: f32,
            f64acc: f64,
        ) -> u64;
    };
}
with_abi!(handler_type!());

macro_rules! define_handler {
    ($abi:literal, $name:ident) => {
        unsafe extern $abi fn $name(
            ip: *const u8,
            fp: *mut u64,
            mem: *mut u8,
            acc: u64,
            pin: u64,
            vm: *mut VmCtx,
            f32acc: f32,
            f64acc: f64,
        ) -> u64 {
            let mut st = State { ip, fp, mem, acc, pin, vm, f32acc, f64acc };
            // SAFETY: `ip` is an operation of this kind, since its first cell led here.
            let flow = unsafe { bodies::$name(&mut st) };
            match flow {
                Flow::Next => {
                    // SAFETY: bodies leave `ip` at the start of an operation.
                    unsafe {
                        let next = st.ip.cast::<Handler>().read();
                        next(st.ip, st.fp, st.mem, st.acc, st.pin, st.vm, st.f32acc, st.f64acc)
                    }
                }
                // The same again, so that each side of a branch has a jump of its own.
                Flow::Taken => {
                    // SAFETY: as above.
                    unsafe {
                        let next = st.ip.cast::<Handler>().read();
                        keep_flow();
                        next(st.ip, st.fp, st.mem, st.acc, st.pin, st.vm, st.f32acc, st.f64acc)
                    }
                }
                // SAFETY: the exit travels in the place of the memory base, which nobody needs
                // any more; nor does anybody need what is not given.
                Flow::Trap(trap) => unsafe {
                    let exit = Exit::trap(trap).0 as *mut u8;
                    leave_trap(st.ip, st.fp, exit, GONE, GONE, st.vm)
                },
                // SAFETY: as above.
                Flow::Leave(exit) => unsafe {
                    let exit = exit.0 as *mut u8;
                    leave(st.ip, st.fp, exit, st.acc, st.pin, st.vm)
                },
            }
        }
    };
}

macro_rules! handler {
    ($name:ident) => {
        with_abi!(define_handler!($name));
    };
}

macro_rules! define_leave {
    ($abi:literal,) => {
        /// The end of every chain of handlers: puts the machine where the driver finds it.
        #[cold]
        #[inline(never)]
        unsafe extern $abi fn leave(
            ip: *const u8,
            fp: *mut u64,
            exit: *mut u8,
            acc: u64,
            pin: u64,
            vm: *mut VmCtx,
        ) -> u64 {
            // SAFETY: the store outlives every activation of its guests.
            unsafe {
                let store = (*vm).store;
                (*store).exit_pc = ip;
                (*store).exit_fp = fp;
                (*store).exit_ctx = vm;
                (*store).exit_value = acc;
                (*store).exit_record = pin as *mut _;
            }
            exit as u64
        }

        /// The end of a chain of handlers in a trap, which leaves no accumulator and no record.
        #[cold]
        #[inline(never)]
        unsafe extern $abi fn leave_trap(
            ip: *const u8,
            fp: *mut u64,
            exit: *mut u8,
            _acc: MaybeUninit<u64>,
            _pin: MaybeUninit<u64>,
            vm: *mut VmCtx,
        ) -> u64 {
            // SAFETY: the store outlives every activation of its guests.
            unsafe {
                let store = (*vm).store;
                (*store).exit_pc = ip;
                (*store).exit_fp = fp;
                (*store).exit_ctx = vm;
            }
            exit as u64
        }
    };
}

/// A register that nobody reads.
const GONE: MaybeUninit<u64> = MaybeUninit::uninit();

with_abi!(define_leave!());

include!(concat!(env!("OUT_DIR"), "/tail.rs"));

/// The first cells of operations under tail dispatch.
pub(crate) fn handler_addresses() -> &'static [usize; Op::COUNT] {
    const { assert!(size_of::<Handler>() == size_of::<usize>()) };
    // SAFETY: function pointers and addresses have the same representation.
    unsafe { &*(&raw const HANDLERS).cast() }
}

/// Runs from `st.ip` until something leaves; `st` is then where it left. The accumulators for
/// floats do not survive.
///
/// # Safety
/// `st` is a valid machine state over code with handlers in its first cells.
pub(crate) unsafe fn run(st: &mut State) -> Exit {
    // SAFETY: by contract.
    unsafe {
        let first = st.ip.cast::<Handler>().read();
        let exit = first(st.ip, st.fp, st.mem, st.acc, st.pin, st.vm, st.f32acc, st.f64acc);
        let store = (*st.vm).store;
        st.ip = (*store).exit_pc;
        st.fp = (*store).exit_fp;
        st.vm = (*store).exit_ctx;
        st.acc = (*store).exit_value;
        st.pin = (*store).exit_record as u64;
        Exit(exit)
    }
}
