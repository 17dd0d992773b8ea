//! Modules with their code as bytes.
//!
//! All numbers are little-endian. Every byte but those of the first three fields is covered by
//! the checksum, and those are compared.
//!
//! | what | bytes |
//! |---|---|
//! | magic number | 8 |
//! | version of the format | 4 |
//! | checksum of everything after it | 16 |
//! | length of the whole | 8 |
//! | what the code was made for ([`Description`]) | a length, then as many |
//! | counts: functions, sites, functions left out | 4 each |
//! | lengths: the module, the code | 8 each |
//! | each function: start, size, index, start of its body, number of its sites | 4 each |
//! | each site | 8 |
//! | each function that was left out | 4 |
//! | the module in the binary format | |
//! | zeros, up to a multiple of [`CODE_ALIGN`] | |
//! | the code | |
//!
//! The code is as it was linked, without the stubs, which are filled in when it is loaded.
//!
//! The checksum finds damage. Even without it, whatever the bytes are, reading them does no harm;
//! but their code is executed.

mod description;
mod digest;
mod read;

pub(crate) use description::Description;
pub(crate) use read::{module_range, open, read};

use crate::image::{Function, Unit};
use crate::link::{Linked, stubs_size};
use crate::sites::Sites;
use digest::{CHECKSUM, checksum, sha256};
use diptych_core::{CacheKey, Error, ErrorKind, Result};
use std::sync::OnceLock;

/// What artifacts begin with.
const MAGIC: [u8; 8] = *b"\0diptych";
/// The version of the format.
const VERSION: u32 = 3;
/// Where the checksum begins.
const CHECKSUM_AT: usize = MAGIC.len() + size_of::<u32>();
/// Where what it covers begins.
const COVERED_AT: usize = CHECKSUM_AT + CHECKSUM;
/// What the place of the code in an artifact is a multiple of, so that pages of it can be mapped.
const CODE_ALIGN: usize = 16 << 10;

/// What there is to the code of a module, to be written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Contents<'a> {
    /// The code, without padding after it.
    code: &'a [u8],
    functions: &'a [Function],
    sites: &'a [u8],
    left_out: &'a [u32],
}

impl<'a> Contents<'a> {
    /// Of code that may be followed by padding.
    pub(crate) fn new(code: &'a [u8], unit: &'a Unit, left_out: &'a [u32]) -> Self {
        let last = unit.functions.last();
        let end = last.map_or(0, |last| (last.start + last.size) as usize);
        let end = end.max(stubs_size(left_out.len()));
        Self {
            code: code.get(..end).unwrap_or(code),
            functions: &unit.functions,
            sites: unit.sites.as_bytes(),
            left_out,
        }
    }

    /// Of code that was linked.
    pub(crate) fn of(linked: &'a Linked<'_>) -> Self {
        Self::new(&linked.code, &linked.unit, &linked.left_out)
    }
}

/// The artifact of a module and its code.
///
/// # Errors
/// [`ErrorKind::OutOfMemory`].
pub(crate) fn write(
    made_for: &Description,
    module: &[u8],
    contents: &Contents<'_>,
) -> Result<Vec<u8>> {
    let Contents {
        code,
        functions,
        sites,
        left_out,
    } = *contents;
    let description = made_for.encode();
    let code_at = (COVERED_AT
        + (size_of::<u64>() + size_of::<u32>() + description.len())
        + (3 * size_of::<u32>() + 2 * size_of::<u64>())
        + functions.len() * read::FUNCTION
        + sites.len()
        + left_out.len() * read::LEFT_OUT
        + module.len())
    .next_multiple_of(CODE_ALIGN);
    let len = code_at + code.len();
    let mut out = Vec::new();
    out.try_reserve_exact(len)
        .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
    out.extend_from_slice(&MAGIC);
    word(&mut out, VERSION);
    out.resize(COVERED_AT, 0);
    long(&mut out, len);
    word(&mut out, description.len() as u32);
    out.extend_from_slice(&description);
    for count in [functions.len(), sites.len() / Sites::SITE, left_out.len()] {
        word(&mut out, count as u32);
    }
    long(&mut out, module.len());
    long(&mut out, code.len());
    for function in functions {
        word(&mut out, function.start);
        word(&mut out, function.size);
        word(&mut out, function.func.0);
        word(&mut out, function.body);
        word(&mut out, function.sites.len() as u32);
    }
    out.extend_from_slice(sites);
    for func in left_out {
        word(&mut out, *func);
    }
    out.extend_from_slice(module);
    out.resize(code_at, 0);
    out.extend_from_slice(code);
    // So the same module gives the same bytes.
    let stubs = stubs_size(left_out.len()).min(code.len());
    out[code_at..code_at + stubs].fill(0);
    let checksum = checksum(&out[COVERED_AT..]);
    out[CHECKSUM_AT..COVERED_AT].copy_from_slice(&checksum);
    Ok(out)
}

/// What the code of a module is kept under in a cache. Another build of the program has entries of
/// its own: it may make other code of the same version.
pub(crate) fn cache_key(made_for: &Description, module: &[u8]) -> CacheKey {
    static BUILD: OnceLock<CacheKey> = OnceLock::new();
    let build = BUILD.get_or_init(|| {
        let program = std::env::current_exe().and_then(std::fs::metadata).ok();
        let changed = program.as_ref().and_then(|program| program.modified().ok());
        let len = program.map(|program| program.len());
        sha256(&[format!("{len:?} {changed:?}").as_bytes()])
    });
    let made_for = sha256(&[&made_for.encode()]);
    sha256(&[build, &made_for, module])
}

fn word(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn long(out: &mut Vec<u8>, value: usize) {
    out.extend_from_slice(&(value as u64).to_le_bytes());
}
