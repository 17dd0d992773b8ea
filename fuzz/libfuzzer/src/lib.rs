//! What the targets for libFuzzer share.

use diptych::{BackendKind, CompilationMode, Config, Engine, Error, ErrorKind, Module};
use wasmparser::Validator;

/// An engine for each backend.
///
/// # Panics
/// When there is none, which is no input's fault.
pub fn engines() -> Vec<Engine> {
    [BackendKind::Interp, BackendKind::Jit]
        .map(|backend| {
            let mut config = Config::new();
            config
                .backend(backend)
                .compilation(CompilationMode::Eager)
                .parallel_compilation(false)
                .wasm_custom_page_sizes(true)
                .wasm_legacy_exceptions(true)
                .wasm_wide_arithmetic(true);
            Engine::new(&config).expect("the backend is compiled in")
        })
        .to_vec()
}

/// Opens a module of these bytes everywhere: each engine has to refuse it if, and only if, the
/// validator does, or reach a limit of its own.
///
/// # Panics
/// When an engine does otherwise.
pub fn open(engines: &[Engine], wasm: &[u8]) {
    // Anything else is text.
    if !wasm.starts_with(b"\0asm") {
        return;
    }
    for engine in engines {
        let valid = Validator::new_with_features(engine.config().features()).validate_all(wasm);
        match Module::new(engine, wasm) {
            Ok(_) => assert!(valid.is_ok(), "accepted, but {:?}", valid.err()),
            Err(error) if is_limit(&error) => {}
            Err(error) => assert!(valid.is_err(), "valid, but {error}"),
        }
    }
}

/// Whether an engine had too little of something. One that does not know what is valid is no such.
fn is_limit(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Limit(_) | ErrorKind::OutOfMemory)
}
