//! Memory and table operators.

use super::Translator;
use super::emit::{BinOperand, LastKind};
use super::stack::{Source, Value};
use crate::ops::{Bin, LOAD_OPS, Load, LoadMode, Op, STORE_OPS, Slow, Store, StoreMode, Ty};
use diptych_core::Result;
use diptych_core::types::{MemoryIdx, TableIdx};
use wasmparser::{MemArg, MemArgTarget};

/// The place of the general form among the forms of a load.
const GENERAL_LOAD: usize = 8;

/// Where an address comes from.
#[derive(Clone, Copy, Debug)]
enum Address {
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

fn memory_of(arg: &MemArg) -> u32 {
    match arg.target {
        MemArgTarget::Memory(memory) => memory,
        MemArgTarget::Array(_) => unreachable!("scalar accesses are to memories"),
    }
}

impl Translator<'_, '_> {
    /// The end, relative to the address, of an access to memory 0 with 32-bit addresses; other
    /// accesses need the general form.
    fn plain_end(&self, arg: &MemArg, width: u64) -> Option<u32> {
        let memory = memory_of(arg);
        let narrow = memory == 0 && !self.env.ir.memory(MemoryIdx(memory)).memory64;
        if narrow {
            u32::try_from(arg.offset.checked_add(width)?).ok()
        } else {
            None
        }
    }

