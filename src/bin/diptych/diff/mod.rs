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
use diptych::{Engine, Module};
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
    let left = engine_of(flags, &flags.left, &wasm)?;
    let right = engine_of(flags, &flags.right, &wasm)?;
    let sides = [
        &Side {
            name: &flags.left.name,
            engine: left,
            wasm: &wasm,
        },
        &Side {
            name: &flags.right.name,
            engine: right,
            wasm: &wasm,
        },
    ];
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

/// An engine of a configuration, when it takes the module.
fn engine_of(flags: &Diff, configuration: &Configuration, wasm: &[u8]) -> Outcome<Engine> {
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
    engine::engine(&config)
}

/// A digest of bytes, and of what had this digest before.
fn digest(bytes: &[u8], before: u64) -> u64 {
    XxHash3_64::oneshot_with_seed(before, bytes)
}
