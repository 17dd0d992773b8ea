//! Loop dispatch: one `match` over opcodes. It works everywhere.
//!
//! The operations on vectors have a loop of their own: in one function with the others they would
//! take registers from them. Each loop goes on until an operation of the other is next.

use super::bodies;
use super::state::{Exit, ExitKind, Flow, State};
use crate::ops::Op;
use core::hint::black_box;
use diptych_core::SIMD;

macro_rules! match_ops {
    (
        $st:ident, $op:ident,
        { $($opcode:literal => $name:ident,)* }
        $(rare { $($rare:literal => $rare_name:ident,)* } $around:lifetime)?
        $(; $other:pat => $leave:expr)?
    ) => {
        match $op {
            // SAFETY: the opcode says that the operation at `ip` is this one.
            $($opcode => unsafe { bodies::$name($st) },)*
            $($(
                // SAFETY: as above.
                $rare => match unsafe { bodies::$rare_name($st) } {
                    Flow::Next | Flow::Taken => continue $around,
                    flow => flow,
                },
            )*)?
            $($other => $leave,)?
            // SAFETY: first cells of operations hold opcodes and nothing else.
            _ => unsafe { core::hint::unreachable_unchecked() },
        }
    };
}

/// Runs from `st.ip` until something leaves; `st` is then where it left.
///
/// Never inline: these loops inside another one take minutes to compile.
///
/// # Safety
/// `st` is a valid machine state over code with opcodes in its first cells.
#[inline(never)]
pub(crate) unsafe fn run(machine: &mut State) -> Exit {
    loop {
        // SAFETY: by contract.
        let exit = unsafe { run_numbers_or_count(machine) };
        if !SIMD || exit != Exit::of(ExitKind::Vectors) {
            return exit;
        }
        // SAFETY: by contract.
        if let Some(exit) = unsafe { run_vectors(machine) } {
            return exit;
        }
    }
}

/// What follows begins a cache line, and so does the function that it is inlined into. It is executed
/// once and does nothing else.
///
/// Functions are aligned to 16 bytes, and how a loop's operations lie in lines decides how well the
/// processor predicts the jumps between them: the four ways there are differ by up to a quarter of the
/// time, and nothing else would choose one but the size of what the linker puts before.
#[inline(always)]
fn align_code() {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: what fills the gap are instructions without an effect.
    unsafe {
        core::arch::asm!(".p2align 6", options(nomem, nostack, preserves_flags));
    }
}

/// [`run_numbers`], and counts what it executes if that is wanted.
///
/// # Safety
/// As [`run`].
#[inline(always)]
unsafe fn run_numbers_or_count(machine: &mut State) -> Exit {
    #[cfg(feature = "count-sequences")]
    if crate::sequences::wanted() {
        // SAFETY: by contract.
        return unsafe { run_numbers::<true>(machine) };
    }
    // SAFETY: by contract.
    unsafe { run_numbers::<false>(machine) }
}

/// Runs until something leaves or an operation on vectors is next.
///
/// What is between two operations must be as little as it is: if it is more, the compiler does not
/// give each operation a jump of its own. The time that it takes to build grows with the number of
/// these jumps by the number of operations, so only what programs execute much has one; the others
/// share the one in the outer loop, which has too much before it to be repeated.
///
/// `COUNTED` is for the feature `count-sequences`: counting has a loop of its own, so that this one
/// is the same with the feature and without.
///
/// # Safety
/// As [`run`].
unsafe fn run_numbers<const COUNTED: bool>(machine: &mut State) -> Exit {
    const VECTORS: u16 = Op::FIRST_VECTOR as u16;
    align_code();
    // A copy whose address nobody has can live in registers.
    let mut local = State { ..*machine };
    let exit = {
        let st = &mut local;
        'rare: loop {
            // Each is an instruction to the compiler, and none to the processor.
            black_box(());
            black_box(());
            black_box(());
            black_box(());
            black_box(());
            loop {
                // SAFETY: `ip` is the start of an operation.
                let op = unsafe { st.ip.cast::<u64>().read() } as u16;
                #[cfg(feature = "count-sequences")]
                if COUNTED && op != VECTORS {
                    crate::sequences::note(st.ip.addr(), Op::ALL[usize::from(op)]);
                }
                let flow = include!(concat!(env!("OUT_DIR"), "/match.rs"));
                match flow {
                    Flow::Next | Flow::Taken => {}
                    Flow::Trap(trap) => break 'rare Exit::trap(trap),
                    Flow::Leave(exit) => break 'rare exit,
                }
            }
        }
    };
    *machine = local;
    exit
}

/// Runs until something leaves or another operation than one on vectors is next, which gives
/// `None`.
///
/// # Safety
/// As [`run`].
unsafe fn run_vectors(machine: &mut State) -> Option<Exit> {
    align_code();
    let mut local = State { ..*machine };
    let exit = {
        let st = &mut local;
        loop {
            // SAFETY: `ip` is the start of an operation.
            let cell = unsafe { st.ip.cast::<u64>().read() };
            if cell as u16 != Op::FIRST_VECTOR as u16 {
                break None;
            }
            let op = Op::of_code(cell);
            let flow = include!(concat!(env!("OUT_DIR"), "/match_vectors.rs"));
            match flow {
                Flow::Next | Flow::Taken => {}
                Flow::Trap(trap) => break Some(Exit::trap(trap)),
                Flow::Leave(exit) => break Some(exit),
            }
        }
    };
    *machine = local;
    exit
}
