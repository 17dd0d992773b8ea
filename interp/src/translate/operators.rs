//! From each operator of WebAssembly to what translates it.

use super::call::Callee;
use super::control::LabelKind;
use super::{Result, Translator, reserve, unsupported};
use crate::ops::{Bin, Load, Slow, Store, Ty, Un};
use alloc::vec::Vec;
use diptych_core::Trap;
use diptych_core::fuel::{WORK, fuel_cost_of};
use diptych_core::module::{AtomicOp, proposal_name};
use wasmparser::{FrameKind, FrameStack, MemArg, VisitOperator};

/// Defines `translate!`, which translates one operator, that costs this much: those of one shape by
/// name, the others as arms, with those that begin blocks, or other parts of them, and end them by
/// themselves.
///
/// There are more than 600 operators, and each is a function: what those of a shape have in common
/// is called, and not repeated.
macro_rules! define_translate {
    ($d:tt
        bin { $($bin:ident)* }
        un { $($un:ident)* }
        load { $($load:ident)* }
        store { $($wasm:ident: $store:ident,)* }
        begin { $(|$begin:ident| $begins:ident $begins_arg:ident: $frame:ident => $begun:expr;)* }
        part { $(|$part:ident| $parts:ident $($parts_arg:ident)?: $part_frame:ident => $parted:expr;)* }
        end { $(|$end:ident| $ends:ident $($ends_arg:ident)? => $ended:expr;)* }
        $(|$this:ident| $op:ident $($arg:ident)* => $translation:expr;)*
    ) => {
        macro_rules! translate {
            $(($d this:ident, $d cost:ident, $d proposal:ident, $bin) => {{
                const { assert!($d cost == WORK) };
                $d this.visit_bin(Bin::$bin)
            }};)*
            $(($d this:ident, $d cost:ident, $d proposal:ident, $un) => {{
                const { assert!($d cost == WORK) };
                $d this.visit_un(Un::$un)
            }};)*
            $(($d this:ident, $d cost:ident, $d proposal:ident, $load $d arg:ident) => {{
                const { assert!($d cost == WORK) };
                $d this.visit_load(Load::$load, &$d arg)
            }};)*
            $(($d this:ident, $d cost:ident, $d proposal:ident, $wasm $d arg:ident) => {{
                const { assert!($d cost == WORK) };
                $d this.visit_store(Store::$store, &$d arg)
            }};)*
            ($d this:ident, $d cost:ident, threads, AtomicFence $d arg:ident) => {{
                let _ = $d arg;
                if $d this.begins($d cost)? { $d this.atomic_fence() } else { Ok(()) }
            }};
            ($d this:ident, $d cost:ident, threads, $d op:ident $d arg:ident) => {{
                const { assert!($d cost == WORK) };
                $d this.visit_atomic(AtomicOp::$d op, &$d arg)
            }};
            $(($d this:ident, $d cost:ident, $d proposal:ident, $begins $d arg:ident) => {{
                if !$d this.reachable {
                    return $d this.skip_block(FrameKind::$frame);
                }
                $d this.pay($d cost)?;
                let ($begin, $begins_arg) = ($d this, $d arg);
                $begun
            }};)*
            $(($d this:ident, $d cost:ident, $d proposal:ident, $parts $d($d arg:ident)?) => {{
                const { assert!($d cost == 0) };
                if let Some(frame) = $d this.scratch.skipped.last_mut() {
                    *frame = FrameKind::$part_frame;
                    return Ok(());
                }
                $(let $parts_arg = $d($d arg)?;)?
                let $part = $d this;
                $parted
            }};)*
            $(($d this:ident, $d cost:ident, $d proposal:ident, $ends $d($d arg:ident)?) => {{
                const { assert!($d cost == 0) };
                if $d this.scratch.skipped.pop().is_some() {
                    return Ok(());
                }
                $(let $ends_arg = $d($d arg)?;)?
                let $end = $d this;
                $ended
            }};)*
            $(($d this:ident, $d cost:ident, $d proposal:ident, $op $($d $arg:ident)*) => {{
                if !$d this.begins($d cost)? {
                    return Ok(());
                }
                $(let $arg = $d $arg;)*
                let $this = $d this;
                $translation
            }};)*
            ($d this:ident, $d cost:ident, $d proposal:ident, $d op:ident $d($d arg:ident)*) => {{
                let _ = ($d cost, $d($d arg,)*);
                $d this.visit_unsupported(stringify!($d proposal))
            }};
        }
    };
}

