//! From each operator of WebAssembly to what translates it.

use super::call::Callee;
use super::numeric::{Division, Rounding};
use super::{Result, Translator, unsupported};
use crate::builtins::Builtin;
use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F32, F64, I8, I16, I32, I64};
use diptych_core::module::{AtomicOp, proposal_name};
use wasmparser::{Operator, VisitOperator, VisitSimdOperator};

/// Defines `translate!`, which translates one operator: those of one shape by what they are in
/// Cranelift, the others as arms.
macro_rules! define_translate {
    ($d:tt
        binary { $($binary:ident: $binary_inst:ident,)* }
        unary { $($unary:ident: $unary_inst:ident,)* }
        binary_float { $($binary_float:ident: $binary_float_inst:ident,)* }
        unary_float { $($unary_float:ident: $unary_float_inst:ident $($unary_float_ty:ident)?,)* }
        convert { $($convert:ident: $convert_inst:ident $convert_ty:ident,)* }
        compare { $($compare:ident: $int_cc:ident,)* }
        compare_floats { $($compare_floats:ident: $float_cc:ident,)* }
        load { $($load:ident: $load_ty:ident,)* }
        load_extend { $($extend:ident: $extend_memory:ident $signed:ident $extend_ty:ident,)* }
        store { $($store:ident: $store_memory:ident,)* }
        $(|$this:ident| $op:ident $($arg:ident)* => $translation:expr;)*
    ) => {
        macro_rules! translate {
            $(($d this:ident, $d proposal:ident, $binary) => {
                $d this.binary(|ins, a, b| ins.$binary_inst(a, b))
            };)*
            $(($d this:ident, $d proposal:ident, $unary) => {
                $d this.unary(|ins, a| ins.$unary_inst(a))
            };)*
            $(($d this:ident, $d proposal:ident, $binary_float) => {
                $d this.binary_float(|ins, a, b| ins.$binary_float_inst(a, b))
            };)*
            $(($d this:ident, $d proposal:ident, $unary_float) => {
                $d this.unary_float(|ins, a| ins.$unary_float_inst($($unary_float_ty,)? a))
            };)*
            $(($d this:ident, $d proposal:ident, $convert) => {
                $d this.unary(|ins, a| ins.$convert_inst($convert_ty, a))
            };)*
            $(($d this:ident, $d proposal:ident, $compare) => {
                $d this.compare(IntCC::$int_cc)
            };)*
            $(($d this:ident, $d proposal:ident, $compare_floats) => {
                $d this.compare_floats(FloatCC::$float_cc)
            };)*
            $(($d this:ident, $d proposal:ident, $load $d arg:ident) => {
                $d this.load($load_ty, &$d arg)
            };)*
            $(($d this:ident, $d proposal:ident, $extend $d arg:ident) => {
                $d this.load_extend($extend_memory, $signed, $extend_ty, &$d arg)
            };)*
            $(($d this:ident, $d proposal:ident, $store $d arg:ident) => {
                $d this.store($store_memory, &$d arg)
            };)*
            ($d this:ident, threads, AtomicFence $d arg:ident) => {{
                let _ = $d arg;
                $d this.atomic_fence()
            }};
            ($d this:ident, threads, $d op:ident $d arg:ident) => {
                $d this.atomic(AtomicOp::$d op, &$d arg)
            };
            $(($d this:ident, $d proposal:ident, $op $($d $arg:ident)*) => {{
                $(let $arg = $d $arg;)*
                let $this = $d this;
                $translation
            }};)*
            ($d this:ident, $d proposal:ident, $d op:ident $d($d arg:ident)*) => {{
                $d(let _ = $d arg;)*
                Err(unsupported(proposal_name(stringify!($d proposal))))
            }};
        }
    };
}

