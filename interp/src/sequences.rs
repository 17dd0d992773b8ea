//! Counts which operations are executed one behind the other: what `cargo xtask superinstructions`
//! chooses the sequences in `ops/superinstructions.txt` by.
//!
//! What is counted are runs: operations of which each was executed next after the one that is before
//! it in the code. Where a run ends there was a jump, a call, a return or an operation on vectors, and
//! no superinstruction leads across it.
//!
//! A thread that ends writes a file of its own into the directory that [`DIRECTORY`] names; without
//! this variable nothing is counted, so that the feature alone changes nothing. A line is a run: how
//! often it was executed, and the names of its operations.

use crate::ops::Op;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::{env, process};

/// The variable of the environment that names the directory.
const DIRECTORY: &str = "DIPTYCH_SEQUENCES";

/// Where a run is cut, so that code without jumps takes no memory without limit.
const LONGEST: usize = 48;

std::thread_local! {
    static COUNTS: RefCell<Counts> = RefCell::default();
}

/// Whether something is to be counted.
pub(crate) fn wanted() -> bool {
    directory().is_some()
}

fn directory() -> Option<&'static Path> {
    static NAME: OnceLock<Option<OsString>> = OnceLock::new();
    NAME.get_or_init(|| env::var_os(DIRECTORY))
        .as_deref()
        .map(Path::new)
}

/// The operation at the address `place` is executed next.
#[inline(never)]
pub(crate) fn note(place: usize, op: Op) {
    // Only what a thread executes while it ends is not counted.
    let _ = COUNTS.try_with(|counts| counts.borrow_mut().note(place, op));
}

/// What one thread executed.
#[derive(Default)]
struct Counts {
    /// The operations since the last jump.
    run: Vec<u16>,
    /// The address behind them.
    end: usize,
    counts: HashMap<Box<[u16]>, u64>,
}

impl Counts {
    fn note(&mut self, place: usize, op: Op) {
        if self.end != place || self.run.len() == LONGEST {
            self.end_run();
        }
        self.run.push(op as u16);
        self.end = place + op.size();
    }

    fn end_run(&mut self) {
        if let Some(count) = self.counts.get_mut(&self.run[..]) {
            *count += 1;
        } else if !self.run.is_empty() {
            self.counts.insert(self.run.as_slice().into(), 1);
        }
        self.run.clear();
    }

    fn write(&self, directory: &Path) -> io::Result<()> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = std::format!("{}.{number}", process::id());
        fs::create_dir_all(directory)?;
        let mut file = BufWriter::new(File::create_new(directory.join(name))?);
        for (run, count) in &self.counts {
            write!(file, "{count}")?;
            for &op in run {
                write!(file, " {:?}", Op::ALL[usize::from(op)])?;
            }
            writeln!(file)?;
        }
        file.flush()
    }
}

impl Drop for Counts {
    fn drop(&mut self) {
        self.end_run();
        let Some(directory) = directory() else { return };
        if let Err(error) = self.write(directory) {
            // Not `eprintln`, which panics when nobody reads.
            let text = "the counts of sequences were not written";
            let _ = writeln!(io::stderr(), "{text}: {}: {error}", directory.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_goes_on_where_the_operation_before_ends() {
        let [first, second] = [Op::Copy, Op::Ret];
        let mut counts = Counts::default();
        for place in [0x1000, 0x1000, 0x2000] {
            counts.note(place, first);
            counts.note(place + first.size(), second);
        }
        counts.note(0x3000, second);
        counts.end_run();
        let count = |run: &[Op]| {
            let run: Vec<_> = run.iter().map(|&op| op as u16).collect();
            counts.counts.get(&run[..]).copied()
        };
        assert_eq!(count(&[first, second]), Some(3));
        assert_eq!(count(&[second]), Some(1));
        assert_eq!(counts.counts.len(), 2);
    }

    #[test]
    fn runs_are_cut() {
        let mut counts = Counts::default();
        for number in 0..LONGEST + 1 {
            counts.note(0x1000 + number * Op::Copy.size(), Op::Copy);
        }
        counts.end_run();
        let mut lengths: Vec<_> = counts.counts.keys().map(|run| run.len()).collect();
        lengths.sort_unstable();
        assert_eq!(lengths, [1, LONGEST]);
    }
}