define_translate! { $
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
    begin {
        |t| Block ty: Block => t.block(ty);
        |t| Loop ty: Loop => t.loop_(ty);
        |t| If ty: If => t.if_(ty);
        |t| TryTable table: TryTable => t.try_table(table);
        |t| Try ty: LegacyTry => t.try_(ty);
    }
    part {
        |t| Else: Else => t.else_();
        |t| Catch tag: LegacyCatch => t.begin_clause(Some(tag));
        |t| CatchAll: LegacyCatch => t.begin_clause(None);
    }
    end {
        |t| End => t.end();
        |t| Delegate depth => t.delegate(depth);
    }

    |t| LocalGet local => t.local_get(local);
    |t| LocalSet local => t.local_set(local);
    |t| LocalTee local => t.local_tee(local);
    |t| GlobalGet global => t.global_get(global);
    |t| GlobalSet global => t.global_set(global);
    |t| I32Const value => t.push_const((value as u32).into(), Ty::I32);
    |t| I64Const value => t.push_const(value as u64, Ty::I64);
    |t| F32Const value => t.push_const(value.bits().into(), Ty::F32);
    |t| F64Const value => t.push_const(value.bits(), Ty::F64);
    |t| RefNull ty => t.ref_null(ty);

    |_t| Nop => Ok(());
    |t| Drop => {
        if t.top_is_vector() {
            t.drop_top();
        }
        t.drop_top();
        Ok(())
    };
    |t| Select => t.select();
    |t| TypedSelect _ty => t.select();

    |t| Br depth => t.br(depth);
    |t| BrIf depth => t.br_if(depth);
    |t| BrTable targets => t.br_table(&targets);
    |t| BrOnNull depth => t.br_on_null(depth);
    |t| BrOnNonNull depth => t.br_on_non_null(depth);
    |t| Return => t.return_();
    |t| Unreachable => t.unreachable();

    |t| Call func => t.call(Callee::Func(func));
    |t| CallIndirect ty table => t.call(Callee::Table(table, ty));
    |t| CallRef ty => t.call(Callee::Ref(ty));
    |t| ReturnCall func => t.return_call(Callee::Func(func));
    |t| ReturnCallIndirect ty table => t.return_call(Callee::Table(table, ty));
    |t| ReturnCallRef ty => t.return_call(Callee::Ref(ty));

    |t| I64Add128 => t.wide(Slow::I64Add128, 4);
    |t| I64Sub128 => t.wide(Slow::I64Sub128, 4);
    |t| I64MulWideS => t.wide(Slow::I64MulWideS, 2);
    |t| I64MulWideU => t.wide(Slow::I64MulWideU, 2);

    |t| Throw tag => t.throw(tag);
    |t| ThrowRef => t.throw_ref();
    |t| Rethrow depth => t.rethrow(depth);

    |t| RefFunc func => t.ref_func(func);
    // A reference is null when all its bits are 0.
    |t| RefIsNull => t.un(Un::I64Eqz);
    |t| RefAsNonNull => t.trap_on_null(Trap::NullReference);
    |t| RefEq => t.bin(Bin::I64Eq);

    |t| StructNew ty => t.struct_new(ty);
    |t| StructNewDefault ty => t.struct_new_default(ty);
    |t| StructGet ty field => t.struct_get(ty, field, false);
    |t| StructGetS ty field => t.struct_get(ty, field, true);
    |t| StructGetU ty field => t.struct_get(ty, field, false);
    |t| StructSet ty field => t.struct_set(ty, field);
    |t| ArrayNew ty => t.array_new(ty);
    |t| ArrayNewDefault ty => t.array_new_default(ty);
    |t| ArrayNewFixed ty len => t.array_new_fixed(ty, len);
    |t| ArrayNewData ty data => t.array_new_data(ty, data);
    |t| ArrayNewElem ty elem => t.array_new_elem(ty, elem);
    |t| ArrayGet ty => t.array_get(ty, false);
    |t| ArrayGetS ty => t.array_get(ty, true);
    |t| ArrayGetU ty => t.array_get(ty, false);
    |t| ArraySet ty => t.array_set(ty);
    |t| ArrayLen => t.array_len();
    |t| ArrayFill ty => t.array_fill(ty);
    |t| ArrayCopy _to _from => t.array_copy();
    |t| ArrayInitData _ty data => t.slow(Slow::ArrayInitData, 4, None, data, 0);
    |t| ArrayInitElem _ty elem => t.slow(Slow::ArrayInitElem, 4, None, elem, 0);
    |t| RefI31 => t.ref_i31();
    |t| I31GetS => t.i31_get(Bin::I32ShrS);
    |t| I31GetU => t.i31_get(Bin::I32ShrU);
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
    |t| MemoryFill memory => t.slow(Slow::MemoryFill, 3, None, memory, 0);
    |t| MemoryCopy to from => t.slow(Slow::MemoryCopy, 3, None, to, from);
    |t| MemoryInit data memory => t.slow(Slow::MemoryInit, 3, None, memory, data);
    |t| DataDrop data => t.slow(Slow::DataDrop, 0, None, data, 0);
    |t| TableGet table => t.table_get(table);
    |t| TableSet table => t.slow(Slow::TableSet, 2, None, table, 0);
    |t| TableSize table => t.table_size(table);
    |t| TableGrow table => t.table_grow(table);
    |t| TableFill table => t.slow(Slow::TableFill, 3, None, table, 0);
    |t| TableCopy to from => t.slow(Slow::TableCopy, 3, None, to, from);
    |t| TableInit elem table => t.slow(Slow::TableInit, 3, None, table, elem);
    |t| ElemDrop elem => t.slow(Slow::ElemDrop, 0, None, elem, 0);
}

