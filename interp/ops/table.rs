//! The operations of the register bytecode, written once.
//!
//! Everything else (the opcodes, the encoder's lookup tables, the handlers of both dispatch
//! modes, the disassembler's layouts) is generated from these rows by `generate.rs`.

/// The class of a value, which decides in which accumulator it travels.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ty {
    I32,
    I64,
    F32,
    F64,
}
use Ty::*;

/// A binary operation: `name` is both the operation's and, in snake case, its kernel's.
pub(crate) struct Bin {
    pub(crate) name: &'static str,
    pub(crate) operand: Ty,
    pub(crate) result: Ty,
    /// Exchanging the operands changes nothing, or `swapped` names the operation that it becomes.
    pub(crate) swapped: Option<&'static str>,
    pub(crate) fallible: bool,
}

const fn commutative(name: &'static str, ty: Ty) -> Bin {
    Bin {
        name,
        operand: ty,
        result: ty,
        swapped: Some(name),
        fallible: false,
    }
}
const fn ordered(name: &'static str, ty: Ty) -> Bin {
    Bin {
        name,
        operand: ty,
        result: ty,
        swapped: None,
        fallible: false,
    }
}
const fn fallible(name: &'static str, ty: Ty) -> Bin {
    Bin {
        name,
        operand: ty,
        result: ty,
        swapped: None,
        fallible: true,
    }
}
const fn compare(name: &'static str, ty: Ty, swapped: &'static str) -> Bin {
    Bin {
        name,
        operand: ty,
        result: I32,
        swapped: Some(swapped),
        fallible: false,
    }
}

pub(crate) const BINS: &[Bin] = &[
    commutative("I32Add", I32),
    ordered("I32Sub", I32),
    commutative("I32Mul", I32),
    fallible("I32DivS", I32),
    fallible("I32DivU", I32),
    fallible("I32RemS", I32),
    fallible("I32RemU", I32),
    commutative("I32And", I32),
    commutative("I32Or", I32),
    commutative("I32Xor", I32),
    ordered("I32Shl", I32),
    ordered("I32ShrS", I32),
    ordered("I32ShrU", I32),
    ordered("I32Rotl", I32),
    ordered("I32Rotr", I32),
    commutative("I64Add", I64),
    ordered("I64Sub", I64),
    commutative("I64Mul", I64),
    fallible("I64DivS", I64),
    fallible("I64DivU", I64),
    fallible("I64RemS", I64),
    fallible("I64RemU", I64),
    commutative("I64And", I64),
    commutative("I64Or", I64),
    commutative("I64Xor", I64),
    ordered("I64Shl", I64),
    ordered("I64ShrS", I64),
    ordered("I64ShrU", I64),
    ordered("I64Rotl", I64),
    ordered("I64Rotr", I64),
    compare("I32Eq", I32, "I32Eq"),
    compare("I32Ne", I32, "I32Ne"),
    compare("I32LtS", I32, "I32GtS"),
    compare("I32LtU", I32, "I32GtU"),
    compare("I32GtS", I32, "I32LtS"),
    compare("I32GtU", I32, "I32LtU"),
    compare("I32LeS", I32, "I32GeS"),
    compare("I32LeU", I32, "I32GeU"),
    compare("I32GeS", I32, "I32LeS"),
    compare("I32GeU", I32, "I32LeU"),
    compare("I64Eq", I64, "I64Eq"),
    compare("I64Ne", I64, "I64Ne"),
    compare("I64LtS", I64, "I64GtS"),
    compare("I64LtU", I64, "I64GtU"),
    compare("I64GtS", I64, "I64LtS"),
    compare("I64GtU", I64, "I64LtU"),
    compare("I64LeS", I64, "I64GeS"),
    compare("I64LeU", I64, "I64GeU"),
    compare("I64GeS", I64, "I64LeS"),
    compare("I64GeU", I64, "I64LeU"),
    commutative("F32Add", F32),
    ordered("F32Sub", F32),
    commutative("F32Mul", F32),
    ordered("F32Div", F32),
    commutative("F32Min", F32),
    commutative("F32Max", F32),
    ordered("F32Copysign", F32),
    commutative("F64Add", F64),
    ordered("F64Sub", F64),
    commutative("F64Mul", F64),
    ordered("F64Div", F64),
    commutative("F64Min", F64),
    commutative("F64Max", F64),
    ordered("F64Copysign", F64),
    compare("F32Eq", F32, "F32Eq"),
    compare("F32Ne", F32, "F32Ne"),
    compare("F32Lt", F32, "F32Gt"),
    compare("F32Gt", F32, "F32Lt"),
    compare("F32Le", F32, "F32Ge"),
    compare("F32Ge", F32, "F32Le"),
    compare("F64Eq", F64, "F64Eq"),
    compare("F64Ne", F64, "F64Ne"),
    compare("F64Lt", F64, "F64Gt"),
    compare("F64Gt", F64, "F64Lt"),
    compare("F64Le", F64, "F64Ge"),
    compare("F64Ge", F64, "F64Le"),
];

