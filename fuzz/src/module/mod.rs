//! Binary modules taken apart and put together again.

mod code;
mod count;
mod remove;

#[cfg(test)]
pub(crate) use code::features;
pub(crate) use code::{Code, Point, is_valid};
pub(crate) use count::{COUNTS, Counting, OPERATORS, count};
pub(crate) use remove::{items, remove};
