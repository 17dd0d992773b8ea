//! Binary modules taken apart and put together again.

mod code;
mod remove;

pub(crate) use code::{Code, Point, is_valid};
pub(crate) use remove::{items, remove};
