//! The page that is made of the record.

use super::record::Record;
use super::table::{ADDITIONS, CHANGED, CHANGES, LEVELS, PARTS_OF, S, SMALLEST};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Everything before the tables.
const WORDS: &str = include_str!("words.md");

pub(crate) fn page(record: &Record) -> String {
    let mut page = String::from(WORDS);
    let _ = writeln!(
        page,
        "\nMeasured on {} with {}, for `x86_64-unknown-linux-gnu`.",
        record.date(),
        record.rustc()
    );
    smallest(&mut page, record);
    additions(&mut page, record);
    changes(&mut page, record);
    parts(&mut page, record);
    page
}

fn smallest(page: &mut String, record: &Record) {
    *page += "\n## The smallest embeddings\n\nKilobytes by `opt-level`.\n\n| runtime | features |";
    for level in LEVELS {
        let _ = write!(page, " {} |", level.name);
    }
    let _ = writeln!(page, "\n|---|---|{}", "--:|".repeat(LEVELS.len()));
    for program in SMALLEST {
        let _ = write!(page, "| {} | {} |", program.name, code(program.features));
        for level in LEVELS {
            let size = record.size(program.features, level.name);
            let _ = write!(page, " {} |", size.map_or(String::new(), kilobytes));
        }
        page.push('\n');
    }
}

fn additions(page: &mut String, record: &Record) {
    *page += "\n## What each feature adds\n\nAt `opt-level = \"s\"`.\n\n\
              | what | to | KB | together |\n|---|---|--:|--:|\n";
    for addition in ADDITIONS {
        let size = |features| record.size(features, S.name);
        let (Some(base), Some(with)) = (size(addition.base), size(addition.features)) else {
            continue;
        };
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} |",
            addition.what,
            code(addition.base),
            difference(base, with),
            kilobytes(with)
        );
    }
}

fn changes(page: &mut String, record: &Record) {
    *page += "\n## What each setting changes\n\n| setting |";
    for features in CHANGED {
        let _ = write!(page, " {} | ± |", code(features));
    }
    let _ = writeln!(page, "\n|---|{}", "--:|--:|".repeat(CHANGED.len()));
    for settings in [&S].into_iter().chain(CHANGES) {
        let name = if settings.name == S.name {
            "as above, `opt-level = \"s\"`"
        } else {
            settings.name
        };
        let _ = write!(page, "| {name} |");
        for features in CHANGED {
            let base = record.size(features, S.name);
            let size = record.size(features, settings.name);
            let change = match (base, size) {
                (Some(base), Some(size)) if settings.name != S.name => difference(base, size),
                _ => String::new(),
            };
            let size = size.map_or(String::new(), kilobytes);
            let _ = write!(page, " {size} | {change} |");
        }
        page.push('\n');
    }
}

fn parts(page: &mut String, record: &Record) {
    *page += "\n## What they are made of\n\n\
              Code and constants by the crate that a symbol is named after, at `opt-level = \"s\"`. \
              Tables for unwinding and for relocating, which belong to no symbol, are the rest of a \
              file.\n\n| kilobytes |";
    for features in PARTS_OF {
        let _ = write!(page, " {} |", code(features));
    }
    let _ = writeln!(page, "\n|---|{}", "--:|".repeat(PARTS_OF.len()));
    let all: BTreeSet<&str> = PARTS_OF
        .iter()
        .flat_map(|features| record.parts(features))
        .map(|(part, _)| part)
        .collect();
    for part in all {
        let _ = write!(page, "| {part} |");
        for features in PARTS_OF {
            let size = record.parts(features).find(|(name, _)| *name == part);
            let size = size.map_or(String::new(), |(_, size)| kilobytes(size));
            let _ = write!(page, " {size} |");
        }
        page.push('\n');
    }
}

fn code(features: &str) -> String {
    if features.is_empty() {
        return String::new();
    }
    format!("`{}`", features.replace(',', " "))
}

/// Kilobytes of 1000 bytes.
fn kilobytes(bytes: u64) -> String {
    ((bytes + 500) / 1000).to_string()
}

fn difference(from: u64, to: u64) -> String {
    let sign = if to < from { "−" } else { "+" };
    format!("{sign}{}", kilobytes(from.abs_diff(to)))
}
