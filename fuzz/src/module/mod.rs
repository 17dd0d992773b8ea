//! Binary modules taken apart and put together again.

mod code;
mod count;
mod extend;
mod plant;
mod remove;
mod replace;

#[cfg(test)]
pub(crate) use code::features;
pub(crate) use code::{Body, Code, Point, is_usable, is_valid};
pub(crate) use count::{COUNTS, Counting, OPERATORS, count, number};
pub(crate) use plant::{Change, Planted, plant};
pub(crate) use remove::{items, remove};
pub(crate) use replace::{null, replacements};
