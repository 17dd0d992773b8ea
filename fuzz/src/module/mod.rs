//! Binary modules taken apart and put together again.

mod code;
mod count;
mod extend;
mod plant;
mod remove;
mod replace;

pub(crate) use code::{Body, Code, Point, is_usable, is_valid, with_timeouts};
pub use code::{FEATURES, code_with};
pub(crate) use count::{COUNTS, Counting, OPERATORS, count, number};
pub use extend::{Section, extend, spaces};
pub(crate) use plant::{Change, Planted, plant};
pub(crate) use remove::{items, remove};
pub(crate) use replace::{null, replacements};
