//! Which branches are likely, as the custom section `metadata.code.branch_hint` says
//! ([proposal](https://github.com/WebAssembly/branch-hinting)).

use crate::error::Result;
use crate::store::out_of_memory;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;
use wasmparser::{BinaryReader, BranchHintFunction, SectionLimited};

/// The section's name.
pub(super) const SECTION: &str = "metadata.code.branch_hint";

/// What the module says of its conditional branches.
#[derive(Debug, Default)]
pub(super) struct BranchHints {
    /// Where in the module the branches are, in order, and whether they are likely to be taken.
    hints: Box<[(u32, bool)]>,
}

impl BranchHints {
    /// Reads a section. What is wrong with it does not matter: no custom section makes a module
    /// invalid. `bodies` are those of the functions from `first` on.
    pub(super) fn read(
        bytes: &[u8],
        section: Range<u32>,
        bodies: &[Range<u32>],
        first: u32,
    ) -> Result<Self> {
        let contents = &bytes[section.start as usize..section.end as usize];
        let mut hints = Vec::new();
        let reader = BinaryReader::new(contents, section.start.into());
        let Ok(funcs) = SectionLimited::<BranchHintFunction<'_>>::new(reader) else {
            return Ok(Self::default());
        };
        for func in funcs {
            let Ok(func) = func else { break };
            let body = func.func.checked_sub(first);
            let Some(body) = body.and_then(|index| bodies.get(index as usize)) else {
                continue;
            };
            for hint in func.hints {
                let Ok(hint) = hint else { break };
                let at = body.start.checked_add(hint.func_offset);
                // They are in order, or wrong.
                let last = hints.last().map(|(last, _)| *last);
                let Some(at) = at.filter(|at| *at < body.end && Some(*at) > last) else {
                    continue;
                };
                hints.try_reserve(1).map_err(out_of_memory)?;
                hints.push((at, hint.taken));
            }
        }
        Ok(Self {
            hints: hints.into_boxed_slice(),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.hints.is_empty()
    }

    /// Whether the branch at this offset is likely to be taken; `None` when nothing is said.
    pub(super) fn at(&self, offset: u32) -> Option<bool> {
        if self.hints.is_empty() {
            return None;
        }
        let at = self.hints.binary_search_by_key(&offset, |(at, _)| *at);
        at.ok().map(|at| self.hints[at].1)
    }
}
