//! Which code an address belongs to, for the handler of faults and for walking frames.
//!
//! # Safety
//! Readers take no lock: the handler of faults may interrupt a thread anywhere. The list is
//! immutable; a change replaces it, and the old one is freed when no reader is left that may see
//! it. An image is taken off the list before it is freed, so that a reader, which is in code of
//! the image or walks frames of it, finds it alive.

use crate::image::{Image, Place};
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::Mutex;

/// A range of addresses and the image there.
#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    end: usize,
    image: *const Image,
}

/// The images by ascending address.
type List = Vec<Entry>;

static LIST: AtomicPtr<List> = AtomicPtr::new(core::ptr::null_mut());
static READERS: AtomicUsize = AtomicUsize::new(0);
static WRITER: Mutex<()> = Mutex::new(());

/// Makes an image known.
pub(crate) fn add(image: &Image) {
    let start = image.base().addr();
    let entry = Entry {
        start,
        end: start + image.size(),
        image,
    };
    replace(|list| {
        let at = list.partition_point(|other| other.start < start);
        list.insert(at, entry);
    });
}

/// Forgets an image, which is about to be freed.
pub(crate) fn remove(image: &Image) {
    replace(|list| list.retain(|entry| !core::ptr::eq(entry.image, image)));
}

fn replace(change: impl FnOnce(&mut List)) {
    let _writer = WRITER
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let old = LIST.load(Ordering::Acquire);
    // SAFETY: only a writer frees a list, and this is the only one.
    let mut list = unsafe { old.as_ref() }.cloned().unwrap_or_default();
    change(&mut list);
    LIST.store(Box::into_raw(Box::new(list)), Ordering::SeqCst);
    while READERS.load(Ordering::SeqCst) != 0 {
        std::thread::yield_now();
    }
    if !old.is_null() {
        // SAFETY: it came from a box; whoever reads now began after it was replaced.
        drop(unsafe { Box::from_raw(old) });
    }
}

/// Calls `look` with the image that the address lies in. Takes no lock and allocates nothing.
pub(crate) fn with_image<R>(pc: usize, look: impl FnOnce(&Image) -> Option<R>) -> Option<R> {
    with_codes(|codes| {
        let entry = codes.find(pc)?;
        // SAFETY: an image is on the list only while it is alive.
        look(unsafe { &*entry.image })
    })
}

/// All images, for someone who reads.
pub(crate) struct Codes<'a>(&'a [Entry]);

impl<'a> Codes<'a> {
    fn find(&self, pc: usize) -> Option<&'a Entry> {
        let after = self.0.partition_point(|entry| entry.start <= pc);
        self.0[..after].last().filter(|entry| pc < entry.end)
    }

    /// Whether an address lies in an image.
    pub(crate) fn contains(&self, pc: usize) -> bool {
        self.find(pc).is_some()
    }
}

/// Calls `look` with the images. Takes no lock and allocates nothing.
pub(crate) fn with_codes<R>(look: impl FnOnce(&Codes<'_>) -> R) -> R {
    /// Ends the reading, also when `look` panics.
    struct Reading;

    impl Drop for Reading {
        fn drop(&mut self) {
            READERS.fetch_sub(1, Ordering::SeqCst);
        }
    }

    READERS.fetch_add(1, Ordering::SeqCst);
    let _reading = Reading;
    // SAFETY: the list is not freed while there are readers.
    let list = unsafe { LIST.load(Ordering::SeqCst).as_ref() };
    look(&Codes(list.map_or(&[], Vec::as_slice)))
}

/// Calls `each` with how many words below the frame pointer a frame holds references while the
/// call goes on that returns to an address.
///
/// # Errors
/// What `each` gives.
pub(crate) fn references(
    pc: *const u8,
    each: impl FnMut(usize) -> diptych_core::Result<()>,
) -> diptych_core::Result<()> {
    with_image(pc.addr(), |image| Some(image.references(pc.addr(), each))).unwrap_or(Ok(()))
}

/// The call that returns to an address, when that is one of compiled code.
pub(crate) fn call_before(pc: *const u8) -> Option<Place> {
    with_image(pc.addr(), |image| image.call_before(pc.addr()))
}
