//! What proposals are called.

/// A proposal, by the name that `wasmparser` has for it, in the words of error messages.
pub fn proposal_name(proposal: &str) -> &str {
    match proposal {
        "acquire_release_atomics" => "acquire-release atomics",
        "custom_descriptors" => "custom descriptors",
        "exceptions" => "exceptions",
        "gc" => "garbage collection (GC)",
        "legacy_exceptions" => "legacy exceptions",
        "memory_control" => "memory control",
        "relaxed_simd" => "relaxed SIMD",
        "shared_everything_threads" => "shared-everything threads",
        "simd" => "SIMD (v128)",
        "stack_switching" => "stack switching",
        "threads" => "threads (atomic instructions)",
        "wide_arithmetic" => "wide arithmetic",
        other => other,
    }
}
