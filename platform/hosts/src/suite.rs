//! Runs the scripts of a file.

use crate::heap;
use crate::machine::{self, File, println};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use diptych::{Config, Engine};
use diptych_script::pack::Reader;
use diptych_script::{Features, Problem, World};

/// Numbers of directives.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// For want of memory, on this machine.
    pub(crate) too_large: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} too large",
            self.passed, self.failed, self.too_large
        )
    }
}

/// Runs every script in the file.
pub(crate) fn run(path: &str) -> Result<Counts, String> {
    let mut file = machine::open(path).ok_or_else(|| format!("{path} cannot be read"))?;
    let mut counts = Counts::default();
    while let Some(script) = next(&mut file)? {
        let before = counts;
        let reader = Reader::new(&script).map_err(|error| format!("{error}"))?;
        let key = reader.key();
        script_of(reader, &mut counts)?;
        let more = counts.too_large - before.too_large;
        if more > 0 {
            println!("{key}: {more} directives are too large for this machine");
        }
    }
    Ok(counts)
}

/// The next script in the file; none at its end.
fn next(file: &mut File) -> Result<Option<Vec<u8>>, String> {
    let mut len = [0; 4];
    match file.read(&mut len) {
        0 => return Ok(None),
        4 => {}
        _ => return Err("the file ends within a length".into()),
    }
    let len = u32::from_le_bytes(len) as usize;
    let mut script = Vec::new();
    script
        .try_reserve_exact(len)
        .map_err(|_| format!("no memory for a script of {len} bytes"))?;
    script.resize(len, 0);
    if file.read(&mut script) != len {
        return Err("the file ends within a script".into());
    }
    Ok(Some(script))
}

fn script_of(reader: Reader<'_>, counts: &mut Counts) -> Result<(), String> {
    let features = Features::of_group(reader.group());
    let mut config = Config::new();
    features.apply(&mut config);
    // The rest of the machine's memory is the heap's, so a frame's limit is its own.
    config.max_wasm_stack(if cfg!(target_arch = "arm") {
        256 << 10
    } else {
        1 << 20
    });
    let mut world = Engine::new(&config)
        .and_then(|engine| World::new(&engine, &features, false, false))
        .map_err(|error| format!("the engine cannot be set up: {error}"))?;
    let key = reader.key();
    let refused = heap::refused();
    for directive in reader {
        let (line, directive) = directive.map_err(|error| format!("{key}: {error}"))?;
        let Err(problem) = world.directive(directive) else {
            counts.passed += 1;
            continue;
        };
        match problem {
            Problem::Exhausted(_) => counts.too_large += 1,
            // `memory.grow` may fail, and the script go another way.
            Problem::Wrong(_) if heap::refused() > refused => counts.too_large += 1,
            Problem::Wrong(text) => {
                counts.failed += 1;
                println!("FAIL {key}:{line}: {text}");
            }
        }
    }
    Ok(())
}
