//! Modules of the corpus with changes in their code: operators that others of the same types take
//! the place of, values at edges, code that is left out, repeated, exchanged, put into blocks, or
//! comes from another module. Whatever is no longer valid is changed otherwise.

use super::corpus;
use super::structured::operators::OPERATORS;
use super::{Proposals, calls};
use crate::case::{Case, Settings};
use crate::module::{Body, Code, Point, is_usable, is_valid, null, number, replacements};
use crate::random::Random;
use core::ops::Range;
use std::sync::LazyLock;
use wasm_encoder::{Encode as _, Ieee32, Ieee64, Instruction};
use wasmparser::{BinaryReader, Operator, ValType};

/// How many changes there are, and how many are tried for each of them.
const CHANGES: usize = 12;
const ATTEMPTS: usize = 6;

const MAGIC_LEN: usize = 4;

/// A changed module, and calls of its functions; `None` when nothing of use was chosen.
pub(super) fn case(random: &mut Random, proposals: &Proposals) -> Option<Case> {
    if *proposals != Proposals::ALL {
        // The corpus has all of them.
        return None;
    }
    let mut wasm = corpus::module(random)?.to_vec();
    for _ in 0..random.between(1, CHANGES) {
        if let Some(new) = changed(random, &wasm) {
            wasm = new;
        }
    }
    if random.once_in(16) {
        for _ in 0..random.between(1, 4) {
            // Without its magic number it would be taken for text where that is allowed.
            let at = random.between(MAGIC_LEN, wasm.len() - 1);
            wasm[at] = random.bits() as u8;
        }
        if !is_usable(&wasm) {
            return None;
        }
    }
    let calls = calls(random, 0, &wasm, 12);
    Some(Case {
        origin: String::new(),
        // Nothing else ends what does not end.
        settings: Settings {
            metered: true,
            ..Settings::default()
        },
        modules: vec![wasm],
        calls,
    })
}

/// The module with one change; `None` when none was found.
fn changed(random: &mut Random, wasm: &[u8]) -> Option<Vec<u8>> {
    let code = Code::new(wasm)?;
    let points = code.points()?;
    if code.bodies.is_empty() {
        return None;
    }
    for _ in 0..ATTEMPTS {
        let func = random.below(code.bodies.len());
        let mut place = Place {
            random: &mut *random,
            body: &code.bodies[func],
            points: &points[func],
        };
        let Some((ops, new)) = place.change() else {
            continue;
        };
        let new = code.with(func, ops, &new);
        if new != wasm && is_valid(&new) && is_usable(&new) {
            return Some(new);
        }
    }
    None
}

/// An operator that takes operands only from the stack, encoded.
struct Encoded {
    number: u16,
    params: Vec<ValType>,
    results: Vec<ValType>,
    bytes: Vec<u8>,
    /// Whether its first operand is an index of a memory.
    is_access: bool,
}

static ENCODED: LazyLock<Vec<Encoded>> = LazyLock::new(|| encoded().unwrap_or_default());

/// All but those that wait.
fn encoded() -> Option<Vec<Encoded>> {
    let of_use = || OPERATORS.iter().filter(|op| !op.waits());
    let funcs: String = of_use()
        .map(|op| format!("(func unreachable {} unreachable)\n", op.text))
        .collect();
    let wasm = wat::parse_str(format!("(module (memory 1) {funcs})")).ok()?;
    let code = Code::new(&wasm)?;
    let types = |types: &[super::structured::types::Ty]| {
        let types = types.iter().map(|ty| ty.val_type());
        types.collect::<Option<Vec<ValType>>>()
    };
    let each = of_use().zip(&code.bodies).map(|(op, body)| {
        Some(Encoded {
            number: number(&body.operators[1])?,
            params: types(&op.params)?,
            results: types(&op.results)?,
            bytes: body.bytes(1..2).to_vec(),
            is_access: op.is_access,
        })
    });
    each.collect()
}