/// A compare-and-branch: `kernel` decides, and `negated` names the operation that decides the
/// opposite (which for floats is not another comparison: NaN).
pub(crate) struct Branch {
    pub(crate) name: &'static str,
    pub(crate) kernel: &'static str,
    /// Whether the kernel's answer is inverted.
    pub(crate) invert: bool,
    pub(crate) operand: Ty,
    pub(crate) swapped: &'static str,
    pub(crate) negated: &'static str,
}

const fn int(
    name: &'static str,
    kernel: &'static str,
    operand: Ty,
    swapped: &'static str,
    negated: &'static str,
) -> Branch {
    Branch {
        name,
        kernel,
        invert: false,
        operand,
        swapped,
        negated,
    }
}
const fn inverse(
    name: &'static str,
    kernel: &'static str,
    operand: Ty,
    swapped: &'static str,
    negated: &'static str,
) -> Branch {
    Branch {
        name,
        kernel,
        invert: true,
        operand,
        swapped,
        negated,
    }
}

pub(crate) const BRANCHES: &[Branch] = &[
    int("I32Eq", "I32Eq", I32, "I32Eq", "I32Ne"),
    int("I32Ne", "I32Ne", I32, "I32Ne", "I32Eq"),
    int("I32LtS", "I32LtS", I32, "I32GtS", "I32GeS"),
    int("I32LtU", "I32LtU", I32, "I32GtU", "I32GeU"),
    int("I32GtS", "I32GtS", I32, "I32LtS", "I32LeS"),
    int("I32GtU", "I32GtU", I32, "I32LtU", "I32LeU"),
    int("I32LeS", "I32LeS", I32, "I32GeS", "I32GtS"),
    int("I32LeU", "I32LeU", I32, "I32GeU", "I32GtU"),
    int("I32GeS", "I32GeS", I32, "I32LeS", "I32LtS"),
    int("I32GeU", "I32GeU", I32, "I32LeU", "I32LtU"),
    int("I32Test", "I32Test", I32, "I32Test", "I32TestNot"),
    inverse("I32TestNot", "I32Test", I32, "I32TestNot", "I32Test"),
    int("I64Eq", "I64Eq", I64, "I64Eq", "I64Ne"),
    int("I64Ne", "I64Ne", I64, "I64Ne", "I64Eq"),
    int("I64LtS", "I64LtS", I64, "I64GtS", "I64GeS"),
    int("I64LtU", "I64LtU", I64, "I64GtU", "I64GeU"),
    int("I64GtS", "I64GtS", I64, "I64LtS", "I64LeS"),
    int("I64GtU", "I64GtU", I64, "I64LtU", "I64LeU"),
    int("I64LeS", "I64LeS", I64, "I64GeS", "I64GtS"),
    int("I64LeU", "I64LeU", I64, "I64GeU", "I64GtU"),
    int("I64GeS", "I64GeS", I64, "I64LeS", "I64LtS"),
    int("I64GeU", "I64GeU", I64, "I64LeU", "I64LtU"),
    int("F32Eq", "F32Eq", F32, "F32Eq", "F32Ne"),
    int("F32Ne", "F32Ne", F32, "F32Ne", "F32Eq"),
    int("F32Lt", "F32Lt", F32, "F32Gt", "F32NotLt"),
    int("F32Gt", "F32Gt", F32, "F32Lt", "F32NotGt"),
    int("F32Le", "F32Le", F32, "F32Ge", "F32NotLe"),
    int("F32Ge", "F32Ge", F32, "F32Le", "F32NotGe"),
    inverse("F32NotLt", "F32Lt", F32, "F32NotGt", "F32Lt"),
    inverse("F32NotGt", "F32Gt", F32, "F32NotLt", "F32Gt"),
    inverse("F32NotLe", "F32Le", F32, "F32NotGe", "F32Le"),
    inverse("F32NotGe", "F32Ge", F32, "F32NotLe", "F32Ge"),
    int("F64Eq", "F64Eq", F64, "F64Eq", "F64Ne"),
    int("F64Ne", "F64Ne", F64, "F64Ne", "F64Eq"),
    int("F64Lt", "F64Lt", F64, "F64Gt", "F64NotLt"),
    int("F64Gt", "F64Gt", F64, "F64Lt", "F64NotGt"),
    int("F64Le", "F64Le", F64, "F64Ge", "F64NotLe"),
    int("F64Ge", "F64Ge", F64, "F64Le", "F64NotGe"),
    inverse("F64NotLt", "F64Lt", F64, "F64NotGt", "F64Lt"),
    inverse("F64NotGt", "F64Gt", F64, "F64NotLt", "F64Gt"),
    inverse("F64NotLe", "F64Le", F64, "F64NotGe", "F64Le"),
    inverse("F64NotGe", "F64Ge", F64, "F64NotLe", "F64Ge"),
];

