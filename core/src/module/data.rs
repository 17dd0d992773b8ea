//! What memories begin with: the active data segments, as far as it is known before a module is
//! instantiated what they do.

use super::ir::{DataSegment, ModuleIr};
use crate::engine::Engine;
use crate::sort::sort;
use crate::sync::RwLock;
use crate::types::{MemoryIdx, MemoryType};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;
use diptych_platform::{ImagePart, MemoryImage};

/// Segments with no more than so many bytes between them become one part of an image.
const GAP: usize = 64;

/// How many data segments, from the first on, can only succeed: active ones have an offset that is
/// a number, and lie within the least size of their memory. So it is not seen whether they are
/// copied one by one.
pub(super) fn certain(data: &[DataSegment], memories: &[MemoryType]) -> usize {
    let is_certain = |segment: &DataSegment| {
        let Some((memory, offset)) = &segment.active else {
            return true;
        };
        let len = memories
            .get(memory.index())
            .and_then(|ty| ty.byte_len(ty.minimum));
        let end = offset
            .number()
            .and_then(|offset| offset.checked_add(segment.range.len() as u64));
        end.zip(len).is_some_and(|(end, len)| end <= len as u64)
    };
    data.iter()
        .position(|segment| !is_certain(segment))
        .unwrap_or(data.len())
}

impl ModuleIr {
    /// The certain segments that are active and have bytes: where these go, and which they are.
    pub(crate) fn certain_data(&self) -> impl Iterator<Item = (MemoryIdx, usize, &[u8])> {
        self.data[..self.certain_data].iter().filter_map(|segment| {
            let (memory, offset) = segment.active.as_ref()?;
            let offset = usize::try_from(offset.number()?).ok()?;
            let Range { start, end } = segment.range;
            let bytes = self.bytes.get(start as usize..end as usize)?;
            (!bytes.is_empty()).then_some((*memory, offset, bytes))
        })
    }
}

/// The images of a module's own memories.
///
/// The first instance gets its data copied, because there may be no second one; an image is made
/// when there is.
pub(crate) struct Images {
    state: RwLock<State>,
}

enum State {
    /// There is no instance yet.
    Unused,
    /// There was one.
    Used,
    /// There were more.
    Made(Option<Arc<Made>>),
}

/// The images of a module's own memories that have one.
pub(crate) struct Made {
    /// For each memory, imported ones too.
    images: Box<[Option<Arc<dyn MemoryImage>>]>,
    /// Whether all certain segments are in an image.
    is_whole: bool,
}

impl Made {
    /// The image that a memory begins with.
    pub(crate) fn of(&self, memory: MemoryIdx) -> Option<&dyn MemoryImage> {
        self.images.get(memory.index())?.as_deref()
    }

    /// Whether all certain segments are in an image.
    pub(crate) const fn is_whole(&self) -> bool {
        self.is_whole
    }
}

impl Images {
    /// Without any image as yet.
    pub(super) fn new(engine: &Engine, ir: &ModuleIr) -> Self {
        let has_data = ir
            .certain_data()
            .any(|(memory, ..)| memory.index() >= ir.imported_memories as usize);
        let state = if has_data && engine.memory_creator().makes_images() {
            State::Unused
        } else {
            State::Made(None)
        };
        Self {
            state: RwLock::new(state),
        }
    }

    /// The images for one more instance.
    pub(super) fn get(&self, engine: &Engine, ir: &ModuleIr) -> Option<Arc<Made>> {
        if let State::Made(made) = &*self.state.read() {
            return made.clone();
        }
        let mut state = self.state.write();
        match &*state {
            State::Unused => {
                *state = State::Used;
                None
            }
            State::Used => {
                let made = make(engine, ir).map(Arc::new);
                *state = State::Made(made.clone());
                made
            }
            State::Made(made) => made.clone(),
        }
    }
}

impl fmt::Debug for Images {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Images").finish_non_exhaustive()
    }
}

/// The images that are possible and worth it; `None` when there is none.
fn make(engine: &Engine, ir: &ModuleIr) -> Option<Made> {
    let imported = ir.imported_memories as usize;
    let mut images = Vec::new();
    images.try_reserve_exact(ir.memories.len()).ok()?;
    for (i, ty) in ir.memories.iter().enumerate() {
        // What threads share, its maker fills in.
        let image = (i >= imported && !ty.shared).then(|| {
            let merged = Merged::new(ir, MemoryIdx(i as u32))?;
            let request = engine.memory_request(*ty).ok()?;
            engine.memory_creator().image(request, &merged.parts()?)
        });
        images.push(image.flatten());
    }
    let mut made = Made {
        images: images.into_boxed_slice(),
        is_whole: false,
    };
    let mut segments = ir.certain_data();
    made.is_whole = segments.all(|(memory, ..)| made.of(memory).is_some());
    made.images.iter().any(Option::is_some).then_some(made)
}

/// The bytes of all certain segments of a memory, as they are after the last of them.
struct Merged {
    /// In order, and apart from each other.
    extents: Vec<Extent>,
    /// The bytes of all extents, one after the other.
    bytes: Vec<u8>,
}

/// Bytes of a memory that come from segments, with few others between them.
#[derive(Debug, PartialEq, Eq)]
struct Extent {
    /// Where they are in the memory.
    range: Range<usize>,
    /// Where they begin in the bytes of all extents.
    at: usize,
}

