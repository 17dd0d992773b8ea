//! Memory and table operators.

use super::emit::{BinOperand, halves, quarters, quarters_half};
use super::stack::{Source, Value};
use super::{Result, Translator, unsupported};
use crate::ops::{Bin, LOAD_OPS, Load, LoadMode, Op, STORE_OPS, Slow, Store, StoreMode, Ty};
use diptych_core::types::{MemoryIdx, TableIdx, ValType};
use wasmparser::{MemArg, MemArgTarget};

/// The place of the general form among the forms of a load.
const GENERAL_LOAD: usize = 10;

/// Where an address comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Address {
    Slot(u16),
    Acc,
    /// With the end of the access.
    Absolute(u32),
    Indexed {
        base: u16,
        index: u16,
        shift: u16,
    },
}

pub(super) fn memory_of(arg: &MemArg) -> Result<u32> {
    match arg.target {
        MemArgTarget::Memory(memory) => Ok(memory),
        MemArgTarget::Array(_) => Err(unsupported("accesses to arrays (GC)")),
    }
}

impl Translator<'_, '_> {
    /// The end, relative to the address, of an access to memory 0 with 32-bit addresses; other
    /// accesses need the general form.
    #[inline]
    pub(super) fn plain_end(&self, arg: &MemArg, width: u64) -> Option<u32> {
        if !self.narrow_memory0 || arg.target != MemArgTarget::Memory(0) {
            return None;
        }
        u32::try_from(arg.offset.checked_add(width)?).ok()
    }

    /// The addition of a slot and a constant that was just emitted for this address; it is taken
    /// back.
    fn fuse_sum(&mut self, address: &Source) -> Option<(u16, u32)> {
        let last = self.last?;
        if address.value != Value::Temp || last.result != Some(self.height() as u32) {
            return None;
        }
        let (Bin::I32Add, BinOperand::Slot(base), BinOperand::Imm(addend)) =
            self.bin_at(last.at)?
        else {
            return None;
        };
        self.take_back(last.at, last.before);
        Some((base, addend as u32))
    }

    /// The addition that was just emitted for this address, as an indexed address; it is taken
    /// back.
    fn fuse_index(&mut self, address: &Source) -> Option<Address> {
        let last = self.last?;
        if address.value != Value::Temp || last.result != Some(self.height() as u32) {
            return None;
        }
        match self.bin_at(last.at)? {
            (Bin::I32Add, BinOperand::Slot(base), BinOperand::Slot(index)) => {
                self.take_back(last.at, last.before);
                Some(Address::Indexed {
                    base,
                    index,
                    shift: 0,
                })
            }
            (Bin::I32Add, BinOperand::Acc, BinOperand::Slot(base)) => {
                let feed = last.feed?;
                let (Bin::I32Shl, BinOperand::Slot(index), BinOperand::Imm(by)) =
                    self.bin_at(feed.at)?
                else {
                    return None;
                };
                let shift = by as u16 & 31;
                self.take_back(feed.at, feed.before);
                Some(Address::Indexed { base, index, shift })
            }
            _ => None,
        }
    }

    /// The address of an access to memory 0. `acc` says whether it may be the accumulator.
    pub(super) fn address(&mut self, source: &Source, end: u32, acc: bool) -> Result<Address> {
        if let Value::Const(address) = source.value
            && let Some(sum) = (address as u32).checked_add(end)
        {
            return Ok(Address::Absolute(sum));
        }
        if let Some(indexed) = self.fuse_index(source) {
            return Ok(indexed);
        }
        Ok(match self.operand(source, acc, false)? {
            BinOperand::Acc => Address::Acc,
            BinOperand::Slot(slot) => Address::Slot(slot),
            BinOperand::Imm(_) => unreachable!("immediates were not allowed"),
        })
    }

