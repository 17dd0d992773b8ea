//! Which features a set of scripts is executed with.

use diptych::Config;

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
