//! What is told of a compilation that takes long.

use diptych_core::{CompilationMode, CompileProgress, Config, Engine, Module};
use std::sync::{Arc, Mutex};

/// What an engine with these settings tells when it opens a module of `count` functions.
fn reports(mode: CompilationMode, count: usize) -> Vec<CompileProgress> {
    let text = format!("(module {})", "(func)".repeat(count));
    let bytes = wat::parse_str(text).expect("the text is right");
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let mut config = Config::new();
    config
        .compilation(mode)
        .compile_progress(move |progress| tell.lock().expect("nothing panics").push(progress));
    let engine =
        Engine::with_backends(&config, &[diptych_jit::backend()]).expect("there is a compiler");
    Module::new(&engine, &bytes).expect("it is valid");
    let mut told = told.lock().expect("nothing panics").clone();
    told.sort_by_key(|progress| progress.done);
    told
}

#[test]
fn each_function_is_told_once() {
    for count in [0, 1, 100] {
        let expected: Vec<_> = (1..=count)
            .map(|done| CompileProgress::new(done, count))
            .collect();
        assert_eq!(reports(CompilationMode::Eager, count), expected);
    }
}

#[test]
fn what_is_compiled_later_is_not_told() {
    for mode in [CompilationMode::Lazy, CompilationMode::FullyLazy] {
        assert_eq!(reports(mode, 3), []);
    }
}
