//! What instructions cost in fuel, the same for every backend.

use wasmparser::Operator;

/// What one instruction costs that is not free.
pub const WORK: u32 = 1;

macro_rules! define_costs {
    (free $($free:ident)*) => {
        /// The fuel that an instruction takes, in units of one.
        ///
        /// Instructions that only give the code its structure, or say that it ends, are free. All
        /// others take one unit; so does every way to go back in a loop or to call, and nothing
        /// runs for ever for free.
        #[inline]
        pub const fn fuel_cost(operator: &Operator<'_>) -> u32 {
            match operator {
                $(Operator::$free { .. })|* => 0,
                _ => WORK,
            }
        }

        /// [`fuel_cost`] of the operator with this name in [`Operator`].
        pub const fn fuel_cost_of(name: &str) -> u32 {
            $(
                if is_same(name, stringify!($free)) {
                    return 0;
                }
            )*
            WORK
        }
    };
}

define_costs! {
    free Nop Drop Block Loop TryTable Try Catch CatchAll Delegate Else End Return Unreachable
}

const fn is_same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut at = 0;
    while at < left.len() && at < right.len() && left[at] == right[at] {
        at += 1;
    }
    at == left.len() && at == right.len()
}

/// What a translator knows of the basic block that it is in: where it is paid for, and how much.
///
/// A block is paid for at once, where its first instruction that costs something begins. It ends
/// where control can come from elsewhere or go elsewhere: at the start of a loop, at `if`, `else`,
/// the clauses of a `try` and conditional branches, at the `end` of a `try` or of a `try_table` with
/// clauses, at an `end` that something branches to, which clauses of a `try_table` do whether
/// anything is thrown there or not, and where what follows cannot be reached. A call does not end
/// it. `P` is the place of the charge in the code.
#[derive(Clone, Copy, Debug)]
pub struct Meter<P> {
    open: Option<(P, u32)>,
}

impl<P: Copy> Meter<P> {
    /// At the start of a function.
    pub const fn new() -> Self {
        Self { open: None }
    }

    /// Whether the block has a place where it is paid for. If not, the translator makes one
    /// before an instruction that costs something and says so to [`begin`](Self::begin).
    pub const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The block is paid for at `place`.
    pub const fn begin(&mut self, place: P) {
        self.open = Some((place, 0));
    }

    /// Adds the cost of an instruction to the open block.
    pub const fn add(&mut self, cost: u32) {
        if let Some((_, sum)) = &mut self.open {
            *sum = sum.saturating_add(cost);
        }
    }

    /// The block ends: where it is paid for, if it costs anything, and how much.
    pub const fn end(&mut self) -> Option<(P, u32)> {
        self.open.take()
    }
}

impl<P: Copy> Default for Meter<P> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use wasmparser::BlockType;

    fn name(operator: &Operator<'_>) -> String {
        let debug = format!("{operator:?}");
        debug.split_whitespace().next().unwrap().into()
    }

    #[test]
    fn structure_is_free_and_work_is_not() {
        let blockty = BlockType::Empty;
        for free in [
            Operator::Nop,
            Operator::Drop,
            Operator::Block { blockty },
            Operator::Loop { blockty },
            Operator::Try { blockty },
            Operator::CatchAll,
            Operator::Delegate { relative_depth: 0 },
            Operator::Else,
            Operator::End,
            Operator::Return,
            Operator::Unreachable,
        ] {
            assert_eq!(fuel_cost(&free), 0, "{free:?}");
            assert_eq!(fuel_cost_of(&name(&free)), 0, "{free:?}");
        }
        for work in [
            Operator::If { blockty },
            Operator::Br { relative_depth: 0 },
            Operator::BrIf { relative_depth: 0 },
            Operator::Call { function_index: 0 },
            Operator::ReturnCall { function_index: 0 },
            Operator::LocalGet { local_index: 0 },
            Operator::I32Const { value: 0 },
            Operator::I32Add,
        ] {
            assert_eq!(fuel_cost(&work), WORK, "{work:?}");
            assert_eq!(fuel_cost_of(&name(&work)), WORK, "{work:?}");
        }
    }
}
