//! The faults.

use super::Fault;
use crate::module::{Body, Change};
use wasmparser::{BinaryReader, BlockType, HeapType, MemArg, MemArgTarget, Operator, ValType};

/// A fault of an operator that gives something else, by the text of a function that does.
macro_rules! wrong {
    ($name:literal, $($operator:ident)|+, $text:literal) => {
        Fault {
            name: $name,
            is_of_fuel: false,
            plant: |_, _, operator| {
                matches!(operator, $(Operator::$operator { .. })|+)
                    .then(|| Change::Function($text.to_owned()))
            },
        }
    };
}

/// A fault of an access to the first memory. In the text, `OFFSET` is the offset as `i64`, `OWN`
/// the same as the access has it, and `SIZE` the memory's size in bytes.
macro_rules! access {
    ($name:literal, $operator:ident, $text:literal) => {
        Fault {
            name: $name,
            is_of_fuel: false,
            plant: |_, _, operator| match operator {
                Operator::$operator { memarg } => of_access(memarg, $text),
                _ => None,
            },
        }
    };
}

/// A fault of more than an operator: by what stands where an instruction is.
macro_rules! code {
    ($name:literal, $plant:expr) => {
        Fault {
            name: $name,
            is_of_fuel: false,
            plant: $plant,
        }
    };
}