define_translate! { $
    binary {
        I32Add: iadd, I32Sub: isub, I32Mul: imul,
        I32And: band, I32Or: bor, I32Xor: bxor,
        I32Shl: ishl, I32ShrS: sshr, I32ShrU: ushr, I32Rotl: rotl, I32Rotr: rotr,
        I64Add: iadd, I64Sub: isub, I64Mul: imul,
        I64And: band, I64Or: bor, I64Xor: bxor,
        I64Shl: ishl, I64ShrS: sshr, I64ShrU: ushr, I64Rotl: rotl, I64Rotr: rotr,
        F32Copysign: fcopysign, F64Copysign: fcopysign,
    }
    unary {
        I32Clz: clz, I32Ctz: ctz, I32Popcnt: popcnt,
        I64Clz: clz, I64Ctz: ctz, I64Popcnt: popcnt,
        F32Abs: fabs, F32Neg: fneg, F64Abs: fabs, F64Neg: fneg,
    }
    binary_float {
        F32Add: fadd, F32Sub: fsub, F32Mul: fmul, F32Div: fdiv, F32Min: fmin, F32Max: fmax,
        F64Add: fadd, F64Sub: fsub, F64Mul: fmul, F64Div: fdiv, F64Min: fmin, F64Max: fmax,
    }
    unary_float {
        F32Sqrt: sqrt, F64Sqrt: sqrt, F32DemoteF64: fdemote F32, F64PromoteF32: fpromote F64,
    }
    convert {
        I32WrapI64: ireduce I32,
        I64ExtendI32S: sextend I64, I64ExtendI32U: uextend I64,
        I32TruncSatF32S: fcvt_to_sint_sat I32, I32TruncSatF32U: fcvt_to_uint_sat I32,
        I32TruncSatF64S: fcvt_to_sint_sat I32, I32TruncSatF64U: fcvt_to_uint_sat I32,
        I64TruncSatF32S: fcvt_to_sint_sat I64, I64TruncSatF32U: fcvt_to_uint_sat I64,
        I64TruncSatF64S: fcvt_to_sint_sat I64, I64TruncSatF64U: fcvt_to_uint_sat I64,
        F32ConvertI32S: fcvt_from_sint F32, F32ConvertI32U: fcvt_from_uint F32,
        F32ConvertI64S: fcvt_from_sint F32, F32ConvertI64U: fcvt_from_uint F32,
        F64ConvertI32S: fcvt_from_sint F64, F64ConvertI32U: fcvt_from_uint F64,
        F64ConvertI64S: fcvt_from_sint F64, F64ConvertI64U: fcvt_from_uint F64,
    }
    compare {
        I32Eq: Equal, I32Ne: NotEqual,
        I32LtS: SignedLessThan, I32LtU: UnsignedLessThan,
        I32GtS: SignedGreaterThan, I32GtU: UnsignedGreaterThan,
        I32LeS: SignedLessThanOrEqual, I32LeU: UnsignedLessThanOrEqual,
        I32GeS: SignedGreaterThanOrEqual, I32GeU: UnsignedGreaterThanOrEqual,
        I64Eq: Equal, I64Ne: NotEqual,
        I64LtS: SignedLessThan, I64LtU: UnsignedLessThan,
        I64GtS: SignedGreaterThan, I64GtU: UnsignedGreaterThan,
        I64LeS: SignedLessThanOrEqual, I64LeU: UnsignedLessThanOrEqual,
        I64GeS: SignedGreaterThanOrEqual, I64GeU: UnsignedGreaterThanOrEqual,
    }
    compare_floats {
        F32Eq: Equal, F32Ne: NotEqual, F32Lt: LessThan, F32Gt: GreaterThan,
        F32Le: LessThanOrEqual, F32Ge: GreaterThanOrEqual,
        F64Eq: Equal, F64Ne: NotEqual, F64Lt: LessThan, F64Gt: GreaterThan,
        F64Le: LessThanOrEqual, F64Ge: GreaterThanOrEqual,
    }
    load {
        I32Load: I32, I64Load: I64, F32Load: F32, F64Load: F64,
    }
    load_extend {
        I32Load8S: I8 true I32, I32Load8U: I8 false I32,
        I32Load16S: I16 true I32, I32Load16U: I16 false I32,
        I64Load8S: I8 true I64, I64Load8U: I8 false I64,
        I64Load16S: I16 true I64, I64Load16U: I16 false I64,
        I64Load32S: I32 true I64, I64Load32U: I32 false I64,
    }
    store {
        I32Store: I32, I32Store8: I8, I32Store16: I16,
        I64Store: I64, I64Store8: I8, I64Store16: I16, I64Store32: I32,
        F32Store: F32, F64Store: F64,
    }

    |t| I32Const value => t.i32_const(value);
    |t| I64Const value => t.i64_const(value);
    |t| F32Const value => t.f32_const(value.bits());
    |t| F64Const value => t.f64_const(value.bits());

    |t| I32Eqz => t.eqz();
    |t| I64Eqz => t.eqz();
    |t| I32DivS => t.divide(Division::DivS);
    |t| I32DivU => t.divide(Division::DivU);
    |t| I32RemS => t.divide(Division::RemS);
    |t| I32RemU => t.divide(Division::RemU);
    |t| I64DivS => t.divide(Division::DivS);
    |t| I64DivU => t.divide(Division::DivU);
    |t| I64RemS => t.divide(Division::RemS);
    |t| I64RemU => t.divide(Division::RemU);
    |t| I32Extend8S => t.extend(I8, I32);
    |t| I32Extend16S => t.extend(I16, I32);
    |t| I64Extend8S => t.extend(I8, I64);
    |t| I64Extend16S => t.extend(I16, I64);
    |t| I64Extend32S => t.extend(I32, I64);
    |t| F32Ceil => t.round(Rounding::Ceil);
    |t| F32Floor => t.round(Rounding::Floor);
    |t| F32Trunc => t.round(Rounding::Trunc);
    |t| F32Nearest => t.round(Rounding::Nearest);
    |t| F64Ceil => t.round(Rounding::Ceil);
    |t| F64Floor => t.round(Rounding::Floor);
    |t| F64Trunc => t.round(Rounding::Trunc);
    |t| F64Nearest => t.round(Rounding::Nearest);
    |t| I32TruncF32S => t.truncate_float(I32, true);
    |t| I32TruncF32U => t.truncate_float(I32, false);
    |t| I32TruncF64S => t.truncate_float(I32, true);
    |t| I32TruncF64U => t.truncate_float(I32, false);
    |t| I64TruncF32S => t.truncate_float(I64, true);
    |t| I64TruncF32U => t.truncate_float(I64, false);
    |t| I64TruncF64S => t.truncate_float(I64, true);
    |t| I64TruncF64U => t.truncate_float(I64, false);
    |t| I32ReinterpretF32 => t.reinterpret(I32);
    |t| I64ReinterpretF64 => t.reinterpret(I64);
    |t| F32ReinterpretI32 => t.reinterpret(F32);
    |t| F64ReinterpretI64 => t.reinterpret(F64);

    |t| LocalGet local => t.local_get(local);
    |t| LocalSet local => t.local_set(local);
    |t| LocalTee local => t.local_tee(local);
    |t| GlobalGet global => t.global_get(global);
    |t| GlobalSet global => t.global_set(global);

    |_t| Nop => Ok(());
    |t| Drop => {
        t.pop();
        Ok(())
    };
    |t| Select => t.select();
    |t| TypedSelect ty => t.typed_select(ty);

    |t| Block ty => t.block(ty);
    |t| Loop ty => t.loop_(ty);
    |t| If ty => t.if_(ty);
    |t| Else => t.else_();
    |t| End => t.end();
    |t| Br depth => t.br(depth);
    |t| BrIf depth => t.br_if(depth);
    |t| BrTable targets => t.br_table(&targets);
    |t| BrOnNull depth => t.br_on_null(depth);
    |t| BrOnNonNull depth => t.br_on_non_null(depth);
    |t| Return => {
        t.return_();
        Ok(())
    };
    |t| Unreachable => {
        t.unreachable();
        Ok(())
    };

    |t| Call func => t.call(Callee::Func(func));
    |t| CallIndirect ty table => t.call(Callee::Table(table, ty));
    |t| CallRef ty => t.call(Callee::Ref(ty));
    |t| ReturnCall func => t.return_call(Callee::Func(func));
    |t| ReturnCallIndirect ty table => t.return_call(Callee::Table(table, ty));
    |t| ReturnCallRef ty => t.return_call(Callee::Ref(ty));

    |t| I64Add128 => t.wide_sum(false);
    |t| I64Sub128 => t.wide_sum(true);
    |t| I64MulWideS => t.wide_product(true);
    |t| I64MulWideU => t.wide_product(false);

    |t| Throw tag => t.throw(tag);
    |t| ThrowRef => t.throw_ref();
    |t| TryTable table => t.try_table(table);
    |t| Try ty => t.try_(ty);
    |t| Catch tag => t.begin_clause(Some(tag));
    |t| CatchAll => t.begin_clause(None);
    |t| Delegate depth => t.delegate(depth);
    |t| Rethrow depth => t.rethrow(depth);

    |t| RefNull _ty => t.i64_const(0);
    |t| RefFunc func => t.ref_func(func);
    // A reference is null when all its bits are 0.
    |t| RefIsNull => t.eqz();
    |t| RefAsNonNull => {
        t.ref_as_non_null();
        Ok(())
    };
    |t| RefEq => t.ref_eq();

    |t| StructNew ty => t.struct_new(ty);
    |t| StructNewDefault ty => t.struct_new_default(ty);
    |t| StructGet ty field => t.struct_get(ty, field, false);
    |t| StructGetS ty field => t.struct_get(ty, field, true);
    |t| StructGetU ty field => t.struct_get(ty, field, false);
    |t| StructSet ty field => t.struct_set(ty, field);
    |t| ArrayNew ty => t.array_new(ty);
    |t| ArrayNewDefault ty => t.array_new_default(ty);
    |t| ArrayNewFixed ty len => t.array_new_fixed(ty, len);
    |t| ArrayNewData ty data => t.array_new_segment(Builtin::ArrayNewData, ty, data);
    |t| ArrayNewElem ty elem => t.array_new_segment(Builtin::ArrayNewElem, ty, elem);
    |t| ArrayGet ty => t.array_get(ty, false);
    |t| ArrayGetS ty => t.array_get(ty, true);
    |t| ArrayGetU ty => t.array_get(ty, false);
    |t| ArraySet ty => t.array_set(ty);
    |t| ArrayLen => t.array_len();
    |t| ArrayFill ty => t.array_fill(ty);
    |t| ArrayCopy _to _from => t.array_copy();
    |t| ArrayInitData _ty data => t.array_init(Builtin::ArrayInitData, data);
    |t| ArrayInitElem _ty elem => t.array_init(Builtin::ArrayInitElem, elem);
    |t| RefI31 => t.ref_i31();
    |t| I31GetS => t.i31_get(true);
    |t| I31GetU => t.i31_get(false);
    |t| RefTestNonNull ty => t.ref_test(false, ty);
    |t| RefTestNullable ty => t.ref_test(true, ty);
    |t| RefCastNonNull ty => t.ref_cast(false, ty);
    |t| RefCastNullable ty => t.ref_cast(true, ty);
    |t| BrOnCast depth _from to => t.br_on_cast(depth, to, true);
    |t| BrOnCastFail depth _from to => t.br_on_cast(depth, to, false);
    // A reference is the same on both sides.
    |_t| AnyConvertExtern => Ok(());
    |_t| ExternConvertAny => Ok(());

    |t| MemorySize memory => t.memory_size(memory);
    |t| MemoryGrow memory => t.memory_grow(memory);
    |t| MemoryFill memory => t.memory_fill(memory);
    |t| MemoryCopy to from => t.memory_copy(to, from);
    |t| MemoryInit data memory => t.memory_init(data, memory);
    |t| DataDrop data => t.data_drop(data);
    |t| TableGet table => t.table_get(table);
    |t| TableSet table => t.table_set(table);
    |t| TableSize table => t.table_size(table);
    |t| TableGrow table => t.table_grow(table);
    |t| TableFill table => t.table_fill(table);
    |t| TableCopy to from => t.table_copy(to, from);
    |t| TableInit elem table => t.table_init(elem, table);
    |t| ElemDrop elem => t.elem_drop(elem);
}

