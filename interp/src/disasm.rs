//! The code of a function as text, beside the WebAssembly that it came from.

use crate::code;
use crate::ops::{Field, FieldKind, Op};
use core::fmt::{self, Write};
use diptych_core::module::ModuleIr;
use diptych_core::types::DefinedFuncIdx;
use wasmparser::{BinaryReader, FunctionBody, MemArg, MemArgTarget, Operator, OperatorsReader};

/// Writes the instructions of a function, each with its offset in the module, and below each the
/// operations that it became, with their offsets in the code.
///
/// `ops` is code with opcodes in its first cells, and `positions` are those of all its operations.
/// Instructions with nothing below them became operands, or changed an operation before them.
pub(crate) fn disassemble(
    ir: &ModuleIr,
    func: DefinedFuncIdx,
    ops: &[u64],
    positions: &[(u32, u32)],
    out: &mut dyn Write,
) -> fmt::Result {
    let start = u64::from(ir.bodies[func.index()].start);
    let body = FunctionBody::new(BinaryReader::new(ir.body(func), start));
    // The body was translated, so it can be read.
    let mut instructions = body.get_operators_reader().map_err(|_| fmt::Error)?;
    let mut positions = positions.iter().peekable();
    while let Some((operator, offset)) = next(&mut instructions)? {
        write!(out, "{offset:#08x}  ")?;
        instruction(&operator, out)?;
        out.write_char('\n')?;
        while let Some((at, _)) = positions.next_if(|(_, from)| u64::from(*from) <= offset) {
            operation(ops, *at as usize, out)?;
        }
    }
    Ok(())
}

fn next<'a>(reader: &mut OperatorsReader<'a>) -> Result<Option<(Operator<'a>, u64)>, fmt::Error> {
    if reader.eof() {
        return Ok(None);
    }
    reader.read_with_offset().map(Some).map_err(|_| fmt::Error)
}

/// Writes the operation at byte `at` of the code.
fn operation(ops: &[u64], at: usize, out: &mut dyn Write) -> fmt::Result {
    let op = code::op_at(ops, at / 8);
    let layout = op.layout();
    write!(out, "          {at:06x}  {:<20}", layout.name)?;
    // A host address says nothing that the other fields do not say.
    let fields = layout.fields.iter();
    for field in fields.filter(|field| field.kind != FieldKind::Address) {
        write!(out, " {}=", field.name)?;
        let value = read(ops, at, field);
        match field.kind {
            FieldKind::Slot => write!(out, "s{value}")?,
            FieldKind::Target => write!(out, "{:06x}", target(at, value as u32))?,
            FieldKind::U64 | FieldKind::Address => write!(out, "{value:#x}")?,
            FieldKind::U16 | FieldKind::U32 => write!(out, "{value}")?,
        }
    }
    if matches!(op, Op::BrTableS | Op::BrTableA) {
        // The targets follow the operation, as many as `len` at 12 says.
        let entry = |offset| Field {
            name: "",
            kind: FieldKind::U32,
            offset,
        };
        let len = read(ops, at, &entry(12)) as usize;
        out.write_str(" targets=[")?;
        for i in 0..len {
            let separator = if i > 0 { " " } else { "" };
            let value = read(ops, at, &entry(op.size() + 4 * i));
            write!(out, "{separator}{:06x}", target(at, value as u32))?;
        }
        out.write_str("]")?;
    }
    out.write_char('\n')
}

/// The field of the operation at byte `at`.
fn read(ops: &[u64], at: usize, field: &Field) -> u64 {
    let bits = match field.kind {
        FieldKind::Slot | FieldKind::U16 => 16,
        FieldKind::U32 | FieldKind::Target => 32,
        FieldKind::U64 | FieldKind::Address => 64,
    };
    code::field(ops, at / 8, field.offset, bits)
}

/// Where a branch of the operation at byte `at` leads, from the start of the code.
fn target(at: usize, distance: u32) -> i64 {
    at as i64 + i64::from(distance as i32)
}

/// Writes an instruction much as the text format does.
fn instruction(operator: &Operator<'_>, out: &mut dyn Write) -> fmt::Result {
    match operator {
        Operator::F32Const { value } => write!(out, "f32.const {}", f32::from_bits(value.bits())),
        Operator::F64Const { value } => write!(out, "f64.const {}", f64::from_bits(value.bits())),
        Operator::BrTable { targets } => {
            out.write_str("br_table")?;
            for target in targets.targets() {
                write!(out, " {}", target.map_err(|_| fmt::Error)?)?;
            }
            write!(out, " {}", targets.default())
        }
        _ => general(operator, out),
    }
}

/// An immediate as it is written in text.
trait Immediate: fmt::Debug {
    fn write(&self, out: &mut dyn Write) -> fmt::Result {
        write!(out, " {self:?}")
    }
}

