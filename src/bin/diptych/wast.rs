//! `diptych wast`.

use crate::flags::{Backend, Wast};
use crate::report::{Failure, Outcome};
use diptych_conformance::{Backends, MODES, Mode, Options, Report, run_paths};
use std::io::Write as _;

pub(crate) fn run(flags: &Wast) -> Outcome {
    let mut out = std::io::stdout().lock();
    if flags.modes {
        for mode in MODES.iter().filter(|mode| fits(mode, flags.backend)) {
            writeln!(out, "{}", mode.name)?;
        }
        return Ok(());
    }
    let mut options = Options {
        timeout: flags.timeout,
        ..Options::default()
    };
    options.mode = mode(flags)?;
    if let Some(threads) = flags.threads {
        options.threads = threads;
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

/// The configuration: by its name, by its name without the backend's before it, or the backend's
/// first.
fn mode(flags: &Wast) -> Outcome<&'static Mode> {
    let backend = match flags.backend {
        Backend::Auto => "",
        Backend::Interp => "interp",
        Backend::Jit => "jit",
    };
    let found = match &flags.mode {
        Some(name) => Mode::named(name).or_else(|| Mode::named(&format!("{backend}-{name}"))),
        None => MODES.iter().find(|mode| fits(mode, flags.backend)),
    };
    found
        .filter(|mode| fits(mode, flags.backend))
        .ok_or_else(|| {
            let wanted = flags.mode.as_deref().unwrap_or(backend);
            Failure::msg(format!(
                "this build has no mode `{wanted}` of the backend; --modes lists them"
            ))
        })
}

/// Whether this build has the mode, and the mode is one of this backend.
fn fits(mode: &Mode, backend: Backend) -> bool {
    let same = match backend {
        Backend::Auto => true,
        Backend::Interp => mode.backends == Backends::Interp,
        Backend::Jit => mode.backends == Backends::Jit,
    };
    same && mode.is_available()
}
