//! Which features a script needs.

use core::fmt;
use diptych::Config;

macro_rules! features {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, [$($word:literal),+];)*) => {
        /// A feature that an engine may lack.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Feature {
            $($(#[$doc])* $variant,)*
        }

        impl Feature {
            /// Every feature. One whose name contains another's comes first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in the expectation list and in reports.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The words by which error messages name it.
            const fn words(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($word),+],)*
                }
            }
        }
    };
}

features! {
    /// Relaxed vector instructions.
    RelaxedSimd = "relaxed-simd", ["relaxed simd", "relaxed-simd", "relaxed_simd"];
    /// 128-bit vectors.
    Simd = "simd", ["simd", "v128"];
    /// Exceptions as first proposed, with `try` and `catch`.
    LegacyExceptions = "legacy-exceptions", ["legacy exception", "legacy-exception"];
    /// Exceptions with `try_table`.
    Exceptions = "exceptions", ["exception", "exnref"];
    /// Shared memories and atomic instructions.
    Threads = "threads", ["thread", "atomic", "shared memor"];
    /// Pages of other sizes than 64 KiB.
    CustomPageSizes = "custom-page-sizes", ["custom page size", "custom-page-size"];
    /// 128-bit integer arithmetic.
    WideArithmetic = "wide-arithmetic", ["wide arithmetic", "wide-arithmetic"];
    /// Type descriptors of structures.
    CustomDescriptors = "custom-descriptors", ["custom descriptor", "custom-descriptor"];
    /// Memories and tables with 64-bit indices.
    Memory64 = "memory64", ["memory64", "table64", "64-bit memor", "64-bit table"];
    /// Stack switching.
    StackSwitching = "stack-switching", ["stack switching", "stack-switching", "continuation"];
    /// Structures, arrays, `i31` and casts.
    Gc = "gc", ["gc", "garbage"];
    /// Typed function references.
    FunctionReferences = "function-references", ["function reference", "function-reference"];
}

impl Feature {
    /// The feature of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|feature| feature.name() == name)
    }

    /// The feature that an error message speaks of.
    pub fn named_in(message: &str) -> Option<Self> {
        let message = message.to_lowercase();
        Self::ALL
            .iter()
            .copied()
            .find(|feature| feature.words().iter().any(|word| has_word(&message, word)))
    }
}

/// Whether `word` begins at a word's beginning in `text`.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(|before: char| before.is_alphanumeric()))
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the engine has to switch on or off for a set of scripts.
///
/// The suites of earlier versions and of proposals assert that what came later is invalid, so
/// each set runs with the features of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    standard: u8,
    multi_memory: bool,
    custom_page_sizes: bool,
    wide_arithmetic: bool,
    legacy_exceptions: bool,
}

impl Features {
    /// WebAssembly 3.0.
    pub const STANDARD: Self = Self::version(3);

    const fn version(standard: u8) -> Self {
        Self {
            standard,
            multi_memory: standard >= 3,
            custom_page_sizes: false,
            wide_arithmetic: false,
            legacy_exceptions: false,
        }
    }

    /// What the scripts of this group were written for.
    pub fn of_group(group: &str) -> Self {
        match group {
            "wasm-v1" => Self::version(1),
            "wasm-v2" | "reference-types" | "multi-value" => Self::version(2),
            "function-references" | "memory64-proposal" | "threads" => Self {
                multi_memory: false,
                ..Self::STANDARD
            },
            "custom-page-sizes" => Self {
                custom_page_sizes: true,
                ..Self::STANDARD
            },
            "wide-arithmetic" => Self {
                wide_arithmetic: true,
                ..Self::STANDARD
            },
            "legacy-exceptions" => Self {
                legacy_exceptions: true,
                ..Self::STANDARD
            },
            _ => Self::STANDARD,
        }
    }

    /// Sets the switches.
    pub fn apply(&self, config: &mut Config) {
        let second = self.standard >= 2;
        config.wasm_bulk_memory(second);
        config.wasm_reference_types(second);
        config.wasm_sign_extension(second);
        config.wasm_saturating_float_to_int(second);
        config.wasm_multi_value(second);
        config.wasm_simd(second);
        let third = self.standard >= 3;
        config.wasm_gc(third);
        config.wasm_function_references(third);
        config.wasm_tail_call(third);
        config.wasm_extended_const(third);
        config.wasm_relaxed_simd(third);
        config.wasm_exceptions(third);
        config.wasm_memory64(third);
        config.wasm_threads(third);
        config.wasm_multi_memory(self.multi_memory);
        config.wasm_custom_page_sizes(self.custom_page_sizes);
        config.wasm_wide_arithmetic(self.wide_arithmetic);
        config.wasm_legacy_exceptions(self.legacy_exceptions);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_features() {
        let named = Feature::named_in;
        assert_eq!(
            named("the interpreter does not execute SIMD (v128) yet"),
            Some(Feature::Simd)
        );
        assert_eq!(
            named("relaxed SIMD is not executed"),
            Some(Feature::RelaxedSimd)
        );
        assert_eq!(named("legacy exceptions"), Some(Feature::LegacyExceptions));
        assert_eq!(named("no i32 arithmetic"), None);
        assert_eq!(named("struct.new (GC)"), Some(Feature::Gc));
    }
}