/// A unary operation.
pub(crate) struct Un {
    pub(crate) name: &'static str,
    pub(crate) operand: Ty,
    pub(crate) result: Ty,
    pub(crate) fallible: bool,
}

const fn un(name: &'static str, operand: Ty, result: Ty) -> Un {
    Un {
        name,
        operand,
        result,
        fallible: false,
    }
}
const fn try_un(name: &'static str, operand: Ty, result: Ty) -> Un {
    Un {
        name,
        operand,
        result,
        fallible: true,
    }
}

pub(crate) const UNS: &[Un] = &[
    un("I32Clz", I32, I32),
    un("I32Ctz", I32, I32),
    un("I32Popcnt", I32, I32),
    un("I32Eqz", I32, I32),
    un("I32Extend8S", I32, I32),
    un("I32Extend16S", I32, I32),
    un("I64Clz", I64, I64),
    un("I64Ctz", I64, I64),
    un("I64Popcnt", I64, I64),
    un("I64Eqz", I64, I32),
    un("I64Extend8S", I64, I64),
    un("I64Extend16S", I64, I64),
    un("I64Extend32S", I64, I64),
    un("F32Abs", F32, F32),
    un("F32Neg", F32, F32),
    un("F32Ceil", F32, F32),
    un("F32Floor", F32, F32),
    un("F32Trunc", F32, F32),
    un("F32Nearest", F32, F32),
    un("F32Sqrt", F32, F32),
    un("F64Abs", F64, F64),
    un("F64Neg", F64, F64),
    un("F64Ceil", F64, F64),
    un("F64Floor", F64, F64),
    un("F64Trunc", F64, F64),
    un("F64Nearest", F64, F64),
    un("F64Sqrt", F64, F64),
    un("I32WrapI64", I64, I32),
    un("I64ExtendI32S", I32, I64),
    un("I64ExtendI32U", I32, I64),
    try_un("I32TruncF32S", F32, I32),
    try_un("I32TruncF32U", F32, I32),
    try_un("I32TruncF64S", F64, I32),
    try_un("I32TruncF64U", F64, I32),
    try_un("I64TruncF32S", F32, I64),
    try_un("I64TruncF32U", F32, I64),
    try_un("I64TruncF64S", F64, I64),
    try_un("I64TruncF64U", F64, I64),
    un("I32TruncSatF32S", F32, I32),
    un("I32TruncSatF32U", F32, I32),
    un("I32TruncSatF64S", F64, I32),
    un("I32TruncSatF64U", F64, I32),
    un("I64TruncSatF32S", F32, I64),
    un("I64TruncSatF32U", F32, I64),
    un("I64TruncSatF64S", F64, I64),
    un("I64TruncSatF64U", F64, I64),
    un("F32ConvertI32S", I32, F32),
    un("F32ConvertI32U", I32, F32),
    un("F32ConvertI64S", I64, F32),
    un("F32ConvertI64U", I64, F32),
    un("F64ConvertI32S", I32, F64),
    un("F64ConvertI32U", I32, F64),
    un("F64ConvertI64S", I64, F64),
    un("F64ConvertI64U", I64, F64),
    un("F32DemoteF64", F64, F32),
    un("F64PromoteF32", F32, F64),
    un("I32ReinterpretF32", F32, I32),
    un("I64ReinterpretF64", F64, I64),
    un("F32ReinterpretI32", I32, F32),
    un("F64ReinterpretI64", I64, F64),
    // Behind float operations, where NaNs are to be canonical.
    un("F32Canonicalize", F32, F32),
    un("F64Canonicalize", F64, F64),
];