/// All of them.
pub const FAULTS: &[Fault] = &[
    // Numbers.
    wrong!(
        "shifts of i32 take six bits of the count",
        I32Shl,
        "(func (param i32 i32) (result i32)
            (if (result i32) (i32.and (local.get 1) (i32.const 32))
                (then (i32.const 0))
                (else (i32.shl (local.get 0) (local.get 1)))))"
    ),
    wrong!(
        "shifts of i64 take five bits of the count",
        I64ShrU,
        "(func (param i64 i64) (result i64)
            (i64.shr_u (local.get 0) (i64.and (local.get 1) (i64.const 31))))"
    ),
    wrong!(
        "rotations go the other way",
        I32Rotl,
        "(func (param i32 i32) (result i32) (i32.rotr (local.get 0) (local.get 1)))"
    ),
    wrong!(
        "operands of a subtraction are swapped",
        I32Sub,
        "(func (param i32 i32) (result i32) (i32.sub (local.get 1) (local.get 0)))"
    ),
    wrong!(
        "a comparison of signed numbers is of unsigned ones",
        I32LtS,
        "(func (param i32 i32) (result i32) (i32.lt_u (local.get 0) (local.get 1)))"
    ),
    wrong!(
        "a comparison is strict",
        I64GeU,
        "(func (param i64 i64) (result i32) (i64.gt_u (local.get 0) (local.get 1)))"
    ),
    wrong!(
        "the division that overflows does not trap",
        I32DivS,
        "(func (param i32 i32) (result i32)
            (if (result i32) (i32.eq (local.get 1) (i32.const -1))
                (then (i32.sub (i32.const 0) (local.get 0)))
                (else (i32.div_s (local.get 0) (local.get 1)))))"
    ),
    wrong!(
        "the remainder that cannot overflow traps",
        I64RemS,
        "(func (param i64 i64) (result i64)
            (drop (i64.div_s (local.get 0) (local.get 1)))
            (i64.rem_s (local.get 0) (local.get 1)))"
    ),
    wrong!(
        "a division by zero gives zero",
        I64DivU,
        "(func (param i64 i64) (result i64)
            (if (result i64) (i64.eqz (local.get 1)) (then (i64.const 0))
                (else (i64.div_u (local.get 0) (local.get 1)))))"
    ),
    wrong!(
        "a division by zero is an overflow",
        I32RemU,
        "(func (param i32 i32) (result i32)
            (if (i32.eqz (local.get 1))
                (then (drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))))
            (i32.rem_u (local.get 0) (local.get 1)))"
    ),
    wrong!(
        "zeros of zero are counted as by the machine",
        I32Clz,
        "(func (param i32) (result i32)
            (select (i32.const 63) (i32.clz (local.get 0)) (i32.eqz (local.get 0))))"
    ),
    wrong!(
        "a sign is not extended",
        I32Extend8S,
        "(func (param i32) (result i32) (i32.and (local.get 0) (i32.const 255)))"
    ),
    wrong!(
        "the upper half of an i32 is not zero",
        I64ExtendI32U,
        "(func (param i32) (result i64) (i64.extend_i32_s (local.get 0)))"
    ),
    wrong!(
        "the sign of a wide product is lost",
        I64MulWideS,
        "(func (param i64 i64) (result i64 i64)
            (i64.mul_wide_u (local.get 0) (local.get 1)))"
    ),
    // Floats.
    wrong!(
        "min does not give NaN for the second operand",
        F32Min,
        "(func (param f32 f32) (result f32)
            (select (local.get 0) (f32.min (local.get 0) (local.get 1))
                (f32.ne (local.get 1) (local.get 1))))"
    ),
    wrong!(
        "max of zeros ignores signs",
        F64Max,
        "(func (param f64 f64) (result f64)
            (select (local.get 1) (f64.max (local.get 0) (local.get 1))
                (f64.eq (local.get 0) (local.get 1))))"
    ),
    wrong!(
        "nearest rounds ties away from zero",
        F64Nearest,
        "(func (param f64) (result f64)
            (select (f64.copysign (f64.floor (f64.add (f64.abs (local.get 0)) (f64.const 0.5)))
                    (local.get 0))
                (f64.nearest (local.get 0))
                (f64.lt (f64.abs (local.get 0)) (f64.const 1e9))))"
    ),
    wrong!(
        "a NaN is not made canonical",
        F64Add,
        "(func (param f64 f64) (result f64)
            (select (f64.const -nan:0x8000000000001) (f64.add (local.get 0) (local.get 1))
                (f64.ne (f64.add (local.get 0) (local.get 1))
                    (f64.add (local.get 0) (local.get 1)))))"
    ),
    wrong!(
        "large unsigned numbers are negative floats",
        F64ConvertI64U,
        "(func (param i64) (result f64) (f64.convert_i64_s (local.get 0)))"
    ),
    wrong!(
        "a conversion that should trap saturates",
        I32TruncF64U,
        "(func (param f64) (result i32) (i32.trunc_sat_f64_u (local.get 0)))"
    ),
    wrong!(
        "a saturating conversion of NaN is the machine's",
        I64TruncSatF32S,
        "(func (param f32) (result i64)
            (select (i64.const 0x8000000000000000) (i64.trunc_sat_f32_s (local.get 0))
                (f32.ne (local.get 0) (local.get 0))))"
    ),
    // Vectors.
    wrong!(
        "the count of a shift of lanes is not masked",
        I8x16ShrS,
        "(func (param v128 i32) (result v128)
            (i8x16.shr_s (local.get 0)
                (select (i32.const 7) (local.get 1)
                    (i32.gt_u (local.get 1) (i32.const 7)))))"
    ),
    wrong!(
        "an addition of lanes does not saturate",
        I16x8AddSatS,
        "(func (param v128 v128) (result v128) (i16x8.add (local.get 0) (local.get 1)))"
    ),
    wrong!(
        "a swizzle wraps",
        I8x16Swizzle,
        "(func (param v128 v128) (result v128)
            (i8x16.swizzle (local.get 0)
                (v128.and (local.get 1) (i8x16.splat (i32.const 15)))))"
    ),
    wrong!(
        "the minimum of lanes is the machine's",
        F32x4Min,
        "(func (param v128 v128) (result v128) (f32x4.pmin (local.get 0) (local.get 1)))"
    ),
    // Memory.
    access!(
        "a load beyond the end does not trap",
        I32Load,
        "(func (param i32) (result i32)
            (if (result i32)
                (i64.gt_u (i64.add (i64.extend_i32_u (local.get 0)) (i64.const OFFSET))
                    (i64.sub SIZE (i64.const 4)))
                (then (i32.const 0))
                (else (i32.load offset=OWN (local.get 0)))))"
    ),
    access!(
        "the last byte of a store is not checked",
        I32Store16,
        "(func (param i32 i32)
            (if (i64.eq (i64.add (i64.extend_i32_u (local.get 0)) (i64.const OFFSET))
                    (i64.sub SIZE (i64.const 1)))
                (then (i32.store8 offset=OWN (local.get 0) (local.get 1)))
                (else (i32.store16 offset=OWN (local.get 0) (local.get 1)))))"
    ),
    access!(
        "index and offset are added in 32 bits",
        I64Load,
        "(func (param i32) (result i64)
            (i64.load (i32.add (local.get 0) (i32.wrap_i64 (i64.const OFFSET)))))"
    ),
    access!(
        "a load of a byte does not extend its sign",
        I32Load8S,
        "(func (param i32) (result i32) (i32.load8_u offset=OWN (local.get 0)))"
    ),
    access!(
        "a narrow store is wide",
        I64Store32,
        "(func (param i32 i64)
            (if (i64.le_u (i64.add (i64.extend_i32_u (local.get 0)) (i64.const OFFSET))
                    (i64.sub SIZE (i64.const 8)))
                (then (i64.store offset=OWN (local.get 0) (local.get 1)))
                (else (i64.store32 offset=OWN (local.get 0) (local.get 1)))))"
    ),
    code!(
        "a store after memory.grow goes to where the memory was",
        |body, at, operator| {
            if !matches!(
                operator,
                Operator::I32Store { .. } | Operator::I64Store { .. } | Operator::I32Store8 { .. }
            ) {
                return None;
            }
            let since = body.operators[..at].iter().rev().take(12);
            let is_stale = since
                .take_while(|it| !is_control(it))
                .any(|it| matches!(it, Operator::MemoryGrow { .. }));
            is_stale.then(|| Change::Instructions(vec![DROP; 2]))
        }
    ),
    wrong!(
        "memory.grow gives the new size",
        MemoryGrow,
        "(func (param i32) (result i32)
            (if (result i32) (i32.eq (memory.grow (local.get 0)) (i32.const -1))
                (then (i32.const -1)) (else (memory.size))))"
    ),
    wrong!(
        "a copy of memory that overlaps goes from the start",
        MemoryCopy,
        "(func (param i32 i32 i32)
            (loop
                (if (local.get 2) (then
                    (i32.store8 (local.get 0) (i32.load8_u (local.get 1)))
                    (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                    (local.set 1 (i32.add (local.get 1) (i32.const 1)))
                    (local.set 2 (i32.sub (local.get 2) (i32.const 1)))
                    (br 1)))))"
    ),
    // Control.
    code!(
        "a value is lost where control joins",
        |body, at, operator| {
            let is_number = matches!(operator, Operator::End)
                && matches!(
                    body.operators.get(body.matching_start(at)?),
                    Some(Operator::Block {
                        blockty: BlockType::Type(ValType::I64)
                    })
                );
            // `i64.const 0`, `i64.and`.
            is_number.then(|| Change::Instructions(vec![END, 0x42, 0, 0x83]))
        }
    ),
    code!(
        "a table of branches takes its default for its first",
        |_, _, operator| {
            let Operator::BrTable { targets } = operator else {
                return None;
            };
            let mut all: Vec<u32> = targets.targets().collect::<Result<_, _>>().ok()?;
            let default = targets.default();
            let first = all.first_mut()?;
            let was = core::mem::replace(first, default);
            let mut bytes = vec![0x0e];
            number(&mut bytes, all.len() as u64);
            for depth in all {
                number(&mut bytes, depth.into());
            }
            number(&mut bytes, was.into());
            Some(Change::Instructions(bytes))
        }
    ),
    code!("a call clobbers a local", |body, _, operator| {
        let local = last_local(body, ValType::I32)?;
        let Operator::Call { function_index } = operator else {
            return None;
        };
        let mut bytes = vec![0x10];
        number(&mut bytes, (*function_index).into());
        // `i32.const 21`, `local.set`.
        bytes.extend([0x41, 21, 0x21]);
        number(&mut bytes, local.into());
        Some(Change::Instructions(bytes))
    }),
    code!(
        "a collection during a call misses roots",
        |body, _, operator| {
            let Operator::Call { function_index } = operator else {
                return None;
            };
            let mut bytes = vec![0x10];
            number(&mut bytes, (*function_index).into());
            bytes.extend(forget_objects(body)?);
            Some(Change::Instructions(bytes))
        }
    ),
    code!(
        "a tail call leaves its frame",
        |_, _, operator| match operator {
            Operator::ReturnCall { function_index } => {
                let mut bytes = vec![0x10];
                number(&mut bytes, (*function_index).into());
                bytes.push(0x0f);
                Some(Change::Instructions(bytes))
            }
            _ => None,
        }
    ),
    code!(
        "a call through a table takes the next entry",
        |body, at, operator| {
            matches!(operator, Operator::CallIndirect { .. }).then(|| {
                let mut bytes = vec![0x41, 1, 0x6a];
                bytes.extend_from_slice(body.bytes(at..at + 1));
                Change::Instructions(bytes)
            })
        }
    ),
    // Exceptions.
    code!(
        "a handler is not found",
        |body, at, operator| match operator {
            Operator::TryTable { try_table } if !try_table.catches.is_empty() => {
                // The same without the clauses, whose bytes are the last.
                let bytes = body.bytes(at..at + 1);
                let block = block_type(bytes)?;
                let mut new = vec![0x1f];
                new.extend_from_slice(block);
                new.push(0);
                Some(Change::Instructions(new))
            }
            _ => None,
        }
    ),
    code!("an exception loses a value", |body, at, operator| {
        matches!(operator, Operator::Throw { tag_index: 1 }).then(|| {
            let mut bytes = vec![0x41, 0, 0x71];
            bytes.extend_from_slice(body.bytes(at..at + 1));
            Change::Instructions(bytes)
        })
    }),
    // Tables, globals and objects.
    code!(
        "a table is read at the wrong place",
        |body, at, operator| {
            matches!(operator, Operator::TableGet { .. }).then(|| {
                let mut bytes = vec![0x41, 1, 0x73];
                bytes.extend_from_slice(body.bytes(at..at + 1));
                Change::Instructions(bytes)
            })
        }
    ),
    code!("a write to a global is lost", |_, _, operator| {
        matches!(operator, Operator::GlobalSet { global_index } if *global_index > 1)
            .then(|| Change::Instructions(vec![DROP]))
    }),
    code!(
        "a field of a byte is read without its sign",
        |body, at, operator| {
            let bytes = body.bytes(at..at + 1);
            match operator {
                Operator::StructGetS { .. } => Some(with_second(bytes, 0x04)),
                Operator::ArrayGetS { .. } => Some(with_second(bytes, 0x0d)),
                _ => None,
            }
        }
    ),
    code!("null is of no type", |body, at, operator| match operator {
        Operator::RefTestNullable { .. } => Some(with_second(body.bytes(at..at + 1), 0x14)),
        _ => None,
    }),
    code!(
        "an i31 is read without its sign",
        |body, at, operator| match operator {
            Operator::I31GetS => Some(with_second(body.bytes(at..at + 1), 0x1e)),
            _ => None,
        }
    ),
    code!("a branch on null traps", |_, _, operator| {
        // `ref.as_non_null`.
        matches!(operator, Operator::BrOnNull { .. }).then(|| Change::Instructions(vec![0xd4]))
    }),
    code!("data.drop does nothing", |_, _, operator| {
        matches!(operator, Operator::DataDrop { .. }).then(|| Change::Instructions(vec![NOP]))
    }),
    // Fuel.
    Fault {
        name: "a round of a loop costs one more",
        is_of_fuel: true,
        plant: |body, at, operator| {
            matches!(operator, Operator::Loop { .. }).then(|| {
                let mut bytes = body.bytes(at..at + 1).to_vec();
                bytes.extend([0x41, 0, DROP]);
                Change::Instructions(bytes)
            })
        },
    },
    Fault {
        name: "what follows a conditional branch is paid for with it",
        is_of_fuel: true,
        plant: |body, at, operator| {
            // A branch that is never taken ends what is paid for at once.
            matches!(operator, Operator::I64Store { .. }).then(|| {
                let mut bytes = vec![0x02, 0x40, 0x41, 0, 0x0d, 0, 0x0b];
                bytes.extend_from_slice(body.bytes(at..at + 1));
                Change::Instructions(bytes)
            })
        },
    },
];

