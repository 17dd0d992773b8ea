//! Modules by wasm-smith.

use super::{Proposals, calls};
use crate::case::{Case, Settings};
use crate::module::with_timeouts;
use crate::random::Random;
use arbitrary::Unstructured;
use wasm_smith::{Config, InstructionKind, InstructionKinds, MemoryOffsetChoices, Module};

/// What becomes of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It runs on fuel.
    Plain,
    /// It counts its own steps.
    Terminating,
    /// Some of its functions may be random bytes.
    MaybeInvalid,
}

/// What memories may be declared to grow to.
const MEMORY_BYTES: u64 = 4 << 20;
/// How often loops may be gone round and functions called, where modules count that themselves.
const OWN_STEPS: u32 = 400;

/// For how long threads are waited for, in nanoseconds.
const TIMEOUT_NS: u8 = 50;

/// A module and calls of its functions; `None` when the random bytes give none.
pub(super) fn case(random: &mut Random, kind: Kind, proposals: &Proposals) -> Option<Case> {
    let (settings, mut config) = setting(random, kind);
    let settings = Settings {
        canonical_nans: settings.canonical_nans && proposals.canonical_nans,
        ..settings
    };
    config.canonicalize_nans = !settings.canonical_nans;
    restrict(&mut config, proposals);
    let len = [600, 2_000, 6_000, 20_000][random.below(4)];
    let bytes = random.bytes(len);
    made(random, kind, settings, config, &bytes)
}

/// The same where not only the choices before the module's come from outside, but all that make
/// it.
pub(super) fn case_of(random: &mut Random, kind: Kind, bytes: &[u8]) -> Option<Case> {
    let (settings, config) = setting(random, kind);
    made(random, kind, settings, config, bytes)
}

fn setting(random: &mut Random, kind: Kind) -> (Settings, Config) {
    let settings = Settings {
        metered: kind == Kind::Plain || random.once_in(4),
        canonical_nans: random.once_in(2),
        ..Settings::default()
    };
    let config = config(random, kind, &settings);
    (settings, config)
}

fn made(
    random: &mut Random,
    kind: Kind,
    settings: Settings,
    config: Config,
    bytes: &[u8],
) -> Option<Case> {
    let mut module = Module::new(config, &mut Unstructured::new(bytes)).ok()?;
    // With fuel both can end what runs for ever.
    if kind != Kind::Plain && (!settings.metered || random.once_in(2)) {
        let steps = 1 + random.below(OWN_STEPS as usize) as u32;
        // Functions of raw bytes cannot be made to count: they are hardly ever valid, and fuel
        // ends them.
        if module.ensure_termination(steps).is_err() && !settings.metered {
            return Some(of(
                random,
                module,
                Settings {
                    metered: true,
                    ..settings
                },
            ));
        }
    }
    Some(of(random, module, settings))
}

fn of(random: &mut Random, module: Module, settings: Settings) -> Case {
    let wasm = module.to_bytes();
    // Nobody would come. What cannot be read has no memory that is shared.
    let wasm = with_timeouts(&wasm, TIMEOUT_NS).unwrap_or(wasm);
    let calls = calls(random, 0, &wasm, 12);
    Case {
        origin: String::new(),
        settings,
        modules: vec![wasm],
        calls,
    }
}

