//! `diptych bench`.

use crate::engine;
use crate::flags::{Bench, LimitFlags};
use crate::host;
use crate::input;
use crate::report::{Failure, Outcome};
use crate::run;
use crate::value;
use diptych::{Engine, Module, Val};
use serde_json::{Value, json};
use std::io::Write as _;
use std::time::{Duration, Instant};

/// Few enough to stay quick with a slow function, enough for a median.
const LEAST_CALLS: usize = 5;
/// More samples than this tell nothing new.
const MOST_CALLS: usize = 100_000;

pub(crate) fn run(flags: &Bench) -> Outcome {
    let bytes = input::module(&flags.file)?;
    let mut engine_flags = flags.engine.clone();
    engine_flags.compilation = crate::flags::Compilation::Eager;
    let engine = host::engine(&engine_flags, &LimitFlags::default(), false)?;
    engine::with_stack(&engine, || measure(flags, &engine, bytes))
}

fn measure(flags: &Bench, engine: &Engine, bytes: Vec<u8>) -> Outcome {
    let file = flags.file.display();
    let fail = |error: diptych::Error| Failure::guest(&file, &error);
    let limits = LimitFlags::default();

    let begin = Instant::now();
    let module = Module::from_bytes(engine, bytes).map_err(fail)?;
    let compile = begin.elapsed();

    let mut linker = host::linker(engine)?;
    host::define_unknown(&mut linker, &module, &flags.world)?;
    let name = host::program_name(&flags.file);
    let wasi = host::wasi(&name, &[], &flags.world)?;
    let mut store = host::store(engine, wasi, &limits).map_err(host::unmade)?;
    let begin = Instant::now();
    let instance = linker.instantiate(&mut store, &module).map_err(fail)?;
    let instantiate = begin.elapsed();

    run::initialize(&mut store, &instance).map_err(fail)?;
    let func = run::function(&mut store, &instance, &module, &flags.invoke)?;
    let ty = func.ty(&store);
    let args = value::parse_all(&flags.args, &ty)
        .map_err(|error| Failure::msg(format!("{file}: {}: {error}", flags.invoke)))?;
    let mut results = vec![Val::I32(0); ty.results().len()];
    let mut call = || func.call(&mut store, &args, &mut results);

    let begin = Instant::now();
    call().map_err(fail)?;
    while begin.elapsed() < flags.warm_up {
        call().map_err(fail)?;
    }
    let mut samples = Vec::new();
    let begin = Instant::now();
    while samples.len() < LEAST_CALLS
        || (begin.elapsed() < flags.time && samples.len() < MOST_CALLS)
    {
        let before = clock::thread_time();
        call().map_err(fail)?;
        samples.push(clock::thread_time().saturating_sub(before));
    }
    samples.sort_unstable();
    let mean = samples.iter().sum::<Duration>() / samples.len() as u32;
    let (min, median) = (samples[0], samples[samples.len() / 2]);

    let mut out = std::io::stdout().lock();
    if flags.json {
        let report = json!({
            "file": file.to_string(),
            "function": flags.invoke,
            "args": flags.args,
            "calls": samples.len(),
            "min_us": micros(min),
            "median_us": micros(median),
            "mean_us": micros(mean),
            "compile_us": micros(compile),
            "instantiate_us": micros(instantiate),
            "result": result(&results),
        });
        writeln!(out, "{report}")?;
    } else {
        let row = |out: &mut std::io::StdoutLock<'_>, name: &str, time: Duration| {
            writeln!(out, "{name:<12} {:>14.3} µs", micros(time))
        };
        row(&mut out, "min", min)?;
        row(&mut out, "median", median)?;
        row(&mut out, "mean", mean)?;
        row(&mut out, "compile", compile)?;
        row(&mut out, "instantiate", instantiate)?;
        writeln!(out, "{:<12} {:>14}", "calls", samples.len())?;
        for value in &results {
            writeln!(out, "{:<12} {:>14}", "result", value::print(value))?;
        }
    }
    Ok(out.flush()?)
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1000.0
}

/// Nothing, one value, or a list; numbers as such where JSON has them.
fn result(values: &[Val]) -> Value {
    let one = |value: &Val| match value {
        Val::I32(value) => json!(value),
        Val::I64(value) => json!(value),
        Val::F32(bits) if f32::from_bits(*bits).is_finite() => json!(f32::from_bits(*bits)),
        Val::F64(bits) if f64::from_bits(*bits).is_finite() => json!(f64::from_bits(*bits)),
        other => json!(value::print(other)),
    };
    match values {
        [] => Value::Null,
        [value] => one(value),
        more => more.iter().map(one).collect(),
    }
}

#[cfg(unix)]
mod clock {
    use rustix::time::{ClockId, clock_gettime};
    use std::time::Duration;

    /// The processor time of this thread: what others do on the machine matters less to it.
    pub(super) fn thread_time() -> Duration {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }
}

#[cfg(not(unix))]
mod clock {
    use std::sync::OnceLock;
    use std::time::{Duration, Instant};

    /// The time since the first call; there is no clock of the thread's own here.
    pub(super) fn thread_time() -> Duration {
        static BEGIN: OnceLock<Instant> = OnceLock::new();
        BEGIN.get_or_init(Instant::now).elapsed()
    }
}
