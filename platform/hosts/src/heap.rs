//! The allocator: a library's, over an array.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicUsize, Ordering};
use talc::{ErrOnOom, Span, Talc};

/// The heap's size: what the machine has, or plenty.
const SIZE: usize = if cfg!(target_arch = "arm") {
    16 << 20
} else if cfg!(target_os = "linux") {
    1 << 30
} else {
    400 << 20
};

/// The array, in a section of its own: linker scripts place it where there is room.
#[repr(C, align(16))]
struct Array(UnsafeCell<[u8; SIZE]>);

// SAFETY: only `init` touches the array itself, before anything is allocated.
unsafe impl Sync for Array {}

#[cfg_attr(target_os = "none", unsafe(link_section = ".heap"))]
static ARRAY: Array = Array(UnsafeCell::new([0; SIZE]));

/// The allocator of a program that has one thread and no interrupts.
struct Heap(UnsafeCell<Talc<ErrOnOom>>);

// SAFETY: there is one thread, and no interrupt handler that could enter the allocator.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(Talc::new(ErrOnOom)));

static USED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static REFUSED: AtomicUsize = AtomicUsize::new(0);

/// Gives the array to the allocator.
pub(crate) fn init() {
    let array = Span::from_base_size(ARRAY.0.get().cast(), SIZE);
    // SAFETY: the array is used for nothing else, lives for ever and is claimed once, since `main`
    // runs once; with one thread nobody else is in the allocator.
    let claimed = unsafe { (*HEAP.0.get()).claim(array) };
    assert!(
        claimed.is_ok(),
        "the array is large enough for the allocator's own data"
    );
}

/// The most that was allocated at one time, in bytes.
pub(crate) fn peak() -> usize {
    PEAK.load(Ordering::Relaxed)
}

/// How many allocations there was no memory for.
pub(crate) fn refused() -> usize {
    REFUSED.load(Ordering::Relaxed)
}

// One thread: plain loads and stores do, also where there are no others.
fn add(size: usize) {
    let used = USED.load(Ordering::Relaxed) + size;
    USED.store(used, Ordering::Relaxed);
    if used > peak() {
        PEAK.store(used, Ordering::Relaxed);
    }
}

fn subtract(size: usize) {
    USED.store(USED.load(Ordering::Relaxed) - size, Ordering::Relaxed);
}

// SAFETY: `Talc` gives out disjoint parts of the array, of the size and alignment asked for.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: with one thread nobody else is in the allocator; callers of `alloc` ask for at
        // least one byte.
        match unsafe { (*self.0.get()).malloc(layout) } {
            Ok(block) => {
                add(layout.size());
                block.as_ptr()
            }
            Err(()) => {
                REFUSED.store(refused() + 1, Ordering::Relaxed);
                core::ptr::null_mut()
            }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        subtract(layout.size());
        // SAFETY: callers of `dealloc` give back what `alloc` gave them for this layout, which is
        // not null.
        unsafe { (*self.0.get()).free(core::ptr::NonNull::new_unchecked(block), layout) }
    }
}
