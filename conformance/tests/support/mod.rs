//! What the tests share.

use diptych::{Config, Engine};

/// An engine of the interpreter.
pub(crate) fn engine(configure: impl FnOnce(&mut Config)) -> Engine {
    let mut config = Config::new();
    configure(&mut config);
    Engine::with_backends(&config, &[diptych_interp::backend()]).expect("an engine")
}

/// The bytes of a module in text.
pub(crate) fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text is a module")
}
