//! Faults as signals.
//!
//! Handlers form a chain: each was installed over another, knows it, and passes on what it does
//! not want. The host program's handlers may come before and after this one. When one of them is
//! installed over this one and this one then over that, it must not pass faults in circles. So
//! each installation is a function of its own, a [generation](GENERATIONS), with the predecessor
//! that it found: faults go from the newest through the host's handler, which calls an older
//! generation, to the oldest predecessor.
//!
//! # Safety
//! Signal handlers run between any two instructions. What is here only reads atomics, calls
//! system functions that may be called in handlers, and calls other handlers the way the kernel
//! would. A predecessor is stored before the generation that reads it is installed, and is never
//! freed.

use super::super::{Fault, FaultKind, TrapCatcherError};
use super::ask;
use alloc::boxed::Box;
use context::Context;
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use libc::{c_int, c_void, siginfo_t};

#[path = "context.rs"]
mod context;

/// How many times the handler can be installed over another one in a process.
const GENERATIONS: usize = 8;

const SIGNALS: [c_int; 4] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE];

type Handler = unsafe extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

static HANDLERS: [Handler; GENERATIONS] = [
    on_signal::<0>,
    on_signal::<1>,
    on_signal::<2>,
    on_signal::<3>,
    on_signal::<4>,
    on_signal::<5>,
    on_signal::<6>,
    on_signal::<7>,
];

/// What each generation replaced, for each signal.
static PREDECESSORS: [[Predecessor; SIGNALS.len()]; GENERATIONS] =
    [const { [const { Predecessor::unknown() }; SIGNALS.len()] }; GENERATIONS];

static NO_PREDECESSOR: Predecessor = Predecessor::unknown();

/// Each signal's newest generation in use, plus 1.
static NEWEST: [AtomicUsize; SIGNALS.len()] = [const { AtomicUsize::new(0) }; SIGNALS.len()];

/// Only one thread at a time calls this.
pub(super) fn install() -> Result<(), TrapCatcherError> {
    for (index, signal) in SIGNALS.into_iter().enumerate() {
        let current = current_action(signal)?;
        if is_ours(&current) {
            continue;
        }
        let next = NEWEST[index].load(Ordering::Acquire);
        // A host that alternates with this handler is met again and again.
        let generation = match next.checked_sub(1) {
            Some(newest) if PREDECESSORS[newest][index].is(&current) => newest,
            _ if next == GENERATIONS => return Err(TrapCatcherError::Replaced),
            _ => {
                PREDECESSORS[next][index].set(current);
                next
            }
        };
        PREDECESSORS[generation][index]
            .spent
            .store(false, Ordering::Release);
        NEWEST[index].store(generation + 1, Ordering::Release);
        let replaced = set_action(signal, &action_of(generation))?;
        // The host program may have been quicker.
        if !is_ours(&replaced) && !PREDECESSORS[generation][index].is(&replaced) {
            PREDECESSORS[generation][index].set(replaced);
        }
    }
    Ok(())
}

pub(super) fn is_installed() -> bool {
    SIGNALS
        .into_iter()
        .all(|signal| current_action(signal).is_ok_and(|action| is_ours(&action)))
}

fn action_of(generation: usize) -> libc::sigaction {
    let mut action = default_action();
    action.sa_sigaction = HANDLERS[generation] as usize;
    // On the alternative stack, because the thread's own may be what is exhausted. Not deferred,
    // because a handler further down the chain may leave by a jump, or fault itself.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
    action
}

fn default_action() -> libc::sigaction {
    // SAFETY: zeros are a valid action, the default one; the mask is initialised besides.
    unsafe {
        let mut action: libc::sigaction = core::mem::zeroed();
        libc::sigemptyset(&raw mut action.sa_mask);
        action.sa_sigaction = libc::SIG_DFL;
        action
    }
}

fn current_action(signal: c_int) -> Result<libc::sigaction, TrapCatcherError> {
    let mut action = default_action();
    // SAFETY: it only reads the action.
    match unsafe { libc::sigaction(signal, ptr::null(), &raw mut action) } {
        0 => Ok(action),
        _ => Err(TrapCatcherError::Refused),
    }
}

