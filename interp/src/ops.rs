//! The operations of the bytecode: what `ops/table.rs` says, as Rust.

diptych_core::if_simd! {
    pub(crate) mod vector;
}

/// The class of a value, which decides in which accumulator it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    /// A 32-bit integer, zero-extended in the integer accumulator.
    I32,
    /// A 64-bit integer, or the address of a function.
    I64,
    /// Any other reference: what the collector follows, in the integer accumulator.
    Ref,
    /// A 32-bit float, in an accumulator of its own.
    F32,
    /// A 64-bit float, in an accumulator of its own.
    F64,
    /// The low half of a vector, or all of it. No accumulator holds vectors.
    V128,
    /// The high half of a vector.
    V128High,
}

/// Where the operands of a binary operation are, left then right: a slot, an immediate or the
/// accumulator. Operations whose operands can be exchanged have the first four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum BinMode {
    /// Slot and slot: fields `a` at 10, `b` at 12.
    SS,
    /// Slot (10) and immediate (12; `f64` 16).
    SI,
    /// Accumulator and slot (10).
    AS,
    /// Accumulator and immediate.
    AI,
    /// Slot (10) and accumulator.
    SA,
    /// Immediate and slot (10).
    IS,
    /// Immediate and accumulator.
    IA,
}

/// Where the operands of a compare-and-branch are. The target is at 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum BranchMode {
    /// Slots at 12 and 14.
    SS,
    /// Accumulator, and a slot at 12.
    AS,
    /// A slot at 12, a 32-bit immediate at 16 (sign-extended for `i64`). Integers only.
    SI,
    /// Accumulator, and an immediate at 12. Integers only.
    AI,
}

/// How a load finds the end of what it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum LoadMode {
    /// A slot at 10 plus what is at 12.
    S,
    /// The accumulator plus what is at 12.
    A,
    /// What is at 12.
    I,
    /// `slot(10) + (slot(12) << u16(14))`, wrapping at 32 bits, plus what is at 16.
    X,
    /// A slot at 10 plus what is at 12, wrapping at 32 bits, plus the width.
    O,
}

/// Where a store's end and value are: the first letter as [`LoadMode`] (the address slot is
/// at 8), the second a slot at 10, the accumulator, an immediate at 16 (indexed: 20), or the
/// float accumulator of the store's width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the letters are explained above")]
pub(crate) enum StoreMode {
    SS,
    SA,
    SI,
    SF,
    AS,
    AI,
    AF,
    IS,
    IA,
    II,
    IF,
    XS,
    XA,
    XI,
    XF,
    /// Any memory: address slot at 8, value slot at 10, memory at 12, 64-bit offset at 16.
    G,
}

/// Where an array is, then where the index of its element is: in a slot (at 10, and at 12), the
/// accumulator, or the operation (at 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the letters are explained above")]
pub(crate) enum ElementMode {
    SS,
    SA,
    SI,
    AS,
    AI,
}

/// Where the value is that a field is set to: a slot at 10, the accumulator, an immediate at 16
/// (sign-extended), or the float accumulator of the field's width. The structure is at 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the letters are explained above")]
pub(crate) enum ValueMode {
    S,
    A,
    I,
    F,
}

/// Where the index of an element is (a slot at 12, the accumulator, or what is at 12), and then
/// the value that it is set to, as [`ValueMode`]. The array is at 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the letters are explained above")]
pub(crate) enum SetElementMode {
    SS,
    SA,
    SI,
    SF,
    AS,
    AI,
    AF,
    IS,
    IA,
    II,
    IF,
}

/// What a binary operation takes and gives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BinInfo {
    /// The class of both operands.
    pub(crate) operand: Ty,
    /// The class of the result.
    pub(crate) result: Ty,
    /// The operation with its operands exchanged, when there is one.
    pub(crate) swapped: Option<Bin>,
    /// The branch on this comparison, when it is one.
    pub(crate) branch: Option<Branch>,
}

/// What kind of operand a field holds.
#[cfg(feature = "disasm")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// A frame slot, 16 bits.
    Slot,
    /// A number of 16 bits.
    U16,
    /// A number of 32 bits.
    U32,
    /// A number of 64 bits.
    U64,
    /// An address in the host, which is another one in every process.
    Address,
    /// A branch target: 32 bits, signed, in bytes from the start of the operation.
    Target,
}

/// An operand field of an operation.
#[cfg(feature = "disasm")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: FieldKind,
    /// Where it is, in bytes from the start of the operation.
    pub(crate) offset: usize,
}

/// How an operation is encoded.
#[cfg(feature = "disasm")]
#[derive(Debug)]
pub(crate) struct Layout {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its operands.
    pub(crate) fields: &'static [Field],
}

impl Op {
    /// The first cell of the operation in code with opcodes: the opcode above 16 bits that loop
    /// dispatch decides by, which are the same for all operations on vectors.
    #[inline(always)]
    pub(crate) const fn code(self) -> u64 {
        let opcode = self as u64;
        let vectors = Self::FIRST_VECTOR as u64;
        opcode << 16 | if opcode < vectors { opcode } else { vectors }
    }

    /// The opcode in such a cell.
    #[inline(always)]
    pub(crate) const fn of_code(cell: u64) -> u16 {
        (cell >> 16) as u16
    }

    /// Its size in bytes, a multiple of 8; branch tables add their targets.
    #[inline]
    pub(crate) fn size(self) -> usize {
        Self::size_of(self as u16)
    }

    /// The size of the operation that has this opcode.
    #[inline]
    pub(crate) fn size_of(opcode: u16) -> usize {
        SIZES[usize::from(opcode)].into()
    }

    /// The kind and the mode of a binary operation.
    #[inline]
    pub(crate) fn bin(self) -> Option<(Bin, BinMode)> {
        BINS[self as usize]
    }

    /// How the operation is encoded.
    #[cfg(feature = "disasm")]
    pub(crate) fn layout(self) -> &'static Layout {
        &LAYOUTS[self as usize]
    }
}

include!(concat!(env!("OUT_DIR"), "/ops.rs"));
