//! From WebAssembly to folded register code, in one pass.
//!
//! The operand stack is symbolic: an entry is a local, a constant or a value in its own slot, so
//! that `local.get` and constants become operands of what consumes them. An operation that leaves
//! its result in an accumulator loses its slot store when the next reader takes the accumulator.
//! Operand slots are fixed by height, so control merges need no moves.
//!
//! What must hold for every operation emitted: its slots lie inside the frame, its target is the
//! start of an operation, its accumulator operand holds the value that the stack says. The rest
//! of the crate relies on it without checking.

mod accumulators;
mod atomic;
mod call;
mod control;
mod emit;
mod exception;
mod failure;
pub(crate) mod heap;
mod memory;
mod numeric;
mod operators;
mod stack;
mod variable;
mod vector;

diptych_core::if_simd! {
    mod simd;
    mod vector_ops;
}

use crate::code::{Clause, Code, CodeHeader, Encoding, EntryCell, HEADER_CELLS, Handler, Handling};
use crate::ops::{Op, Ty};
use crate::references::References;
use accumulators::Accumulators;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use control::{Fixup, Label};
use core::sync::atomic::Ordering;
use diptych_core::fuel::Meter;
use diptych_core::gc::is_traced;
use diptych_core::module::{ModuleIr, Operators};
use diptych_core::types::{DefinedFuncIdx, ValType};
use diptych_core::vm::frame::{NEAR_RECORD, RECORD_SLOTS, record_slot};
use diptych_core::{Error, ErrorKind};
use emit::Last;
use exception::Try;
use failure::{Failure, Result};
use stack::Entry;
use wasmparser::{BinaryReader, FrameKind, FunctionBody};

/// The greatest number of slots of a frame: what a 16-bit operand can name.
const MAX_FRAME_SLOTS: usize = 1 << 16;
/// The greatest number of cells of a function's code.
const MAX_CELLS: usize = 1 << 24;

/// What a translation depends on beside the function.
pub(crate) struct Env<'a> {
    /// The module.
    pub(crate) ir: &'a ModuleIr,
    /// Whether fuel is charged.
    pub(crate) fuel: bool,
    /// Whether loops and functions look for interruption.
    pub(crate) interruption: bool,
    /// Whether calls collect.
    pub(crate) gc_stress: bool,
    /// Whether NaNs that operations make are canonical.
    pub(crate) canonicalize_nans: bool,
    /// What first cells hold.
    pub(crate) encoding: Encoding,
    /// The entry cells of the module's functions.
    pub(crate) entries: &'a [EntryCell],
}

impl Env<'_> {
    /// What a direct call enters, as long as it has not been linked.
    fn entry(&self, func: DefinedFuncIdx) -> u64 {
        let entry = self.entries[func.index()].load(Ordering::Acquire);
        entry.expose_provenance() as u64
    }
}

