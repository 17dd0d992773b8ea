//! Turns a panic inside a directive into a failure with its text.

use core::cell::RefCell;
use core::panic::AssertUnwindSafe;
use std::panic::{PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// `Some` while this thread is inside [`catch`]: the text of the panic that happened.
    static CAUGHT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes panics inside [`catch`] silent; those elsewhere are reported as before.
pub(crate) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            let inside = CAUGHT.with_borrow_mut(|caught| match caught {
                Some(text) => {
                    *text = describe(info);
                    true
                }
                None => false,
            });
            if !inside {
                previous(info);
            }
        }));
    });
}

/// Runs `f`; the text of the panic when it panics.
///
/// What `f` leaves half done stays so: the caller goes on with it only to count what else fails.
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    CAUGHT.set(Some(String::from("panicked")));
    let result = catch_unwind(AssertUnwindSafe(f));
    let text = CAUGHT.take().unwrap_or_default();
    result.map_err(|_| text)
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    match info.location() {
        Some(at) => format!("panicked at {at}: {text}"),
        None => format!("panicked: {text}"),
    }
}
