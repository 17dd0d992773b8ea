//! `diptych completions` and `diptych man`, from the table of flags.

use crate::flags::{Cli, Completions, Man};
use crate::report::{Failure, Outcome};
use clap::CommandFactory as _;
use std::io::Write as _;

pub(crate) fn completions(flags: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(flags.shell, &mut Cli::command(), "diptych", &mut script);
    Ok(std::io::stdout().write_all(&script)?)
}

pub(crate) fn man(flags: &Man) -> Outcome {
    let Some(dir) = &flags.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page)?;
        return Ok(std::io::stdout().write_all(&page)?);
    };
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), dir))
        .map_err(|error| Failure::host(dir.display(), &error))
}
