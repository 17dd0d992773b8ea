//! The program without Rust's standard library: the C library's entry, heap, input and output.

use crate::engine;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::alloc::{GlobalAlloc, Layout};
use core::ffi::{c_char, c_int, c_void};

#[link(name = "c")]
unsafe extern "C" {
    fn read(file: c_int, buffer: *mut c_void, len: usize) -> isize;
    fn write(file: c_int, buffer: *const c_void, len: usize) -> isize;
    fn aligned_alloc(align: usize, size: usize) -> *mut c_void;
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
    fn abort() -> !;
}

/// The alignment of what `malloc` gives on 64-bit machines.
const MALLOC_ALIGN: usize = 16;

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

// SAFETY: the C library's blocks are disjoint, and as large and as aligned as it is asked: `malloc`
// aligns to `MALLOC_ALIGN`, all of these give blocks that `free` takes.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: they can be called with anything; a layout's alignment is a power of two, and
        // its size rounded up to that does not overflow.
        let block = unsafe {
            if layout.align() <= MALLOC_ALIGN {
                malloc(layout.size())
            } else {
                aligned_alloc(layout.align(), layout.pad_to_align().size())
            }
        };
        block.cast()
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= MALLOC_ALIGN {
            // SAFETY: it can be called with anything.
            return unsafe { calloc(1, layout.size()) }.cast();
        }
        // SAFETY: the caller's promise is that of `alloc`; the block is as long as the layout.
        unsafe {
            let block = self.alloc(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= MALLOC_ALIGN {
            // SAFETY: the caller's block came of `malloc` or `calloc`.
            return unsafe { realloc(block.cast(), size) }.cast();
        }
        // SAFETY: the caller promises that the new size and the alignment are a layout; the blocks
        // are disjoint and at least as long as what is copied; the caller gives up the old one.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                new.copy_from_nonoverlapping(block, size.min(layout.size()));
                free(block.cast());
            }
            new
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: the caller's block came of this allocator, all of whose blocks `free` takes.
        unsafe { free(block.cast()) }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: it can be called at any time.
    unsafe { abort() }
}

/// Named by the unwinding tables of the precompiled `core`, and never called: panics abort.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// Likewise.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() {}

#[unsafe(no_mangle)]
extern "C" fn main(_: c_int, _: *const *const c_char) -> c_int {
    match engine::run(&input()) {
        Ok(result) => {
            print(1, &result.to_string());
            0
        }
        Err(error) => {
            print(2, &error.to_string());
            1
        }
    }
}

fn input() -> Vec<u8> {
    let mut input = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        // SAFETY: the memory is the buffer's.
        let len = unsafe { read(0, buffer.as_mut_ptr().cast(), buffer.len()) };
        match usize::try_from(len) {
            Ok(len) if len > 0 => input.extend_from_slice(&buffer[..len]),
            _ => return input,
        }
    }
}

fn print(file: c_int, text: &str) {
    for part in [text, "\n"] {
        // SAFETY: the memory is the text's.
        unsafe { write(file, part.as_ptr().cast(), part.len()) };
    }
}
