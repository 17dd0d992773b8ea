//! `diptych compile`, and what runs that it wrote.

use crate::engine;
use crate::flags::{Backend, Compile, EngineFlags};
use crate::host;
use crate::input;
use crate::progress;
use crate::report::{Failure, Outcome};
use diptych::{Engine, Module};
use std::path::{Path, PathBuf};

/// What the names of compiled modules end with.
const EXTENSION: &str = "cwasm";

pub(crate) fn run(flags: &Compile) -> Outcome {
    let bytes = input::module(&flags.file)?;
    let mut config = engine::config(&with_compiler(&flags.engine))?;
    config.consume_fuel(flags.fuel);
    config.interruption(flags.interruption || host::spawns_threads(&bytes));
    let engine = engine::engine(&config)?;
    let artifact = engine
        .precompile_module(&bytes, flags.target.as_deref())
        .map_err(|error| Failure::guest(flags.file.display(), &error));
    progress::erase();
    let output = match &flags.output {
        Some(output) => output.clone(),
        None => default_output(&flags.file)?,
    };
    write(&output, &artifact?).map_err(|error| Failure::host(output.display(), &error))
}

/// Writes a file anew: one that is there stays as it is for processes that run it.
fn write(output: &Path, artifact: &[u8]) -> std::io::Result<()> {
    if let Ok(there) = output.canonicalize()
        && there.is_file()
    {
        std::fs::remove_file(there)?;
    }
    std::fs::write(output, artifact)
}

/// The file beside the module, with the extension of compiled ones.
fn default_output(file: &Path) -> Outcome<PathBuf> {
    if file == Path::new("-") {
        return Err(Failure::msg(
            "a module from standard input has no name: say with --output where its code goes",
        ));
    }
    Ok(file.with_extension(EXTENSION))
}

/// The flags of an engine that has the compiler.
pub(crate) fn with_compiler(flags: &EngineFlags) -> EngineFlags {
    EngineFlags {
        backend: Backend::Jit,
        ..flags.clone()
    }
}

/// The module in a file that [`run`] wrote, and the engine that it is for: `engine` makes one that
/// can end threads, or need not.
pub(crate) fn load(
    file: &Path,
    engine: impl Fn(bool) -> Outcome<Engine>,
) -> Outcome<(Engine, Module)> {
    let plain = engine(false)?;
    let refused = match deserialize(&plain, file) {
        Ok(module) => return Ok((plain, module)),
        Err(error) => error,
    };
    let engine = engine(true)?;
    match deserialize(&engine, file) {
        Ok(module) if diptych_wasi::spawns_threads(&module) => Ok((engine, module)),
        _ => Err(Failure::guest(file.display(), &refused)),
    }
}

fn deserialize(engine: &Engine, file: &Path) -> diptych::Result<Module> {
    #[expect(
        unsafe_code,
        reason = "whoever asks for a compiled file to be run trusts it, as any executable"
    )]
    // SAFETY: the user says by a flag that the file is one that `diptych compile` wrote.
    unsafe {
        Module::deserialize_file(engine, file)
    }
}
