//! Binary modules taken apart and put together again.

mod code;
mod count;
mod extend;
mod plant;
mod remove;

#[cfg(test)]
pub(crate) use code::features;
pub(crate) use code::{Body, Code, Point, is_valid};
pub(crate) use count::{COUNTS, Counting, OPERATORS, count};
pub(crate) use plant::{Change, Planted, plant};
pub(crate) use remove::{items, remove};