/// A function in which something is changed.
struct Place<'a, 'b> {
    random: &'b mut Random,
    body: &'b Body<'a>,
    points: &'b [Point],
}

/// Instructions, and what takes their place.
type Change = Option<(Range<usize>, Vec<u8>)>;

impl Place<'_, '_> {
    fn change(&mut self) -> Change {
        match self.random.below(16) {
            0..=2 => self.operator(),
            3 | 4 => self.constant(),
            5 | 6 => self.insert(),
            7 => self.leave_out(),
            8 => self.repeat(),
            9 => self.exchange(),
            10 => self.wrap(),
            11 => self.local(),
            12 => self.branch(),
            13 | 14 => self.offset(),
            _ => self.splice(),
        }
    }

    /// The place before some instruction.
    fn any(&mut self) -> usize {
        self.random.below(self.body.ops.len())
    }

    /// The first instruction at or after some place of which `is` holds.
    fn find<T>(&mut self, is: impl Fn(&Operator<'_>) -> Option<T>) -> Option<(usize, T)> {
        let start = self.any();
        let len = self.body.ops.len();
        let mut places = (start..len).chain(0..start);
        places.find_map(|at| Some((at, is(&self.body.operators[at])?)))
    }

    /// Instructions from some place on that leave the stack as it was and take nothing from it.
    fn neutral_from(&mut self, start: usize) -> Option<Range<usize>> {
        const LONGEST: usize = 60;
        let before = &self.points[start];
        let last = self.points.len() - 1;
        let ends: Vec<usize> = (start + 1..=last.min(start + LONGEST))
            .take_while(|&at| {
                let point = &self.points[at];
                point.depth >= before.depth && point.operands.len() >= before.operands.len()
            })
            .filter(|&at| {
                let point = &self.points[at];
                point.depth == before.depth && point.operands.len() == before.operands.len()
            })
            .collect();
        if ends.is_empty() {
            return None;
        }
        Some(start..*self.random.pick(&ends))
    }

    fn neutral(&mut self) -> Option<Range<usize>> {
        (0..8).find_map(|_| {
            let start = self.any();
            self.neutral_from(start)
        })
    }

    /// Another operator of the same types.
    fn operator(&mut self) -> Change {
        let known = |operator: &Operator<'_>| {
            let number = number(operator)?;
            ENCODED.iter().find(|it| it.number == number)
        };
        let (at, old) = self.find(known)?;
        let same: Vec<&Encoded> = ENCODED
            .iter()
            .filter(|it| {
                it.params == old.params
                    && it.results == old.results
                    && it.is_access == old.is_access
            })
            .collect();
        Some((at..at + 1, self.random.pick(&same).bytes.clone()))
    }

    /// Another value in the place of a constant.
    fn constant(&mut self) -> Change {
        let (at, ty) = self.find(|operator| match operator {
            Operator::I32Const { .. } => Some(ValType::I32),
            Operator::I64Const { .. } => Some(ValType::I64),
            Operator::F32Const { .. } => Some(ValType::F32),
            Operator::F64Const { .. } => Some(ValType::F64),
            Operator::V128Const { .. } => Some(ValType::V128),
            _ => None,
        })?;
        Some((at..at + 1, constant(self.random, ty)?))
    }

    /// An operation on the value on the stack, or one that leaves nothing.
    fn insert(&mut self) -> Change {
        let at = self.any();
        let top = self.points[at].operands.last().copied().flatten();
        let fitting: Vec<&Encoded> = match top {
            Some(ty) if !self.random.once_in(4) => ENCODED
                .iter()
                .filter(|it| it.params.first() == Some(&ty) && it.results == [ty])
                .collect(),
            _ => ENCODED.iter().filter(|it| it.results.is_empty()).collect(),
        };
        if fitting.is_empty() {
            return None;
        }
        let operator = *self.random.pick(&fitting);
        let mut bytes = Vec::new();
        let is_there = usize::from(!operator.results.is_empty());
        for (place, ty) in operator.params.iter().enumerate().skip(is_there) {
            if operator.is_access && place == 0 {
                Instruction::I32Const(self.random.below(66_000) as i32).encode(&mut bytes);
            } else {
                bytes.extend(constant(self.random, *ty)?);
            }
        }
        bytes.extend_from_slice(&operator.bytes);
        Some((at..at, bytes))
    }