/// Whether a proposal is compiled in. Of one that is not, no valid module has an operator.
macro_rules! is_in {
    (gc) => {
        diptych_core::GC
    };
    (exceptions) => {
        diptych_core::EXCEPTIONS
    };
    (legacy_exceptions) => {
        diptych_core::EXCEPTIONS
    };
    (threads) => {
        diptych_core::ATOMICS
    };
    ($other:ident) => {
        true
    };
}

macro_rules! visit {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {$(
        #[inline]
        fn $visit(&mut self $($(, $arg: $argty)*)?) -> Result<()> {
            const COST: u32 = fuel_cost_of(stringify!($op));
            if !is_in!($proposal) {
                return self.visit_unsupported(stringify!($proposal));
            }
            translate!(self, COST, $proposal, $op $($($arg)*)?)
        }
    )*};
}

/// A stack of the reader's own would allocate in a way that cannot fail. There is a block as long as
/// the body is read.
impl FrameStack for Translator<'_, '_> {
    #[inline]
    fn current_frame(&self) -> Option<FrameKind> {
        if let Some(kind) = self.scratch.skipped.last() {
            return Some(*kind);
        }
        Some(match self.label(0).kind {
            LabelKind::Function | LabelKind::Block => FrameKind::Block,
            LabelKind::Loop(_) => FrameKind::Loop,
            LabelKind::If => FrameKind::If,
            LabelKind::Else => FrameKind::Else,
            LabelKind::TryTable => FrameKind::TryTable,
            LabelKind::Try => FrameKind::LegacyTry,
            LabelKind::Catch(..) => FrameKind::LegacyCatch,
        })
    }
}

impl<'a> VisitOperator<'a> for Translator<'_, '_> {
    type Output = Result<()>;

    diptych_core::if_simd! {
        fn simd_visitor(
            &mut self,
        ) -> Option<&mut dyn wasmparser::VisitSimdOperator<'a, Output = Result<()>>> {
            Some(self)
        }
    }

    wasmparser::for_each_visit_operator!(visit);
}

/// What operators of a shape have in common.
impl Translator<'_, '_> {
    /// Whether an operator is to be translated, which then is paid for. Those that nothing reaches
    /// are not.
    pub(super) fn begins(&mut self, cost: u32) -> Result<bool> {
        if self.reachable {
            self.pay(cost)?;
        }
        Ok(self.reachable)
    }

    /// Pays for an operator that is reached.
    #[inline]
    fn pay(&mut self, cost: u32) -> Result<()> {
        if self.env.fuel && cost > 0 {
            self.charge(cost)?;
        }
        Ok(())
    }

    /// Passes over the beginning of a block that nothing reaches.
    fn skip_block(&mut self, frame: FrameKind) -> Result<()> {
        reserve(&mut self.scratch.skipped, 1)?;
        self.scratch.skipped.push(frame);
        Ok(())
    }

    fn visit_bin(&mut self, bin: Bin) -> Result<()> {
        if self.begins(WORK)? {
            self.bin(bin)?;
        }
        Ok(())
    }

    fn visit_un(&mut self, un: Un) -> Result<()> {
        if self.begins(WORK)? {
            self.un(un)?;
        }
        Ok(())
    }

    fn visit_load(&mut self, load: Load, arg: &MemArg) -> Result<()> {
        if self.begins(WORK)? {
            self.load(load, arg)?;
        }
        Ok(())
    }

    fn visit_store(&mut self, store: Store, arg: &MemArg) -> Result<()> {
        if self.begins(WORK)? {
            self.store(store, arg)?;
        }
        Ok(())
    }

    fn visit_atomic(&mut self, operator: AtomicOp, arg: &MemArg) -> Result<()> {
        if self.begins(WORK)? {
            self.atomic(operator, arg)?;
        }
        Ok(())
    }

    #[cold]
    fn visit_unsupported(&self, proposal: &str) -> Result<()> {
        if self.reachable {
            return Err(unsupported(proposal_name(proposal)));
        }
        Ok(())
    }
}
