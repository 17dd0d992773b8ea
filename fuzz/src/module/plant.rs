//! Modules whose code is changed, with the way back from the places in it.

use super::code::{Body, Code, contents, leb};
use super::extend::{Section, extend, spaces};
use core::ops::Range;
use wasmparser::Operator;

/// What stands in the place of an instruction.
pub(crate) enum Change {
    /// These instructions.
    Instructions(Vec<u8>),
    /// A call of a function: its text, a whole function without a name, which uses no others and
    /// of memories only the first.
    Function(String),
}

/// A module that was changed.
pub(crate) struct Planted {
    pub(crate) wasm: Vec<u8>,
    /// For every instruction, where it is now and where it was.
    places: Vec<(Range<usize>, usize)>,
    /// The functions before any was added.
    pub(crate) funcs: u32,
}

impl Planted {
    /// Where the instruction was that is at this offset now.
    pub(crate) fn was_at(&self, offset: usize) -> usize {
        let at = self.places.partition_point(|(now, _)| now.end <= offset);
        match self.places.get(at) {
            Some((now, was)) if now.contains(&offset) => *was,
            _ => offset,
        }
    }
}

/// The module with changes; `None` when there is nothing to change, or no code.
///
/// `change` gets each instruction, in its function and at its place there.
pub(crate) fn plant(
    wasm: &[u8],
    change: &mut dyn FnMut(&Body<'_>, usize, &Operator<'_>) -> Option<Change>,
) -> Option<Planted> {
    let code = Code::new(wasm)?;
    let (mut types, funcs) = spaces(wasm)?;
    let mut added: Vec<String> = Vec::new();
    let mut changed = false;
    let mut bodies = Vec::new();
    // By body: where instructions begin in it, and where they were.
    let mut starts: Vec<Vec<(usize, usize)>> = Vec::new();
    for body in &code.bodies {
        let whole = body.to_bytes();
        let mut bytes = whole[..body.locals.len()].to_vec();
        let mut places = Vec::new();
        for at in 0..body.ops.len() {
            places.push((bytes.len(), body.ops[at].start));
            match change(body, at, &body.operators[at]) {
                None => bytes.extend_from_slice(body.bytes(at..at + 1)),
                Some(Change::Instructions(new)) => {
                    changed = true;
                    bytes.extend(new);
                }
                Some(Change::Function(text)) => {
                    changed = true;
                    let known = added.iter().position(|it| *it == text);
                    let index = known.unwrap_or_else(|| {
                        added.push(text);
                        added.len() - 1
                    });
                    bytes.push(CALL);
                    leb(&mut bytes, funcs + index);
                }
            }
        }
        places.push((bytes.len(), body.ops.last()?.end));
        bodies.push(bytes);
        starts.push(places);
    }
    if !changed {
        return None;
    }
    let (mut new_types, mut new_funcs) = (Vec::new(), Vec::new());
    for text in &added {
        let (ty, body) = helper(text)?;
        let mut index = Vec::new();
        leb(&mut index, types);
        types += 1;
        new_types.push(ty);
        new_funcs.push(index);
        bodies.push(body);
    }
    let entries = match added.is_empty() {
        true => Vec::new(),
        false => vec![(Section::Type, new_types), (Section::Function, new_funcs)],
    };
    let wasm = extend(wasm, entries, &contents(&bodies))?;
    let mut places = Vec::new();
    for (body, starts) in Code::new(&wasm)?.bodies.iter().zip(&starts) {
        let begin = body.locals.start;
        for pair in starts.windows(2) {
            places.push((begin + pair[0].0..begin + pair[1].0, pair[0].1));
        }
    }
    Some(Planted {
        wasm,
        places,
        funcs: funcs as u32,
    })
}

const CALL: u8 = 0x10;

/// The type and the body of a function, encoded.
fn helper(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    use wasmparser::{Parser, Payload};
    let wasm = wat::parse_str(format!("(module (memory 1) {text})"));
    debug_assert!(wasm.is_ok(), "{:?} in {text}", wasm.err());
    let wasm = wasm.ok()?;
    let mut ty = None;
    for payload in Parser::new(0).parse_all(&wasm) {
        if let Payload::TypeSection(types) = payload.ok()? {
            let range = types.range();
            let contents =
                &wasm[usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?];
            // Behind their count, which is one.
            ty = Some(contents[1..].to_vec());
        }
    }
    let body = Code::new(&wasm)?.bodies.first()?.to_bytes();
    Some((ty?, body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::is_valid;

    #[test]
    fn places_lead_back() {
        let wasm = wat::parse_str(
            "(module (func (param i32) (result i32)
                (i32.load8_u (i32.add (local.get 0) (i32.add (local.get 0) (i32.const 1)))))
                (memory 1))",
        )
        .expect("it is text");
        let text = "(func (param i32 i32) (result i32) (i32.sub (local.get 0) (local.get 1)))";
        let mut change = |_: &Body<'_>, _: usize, operator: &Operator<'_>| {
            matches!(operator, Operator::I32Add).then(|| Change::Function(text.to_owned()))
        };
        let planted = plant(&wasm, &mut change).expect("there is an addition");
        assert!(is_valid(&planted.wasm));
        assert_eq!(planted.funcs, 1);
        let (before, after) = (Code::new(&wasm), Code::new(&planted.wasm));
        let (before, after) = (before.expect("code"), after.expect("code"));
        assert_eq!(after.bodies.len(), 2);
        for (was, now) in before.bodies[0].ops.iter().zip(&after.bodies[0].ops) {
            assert_eq!(planted.was_at(now.start), was.start);
        }
    }
}
