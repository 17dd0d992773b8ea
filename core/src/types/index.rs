//! One newtype for each index space, so that an index is never used in the wrong one.

macro_rules! index_spaces {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in an array that holds one entry per index.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

index_spaces! {
    /// A type of a module.
    TypeIdx;
    /// A function of a module, imported ones first.
    FuncIdx;
    /// A function with a body in the module: its function index less the number of imports.
    DefinedFuncIdx;
    /// A table of a module, imported ones first.
    TableIdx;
    /// A memory of a module, imported ones first.
    MemoryIdx;
    /// A global of a module, imported ones first.
    GlobalIdx;
    /// A tag of a module, imported ones first.
    TagIdx;
    /// An element segment of a module.
    ElemIdx;
    /// A data segment of a module.
    DataIdx;
}
