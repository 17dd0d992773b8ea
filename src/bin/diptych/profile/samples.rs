//! Stacks of a guest, counted.

use core::fmt::Write as _;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The greatest number of different stacks that are told apart. Of those beyond it only the
/// innermost function is kept, so that a guest cannot make a profile grow for ever.
const MAX_STACKS: usize = 1 << 18;

/// What stands for the callers that are not known.
pub(super) const UNKNOWN: &str = "[…]";

/// The functions that a guest was found in.
#[derive(Debug)]
pub(crate) struct Samples {
    functions: Vec<Function>,
    ids: HashMap<Key, FunctionId>,
    /// How often each stack was found; outermost function first.
    stacks: HashMap<Stack, u64>,
    max_stacks: usize,
    count: u64,
    truncated: u64,
}

/// A module's address and the index of one of its functions.
pub(super) type Key = (usize, u32);

/// A function that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FunctionId(u32);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Stack {
    /// Whether the functions have callers that are not known.
    truncated: bool,
    functions: Box<[FunctionId]>,
}

/// What is known of one function, in samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    /// How often it was executing itself.
    pub(super) own: u64,
    /// How often it or what it had called was executing.
    pub(super) total: u64,
    /// The last sample that counted, so that a recursive function counts once.
    last: u64,
}

impl Samples {
    pub(crate) fn new() -> Self {
        Self {
            functions: Vec::new(),
            ids: HashMap::new(),
            stacks: HashMap::new(),
            max_stacks: MAX_STACKS,
            count: 0,
            truncated: 0,
        }
    }

    /// The number of samples.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// The number of samples whose outermost callers are not known.
    pub(super) const fn truncated(&self) -> u64 {
        self.truncated
    }

    /// The functions, those first that executed most themselves.
    pub(super) fn ranking(&self) -> Vec<&Function> {
        let mut functions: Vec<_> = self.functions.iter().collect();
        functions.sort_by(|a, b| {
            (b.own, b.total)
                .cmp(&(a.own, a.total))
                .then_with(|| a.name.cmp(&b.name))
        });
        functions
    }

    /// The stacks by the names of their functions, outermost first, with how often each was found;
    /// sorted, so that equal beginnings are together.
    pub(super) fn stacks(&self) -> Vec<(Vec<&str>, u64)> {
        let mut stacks: Vec<_> = self
            .stacks
            .iter()
            .map(|(stack, count)| {
                let unknown = stack.truncated.then_some(UNKNOWN);
                let known = stack.functions.iter().map(|id| self.name(*id));
                (unknown.into_iter().chain(known).collect(), *count)
            })
            .collect();
        stacks.sort();
        stacks
    }

    /// One line for each stack: its functions, outermost first, and how often it was found. Other
    /// tools read this as collapsed stacks.
    pub(super) fn folded(&self) -> String {
        let mut text = String::new();
        for (stack, count) in self.stacks() {
            for (i, name) in stack.iter().enumerate() {
                if i > 0 {
                    text.push(';');
                }
                text.extend(name.chars().map(|c| if c == ';' { ':' } else { c }));
            }
            // Writing to a string cannot fail.
            let _ = writeln!(text, " {count}");
        }
        text
    }

    /// The function of this key; `name` names it when it is found for the first time.
    pub(super) fn function(&mut self, key: Key, name: impl FnOnce() -> String) -> FunctionId {
        match self.ids.entry(key) {
            Entry::Occupied(id) => *id.get(),
            Entry::Vacant(vacant) => {
                // A module has fewer functions than 2³².
                let id = FunctionId(self.functions.len() as u32);
                self.functions.push(Function {
                    name: printable(&name()),
                    own: 0,
                    total: 0,
                    last: 0,
                });
                *vacant.insert(id)
            }
        }
    }

