//! `cargo xtask features`: runs the specification's tests in every configuration, and writes what
//! they showed of each feature to `docs/features.md`.

use crate::host::{output, own_cargo, own_target_dir, root, succeed, write};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;

const HELP: &str = "\
Runs the specification's tests in every configuration and writes docs/features.md.

Usage: cargo xtask features

The suite is the embedded one, and its checkout when DIPTYCH_SPEC_DIR is one.
";

/// What the page says of a feature: its name, the switch in `Config`, and its sets of scripts.
struct Feature(&'static str, &'static str, &'static [&'static str]);

const FEATURES: &[Feature] = &[
    Feature("the core of WebAssembly", "", &["core", "annotations"]),
    Feature(
        "mutable globals",
        "wasm_mutable_global",
        &["mutable-global"],
    ),
    Feature(
        "sign extension",
        "wasm_sign_extension",
        &["sign-extension-ops"],
    ),
    Feature(
        "conversions that saturate",
        "wasm_saturating_float_to_int",
        &["nontrapping-float-to-int-conversions"],
    ),
    Feature("multiple values", "wasm_multi_value", &["multi-value"]),
    Feature("bulk operations", "wasm_bulk_memory", &["bulk-memory"]),
    Feature(
        "reference types",
        "wasm_reference_types",
        &["reference-types"],
    ),
    Feature("vectors", "wasm_simd", &["simd"]),
    Feature("relaxed vectors", "wasm_relaxed_simd", &["relaxed-simd"]),
    Feature(
        "extended constants",
        "wasm_extended_const",
        &["extended-const"],
    ),
    Feature("tail calls", "wasm_tail_call", &["tail-call"]),
    Feature("several memories", "wasm_multi_memory", &["multi-memory"]),
    Feature(
        "64-bit memories and tables",
        "wasm_memory64",
        &["memory64", "memory64-proposal"],
    ),
    Feature(
        "typed function references",
        "wasm_function_references",
        &["function-references"],
    ),
    Feature("garbage collection", "wasm_gc", &["gc"]),
    Feature("exceptions", "wasm_exceptions", &["exceptions"]),
    Feature(
        "exceptions as first proposed",
        "wasm_legacy_exceptions",
        &["legacy-exceptions"],
    ),
    Feature(
        "custom page sizes",
        "wasm_custom_page_sizes",
        &["custom-page-sizes"],
    ),
    Feature(
        "wide arithmetic",
        "wasm_wide_arithmetic",
        &["wide-arithmetic"],
    ),
    Feature("threads", "wasm_threads", &["threads"]),
];

/// What the numbers do not say.
const NOTES: &str = "
Not executed are eight assertions in the suites of earlier versions, which a later version made wrong:
several tables are valid, segments are written one after the other, and unreachable operands of
`br_table` may have any type. `conformance/src/suite.rs` names each.

The tests of *exceptions as first proposed* are this project's own
(`conformance/scripts/legacy-exceptions`): no package has the official ones in a form that a parser
reads.

## What is refused

A module that uses one of these is refused with an error that names the proposal.

- **Stack switching.** The interpreter and the compiler could both run a continuation, since guests
  that are suspended by their host have stacks of their own already. But a continuation is kept by
  the guest, as long and as often as it likes: its stack would have to be found by the collector
  like any object, and counted against the store's limits, and a guest that keeps a hundred thousand
  of them must not need a mapping, or a guard page, for each. Compiled code finds a stack's end by
  its address, so a stack cannot grow by moving. Until stacks come in segments that compiled code
  can cross, it would be a feature that one guest can use to exhaust its host.
- **Custom descriptors.** The proposal still changes, and no released compiler emits it.
- **Shared-everything threads, acquire-release atomics, memory control**: likewise.
- **The component model** is a layer above modules; tools make modules of components.
";

