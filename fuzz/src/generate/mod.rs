//! Cases from seeds.

mod corpus;
mod mutate;
mod smith;
mod structured;
#[path = "../../../jit/tests/support/vectors.rs"]
mod vector_operators;

use crate::case::{AMPLE_FUEL, Call, Case};
use crate::random::Random;
use wasmparser::{ExternalKind, Parser, Payload};

/// A way to make cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generator {
    /// wasm-smith, with any features; loops end because fuel does.
    Smith,
    /// The same, with code that counts its own steps, and no fuel.
    SmithTerminating,
    /// The same, with functions of random bytes among others.
    SmithMaybeInvalid,
    /// Programs of our own, for what wasm-smith reaches rarely.
    Structured,
    /// Single operators, all there are.
    Single,
    /// Modules of the suite, of benchmarks and of findings, changed.
    Mutate,
}

impl Generator {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Smith,
        Self::SmithTerminating,
        Self::SmithMaybeInvalid,
        Self::Structured,
        Self::Single,
        Self::Mutate,
    ];

    /// What command lines and reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smith => "smith",
            Self::SmithTerminating => "smith-terminating",
            Self::SmithMaybeInvalid => "smith-maybe-invalid",
            Self::Structured => "structured",
            Self::Single => "single",
            Self::Mutate => "mutate",
        }
    }

    /// The generator of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.name() == name)
    }

    /// The case of a seed; `None` when this seed gives none.
    pub fn case(self, seed: u64) -> Option<Case> {
        self.case_within(seed, &Proposals::ALL)
    }

    /// The case of a seed that needs no other proposals than these; `None` when this seed gives
    /// none.
    pub fn case_within(self, seed: u64, proposals: &Proposals) -> Option<Case> {
        let mut random = Random::of(seed, self as u64);
        let mut case = match self {
            Self::Smith => smith::case(&mut random, smith::Kind::Plain, proposals),
            Self::SmithTerminating => smith::case(&mut random, smith::Kind::Terminating, proposals),
            Self::SmithMaybeInvalid => {
                smith::case(&mut random, smith::Kind::MaybeInvalid, proposals)
            }
            Self::Structured => structured::case(&mut random, proposals),
            Self::Single => structured::single::case(&mut random, proposals),
            Self::Mutate => mutate::case(&mut random, proposals),
        }?;
        case.origin = format!("{} {seed}", self.name());
        Some(case)
    }
}

/// The case that wasm-smith makes of bytes, for whoever changes them step by step: a few of them are
/// the seed of what is chosen beforehand, the rest are the module. `None` when they give none.
pub fn case_of(bytes: &[u8]) -> Option<Case> {
    let (seed, rest) = bytes.split_first_chunk::<4>()?;
    let seed = u32::from_le_bytes(*seed).into();
    let mut random = Random::of(seed, BYTES);
    let kind = *random.pick(&[
        smith::Kind::Plain,
        smith::Kind::Terminating,
        smith::Kind::MaybeInvalid,
    ]);
    let mut case = smith::case_of(&mut random, kind, rest)?;
    case.origin = format!("{} bytes", bytes.len());
    Some(case)
}

/// The purpose of choices for cases that are made of bytes.
const BYTES: u64 = 2_000;

macro_rules! proposals {
    ($($(#[$doc:meta])* $name:literal => $field:ident,)*) => {
        /// Proposals that not every runtime has, for those that cases are given to besides this one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Proposals {
            $($(#[$doc])* pub $field: bool,)*
            /// No proposal, but something that not every runtime has either: NaNs that are
            /// canonical by a setting. Otherwise modules hide theirs, but for those with single
            /// operators.
            pub canonical_nans: bool,
        }

        impl Proposals {
            /// All of them.
            pub const ALL: Self = Self { $($field: true,)* canonical_nans: true };
            /// None of them.
            pub const NONE: Self = Self { $($field: false,)* canonical_nans: true };
            /// What command lines call them.
            pub const NAMES: &[&str] = &[$($name,)*];

            /// Adds the proposal of this name; `None` when there is none.
            #[must_use]
            pub fn with(mut self, name: &str) -> Option<Self> {
                match name {
                    $($name => self.$field = true,)*
                    _ => return None,
                }
                Some(self)
            }
        }
    };
}

proposals! {
    /// Typed references to functions, structures and arrays.
    "gc" => objects,
    /// Exceptions.
    "exceptions" => exceptions,
    /// Vector operators whose results depend on the machine.
    "relaxed-simd" => relaxed_simd,
    /// More than one memory.
    "multi-memory" => multi_memory,
    /// Memories and tables with 64-bit indices.
    "memory64" => memory64,
    /// Arithmetic in constant expressions.
    "extended-const" => extended_const,
    /// 128-bit integer arithmetic.
    "wide-arithmetic" => wide_arithmetic,
    /// Memories whose pages are not 64 KiB.
    "custom-page-sizes" => custom_page_sizes,
    /// Atomic instructions, and memories that threads can share.
    "threads" => threads,
    /// Exceptions as first proposed.
    "legacy-exceptions" => legacy_exceptions,
}

/// How many arguments are made; further ones are zeros.
const MOST_ARGS: usize = 8;

/// Calls of what a module exports.
fn calls(random: &mut Random, module: usize, wasm: &[u8], most: usize) -> Vec<Call> {
    let names = exported_funcs(wasm);
    if names.is_empty() {
        return Vec::new();
    }
    let first = random.below(names.len());
    (0..most.min(names.len() * 2))
        .map(|index| Call {
            module,
            export: names[(first + index) % names.len()].clone(),
            args: (0..MOST_ARGS).map(|_| random.edge()).collect(),
            fuel: match random.below(3) {
                0 => random.below(200) as u64,
                1 => random.below(3_000) as u64,
                _ => AMPLE_FUEL,
            },
        })
        .collect()
}

/// The names of the functions that a module exports; none when it is malformed before them.
fn exported_funcs(wasm: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload {
            Ok(Payload::ExportSection(exports)) => {
                let funcs = exports
                    .into_iter()
                    .flatten()
                    .filter(|export| export.kind == ExternalKind::Func);
                names.extend(funcs.map(|export| export.name.to_owned()));
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{Generator, Proposals};
    use wasmparser::{Validator, WasmFeatures};

    #[test]
    fn modules_need_no_other_proposals_than_those_that_are_wanted() {
        let known = WasmFeatures::WASM2 | WasmFeatures::TAIL_CALL;
        let wanted = [
            (Proposals::NONE, known),
            (
                Proposals::NONE.with("multi-memory").expect("it is one"),
                known | WasmFeatures::MULTI_MEMORY,
            ),
            (
                Proposals::NONE.with("memory64").expect("it is one"),
                known | WasmFeatures::MEMORY64,
            ),
        ];
        for (proposals, features) in wanted {
            for generator in [
                Generator::Smith,
                Generator::SmithTerminating,
                Generator::Structured,
                Generator::Single,
            ] {
                let cases = (0..50).filter_map(|seed| generator.case_within(seed, &proposals));
                for case in cases {
                    for module in &case.modules {
                        let mut validator = Validator::new_with_features(features);
                        if let Err(error) = validator.validate_all(module) {
                            panic!("{}: {error}", case.origin);
                        }
                    }
                }
            }
        }
        assert_eq!(Proposals::NONE.with("such"), None);
    }
}
