//! Modules that count what they execute.
//!
//! A memory is added that holds a number for each basic block, which the block counts up where it
//! begins. What a block is here ends behind everything that may trap or be left otherwise, so that
//! all of a block is executed or nothing but its first instruction fails.

use super::code::{Body, Code, contents, leb};
use super::extend::{Section, extend};
use wasmparser::{Parser, Payload};

/// The name under which the numbers are exported.
pub(crate) const COUNTS: &str = "diptych counts";

/// A module that counts.
pub(crate) struct Counting {
    pub(crate) wasm: Vec<u8>,
    /// For each number, the operators of its block, as indices in [`OPERATORS`].
    pub(crate) blocks: Vec<Vec<u16>>,
}

macro_rules! table {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident $ann:tt)*) => {
        /// Every operator there is, with the proposal that it came with.
        pub(crate) const OPERATORS: &[(&str, &str)] = &[
            $((stringify!($proposal), stringify!($op)),)*
        ];

        /// Operators as numbers.
        #[allow(non_camel_case_types, reason = "operators' own names")]
        #[repr(u16)]
        enum Number {
            $($visit,)*
        }

        /// The place of an operator in [`OPERATORS`].
        pub(crate) fn number(operator: &wasmparser::Operator<'_>) -> Option<u16> {
            match operator {
                $(wasmparser::Operator::$op { .. } => Some(Number::$visit as u16),)*
                _ => None,
            }
        }
    };
}
wasmparser::for_each_operator!(table);

/// The module with counting; `None` when it has no code.
pub(crate) fn count(wasm: &[u8]) -> Option<Counting> {
    let memory = memories(wasm)?;
    let code = Code::new(wasm)?;
    let mut blocks = Vec::new();
    let bodies: Vec<Vec<u8>> = code
        .bodies
        .iter()
        .map(|body| counting_body(body, memory, &mut blocks))
        .collect::<Option<_>>()?;
    Some(Counting {
        wasm: with_memory(wasm, &contents(&bodies), memory, blocks.len())?,
        blocks,
    })
}

/// The number of memories, imported ones too.
fn memories(wasm: &[u8]) -> Option<usize> {
    let mut count = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.ok()? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let is_memory = matches!(import.ok()?.ty, wasmparser::TypeRef::Memory(_));
                    count += usize::from(is_memory);
                }
            }
            Payload::MemorySection(memories) => count += memories.count() as usize,
            _ => {}
        }
    }
    Some(count)
}

fn counting_body(body: &Body<'_>, memory: usize, blocks: &mut Vec<Vec<u16>>) -> Option<Vec<u8>> {
    let whole = body.to_bytes();
    let mut bytes = whole[..body.locals.len()].to_vec();
    let mut begins = true;
    for at in 0..body.ops.len() {
        let number = number(&body.operators[at])?;
        if is_clause(&body.operators[at]) {
            // What comes here does so behind it.
            bytes.extend_from_slice(body.bytes(at..at + 1));
            increment(&mut bytes, memory, blocks.len() * 8);
            blocks.push(vec![number]);
            begins = false;
            continue;
        }
        if begins {
            increment(&mut bytes, memory, blocks.len() * 8);
            blocks.push(Vec::new());
        }
        if let Some(block) = blocks.last_mut() {
            block.push(number);
        }
        bytes.extend_from_slice(body.bytes(at..at + 1));
        begins = ends_block(OPERATORS[usize::from(number)].1);
    }
    Some(bytes)
}

/// Whether this is where exceptions arrive, and nothing else does.
const fn is_clause(operator: &wasmparser::Operator<'_>) -> bool {
    matches!(
        operator,
        wasmparser::Operator::Catch { .. } | wasmparser::Operator::CatchAll
    )
}

/// Whether what follows need not be executed when this is.
fn ends_block(name: &str) -> bool {
    const STARTS: &[&str] = &[
        "Block",
        "Loop",
        "If",
        "Else",
        "End",
        "Try",
        "Catch",
        "Delegate",
        "Rethrow",
        "Throw",
        "Br",
        "Return",
        "Unreachable",
        "Call",
        "Memory",
        "Table",
        "Struct",
        "Array",
        "RefAs",
        "RefCast",
        "RefI31",
        "I31",
        "RefGet",
    ];
    const PARTS: &[&str] = &["Load", "Store", "Div", "Rem", "TruncF", "Atomic"];
    STARTS.iter().any(|start| name.starts_with(start))
        || PARTS.iter().any(|part| name.contains(part))
}

/// Adds one to the number at an offset of the memory.
fn increment(bytes: &mut Vec<u8>, memory: usize, offset: usize) {
    const I32_CONST: u8 = 0x41;
    const I64_CONST: u8 = 0x42;
    const I64_ADD: u8 = 0x7c;
    const I64_LOAD: u8 = 0x29;
    const I64_STORE: u8 = 0x37;
    const ALIGNED_WITH_MEMORY: u8 = 3 | 0x40;
    bytes.extend([I32_CONST, 0, I32_CONST, 0]);
    for access in [I64_LOAD, I64_STORE] {
        if access == I64_STORE {
            bytes.extend([I64_CONST, 1, I64_ADD]);
        }
        bytes.extend([access, ALIGNED_WITH_MEMORY]);
        leb(bytes, memory);
        leb(bytes, offset);
    }
}

/// The module with this code and one memory more, large enough for so many numbers, and exported.
fn with_memory(wasm: &[u8], code: &[u8], memory: usize, numbers: usize) -> Option<Vec<u8>> {
    let mut entry = vec![0];
    leb(&mut entry, (numbers * 8).div_ceil(65_536));
    let mut export = Vec::new();
    leb(&mut export, COUNTS.len());
    export.extend_from_slice(COUNTS.as_bytes());
    export.push(2);
    leb(&mut export, memory);
    let entries = vec![
        (Section::Memory, vec![entry]),
        (Section::Export, vec![export]),
    ];
    extend(wasm, entries, code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Generator;
    use crate::module::is_valid;

    #[test]
    fn generated_modules_can_count() {
        for seed in 0..100 {
            let Some(case) = Generator::Structured.case(seed) else {
                continue;
            };
            for wasm in &case.modules {
                let counting = count(wasm).expect("there is code");
                assert!(is_valid(&counting.wasm), "{seed}");
            }
        }
    }

    #[test]
    fn counting_modules_are_valid() {
        for text in [
            "(module (func (nop)))",
            "(module (memory 1) (global i32 (i32.const 1)) (export \"m\" (memory 0))
                (func (export \"f\") (param i32) (result i32)
                    (if (result i32) (local.get 0) (then (i32.load (i32.const 4)))
                        (else (unreachable)))) (data \"x\"))",
            "(module (import \"a\" \"b\" (memory 1)) (func $s) (start $s) (tag))",
        ] {
            let wasm = wat::parse_str(text).expect("it is text");
            let counting = count(&wasm).expect("there is code");
            assert!(is_valid(&counting.wasm), "{text}");
            assert!(!counting.blocks.is_empty());
        }
    }
}