impl Merged {
    /// `None` when there is nothing, or no room for it.
    fn new(ir: &ModuleIr, memory: MemoryIdx) -> Option<Self> {
        let segments = || ir.certain_data().filter(|(own, ..)| *own == memory);
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for (_, offset, bytes) in segments() {
            ranges.try_reserve(1).ok()?;
            ranges.push(offset..offset + bytes.len());
        }
        let mut order = Vec::new();
        order.try_reserve_exact(ranges.len()).ok()?;
        order.extend(0..ranges.len() as u32);
        let range = |place: u32| &ranges[place as usize];
        sort(&mut order, &mut |a, b| range(a).start.cmp(&range(b).start));
        let extents = extents(order.iter().map(|&place| range(place)))?;
        let last = extents.last()?;
        let mut bytes: Vec<u8> = Vec::new();
        let len = last.at + last.range.len();
        bytes.try_reserve_exact(len).ok()?;
        bytes.resize(len, 0);
        for (_, offset, segment) in segments() {
            let after = extents.partition_point(|extent| extent.range.start <= offset);
            let extent = extents.get(after.checked_sub(1)?)?;
            let at = extent.at + (offset - extent.range.start);
            bytes
                .get_mut(at..at + segment.len())?
                .copy_from_slice(segment);
        }
        Some(Self { extents, bytes })
    }

    fn parts(&self) -> Option<Vec<ImagePart<'_>>> {
        let mut parts = Vec::new();
        parts.try_reserve_exact(self.extents.len()).ok()?;
        for extent in &self.extents {
            parts.push(ImagePart {
                offset: extent.range.start,
                bytes: self.bytes.get(extent.at..extent.at + extent.range.len())?,
            });
        }
        Some(parts)
    }
}

/// What ranges, which are in the order of their starts, cover with small gaps between them.
fn extents<'a>(ranges: impl Iterator<Item = &'a Range<usize>>) -> Option<Vec<Extent>> {
    let mut extents: Vec<Extent> = Vec::new();
    for range in ranges {
        let at = match extents.last_mut() {
            Some(last) if range.start <= last.range.end.saturating_add(GAP) => {
                last.range.end = last.range.end.max(range.end);
                continue;
            }
            Some(last) => last.at + last.range.len(),
            None => 0,
        };
        extents.try_reserve(1).ok()?;
        extents.push(Extent {
            range: range.clone(),
            at,
        });
    }
    Some(extents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::module::build::{Source, Trust};
    use crate::types::TypeRegistry;
    use alloc::vec;

    fn open(text: &str) -> ModuleIr {
        let bytes = wat::parse_str(text).expect("it is well-formed");
        let mut config = Config::new();
        config.wasm_custom_page_sizes(true);
        ModuleIr::new(
            &config,
            &TypeRegistry::new(),
            Source::Borrowed(&bytes),
            Trust::None,
        )
        .expect("it is valid")
    }

    #[test]
    fn what_may_fail_ends_what_is_certain() {
        for (data, certain) in [
            ("", 0),
            (
                r#"(data (i32.const 0) "a") (data "b") (data (i32.const 65534) "cd")"#,
                3,
            ),
            (
                r#"(data (i32.const 0) "a") (data (i32.const 65535) "cd")"#,
                1,
            ),
            (r#"(data (i32.const -1) "") (data (i32.const 0) "a")"#, 0),
            (
                r#"(data (i32.const 65536) "") (data (global.get $g) "") (data "")"#,
                1,
            ),
            (
                r#"(data (offset i32.const 5 i32.const 3 i32.mul i32.const 1 i32.sub) "a")"#,
                1,
            ),
            (
                r#"(data (offset i32.const 5 global.get $g i32.add) "a")"#,
                0,
            ),
            // The memory that is imported has a page at least.
            (
                r#"(data $m (i32.const 65535) "a") (data (memory $m) (i32.const 65535) "a")"#,
                2,
            ),
            (r#"(data (memory $m) (i32.const 65536) "a")"#, 0),
            (
                r#"(data (memory $l) (i64.const 2) "a") (data (memory $l) (i64.const -1) "a")"#,
                1,
            ),
            (
                r#"(data (memory $b) (i32.const 6) "a") (data (memory $b) (i32.const 7) "a")"#,
                1,
            ),
        ] {
            let ir = open(&alloc::format!(
                r#"(module
                    (import "" "m" (memory $m 1))
                    (import "" "g" (global $g i32))
                    (memory $o 1) (memory $l i64 1) (memory $b 7 (pagesize 1))
                    {data})"#
            ));
            assert_eq!(ir.certain_data, certain, "{data}");
        }
    }

    #[test]
    fn later_segments_are_over_earlier_ones() {
        let ir = open(
            r#"(module (memory 2) (memory 1)
                (data (i32.const 1000) "first")
                (data (i32.const 0) "zero")
                (data (memory 1) (i32.const 0) "other")
                (data (i32.const 1003) "second")
                (data (i32.const 999) "**")
                (data "passive")
                (data (i32.const 65600) "")
                (data (i32.const 1073) "near")
                (data (i32.const 1142) "far"))"#,
        );
        let merged = Merged::new(&ir, MemoryIdx(0)).expect("there is room");
        let parts = merged.parts().expect("there is room");
        let near = [b"**irsecond".to_vec(), vec![0; 64], b"near".to_vec()].concat();
        let parts: Vec<_> = parts.iter().map(|part| (part.offset, part.bytes)).collect();
        let expected: [(usize, &[u8]); 3] = [(0, b"zero"), (999, &near), (1142, b"far")];
        assert_eq!(parts, expected);
        let other = Merged::new(&ir, MemoryIdx(1)).expect("there is room");
        assert_eq!(other.bytes, b"other");
        assert!(Merged::new(&ir, MemoryIdx(2)).is_none());
    }
}
