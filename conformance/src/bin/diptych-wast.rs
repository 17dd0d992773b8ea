//! Runs WebAssembly specification tests.

use core::time::Duration;
use diptych_conformance::{MODES, Mode, Options, Report, pack, run_files, suite};
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
Runs WebAssembly specification tests.

Usage: diptych-wast [OPTIONS] [PATH...]

Without a path: the official suite, embedded, and its checkout when DIPTYCH_SPEC_DIR is one.

Options:
  --mode NAME      the engine's configuration (default: interp; `--modes` lists them)
  --modes          lists the configurations that this build has
  --all            shows files without failures or skips too
  --current        without a path: only the current version of the suite, embedded
  --pack FILE      writes the scripts in the compact form of diptych-script, and runs nothing
  --json FILE      writes a report as JSON
  --junit FILE     writes a report as JUnit XML
  --timeout SECS   interrupts a script that takes longer
  --threads N      how many scripts run at once
";

struct Arguments {
    options: Options,
    paths: Vec<PathBuf>,
    all: bool,
    current: bool,
    pack: Option<PathBuf>,
    json: Option<PathBuf>,
    junit: Option<PathBuf>,
}

fn main() -> ExitCode {
    match arguments().and_then(|arguments| arguments.map_or(Ok(true), |given| run(&given))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("diptych-wast: {message}");
            ExitCode::from(2)
        }
    }
}

fn arguments() -> Result<Option<Arguments>, String> {
    let mut given = Arguments {
        options: Options::default(),
        paths: Vec::new(),
        all: false,
        current: false,
        pack: None,
        json: None,
        junit: None,
    };
    let mut words = std::env::args_os().skip(1);
    while let Some(word) = words.next() {
        let Some(flag) = word.to_str().filter(|word| word.starts_with("--")) else {
            given.paths.push(word.into());
            continue;
        };
        let mut value = || words.next().ok_or_else(|| format!("{flag} needs a value"));
        let number = |word: std::ffi::OsString| {
            let number = word.to_str().and_then(|word| word.parse::<u32>().ok());
            number.ok_or_else(|| format!("{flag} needs a number"))
        };
        match flag {
            "--help" => {
                print!("{HELP}");
                return Ok(None);
            }
            "--modes" => {
                for mode in MODES.iter().filter(|mode| mode.is_available()) {
                    println!("{}", mode.name);
                }
                return Ok(None);
            }
            "--mode" => {
                let name = value()?;
                given.options.mode = name
                    .to_str()
                    .and_then(Mode::named)
                    .ok_or_else(|| format!("there is no mode {}", name.display()))?;
            }
            "--all" => given.all = true,
            "--current" => given.current = true,
            "--pack" => given.pack = Some(value()?.into()),
            "--json" => given.json = Some(value()?.into()),
            "--junit" => given.junit = Some(value()?.into()),
            "--timeout" => {
                given.options.timeout = Some(Duration::from_secs(number(value()?)?.into()));
            }
            "--threads" => given.options.threads = number(value()?)? as usize,
            _ => return Err(format!("unknown option {flag}; see --help")),
        }
    }
    Ok(Some(given))
}

fn run(given: &Arguments) -> Result<bool, String> {
    let read = |error: std::io::Error| error.to_string();
    let mut files = Vec::new();
    if given.paths.is_empty() && given.current {
        files = suite::current();
    } else if given.paths.is_empty() {
        files = suite::embedded();
        if let Some(dir) = diptych_conformance::spec_dir() {
            files.extend(suite::path(&dir).map_err(read)?);
        }
    }
    for path in &given.paths {
        files.extend(suite::path(path).map_err(read)?);
    }
    if let Some(path) = &given.pack {
        let packed = pack(&files)?;
        std::fs::write(path, packed).map_err(|error| format!("{}: {error}", path.display()))?;
        return Ok(true);
    }
    let report = run_files(&files, &given.options);
    for (path, text) in [
        (&given.json, Report::to_json as fn(&Report) -> String),
        (&given.junit, Report::to_junit),
    ] {
        if let Some(path) = path {
            std::fs::write(path, text(&report))
                .map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    print!("{}", report.to_text(given.all));
    Ok(report.is_success())
}