    /// Less in the place of some instructions.
    fn leave_out(&mut self) -> Change {
        let start = self.any();
        let last = self.body.ops.len() - 1;
        let end = (start + self.random.between(1, 16)).min(last);
        if start >= end {
            return None;
        }
        let all = replacements(self.points, start..end);
        if all.is_empty() {
            return None;
        }
        Some((start..end, self.random.pick(&all).clone()))
    }

    /// Instructions once more, there or elsewhere.
    fn repeat(&mut self) -> Change {
        let range = self.neutral()?;
        let at = if self.random.once_in(2) {
            range.end
        } else {
            self.any()
        };
        Some((at..at, self.body.bytes(range).to_vec()))
    }

    /// Instructions in the other order.
    fn exchange(&mut self) -> Change {
        let first = self.neutral()?;
        let second = self.neutral_from(first.end)?;
        let mut bytes = self.body.bytes(second.clone()).to_vec();
        bytes.extend_from_slice(self.body.bytes(first.clone()));
        Some((first.start..second.end, bytes))
    }

    /// Instructions in a block, a loop, or on a condition.
    fn wrap(&mut self) -> Change {
        const BLOCK: u8 = 0x02;
        const LOOP: u8 = 0x03;
        const IF: u8 = 0x04;
        const END: u8 = 0x0b;
        const EMPTY: u8 = 0x40;
        let range = self.neutral()?;
        let mut bytes = Vec::new();
        let kind = *self.random.pick(&[BLOCK, LOOP, IF]);
        let condition = self.condition()?;
        if kind == IF {
            bytes.extend_from_slice(&condition);
        }
        bytes.extend([kind, EMPTY]);
        bytes.extend_from_slice(self.body.bytes(range.clone()));
        if kind != IF && self.random.once_in(2) {
            bytes.extend_from_slice(&condition);
            Instruction::BrIf(0).encode(&mut bytes);
        }
        bytes.push(END);
        Some((range, bytes))
    }

    /// A local that may be 0 or not, or else a constant.
    fn condition(&mut self) -> Option<Vec<u8>> {
        let (types, params) = self.body.declared_locals()?;
        let ints: Vec<usize> = (0..types.len())
            .filter(|&at| types[at] == ValType::I32)
            .collect();
        let mut bytes = Vec::new();
        if ints.is_empty() || self.random.once_in(4) {
            Instruction::I32Const(self.random.below(2) as i32).encode(&mut bytes);
        } else {
            let local = params + *self.random.pick(&ints) as u32;
            Instruction::LocalGet(local).encode(&mut bytes);
        }
        Some(bytes)
    }

    /// Another local.
    fn local(&mut self) -> Change {
        type Make = fn(u32) -> Instruction<'static>;
        let (at, make) = self.find(|operator| match operator {
            Operator::LocalGet { .. } => Some(Instruction::LocalGet as Make),
            Operator::LocalSet { .. } => Some(Instruction::LocalSet as Make),
            Operator::LocalTee { .. } => Some(Instruction::LocalTee as Make),
            _ => None,
        })?;
        let (types, params) = self.body.declared_locals()?;
        let local = self.random.below(types.len() + params as usize);
        let mut bytes = Vec::new();
        make(local as u32).encode(&mut bytes);
        Some((at..at + 1, bytes))
    }

    /// A branch to another block.
    fn branch(&mut self) -> Change {
        type Make = fn(u32) -> Instruction<'static>;
        let (at, make) = self.find(|operator| match operator {
            Operator::Br { .. } => Some(Instruction::Br as Make),
            Operator::BrIf { .. } => Some(Instruction::BrIf as Make),
            _ => None,
        })?;
        let label = self.random.below(self.points[at].depth.max(1) as usize);
        let mut bytes = Vec::new();
        make(label as u32).encode(&mut bytes);
        Some((at..at + 1, bytes))
    }

