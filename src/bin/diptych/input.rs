//! The files that the user names.

use crate::report::{Failure, Outcome};
use std::path::Path;

/// The module in a file, as binary; one in text is translated first. `-` is standard input.
pub(crate) fn module(path: &Path) -> Outcome<Vec<u8>> {
    let bytes = read(path)?;
    if bytes.starts_with(b"\0asm") {
        return Ok(bytes);
    }
    let Ok(text) = core::str::from_utf8(&bytes) else {
        return Err(Failure::msg(format!(
            "{}: not a WebAssembly module, neither binary nor text",
            path.display()
        )));
    };
    wat::parse_str(text).map_err(|mut error| {
        error.set_path(path);
        Failure::msg(format!("{}: {error}", path.display()))
    })
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    bytes.map_err(|error| Failure::host(path.display(), &error))
}
