//! The code section as instructions, each of which is a range of bytes.

use core::ops::Range;
use wasmparser::{
    BinaryReader, CompositeInnerType, FuncValidatorAllocations, Operator, OperatorsReader, Parser,
    Payload, ValType, ValidPayload, Validator, WasmFeatures,
};

/// What modules may use: all that engines do.
pub const FEATURES: WasmFeatures = WasmFeatures::WASM3
    .union(WasmFeatures::CUSTOM_PAGE_SIZES)
    .union(WasmFeatures::WIDE_ARITHMETIC)
    .union(WasmFeatures::LEGACY_EXCEPTIONS)
    .union(WasmFeatures::THREADS);

/// Whether the validator that engines rely on accepts it.
pub(crate) fn is_valid(wasm: &[u8]) -> bool {
    Validator::new_with_features(FEATURES)
        .validate_all(wasm)
        .is_ok()
}

/// Whether it can be executed without others: it does not wait for long, because each timeout is a
/// small constant right before the instruction.
pub(crate) fn is_usable(wasm: &[u8]) -> bool {
    const LONGEST_NS: i64 = 1_000_000;
    let is_brief = |body: &Body<'_>| {
        let mut before = &Operator::Nop;
        body.operators.iter().all(|operator| {
            let timeout = core::mem::replace(&mut before, operator);
            match operator {
                Operator::MemoryAtomicWait32 { .. } | Operator::MemoryAtomicWait64 { .. } => {
                    matches!(timeout, Operator::I64Const { value } if (0..=LONGEST_NS).contains(value))
                }
                _ => true,
            }
        })
    };
    Code::new(wasm).is_none_or(|code| code.bodies.iter().all(is_brief))
}

/// The module with a timeout of so many nanoseconds, less than 64, wherever it waits; `None` when
/// there is no code or it is malformed.
pub(crate) fn with_timeouts(wasm: &[u8], ns: u8) -> Option<Vec<u8>> {
    const DROP: u8 = 0x1a;
    const I64_CONST: u8 = 0x42;
    let code = Code::new(wasm)?;
    let body = |body: &Body<'_>| {
        let mut bytes = wasm[body.locals.clone()].to_vec();
        for (operator, op) in body.operators.iter().zip(&body.ops) {
            if let Operator::MemoryAtomicWait32 { .. } | Operator::MemoryAtomicWait64 { .. } =
                operator
            {
                bytes.extend([DROP, I64_CONST, ns & 63]);
            }
            bytes.extend_from_slice(&wasm[op.clone()]);
        }
        bytes
    };
    Some(code.rebuild(&code.bodies.iter().map(body).collect::<Vec<_>>()))
}

/// The code of a module.
pub(crate) struct Code<'a> {
    wasm: &'a [u8],
    /// Where the section is, with its head.
    section: Range<usize>,
    /// The bodies in their order.
    pub(crate) bodies: Vec<Body<'a>>,
}

/// The body of a function.
pub(crate) struct Body<'a> {
    wasm: &'a [u8],
    /// How many parameters the function has.
    params: u32,
    /// The declarations of locals.
    pub(crate) locals: Range<usize>,
    /// The instructions, the last of which is an `end`.
    pub(crate) ops: Vec<Range<usize>>,
    /// The same, as what they are.
    pub(crate) operators: Vec<Operator<'a>>,
}

/// What is known before an instruction.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    /// In how many blocks it is.
    pub(crate) depth: u32,
    /// The types of the operands, from the bottom; `None` for those of code that is never reached.
    pub(crate) operands: Vec<Option<ValType>>,
}

