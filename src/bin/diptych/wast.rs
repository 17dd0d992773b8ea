//! `diptych wast`.

use crate::engine;
use crate::flags::Wast;
use crate::report::{Failure, Outcome};
use diptych_conformance::{Expectations, MODES, Mode, Options, Report, run_paths};
use std::io::Write as _;

pub(crate) fn run(flags: &Wast) -> Outcome {
    engine::require(flags.backend)?;
    let mut out = std::io::stdout().lock();
    if flags.modes {
        for mode in MODES.iter().filter(|mode| mode.is_available()) {
            writeln!(out, "{}", mode.name)?;
        }
        return Ok(());
    }
    let mut options = Options {
        timeout: flags.timeout,
        ..Options::default()
    };
    if let Some(name) = &flags.mode {
        options.mode = Mode::named(name)
            .filter(|mode| mode.is_available())
            .ok_or_else(|| {
                Failure::msg(format!(
                    "this build has no mode `{name}`; --modes lists them"
                ))
            })?;
    }
    if let Some(threads) = flags.threads {
        options.threads = threads;
    }
    if flags.strict {
        options.expectations = Expectations::none();
    }
    let report = run_paths(&flags.paths, &options)
        .map_err(|error| Failure::host("cannot read the tests", &error))?;
    for (path, text) in [
        (&flags.json, Report::to_json as fn(&Report) -> String),
        (&flags.junit, Report::to_junit),
    ] {
        if let Some(path) = path {
            std::fs::write(path, text(&report))
                .map_err(|error| Failure::host(path.display(), &error))?;
        }
    }
    write!(out, "{}", report.to_text(flags.all))?;
    out.flush()?;
    if report.is_success() {
        Ok(())
    } else {
        Err(Failure::silent())
    }
}
