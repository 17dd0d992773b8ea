//! The names that the `name` section gives
//! ([spec](https://webassembly.github.io/spec/core/appendix/custom.html#name-section)).
//!
//! Names never make a module invalid: what cannot be read counts as absent.

use super::ir::ModuleIr;
use crate::sync::RwLock;
use crate::types::FuncIdx;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;
use wasmparser::{BinaryReader, Name, NameSectionReader, Naming};

/// Where the names of functions are: made when the first one is asked for.
#[derive(Default)]
pub(crate) struct NameIndex {
    funcs: RwLock<Option<Box<[FuncName]>>>,
}

/// The name of a function, as a range of the module's bytes.
struct FuncName {
    func: FuncIdx,
    start: u32,
    len: u32,
}

impl ModuleIr {
    /// The name that the `name` section gives the module.
    pub fn name(&self) -> Option<&str> {
        self.subsections().find_map(|name| match name {
            Name::Module { name, .. } => Some(name),
            _ => None,
        })
    }

    /// The name that the `name` section gives a function.
    pub fn func_name(&self, func: FuncIdx) -> Option<&str> {
        if let Some(names) = &*self.names.funcs.read() {
            return self.indexed_name(names, func);
        }
        let Some(names) = self.index_names() else {
            // Without memory for an index.
            let mut names = self.func_names();
            return names
                .find(|name| name.index == func.0)
                .map(|name| name.name);
        };
        let name = self.indexed_name(&names, func);
        self.names.funcs.write().get_or_insert(names);
        name
    }

    fn indexed_name(&self, names: &[FuncName], func: FuncIdx) -> Option<&str> {
        let at = names.binary_search_by_key(&func, |name| name.func).ok()?;
        let FuncName { start, len, .. } = names[at];
        str::from_utf8(self.bytes.get(start as usize..)?.get(..len as usize)?).ok()
    }

    /// Where all names of functions are; `None` when there is no memory for that.
    fn index_names(&self) -> Option<Box<[FuncName]>> {
        let mut names = Vec::new();
        for Naming { index, name } in self.func_names() {
            names.try_reserve(1).ok()?;
            let start = name.as_ptr().addr() - self.bytes.as_ptr().addr();
            let (start, len) = (start as u32, name.len() as u32);
            names.push(FuncName {
                func: FuncIdx(index),
                start,
                len,
            });
        }
        Some(names.into_boxed_slice())
    }

    /// The names of functions, by ascending index.
    fn func_names(&self) -> impl Iterator<Item = Naming<'_>> {
        let names = self.subsections().find_map(|name| match name {
            Name::Function(names) => Some(names),
            _ => None,
        });
        names
            .into_iter()
            .flat_map(|names| names.map_while(Result::ok))
    }

    /// What the section has, up to what cannot be read.
    fn subsections(&self) -> impl Iterator<Item = Name<'_>> {
        let Range { start, end } = self.name_section.clone().unwrap_or_default();
        let section = &self.bytes[start as usize..end as usize];
        NameSectionReader::new(BinaryReader::new(section, start.into())).map_while(Result::ok)
    }
}

impl fmt::Debug for NameIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NameIndex").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::module::build::{Source, Trust};
    use crate::types::TypeRegistry;

    /// A module with two functions and these contents of the name section.
    fn module(names: &[u8]) -> ModuleIr {
        let mut bytes = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x03\x02\0\0".to_vec();
        bytes.extend(b"\x0a\x07\x02\x02\0\x0b\x02\0\x0b");
        bytes.extend([0, names.len() as u8 + 5, 4]);
        bytes.extend(b"name");
        bytes.extend(names);
        ModuleIr::new(
            &Config::new(),
            &TypeRegistry::new(),
            Source::Borrowed(&bytes),
            Trust::None,
        )
        .unwrap()
    }

    fn names(contents: &[u8]) -> [Option<alloc::string::String>; 3] {
        let module = module(contents);
        [
            module.name(),
            module.func_name(FuncIdx(0)),
            module.func_name(FuncIdx(1)),
        ]
        .map(|name| name.map(Into::into))
    }

    #[test]
    fn names_are_found() {
        let section = b"\0\x02\x01m\x01\x08\x02\0\x01f\x01\x02gh";
        for _ in 0..2 {
            assert_eq!(
                names(section),
                [Some("m".into()), Some("f".into()), Some("gh".into())]
            );
        }
        let module = module(section);
        for _ in 0..2 {
            assert_eq!(module.func_name(FuncIdx(1)), Some("gh"));
            assert_eq!(module.func_name(FuncIdx(2)), None);
        }
    }

    #[test]
    fn what_cannot_be_read_is_absent() {
        assert_eq!(names(b""), [None, None, None]);
        // The subsection is longer than the section.
        assert_eq!(names(b"\x01\x20\x02\0\x01f"), [None, None, None]);
        // Its second name is no UTF-8, or out of order, or cut off.
        let first = [None, Some("f".into()), None];
        assert_eq!(names(b"\x01\x08\x02\0\x01f\x01\x02\xff\xfe"), first);
        assert_eq!(names(b"\x01\x07\x02\0\x01f\0\x01g"), first);
        assert_eq!(names(b"\x01\x06\x02\0\x01f\x01\x05"), first);
        // A count beyond all bounds.
        assert_eq!(names(b"\x01\x08\xff\xff\xff\xff\x0f\0\x01f"), first);
        // Subsections out of order.
        assert_eq!(
            names(b"\x01\x04\x01\0\x01f\0\x02\x01m"),
            [None, Some("f".into()), None]
        );
    }
}
