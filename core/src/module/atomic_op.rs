//! The atomic operators on memory, by what they do.

use crate::types::ValType;
use crate::vm::atomic::Rmw;

/// What an atomic operator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtomicAction {
    /// Reads: of an address.
    Load,
    /// Writes: an address and a value.
    Store,
    /// Changes, and gives what was before: an address and a value.
    Rmw(Rmw),
    /// Changes what is as expected, and gives what was before: an address, the expected value and
    /// the new one.
    Cmpxchg,
    /// Wakes other threads and gives their number: an address and the number at most.
    Notify,
    /// Waits for another thread: an address, the expected value and a timeout, an `i64`. Gives an
    /// `i32`.
    Wait,
}

macro_rules! atomic_ops {
    ($($op:ident = $action:expr, $bytes:literal, $ty:ident;)*) => {
        /// An atomic operator on memory, with its name in [`wasmparser::Operator`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the names are the operators'")]
        pub enum AtomicOp {
            $($op,)*
        }

        impl AtomicOp {
            /// What it does.
            pub const fn action(self) -> AtomicAction {
                use AtomicAction::{Cmpxchg, Load, Notify, Store, Wait};
                match self {
                    $(Self::$op => $action,)*
                }
            }

            /// How many bytes are accessed, which the address must be a multiple of.
            pub const fn bytes(self) -> u32 {
                match self {
                    $(Self::$op => $bytes,)*
                }
            }

            /// The type of values. What is accessed may be less: its zero-extension is read, and
            /// the lowest bytes are written and compared.
            pub const fn ty(self) -> ValType {
                match self {
                    $(Self::$op => ValType::$ty,)*
                }
            }
        }
    };
}

atomic_ops! {
    I32AtomicLoad = Load, 4, I32;
    I32AtomicLoad8U = Load, 1, I32;
    I32AtomicLoad16U = Load, 2, I32;
    I64AtomicLoad = Load, 8, I64;
    I64AtomicLoad8U = Load, 1, I64;
    I64AtomicLoad16U = Load, 2, I64;
    I64AtomicLoad32U = Load, 4, I64;
    I32AtomicStore = Store, 4, I32;
    I32AtomicStore8 = Store, 1, I32;
    I32AtomicStore16 = Store, 2, I32;
    I64AtomicStore = Store, 8, I64;
    I64AtomicStore8 = Store, 1, I64;
    I64AtomicStore16 = Store, 2, I64;
    I64AtomicStore32 = Store, 4, I64;
    I32AtomicRmwAdd = AtomicAction::Rmw(Rmw::Add), 4, I32;
    I32AtomicRmw8AddU = AtomicAction::Rmw(Rmw::Add), 1, I32;
    I32AtomicRmw16AddU = AtomicAction::Rmw(Rmw::Add), 2, I32;
    I64AtomicRmwAdd = AtomicAction::Rmw(Rmw::Add), 8, I64;
    I64AtomicRmw8AddU = AtomicAction::Rmw(Rmw::Add), 1, I64;
    I64AtomicRmw16AddU = AtomicAction::Rmw(Rmw::Add), 2, I64;
    I64AtomicRmw32AddU = AtomicAction::Rmw(Rmw::Add), 4, I64;
    I32AtomicRmwSub = AtomicAction::Rmw(Rmw::Sub), 4, I32;
    I32AtomicRmw8SubU = AtomicAction::Rmw(Rmw::Sub), 1, I32;
    I32AtomicRmw16SubU = AtomicAction::Rmw(Rmw::Sub), 2, I32;
    I64AtomicRmwSub = AtomicAction::Rmw(Rmw::Sub), 8, I64;
    I64AtomicRmw8SubU = AtomicAction::Rmw(Rmw::Sub), 1, I64;
    I64AtomicRmw16SubU = AtomicAction::Rmw(Rmw::Sub), 2, I64;
    I64AtomicRmw32SubU = AtomicAction::Rmw(Rmw::Sub), 4, I64;
    I32AtomicRmwAnd = AtomicAction::Rmw(Rmw::And), 4, I32;
    I32AtomicRmw8AndU = AtomicAction::Rmw(Rmw::And), 1, I32;
    I32AtomicRmw16AndU = AtomicAction::Rmw(Rmw::And), 2, I32;
    I64AtomicRmwAnd = AtomicAction::Rmw(Rmw::And), 8, I64;
    I64AtomicRmw8AndU = AtomicAction::Rmw(Rmw::And), 1, I64;
    I64AtomicRmw16AndU = AtomicAction::Rmw(Rmw::And), 2, I64;
    I64AtomicRmw32AndU = AtomicAction::Rmw(Rmw::And), 4, I64;
    I32AtomicRmwOr = AtomicAction::Rmw(Rmw::Or), 4, I32;
    I32AtomicRmw8OrU = AtomicAction::Rmw(Rmw::Or), 1, I32;
    I32AtomicRmw16OrU = AtomicAction::Rmw(Rmw::Or), 2, I32;
    I64AtomicRmwOr = AtomicAction::Rmw(Rmw::Or), 8, I64;
    I64AtomicRmw8OrU = AtomicAction::Rmw(Rmw::Or), 1, I64;
    I64AtomicRmw16OrU = AtomicAction::Rmw(Rmw::Or), 2, I64;
    I64AtomicRmw32OrU = AtomicAction::Rmw(Rmw::Or), 4, I64;
    I32AtomicRmwXor = AtomicAction::Rmw(Rmw::Xor), 4, I32;
    I32AtomicRmw8XorU = AtomicAction::Rmw(Rmw::Xor), 1, I32;
    I32AtomicRmw16XorU = AtomicAction::Rmw(Rmw::Xor), 2, I32;
    I64AtomicRmwXor = AtomicAction::Rmw(Rmw::Xor), 8, I64;
    I64AtomicRmw8XorU = AtomicAction::Rmw(Rmw::Xor), 1, I64;
    I64AtomicRmw16XorU = AtomicAction::Rmw(Rmw::Xor), 2, I64;
    I64AtomicRmw32XorU = AtomicAction::Rmw(Rmw::Xor), 4, I64;
    I32AtomicRmwXchg = AtomicAction::Rmw(Rmw::Xchg), 4, I32;
    I32AtomicRmw8XchgU = AtomicAction::Rmw(Rmw::Xchg), 1, I32;
    I32AtomicRmw16XchgU = AtomicAction::Rmw(Rmw::Xchg), 2, I32;
    I64AtomicRmwXchg = AtomicAction::Rmw(Rmw::Xchg), 8, I64;
    I64AtomicRmw8XchgU = AtomicAction::Rmw(Rmw::Xchg), 1, I64;
    I64AtomicRmw16XchgU = AtomicAction::Rmw(Rmw::Xchg), 2, I64;
    I64AtomicRmw32XchgU = AtomicAction::Rmw(Rmw::Xchg), 4, I64;
    I32AtomicRmwCmpxchg = Cmpxchg, 4, I32;
    I32AtomicRmw8CmpxchgU = Cmpxchg, 1, I32;
    I32AtomicRmw16CmpxchgU = Cmpxchg, 2, I32;
    I64AtomicRmwCmpxchg = Cmpxchg, 8, I64;
    I64AtomicRmw8CmpxchgU = Cmpxchg, 1, I64;
    I64AtomicRmw16CmpxchgU = Cmpxchg, 2, I64;
    I64AtomicRmw32CmpxchgU = Cmpxchg, 4, I64;
    MemoryAtomicNotify = Notify, 4, I32;
    MemoryAtomicWait32 = Wait, 4, I32;
    MemoryAtomicWait64 = Wait, 8, I64;
}
