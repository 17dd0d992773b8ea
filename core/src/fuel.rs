//! What instructions cost in fuel, the same for every backend.

use wasmparser::Operator;

/// The fuel that an instruction takes, in units of one.
///
/// Instructions that only give the code its structure, or say that it ends, are free. All others
/// take one unit; so does every way to go back in a loop or to call, and nothing runs for ever
/// for free.
#[inline]
pub const fn fuel_cost(operator: &Operator<'_>) -> u32 {
    match operator {
        Operator::Nop
        | Operator::Drop
        | Operator::Block { .. }
        | Operator::Loop { .. }
        | Operator::TryTable { .. }
        | Operator::Else
        | Operator::End
        | Operator::Return
        | Operator::Unreachable => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::BlockType;

    #[test]
    fn structure_is_free_and_work_is_not() {
        let blockty = BlockType::Empty;
        for free in [
            Operator::Nop,
            Operator::Drop,
            Operator::Block { blockty },
            Operator::Loop { blockty },
            Operator::Else,
            Operator::End,
            Operator::Return,
            Operator::Unreachable,
        ] {
            assert_eq!(fuel_cost(&free), 0, "{free:?}");
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
            assert_eq!(fuel_cost(&work), 1, "{work:?}");
        }
    }
}
