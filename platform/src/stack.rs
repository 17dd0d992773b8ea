//! The native stacks of threads.
//!
//! # Safety
//! System functions are called as their manuals say, and change nothing.

use core::ops::Range;

/// The addresses that the calling thread's native stack can use, from the lowest to the top.
///
/// `None` where nothing is known: without the features `mmap` and `signals`, which know the
/// operating system, or on one that does not say. With the feature `tls` a thread asks once, but
/// on Windows, where what it would be told changes.
///
/// A coroutine that runs on a stack of its own gets the bounds of its thread's, which do not hold
/// its stack pointer. On Windows it gets those of its own: whoever switches stacks there tells the
/// system.
pub fn thread_stack() -> Option<Range<usize>> {
    #[cfg(all(feature = "tls", not(windows)))]
    {
        use core::cell::Cell;
        std::thread_local! {
            /// The outer `Option` says whether it is known.
            static STACK: Cell<Option<Option<(usize, usize)>>> = const { Cell::new(None) };
        }
        let stack = STACK.get().unwrap_or_else(|| {
            let stack = bounds();
            STACK.set(Some(stack));
            stack
        });
        stack.map(|(lowest, top)| lowest..top)
    }
    #[cfg(not(all(feature = "tls", not(windows))))]
    bounds().map(|(lowest, top)| lowest..top)
}

#[cfg(all(
    any(feature = "mmap", feature = "signals"),
    any(target_os = "linux", target_os = "android")
))]
fn bounds() -> Option<(usize, usize)> {
    use core::mem::MaybeUninit;
    use core::ptr;
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    // SAFETY: the attributes are initialised by the first call, read, and destroyed.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return None;
        }
        let mut base = ptr::null_mut();
        let mut size = 0;
        let mut guard = 0;
        let known =
            libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut base, &raw mut size) == 0;
        if libc::pthread_attr_getguardsize(attributes.as_ptr(), &raw mut guard) != 0 {
            guard = 0;
        }
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        if !known {
            return None;
        }
        let top = (base as usize).checked_add(size)?;
        // Whether the guard is part of the stack depends on the C library and its version.
        let lowest = (base as usize).checked_add(guard)?;
        (lowest < top).then_some((lowest, top))
    }
}

#[cfg(all(any(feature = "mmap", feature = "signals"), target_vendor = "apple"))]
fn bounds() -> Option<(usize, usize)> {
    // SAFETY: the thread is the calling one.
    let (top, size) = unsafe {
        let thread = libc::pthread_self();
        (
            libc::pthread_get_stackaddr_np(thread) as usize,
            libc::pthread_get_stacksize_np(thread),
        )
    };
    Some((top.checked_sub(size)?, top))
}

#[cfg(all(any(feature = "mmap", feature = "signals"), windows))]
fn bounds() -> Option<(usize, usize)> {
    use windows_sys::Win32::System::Threading::GetCurrentThreadStackLimits;
    // The lowest pages are one that is never committed, the guard page, and what is kept to report
    // an overflow: 5 pages in Rust's threads.
    const KEPT: usize = 8 * 4096;
    let (mut lowest, mut top) = (0, 0);
    // SAFETY: both are places for a result.
    unsafe { GetCurrentThreadStackLimits(&raw mut lowest, &raw mut top) };
    let lowest = lowest.checked_add(KEPT)?;
    (lowest < top).then_some((lowest, top))
}

#[cfg(not(all(
    any(feature = "mmap", feature = "signals"),
    any(
        target_os = "linux",
        target_os = "android",
        target_vendor = "apple",
        windows
    )
)))]
fn bounds() -> Option<(usize, usize)> {
    None
}

#[cfg(all(test, any(feature = "mmap", feature = "signals"), any(unix, windows)))]
mod tests {
    use super::*;
    use core::hint::black_box;

    fn here() -> usize {
        let local = 0_u8;
        black_box(&raw const local) as usize
    }

    #[test]
    fn a_thread_lies_in_its_stack() {
        for size in [64 << 10, 1 << 20, 16 << 20] {
            let thread = std::thread::Builder::new().stack_size(size);
            let test = move || {
                let stack = thread_stack().expect("it is known");
                assert!(stack.contains(&here()));
                // A C library can give it the larger stack of a thread that ended.
                assert!(stack.len() >= size / 2);
                assert_eq!(thread_stack(), Some(stack));
            };
            thread
                .spawn(test)
                .expect("it starts")
                .join()
                .expect("it ends");
        }
    }

    /// Takes about `depth` bytes of stack, and touches them.
    #[inline(never)]
    fn use_stack(depth: usize) -> usize {
        let frame = [1_u8; 1024];
        let below = if depth > 1024 {
            use_stack(depth - 1024)
        } else {
            0
        };
        below + usize::from(black_box(&frame)[0])
    }

    #[test]
    fn all_of_it_can_be_used() {
        let test = || {
            let stack = thread_stack().expect("it is known");
            let room = here() - stack.start;
            // Frames are larger than their arrays.
            assert!(use_stack(room / 2) > 0);
        };
        std::thread::spawn(test).join().expect("it ends");
    }
}
