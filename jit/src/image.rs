//! The machine code of one module in memory, and what is known of each place in it.
//!
//! # Safety
//! The region only grows: what was published is never written again, and the description of a
//! unit is published after its code and lives as long as the image. So the handler of faults and
//! the walker of frames read it without a lock.

use crate::link::Code;
use crate::sites::{FunctionSites, Sites};
use core::ffi::c_void;
use core::fmt;
use core::ops::Range;
use core::sync::atomic::{AtomicPtr, Ordering};
use diptych_core::platform::{CodeMemory, CodeRegion, MemoryError};
use diptych_core::types::DefinedFuncIdx;
use diptych_core::{Error, ErrorKind};
use std::sync::Mutex;

/// The code of one module, in one region of address space.
pub(crate) struct Image {
    region: Box<dyn CodeRegion>,
    page_size: usize,
    /// For every page the unit whose code is there.
    pages: Box<[AtomicPtr<Unit>]>,
    /// What [`ModuleCode::id`](diptych_core::backend::ModuleCode::id) names the module's code.
    owner: AtomicPtr<c_void>,
    used: Mutex<Used>,
}

/// What was put into the region so far.
#[derive(Default)]
struct Used {
    /// The first free page, in bytes from the base.
    end: usize,
    /// Owns what `pages` points to.
    units: Vec<*mut Unit>,
}

// SAFETY: the pointers lead to what the image owns.
unsafe impl Send for Image {}
// SAFETY: as above; what changes is atomic or behind the lock.
unsafe impl Sync for Image {}

/// Functions whose code was published together.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    /// By ascending address.
    pub(crate) functions: Vec<Function>,
    /// What is known of places in the code of each function.
    pub(crate) sites: Sites,
}

/// A function in an image.
#[derive(Debug)]
pub(crate) struct Function {
    /// Where its code starts, in bytes from the image's base.
    pub(crate) start: u32,
    /// The size of its code in bytes.
    pub(crate) size: u32,
    /// The function.
    pub(crate) func: DefinedFuncIdx,
    /// Where its body starts in the module.
    pub(crate) body: u32,
    /// Which of the unit's sites are its own.
    pub(crate) sites: Range<u32>,
}

/// A place in the code of a function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The [`id`](diptych_core::backend::ModuleCode::id) of the module's code.
    pub(crate) owner: *const c_void,
    /// The function.
    pub(crate) func: DefinedFuncIdx,
    /// The instruction, as an offset in the module.
    pub(crate) offset: u32,
}

impl Image {
    /// An image with room for `size` bytes.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfMemory`] when the host has no room.
    pub(crate) fn new(memory: &dyn CodeMemory, size: usize) -> Result<Self, Error> {
        let region = memory.reserve(size.max(1)).map_err(no_room)?;
        let page_size = region.page_size();
        let count = region.len() / page_size;
        let mut pages = Vec::new();
        pages
            .try_reserve_exact(count)
            .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
        pages.resize_with(count, AtomicPtr::default);
        Ok(Self {
            region,
            page_size,
            pages: pages.into_boxed_slice(),
            owner: AtomicPtr::default(),
            used: Mutex::default(),
        })
    }

    /// The first address.
    pub(crate) fn base(&self) -> *const u8 {
        self.region.base()
    }

    /// The size of the address space in bytes.
    pub(crate) fn size(&self) -> usize {
        self.region.len()
    }

    /// The size of a page in bytes.
    pub(crate) fn page_size(&self) -> usize {
        self.page_size
    }

    /// The bytes in use.
    pub(crate) fn used(&self) -> usize {
        self.lock().end
    }

    /// Says whose code it is.
    pub(crate) fn set_owner(&self, owner: *const c_void) {
        self.owner.store(owner.cast_mut(), Ordering::Release);
    }

    /// Puts code into the image, at a page of its own, where it can be executed from now on. The
    /// functions' starts are relative to the code's. Gives where it is.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] when the region is full, [`ErrorKind::OutOfMemory`].
    pub(crate) fn publish(&self, code: &[u8], unit: Unit) -> Result<*const u8, Error> {
        self.publish_linked(&[], &Code::of(code), unit)
    }

    /// As [`publish`](Self::publish), of code that `stubs` are to be written over the beginning
    /// of.
    ///
    /// # Errors
    /// As `publish`.
    pub(crate) fn publish_linked(
        &self,
        stubs: &[u8],
        code: &Code<'_>,
        mut unit: Unit,
    ) -> Result<*const u8, Error> {
        let mut used = self.lock();
        let start = used.end;
        let size = code.len().next_multiple_of(self.page_size);
        let end = start
            .checked_add(size)
            .filter(|end| *end <= self.region.len() && u32::try_from(*end).is_ok())
            .ok_or_else(full)?;
        used.units
            .try_reserve(1)
            .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
        for function in &mut unit.functions {
            function.start += start as u32;
        }
        // Whole pages, up to where the code is as it is to be executed.
        let split = stubs.len().next_multiple_of(self.page_size);
        let (first, rest) = code.split_at(split.min(code.len()));
        let mut changed = Vec::new();
        changed
            .try_reserve_exact(first.len())
            .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
        changed.extend_from_slice(first);
        let beginning = changed.get_mut(..stubs.len());
        beginning.ok_or_else(full)?.copy_from_slice(stubs);
        let stored = code.stored_after(split).filter(|_| !rest.is_empty());
        // SAFETY: the pages from `start` on were never published.
        unsafe {
            if !changed.is_empty() {
                self.region.write(start, &changed).map_err(no_room)?;
            }
            if !rest.is_empty() && stored.is_none() {
                self.region.write(start + split, rest).map_err(no_room)?;
            }
        }
        let unit = Box::into_raw(Box::new(unit));
        used.units.push(unit);
        for page in &self.pages[start / self.page_size..end / self.page_size] {
            page.store(unit, Ordering::Release);
        }
        used.end = end;
        // SAFETY: the pages from `start` on were never published, and were just written unless they
        // are stored. A file that they are stored in stays as it is as long as the code is used, by
        // the contract of [`Backend::deserialize`](diptych_core::backend::Backend::deserialize).
        unsafe {
            match stored {
                None => self.region.publish(start, size),
                Some((stored, range)) => self
                    .region
                    .publish(start, changed.len())
                    .and_then(|()| self.region.publish_stored(start + split, stored, range)),
            }
            .map_err(no_room)?;
        }
        Ok(self.base().wrapping_add(start))
    }

