//! Tail dispatch: threaded code by sibling calls. The first cell of an operation is its handler's
//! address, and all state travels in argument registers.
//!
//! Nothing guarantees that the compiler makes the calls jumps, so the mode exists only in
//! optimised builds for architectures with enough argument registers, a release check
//! disassembles the handlers, and the first engine of a process runs a self-test.

#![allow(non_snake_case, reason = "handlers are named as their operations")]

use super::bodies;
use super::call::call_host;
use super::state::{Exit, Flow, State, keep_flow};
use crate::code::{opcode_at, size_at};
use crate::ops::Op;
use core::hint::select_unpredictable;
use core::mem::MaybeUninit;
use diptych_core::vm::VmCtx;
use diptych_core::vm::frame::ReturnRecord;
use diptych_core::{ATOMICS, EXCEPTIONS, GC, SIMD};

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
            record: MaybeUninit<*mut ReturnRecord>,
            vm: *mut VmCtx,
            f32acc: f32,
            f64acc: f64,
        ) -> u64;
    };
}
with_abi!(handler_type!());

macro_rules! define_handler {
    ($abi:literal, $name:ident, $record:expr, |$st:ident| $flow:block) => {
        unsafe extern $abi fn $name(
            ip: *const u8,
            fp: *mut u64,
            mem: *mut u8,
            acc: u64,
            record: MaybeUninit<*mut ReturnRecord>,
            vm: *mut VmCtx,
            f32acc: f32,
            f64acc: f64,
        ) -> u64 {
            let record = if $record { record } else { NO_RECORD };
            let mut st = State { ip, fp, mem, acc, record, vm, f32acc, f64acc };
            let flow = {
                let $st = &mut st;
                $flow
            };
            match flow {
                Flow::Next => {
                    // SAFETY: bodies leave `ip` at the start of an operation.
                    unsafe {
                        let next = st.ip.cast::<Handler>().read();
                        next(st.ip, st.fp, st.mem, st.acc, st.record, st.vm, st.f32acc, st.f64acc)
                    }
                }
                // The same again, so that each side of a branch has a jump of its own.
                Flow::Taken => {
                    // SAFETY: as above.
                    unsafe {
                        let next = st.ip.cast::<Handler>().read();
                        keep_flow();
                        next(st.ip, st.fp, st.mem, st.acc, st.record, st.vm, st.f32acc, st.f64acc)
                    }
                }
                // SAFETY: the exit travels in the place of the memory base, which nobody needs
                // any more; nor does anybody need what is not given.
                Flow::Trap(trap) => unsafe {
                    let exit = Exit::trap(trap).0 as *mut u8;
                    leave_trap(st.ip, st.fp, exit, GONE, NO_RECORD, st.vm)
                },
                // SAFETY: as above.
                Flow::Leave(exit) => unsafe {
                    let exit = exit.0 as *mut u8;
                    leave(st.ip, st.fp, exit, st.acc, st.record, st.vm)
                },
            }
        }
    };
}

macro_rules! stub {
    ($name:ident) => {
        with_abi!(define_handler!($name, true, |st| {
            // SAFETY: `ip` is an operation of this kind, since its first cell led here.
            unsafe { bodies::$name(st) }
        }));
    };
}

macro_rules! handler {
    ($name:ident) => {
        with_abi!(define_handler!($name, false, |st| {
            // SAFETY: `ip` is an operation of this kind, since its first cell led here.
            unsafe { bodies::$name(st) }
        }));
    };
}

#[cfg(superinstructions)]
macro_rules! superinstruction {
    ($name:ident, $($op:ident),+) => {
        with_abi!(define_handler!($name, false, |st| {
            // SAFETY: `ip` is an operation of the first kind, and the others follow one by one,
            // since its first cell led here.
            unsafe { in_turn!(st, $($op),+) }
        }));
    };
}