    /// An access at another offset.
    fn offset(&mut self) -> Change {
        const HAS_MEMORY: u32 = 0x40;
        let (at, ()) = self.find(|operator| {
            let number = number(operator)?;
            let is_known = |it: &Encoded| it.is_access && it.number == number;
            ENCODED.iter().any(is_known).then_some(())
        })?;
        let old = self.body.bytes(at..at + 1);
        let mut reader = BinaryReader::new(old, 0);
        if reader.read_u8().ok()? >= 0xfc {
            reader.read_var_u32().ok()?;
        }
        if reader.read_var_u32().ok()? & HAS_MEMORY != 0 {
            reader.read_var_u32().ok()?;
        }
        let mut bytes = old[..reader.current_position()].to_vec();
        reader.read_var_u64().ok()?;
        let offset = match self.random.below(4) {
            0 => self.random.below(20) as u64,
            1 => 65_536 - self.random.below(10) as u64,
            2 => u64::from(u32::MAX) - self.random.below(10) as u64,
            _ => self.random.edge() & u64::from(u32::MAX),
        };
        offset.encode(&mut bytes);
        bytes.extend_from_slice(&old[reader.current_position()..]);
        Some((at..at + 1, bytes))
    }

    /// Instructions of another module.
    fn splice(&mut self) -> Change {
        let other = corpus::module(self.random)?;
        let code = Code::new(other)?;
        let points = code.points()?;
        if code.bodies.is_empty() {
            return None;
        }
        let func = self.random.below(code.bodies.len());
        let mut place = Place {
            random: &mut *self.random,
            body: &code.bodies[func],
            points: &points[func],
        };
        let range = place.neutral()?;
        let at = self.any();
        Some((at..at, code.bodies[func].bytes(range).to_vec()))
    }
}

/// An instruction for a value at an edge.
fn constant(random: &mut Random, ty: ValType) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    match ty {
        ValType::I32 => Instruction::I32Const(random.edge() as i32).encode(&mut bytes),
        ValType::I64 => Instruction::I64Const(random.edge() as i64).encode(&mut bytes),
        ValType::F32 => Instruction::F32Const(Ieee32::new(float32(random))).encode(&mut bytes),
        ValType::F64 => Instruction::F64Const(Ieee64::new(float64(random))).encode(&mut bytes),
        ValType::V128 => {
            let bits = u128::from(random.edge()) << 64 | u128::from(random.edge());
            Instruction::V128Const(bits as i128).encode(&mut bytes);
        }
        ty => return null(ty),
    }
    Some(bytes)
}

/// Bits of a float: of an integer or a fraction, or any.
fn float32(random: &mut Random) -> u32 {
    match random.below(3) {
        0 => (random.edge() as i64 as f32).to_bits(),
        1 => (random.edge() as i32 as f32 / 4.0).to_bits(),
        _ => random.edge() as u32,
    }
}

fn float64(random: &mut Random) -> u64 {
    match random.below(3) {
        0 => (random.edge() as i64 as f64).to_bits(),
        1 => (random.edge() as i32 as f64 / 4.0).to_bits(),
        _ => random.edge(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_encoded() {
        let waiting = OPERATORS.iter().filter(|op| op.waits()).count();
        assert_eq!(ENCODED.len() + waiting, OPERATORS.len());
    }

    #[test]
    fn most_changes_are_valid() {
        let (mut changes, mut tried) = (0, 0);
        let mut random = Random::new(1);
        while tried < 200 {
            let Some(wasm) = corpus::module(&mut random) else {
                continue;
            };
            tried += 1;
            changes += usize::from(changed(&mut random, wasm).is_some());
        }
        assert!(changes > tried / 2, "{changes} of {tried}");
    }
}
