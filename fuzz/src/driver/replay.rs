//! Cases from files.

use super::on_large_stack;
use super::options::Options;
use diptych_fuzz::case::Case;
use diptych_fuzz::oracle::{Oracle, Verdict};
use diptych_fuzz::reduce::{Effort, reduce as smaller};
use diptych_fuzz::session::Session;
use std::path::Path;

/// Executes a case in all configurations, and says what came of it. True when they agree.
///
/// # Errors
/// When there is no such case.
pub(crate) fn run(file: &Path, options: &Options) -> Result<bool, String> {
    report(&read(file)?, options)
}

/// Prints the case of a seed, and does the same with it.
///
/// # Errors
/// When the seed gives none.
pub(crate) fn of_seed(seed: u64, options: &Options) -> Result<bool, String> {
    let generator = Session::new(options.session.clone()).generator(seed);
    let case = generator.case_within(seed, &options.session.proposals);
    let case = case.ok_or("the seed gives no case")?;
    println!("{}", case.to_text().unwrap_or_else(|error| error));
    report(&case, options)
}

fn report(case: &Case, options: &Options) -> Result<bool, String> {
    match judge(case, options)? {
        Verdict::Differs(difference) => {
            println!("{}", difference.describe());
            Ok(false)
        }
        other => {
            println!("{other:?}");
            Ok(true)
        }
    }
}

/// Executes a case, for a process that wants to know whether this one survives.
///
/// # Errors
/// When there is no such case.
pub(crate) fn check(file: &Path, options: &Options) -> Result<bool, String> {
    judge(&read(file)?, options)?;
    Ok(true)
}

/// Prints a smaller case on which something differs as it does on this one.
///
/// # Errors
/// When nothing differs.
pub(crate) fn reduce(file: &Path, options: &Options) -> Result<bool, String> {
    let case = read(file)?;
    let Verdict::Differs(difference) = judge(&case, options)? else {
        return Err("nothing differs".to_owned());
    };
    let kind = difference.kind();
    let mut pair = Oracle::of_pair(&difference.reference, &difference.other)
        .ok_or("no such configurations")?;
    let small = on_large_stack(|| {
        smaller(
            &case,
            Effort::default(),
            &mut |case| matches!(pair.judge(case), Verdict::Differs(it) if it.kind() == kind),
        )
    })?;
    println!("{}", small.to_text()?);
    Ok(false)
}

fn read(file: &Path) -> Result<Case, String> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Case::parse(&text).map_err(|error| format!("{}: {error}", file.display()))
}

fn judge(case: &Case, options: &Options) -> Result<Verdict, String> {
    let mut oracle = Oracle::new(options.session.configurations.clone());
    on_large_stack(|| oracle.judge(case))
}
