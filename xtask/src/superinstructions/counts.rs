//! Reads what was counted: a file for each thread, a line for each run of operations that were
//! executed one behind the other. A line is how often it was, and the operations' names.

use super::tree::Tree;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Of a file's operations, those in the runs that have most of them; the others are many.
const KEPT: f64 = 0.995;

/// Threads that executed fewer operations tell of how a program begins.
const LEAST: u64 = 200_000;

/// An operation, by its place in [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Op(pub(crate) u32);

impl Op {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The names of the operations.
#[derive(Default)]
pub(crate) struct Names {
    names: Vec<String>,
    by_name: HashMap<String, Op>,
}

impl Names {
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn name(&self, op: Op) -> &str {
        &self.names[op.index()]
    }

    /// All of them, by the operations' places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The operation with this name, which may be new.
    pub(crate) fn op(&mut self, name: &str) -> Op {
        if let Some(&op) = self.by_name.get(name) {
            return op;
        }
        let op = Op(self.names.len() as u32);
        self.names.push(name.to_owned());
        self.by_name.insert(name.to_owned(), op);
        op
    }
}

/// What one thread executed.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) weight: f64,
    /// How many operations it executed.
    pub(crate) operations: u64,
    /// The runs that have most of them, and how often each was executed.
    pub(crate) runs: Vec<(Vec<Op>, u64)>,
}

impl Program {
    pub(crate) fn new(name: String, weight: f64, mut runs: Vec<(Vec<Op>, u64)>) -> Self {
        let size = |(run, count): &(Vec<Op>, u64)| run.len() as u64 * count;
        let operations = runs.iter().map(size).sum();
        runs.sort_by_key(|run| Reverse(size(run)));
        let mut rest = (operations as f64 * KEPT) as u64;
        let kept = runs.iter().take_while(|run| {
            let wanted = rest > 0;
            rest = rest.saturating_sub(size(run));
            wanted
        });
        let kept = kept.count();
        runs.truncate(kept);
        Self {
            name,
            weight,
            operations,
            runs,
        }
    }

    /// How many dispatches an operation takes with these superinstructions.
    pub(crate) fn dispatches(&self, tree: &Tree) -> f64 {
        let (mut dispatches, mut operations) = (0, 0);
        for (run, count) in &self.runs {
            dispatches += tree.groups(run).count() as u64 * count;
            operations += run.len() as u64 * count;
        }
        dispatches as f64 / operations as f64
    }
}

/// How much files weigh, by how their names begin.
#[derive(Default)]
pub(crate) struct Weights(Vec<(String, f64)>);

impl Weights {
    /// Adds what `PREFIX=W` says.
    ///
    /// # Errors
    /// When `text` is something else.
    pub(crate) fn add(&mut self, text: &str) -> Result<(), String> {
        let parts = text.rsplit_once('=').and_then(|(prefix, weight)| {
            let weight = weight.parse().ok()?;
            (f64::is_finite(weight) && weight >= 0.0).then(|| (prefix.to_owned(), weight))
        });
        self.0
            .push(parts.ok_or_else(|| format!("{text} is not PREFIX=W"))?);
        Ok(())
    }

    fn of(&self, name: &str) -> f64 {
        let those = self.0.iter().filter(|(prefix, _)| name.starts_with(prefix));
        those.map(|(_, weight)| weight).product()
    }
}

/// What the files in these directories say, by their names.
///
/// # Errors
/// When one cannot be read, or none is of use.
pub(crate) fn read(
    directories: &[PathBuf],
    weights: &Weights,
    names: &mut Names,
) -> Result<Vec<Program>, String> {
    let mut programs = Vec::new();
    for directory in directories {
        let mut files = Vec::new();
        find(directory, &mut files)?;
        files.sort();
        for file in files {
            let at_fault = |error: String| format!("{}: {error}", file.display());
            let text =
                std::fs::read_to_string(&file).map_err(|error| at_fault(error.to_string()))?;
            let runs = runs(&text, names).map_err(at_fault)?;
            let name = file.strip_prefix(directory).unwrap_or(&file);
            let name = name.display().to_string();
            let weight = weights.of(&name);
            let program = Program::new(name, weight, runs);
            if program.operations >= LEAST && weight > 0.0 {
                programs.push(program);
            }
        }
    }
    if programs.is_empty() {
        return Err(format!(
            "no thread executed {LEAST} operations and more; see --help"
        ));
    }
    Ok(programs)
}

fn find(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let at_fault = |error| format!("{}: {error}", directory.display());
    for entry in std::fs::read_dir(directory).map_err(at_fault)? {
        let path = entry.map_err(at_fault)?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn runs(text: &str, names: &mut Names) -> Result<Vec<(Vec<Op>, u64)>, String> {
    let mut runs = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut words = line.split(' ');
        let count = words.next().and_then(|word| word.parse().ok());
        let run: Vec<Op> = words.map(|name| names.op(name)).collect();
        match count {
            Some(count) if !run.is_empty() => runs.push((run, count)),
            _ => return Err(format!("line {number} is no count with operations")),
        }
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_count_and_operations() {
        let mut names = Names::default();
        let read = runs("3 A B A\n1 B\n", &mut names);
        let [a, b] = ["A", "B"].map(|name| names.op(name));
        assert_eq!(read, Ok(vec![(vec![a, b, a], 3), (vec![b], 1)]));
        let wrong = "line 2 is no count with operations";
        for text in ["1 A\nA 1\n", "1 A\n1\n", "1 A\n\n"] {
            assert_eq!(runs(text, &mut names).err().as_deref(), Some(wrong));
        }
    }

    #[test]
    fn rare_runs_are_left_out() {
        let runs = vec![(vec![Op(0)], 1), (vec![Op(1); 3], 400), (vec![Op(2)], 99)];
        let program = Program::new("a".to_owned(), 1.0, runs);
        assert_eq!(program.operations, 1300);
        assert_eq!(program.runs, [(vec![Op(1); 3], 400), (vec![Op(2)], 99)]);
    }

    #[test]
    fn a_file_weighs_what_all_its_prefixes_say() {
        let mut weights = Weights::default();
        for text in ["real=2", "real/go=0.5", "fuel=0.4"] {
            weights.add(text).expect("it is right");
        }
        let files = ["real/c.1", "real/go.2", "fuel.3", "other.4"];
        assert_eq!(files.map(|file| weights.of(file)), [2.0, 1.0, 0.4, 1.0]);
        for text in ["real", "real=", "real=-1", "real=inf"] {
            assert!(weights.add(text).is_err(), "{text}");
        }
    }
}
