//! The page that is made of the record.

use super::record::{Entry, Record};
use super::targets::ALL_FEATURES;
use std::fmt::Write as _;

/// Everything before the tables that needs no run to know.
const POLICY: &str = include_str!("policy.md");

pub(crate) fn page(record: &Record) -> String {
    let mut page = String::from(POLICY);
    page += "\n## Targets\n\n";
    page +=
        "| target | tier | builds | run | tests | directives of the specification's tests | on |\n";
    page += "|---|---|---|---|--:|--:|---|\n";
    for entry in record.entries() {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            entry.triple(),
            entry.tier(),
            builds(entry),
            entry.run(),
            number(entry, "tests"),
            number(entry, "suite"),
            entry.date(),
        );
    }
    page += "\n## Features\n\n";
    page += "**t**: tests with it passed; **b**: it builds, **c**: its types check, and no more was \
             tried. An empty cell was not tried. `proposals` is `simd`, `gc`, `exceptions` and \
             `atomics`.\n\n";
    let _ = writeln!(page, "| target | {} |", ALL_FEATURES.join(" | "));
    let _ = writeln!(page, "|---|{}", ":-:|".repeat(ALL_FEATURES.len()));
    for entry in record.entries() {
        let cells: Vec<_> = ALL_FEATURES.iter().map(|it| feature(entry, it)).collect();
        let _ = writeln!(page, "| `{}` | {} |", entry.triple(), cells.join(" | "));
    }
    page += "\n## What was run\n";
    for entry in record.entries() {
        let _ = writeln!(page, "\n### `{}`\n\n{}\n", entry.triple(), entry.gaps());
        page += "| what | outcome |\n|---|---|\n";
        for result in entry.results() {
            let outcome = match (result.ok(), result.passed()) {
                (false, _) => "**failed**".to_owned(),
                (true, Some(passed)) => format!("{passed} passed"),
                (true, None) => result.kind().to_owned(),
            };
            let _ = writeln!(page, "| {} | {outcome} |", result.name());
        }
    }
    page
}

/// Whether everything that was tried could be built at least.
fn builds(entry: Entry<'_>) -> &'static str {
    let mut results = entry.results().peekable();
    if results.peek().is_none() {
        return "";
    }
    if entry.results().any(|result| !result.ok()) {
        return "**some failed**";
    }
    if results.all(|result| result.kind() == "types check") {
        return "types check";
    }
    "yes"
}

/// The sum of what passed of a kind; nothing where nothing was run.
fn number(entry: Entry<'_>, kind: &str) -> String {
    let passed: Vec<u64> = entry
        .results()
        .filter(|result| result.kind() == kind)
        .filter_map(|result| result.passed())
        .collect();
    if passed.is_empty() {
        return String::new();
    }
    let total: u64 = passed.iter().sum();
    if kind == "suite" {
        let modes = if passed.len() == 1 { "mode" } else { "modes" };
        return format!("{total} in {} {modes}", passed.len());
    }
    total.to_string()
}

/// The most that was found out about a feature.
fn feature(entry: Entry<'_>, feature: &str) -> &'static str {
    let of_it = || {
        entry
            .results()
            .filter(|result| result.ok() && result.features().any(|it| it == feature))
    };
    if of_it().any(|result| result.passed().is_some()) {
        "t"
    } else if of_it().any(|result| result.kind() == "builds") {
        "b"
    } else if of_it().next().is_some() {
        "c"
    } else {
        ""
    }
}