/// Any features, and sizes that leave time for many cases.
fn config(random: &mut Random, kind: Kind, settings: &Settings) -> Config {
    // Mostly on: a feature is seldom seen alone.
    let mut feature = || !random.once_in(5);
    let mut config = Config {
        bulk_memory_enabled: feature(),
        exceptions_enabled: feature(),
        extended_const_enabled: feature(),
        gc_enabled: feature(),
        memory64_enabled: feature(),
        multi_value_enabled: feature(),
        reference_types_enabled: feature(),
        relaxed_simd_enabled: feature(),
        saturating_float_to_int_enabled: feature(),
        sign_extension_ops_enabled: feature(),
        simd_enabled: feature(),
        tail_call_enabled: feature(),
        wide_arithmetic_enabled: feature(),
        custom_page_sizes_enabled: !feature(),
        threads_enabled: false,
        compact_imports_enabled: false,
        custom_descriptors_enabled: false,
        ..Config::default()
    };
    config.canonicalize_nans = !settings.canonical_nans;
    config.disallow_traps = random.once_in(3);
    config.allow_floats = !random.once_in(6);
    config.export_everything = true;
    config.allow_start_export = random.once_in(8);
    config.allow_invalid_funcs = kind == Kind::MaybeInvalid;
    config.generate_custom_sections = random.once_in(20);
    config.min_funcs = 1;
    config.max_funcs = random.between(1, 10);
    config.max_imports = random.below(6);
    config.max_instructions = *random.pick(&[20, 60, 150, 400]);
    config.max_types = random.between(1, 20);
    config.max_globals = random.below(12);
    config.max_tags = random.below(4);
    config.max_tables = random.below(4);
    config.max_memories = random.below(4);
    config.min_memories = random.below(2) as u32;
    config.max_memories = config.max_memories.max(config.min_memories as usize);
    config.max_data_segments = random.below(5);
    config.max_element_segments = random.below(5);
    config.max_elements = random.below(20);
    config.max_table_elements = 500;
    config.max_memory32_bytes = MEMORY_BYTES;
    config.max_memory64_bytes = MEMORY_BYTES.into();
    config.memory_max_size_required = random.once_in(2);
    config.table_max_size_required = random.once_in(2);
    config.min_uleb_size = random.between(1, 5) as u8;
    config.limit_arrays_in_const_exprs = true;
    config.memory_offset_choices = MemoryOffsetChoices(80, 15, 5);
    // Code that is malformed hides whether it waits.
    config.threads_enabled = kind != Kind::MaybeInvalid && !random.once_in(4);
    if random.once_in(3) {
        config.allowed_instructions = some_instructions(random);
    }
    config
}

/// Takes away what not all are to have.
fn restrict(config: &mut Config, proposals: &Proposals) {
    config.gc_enabled &= proposals.objects;
    config.exceptions_enabled &= proposals.exceptions;
    config.relaxed_simd_enabled &= proposals.relaxed_simd;
    config.memory64_enabled &= proposals.memory64;
    config.extended_const_enabled &= proposals.extended_const;
    config.wide_arithmetic_enabled &= proposals.wide_arithmetic;
    config.custom_page_sizes_enabled &= proposals.custom_page_sizes;
    config.threads_enabled &= proposals.threads;
    if !proposals.multi_memory {
        config.max_memories = config.max_memories.min(1);
    }
}

/// A few of the groups of instructions, and those without which nothing can be made of them.
fn some_instructions(random: &mut Random) -> InstructionKinds {
    use InstructionKind::{
        Aggregate, Control, Memory, MemoryInt, Numeric, NumericInt, Parametric, Reference, Table,
        Variable, Vector, VectorInt,
    };
    const OTHERS: [InstructionKind; 9] = [
        Aggregate, Memory, MemoryInt, Numeric, Parametric, Reference, Table, Vector, VectorInt,
    ];
    let mut kinds = vec![Control, NumericInt, Variable];
    kinds.extend(OTHERS.into_iter().filter(|_| random.once_in(2)));
    InstructionKinds::new(&kinds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::is_usable;

    #[test]
    fn what_threads_share_is_there_and_nobody_is_waited_for() {
        let (mut shared, mut atomic) = (0, 0);
        for (kind, seed) in [Kind::Plain, Kind::Terminating]
            .into_iter()
            .flat_map(|kind| (0..150).map(move |seed| (kind, seed)))
        {
            let mut random = Random::of(seed, 0);
            let Some(case) = case(&mut random, kind, &Proposals::ALL) else {
                continue;
            };
            assert!(is_usable(&case.modules[0]), "{kind:?} {seed}");
            let text = case.to_text().expect("it is well-formed");
            shared += usize::from(text.contains(" shared)"));
            atomic += usize::from(text.contains(".atomic."));
        }
        assert!(shared > 10 && atomic > 10, "{shared} {atomic}");
    }
}
