//! Traps of code that never faults.
//!
//! A check ends in a conditional jump to an instruction that the machine refuses, which Cranelift
//! puts behind the function's code, one for each check. Where nothing may fault, each of them
//! becomes a call. So a check costs what it does elsewhere: there is no block for it, no value that
//! says where it is, and nothing that the allocator of registers would see. All calls of a function
//! go to one jump at its end, which leads to the runtime: the address that a call returns to says
//! which check it was.

use crate::stubs;
use crate::translate::NEVER;
use cranelift_codegen::MachTrap;
use std::ops::Range;

/// A machine as far as traps are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arch {
    X86,
    Arm64,
}

/// What became of a function's traps.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    /// Where each trap was, and where it is a call now; both ascend.
    pub(crate) moved: Vec<(u32, u32)>,
    /// The jump to the runtime, if there is one: it is at the end, and its distance is left open.
    pub(crate) exit: Option<u32>,
}

/// The instruction that is refused.
const UD2: [u8; 2] = [0x0f, 0x0b];
const UDF: [u8; 4] = 0xc11f_u32.to_le_bytes();

/// The size of a call and of a jump on x86_64.
const X86_CALL: usize = 5;

impl Arch {
    /// The machine that Cranelift calls so.
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "x64" => Self::X86,
            _ => Self::Arm64,
        }
    }

    const fn refused(self) -> &'static [u8] {
        match self {
            Self::X86 => &UD2,
            Self::Arm64 => &UDF,
        }
    }
}

/// Makes calls of a function's traps. `others` are calls to the same jump that it has already,
/// by where they begin.
///
/// `None` when that cannot be done, which no code of Cranelift's is known for but code that happens
/// to have a constant that looks like a jump to a trap: made otherwise, the function has not.
pub(crate) fn by_calls(
    arch: Arch,
    code: &mut Vec<u8>,
    traps: &[MachTrap],
    others: &[u32],
) -> Option<Calls> {
    let refused = arch.refused();
    let is_refused = |trap: &MachTrap| {
        let at = trap.offset as usize;
        trap.code != NEVER && code.get(at..at + refused.len()) == Some(refused)
    };
    let mut checks: Vec<u32> = Vec::new();
    checks.try_reserve_exact(traps.len()).ok()?;
    checks.extend(
        traps
            .iter()
            .filter(|trap| is_refused(trap))
            .map(|trap| trap.offset),
    );
    if checks.is_empty() && others.is_empty() {
        return Some(Calls::default());
    }
    match arch {
        Arch::X86 => x86(code, &checks, others),
        Arch::Arm64 => arm64(code, checks, others),
    }
}

/// A call is larger than what it takes the place of: the jumps are led elsewhere.
fn x86(code: &mut Vec<u8>, checks: &[u32], others: &[u32]) -> Option<Calls> {
    // Behind all other code there is one next to the other; constants may follow.
    let first = checks.first().map_or(code.len(), |first| *first as usize);
    let traps = first..first + checks.len() * UD2.len();
    if checks
        .last()
        .is_some_and(|last| *last as usize + UD2.len() != traps.end)
    {
        return None;
    }
    let jumps = jumps_to(code, &traps)?;

    // The calls take the room of the traps first.
    let (within, behind) = (traps.len() / X86_CALL, code.len());
    let place = |i: usize| match i.checked_sub(within) {
        None => traps.start + i * X86_CALL,
        Some(i) => behind + i * X86_CALL,
    };
    let exit = place(checks.len());
    code.try_reserve_exact(exit + X86_CALL - code.len()).ok()?;
    code.resize(exit + X86_CALL, 0);
    code[exit] = 0xe9;
    let mut call = |at: usize| {
        code[at] = 0xe8;
        set_distance(code, at + 1, exit)
    };
    for i in 0..checks.len() {
        call(place(i))?;
    }
    for at in others {
        call(*at as usize)?;
    }
    for (i, jump) in jumps.into_iter().enumerate() {
        set_distance(code, jump + 2, place(i))?;
    }
    let moved = checks.iter().enumerate();
    Some(Calls {
        moved: moved.map(|(i, at)| (*at, place(i) as u32)).collect(),
        exit: Some(exit as u32),
    })
}

/// Where the only jump to each trap is: conditional, and with a distance of 32 bits, as Cranelift
/// makes them. That there is no other place that looks like it shows that this is one.
fn jumps_to(code: &[u8], traps: &Range<usize>) -> Option<Vec<usize>> {
    const NONE: usize = usize::MAX;
    let mut jumps = Vec::new();
    jumps.try_reserve_exact(traps.len() / UD2.len()).ok()?;
    jumps.resize(traps.len() / UD2.len(), NONE);
    for (at, bytes) in code[..traps.start].windows(6).enumerate() {
        let [0x0f, 0x80..=0x8f, distance @ ..] = bytes else {
            continue;
        };
        let distance = i32::from_le_bytes(distance.try_into().ok()?);
        let target = (at + bytes.len()).checked_add_signed(distance as isize);
        let Some(within) = target.and_then(|target| target.checked_sub(traps.start)) else {
            continue;
        };
        if within < traps.len() && within % UD2.len() == 0 {
            let jump = &mut jumps[within / UD2.len()];
            if *jump != NONE {
                return None;
            }
            *jump = at;
        }
    }
    (!jumps.contains(&NONE)).then_some(jumps)
}

/// Fills in the distance to `to` at the end of an instruction.
fn set_distance(code: &mut [u8], field: usize, to: usize) -> Option<()> {
    let distance = i32::try_from(to as i64 - (field as i64 + 4)).ok()?;
    code.get_mut(field..field + 4)?
        .copy_from_slice(&distance.to_le_bytes());
    Some(())
}

/// A call is as large as what it takes the place of.
fn arm64(code: &mut Vec<u8>, checks: Vec<u32>, others: &[u32]) -> Option<Calls> {
    const B: u32 = 0x1400_0000;
    const BL: u32 = 0x9400_0000;
    const REACH: usize = 1 << 27;
    let exit = code.len().next_multiple_of(4);
    if exit >= REACH {
        return None;
    }
    code.try_reserve_exact(exit + 4 - code.len()).ok()?;
    code.resize(exit, 0);
    code.extend_from_slice(&B.to_le_bytes());
    for at in checks.iter().chain(others) {
        let at = *at as usize;
        let distance = exit.checked_sub(at)? as u32 / 4;
        code.get_mut(at..at + 4)?
            .copy_from_slice(&(BL | distance).to_le_bytes());
    }
    Some(Calls {
        moved: checks.into_iter().map(|at| (at, at)).collect(),
        exit: Some(exit as u32),
    })
}

const _: () = assert!(
    stubs::RAISE_CALL_BYTES
        == if cfg!(target_arch = "x86_64") {
            X86_CALL
        } else {
            4
        },
    "the runtime goes back from where a call returns to where it is",
);
