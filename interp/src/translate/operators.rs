//! From each operator of WebAssembly to what translates it.

use super::call::Callee;
use super::{Translator, unsupported};
use crate::ops::{Bin, Load, Slow, Store, Ty, Un};
use diptych_core::Result;
use diptych_core::fuel::fuel_cost;
use wasmparser::Operator;

/// A `match` of operators: those of one shape by name, the others as arms.
macro_rules! translate {
    ($self:ident, $operator:expr,
        bin { $($bin:ident)* }
        un { $($un:ident)* }
        load { $($load:ident)* }
        store { $($wasm:ident: $store:ident,)* }
        $($arms:tt)*
    ) => {
        match $operator {
            $(Operator::$bin => $self.bin(Bin::$bin),)*
            $(Operator::$un => $self.un(Un::$un),)*
            $(Operator::$load { memarg } => $self.load(Load::$load, memarg),)*
            $(Operator::$wasm { memarg } => $self.store(Store::$store, memarg),)*
            $($arms)*
        }
    };
}

impl Translator<'_, '_> {
    /// Translates the next operator of the function.
    #[inline]
    pub(super) fn operator(&mut self, operator: &Operator<'_>) -> Result<()> {
        if !self.reachable {
            return self.skip(operator);
        }
        if self.env.fuel {
            let cost = fuel_cost(operator);
            if cost > 0 {
                self.charge(cost)?;
            }
        }
        self.reached(operator)
    }

    /// Passes over an operator that nothing reaches, unless it ends the part of the function that
    /// nothing reaches.
    fn skip(&mut self, operator: &Operator<'_>) -> Result<()> {
        match operator {
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::TryTable { .. }
            | Operator::Try { .. } => self.skipped += 1,
            Operator::Else if self.skipped == 0 => return self.else_(),
            Operator::End if self.skipped == 0 => return self.end(),
            // A `delegate` ends its `try`, which was skipped too.
            Operator::End | Operator::Delegate { .. } => self.skipped -= 1,
            _ => {}
        }
        Ok(())
    }