const NOP: u8 = 0x01;
const DROP: u8 = 0x1a;
const END: u8 = 0x0b;

/// A call, of what the access does, by this text.
fn of_access(memarg: &MemArg, text: &str) -> Option<Change> {
    if memarg.target != MemArgTarget::Memory(0) {
        return None;
    }
    let text = text
        .replace("OFFSET", &memarg.offset.to_string())
        .replace("OWN", &memarg.offset.to_string())
        .replace(
            "SIZE",
            "(i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16))",
        );
    Some(Change::Function(text))
}

const fn is_control(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
            | Operator::Call { .. }
            | Operator::CallIndirect { .. }
    )
}

/// Appends a number as the binary format has it.
fn number(bytes: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// An instruction with another second byte.
fn with_second(bytes: &[u8], second: u8) -> Change {
    let mut bytes = bytes.to_vec();
    bytes[1] = second;
    Change::Instructions(bytes)
}

/// The type in the encoding of the beginning of a block.
fn block_type(bytes: &[u8]) -> Option<&[u8]> {
    let mut reader = BinaryReader::new(&bytes[1..], 0);
    reader.read_var_s33().ok()?;
    Some(&bytes[1..=reader.current_position()])
}

/// The last of the locals that are no parameters, when it is of this type.
fn last_local(body: &Body<'_>, ty: ValType) -> Option<u32> {
    let (locals, params) = body.declared_locals()?;
    let at = locals.iter().rposition(|it| *it == ty)?;
    // With few locals none would be in a register that someone could clobber.
    (locals.len() > 4).then_some(params + at as u32)
}

/// What makes all locals null that are no parameters and hold objects of defined types.
fn forget_objects(body: &Body<'_>) -> Option<Vec<u8>> {
    let (locals, params) = body.declared_locals()?;
    let mut bytes = Vec::new();
    for (at, local) in (params..).zip(&locals) {
        if let ValType::Ref(ty) = local
            && ty.is_nullable()
            && let HeapType::Concrete(index) = ty.heap_type()
        {
            // The number is signed: below 64 it looks the same.
            let index = index.as_module_index().filter(|index| *index < 64)?;
            bytes.push(0xd0);
            number(&mut bytes, index.into());
            bytes.push(0x21);
            number(&mut bytes, at.into());
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}
