//! Sorting, once for all: a sort of the standard library's is some kilobytes of code for each type of
//! elements and each order.

use core::cmp::Ordering;

/// Sorts numbers, which are places of what there is to sort in most cases. The order of what is equal
/// is not kept.
///
/// ```
/// let names = ["b", "c", "a"];
/// let mut places = [0, 1, 2];
/// diptych_core::sort::sort(&mut places, &mut |a, b| names[a as usize].cmp(names[b as usize]));
/// assert_eq!(places, [2, 0, 1]);
/// ```
#[inline(never)]
pub fn sort(numbers: &mut [u32], compare: &mut dyn FnMut(u32, u32) -> Ordering) {
    numbers.sort_unstable_by(|a, b| compare(*a, *b));
}
