//! Which operators were executed, how often, by what.

use crate::case::{AMPLE_FUEL, Case};
use crate::configurations::configuration;
use crate::module::{COUNTS, Counting, OPERATORS, count};
use crate::oracle::execute_and;
use std::collections::BTreeMap;

/// What operators are counted in: both dispatches of the interpreter, and the compiler's code with
/// and without optimisation.
pub const COLUMNS: &[&str] = &["loop", "tail", "jit", "jit-guard-signals-none"];

/// The proposals whose operators engines have.
const PROPOSALS: &[&str] = &[
    "mvp",
    "sign_extension",
    "saturating_float_to_int",
    "bulk_memory",
    "reference_types",
    "tail_call",
    "simd",
    "relaxed_simd",
    "exceptions",
    "legacy_exceptions",
    "threads",
    "function_references",
    "gc",
    "wide_arithmetic",
];

/// The encoding of `select` with more types than one, which no engine accepts yet.
const NONE_HAS: &str = "TypedSelectMulti";

/// How often operators were executed, by column.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    counts: BTreeMap<(usize, u16), u64>,
}

impl Coverage {
    /// Executes a case that counts, wherever there is a column for it.
    pub fn run(&mut self, case: &Case) {
        let Some(counting) = case
            .modules
            .iter()
            .map(|wasm| count(wasm))
            .collect::<Option<Vec<Counting>>>()
        else {
            return;
        };
        let mut twin = case.clone();
        for (wasm, counting) in twin.modules.iter_mut().zip(&counting) {
            wasm.clone_from(&counting.wasm);
        }
        for call in &mut twin.calls {
            // Counting takes fuel, too.
            call.fuel = AMPLE_FUEL * 4;
        }
        for (column, name) in COLUMNS.iter().enumerate() {
            self.run_in(column, name, &twin, &counting);
        }
    }

    fn run_in(&mut self, column: usize, name: &str, twin: &Case, counting: &[Counting]) {
        let Some(configuration) = configuration(name) else {
            return;
        };
        let Ok(engine) = configuration.engine(&twin.settings) else {
            return;
        };
        let mut finish = |memories: Vec<Option<Vec<u8>>>| {
            for (memory, counting) in memories.into_iter().zip(counting) {
                let Some(memory) = memory else { continue };
                let (numbers, _) = memory.as_chunks::<8>();
                for (number, block) in numbers.iter().zip(&counting.blocks) {
                    let number = u64::from_le_bytes(*number);
                    if number == 0 {
                        continue;
                    }
                    for operator in block {
                        *self.counts.entry((column, *operator)).or_default() += number;
                    }
                }
            }
        };
        // What cannot be linked counts nothing.
        let _ = execute_and(
            twin,
            &configuration,
            &engine,
            &mut |_| true,
            COUNTS,
            &mut finish,
        );
    }

    /// The counts as words, for another process.
    pub fn take_entries(&mut self) -> Vec<(String, u64)> {
        let counts = core::mem::take(&mut self.counts);
        let entry =
            |((column, operator), n): ((usize, u16), u64)| (format!("{column}.{operator}"), n);
        counts.into_iter().map(entry).collect()
    }

    /// Adds what another process counted.
    pub fn add(&mut self, entry: &str, n: u64) {
        if let Some((column, operator)) = entry.split_once('.')
            && let (Ok(column), Ok(operator)) = (column.parse(), operator.parse())
        {
            *self.counts.entry((column, operator)).or_default() += n;
        }
    }

    /// The operators that engines have, with how often each was executed by column.
    pub fn table(&self) -> Vec<(&'static str, Vec<u64>)> {
        OPERATORS
            .iter()
            .enumerate()
            .filter(|(_, (proposal, name))| PROPOSALS.contains(proposal) && *name != NONE_HAS)
            .map(|(at, (_, name))| {
                let count = |column| self.counts.get(&(column, at as u16)).copied().unwrap_or(0);
                (*name, (0..COLUMNS.len()).map(count).collect())
            })
            .collect()
    }
}
