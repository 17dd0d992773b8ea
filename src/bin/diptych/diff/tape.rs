//! What a guest's calls of WASI gave, for other runs of it to get the same.
//!
//! The first run has the world; all others have only the tape. So whatever clocks, random bytes,
//! files and streams there are, all runs see the same of them, and what a program does to its
//! world is done once.

use super::digest;
use core::fmt;
use core::ops::Range;
use diptych::{Caller, Error, Extern, ExternType, Linker, Memory, Module, Result, Trap, Val};
use diptych_wasi::{CallEnd, CallSeen};
use std::sync::{Arc, Mutex, PoisonError};

/// The modules that functions of WASI are imported from.
const WASI: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];

/// The calls of one run, in their order.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    calls: Vec<Recorded>,
    /// What the calls take.
    bytes: usize,
}

/// A call and what came of it.
#[derive(Debug)]
struct Recorded {
    module: &'static str,
    name: &'static str,
    args: Box<[u64]>,
    end: CallEnd,
    /// What was looked at in memory and not changed by the call, and a digest of what was there.
    read: Box<[Range<usize>]>,
    digest: u64,
    /// What was written.
    written: Box<[(usize, Box<[u8]>)]>,
}

impl Tape {
    /// How many calls there are.
    pub(crate) fn len(&self) -> usize {
        self.calls.len()
    }
}

/// A tape that is being recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<Mutex<Tape>>);

impl Recorder {
    /// Records a call, unless there are more bytes of them then than these.
    pub(crate) fn record(&self, call: &CallSeen<'_>, most: usize) -> Result<()> {
        let mut tape = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = |range: &Range<usize>| call.memory().get(range.clone()).unwrap_or_default();
        let size: usize = call.written().iter().map(|range| range.len() + 48).sum();
        tape.bytes += size + call.read().len() * 16 + size_of::<Recorded>() + call.args().len() * 8;
        if tape.bytes > most {
            return Err(Error::host(TooLong(most)));
        }
        let overlaps = |a: &Range<usize>| {
            let overlaps = |b: &Range<usize>| a.start < b.end && b.start < a.end;
            call.written().iter().any(overlaps)
        };
        let read: Box<[_]> = call
            .read()
            .iter()
            .filter(|range| !overlaps(range))
            .cloned()
            .collect();
        tape.calls.push(Recorded {
            module: call.module(),
            name: call.name(),
            args: call.args().into(),
            end: call.end(),
            digest: read.iter().fold(0, |sum, it| digest(bytes(it), sum)),
            read,
            written: call
                .written()
                .iter()
                .map(|range| (range.start, bytes(range).into()))
                .collect(),
        });
        Ok(())
    }

    /// What was recorded, when the run has ended.
    pub(crate) fn finish(self) -> Tape {
        core::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A recording that was too long.
#[derive(Debug)]
pub(crate) struct TooLong(usize);

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "what WASI gave the program takes more than {} MiB; --max-recording allows more",
            self.0 >> 20
        )
    }
}

impl core::error::Error for TooLong {}

/// How far a guest is on a tape.
#[derive(Debug)]
pub(crate) struct Player {
    tape: Arc<Tape>,
    next: usize,
}

impl Player {
    pub(crate) fn new(tape: &Arc<Tape>) -> Self {
        Self {
            tape: Arc::clone(tape),
            next: 0,
        }
    }
}

/// A guest that calls something else than was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Astray {
    /// How many calls were the same.
    call: usize,
    /// What it called.
    got: String,
    /// What was called when the tape was recorded.
    expected: String,
}

impl fmt::Display for Astray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "as call {} of WASI it made {}; recorded is {}",
            self.call, self.got, self.expected
        )
    }
}

impl core::error::Error for Astray {}

/// Defines a module's imports of WASI so that they come from a tape.
pub(crate) fn define<T: 'static>(
    linker: &mut Linker<T>,
    module: &Module,
    player: impl Fn(&mut T) -> &mut Player + Copy + Send + Sync + 'static,
) -> Result<()> {
    let mut defined: Vec<(String, String)> = Vec::new();
    for import in module.imports() {
        let ExternType::Func(ty) = import.ty() else {
            continue;
        };
        let key = (import.module().to_owned(), import.name().to_owned());
        if !WASI.contains(&import.module()) || defined.contains(&key) {
            continue;
        }
        let (from, name) = key.clone();
        linker.func_new(
            import.module(),
            import.name(),
            ty,
            move |caller, args, results| play(caller, player, (&from, &name), args, results),
        )?;
        defined.push(key);
    }
    Ok(())
}

/// Gives a guest what it was given when the tape was recorded.
fn play<T: 'static>(
    mut caller: Caller<'_, T>,
    player: impl Fn(&mut T) -> &mut Player,
    (module, name): (&str, &str),
    args: &[Val],
    results: &mut [Val],
) -> Result<()> {
    let memory = match caller.get_export("memory") {
        Some(Extern::Memory(memory)) => Some(memory),
        _ => None,
    };
    let args: Vec<u64> = args.iter().map(bits).collect();
    let player = player(caller.data_mut());
    let (tape, at) = (Arc::clone(&player.tape), player.next);
    player.next += 1;
    let got = || format!("{name}({})", list(&args));
    let astray = |got: String, expected: String| {
        Error::host(Astray {
            call: at,
            got,
            expected,
        })
    };
    let Some(call) = tape.calls.get(at) else {
        return Err(astray(got(), "the program's end".to_owned()));
    };
    if (call.module, call.name) != (module, name) || *call.args != *args {
        return Err(astray(
            got(),
            format!("{}({})", call.name, list(&call.args)),
        ));
    }
    let seen = match memory {
        Some(memory) => read(memory, &caller, &call.read),
        None => 0,
    };
    if seen != call.digest {
        let got = format!("{} with other bytes in memory", got());
        return Err(astray(got, "the same call with those of then".to_owned()));
    }
    if let Some(memory) = memory {
        for (at, bytes) in &call.written {
            memory.write(&mut caller, *at, bytes).map_err(Error::host)?;
        }
    }
    match call.end {
        CallEnd::Returned(code) => {
            if let Some(result) = results.first_mut() {
                *result = Val::I32(code.into());
            }
            Ok(())
        }
        CallEnd::Exited(code) => Err(Error::exit(code)),
        _ => Err(Trap::Interrupted.into()),
    }
}

fn read<T: 'static>(memory: Memory, caller: &Caller<'_, T>, ranges: &[Range<usize>]) -> u64 {
    let bytes = memory.data(caller);
    ranges.iter().fold(0, |sum, range| {
        digest(bytes.get(range.clone()).unwrap_or_default(), sum)
    })
}

fn bits(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(*value as u32),
        Val::I64(value) => *value as u64,
        _ => 0,
    }
}

fn list(args: &[u64]) -> String {
    let args: Vec<_> = args.iter().map(ToString::to_string).collect();
    args.join(", ")
}