macro_rules! visit {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {$(
        #[inline]
        fn $visit(&mut self $($(, $arg: $argty)*)?) -> Result<()> {
            if !self.reachable {
                return self.skip(&Operator::$op $({ $($arg),* })?);
            }
            if self.env.settings.fuel {
                self.pay_for(&Operator::$op $({ $($arg: $arg.clone()),* })?);
            }
            translate!(self, $proposal, $op $($($arg)*)?)
        }
    )*};
}

impl<'a> VisitOperator<'a> for Translator<'_> {
    type Output = Result<()>;

    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = Result<()>>> {
        Some(self)
    }

    wasmparser::for_each_visit_operator!(visit);
}

impl Translator<'_> {
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
            Operator::Catch { tag_index } if self.skipped == 0 => {
                return self.begin_clause(Some(*tag_index));
            }
            Operator::CatchAll if self.skipped == 0 => return self.begin_clause(None),
            Operator::Delegate { relative_depth } if self.skipped == 0 => {
                return self.delegate(*relative_depth);
            }
            Operator::End if self.skipped == 0 => return self.end(),
            // A `delegate` ends its `try`, which was skipped too.
            Operator::End | Operator::Delegate { .. } => self.skipped -= 1,
            _ => {}
        }
        Ok(())
    }
}