impl<'a> Code<'a> {
    /// The code of a module; `None` when there is none or it is malformed.
    pub(crate) fn new(wasm: &'a [u8]) -> Option<Self> {
        let mut section = None;
        let mut bodies = Vec::new();
        // By type, how many parameters; by function, its type.
        let mut params = Vec::new();
        let mut signatures = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.ok()? {
                Payload::TypeSection(groups) => {
                    for group in groups {
                        for ty in group.ok()?.into_types() {
                            params.push(match &ty.composite_type.inner {
                                CompositeInnerType::Func(ty) => ty.params().len() as u32,
                                _ => 0,
                            });
                        }
                    }
                }
                Payload::FunctionSection(types) => {
                    for ty in types {
                        signatures.push(ty.ok()?);
                    }
                }
                Payload::CodeSectionStart {
                    unchecked_range: range,
                    ..
                } => {
                    let contents = usize::try_from(range.start).ok()?;
                    let end = usize::try_from(range.end).ok()?;
                    section = Some(section_start(wasm, contents, end - contents)?..end);
                }
                Payload::CodeSectionEntry(body) => {
                    let mut reader = body.get_binary_reader();
                    let start = usize::try_from(body.range().start).ok()?;
                    let mut locals = body.get_locals_reader().ok()?;
                    for _ in 0..locals.get_count() {
                        locals.read().ok()?;
                    }
                    let at = |position: u64| usize::try_from(position).ok();
                    let first = at(locals.original_position())?;
                    reader.read_bytes(first - start).ok()?;
                    let mut reader = OperatorsReader::new(reader);
                    let mut ops = Vec::new();
                    let mut operators = Vec::new();
                    while !reader.eof() {
                        let from = at(reader.original_position())?;
                        operators.push(reader.read().ok()?);
                        ops.push(from..at(reader.original_position())?);
                    }
                    bodies.push(Body {
                        wasm,
                        params: signatures
                            .get(bodies.len())
                            .and_then(|ty| params.get(*ty as usize))
                            .copied()
                            .unwrap_or(0),
                        locals: start..first,
                        ops,
                        operators,
                    });
                }
                _ => {}
            }
        }
        Some(Self {
            wasm,
            section: section?,
            bodies,
        })
    }

    /// The module with other bodies, each of them declarations of locals and instructions.
    pub(crate) fn rebuild(&self, bodies: &[Vec<u8>]) -> Vec<u8> {
        let contents = contents(bodies);
        let mut wasm = self.wasm[..self.section.start].to_vec();
        wasm.push(CODE_SECTION);
        leb(&mut wasm, contents.len());
        wasm.extend_from_slice(&contents);
        wasm.extend_from_slice(&self.wasm[self.section.end..]);
        wasm
    }

    /// The module with other instructions in the place of some of a function, before the last.
    pub(crate) fn with(&self, func: usize, ops: Range<usize>, new: &[u8]) -> Vec<u8> {
        let mut bodies = self.to_bytes();
        let body = &self.bodies[func];
        let whole = &bodies[func];
        let start = body.locals.start;
        let mut bytes = whole[..body.ops[ops.start].start - start].to_vec();
        bytes.extend_from_slice(new);
        bytes.extend_from_slice(&whole[body.ops[ops.end].start - start..]);
        bodies[func] = bytes;
        self.rebuild(&bodies)
    }

    /// The bodies as they are.
    pub(crate) fn to_bytes(&self) -> Vec<Vec<u8>> {
        self.bodies.iter().map(Body::to_bytes).collect()
    }

    /// What is known before each instruction of each function; nothing when it is invalid.
    pub(crate) fn points(&self) -> Option<Vec<Vec<Point>>> {
        let mut validator = Validator::new_with_features(FEATURES);
        let mut allocations = FuncValidatorAllocations::default();
        let mut all = Vec::new();
        for payload in Parser::new(0).parse_all(self.wasm) {
            let payload = payload.ok()?;
            let ValidPayload::Func(func, body) = validator.payload(&payload).ok()? else {
                continue;
            };
            let mut func = func.into_validator(allocations);
            let mut reader = body.get_binary_reader();
            func.read_locals(&mut reader).ok()?;
            let mut reader = OperatorsReader::new(reader);
            let mut points = Vec::new();
            while !reader.eof() {
                let height = func.operand_stack_height() as usize;
                points.push(Point {
                    depth: func.control_stack_height(),
                    operands: (0..height)
                        .rev()
                        .map(|at| func.get_operand_type(at).flatten())
                        .collect(),
                });
                let (operator, offset) = reader.read_with_offset().ok()?;
                func.op(offset, &operator).ok()?;
            }
            allocations = func.into_allocations();
            all.push(points);
        }
        Some(all)
    }
}

