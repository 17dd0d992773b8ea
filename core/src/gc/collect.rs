//! Allocation in a store, and its collection: where references are.

use super::heap::{Heap, HeapLimits, VmHeap};
use super::host::{HostValue, HostValues};
use super::layout::GcType;
use super::roots::Roots;
use crate::backend::{Activation, Places, Visit};
use crate::config::Config;
use crate::error::Result;
use crate::store::StoreOpaque;
use crate::vm::VmStore;
use alloc::sync::Arc;

/// What a store keeps for its heap, beside [`VmHeap`].
#[derive(Debug)]
pub(crate) struct Gc {
    pub(crate) heap: Heap,
    pub(crate) roots: Roots,
    pub(crate) host: HostValues,
    /// How many things go on that hold references in places that the collector does not know:
    /// the heap can only grow then.
    pub(crate) pauses: usize,
    /// A copy is in each guest that is suspended: the same holds for them.
    suspended: Option<Arc<()>>,
    /// Where the frames of guests hold references, while a collection goes on.
    places: Places,
    /// How many calls are not to collect yet, where calls do.
    calls_to_skip: usize,
}

// SAFETY: the places are followed during a collection only, which has the store to itself.
unsafe impl Send for Gc {}
// SAFETY: as above.
unsafe impl Sync for Gc {}

impl Gc {
    pub(crate) const fn new(config: &Config) -> Self {
        Self {
            heap: Heap::new(HeapLimits {
                max_bytes: config.get_max_gc_heap(),
                stress: config.gc_stress_enabled(),
            }),
            roots: Roots::new(),
            host: HostValues::new(),
            pauses: 0,
            suspended: None,
            places: Places::new(),
            calls_to_skip: 0,
        }
    }

    /// What a suspended guest keeps as long as it is one.
    pub(crate) fn suspended(&mut self) -> Arc<()> {
        Arc::clone(self.suspended.get_or_insert_default())
    }

    fn is_paused(&self) -> bool {
        let suspended = self.suspended.as_ref().map_or(1, Arc::strong_count);
        self.pauses > 0 || suspended > 1
    }
}

/// Keeps a store's collector from running until this is dropped.
pub(crate) struct Pause(*mut StoreOpaque);

impl Pause {
    /// # Safety
    /// The store outlives this.
    pub(crate) unsafe fn new(store: *mut StoreOpaque) -> Self {
        // SAFETY: by contract.
        unsafe { (*store).gc.pauses += 1 };
        Self(store)
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        // SAFETY: as in `new`.
        unsafe { (*self.0).gc.pauses -= 1 };
    }
}

/// Takes room for an object of this size, a multiple of [`ALIGN`](super::ALIGN). All other
/// references to objects are other ones afterwards, but for those in places that the collector
/// knows.
///
/// # Errors
/// When the heap would be larger than it may be, or there is no memory.
///
/// # Safety
/// The store is live and not otherwise borrowed, and the `exit_*` fields say where its guest is.
/// The object is filled in before anything else happens in the store.
#[inline]
pub(crate) unsafe fn allocate(store: *mut VmStore, size: u32) -> Result<u32> {
    // SAFETY: by contract.
    unsafe {
        if let Some(at) = (*store).heap.bump(size as usize) {
            return Ok(at);
        }
        allocate_slowly(store, size as usize)
    }
}

#[cold]
unsafe fn allocate_slowly(store: *mut VmStore, size: usize) -> Result<u32> {
    // SAFETY: as `allocate`.
    unsafe {
        let opaque = (*store).opaque;
        if Heap::is_worth_collecting(&(*store).heap) {
            // When that fails, there may still be room to grow.
            let _ = collect(store);
            if let Some(at) = (*store).heap.bump(size) {
                return Ok(at);
            }
        }
        (*opaque).gc.heap.allocate(&mut (*store).heap, size)
    }
}