macro_rules! immediates {
    ($($ty:ty),*) => { $(impl Immediate for $ty {})* };
}

immediates! {
    u8, u32, i32, i64, [u8; 16], alloc::vec::Vec<wasmparser::ValType>, wasmparser::BrTable<'_>,
    wasmparser::HeapType, wasmparser::Ieee32, wasmparser::Ieee64, wasmparser::Ordering,
    wasmparser::RefType, wasmparser::ResumeTable, wasmparser::TryTable, wasmparser::V128,
    wasmparser::ValType
}

impl Immediate for wasmparser::BlockType {
    fn write(&self, out: &mut dyn Write) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Type(ty) => write!(out, " (result {ty})"),
            Self::FuncType(index) => write!(out, " (type {index})"),
        }
    }
}

impl Immediate for MemArg {
    fn write(&self, out: &mut dyn Write) -> fmt::Result {
        match self.target {
            MemArgTarget::Memory(0) => {}
            MemArgTarget::Memory(memory) => write!(out, " (memory {memory})")?,
            MemArgTarget::Array(ty) => write!(out, " (type {ty})")?,
        }
        if self.offset > 0 {
            write!(out, " offset={}", self.offset)?;
        }
        Ok(())
    }
}

/// The name of an instruction, as the function that visits it has it, and its immediates.
fn general(operator: &Operator<'_>, out: &mut dyn Write) -> fmt::Result {
    macro_rules! write_all {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
            match operator {
                $(Operator::$op { $($($arg),*)? } => {
                    name(stringify!($visit), out)?;
                    $($(Immediate::write($arg, out)?;)*)?
                    Ok(())
                })*
                _ => out.write_str("?"),
            }
        };
    }
    wasmparser::for_each_operator!(write_all)
}

/// Writes `visit_i32_add` as `i32.add`.
fn name(visit: &str, out: &mut dyn Write) -> fmt::Result {
    let name = visit.trim_start_matches("visit_");
    match name.split_once('_') {
        Some((
            space @ ("i32" | "i64" | "f32" | "f64" | "local" | "global" | "memory" | "table"
            | "ref" | "data" | "elem"),
            rest,
        )) => write!(out, "{space}.{rest}"),
        _ => out.write_str(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use wasmparser::BlockType;

    #[test]
    fn instructions_read_like_text() {
        let memarg = |target, offset| MemArg {
            align: 0,
            max_align: 0,
            offset,
            target: MemArgTarget::Memory(target),
            ordering: None,
        };
        for (operator, text) in [
            (Operator::I32TruncSatF64U, "i32.trunc_sat_f64_u"),
            (Operator::LocalGet { local_index: 7 }, "local.get 7"),
            (Operator::I64Const { value: -5 }, "i64.const -5"),
            (Operator::F64Const { value: 1.5.into() }, "f64.const 1.5"),
            (
                Operator::I32Load8S {
                    memarg: memarg(0, 0),
                },
                "i32.load8_s",
            ),
            (
                Operator::F32Store {
                    memarg: memarg(2, 16),
                },
                "f32.store (memory 2) offset=16",
            ),
            (
                Operator::Block {
                    blockty: BlockType::Empty,
                },
                "block",
            ),
            (
                Operator::If {
                    blockty: BlockType::FuncType(3),
                },
                "if (type 3)",
            ),
            (Operator::BrIf { relative_depth: 1 }, "br_if 1"),
            (
                Operator::CallIndirect {
                    type_index: 4,
                    table_index: 0,
                },
                "call_indirect 4 0",
            ),
            (Operator::RefIsNull, "ref.is_null"),
            (
                Operator::MemoryCopy {
                    dst_mem: 0,
                    src_mem: 1,
                },
                "memory.copy 0 1",
            ),
        ] {
            let mut out = String::new();
            instruction(&operator, &mut out).unwrap();
            assert_eq!(out, text);
        }
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn operations_are_read_back() {
        use alloc::vec::Vec;

        let ops = [
            Op::I32Add_SI_S.code(),
            u64::from_ne_bytes([3, 0, 4, 0, 5, 0, 0, 0]),
            Op::BrTableS.code(),
            u64::from_ne_bytes([9, 0, 0, 0, 2, 0, 0, 0]),
            u64::from_ne_bytes([0xf8, 0xff, 0xff, 0xff, 0x20, 0, 0, 0]),
        ];
        let mut out = String::new();
        operation(&ops, 0, &mut out).unwrap();
        operation(&ops, 16, &mut out).unwrap();
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(
            out.lines().map(words).collect::<Vec<_>>(),
            [
                "000000 I32Add.SI.S dst=s3 a=s4 imm=5",
                "000010 BrTableS index=s9 len=2 targets=[000008 000030]"
            ]
        );
    }
}