impl<'a> Body<'a> {
    /// Its declarations of locals and its instructions.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let end = self.ops.last().map_or(self.locals.end, |op| op.end);
        self.wasm[self.locals.start..end].to_vec()
    }

    /// The bytes of instructions that follow each other.
    pub(crate) fn bytes(&self, ops: Range<usize>) -> &'a [u8] {
        if ops.is_empty() {
            return &[];
        }
        &self.wasm[self.ops[ops.start].start..self.ops[ops.end - 1].end]
    }

    /// The place where the block begins that an `end` is of; `None` for the function's.
    pub(crate) fn matching_start(&self, end: usize) -> Option<usize> {
        let mut open = 1;
        for at in (0..end).rev() {
            match self.operators[at] {
                Operator::End | Operator::Delegate { .. } => open += 1,
                Operator::Block { .. }
                | Operator::Loop { .. }
                | Operator::If { .. }
                | Operator::Try { .. }
                | Operator::TryTable { .. } => open -= 1,
                _ => {}
            }
            if open == 0 {
                return Some(at);
            }
        }
        None
    }

    /// The types of the locals that are no parameters, and how many parameters there are.
    pub(crate) fn declared_locals(&self) -> Option<(Vec<ValType>, u32)> {
        let mut reader = BinaryReader::new_features(&self.wasm[self.locals.clone()], 0, FEATURES);
        let mut types = Vec::new();
        for _ in 0..reader.read_var_u32().ok()? {
            let count = reader.read_var_u32().ok()? as usize;
            let ty: ValType = reader.read().ok()?;
            types.extend(core::iter::repeat_n(ty, count));
        }
        Some((types, self.params))
    }

    /// The place of the `end` of the block that begins at a place.
    pub(crate) fn matching_end(&self, points: &[Point], at: usize) -> Option<usize> {
        let depth = points[at].depth;
        (at + 1..self.ops.len()).find(|&end| {
            points[end].depth == depth + 1
                && points.get(end + 1).is_none_or(|after| after.depth == depth)
        })
    }
}

const CODE_SECTION: u8 = 10;

/// What the code section of a module holds if it ends with these bodies too; `None` when it has
/// none.
pub fn code_with(wasm: &[u8], more: Vec<Vec<u8>>) -> Option<Vec<u8>> {
    let mut bodies = Code::new(wasm)?.to_bytes();
    bodies.extend(more);
    Some(contents(&bodies))
}

/// What a code section with these bodies holds.
pub(super) fn contents(bodies: &[Vec<u8>]) -> Vec<u8> {
    let mut contents = Vec::new();
    leb(&mut contents, bodies.len());
    for body in bodies {
        leb(&mut contents, body.len());
        contents.extend_from_slice(body);
    }
    contents
}

/// Where a section begins whose contents are known: they are preceded by a number of one to five
/// bytes, their length, and its kind.
fn section_start(wasm: &[u8], contents: usize, len: usize) -> Option<usize> {
    (1..=5).find_map(|size| {
        let head = contents.checked_sub(size + 1)?;
        let mut reader = BinaryReader::new(&wasm[head..contents], 0);
        let is_head = reader.read_u8().ok()? == CODE_SECTION
            && reader.read_var_u32().ok().map(|it| it as usize) == Some(len)
            && reader.eof();
        is_head.then_some(head)
    })
}

/// Appends a number as the binary format has it.
pub(super) fn leb(bytes: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_apart_and_put_together() {
        let wasm = wat::parse_str(
            "(module (memory 1)
                (func (param i32) (result i32) (local i64 f32)
                    (block (result i32) (i32.const 1) (br_if 0 (local.get 0))))
                (func (nop))
                (data (i32.const 0) \"x\"))",
        )
        .expect("it is text");
        let code = Code::new(&wasm).expect("there is code");
        assert_eq!(code.rebuild(&code.to_bytes()), wasm);
        let points = code.points().expect("it is valid");
        assert_eq!(points[0].len(), 6);
        assert_eq!(points[0][3].operands, [Some(ValType::I32); 2]);
        assert_eq!(code.bodies[0].matching_end(&points[0], 0), Some(4));
    }

    #[test]
    fn waits_are_made_brief() {
        let wasm = wat::parse_str(
            "(module (memory 1 1 shared)
                (func (param i64) (result i32) (local f32)
                    (block (drop (memory.atomic.wait64
                        (i32.const 8) (i64.const 0) (local.get 0))))
                    (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
                (func unreachable memory.atomic.wait32 drop))",
        )
        .expect("it is text");
        assert!(is_valid(&wasm) && !is_usable(&wasm));
        let brief = with_timeouts(&wasm, 50).expect("there is code");
        assert!(is_valid(&brief) && is_usable(&brief));
        let waits = |wasm: &[u8]| {
            let text = wasmprinter::print_bytes(wasm).expect("it is well-formed");
            text.matches("atomic.wait").count()
        };
        assert_eq!((waits(&wasm), waits(&brief)), (3, 3));
    }
}