/// Allocates an object with this header. The rest is whatever was there.
///
/// # Errors
/// As [`allocate`].
///
/// # Safety
/// As [`allocate`]; the size is that of an object of the type, which is one of the store's engine.
#[inline]
pub(crate) unsafe fn new_object(
    store: *mut VmStore,
    ty: *const GcType,
    size: u32,
) -> Result<(u64, *mut u8)> {
    // SAFETY: by contract.
    unsafe {
        let at = u64::from(allocate(store, size)?);
        let object = (*store).heap.at(at);
        object.cast::<u64>().write(ty.expose_provenance() as u64);
        Ok((at, object))
    }
}

/// Keeps a value of the host's, after it has dropped others that nothing leads to. Gives its place.
///
/// # Errors
/// When there is no memory for it.
///
/// # Safety
/// As [`allocate`], of which this may be one. It runs code of the host's.
pub(crate) unsafe fn push_host_value(store: *mut VmStore, value: HostValue) -> Result<u32> {
    // SAFETY: by contract.
    unsafe {
        let opaque = (*store).opaque;
        if (*opaque).gc.heap.is_stressed() || (*opaque).gc.host.wants_collection() {
            // When that fails, there may still be room for the value.
            let _ = collect(store);
            (*opaque).gc.host.postpone_collection();
        }
        drop_lost(opaque);
        (*opaque).gc.host.push(value)
    }
}

/// Drops the values of the host's that nothing leads to any more, as the last collection found.
///
/// # Safety
/// The store is live and not otherwise borrowed. It runs code of the host's.
pub(crate) unsafe fn drop_lost(store: *mut StoreOpaque) {
    // SAFETY: by contract. The table is not borrowed while a value is dropped, and the place of
    // the value is free then.
    while let Some(value) = unsafe { (*store).gc.host.take_lost() } {
        drop(value);
    }
}

/// Frees the objects that nothing leads to, unless something goes on that holds references in
/// places unknown.
///
/// # Errors
/// When there is no memory for it: nothing has changed then.
///
/// # Safety
/// As [`allocate`].
pub(crate) unsafe fn collect(store: *mut VmStore) -> Result<()> {
    // SAFETY: by contract.
    unsafe {
        let opaque = (*store).opaque;
        if (*opaque).gc.is_paused() {
            return Ok(());
        }
        let mut places = core::mem::replace(&mut (*opaque).gc.places, Places::new());
        places.clear();
        let result = frames(store, &mut places).and_then(|()| {
            let heap: *mut VmHeap = &raw mut (*store).heap;
            let gc = &raw mut (*opaque).gc;
            let host = &mut (*gc).host;
            (*gc).heap.collect(&mut *heap, host, |visit| {
                for place in places.iter() {
                    visit(place);
                }
                (*gc).roots.visit(visit);
                StoreOpaque::visit_references(opaque, visit);
            })
        });
        (*opaque).gc.places = places;
        if result.is_ok() {
            (*opaque).gc.host.sweep();
        }
        result
    }
}

/// How many frames are looked at for each call that collects under stress, at least: without a
/// bound, recursion would take time that grows with the square of its depth.
const STRESSED_FRAMES: usize = 64;

/// Collects at a call, when those do.
///
/// # Safety
/// As [`allocate`].
pub(crate) unsafe fn collect_at_call(store: *mut VmStore) {
    // SAFETY: by contract.
    unsafe {
        let opaque = (*store).opaque;
        if !(*opaque).gc.heap.is_stressed() || !Heap::is_worth_collecting(&(*store).heap) {
            return;
        }
        if let Some(fewer) = (*opaque).gc.calls_to_skip.checked_sub(1) {
            (*opaque).gc.calls_to_skip = fewer;
            return;
        }
        // When there is no memory for it, nothing has changed.
        let _ = collect(store);
        (*opaque).gc.calls_to_skip = (*opaque).gc.places.frames() / STRESSED_FRAMES;
    }
}

/// Finds the places in the frames of guests.
///
/// # Safety
/// As [`allocate`].
unsafe fn frames(store: *mut VmStore, places: &mut Places) -> Result<()> {
    // SAFETY: by contract; activations are on the native stack below this function.
    unsafe {
        let mut at = VmStore::exit(store);
        let mut activation: *const Activation = (*store).activation;
        while !activation.is_null() {
            ((*activation).walk)(at, Visit::References(places))?;
            at = (*activation).outer_exit;
            activation = (*activation).outer;
        }
        Ok(())
    }
}
