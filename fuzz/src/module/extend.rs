//! Modules with more in some of their sections.

use super::code::leb;
use wasm_encoder::RawSection;
use wasmparser::{BinaryReader, Parser, Payload};

/// A section that entries can be added to, by the number that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Section {
    /// Types.
    Type = 1,
    /// Functions.
    Function = 3,
    /// Memories.
    Memory = 5,
    /// Exports.
    Export = 7,
}

/// The sections in their order: tags (13) come between memories and globals, the count of data
/// (12) before code.
const ORDER: &[u8] = &[1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

const CODE: u8 = 10;

/// The module with more entries, which are encoded, at the end of each of these sections, which are
/// in order; and with this in the place of its code.
pub fn extend(wasm: &[u8], entries: Vec<(Section, Vec<Vec<u8>>)>, code: &[u8]) -> Option<Vec<u8>> {
    let place = |id: u8| ORDER.iter().position(|it| *it == id);
    let mut left = entries.into_iter().peekable();
    let mut module = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Some((id, range)) = payload.ok()?.as_section() else {
            continue;
        };
        let contents =
            &wasm[usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?];
        let contents = if id == CODE { code } else { contents };
        let mut is_there = false;
        // Custom sections may be anywhere.
        let here = if id == 0 { None } else { place(id) };
        while let Some((section, entry)) = left.next_if(|(it, _)| place(*it as u8) <= here) {
            is_there |= section as u8 == id;
            let old = if section as u8 == id { contents } else { &[0] };
            module.section(&RawSection {
                id: section as u8,
                data: &with_entries(old, &entry)?,
            });
        }
        if !is_there {
            module.section(&RawSection { id, data: contents });
        }
    }
    for (section, entry) in left {
        module.section(&RawSection {
            id: section as u8,
            data: &with_entries(&[0], &entry)?,
        });
    }
    Some(module.finish())
}

/// The contents of a section with more entries.
fn with_entries(contents: &[u8], entries: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut reader = BinaryReader::new(contents, 0);
    let count = reader.read_var_u32().ok()?;
    let rest = &contents[reader.current_position()..];
    let mut bytes = Vec::new();
    leb(&mut bytes, count as usize + entries.len());
    bytes.extend_from_slice(rest);
    bytes.extend(entries.iter().flatten());
    Some(bytes)
}

/// How many types and functions a module has, imported ones too.
pub fn spaces(wasm: &[u8]) -> Option<(usize, usize)> {
    let (mut types, mut funcs) = (0, 0);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.ok()? {
            Payload::TypeSection(groups) => {
                for group in groups {
                    types += group.ok()?.types().len();
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let is_func = matches!(import.ok()?.ty, wasmparser::TypeRef::Func(_));
                    funcs += usize::from(is_func);
                }
            }
            Payload::FunctionSection(defined) => funcs += defined.count() as usize,
            _ => {}
        }
    }
    Some((types, funcs))
}