    pub(super) fn load(&mut self, load: Load, arg: &MemArg) -> Result<()> {
        let source = self.pop();
        let forms = &LOAD_OPS[load as usize];
        let dst = self.next_slot();
        let Some(end) = self.plain_end(arg, load.width()) else {
            let slot = self.in_slot(&source)?;
            let form = forms[GENERAL_LOAD].expect("every load has it");
            let operands = quarters_half(dst, slot, memory_of(arg)?);
            let at = self.emit(form, [operands, arg.offset])?;
            return self.push_result(load.result(), at, None);
        };
        let form = |mode: LoadMode, slot: usize| {
            forms[mode as usize * 2 + slot].expect("every load has it")
        };
        if arg.offset == 0
            && let Some((base, addend)) = self.fuse_sum(&source)
        {
            let operands = quarters_half(dst, base, addend);
            let at = self.emit(form(LoadMode::O, 1), [operands])?;
            return self.push_result(load.result(), at, Some(form(LoadMode::O, 0)));
        }
        let address = self.address(&source, end, true)?;
        let (mode, at) = match address {
            Address::Slot(slot) => {
                let mode = LoadMode::S;
                (
                    mode,
                    self.emit(form(mode, 1), [quarters_half(dst, slot, end)])?,
                )
            }
            Address::Acc => {
                let mode = LoadMode::A;
                (
                    mode,
                    self.emit(form(mode, 1), [quarters_half(dst, 0, end)])?,
                )
            }
            Address::Absolute(end) => {
                let mode = LoadMode::I;
                (
                    mode,
                    self.emit(form(mode, 1), [quarters_half(dst, 0, end)])?,
                )
            }
            Address::Indexed { base, index, shift } => {
                let mode = LoadMode::X;
                let operands = [quarters(dst, base, index, shift), halves(end, 0)];
                (mode, self.emit(form(mode, 1), operands)?)
            }
        };
        self.push_result(load.result(), at, Some(form(mode, 0)))
    }

    pub(super) fn store(&mut self, store: Store, arg: &MemArg) -> Result<()> {
        let value = self.pop();
        let source = self.pop();
        let forms = &STORE_OPS[store as usize];
        let form = |mode: StoreMode| forms[mode as usize].expect("every store has it");
        let Some(end) = self.plain_end(arg, store.width()) else {
            let address = self.in_slot(&source)?;
            let value = self.in_slot(&value)?;
            let operands = quarters_half(address, value, memory_of(arg)?);
            self.emit(form(StoreMode::G), [operands, arg.offset])?;
            return Ok(());
        };
        let float = matches!(value.ty, Ty::F32 | Ty::F64);
        let value_in_acc = value.acc.is_some();
        let fits = match value.value {
            Value::Const(bits) => store != Store::Store64 || i32::try_from(bits as i64).is_ok(),
            _ => false,
        };
        // A constant that is no immediate must be in its slot before the address is looked at,
        // since the address may be what was just computed.
        let spilled = matches!(value.value, Value::Const(_)) && !fits;
        if spilled {
            self.in_slot(&value)?;
        }
        let address = self.address(&source, end, spilled || float || !value_in_acc)?;
        let in_acc = value_in_acc && (float || !matches!(address, Address::Acc));
        let value = if spilled {
            BinOperand::Slot(value.slot)
        } else {
            self.operand(&value, in_acc, fits)?
        };
        self.emit_store(address, end, value, float, form)
    }

