//! The self-test of tail dispatch: do handlers jump to each other, or call?
//!
//! If they called, a chain of operations would be as deep on the native stack as it is long. The
//! test runs a chain that is long enough to tell and short enough to be harmless.

use crate::exec::State;
use crate::module::Shared;
use crate::ops::Op;
use alloc::vec;
use alloc::vec::Vec;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicU8, Ordering};
use diptych_core::vm::{VmCtx, VmStore};

/// How many bytes of native stack a chain may differ from an empty one. A call pushes at least
/// its return address for every operation.
const TOLERANCE: u64 = 512;
/// The operations of the chain.
const CHAIN: usize = 256;

/// Whether handlers end in jumps. The answer is found once per process.
pub(crate) fn tail_calls_are_jumps(shared: &Shared) -> bool {
    const UNKNOWN: u8 = 0;
    const YES: u8 = 1;
    const NO: u8 = 2;
    static ANSWER: AtomicU8 = AtomicU8::new(UNKNOWN);
    match ANSWER.load(Ordering::Relaxed) {
        UNKNOWN => {}
        answer => return answer == YES,
    }
    let deep = native_depth(shared, CHAIN);
    let flat = native_depth(shared, 0);
    let jumps = deep.abs_diff(flat) < TOLERANCE;
    ANSWER.store(if jumps { YES } else { NO }, Ordering::Relaxed);
    jumps
}

/// Where on the native stack the operation after `length` others runs.
#[inline(never)]
fn native_depth(shared: &Shared, length: usize) -> u64 {
    // Operations of several shapes, all on slot 0.
    let mix = [
        Op::Copy,
        Op::I32Add_SS_S,
        Op::I64Mul_SI_S,
        Op::F64Add_SS_S,
        Op::I32DivS_SI_S,
        Op::SelectS,
    ];
    let mut code: Vec<u64> = Vec::new();
    for op in mix.into_iter().cycle().take(length) {
        code.push(shared.cell(op));
        code.push(1 << 32 | 1 << 48);
        code.resize(code.len() + op.size() / 8 - 2, 0);
    }
    code.push(shared.cell(Op::StubProbe));

    let mut store = MaybeUninit::<VmStore>::zeroed();
    let mut ctx = MaybeUninit::<VmCtx>::zeroed();
    let mut frame = vec![0u64; 4];
    // SAFETY: the operations touch slots 0 and 1 of the frame; leaving writes plain fields of the
    // store, for which zeroed memory is valid.
    unsafe {
        (*ctx.as_mut_ptr()).store = store.as_mut_ptr();
        let mut st = State {
            ip: code.as_ptr().cast(),
            fp: frame.as_mut_ptr(),
            mem: core::ptr::null_mut(),
            acc: 0,
            record: MaybeUninit::uninit(),
            vm: ctx.as_mut_ptr(),
            f32acc: 0.0,
            f64acc: 0.0,
        };
        let _ = shared.run(&mut st);
        st.acc
    }
}
