//! `diptych diff`: one program in two configurations, and the first instruction that does not do
//! the same in both.
//!
//! The program runs once as it is, and what WASI gives it is [recorded](tape). Then it runs in
//! both configurations [in lock-step](lockstep), with that and with code that
//! [writes down what it does](instrument); where they part, further runs [look closer](search).

mod guest;
mod instrument;
mod lockstep;
mod report;
mod search;
mod tape;
#[cfg(test)]
mod tests;

use crate::engine;
use crate::flags::{Configuration, Diff, LimitFlags};
use crate::host;
use crate::input;
use crate::progress;
use crate::report::{Failure, Outcome};
use diptych::Module;
use guest::Program;
use search::{Side, Verdict};
use twox_hash::XxHash3_64;

pub(crate) fn run(flags: &Diff) -> Outcome {
    let file = flags.file().display().to_string();
    let wasm = input::module(flags.file())?;
    let limits = LimitFlags {
        max_memory: flags.max_memory,
        max_table: flags.max_table,
        ..LimitFlags::default()
    };
    let program = Program {
        name: host::program_name(flags.file()),
        args: flags.args(),
        invoke: flags.invoke.as_deref(),
        world: &flags.world,
        limits: &limits,
    };
    let left = side(flags, &flags.left, &wasm)?;
    let right = side(flags, &flags.right, &wasm)?;
    let sides = [&left, &right];
    let mut verdict = search::compare(&program, sides, flags.max_recording)?;
    let text = report::text(&file, sides, &mut verdict)?;
    progress::erase();
    // The program's own output is on the other stream.
    eprint!("{text}");
    match verdict {
        Verdict::Same { .. } => Ok(()),
        _ => Err(Failure::silent()),
    }
}

/// A configuration with its engine, when that takes the module.
fn side<'a>(flags: &Diff, configuration: &'a Configuration, wasm: &'a [u8]) -> Outcome<Side<'a>> {
    let mut config = engine::config(&configuration.engine)?;
    if !flags.as_is {
        config
            .canonicalize_nans(true)
            .relaxed_simd_deterministic(true);
    }
    if let Some(bytes) = flags.max_stack {
        config.max_wasm_stack(bytes);
    }
    let file = flags.file().display();
    let module = Module::new(&engine::engine(&config)?, wasm)
        .map_err(|error| Failure::guest(format_args!("{file}: {}", configuration.name), &error))?;
    let is_shared = module.ir().memories.iter().any(|memory| memory.shared);
    if is_shared || host::spawns_threads(wasm) {
        return Err(Failure::msg(format!(
            "{file}: its threads can do another thing in each run, so there is nothing to compare"
        )));
    }
    // Records have a memory of their own.
    config.wasm_multi_memory(true);
    Ok(Side {
        name: &configuration.name,
        engine: engine::engine(&config)?,
        wasm,
    })
}

/// A digest of bytes, and of what had this digest before.
fn digest(bytes: &[u8], before: u64) -> u64 {
    XxHash3_64::oneshot_with_seed(before, bytes)
}
