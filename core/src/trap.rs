//! Why guest code stopped.

use core::fmt;

macro_rules! traps {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// Why guest code stopped, as the specification's traps plus the limits of this runtime.
        ///
        /// The text of the specification's own traps is that of its test suite.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Trap {
            $($(#[$doc])* $name = $code,)*
        }

        impl Trap {
            /// Every trap.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The trap with this code.
            pub const fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// What the specification's test suite calls it.
            pub const fn message(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

traps! {
    /// `unreachable` was executed.
    Unreachable = 1, "unreachable";
    /// A memory access, bulk operation or data segment was out of bounds.
    MemoryOutOfBounds = 2, "out of bounds memory access";
    /// A table access, bulk operation or element segment was out of bounds.
    TableOutOfBounds = 3, "out of bounds table access";
    /// `call_indirect` with an index past the end of the table.
    UndefinedElement = 4, "undefined element";
    /// `call_indirect` of a null element.
    UninitializedElement = 5, "uninitialized element";
    /// `call_indirect` of a function of another type.
    IndirectCallTypeMismatch = 6, "indirect call type mismatch";
    /// An integer was divided by zero.
    IntegerDivideByZero = 7, "integer divide by zero";
    /// A signed division or a float-to-integer conversion does not fit.
    IntegerOverflow = 8, "integer overflow";
    /// NaN cannot become an integer.
    InvalidConversionToInteger = 9, "invalid conversion to integer";
    /// The guest's value stack or call depth is exhausted.
    StackOverflow = 10, "call stack exhausted";
    /// A null reference was dereferenced.
    NullReference = 11, "null reference";
    /// `call_ref` of null.
    NullFunctionReference = 12, "null function reference";
    /// A structure access through null.
    NullStructReference = 13, "null structure reference";
    /// An array access through null.
    NullArrayReference = 14, "null array reference";
    /// `i31.get` of null.
    NullI31Reference = 15, "null i31 reference";
    /// `throw_ref` of null.
    NullExceptionReference = 16, "null exception reference";
    /// An array access out of bounds.
    ArrayOutOfBounds = 17, "out of bounds array access";
    /// `ref.cast` failed.
    CastFailure = 18, "cast failure";
    /// An atomic access at an address that is not a multiple of its size.
    UnalignedAtomic = 19, "unaligned atomic";
    /// `memory.atomic.wait` on an unshared memory.
    ExpectedSharedMemory = 20, "expected shared memory";
    /// An exception reached the host.
    UnhandledException = 21, "unhandled exception";
    /// The store's fuel is used up.
    OutOfFuel = 22, "all fuel consumed";
    /// Another thread, or a deadline, interrupted the guest.
    Interrupted = 23, "interrupted";
    /// The store's limits refuse the memory that the guest asks for.
    AllocationTooLarge = 24, "allocation refused by the store's limits";
    /// The host has no memory left for the guest's request.
    OutOfMemory = 25, "out of memory";
    /// `memory.atomic.wait` in a store whose guests may not wait.
    WaitNotAllowed = 26, "waiting is not allowed";
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for Trap {}