/// Gives the action that was replaced.
fn set_action(
    signal: c_int,
    action: &libc::sigaction,
) -> Result<libc::sigaction, TrapCatcherError> {
    let mut replaced = default_action();
    // SAFETY: the action is the default one or a handler of this module, whose predecessor is
    // known.
    match unsafe { libc::sigaction(signal, action, &raw mut replaced) } {
        0 => Ok(replaced),
        _ => Err(TrapCatcherError::Refused),
    }
}

fn is_ours(action: &libc::sigaction) -> bool {
    HANDLERS
        .iter()
        .any(|handler| action.sa_sigaction == *handler as usize)
}

/// The action that a generation replaced.
struct Predecessor {
    /// Null until it is known.
    action: AtomicPtr<libc::sigaction>,
    /// Whether it wanted to be called once, and was.
    spent: AtomicBool,
}

impl Predecessor {
    const fn unknown() -> Self {
        Self {
            action: AtomicPtr::new(ptr::null_mut()),
            spent: AtomicBool::new(false),
        }
    }

    fn get(&self) -> Option<&'static libc::sigaction> {
        // SAFETY: it is null or a box that was leaked.
        unsafe { self.action.load(Ordering::Acquire).as_ref() }
    }

    fn set(&self, action: libc::sigaction) {
        let leaked = Box::leak(Box::new(action));
        self.action.store(leaked, Ordering::Release);
    }

    fn is(&self, action: &libc::sigaction) -> bool {
        self.get().is_some_and(|own| {
            own.sa_sigaction == action.sa_sigaction && own.sa_flags == action.sa_flags
        })
    }
}

/// # Safety
/// The kernel calls it, or a handler that passes on what the kernel gave it.
unsafe extern "C" fn on_signal<const GENERATION: usize>(
    signal: c_int,
    info: *mut siginfo_t,
    context: *mut c_void,
) {
    // SAFETY: by contract; the context is the interrupted thread's, and nothing else uses it.
    unsafe {
        if let Some(context) = Context::new(context)
            && let Some(fault) = describe(signal, info, &context)
            && let Some(resume) = ask(&fault)
        {
            context.set(&resume);
            return;
        }
        pass_on(GENERATION, signal, info, context);
    }
}

/// The fault that a signal reports, unless another process or thread sent it.
///
/// # Safety
/// As [`on_signal`].
unsafe fn describe(signal: c_int, info: *mut siginfo_t, context: &Context) -> Option<Fault> {
    // SAFETY: by contract.
    let info = unsafe { info.as_ref() }?;
    if was_sent(info) {
        return None;
    }
    let kind = match signal {
        libc::SIGSEGV | libc::SIGBUS => FaultKind::Memory,
        libc::SIGILL => FaultKind::IllegalInstruction,
        libc::SIGFPE => FaultKind::Arithmetic,
        _ => return None,
    };
    // SAFETY: these signals come with an address.
    let address = unsafe { info.si_addr() } as usize;
    let known = kind == FaultKind::Memory && !address_is_unknown(info);
    Some(Fault {
        pc: context.pc(),
        sp: context.sp(),
        fp: context.fp(),
        address: known.then_some(address),
        kind,
    })
}

/// Whether the signal was sent by `kill` or the like.
fn was_sent(info: &siginfo_t) -> bool {
    if cfg!(target_os = "macos") {
        // SI_USER, SI_QUEUE.
        matches!(info.si_code, 0x10001 | 0x10002)
    } else {
        info.si_code <= 0
    }
}

/// x86 does not say where an access was that is not canonical.
fn address_is_unknown(info: &siginfo_t) -> bool {
    const SI_KERNEL: c_int = 0x80;
    cfg!(all(target_os = "linux", target_arch = "x86_64")) && info.si_code == SI_KERNEL
}

