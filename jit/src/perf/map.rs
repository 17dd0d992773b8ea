//! The map of addresses: a line for each function, with its start and size in hexadecimal and its
//! name.

use std::fs::File;
use std::io::{Result, Write as _};
use std::path::{Path, PathBuf};

pub(super) struct Map {
    file: File,
}

/// Where `perf` looks for the map of this process.
pub(super) fn path() -> PathBuf {
    // It does not look at `TMPDIR`.
    PathBuf::from(format!("/tmp/perf-{}.map", std::process::id()))
}

impl Map {
    /// A new map, which replaces one of a process that had the same id.
    pub(super) fn create(path: &Path) -> Result<Self> {
        // What anyone else left there under this name, such as a link, is not written to.
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = File::options().write(true).create_new(true).open(path)?;
        Ok(Self { file })
    }

    pub(super) fn add(&mut self, start: usize, size: usize, name: &str) -> Result<()> {
        // At once, so that the line is there when the process is killed.
        self.file
            .write_all(format!("{start:x} {size:x} {name}\n").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_has_a_line_for_each_function() {
        let path = std::env::temp_dir().join(format!("diptych-map-{}", std::process::id()));
        std::fs::write(&path, "of another process").expect("there is room");
        let mut map = Map::create(&path).expect("there is room");
        map.add(0x7f00_1000, 0x20, "wasm[0]::first").expect("room");
        map.add(0x7f00_1020, 0x1f, "wasm[1]::with a space")
            .expect("room");
        let text = std::fs::read_to_string(&path).expect("it is there");
        std::fs::remove_file(&path).expect("it is there");
        assert_eq!(
            text,
            "7f001000 20 wasm[0]::first\n7f001020 1f wasm[1]::with a space\n"
        );
    }
}
