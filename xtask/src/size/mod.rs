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

/// Every program that is built, by its features, with its settings; those that take long at the end.
fn everything() -> Vec<(&'static Settings, &'static str)> {
    let mut all = Vec::new();
    for settings in LEVELS {
        let small = SMALLEST.iter().filter(|it| it.levels);
        all.extend(small.map(|it| (settings, it.features)));
    }
    for settings in CHANGES {
        all.extend(CHANGED.iter().map(|features| (settings, *features)));
    }
    let rest = SMALLEST.iter().map(|it| it.features);
    let rest = rest.chain(ADDITIONS.iter().flat_map(|it| [it.base, it.features]));
    for features in rest {
        if !all.contains(&(&S, features)) {
            all.push((&S, features));
        }
    }
    all
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
    fn what_is_recorded_is_in_the_table() {
        let record = Record::read(&json_path()).expect("the record can be read");
        let all = everything();
        for (features, settings) in record.sizes() {
            assert!(
                all.iter()
                    .any(|it| it.1 == features && it.0.name == settings),
                "`{features}`, {settings}"
            );
        }
    }
}
