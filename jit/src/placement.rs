//! Where in a line of the instruction cache a function begins.
//!
//! Cranelift does not align loops. A machine fetches a line at a time, so a loop of a few
//! instructions that lies across the boundary of two takes up to half as long again as one that
//! does not, and so does what a large loop does first, which is often to branch by a table. A
//! function can be moved as a whole for nothing: it is put where most of its inner loops lie well.

use cranelift_codegen::CompiledCode;

/// The size of a line in bytes.
pub(crate) const LINE: usize = 64;
/// What functions are aligned to that have no loops, in bytes.
const ALIGN: usize = 32;
/// What functions are aligned to in any case, in bytes: their constants have to be.
const STEP: usize = 16;

/// How many bytes at the beginning of a loop that is longer than a line have to lie together. They
/// are more than its first block: that ends where an index is checked, and execution goes on.
const HEAD: u32 = 56;
/// The most loops that are looked at. Those that are found last lie behind the others, and to
/// know which loops are inside of which takes time that grows with the square of their number.
const MAX_LOOPS: usize = 64;
/// How deep inside of other loops one still counts for more.
const MAX_DEPTH: u32 = 6;

/// A loop in machine code, in bytes from the function's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Loop {
    start: u32,
    /// The end of the last block that goes back to its start.
    end: u32,
}

/// Where in a line of [`LINE`] bytes a function is best put: a multiple of [`STEP`] that is less.
/// Without loops it does not matter.
pub(crate) fn lead(code: &CompiledCode) -> Option<usize> {
    let align = (code.buffer.alignment as usize).max(STEP);
    if code.bb_edges.iter().all(|(from, to)| to > from) {
        return None;
    }
    let mut starts = code.bb_starts.clone();
    starts.sort_unstable();
    let loops = loops(&starts, &code.bb_edges, code.buffer.total_size());
    Some(best(&loops, align))
}

/// The first place from `at` on for a function.
pub(crate) fn next(at: usize, lead: Option<usize>) -> usize {
    match lead {
        Some(lead) => at + (lead + LINE - at % LINE) % LINE,
        None => at.next_multiple_of(ALIGN),
    }
}

/// Where in its pages a function of `len` bytes is put that has them to itself: as they all begin
/// alike, functions at their beginning would displace each other from the cache. Takes no page
/// more than there has to be.
pub(crate) fn in_page(func: u32, len: usize, lead: Option<usize>, page: usize) -> usize {
    let lead = lead.unwrap_or(0);
    let room = len.next_multiple_of(page) - len;
    match room.checked_sub(lead) {
        Some(left) => {
            let place = func.wrapping_mul(0x9e37_79b1) >> 16;
            lead + place as usize % (left / LINE + 1) * LINE
        }
        None => lead,
    }
}

/// The loops of a function whose blocks start at `starts`.
fn loops(starts: &[u32], edges: &[(u32, u32)], size: u32) -> Vec<Loop> {
    let end_of = |block: u32| {
        let after = starts.partition_point(|start| *start <= block);
        starts.get(after).copied().unwrap_or(size)
    };
    let mut loops: Vec<Loop> = Vec::new();
    for &(from, to) in edges {
        if to > from {
            continue;
        }
        let end = end_of(from);
        if let Some(known) = loops.iter_mut().find(|it| it.start == to) {
            known.end = known.end.max(end);
        } else if loops.len() < MAX_LOOPS {
            loops.push(Loop { start: to, end });
        }
    }
    loops
}

/// The first of the places at which least of what is executed often lies across two lines.
fn best(loops: &[Loop], align: usize) -> usize {
    let weighed: Vec<(u32, u32, u32)> = loops
        .iter()
        .map(|it| {
            let around = |outer: &&Loop| outer.start <= it.start && it.end <= outer.end;
            let depth = loops.iter().filter(around).count() as u32;
            let len = it.end - it.start;
            let together = if len <= LINE as u32 { len } else { HEAD };
            (it.start, together, 1 << (2 * depth.min(MAX_DEPTH)))
        })
        .collect();
    let cost = |lead: &usize| -> u32 {
        let line = LINE as u32;
        weighed
            .iter()
            .filter(|(start, len, _)| (start + *lead as u32) % line + len > line)
            .map(|(.., weight)| weight)
            .sum()
    };
    (0..LINE).step_by(align).min_by_key(cost).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_end_where_the_last_branch_to_them_is() {
        let starts = [0, 16, 40, 90, 120];
        let edges = [(0, 16), (16, 40), (40, 40), (40, 16), (90, 16), (90, 120)];
        let inner = Loop { start: 40, end: 90 };
        let outer = Loop {
            start: 16,
            end: 120,
        };
        assert_eq!(loops(&starts, &edges, 130), [inner, outer]);
    }

    #[test]
    fn functions_follow_each_other() {
        assert_eq!(next(0, None), 0);
        assert_eq!(next(33, None), 64);
        for at in 0..200 {
            for lead in [0, 16, 32, 48] {
                let place = next(at, Some(lead));
                assert!((at..at + LINE).contains(&place) && place % LINE == lead);
            }
        }
    }

    #[test]
    fn functions_alone_in_pages_begin_anywhere_in_them() {
        let mut places = std::collections::HashSet::new();
        for func in 0..100 {
            let at = in_page(func, 500, Some(48), 4096);
            assert!(at % LINE == 48 && at + 500 <= 4096);
            places.insert(at);
        }
        assert!(places.len() > 30);
        assert_eq!(in_page(1, 4096, None, 4096), 0);
        assert_eq!(in_page(1, 4090, Some(16), 4096), 16);
    }

    #[test]
    fn a_small_loop_is_in_one_line() {
        for start in 0..200 {
            for len in 1..=48 {
                let end = start + len;
                let one = Loop { start, end };
                let at = best(&[one], STEP) as u32 + start;
                assert_eq!(at / 64, (at + len - 1) / 64, "{start} {len}");
            }
        }
    }

    #[test]
    fn the_beginning_of_a_large_loop_is_in_one_line() {
        let large = Loop {
            start: 0x34,
            end: 0x2de,
        };
        assert_eq!(best(&[large], STEP), 16);
        assert_eq!((0x34 + 16) / 64, (0x34 + 16 + HEAD - 1) / 64);
    }

    #[test]
    fn inner_loops_count_for_more() {
        let outer = Loop { start: 0, end: 120 };
        let inner = Loop { start: 60, end: 70 };
        let at = best(&[outer, inner], STEP) as u32 + 60;
        assert!(at % 64 <= 54);
    }
}
