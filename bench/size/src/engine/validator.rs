use wasmparser::{BinaryReaderError, Validator};

/// Validates, and executes nothing.
pub fn run(wasm: &[u8]) -> Result<usize, BinaryReaderError> {
    Validator::new().validate_all(wasm)?;
    Ok(wasm.len())
}