/// A load: reads `width` bytes, and `convert` (a Rust expression of the value `v` of Rust type
/// `read`) makes the value of type `result`.
pub(crate) struct Load {
    pub(crate) name: &'static str,
    pub(crate) read: &'static str,
    pub(crate) convert: &'static str,
    pub(crate) result: Ty,
}

pub(crate) const fn load(
    name: &'static str,
    read: &'static str,
    convert: &'static str,
    result: Ty,
) -> Load {
    Load {
        name,
        read,
        convert,
        result,
    }
}

pub(crate) const LOADS: &[Load] = &[
    load("I32Load", "u32", "v", I32),
    load("I64Load", "u64", "v", I64),
    load("F32Load", "u32", "f32::from_bits(v)", F32),
    load("F64Load", "u64", "f64::from_bits(v)", F64),
    load("I32Load8S", "u8", "v as i8 as i32 as u32", I32),
    load("I32Load8U", "u8", "v as u32", I32),
    load("I32Load16S", "u16", "v as i16 as i32 as u32", I32),
    load("I32Load16U", "u16", "v as u32", I32),
    load("I64Load8S", "u8", "v as i8 as i64 as u64", I64),
    load("I64Load8U", "u8", "v as u64", I64),
    load("I64Load16S", "u16", "v as i16 as i64 as u64", I64),
    load("I64Load16U", "u16", "v as u64", I64),
    load("I64Load32S", "u32", "v as i32 as i64 as u64", I64),
    load("I64Load32U", "u32", "v as u64", I64),
];

/// A store of the low bytes of a slot, or of a float accumulator.
pub(crate) struct Store {
    pub(crate) name: &'static str,
    pub(crate) write: &'static str,
    /// The float accumulator that the value may also come from.
    pub(crate) float: Option<Ty>,
}

pub(crate) const STORES: &[Store] = &[
    Store {
        name: "Store8",
        write: "u8",
        float: None,
    },
    Store {
        name: "Store16",
        write: "u16",
        float: None,
    },
    Store {
        name: "Store32",
        write: "u32",
        float: Some(F32),
    },
    Store {
        name: "Store64",
        write: "u64",
        float: Some(F64),
    },
];

