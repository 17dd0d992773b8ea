//! How much of the native stack guests may use.

use diptych_core::platform::thread_stack;
use diptych_core::vm::NativeStack;
use diptych_core::{Error, ErrorKind};

/// What a thread whose bounds the platform does not know is taken to have left, in bytes.
const UNKNOWN: usize = 256 << 10;
/// What the compiler needs, in bytes.
const COMPILER: usize = 1 << 20;

/// The native stack that `here` is on, and the address that a guest's frames must not go below,
/// when it may use `max` bytes from there.
///
/// Where nothing is known of the stack, it ends right above `here`, which is therefore the stack
/// pointer of whoever calls the guest.
pub(crate) fn limit(here: usize, max: usize) -> (NativeStack, usize) {
    let (stack, bound) = NativeStack::of_thread(here).unwrap_or_else(|| {
        let start = here.saturating_sub(UNKNOWN);
        let end = here + 1;
        (NativeStack { start, end }, start)
    });
    (stack, here.saturating_sub(max).max(bound))
}

/// Runs `work`, which needs about as much stack as the compiler does: on another stack when this
/// one has not enough.
///
/// # Errors
/// [`ErrorKind::OutOfMemory`] when there is no other stack to be had. Without the feature `threads`
/// there never is.
pub(crate) fn with_room<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R, Error> {
    let here = here();
    let left = thread_stack()
        .filter(|stack| stack.contains(&here))
        .map(|stack| here - stack.start);
    if left.is_some_and(|left| left >= COMPILER) {
        return Ok(work());
    }
    if cfg!(not(feature = "threads")) {
        return match left {
            Some(_) => Err(Error::new(ErrorKind::OutOfMemory)),
            // The embedder sees to it that there is enough.
            None => Ok(work()),
        };
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(4 * COMPILER);
        match thread.spawn_scoped(scope, work) {
            Ok(thread) => Ok(thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
            Err(_) => Err(Error::new(ErrorKind::OutOfMemory)),
        }
    })
}

/// Where the stack is. Not the address of a variable: sanitizers keep variables elsewhere.
#[inline(always)]
pub(crate) fn here() -> usize {
    crate::stubs::stack_pointer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_is_on_the_stack_of_its_caller() {
        for here in [here(), usize::MAX / 2] {
            let (stack, bound) = limit(here, 64 << 10);
            let callee = here - size_of::<usize>();
            assert!((stack.start..stack.end).contains(&callee));
            assert!((stack.start..=here).contains(&bound));
        }
    }
}