    fn reached(&mut self, operator: &Operator<'_>) -> Result<()> {
        translate! { self, operator,
            bin {
                I32Add I32Sub I32Mul I32DivS I32DivU I32RemS I32RemU
                I32And I32Or I32Xor I32Shl I32ShrS I32ShrU I32Rotl I32Rotr
                I32Eq I32Ne I32LtS I32LtU I32GtS I32GtU I32LeS I32LeU I32GeS I32GeU
                I64Add I64Sub I64Mul I64DivS I64DivU I64RemS I64RemU
                I64And I64Or I64Xor I64Shl I64ShrS I64ShrU I64Rotl I64Rotr
                I64Eq I64Ne I64LtS I64LtU I64GtS I64GtU I64LeS I64LeU I64GeS I64GeU
                F32Add F32Sub F32Mul F32Div F32Min F32Max F32Copysign
                F32Eq F32Ne F32Lt F32Gt F32Le F32Ge
                F64Add F64Sub F64Mul F64Div F64Min F64Max F64Copysign
                F64Eq F64Ne F64Lt F64Gt F64Le F64Ge
            }
            un {
                I32Eqz I32Clz I32Ctz I32Popcnt I32Extend8S I32Extend16S
                I64Eqz I64Clz I64Ctz I64Popcnt I64Extend8S I64Extend16S I64Extend32S
                F32Abs F32Neg F32Ceil F32Floor F32Trunc F32Nearest F32Sqrt
                F64Abs F64Neg F64Ceil F64Floor F64Trunc F64Nearest F64Sqrt
                I32WrapI64 I64ExtendI32S I64ExtendI32U
                I32TruncF32S I32TruncF32U I32TruncF64S I32TruncF64U
                I64TruncF32S I64TruncF32U I64TruncF64S I64TruncF64U
                I32TruncSatF32S I32TruncSatF32U I32TruncSatF64S I32TruncSatF64U
                I64TruncSatF32S I64TruncSatF32U I64TruncSatF64S I64TruncSatF64U
                F32ConvertI32S F32ConvertI32U F32ConvertI64S F32ConvertI64U F32DemoteF64
                F64ConvertI32S F64ConvertI32U F64ConvertI64S F64ConvertI64U F64PromoteF32
                I32ReinterpretF32 I64ReinterpretF64 F32ReinterpretI32 F64ReinterpretI64
            }
            load {
                I32Load I32Load8S I32Load8U I32Load16S I32Load16U
                I64Load I64Load8S I64Load8U I64Load16S I64Load16U I64Load32S I64Load32U
                F32Load F64Load
            }
            store {
                I32Store: Store32, I32Store8: Store8, I32Store16: Store16,
                I64Store: Store64, I64Store8: Store8, I64Store16: Store16, I64Store32: Store32,
                F32Store: Store32, F64Store: Store64,
            }

            Operator::LocalGet { local_index } => self.local_get(*local_index),
            Operator::LocalSet { local_index } => self.local_set(*local_index),
            Operator::LocalTee { local_index } => self.local_tee(*local_index),
            Operator::GlobalGet { global_index } => self.global_get(*global_index),
            Operator::GlobalSet { global_index } => self.global_set(*global_index),
            Operator::I32Const { value } => self.push_const((*value as u32).into(), Ty::I32),
            Operator::I64Const { value } => self.push_const(*value as u64, Ty::I64),
            Operator::F32Const { value } => self.push_const(value.bits().into(), Ty::F32),
            Operator::F64Const { value } => self.push_const(value.bits(), Ty::F64),
            Operator::RefNull { .. } => self.push_const(0, Ty::I64),

            Operator::Nop => Ok(()),
            Operator::Drop => self.pop().map(|_| ()),
            Operator::Select | Operator::TypedSelect { .. } => self.select(),

            Operator::Block { blockty } => self.block(*blockty),
            Operator::Loop { blockty } => self.loop_(*blockty),
            Operator::If { blockty } => self.if_(*blockty),
            Operator::Else => self.else_(),
            Operator::End => self.end(),
            Operator::Br { relative_depth } => self.br(*relative_depth),
            Operator::BrIf { relative_depth } => self.br_if(*relative_depth),
            Operator::BrTable { targets } => self.br_table(targets),
            Operator::BrOnNull { relative_depth } => self.br_on_null(*relative_depth),
            Operator::BrOnNonNull { relative_depth } => self.br_on_non_null(*relative_depth),
            Operator::Return => self.return_(),
            Operator::Unreachable => self.unreachable(),

            Operator::Call { function_index } => self.call(Callee::Func(*function_index)),
            Operator::CallIndirect { type_index, table_index } => {
                self.call(Callee::Table(*table_index, *type_index))
            }
            Operator::CallRef { type_index } => self.call(Callee::Ref(*type_index)),
            Operator::ReturnCall { function_index } => {
                self.return_call(Callee::Func(*function_index))
            }
            Operator::ReturnCallIndirect { type_index, table_index } => {
                self.return_call(Callee::Table(*table_index, *type_index))
            }
            Operator::ReturnCallRef { type_index } => self.return_call(Callee::Ref(*type_index)),

            Operator::RefFunc { function_index } => self.ref_func(*function_index),
            // A reference is null when all its bits are 0.
            Operator::RefIsNull => self.un(Un::I64Eqz),
            Operator::RefAsNonNull => self.ref_as_non_null(),

            Operator::MemorySize { mem } => self.memory_size(*mem),
            Operator::MemoryGrow { mem } => self.memory_grow(*mem),
            Operator::MemoryFill { mem } => self.slow(Slow::MemoryFill, 3, None, *mem, 0),
            Operator::MemoryCopy { dst_mem, src_mem } => {
                self.slow(Slow::MemoryCopy, 3, None, *dst_mem, *src_mem)
            }
            Operator::MemoryInit { data_index, mem } => {
                self.slow(Slow::MemoryInit, 3, None, *mem, *data_index)
            }
            Operator::DataDrop { data_index } => self.slow(Slow::DataDrop, 0, None, *data_index, 0),
            Operator::TableGet { table } => self.slow(Slow::TableGet, 1, Some(Ty::I64), *table, 0),
            Operator::TableSet { table } => self.slow(Slow::TableSet, 2, None, *table, 0),
            Operator::TableSize { table } => self.table_size(*table),
            Operator::TableGrow { table } => self.table_grow(*table),
            Operator::TableFill { table } => self.slow(Slow::TableFill, 3, None, *table, 0),
            Operator::TableCopy { dst_table, src_table } => {
                self.slow(Slow::TableCopy, 3, None, *dst_table, *src_table)
            }
            Operator::TableInit { elem_index, table } => {
                self.slow(Slow::TableInit, 3, None, *table, *elem_index)
            }
            Operator::ElemDrop { elem_index } => self.slow(Slow::ElemDrop, 0, None, *elem_index, 0),

            _ => Err(unsupported(feature(operator))),
        }
    }
}

/// The feature that brought an operator, in the words of error messages.
#[cold]
fn feature(operator: &Operator<'_>) -> &'static str {
    macro_rules! proposals {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
            match operator {
                $(Operator::$op { .. } => stringify!($proposal),)*
                _ => "unknown",
            }
        };
    }
    match wasmparser::for_each_operator!(proposals) {
        "acquire_release_atomics" => "acquire-release atomics",
        "custom_descriptors" => "custom descriptors",
        "exceptions" => "exceptions",
        "gc" => "garbage collection (GC)",
        "legacy_exceptions" => "legacy exceptions",
        "memory_control" => "memory control",
        "relaxed_simd" => "relaxed SIMD",
        "shared_everything_threads" => "shared-everything threads",
        "simd" => "SIMD (v128)",
        "stack_switching" => "stack switching",
        "threads" => "threads (atomic instructions)",
        "wide_arithmetic" => "wide arithmetic",
        _ => "this instruction",
    }
}