/// An operand field of an operation that is written by hand: its name, kind and byte offset.
#[derive(Clone, Copy)]
pub(crate) enum Field {
    /// A frame slot, `u16`.
    Slot(&'static str, usize),
    /// A plain number, `u16`.
    U16(&'static str, usize),
    /// A plain number, `u32`.
    U32(&'static str, usize),
    /// A plain number, `u64`.
    U64(&'static str, usize),
    /// An address in the host, `u64`, which is another one in every process.
    Address(&'static str, usize),
    /// A branch target, `i32`, in bytes from the start of the operation.
    Target(&'static str, usize),
}
use Field::*;

/// An operation whose body is a function of the same name in snake case in `exec`.
pub(crate) struct Plain {
    pub(crate) name: &'static str,
    pub(crate) size: usize,
    pub(crate) fields: &'static [Field],
}

const fn plain(name: &'static str, size: usize, fields: &'static [Field]) -> Plain {
    Plain { name, size, fields }
}

pub(crate) const PLAINS: &[Plain] = &[
    // Moves.
    plain("Copy", 16, &[Slot("dst", 8), Slot("src", 10)]),
    // The same, with the value in the integer accumulator as well.
    plain("CopyAcc", 16, &[Slot("dst", 8), Slot("src", 10)]),
    plain(
        "Copy2",
        16,
        &[
            Slot("dst", 8),
            Slot("src", 10),
            Slot("dst1", 12),
            Slot("src1", 14),
        ],
    ),
    // The same, with the second value in the integer accumulator as well.
    plain(
        "Copy2Acc",
        16,
        &[
            Slot("dst", 8),
            Slot("src", 10),
            Slot("dst1", 12),
            Slot("src1", 14),
        ],
    ),
    plain(
        "CopyMany",
        16,
        &[Slot("dst", 8), Slot("src", 10), U32("count", 12)],
    ),
    plain("CopyImm32", 16, &[Slot("dst", 8), U32("imm", 12)]),
    plain("CopyImm64", 24, &[Slot("dst", 8), U64("imm", 16)]),
    plain("SpillAcc", 16, &[Slot("dst", 8)]),
    plain("SpillF32", 16, &[Slot("dst", 8)]),
    plain("SpillF64", 16, &[Slot("dst", 8)]),
    // At the beginning of a function: an even number of slots, which may be one too many.
    plain("ZeroLocals", 16, &[Slot("first", 8), U32("count", 12)]),
    // Variables.
    plain("GlobalGetA", 16, &[U32("global", 12)]),
    plain("GlobalGetS", 16, &[Slot("dst", 8), U32("global", 12)]),
    plain("GlobalSetS", 16, &[Slot("src", 8), U32("global", 12)]),
    plain("GlobalSetA", 16, &[U32("global", 12)]),
    plain("GlobalSetImm", 24, &[U32("global", 12), U64("imm", 16)]),
    // Parametric. The condition is a slot or the accumulator; the result also goes to the
    // integer accumulator.
    plain(
        "SelectS",
        16,
        &[
            Slot("dst", 8),
            Slot("a", 10),
            Slot("b", 12),
            Slot("cond", 14),
        ],
    ),
    plain(
        "SelectA",
        16,
        &[Slot("dst", 8), Slot("a", 10), Slot("b", 12)],
    ),
    // The same with the condition in the accumulator and 32-bit constants.
    plain(
        "SelectImmB",
        16,
        &[Slot("dst", 8), Slot("a", 10), U32("b", 12)],
    ),
    plain(
        "SelectImmA",
        16,
        &[Slot("dst", 8), Slot("b", 10), U32("a", 12)],
    ),
    plain(
        "SelectImm",
        24,
        &[Slot("dst", 8), U32("a", 12), U32("b", 16)],
    ),
    // Control.
    plain("Br", 16, &[Target("target", 8)]),
    plain("BrTableS", 16, &[Slot("index", 8), U32("len", 12)]),
    plain("BrTableA", 16, &[U32("len", 12)]),
    plain("Unreachable", 16, &[]),
    plain("TrapNow", 16, &[U16("trap", 8)]),
    plain("Fuel", 16, &[U32("cost", 12)]),
    plain("CheckInterrupt", 8, &[]),
    // Returns from functions whose record is near.
    plain("Ret", 8, &[]),
    plain("RetS", 16, &[Slot("src", 8)]),
    plain("RetA", 8, &[]),
    plain("RetF32", 8, &[]),
    plain("RetF64", 8, &[]),
    plain("RetImm32", 16, &[U32("imm", 12)]),
    // Any other.
    plain(
        "RetMany",
        16,
        &[U16("record", 8), Slot("base", 10), U32("count", 12)],
    ),
    // Calls. `frame` is the slot of the callee's frame, `record` its return record's offset where
    // that need not be near. Who is called directly is a `Callee`, from byte 8 or 16 on.
    plain(
        "CallDirect",
        24,
        &[Slot("frame", 8), U32("func", 12), Address("entry", 16)],
    ),
    plain(
        "CallDirectFar",
        24,
        &[
            Slot("frame", 8),
            U16("record", 10),
            U32("func", 12),
            Address("entry", 16),
        ],
    ),
    plain(
        "CallImport",
        16,
        &[Slot("frame", 8), U16("record", 10), U32("import", 12)],
    ),
    plain(
        "CallIndirectS",
        24,
        &[
            Slot("frame", 8),
            U16("record", 10),
            Slot("index", 12),
            U32("type", 16),
            U32("table", 20),
        ],
    ),
    plain(
        "CallIndirectA",
        24,
        &[
            Slot("frame", 8),
            U16("record", 10),
            U32("type", 16),
            U32("table", 20),
        ],
    ),
    plain(
        "CallRef",
        16,
        &[Slot("frame", 8), U16("record", 10), Slot("func", 12)],
    ),
    plain(
        "TailCallDirect",
        32,
        &[
            Slot("args", 8),
            U16("record", 10),
            U16("own_record", 12),
            U16("count", 14),
            U32("func", 20),
            Address("entry", 24),
        ],
    ),
    plain(
        "TailCallImport",
        24,
        &[
            Slot("args", 8),
            U16("record", 10),
            U16("own_record", 12),
            U16("count", 14),
            U32("import", 16),
        ],
    ),
    plain(
        "TailCallIndirect",
        32,
        &[
            Slot("args", 8),
            U16("record", 10),
            U16("own_record", 12),
            U16("count", 14),
            U32("type", 16),
            U32("table", 20),
            Slot("index", 24),
        ],
    ),
    plain(
        "TailCallRef",
        24,
        &[
            Slot("args", 8),
            U16("record", 10),
            U16("own_record", 12),
            U16("count", 14),
            Slot("func", 16),
        ],
    ),
    // Memory size, of any memory.
    plain(
        "MemorySize",
        16,
        &[Slot("dst", 8), U16("page_log2", 10), U32("memory", 12)],
    ),
    plain("AtomicFence", 8, &[]),
    // Fields and elements that are vectors.
    plain(
        "StructGetV128",
        16,
        &[Slot("dst", 8), Slot("ref", 10), U32("offset", 12)],
    ),
    plain(
        "StructSetV128",
        16,
        &[Slot("ref", 8), Slot("value", 10), U32("offset", 12)],
    ),
    plain(
        "ArrayGetV128",
        16,
        &[Slot("dst", 8), Slot("ref", 10), Slot("index", 12)],
    ),
    plain(
        "ArraySetV128",
        16,
        &[Slot("ref", 8), Slot("value", 10), Slot("index", 12)],
    ),
    // Stubs, which no function contains.
    plain("StubHostReturn", 8, &[]),
    plain("StubCrossReturn", 8, &[]),
    plain("StubSegmentReturn", 8, &[]),
    plain("StubHostCall", 8, &[]),
    plain("StubLazyDirect", 8, &[]),
    plain("StubLazyRef", 8, &[]),
    plain("StubProbe", 8, &[]),
];

/// An operation that leaves the handlers for the driver, which does the work, writes a result to
/// `s0` where there is one, and goes on behind it. All have the same layout: slots `s0`…`s3` and
/// two indices.
pub(crate) struct Slow {
    pub(crate) name: &'static str,
    /// Whether a function of the same name in snake case in `exec` does the work when it is
    /// little and nothing is wrong; it says whether it did.
    pub(crate) quick: bool,
    /// A field of 64 bits behind the indices.
    pub(crate) behind: Option<Field>,
}

const fn slow(name: &'static str) -> Slow {
    Slow {
        name,
        quick: false,
        behind: None,
    }
}
const fn quick(name: &'static str) -> Slow {
    Slow {
        quick: true,
        ..slow(name)
    }
}
const fn slow_access(name: &'static str) -> Slow {
    Slow {
        behind: Some(U64("offset", 24)),
        ..slow(name)
    }
}
const fn quick_new(name: &'static str) -> Slow {
    Slow {
        behind: Some(Address("type", 24)),
        ..quick(name)
    }
}

pub(crate) const SLOWS: &[Slow] = &[
    // s0 = result, s1 = delta; i0 = memory, i1 = 1 when it is a 64-bit one.
    slow("MemoryGrow"),
    // s0 = dst, s1 = value, s2 = len; i0 = memory.
    quick("MemoryFill"),
    // s0 = dst, s1 = src, s2 = len; i0 = dst memory, i1 = src memory.
    quick("MemoryCopy"),
    // s0 = dst, s1 = src, s2 = len; i0 = memory, i1 = data segment.
    slow("MemoryInit"),
    // s0 = result, s1 = address, s2 = count; i0 = memory.
    slow_access("AtomicNotify"),
    // s0 = result, s1 = address, s2 = expected value, s3 = timeout; i0 = memory.
    slow_access("AtomicWait32"),
    slow_access("AtomicWait64"),
    // i0 = data segment.
    slow("DataDrop"),
    // s0 = result, s1 = index; i0 = table.
    quick("TableGet"),
    // s0 = index, s1 = value; i0 = table.
    quick("TableSet"),
    // s0 = result; i0 = table.
    quick("TableSize"),
    // s0 = result, s1 = value, s2 = delta; i0 = table, i1 = 1 when it is a 64-bit one.
    slow("TableGrow"),
    // s0 = index, s1 = value, s2 = len; i0 = table.
    slow("TableFill"),
    // s0 = dst, s1 = src, s2 = len; i0 = dst table, i1 = src table.
    slow("TableCopy"),
    // s0 = dst, s1 = src, s2 = len; i0 = table, i1 = element segment.
    slow("TableInit"),
    // i0 = element segment.
    slow("ElemDrop"),
    // s0 = result; i0 = function.
    slow("RefFunc"),
    // Objects.
    // s0 = result, s1 = first value; i0 = type, i1 = how many fields there are, or 0 when not each
    // of them has one slot.
    quick_new("StructNew"),
    // s0 = result, s1, s2 and s3 = values; i0 = type, i1 = size and offsets.
    quick_new("StructNew1"),
    quick_new("StructNew2"),
    quick_new("StructNew3"),
    // s0 = result; i0 = type.
    quick_new("StructNewDefault"),
    // s0 = result, s1 = value, s2 = len; i0 = type.
    quick_new("ArrayNew"),
    // s0 = result, s1 = len; i0 = type.
    quick_new("ArrayNewDefault"),
    // s0 = result, s1 = first value; i0 = type, i1 = len.
    quick_new("ArrayNewFixed"),
    // s0 = result, s1 = src, s2 = len; i0 = type, i1 = data segment.
    slow("ArrayNewData"),
    // s0 = result, s1 = src, s2 = len; i0 = type, i1 = element segment.
    slow("ArrayNewElem"),
    // s0 = array, s1 = index, s2 = value, s3 = len.
    slow("ArrayFill"),
    // s0 = the first of dst array, dst index, src array, src index, len.
    slow("ArrayCopy"),
    // s0 = array, s1 = dst, s2 = src, s3 = len; i0 = data segment.
    slow("ArrayInitData"),
    // s0 = array, s1 = dst, s2 = src, s3 = len; i0 = element segment.
    slow("ArrayInitElem"),
    // s0 = result, s1 = reference; i0 = target.
    quick("RefTest"),
    // s0 = reference; i0 = target.
    quick("RefCast"),
    // s0 = the first of a and b, low halves first, and the first of the results.
    quick("I64Add128"),
    quick("I64Sub128"),
    quick("I64MulWideS"),
    quick("I64MulWideU"),
    // At the beginning of a function, under stress.
    slow("CollectAtCall"),
    // s0 = first value; i0 = tag.
    slow("Throw"),
    // s0 = exception.
    slow("ThrowRef"),
    // s0 = result, s1 = a, s2 = b, s3 = c, all vectors.
    quick("F64x2RelaxedMadd"),
    quick("F64x2RelaxedNmadd"),
];
