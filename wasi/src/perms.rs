//! What an embedder permits in a preopened directory.

use bitflags::bitflags;

bitflags! {
    /// What a guest may do with a preopened directory and all directories below it.
    ///
    /// Where a permission is missing the guest gets `EPERM`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct DirPerms: u8 {
        /// Look up names: open, list, ask for attributes, read links.
        const READ = 1 << 0;
        /// Change the directories: create, remove, rename, link, and set times by path.
        const MUTATE = 1 << 1;
    }
}

bitflags! {
    /// What a guest may do with the files in a preopened directory and below it.
    ///
    /// Where a permission is missing the guest gets `EPERM`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct FilePerms: u8 {
        /// Read.
        const READ = 1 << 0;
        /// Write, truncate, and set times.
        const WRITE = 1 << 1;
    }
}