/// What is noted of a translation beside the code, which is the same in any case.
pub(crate) enum Record<'r> {
    Nothing,
    /// For every operation its offset in the code and that of the WebAssembly instruction it came
    /// from in the module, in ascending order.
    Positions(&'r mut Vec<(u32, u32)>),
    References(&'r mut References),
}

/// Buffers that one translation leaves for the next.
#[derive(Default)]
pub(crate) struct Scratch {
    cells: Vec<u64>,
    locals: Vec<Local>,
    /// The locals that became [`set`](Local::set) by being written, in this order.
    written: Vec<u32>,
    stack: Vec<Entry>,
    labels: Vec<Label>,
    fixups: Vec<Fixup>,
    tries: Vec<Try>,
    handlers: Vec<Handler>,
    /// The blocks that are open in the unreachable code that is being skipped.
    skipped: Vec<FrameKind>,
}

/// A local variable.
#[derive(Clone, Copy, Debug)]
struct Local {
    slot: u16,
    ty: Ty,
    /// The topmost entry of the operand stack that names it, as its index plus one.
    head: u32,
    /// Whether it certainly has a value here: it is a parameter, was written on every way here,
    /// or is zeroed at the beginning.
    set: bool,
}

/// Translates a function whose body is valid.
///
/// # Errors
/// [`ErrorKind::Unsupported`] for instructions that the interpreter does not have,
/// [`ErrorKind::Limit`] for frames or code too large to encode, [`ErrorKind::OutOfMemory`].
pub(crate) fn translate(
    env: &Env<'_>,
    func: DefinedFuncIdx,
    scratch: &mut Scratch,
    record: Record<'_>,
) -> core::result::Result<Code, Error> {
    let mut translator = Translator::new(env, func, core::mem::take(scratch), record)?;
    let result = translator.run(func);
    let code = result.and_then(|()| translator.finish(func));
    *scratch = translator.scratch;
    Ok(code?)
}

struct Translator<'a, 'p> {
    env: &'a Env<'a>,
    /// Whether there is a memory 0, with 32-bit addresses.
    narrow_memory0: bool,
    scratch: Scratch,
    /// What is noted.
    record_of: Record<'p>,
    /// The exchange slots of this function: where its return record is.
    record: u16,
    /// The slot of the operand at height 0.
    temps: usize,
    /// The first and the last slot of the locals that have to be zeroed.
    zeroed: Option<(u16, u16)>,
    /// The slots that the frame needs besides its operands.
    frame_slots: usize,
    /// The most operands that there have been.
    max_height: usize,
    acc: Accumulators,
    last: Option<Last>,
    /// The position of the `Fuel` operation that pays for this basic block.
    fuel: Meter<usize>,
    /// How many entries of the operand stack are locals.
    local_entries: usize,
    reachable: bool,
    /// The instruction that is being translated, as an offset in the module.
    offset: u32,
}

impl<'a, 'p> Translator<'a, 'p> {
    fn new(
        env: &'a Env<'a>,
        func: DefinedFuncIdx,
        mut scratch: Scratch,
        record_of: Record<'p>,
    ) -> Result<Self> {
        let ty = env.ir.func_type(env.ir.func_idx(func));
        scratch.cells.clear();
        scratch.locals.clear();
        scratch.written.clear();
        scratch.stack.clear();
        scratch.labels.clear();
        scratch.fixups.clear();
        scratch.tries.clear();
        scratch.handlers.clear();
        scratch.skipped.clear();
        reserve(
            &mut scratch.cells,
            HEADER_CELLS + env.ir.body(func).len() / 2,
        )?;
        scratch.cells.resize(HEADER_CELLS, 0);
        reserve(&mut scratch.locals, ty.params().len())?;
        let mut slot = 0;
        for param in ty.params() {
            scratch.locals.push(Local {
                slot,
                ty: class(*param, env.ir),
                head: 0,
                set: true,
            });
            slot += param.slots() as u16;
        }
        let record = record_slot(ty);
        let memory0 = env.ir.memories.first();
        Ok(Self {
            env,
            narrow_memory0: memory0.is_some_and(|memory| !memory.memory64),
            scratch,
            record_of,
            record: record as u16,
            temps: record + RECORD_SLOTS,
            zeroed: None,
            frame_slots: record + RECORD_SLOTS,
            max_height: 0,
            acc: Accumulators::default(),
            last: None,
            fuel: Meter::new(),
            local_entries: 0,
            reachable: true,
            offset: 0,
        })
    }

    fn run(&mut self, func: DefinedFuncIdx) -> Result<()> {
        let ir = self.env.ir;
        let start = u64::from(ir.bodies[func.index()].start);
        let body = FunctionBody::new(BinaryReader::new(ir.body(func), start));
        let mut locals = body.get_locals_reader().map_err(invalid)?;
        for _ in 0..locals.get_count() {
            let (count, ty) = locals.read().map_err(invalid)?;
            let class = self.class_of(ty);
            let slots = if class == Ty::V128 { 2 } else { 1 };
            reserve(&mut self.scratch.locals, count as usize)?;
            for _ in 0..count {
                self.slot_number(self.temps + slots - 1)?;
                let slot = self.temps as u16;
                // Whoever looks for references in frames must not find anything else.
                let set = ty.is_reference_type();
                if set {
                    self.zero(slot);
                }
                self.scratch.locals.push(Local {
                    slot,
                    ty: class,
                    head: 0,
                    set,
                });
                self.temps += slots;
            }
        }
        self.frame_slots = self.temps;

        self.offset = locals.original_position() as u32;
        let ty = ir.func_type(ir.func_idx(func));
        if self.temps > usize::from(self.record) + RECORD_SLOTS {
            // Which slots is known at the end.
            self.emit(Op::ZeroLocals, [0])?;
        }
        self.begin_function(ty.result_slots())?;
        let mut operators = Operators::new(locals.get_binary_reader()).map_err(invalid)?;
        while !operators.is_at_end() {
            self.offset = operators.position() as u32;
            operators.visit(self).map_err(invalid)??;
        }
        Ok(())
    }

    /// The local in this slot is zeroed at the beginning.
    fn zero(&mut self, slot: u16) {
        let (first, last) = self.zeroed.unwrap_or((slot, slot));
        self.zeroed = Some((first.min(slot), last.max(slot)));
    }

    /// Fills in the operation that zeroes locals. Gives its size in cells when it is not needed.
    fn zero_locals(&mut self) -> usize {
        let begins_with_it = self.scratch.cells.get(HEADER_CELLS) == Some(&Op::ZeroLocals.code());
        match self.zeroed {
            Some((first, last)) => {
                let count = (usize::from(last - first) + 1).next_multiple_of(2);
                self.u16(HEADER_CELLS, 8, first);
                self.u32(HEADER_CELLS, 12, count as u32);
                self.frame_slots = self.frame_slots.max(usize::from(first) + count);
                0
            }
            None if begins_with_it => Op::ZeroLocals.size() / 8,
            None => 0,
        }
    }

    fn finish(&mut self, func: DefinedFuncIdx) -> Result<Code> {
        let unneeded = self.zero_locals();
        self.frame_slots = self.frame_slots.max(self.temps + self.max_height);
        if self.frame_slots > MAX_FRAME_SLOTS {
            return Err(frame_too_large());
        }
        // Targets are relative, so that all can move.
        let mut cells = Vec::new();
        reserve(&mut cells, self.scratch.cells.len() - unneeded)?;
        cells.extend_from_slice(&self.scratch.cells[unneeded..]);
        let moved = unneeded as u32 * 8;
        match &mut self.record_of {
            Record::Positions(positions) if moved > 0 => {
                positions.remove(0);
                for (code, _) in positions.iter_mut() {
                    *code -= moved;
                }
            }
            Record::References(references) => {
                for (code, _) in &mut references.points {
                    *code -= moved;
                }
                let locals = self.scratch.locals.iter();
                let slots = locals.filter(|local| local.ty == Ty::Ref);
                reserve(&mut references.locals, slots.clone().count())?;
                references.locals.extend(slots.map(|local| local.slot));
                references.finish();
            }
            _ => {}
        }
        self.env.encoding.apply(&mut cells[HEADER_CELLS..]);
        let ty = self.env.ir.func_type(self.env.ir.func_idx(func));
        let header = CodeHeader {
            frame_bytes: (self.frame_slots * 8) as u32,
            func: func.0,
            record: self.record,
            exchange: ty.exchange_slots() as u16,
            code_bytes: ((cells.len() - HEADER_CELLS) * 8) as u32,
        };
        Ok(Code::new(header, cells, self.handlers(unneeded)?))
    }

    /// Who catches exceptions, inner blocks first. `unneeded` cells were left out at the beginning
    /// of the code.
    fn handlers(&self, unneeded: usize) -> Result<Box<[Handler]>> {
        let bytes = |cell: u32| (cell - (HEADER_CELLS + unneeded) as u32) * 8;
        let mut handlers = Vec::new();
        reserve(&mut handlers, self.scratch.handlers.len())?;
        handlers.extend(self.scratch.handlers.iter().map(|handler| Handler {
            start: bytes(handler.start),
            end: bytes(handler.end),
            handling: match handler.handling {
                Handling::Catch(clause) => Handling::Catch(Clause {
                    target: bytes(clause.target),
                    ..clause
                }),
                delegate @ Handling::Delegate(_) => delegate,
            },
        }));
        Ok(handlers.into_boxed_slice())
    }

    /// The class of a value of this type.
    fn class(&self, ty: ValType) -> Ty {
        class(ty, self.env.ir)
    }

    /// The class of a value of this type.
    fn class_of(&self, ty: wasmparser::ValType) -> Ty {
        use wasmparser::ValType;
        match ty {
            ValType::I32 => Ty::I32,
            ValType::I64 => Ty::I64,
            ValType::F32 => Ty::F32,
            ValType::F64 => Ty::F64,
            ValType::V128 => Ty::V128,
            ValType::Ref(ty) => self.class_of_ref(ty),
        }
    }

    /// The class of a reference of this type.
    fn class_of_ref(&self, ty: wasmparser::RefType) -> Ty {
        if self.env.ir.is_traced(ty) {
            Ty::Ref
        } else {
            Ty::I64
        }
    }

    /// Whether an operand can name `slot`.
    fn slot_number(&self, slot: usize) -> Result<()> {
        u16::try_from(slot).map_err(|_| frame_too_large())?;
        Ok(())
    }
}

#[cold]
fn limit(message: &str) -> Failure {
    Failure::new(|message| ErrorKind::Limit(message.into()), &[message])
}

#[cold]
fn frame_too_large() -> Failure {
    const { assert!(MAX_FRAME_SLOTS == 65536) };
    limit("a function needs more than 65536 slots for locals and operands")
}

fn reserve<T>(list: &mut Vec<T>, more: usize) -> Result<()> {
    list.try_reserve(more).map_err(|_| Failure::OUT_OF_MEMORY)
}

#[cold]
fn invalid(error: wasmparser::Error) -> Failure {
    let offset = error.offset() as usize;
    let kind = |message: String| ErrorKind::InvalidModule {
        message: message.into(),
        offset,
    };
    Failure::new(kind, &[error.message()])
}

#[cold]
fn unsupported(what: &str) -> Failure {
    let parts = ["the interpreter does not execute ", what, " yet"];
    Failure::new(|message| ErrorKind::Unsupported(message.into()), &parts)
}

/// The class of a value of this type.
fn class(ty: ValType, ir: &ModuleIr) -> Ty {
    match ty {
        ValType::I32 => Ty::I32,
        ValType::I64 => Ty::I64,
        ValType::F32 => Ty::F32,
        ValType::F64 => Ty::F64,
        ValType::V128 => Ty::V128,
        ValType::Ref(ty) if is_traced(ty, |id| ir.is_func_type(id)) => Ty::Ref,
        ValType::Ref(_) => Ty::I64,
    }
}
