//! The digest that finds damage.

use super::DIGEST;
use core::sync::atomic::{AtomicUsize, Ordering};
use sha2::{Digest as _, Sha256};
use std::sync::Mutex;

/// What one digest is made of at a time, in bytes.
const CHUNK: usize = 1 << 20;
/// The bytes from which on a second thread is worth its start.
const PARALLEL: usize = 4 * CHUNK;
const MAX_THREADS: usize = 8;

/// The SHA-256 of the parts, one after the other.
pub(super) fn sha256(parts: &[&[u8]]) -> [u8; DIGEST] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// The SHA-256 of the SHA-256 of every [`CHUNK`] of the bytes, which several threads can make.
pub(super) fn of(bytes: &[u8]) -> [u8; DIGEST] {
    let count = bytes.len().div_ceil(CHUNK);
    let chunk = |i: usize| sha256(&[&bytes[i * CHUNK..bytes.len().min((i + 1) * CHUNK)]]);
    let cores = if cfg!(feature = "threads") && bytes.len() >= PARALLEL {
        std::thread::available_parallelism().map_or(1, usize::from)
    } else {
        1
    };
    let mut all = Sha256::new();
    if cores == 1 {
        for i in 0..count {
            all.update(chunk(i));
        }
        return all.finalize().into();
    }
    let next = AtomicUsize::new(0);
    let digests = Mutex::new(vec![None; count]);
    let work = || {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= count {
                return;
            }
            let digest = chunk(i);
            let mut digests = digests
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            digests[i] = Some(digest);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..cores.min(MAX_THREADS) {
            // Where no more threads can be had, those that there are do all the work.
            if std::thread::Builder::new()
                .spawn_scoped(scope, work)
                .is_err()
            {
                break;
            }
        }
        work();
    });
    let digests = digests
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    for digest in digests.into_iter().flatten() {
        all.update(digest);
    }
    all.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_sha_256_of_chunks() {
        let hex = |digest: [u8; DIGEST]| -> String {
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        assert_eq!(
            hex(sha256(&[b"a", b"bc"])),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, PARALLEL, PARALLEL + 7] {
            let bytes: Vec<u8> = (0..len).map(|i| ((i * i) >> 3) as u8).collect();
            let chunks: Vec<_> = bytes.chunks(CHUNK).map(|chunk| sha256(&[chunk])).collect();
            assert_eq!(of(&bytes), sha256(&[chunks.as_flattened()]), "{len}");
        }
    }
}