/// A column: its name, and which configurations, by their names, are its own.
struct Column(&'static str, fn(&str) -> bool);

const BACKENDS: &[Column] = &[
    Column("interpreter", |mode| {
        !mode.starts_with("jit") && !mode.starts_with("alternating")
    }),
    Column("compiler", |mode| mode.starts_with("jit")),
    Column("both in one store", |mode| mode.starts_with("alternating")),
];

/// What a set of scripts showed in one configuration.
#[derive(Clone, Copy, Default)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// By configuration and set of scripts.
type Results = BTreeMap<String, BTreeMap<String, Counts>>;

pub(crate) fn main(mut words: impl Iterator<Item = String>) -> Result<(), String> {
    match words.next().as_deref() {
        None => {}
        Some("--help") => {
            print!("{HELP}");
            return Ok(());
        }
        Some(other) => return Err(format!("unknown option {other}; see --help")),
    }
    succeed(own_cargo().args([
        "build",
        "--workspace",
        "--all-features",
        "--profile=fasttest",
        "--bin=diptych-wast",
    ]))?;
    let runner = own_target_dir().join("fasttest/diptych-wast");
    let modes = output(Command::new(&runner).arg("--modes"))?;
    let report = own_target_dir().join("features.json");
    let mut results = Results::new();
    for mode in modes
        .lines()
        .filter_map(|line| line.split_whitespace().next())
    {
        // What fails is in the report.
        let mut run = Command::new(&runner);
        run.args(["--mode", mode, "--json"]).arg(&report);
        run.stdout(std::process::Stdio::null());
        run.status().map_err(|error| error.to_string())?;
        let text = std::fs::read_to_string(&report).map_err(|error| error.to_string())?;
        let json: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        results.insert(mode.to_owned(), groups(&json));
        println!(
            "{mode}: {} passed, {} failed",
            json["passed"], json["failed"]
        );
    }
    let date = output(Command::new("date").arg("+%F"))?;
    write(
        &root().join("docs/features.md"),
        &page(&results, date.trim()),
    )
}

fn groups(report: &Value) -> BTreeMap<String, Counts> {
    let groups = report["groups"].as_object().into_iter().flatten();
    let count = |group: &Value, name: &str| group[name].as_u64().unwrap_or_default();
    groups
        .map(|(name, group)| {
            let counts = Counts {
                passed: count(group, "passed"),
                failed: count(group, "failed"),
                skipped: count(group, "skipped"),
            };
            (name.clone(), counts)
        })
        .collect()
}

fn page(results: &Results, date: &str) -> String {
    let mut page = format!(
        "# Features\n\nWhat the specification's tests, those of earlier versions and those of proposals \
         showed on {date}, in\nevery configuration of each backend. Made by `cargo xtask features`; \
         `diptych-wast --modes` lists the\nconfigurations. A cell has how many directives passed; where \
         some did not in one of the\nconfigurations, the least, and how many failed or were not \
         executed. `Config` switches features off\nand on by the methods named.\n\n| feature | switch |"
    );
    for Column(name, is_of) in BACKENDS {
        let count = results.keys().filter(|mode| is_of(mode)).count();
        let _ = write!(page, " {name} ({count}) |");
    }
    page.push_str("\n|---|---|---:|---:|---:|\n");
    for Feature(name, switch, sets) in FEATURES {
        let switch = match switch {
            &"" => String::new(),
            switch => format!("`{switch}`"),
        };
        let _ = write!(page, "| {name} | {switch} |");
        for Column(_, is_of) in BACKENDS {
            let modes = results.iter().filter(|(mode, _)| is_of(mode));
            let counts = modes.map(|(_, groups)| sum(groups, sets));
            let _ = write!(page, " {} |", cell(counts));
        }
        page.push('\n');
    }
    page.push_str(NOTES);
    page
}

fn sum(groups: &BTreeMap<String, Counts>, sets: &[&str]) -> Counts {
    let found = sets.iter().filter_map(|set| groups.get(*set));
    found.fold(Counts::default(), |sum, counts| Counts {
        passed: sum.passed + counts.passed,
        failed: sum.failed + counts.failed,
        skipped: sum.skipped + counts.skipped,
    })
}

fn cell(counts: impl Iterator<Item = Counts>) -> String {
    let Some(worst) = counts.min_by_key(|counts| counts.passed) else {
        return "none".to_owned();
    };
    match worst {
        Counts {
            passed,
            failed: 0,
            skipped: 0,
        } => passed.to_string(),
        Counts {
            passed,
            failed,
            skipped,
        } => format!("{passed} (failed {failed}, not executed {skipped})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_worst_of_each_backend() {
        let report = |passed: u64, skipped: u64| {
            let text = format!(
                r#"{{"groups": {{"gc": {{"passed": {passed}, "failed": 0, "skipped": {skipped}}}}}}}"#
            );
            groups(&serde_json::from_str(&text).expect("it is JSON"))
        };
        let results = Results::from([
            ("tail".to_owned(), report(10, 0)),
            ("loop".to_owned(), report(10, 0)),
            ("jit".to_owned(), report(10, 0)),
            ("jit-eager".to_owned(), report(7, 3)),
        ]);
        let page = page(&results, "2000-01-01");
        assert!(page.contains("interpreter (2) | compiler (2) | both in one store (0) |"));
        let row = "| garbage collection | `wasm_gc` | 10 | 7 (failed 0, not executed 3) | none |";
        assert!(page.contains(row), "{page}");
    }
}