    /// What was published first, if it is all that was: its code, and what is known of it.
    pub(crate) fn only_unit(&self) -> Option<(&[u8], &Unit)> {
        let used = self.lock();
        let [unit] = *used.units else { return None };
        // SAFETY: units live as long as the image; published pages can be read, and stay.
        unsafe { Some((core::slice::from_raw_parts(self.base(), used.end), &*unit)) }
    }

    /// The function whose code an address lies in, with the offset of the address in it, and what
    /// is known of places in its code.
    fn function_at(&self, pc: usize) -> Option<(&Function, u32, FunctionSites<'_>)> {
        let offset = pc.checked_sub(self.base().addr())?;
        let page = self.pages.get(offset / self.page_size)?;
        // SAFETY: units live as long as the image.
        let unit = unsafe { page.load(Ordering::Acquire).as_ref() }?;
        let offset = offset as u32;
        let after = unit
            .functions
            .partition_point(|function| function.start <= offset);
        let function = unit.functions[..after].last()?;
        let within = offset - function.start;
        if within >= function.size {
            return None;
        }
        let sites = unit.sites.get(&function.sites)?;
        Some((function, within, sites))
    }

    /// The call that returns to an address.
    pub(crate) fn call_before(&self, pc: usize) -> Option<Place> {
        let (function, within, sites) = self.function_at(pc.checked_sub(1)?)?;
        let after = within + 1;
        let at = sites.before(after);
        let site = sites
            .get(at)
            .filter(|site| site.offset() == after && site.trap() == 0)
            .or_else(|| {
                let before = (0..at).rev().filter_map(|at| sites.get(at));
                before.into_iter().find(|site| !site.is_of_call())
            });
        Some(self.place(function, site.map_or(0, |site| site.wasm_offset())))
    }

    /// Where an exception goes on that comes from the call that returns to an address, when its
    /// function catches it, and how many words below the frame pointer the stack pointer is there.
    pub(crate) fn handler(&self, pc: usize) -> Option<(*const u8, usize)> {
        let (function, within, sites) = self.function_at(pc.checked_sub(1)?)?;
        let after = within + 1;
        let all = (sites.before(after)..).map_while(|at| sites.get(at));
        let all = all.take_while(|site| site.offset() == after);
        let handler = all.clone().find_map(|site| site.handler())?;
        let frame = all.clone().find_map(|site| site.frame())?;
        let at = self
            .base()
            .wrapping_add((function.start + handler) as usize);
        Some((at, frame))
    }

    /// Calls `each` with how many words below the frame pointer there are references while the call
    /// goes on that returns to an address.
    ///
    /// # Errors
    /// What `each` gives.
    pub(crate) fn references(
        &self,
        pc: usize,
        mut each: impl FnMut(usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some((_, within, sites)) = pc.checked_sub(1).and_then(|pc| self.function_at(pc)) else {
            return Ok(());
        };
        let after = within + 1;
        let all = (sites.before(after)..).map_while(|at| sites.get(at));
        all.take_while(|site| site.offset() == after)
            .filter_map(|site| site.reference())
            .try_for_each(&mut each)
    }

    /// The instruction at an address when it is one that may trap, and the code of the trap.
    pub(crate) fn trap_at(&self, pc: usize) -> Option<(Place, u8)> {
        let (function, within, sites) = self.function_at(pc)?;
        let at = sites.before(within);
        // A call may return to where an instruction traps.
        let site = [at, at + 1]
            .into_iter()
            .filter_map(|at| sites.get(at))
            .find(|site| site.offset() == within && site.trap() != 0 && !site.is_of_call())?;
        Some((self.place(function, site.wasm_offset()), site.trap()))
    }

    fn place(&self, function: &Function, wasm: u32) -> Place {
        Place {
            owner: self.owner.load(Ordering::Acquire),
            func: function.func,
            offset: function.body + wasm,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Used> {
        self.used
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let used = self
            .used
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for unit in used.units.drain(..) {
            // SAFETY: `publish` got it from a box.
            drop(unsafe { Box::from_raw(unit) });
        }
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("base", &self.base())
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

fn no_room(_: MemoryError) -> Error {
    Error::new(ErrorKind::OutOfMemory)
}

fn full() -> Error {
    Error::new(ErrorKind::Limit(
        "the module's code is larger than what was reserved for it".into(),
    ))
}
