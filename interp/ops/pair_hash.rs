//! How pairs of operations are found: by the generator, which makes the table, and by the
//! translator, which looks into it.

/// The size of the table.
pub(crate) const HASH_SIZE: usize = 2048;

/// The key of a pair, which is never 0: no pair begins and ends with opcode 0.
pub(crate) const fn pair_key(first: u16, second: u16) -> u32 {
    (first as u32) << 16 | second as u32
}

/// Where the search for a key begins.
pub(crate) const fn pair_hash(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b1) >> 21) as usize % HASH_SIZE
}