    fn emit_store(
        &mut self,
        address: Address,
        end: u32,
        value: BinOperand,
        float: bool,
        form: impl Fn(StoreMode) -> Op,
    ) -> Result<()> {
        use BinOperand::{Acc, Imm, Slot};
        use StoreMode as Mode;
        // The accumulator of an address is the integer one, of a value that of its class.
        let mode = match (address, value, float) {
            (Address::Slot(_), Slot(_), _) => Mode::SS,
            (Address::Slot(_), Acc, false) => Mode::SA,
            (Address::Slot(_), Imm(_), _) => Mode::SI,
            (Address::Slot(_), Acc, true) => Mode::SF,
            (Address::Acc, Slot(_), _) => Mode::AS,
            (Address::Acc, Imm(_), _) => Mode::AI,
            (Address::Acc, Acc, _) => Mode::AF,
            (Address::Absolute(_), Slot(_), _) => Mode::IS,
            (Address::Absolute(_), Acc, false) => Mode::IA,
            (Address::Absolute(_), Imm(_), _) => Mode::II,
            (Address::Absolute(_), Acc, true) => Mode::IF,
            (Address::Indexed { .. }, Slot(_), _) => Mode::XS,
            (Address::Indexed { .. }, Acc, false) => Mode::XA,
            (Address::Indexed { .. }, Imm(_), _) => Mode::XI,
            (Address::Indexed { .. }, Acc, true) => Mode::XF,
        };
        let (slot, imm) = match value {
            Slot(slot) => (slot, None),
            Imm(imm) => (0, Some(imm as u32)),
            Acc => (0, None),
        };
        let op = form(mode);
        let first = match address {
            Address::Slot(address) => quarters_half(address, slot, end),
            Address::Acc => quarters_half(0, slot, end),
            Address::Absolute(end) => quarters_half(0, slot, end),
            Address::Indexed { base, index, shift } => {
                let operands = quarters(base, slot, index, shift);
                self.emit(op, [operands, halves(end, imm.unwrap_or(0))])?;
                return Ok(());
            }
        };
        match imm {
            Some(imm) => self.emit(op, [first, halves(imm, 0)])?,
            None => self.emit(op, [first])?,
        };
        Ok(())
    }

    pub(super) fn memory_size(&mut self, memory: u32) -> Result<()> {
        let ty = *self.env.ir.memory(MemoryIdx(memory));
        let page = u16::from(ty.page_size_log2);
        let operands = quarters_half(self.next_slot(), page, memory);
        let at = self.emit(Op::MemorySize, [operands])?;
        self.push_result(index_class(ty.memory64), at, None)
    }

    pub(super) fn memory_grow(&mut self, memory: u32) -> Result<()> {
        let wide = self.env.ir.memory(MemoryIdx(memory)).memory64;
        let class = index_class(wide);
        self.slow(Slow::MemoryGrow, 1, Some(class), memory, wide.into())
    }

    pub(super) fn table_get(&mut self, table: u32) -> Result<()> {
        let element = self.env.ir.table(TableIdx(table)).element;
        let class = self.class(ValType::Ref(element));
        self.slow(Slow::TableGet, 1, Some(class), table, 0)
    }

    pub(super) fn table_grow(&mut self, table: u32) -> Result<()> {
        let wide = self.env.ir.table(TableIdx(table)).table64;
        let class = index_class(wide);
        self.slow(Slow::TableGrow, 2, Some(class), table, wide.into())
    }

    pub(super) fn table_size(&mut self, table: u32) -> Result<()> {
        let class = index_class(self.env.ir.table(TableIdx(table)).table64);
        self.slow(Slow::TableSize, 0, Some(class), table, 0)
    }

    /// Emits an operation for the driver that takes the topmost `count` operands; they are fields
    /// `s1`… when there is a result, which is `s0`, else `s0`….
    pub(super) fn slow(
        &mut self,
        slow: Slow,
        count: usize,
        result: Option<Ty>,
        i0: u32,
        i1: u32,
    ) -> Result<()> {
        let mut slots = [0; 4];
        let from = self.height() - count;
        let first = usize::from(result.is_some());
        for (slot, height) in slots[first..].iter_mut().zip(from..from + count) {
            let source = self.source(height);
            *slot = self.in_slot(&source)?;
        }
        self.truncate(from);
        if let Some(ty) = result {
            slots[0] = self.push_temp(ty)?;
        }
        let [s0, s1, s2, s3] = slots;
        self.emit(slow.op(), [quarters(s0, s1, s2, s3), halves(i0, i1)])?;
        self.acc.clear();
        Ok(())
    }
}

/// The class of indices and sizes.
fn index_class(wide: bool) -> Ty {
    if wide { Ty::I64 } else { Ty::I32 }
}
