//! `cargo xtask size`: how large the smallest useful embedding is, and what each option adds to it.
//!
//! [`table`] is what there is to build; [`build`] builds it and looks; [`record`] is
//! `docs/binary-size.json`, and [`page`] makes the page for readers of it.

mod build;
mod page;
mod record;
mod table;

use crate::host::{root, write};
use record::Record;
use std::collections::BTreeSet;
use std::path::PathBuf;
use table::{ADDITIONS, CHANGED, CHANGES, LEVELS, PARTS_OF, S, SMALLEST, Settings};

const HELP: &str = "\
Measures the smallest useful embeddings of Diptych and of other runtimes (bench/size), and what each
feature and setting costs. Writes docs/binary-size.{json,md}.

Usage: cargo xtask size [OPTIONS]

Options:
  --only WORD  only programs one of whose features is WORD; the others keep their sizes
  --missing    only what has no size yet
  --page       only writes docs/binary-size.md anew, from docs/binary-size.json

All of it takes about an hour on two cores.
";

pub(crate) fn main(mut words: impl Iterator<Item = String>) -> Result<(), String> {
    let mut only = None;
    let mut missing = false;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--only" => only = Some(words.next().ok_or("--only needs a feature")?),
            "--missing" => missing = true,
            "--page" => return write_page(),
            "--help" => {
                print!("{HELP}");
                return Ok(());
            }
            _ => return Err(format!("unknown option {word}; see --help")),
        }
    }
    let wanted = |features: &str| {
        only.as_deref()
            .is_none_or(|only| features.split(',').any(|it| it == only))
    };
    for (settings, features) in everything() {
        let mut record = Record::read(&json_path())?;
        if wanted(features) && !(missing && record.size(features, settings.name).is_some()) {
            let size = build::size(features, settings)?;
            println!("{features:?}, {}: {size}", settings.name);
            record.set_size(features, settings.name, size)?;
            record.write(&json_path())?;
        }
    }
    for features in PARTS_OF {
        let mut record = Record::read(&json_path())?;
        if wanted(features) && !(missing && record.parts(features).next().is_some()) {
            record.set_parts(features, &build::parts(features, &S)?);
            record.write(&json_path())?;
        }
    }
    write_page()
}

/// Every program that is built, by its features, with its settings; those with the same settings
/// one after the other, since they share their dependencies.
fn everything() -> impl Iterator<Item = (&'static Settings, &'static str)> {
    let small = |settings: &'static Settings| {
        let is_s = settings.name == S.name;
        let mut programs: BTreeSet<&str> = SMALLEST
            .iter()
            .filter(|it| it.levels || is_s)
            .map(|it| it.features)
            .collect();
        if is_s {
            programs.extend(ADDITIONS.iter().flat_map(|it| [it.base, it.features]));
        }
        programs.into_iter().map(move |it| (settings, it))
    };
    let changed = |settings| CHANGED.iter().map(move |features| (settings, *features));
    LEVELS
        .iter()
        .flat_map(small)
        .chain(CHANGES.iter().flat_map(changed))
}

fn write_page() -> Result<(), String> {
    let record = Record::read(&json_path())?;
    write(&page_path(), &page::page(&record))
}

fn json_path() -> PathBuf {
    root().join("docs/binary-size.json")
}

fn page_path() -> PathBuf {
    root().join("docs/binary-size.md")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_what_the_record_gives() {
        let record = Record::read(&json_path()).expect("the record can be read");
        let page = std::fs::read_to_string(page_path()).expect("the page can be read");
        assert_eq!(page, page::page(&record), "run `cargo xtask size --page`");
    }

    #[test]
    fn everything_was_measured() {
        let record = Record::read(&json_path()).expect("the record can be read");
        for (settings, features) in everything() {
            let size = record.size(features, settings.name);
            assert!(size.is_some(), "`{features}`, {}", settings.name);
        }
    }
}
