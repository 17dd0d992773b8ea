//! `diptych validate`.

use crate::engine;
use crate::flags::Validate;
use crate::input;
use crate::report::{Failure, Outcome};
use diptych::{Engine, Module};
use std::io::Write as _;
use std::path::Path;

pub(crate) fn run(flags: &Validate) -> Outcome {
    let engine = engine::engine(&engine::config(&flags.engine)?)?;
    let mut all_valid = true;
    for file in &flags.files {
        match validate(&engine, file) {
            Ok(()) if flags.quiet => {}
            Ok(()) => writeln!(std::io::stdout(), "{}: valid", file.display())?,
            Err(failure) => {
                failure.print();
                all_valid = false;
            }
        }
    }
    if all_valid {
        Ok(())
    } else {
        Err(Failure::silent())
    }
}

fn validate(engine: &Engine, file: &Path) -> Outcome {
    let bytes = input::module(file)?;
    Module::validate(engine, &bytes).map_err(|error| Failure::guest(file.display(), &error))
}
