//! Digests: one that finds damage, and one by which things can be named.

use sha2::{Digest as _, Sha256};
use twox_hash::XxHash3_128;

/// The size of a checksum in bytes.
pub(super) const CHECKSUM: usize = 16;

/// What finds accidental damage, as quickly as the bytes can be read (XXH3, 128 bits). Nobody is
/// kept by it from making other bytes with the same checksum.
pub(super) fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    XxHash3_128::oneshot(bytes).to_le_bytes()
}

/// The SHA-256 of the parts, one after the other.
pub(super) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digest: &[u8]) -> String {
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn digests_are_those_that_their_names_say() {
        assert_eq!(
            hex(&sha256(&[b"a", b"bc"])),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        // Artifacts are read by other versions of what computes it.
        assert_eq!(hex(&checksum(b"")), "7f498d4624c30160d8984701d306aa99");
        let long: Vec<u8> = (0..10_000u32).map(|i| ((i * i) >> 3) as u8).collect();
        assert_eq!(hex(&checksum(&long)), "ab922f30845545d9f4c89e8a5d321ca2");
    }
}