    /// The addition that was just emitted for this address, as an indexed address; it is taken
    /// back.
    fn fuse_index(&mut self, address: &Source) -> Option<Address> {
        let last = self.last?;
        if address.value != Value::Temp || last.result != Some(self.height() as u32) {
            return None;
        }
        match last.kind {
            LastKind::Bin(Bin::I32Add, BinOperand::Slot(base), BinOperand::Slot(index)) => {
                self.take_back(last.at, last.before);
                Some(Address::Indexed {
                    base,
                    index,
                    shift: 0,
                })
            }
            LastKind::Bin(Bin::I32Add, BinOperand::Acc, BinOperand::Slot(base)) => {
                let feed = last.feed?;
                let LastKind::Bin(Bin::I32Shl, BinOperand::Slot(index), BinOperand::Imm(by)) =
                    feed.kind
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
    fn address(&mut self, source: &Source, end: u32, acc: bool) -> Result<Address> {
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
        let source = self.pop()?;
        let forms = &LOAD_OPS[load as usize];
        let Some(end) = self.plain_end(arg, load.width()) else {
            let slot = self.in_slot(&source)?;
            let at = self.emit(forms[GENERAL_LOAD].expect("every load has it"))?;
            self.u16(at, 10, slot);
            self.u32(at, 12, memory_of(arg));
            self.u64(at, 16, arg.offset);
            return self.push_result(load.result(), at, None, LastKind::Other);
        };
        let address = self.address(&source, end, true)?;
        let mode = match address {
            Address::Slot(_) => LoadMode::S,
            Address::Acc => LoadMode::A,
            Address::Absolute(_) => LoadMode::I,
            Address::Indexed { .. } => LoadMode::X,
        } as usize;
        let at = self.emit(forms[mode * 2 + 1].expect("every load has it"))?;
        match address {
            Address::Slot(slot) => {
                self.u16(at, 10, slot);
                self.u32(at, 12, end);
            }
            Address::Acc => self.u32(at, 12, end),
            Address::Absolute(end) => self.u32(at, 12, end),
            Address::Indexed { base, index, shift } => {
                self.u16(at, 10, base);
                self.u16(at, 12, index);
                self.u16(at, 14, shift);
                self.u32(at, 16, end);
            }
        }
        self.push_result(load.result(), at, forms[mode * 2], LastKind::Other)
    }

    pub(super) fn store(&mut self, store: Store, arg: &MemArg) -> Result<()> {
        let value = self.pop()?;
        let source = self.pop()?;
        let forms = &STORE_OPS[store as usize];
        let Some(end) = self.plain_end(arg, store.width()) else {
            let address = self.in_slot(&source)?;
            let value = self.in_slot(&value)?;
            let at = self.emit(forms[StoreMode::G as usize].expect("every store has it"))?;
            self.u16(at, 8, address);
            self.u16(at, 10, value);
            self.u32(at, 12, memory_of(arg));
            self.u64(at, 16, arg.offset);
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
        let address = if matches!(value.value, Value::Const(_)) && !fits {
            self.in_slot(&value)?;
            self.address(&source, end, true)?
        } else {
            self.address(&source, end, float || !value_in_acc)?
        };
        let in_acc = value_in_acc && (float || !matches!(address, Address::Acc));
        let value = if matches!(value.value, Value::Const(_)) && !fits {
            BinOperand::Slot(value.slot)
        } else {
            self.operand(&value, in_acc, fits)?
        };
        let mode = match (address, value, float) {
            (Address::Slot(_), BinOperand::Slot(_), _) => StoreMode::SS,
            (Address::Slot(_), BinOperand::Acc, false) => StoreMode::SA,
            (Address::Slot(_), BinOperand::Imm(_), _) => StoreMode::SI,
            (Address::Slot(_), BinOperand::Acc, true) => StoreMode::SF,
            (Address::Acc, BinOperand::Slot(_), _) => StoreMode::AS,
            (Address::Acc, BinOperand::Imm(_), _) => StoreMode::AI,
            (Address::Acc, BinOperand::Acc, _) => StoreMode::AF,
            (Address::Absolute(_), BinOperand::Slot(_), _) => StoreMode::IS,
            (Address::Absolute(_), BinOperand::Acc, false) => StoreMode::IA,
            (Address::Absolute(_), BinOperand::Imm(_), _) => StoreMode::II,
            (Address::Absolute(_), BinOperand::Acc, true) => StoreMode::IF,
            (Address::Indexed { .. }, BinOperand::Slot(_), _) => StoreMode::XS,
            (Address::Indexed { .. }, BinOperand::Acc, false) => StoreMode::XA,
            (Address::Indexed { .. }, BinOperand::Imm(_), _) => StoreMode::XI,
            (Address::Indexed { .. }, BinOperand::Acc, true) => StoreMode::XF,
        };
        let at = self.emit(forms[mode as usize].expect("every store has it"))?;
        let mut imm_at = 16;
        match address {
            Address::Slot(slot) => {
                self.u16(at, 8, slot);
                self.u32(at, 12, end);
            }
            Address::Acc => self.u32(at, 12, end),
            Address::Absolute(end) => self.u32(at, 12, end),
            Address::Indexed { base, index, shift } => {
                self.u16(at, 8, base);
                self.u16(at, 12, index);
                self.u16(at, 14, shift);
                self.u32(at, 16, end);
                imm_at = 20;
            }
        }
        match value {
            BinOperand::Slot(slot) => self.u16(at, 10, slot),
            BinOperand::Imm(imm) => self.u32(at, imm_at, imm as u32),
            BinOperand::Acc => {}
        }
        Ok(())
    }

    pub(super) fn memory_size(&mut self, memory: u32) -> Result<()> {
        let ty = *self.env.ir.memory(MemoryIdx(memory));
        let at = self.emit(Op::MemorySize)?;
        self.u16(at, 10, u16::from(ty.page_size_log2));
        self.u32(at, 12, memory);
        let class = if ty.memory64 { Ty::I64 } else { Ty::I32 };
        self.push_result(class, at, None, LastKind::Other)
    }

    pub(super) fn memory_grow(&mut self, memory: u32) -> Result<()> {
        let wide = self.env.ir.memory(MemoryIdx(memory)).memory64;
        let class = if wide { Ty::I64 } else { Ty::I32 };
        self.slow(Slow::MemoryGrow, 1, Some(class), memory, u32::from(wide))
    }

    pub(super) fn table_grow(&mut self, table: u32) -> Result<()> {
        let wide = self.env.ir.table(TableIdx(table)).table64;
        let class = if wide { Ty::I64 } else { Ty::I32 };
        self.slow(Slow::TableGrow, 2, Some(class), table, u32::from(wide))
    }

    pub(super) fn table_size(&mut self, table: u32) -> Result<()> {
        let wide = self.env.ir.table(TableIdx(table)).table64;
        let class = if wide { Ty::I64 } else { Ty::I32 };
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
        let mut slots = [0; 3];
        let from = self.height() - count;
        for (slot, height) in slots.iter_mut().zip(from..from + count) {
            let source = self.source(height)?;
            *slot = self.in_slot(&source)?;
        }
        self.truncate(from);
        let at = self.emit(slow.op())?;
        let first = if result.is_some() { 10 } else { 8 };
        for (i, slot) in slots.into_iter().take(count).enumerate() {
            self.u16(at, first + i * 2, slot);
        }
        self.u32(at, 16, i0);
        self.u32(at, 20, i1);
        self.acc.clear();
        if let Some(ty) = result {
            let slot = self.push_temp(ty)?;
            self.u16(at, 8, slot);
        }
        Ok(())
    }
}
