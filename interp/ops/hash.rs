//! How superinstructions are found: by the generator, which makes the table, and by the
//! translator, which looks into it.

/// The size of the table.
pub(crate) const HASH_SIZE: usize = 4096;

/// The key of what comes of a place in the tree when an operation follows. It is never 0: none
/// begins and ends with opcode 0.
pub(crate) const fn key(place: u16, following: u16) -> u32 {
    (place as u32) << 16 | following as u32
}

/// Where the search for a key begins.
pub(crate) const fn hash(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b1) >> 20) as usize % HASH_SIZE
}