/// Does what would have happened without this generation.
///
/// # Safety
/// As [`on_signal`].
unsafe fn pass_on(generation: usize, signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let Some(index) = SIGNALS.iter().position(|own| *own == signal) else {
        return;
    };
    // A host's handler can lead back to the generation that called it, when it was installed again
    // over the generation that was installed over it. Older ones are reached all the same.
    let mark = 0_u8;
    let visit = Visit::begin(generation, context as usize, &raw const mark as usize);
    let next = match generation.checked_sub(visit.is_second.into()) {
        Some(generation) => &PREDECESSORS[generation][index],
        None => &NO_PREDECESSOR,
    };
    match next.get() {
        Some(action) if !next.spent.load(Ordering::Acquire) => {
            if action.sa_flags & libc::SA_RESETHAND != 0 {
                next.spent.store(true, Ordering::Release);
            }
            // SAFETY: by contract; the action was the process's own.
            unsafe { perform(action, signal, info, context) }
        }
        // SAFETY: by contract.
        _ => unsafe { default(signal, info) },
    }
}

/// A fault on its way through a generation, known by the address of the context that the kernel
/// made for it.
struct Visit {
    place: &'static Place,
    /// Whether it is on its way through the same generation already.
    is_second: bool,
}

/// Where a visit is noted. A visit can be overwritten, by one of another thread or when a handler
/// never returned; then a circle is gone through once more.
struct Place {
    context: AtomicUsize,
    /// How deep in the stack it began: a second one begins deeper.
    stack: AtomicUsize,
}

impl Visit {
    fn begin(generation: usize, context: usize, stack: usize) -> Self {
        const PLACES: usize = 32;
        static NOTED: [[Place; PLACES]; GENERATIONS] = [const {
            [const {
                Place {
                    context: AtomicUsize::new(0),
                    stack: AtomicUsize::new(0),
                }
            }; PLACES]
        }; GENERATIONS];
        let hash = (context >> 4) ^ (context >> 12) ^ (context >> 20);
        let place = &NOTED[generation][hash % PLACES];
        let is_second = place.context.load(Ordering::Relaxed) == context
            && stack < place.stack.load(Ordering::Relaxed);
        if !is_second {
            place.stack.store(stack, Ordering::Relaxed);
            place.context.store(context, Ordering::Relaxed);
        }
        Self { place, is_second }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if !self.is_second {
            self.place.context.store(0, Ordering::Relaxed);
        }
    }
}

/// Performs an action as the kernel would.
///
/// # Safety
/// As [`on_signal`]; the action was this signal's.
unsafe fn perform(
    action: &libc::sigaction,
    signal: c_int,
    info: *mut siginfo_t,
    context: *mut c_void,
) {
    // SAFETY: by contract; an action with SA_SIGINFO has a handler with three parameters, any other
    // that is no constant one with one.
    unsafe {
        match action.sa_sigaction {
            libc::SIG_DFL => default(signal, info),
            libc::SIG_IGN => {
                // The kernel ignores only what was sent.
                if !info.as_ref().is_some_and(was_sent) {
                    default(signal, info);
                }
            }
            handler => {
                let mut mask = action.sa_mask;
                if action.sa_flags & libc::SA_NODEFER == 0 {
                    libc::sigaddset(&raw mut mask, signal);
                }
                let mut before = MaybeUninit::<libc::sigset_t>::uninit();
                libc::pthread_sigmask(libc::SIG_BLOCK, &raw const mask, before.as_mut_ptr());
                if action.sa_flags & libc::SA_SIGINFO != 0 {
                    let handler: Handler = core::mem::transmute(handler);
                    handler(signal, info, context);
                } else {
                    let handler: extern "C" fn(c_int) = core::mem::transmute(handler);
                    handler(signal);
                }
                libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut());
            }
        }
    }
}

/// Ends the process as the signal does.
///
/// # Safety
/// As [`on_signal`].
unsafe fn default(signal: c_int, info: *mut siginfo_t) {
    let _ = set_action(signal, &default_action());
    // The instruction faults again after the return; what was sent must be sent again.
    // SAFETY: by contract; to raise a signal is allowed in a handler.
    unsafe {
        if info.as_ref().is_none_or(was_sent) {
            libc::raise(signal);
        }
    }
}
