//! `cargo xtask matrix`: what works where, found out by running it.
//!
//! [`targets`] is the table of what is to be run; [`tools`] installs what that takes on Debian;
//! [`run`] does it and counts; [`record`] is `docs/support-matrix.json`, which keeps what a full
//! run found, and [`page`] makes the page for readers of it.

mod page;
mod record;
mod run;
mod targets;
mod tools;

use crate::host::{root, write};
use record::Record;
use std::path::PathBuf;
use targets::{TARGETS, Target};

const HELP: &str = "\
Builds and tests for the targets of the support matrix, natively or emulated.

Usage: cargo xtask matrix [OPTIONS]

Options:
  --target TRIPLE  only this target; can be given several times
  --full           everything, and writes docs/support-matrix.{json,md}; without it a part that is
                   quick enough for every change
  --list           lists the targets and what is run
  --page           only writes docs/support-matrix.md anew, from docs/support-matrix.json

Needs a Debian machine and the right to install packages on it.
";

struct Arguments {
    targets: Vec<&'static Target>,
    full: bool,
}

pub(crate) fn main(mut words: impl Iterator<Item = String>) -> Result<(), String> {
    let mut arguments = Arguments {
        targets: Vec::new(),
        full: false,
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--full" => arguments.full = true,
            "--target" => {
                let triple = words.next().ok_or("--target needs a triple")?;
                let found = TARGETS.iter().find(|target| target.triple == triple);
                let target = found.ok_or_else(|| format!("{triple} is not in the table"))?;
                arguments.targets.push(target);
            }
            "--list" => {
                list();
                return Ok(());
            }
            "--page" => return write_page(),
            "--help" => {
                print!("{HELP}");
                return Ok(());
            }
            _ => return Err(format!("unknown option {word}; see --help")),
        }
    }
    if arguments.targets.is_empty() {
        arguments.targets = TARGETS.iter().collect();
    }
    matrix(&arguments)
}

fn list() {
    for target in TARGETS {
        println!("{}", target.triple);
        for step in target.steps {
            let when = if step.always { "" } else { " (--full)" };
            println!("    {}{when}", step.name);
        }
    }
}

fn matrix(arguments: &Arguments) -> Result<(), String> {
    let mut failed = Vec::new();
    for target in &arguments.targets {
        let results = run::target(target, arguments.full)?;
        for (step, outcome) in &results {
            if let Err(why) = outcome {
                failed.push(format!("{}: {}: {why}", target.triple, step.name));
            }
        }
        // Written after each target, since a full run takes long.
        if arguments.full {
            let mut record = Record::read(&json_path())?;
            record.set(target, &results)?;
            record.write(&json_path())?;
            write_page()?;
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(failed.join("\n"))
    }
}

fn write_page() -> Result<(), String> {
    let record = Record::read(&json_path())?;
    write(&page_path(), &page::page(&record))
}

fn json_path() -> PathBuf {
    root().join("docs/support-matrix.json")
}

fn page_path() -> PathBuf {
    root().join("docs/support-matrix.md")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_what_the_record_gives() {
        let record = Record::read(&json_path()).expect("the record can be read");
        let page = std::fs::read_to_string(page_path()).expect("the page can be read");
        assert_eq!(page, page::page(&record), "run `cargo xtask matrix --page`");
    }

    #[test]
    fn what_is_recorded_is_in_the_table() {
        let record = Record::read(&json_path()).expect("the record can be read");
        for entry in record.entries() {
            let target = TARGETS
                .iter()
                .find(|target| target.triple == entry.triple());
            let target = target.unwrap_or_else(|| panic!("{}", entry.triple()));
            for result in entry.results() {
                let names: Vec<_> = target.steps.iter().map(|step| step.name).collect();
                assert!(names.contains(&result.name()), "{}", result.name());
            }
        }
    }
}
