//! What the tests share.

use diptych::{Config, Engine};
use diptych_conformance::Mode;

/// An engine of this mode, when the build and the machine have it, after further changes to its
/// configuration.
pub(crate) fn engine(mode: &str, configure: impl FnOnce(&mut Config)) -> Option<Engine> {
    let mode = Mode::named(mode).expect("the mode exists");
    mode.is_available()
        .then(|| mode.engine_with(configure).expect("an engine"))
}

/// The bytes of a module in text.
pub(crate) fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text is a module")
}