    /// Counts one sample: the functions, outermost first, and whether they have further callers.
    pub(super) fn add(&mut self, functions: Vec<FunctionId>, truncated: bool) {
        let Some(innermost) = functions.last().copied() else {
            return;
        };
        self.count += 1;
        self.truncated += u64::from(truncated);
        for id in &functions {
            let function = &mut self.functions[id.0 as usize];
            if function.last != self.count {
                function.last = self.count;
                function.total += 1;
            }
        }
        self.functions[innermost.0 as usize].own += 1;

        let stack = Stack {
            truncated,
            functions: functions.into(),
        };
        let full = self.stacks.len() >= self.max_stacks;
        let stack = if full && !self.stacks.contains_key(&stack) {
            Stack {
                truncated: true,
                functions: [innermost].into(),
            }
        } else {
            stack
        };
        *self.stacks.entry(stack).or_default() += 1;
    }

    fn name(&self, id: FunctionId) -> &str {
        &self.functions[id.0 as usize].name
    }
}

/// A name of the guest's that does a terminal and an XML file no harm.
fn printable(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') {
            text.extend(c.escape_unicode());
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Samples of stacks that are written as one letter for each function, outermost first.
    pub(in super::super) fn samples(stacks: &[&str]) -> Samples {
        let mut samples = Samples::new();
        for stack in stacks {
            add(&mut samples, stack, false);
        }
        samples
    }

    fn add(samples: &mut Samples, stack: &str, truncated: bool) {
        let functions = stack
            .chars()
            .map(|c| samples.function((0, c.into()), || c.into()))
            .collect();
        samples.add(functions, truncated);
    }

    fn ranking(samples: &Samples) -> Vec<(&str, u64, u64)> {
        let row = |function: &&'_ Function| (function.own, function.total);
        samples
            .ranking()
            .iter()
            .map(|function| (function.name.as_str(), row(function).0, row(function).1))
            .collect()
    }

    #[test]
    fn a_sample_is_the_innermost_functions_own() {
        let samples = samples(&["a", "ab", "abc", "ac"]);
        assert_eq!(
            ranking(&samples),
            [("c", 2, 2), ("a", 1, 4), ("b", 1, 2)],
            "the rest is in the totals of the callers"
        );
        assert_eq!(samples.count(), 4);
    }

    #[test]
    fn a_recursive_function_counts_once_in_a_sample() {
        let samples = samples(&["aaaa", "abab", "aba"]);
        assert_eq!(ranking(&samples), [("a", 2, 3), ("b", 1, 2)]);
    }

    #[test]
    fn equal_stacks_are_one() {
        let samples = samples(&["ab", "b", "ab"]);
        assert_eq!(samples.stacks(), [(vec!["a", "b"], 2), (vec!["b"], 1)]);
        assert_eq!(samples.folded(), "a;b 2\nb 1\n");
    }

    #[test]
    fn callers_that_are_not_known_are_one_frame() {
        let mut samples = samples(&["b"]);
        add(&mut samples, "b", true);
        assert_eq!(samples.folded(), "[…];b 1\nb 1\n");
        assert_eq!(samples.truncated(), 1);
        assert_eq!(ranking(&samples), [("b", 2, 2)]);
    }

    #[test]
    fn the_number_of_stacks_is_bounded() {
        let mut samples = Samples::new();
        samples.max_stacks = 2;
        for stack in ["a", "ab", "acb", "adb", "ab"] {
            add(&mut samples, stack, false);
        }
        assert_eq!(samples.folded(), "[…];b 2\na 1\na;b 2\n");
        assert_eq!(
            ranking(&samples),
            [("b", 4, 4), ("a", 1, 5), ("c", 0, 1), ("d", 0, 1)],
            "the table is exact nevertheless"
        );
    }

    #[test]
    fn names_do_no_harm() {
        let mut samples = Samples::new();
        let id = samples.function((0, 0), || "a;b\n\u{1b}[31m\u{ffff} é".into());
        samples.add(vec![id], false);
        assert_eq!(
            samples.folded(),
            "a:b\\u{a}\\u{1b}[31m\\u{ffff} é 1\n",
            "each is on its line, and a terminal obeys none"
        );
    }

    #[test]
    fn a_stack_without_functions_is_no_sample() {
        assert_eq!(samples(&[""]).count(), 0);
    }

    #[test]
    fn functions_of_two_modules_are_two() {
        let mut samples = Samples::new();
        let first = samples.function((1, 0), || "f".into());
        let second = samples.function((2, 0), || "f".into());
        assert_ne!(first, second);
        assert_eq!(samples.function((1, 0), || unreachable!()), first);
    }
}
