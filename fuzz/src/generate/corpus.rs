//! Modules that others thought of, from which more are made: those of the specification's test
//! suite, the workloads of the benchmarks, and what differed before.

use crate::case::Case;
use crate::module::{is_usable, is_valid};
use crate::random::Random;
use std::sync::{LazyLock, OnceLock};
use wast::parser::{ParseBuffer, parse};
use wast::{QuoteWat, Wast, WastDirective};

/// Larger ones take too long.
const MOST_BYTES: usize = 12_000;

macro_rules! texts {
    ($name:ident in $folder:literal: $($file:literal)*) => {
        const $name: &[(&str, &str)] = &[$(($file, include_str!(concat!($folder, $file, ".wat"))),)*];
    };
}

texts!(WORKLOADS in "../../../bench/workloads/":
    "aes" "bulk" "bytes" "corelike" "coremix" "fannkuch" "fib" "filters" "hash" "huffman" "indirect"
    "life" "mandelbrot" "map" "matmul" "minver" "mix64" "nbody" "reed" "regex" "rings" "sha256"
    "sieve" "sort" "strings" "tak" "tree" "trees" "ud" "vbase64" "vblur" "vdot" "vhash" "vm"
    "windows");

texts!(FINDINGS in "../../regressions/":
    "fuel-after-clause-that-nothing-reaches" "fuel-after-try-table"
    "place-of-access-within-another" "place-of-access-within-one-without-place");

/// A text with modules in it, which are made when they are asked for first.
struct Source {
    text: Text,
    modules: OnceLock<Vec<Vec<u8>>>,
}

enum Text {
    Script(String),
    Module(&'static str),
    Case(&'static str),
}

/// By kind. The suite's come first.
static SOURCES: LazyLock<[Vec<Source>; 3]> = LazyLock::new(|| {
    let source = |text| Source {
        text,
        modules: OnceLock::new(),
    };
    let scripts = diptych_conformance::suite::current()
        .into_iter()
        .map(|file| source(Text::Script(file.text.into_owned())));
    let module = |(_, text): &(&str, &'static str)| source(Text::Module(text));
    let case = |(_, text): &(&str, &'static str)| source(Text::Case(text));
    [
        scripts.collect(),
        WORKLOADS.iter().map(module).collect(),
        FINDINGS.iter().map(case).collect(),
    ]
});

/// One of the modules; `None` when there is none of use in what was chosen.
pub(super) fn module(random: &mut Random) -> Option<&'static [u8]> {
    let kind = [0, 0, 0, 0, 0, 0, 1, 2][random.below(8)];
    let source = random.pick(&SOURCES[kind]);
    let modules = source.modules.get_or_init(|| source.text.modules());
    if modules.is_empty() {
        return None;
    }
    Some(random.pick(modules.as_slice()).as_slice())
}

impl Text {
    /// The modules that can be executed.
    fn modules(&self) -> Vec<Vec<u8>> {
        let mut modules = match self {
            Self::Script(text) => of_script(text).unwrap_or_default(),
            Self::Module(text) => wat::parse_str(text).into_iter().collect(),
            Self::Case(text) => Case::parse(text).map(|it| it.modules).unwrap_or_default(),
        };
        let is_of_use = |wasm: &Vec<u8>| {
            wasm.len() <= MOST_BYTES * self.allowance() && is_valid(wasm) && is_usable(wasm)
        };
        modules.retain(is_of_use);
        modules
    }

    /// Programs may be larger than single modules of a script, of which there are many.
    const fn allowance(&self) -> usize {
        match self {
            Self::Script(_) => 1,
            Self::Module(_) | Self::Case(_) => 2,
        }
    }
}

/// The modules of a script, those that are instantiated; `None` when the text is of a version that
/// is not understood.
fn of_script(text: &str) -> Option<Vec<Vec<u8>>> {
    let buffer = ParseBuffer::new(text).ok()?;
    let script = parse::<Wast<'_>>(&buffer).ok()?;
    let encode = |mut wat: QuoteWat<'_>| wat.encode().ok();
    let module = |directive| match directive {
        WastDirective::Module(wat) | WastDirective::ModuleDefinition(wat) => encode(wat),
        _ => None,
    };
    Some(script.directives.into_iter().filter_map(module).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn names(folder: &str) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        std::fs::read_dir(folder)
            .expect("the folder is there")
            .map(|entry| entry.expect("it can be read").path())
            .filter(|path| path.extension().is_some_and(|it| it == "wat"))
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect()
    }

    #[test]
    fn nothing_is_left_out() {
        for (listed, folder) in [(WORKLOADS, "../bench/workloads"), (FINDINGS, "regressions")] {
            let listed: BTreeSet<_> = listed.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(listed, names(folder));
        }
    }

    #[test]
    fn there_is_much_of_use() {
        let count = |kind: &Vec<Source>| {
            kind.iter()
                .map(|source| source.text.modules().len())
                .sum::<usize>()
        };
        let [suite, workloads, findings] = [0, 1, 2].map(|kind: usize| count(&SOURCES[kind]));
        assert!(suite > 2_000, "{suite}");
        assert_eq!(workloads, WORKLOADS.len());
        assert!(findings >= FINDINGS.len());
    }
}