#[cfg(superinstructions)]
macro_rules! in_turn {
    ($st:ident, $last:ident) => { bodies::$last($st) };
    ($st:ident, $first:ident, $($others:ident),+) => {
        match bodies::$first($st) {
            Flow::Next => in_turn!($st, $($others),+),
            flow => flow,
        }
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
            record: MaybeUninit<*mut ReturnRecord>,
            vm: *mut VmCtx,
        ) -> u64 {
            // SAFETY: the store outlives every activation of its guests.
            unsafe {
                let store = (*vm).store;
                (*store).exit_pc = ip;
                (*store).exit_fp = fp;
                (*store).exit_ctx = vm;
                (*store).exit_value = acc;
                (&raw mut (*store).exit_record).cast::<MaybeUninit<_>>().write(record);
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
            _record: MaybeUninit<*mut ReturnRecord>,
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
/// The same, for the record: only stubs, right behind a call or return, take it.
const NO_RECORD: MaybeUninit<*mut ReturnRecord> = MaybeUninit::uninit();

with_abi!(define_leave!());

include!(concat!(env!("OUT_DIR"), "/tail.rs"));

/// The first cell of `op`, by itself.
pub(crate) fn handler(op: Op) -> u64 {
    HANDLERS[op as usize] as usize as u64
}

/// The opcode of what follows the last operation of a function.
const END: u16 = Op::COUNT as u16;

/// Changes the first cells of a function's operations from opcodes to handlers: of as many
/// operations as possible at once, each of which gets its own, too, for those that jump there.
pub(crate) fn thread(cells: &mut [u64]) {
    const { assert!(LONGEST <= 4, "their opcodes have room in 64 bits") };
    let mut read = 0;
    let mut next = |cells: &[u64]| {
        if read >= cells.len() {
            return END;
        }
        let opcode = opcode_at(cells, read);
        read += size_at(cells, read, opcode);
        opcode
    };
    // The opcodes of an operation, in the lowest bits, and of those behind it.
    let mut window = 0;
    for place in 0..LONGEST {
        window |= u64::from(next(cells)) << (16 * place);
    }
    let mut at = 0;
    while at < cells.len() {
        let first = window as u16;
        let (mut place, mut longest) = (first, first);
        // What comes next is as good as random: all steps are taken, without a branch.
        for following in 1..LONGEST {
            let opcode = (window >> (16 * following)) as u16;
            let row = usize::from(BASES[usize::from(place)]);
            let (from, to) = LONGER[row + usize::from(opcode)];
            let leads = from == place;
            place = select_unpredictable(leads, to, NOWHERE);
            longest = select_unpredictable(leads, to, longest);
        }
        window = window >> 16 | u64::from(next(cells)) << (16 * (LONGEST - 1));
        cells[at] = HANDLERS[usize::from(longest)] as usize as u64;
        at += size_at(cells, at, first);
    }
}

/// Runs from `st.ip` until something leaves that is no call of a host function; `st` is then where
/// it left. The accumulators for floats do not survive.
///
/// # Safety
/// `st` is a valid machine state over code with handlers in its first cells.
#[inline(always)]
pub(crate) unsafe fn run(machine: &mut State) -> Exit {
    // A copy whose address nobody has can live in registers from one call to the next.
    let mut st = State { ..*machine };
    // SAFETY: by contract.
    let exit = unsafe {
        loop {
            let first = st.ip.cast::<Handler>().read();
            let exit = Exit(first(
                st.ip, st.fp, st.mem, st.acc, st.record, st.vm, st.f32acc, st.f64acc,
            ));
            let store = (*st.vm).store;
            st.ip = (*store).exit_pc;
            st.fp = (*store).exit_fp;
            st.vm = (*store).exit_ctx;
            st.acc = (*store).exit_value;
            let Some(size) = exit.host_call() else {
                st.record = (&raw const (*store).exit_record)
                    .cast::<MaybeUninit<_>>()
                    .read();
                break exit;
            };
            st.record = NO_RECORD;
            if let Some(exit) = call_host(&mut st, size) {
                break exit;
            }
        }
    };
    *machine = st;
    exit
}
