//! `cargo xtask superinstructions`: chooses the sequences of operations that one handler executes,
//! by what programs were counted to execute.
//!
//! [`counts`] reads what the interpreter's feature `count-sequences` wrote, [`tree`] is a set of
//! sequences and how dispatch goes through a run with it, [`mod@choose`] chooses one, and [`text`]
//! writes it as `interp/ops/superinstructions.txt` has it; [`table`] reads that.

mod choose;
mod counts;
#[path = "../../../interp/ops/superinstructions.rs"]
mod table;
mod text;
mod tree;

use crate::host::{root, write};
use choose::{Limits, choose};
use counts::{Names, Program, Weights};
use std::path::PathBuf;
use tree::Tree;

const HELP: &str = "\
Chooses the superinstructions, by what programs were counted to execute, and writes
interp/ops/superinstructions.txt; its first lines, which explain it, stay as they are.

Usage: cargo xtask superinstructions [OPTIONS] DIRECTORY...

The directories, and those in them, have the files that the program `diptych` writes when it is built
with the feature `count-sequences` (docs/architecture.md). Files weigh the same, whatever the time
that their threads took; those of threads that executed little are left out. It prints, for each
file, how many dispatches an operation takes with the table as it is and with the new one.

Options:
  --count N          how many to choose, instead of as many as there are
  --longest N        of how many operations they are at most; 4 when it is not given
  --weight PREFIX=W  files whose names in DIRECTORY begin so count W times; can be given several times
  --check            only prints
";

struct Arguments {
    limits: Limits,
    weights: Weights,
    check: bool,
    directories: Vec<PathBuf>,
}

pub(crate) fn main(words: impl Iterator<Item = String>) -> Result<(), String> {
    let present = table::all();
    let Some(arguments) = Arguments::read(words, present.len())? else {
        print!("{HELP}");
        return Ok(());
    };
    let mut names = Names::default();
    let programs = counts::read(&arguments.directories, &arguments.weights, &mut names)?;
    let present: Vec<Vec<_>> = present
        .iter()
        .map(|sequence| sequence.iter().map(|name| names.op(name)).collect())
        .collect();
    let chosen = choose(&programs, &names, &arguments.limits);
    report(&programs, &Tree::of(names.len(), &present), &chosen);
    if arguments.check {
        return Ok(());
    }
    let before = std::fs::read_to_string(path())
        .map_err(|error| format!("{}: {error}", path().display()))?;
    let chosen: Vec<Vec<_>> = chosen
        .superinstructions()
        .iter()
        .map(|sequence| sequence.iter().map(|&op| names.name(op)).collect())
        .collect();
    write(&path(), &text::page(&before, &chosen))
}

fn path() -> PathBuf {
    root().join("interp/ops/superinstructions.txt")
}

impl Arguments {
    /// None when the help is wanted.
    fn read(words: impl Iterator<Item = String>, present: usize) -> Result<Option<Self>, String> {
        let mut words = words;
        let mut arguments = Self {
            limits: Limits {
                count: present,
                longest: 4,
            },
            weights: Weights::default(),
            check: false,
            directories: Vec::new(),
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--count" => arguments.limits.count = number(&value()?)?,
                "--longest" => arguments.limits.longest = number(&value()?)?,
                "--weight" => arguments.weights.add(&value()?)?,
                "--check" => arguments.check = true,
                "--help" => return Ok(None),
                option if option.starts_with('-') => {
                    return Err(format!("unknown option {option}; see --help"));
                }
                directory => arguments.directories.push(directory.into()),
            }
        }
        if arguments.directories.is_empty() {
            return Err("a directory with counts is needed; see --help".to_owned());
        }
        Ok(Some(arguments))
    }
}

fn number(word: &str) -> Result<usize, String> {
    word.parse().map_err(|_| format!("{word} is no number"))
}

/// Prints how many dispatches an operation takes, by file, with the table as it is and the new one.
fn report(programs: &[Program], present: &Tree, new: &Tree) {
    println!("{:40} weight present    new", "dispatches per operation");
    let line = |name: &str, weight: &str, before: f64, after: f64| {
        println!("{name:40} {weight:>6}  {before:.4} {after:.4}");
    };
    let (mut weights, mut befores, mut afters) = (0.0, 0.0, 0.0);
    for program in programs {
        let [before, after] = [present, new].map(|tree| program.dispatches(tree));
        let weight = program.weight.to_string();
        line(&program.name, &weight, before, after);
        weights += program.weight;
        befores += before * program.weight;
        afters += after * program.weight;
    }
    line(
        "all, as they weigh",
        "",
        befores / weights,
        afters / weights,
    );
    println!(
        "{} superinstructions, and {} before",
        new.superinstructions().len(),
        present.superinstructions().len()
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Option<Arguments>, String> {
        Arguments::read(words.iter().map(|&word| word.to_owned()), 7)
    }

    #[test]
    fn options_and_directories_come_in_any_order() {
        let words = ["a", "--longest", "3", "--weight", "x=2", "--check", "b"];
        let arguments = read(&words).expect("it is right").expect("no help");
        assert_eq!((arguments.limits.count, arguments.limits.longest), (7, 3));
        assert_eq!(arguments.directories, ["a", "b"].map(PathBuf::from));
        assert!(arguments.check);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (words, wrong) in [
            (&["--count"][..], "--count needs a value"),
            (&["--count", "many"], "many is no number"),
            (&["--weight", "x", "a"], "x is not PREFIX=W"),
            (&["--wieght", "a"], "unknown option --wieght; see --help"),
            (&[], "a directory with counts is needed; see --help"),
        ] {
            assert_eq!(read(words).err().as_deref(), Some(wrong));
        }
    }
}
