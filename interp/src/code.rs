//! Translated functions in memory.

use crate::ops::Op;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use diptych_core::types::TagIdx;

/// What precedes the operations of a translated function.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct CodeHeader {
    /// The size of the frame in bytes, the return record of any callee included.
    pub(crate) frame_bytes: u32,
    /// The defined function.
    pub(crate) func: u32,
    /// The slot of the return record.
    pub(crate) record: u16,
    /// How many slots are exchanged with the caller.
    pub(crate) exchange: u16,
    /// The size of the operations in bytes.
    pub(crate) code_bytes: u32,
}

/// The size of a [`CodeHeader`] in cells.
pub(crate) const HEADER_CELLS: usize = size_of::<CodeHeader>() / 8;
/// The size of a [`CodeHeader`] in bytes.
pub(crate) const HEADER_BYTES: usize = size_of::<CodeHeader>();

/// A function's code, or the stub that translates it.
pub(crate) type EntryCell = AtomicPtr<CodeHeader>;

/// What the operation of a direct call says of the callee. It is the one part of code that is
/// written when others may execute it already.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Callee {
    other: u32,
    /// The function, which is one of the module's own.
    pub(crate) func: u32,
    /// As an [`EntryCell`], but part of a cell, which is 64 bits wide everywhere.
    #[cfg(all(target_endian = "big", target_pointer_width = "32"))]
    padding: u32,
    entry: AtomicUsize,
}

impl Callee {
    /// What a call enters.
    #[inline(always)]
    pub(crate) fn entry(&self) -> *const CodeHeader {
        core::ptr::with_exposed_provenance(self.entry.load(Ordering::Acquire))
    }

    /// Has calls enter this code from now on.
    pub(crate) fn link(&self, code: *const CodeHeader) {
        self.entry
            .store(code.expose_provenance(), Ordering::Release);
    }
}

/// Who catches exceptions that come from a part of a function's code. Of several, the first does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handler {
    /// Where the part begins, in bytes from the first operation.
    pub(crate) start: u32,
    /// Where it ends.
    pub(crate) end: u32,
    pub(crate) handling: Handling,
}

/// What becomes of an exception.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Handling {
    /// It is caught when it fits.
    Catch(Clause),
    /// Only the handlers from this one on come into question.
    Delegate(u32),
}

/// Where a function goes on with an exception.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clause {
    /// The tag of those that it is for, unless it is for all.
    pub(crate) tag: Option<TagIdx>,
    /// Where the exception itself is wanted.
    pub(crate) reference: Reference,
    /// The slot for the first of what is wanted.
    pub(crate) slot: u16,
    /// Where it goes on, in bytes from the first operation.
    pub(crate) target: u32,
}

/// Where an exception is wanted, in view of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    Nowhere,
    Before,
    Behind,
}

impl Handler {
    /// Finds the first of these handlers that catches exceptions from a place in the code.
    pub(crate) fn find(
        handlers: &[Self],
        offset: u32,
        has_tag: impl Fn(TagIdx) -> bool,
    ) -> Option<Clause> {
        let mut next = 0;
        while let Some(handler) = handlers.get(next) {
            next += 1;
            if !(handler.start..handler.end).contains(&offset) {
                continue;
            }
            match handler.handling {
                Handling::Catch(clause) if clause.tag.is_none_or(&has_tag) => return Some(clause),
                Handling::Catch(_) => {}
                Handling::Delegate(first) => next = first as usize,
            }
        }
        None
    }
}

/// A translated function: the header, then the operations.
#[derive(Debug)]
pub(crate) struct Code {
    cells: Vec<u64>,
    handlers: Box<[Handler]>,
}

impl Code {
    /// Puts `header` into the first cells of `cells`, which are reserved for it.
    pub(crate) fn new(header: CodeHeader, mut cells: Vec<u64>, handlers: Box<[Handler]>) -> Self {
        let [f0, f1, f2, f3] = header.frame_bytes.to_ne_bytes();
        let [n0, n1, n2, n3] = header.func.to_ne_bytes();
        let ([r0, r1], [e0, e1]) = (header.record.to_ne_bytes(), header.exchange.to_ne_bytes());
        let [c0, c1, c2, c3] = header.code_bytes.to_ne_bytes();
        cells[0] = u64::from_ne_bytes([f0, f1, f2, f3, n0, n1, n2, n3]);
        cells[1] = u64::from_ne_bytes([r0, r1, e0, e1, c0, c1, c2, c3]);
        Self { cells, handlers }
    }

    /// Who catches exceptions, inner blocks first.
    pub(crate) fn handlers(&self) -> &[Handler] {
        &self.handlers
    }

    /// The header's address, which is the function's.
    pub(crate) fn as_ptr(&self) -> *const CodeHeader {
        self.cells.as_ptr().cast()
    }

    /// The operations.
    #[cfg(feature = "disasm")]
    pub(crate) fn ops(&self) -> &[u64] {
        &self.cells[HEADER_CELLS..]
    }

    /// The size of header and operations in bytes.
    pub(crate) fn size(&self) -> usize {
        self.cells.len() * 8
    }
}

/// What the first cell of an operation holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Encoding {
    /// The opcode, for loop dispatch.
    Opcode,
    /// The address of a handler, for tail dispatch.
    #[cfg(all(tail_dispatch, not(debug_assertions)))]
    Handler,
}

impl Encoding {
    /// The first cell of `op`, by itself.
    pub(crate) fn cell(self, op: Op) -> u64 {
        match self {
            Self::Opcode => op.code(),
            #[cfg(all(tail_dispatch, not(debug_assertions)))]
            Self::Handler => crate::exec::handler(op),
        }
    }

    /// Changes the first cells of a function's operations from opcodes to this.
    pub(crate) fn apply(self, cells: &mut [u64]) {
        match self {
            Self::Opcode => _ = cells,
            #[cfg(all(tail_dispatch, not(debug_assertions)))]
            Self::Handler => crate::exec::thread(cells),
        }
    }
}

/// The opcode that the first cell of an operation at `at` holds.
#[inline]
pub(crate) fn opcode_at(cells: &[u64], at: usize) -> u16 {
    Op::of_code(cells[at])
}

/// The operation whose first cell, which holds the opcode, is at `at`.
#[inline]
pub(crate) fn op_at(cells: &[u64], at: usize) -> Op {
    Op::ALL[usize::from(opcode_at(cells, at))]
}

/// The size in cells of the operation at `at`, with the targets of a branch table. It has this
/// opcode, which its first cell may have held.
#[cfg(all(tail_dispatch, not(debug_assertions)))]
#[inline]
pub(crate) fn size_at(cells: &[u64], at: usize, opcode: u16) -> usize {
    const BR_TABLES: [u16; 2] = [Op::BrTableS as u16, Op::BrTableA as u16];
    let size = Op::size_of(opcode) / 8;
    if !BR_TABLES.contains(&opcode) {
        return size;
    }
    let targets = field(cells, at, 12, 32) as usize;
    size + targets.div_ceil(2)
}

/// The field of `bits` bits at byte `offset` of the operation at `at`.
#[inline]
pub(crate) fn field(cells: &[u64], at: usize, offset: usize, bits: u32) -> u64 {
    cells[at + offset / 8] >> field_shift(offset, bits) & (u64::MAX >> (64 - bits))
}

/// How far the field at byte `offset` is shifted to the left in its cell.
#[inline]
pub(crate) fn field_shift(offset: usize, bits: u32) -> u32 {
    let within = (offset % 8) as u32 * 8;
    if cfg!(target_endian = "big") {
        64 - bits - within
    } else {
        within
    }
}
