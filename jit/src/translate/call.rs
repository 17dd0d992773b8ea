//! Calls.

use super::{Result, Translator};
use crate::abi::{self, POINTER, offsets};
use crate::builtins::Builtin;
use crate::compile::FUNCTIONS;
use crate::settings::Calls;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    self, Block, Endianness, ExtFuncData, ExternalName, Inst, InstBuilder, MemFlagsData, SigRef,
    UserExternalName, Value, types,
};
use diptych_core::Trap;
use diptych_core::types::{DefinedFuncIdx, FuncIdx, FuncType, HeapType, TableIdx, TypeIdx};

/// Whom a call calls.
#[derive(Clone, Copy, Debug)]
pub(super) enum Callee {
    Func(u32),
    /// The element of the table, with this type.
    Table(u32, u32),
    /// The reference on the stack, with this type.
    Ref(u32),
}

/// The code that a call goes to.
#[derive(Clone, Copy, Debug)]
enum Code {
    Near(ir::FuncRef),
    At(Value),
}

/// What has the results of a call.
#[derive(Clone, Copy, Debug)]
enum Returned {
    Inst(Inst),
    /// The block behind a call that may throw.
    Block(Block),
}

impl<'a> Translator<'a> {
    pub(super) fn call(&mut self, callee: Callee) -> Result<()> {
        let (index, ty) = self.callee_type(callee);
        let signature = self.signature(index)?;
        let (code, ctx) = self.code(callee, signature)?;
        let ret = abi::results_in_memory(ty).then(|| self.results_slot(ty.result_slots()));
        let results = self.emit_call(ty, code, signature, ctx, ret, false);
        self.reload_fuel();
        match self.results {
            Some(slot) if ret.is_some() => {
                for ((class, offset), ty) in abi::in_slots(ty.results()).zip(ty.results()) {
                    let value = self.load_result(slot, class, offset);
                    self.push_typed(value, *ty)?;
                }
            }
            _ => {
                super::reserve(&mut self.buffers.stack, ty.results().len())?;
                for (i, ty) in ty.results().iter().enumerate() {
                    let value = match results {
                        Returned::Inst(call) => self.b.inst_results(call)[i],
                        Returned::Block(block) => self.b.block_params(block)[i],
                    };
                    self.push_typed(value, *ty)?;
                }
            }
        }
        Ok(())
    }

    /// A result that a callee has left in memory.
    fn load_result(&mut self, slot: ir::StackSlot, class: ir::Type, offset: i32) -> Value {
        if class != abi::VECTOR {
            return self.b.ins().stack_load(POINTER, class, slot, offset);
        }
        // Cranelift takes vectors in the frame for aligned, and these need not be.
        let half = |this: &mut Self, offset| {
            let ins = this.b.ins();
            ins.stack_load(POINTER, types::I64, slot, offset)
        };
        let (low, high) = (half(self, offset), half(self, offset + 8));
        let both = self.b.ins().iconcat(low, high);
        let little = MemFlagsData::new().with_endianness(Endianness::Little);
        self.b.ins().bitcast(abi::VECTOR, little, both)
    }

    pub(super) fn return_call(&mut self, callee: Callee) -> Result<()> {
        let (index, ty) = self.callee_type(callee);
        let signature = self.signature(index)?;
        let (code, ctx) = self.code(callee, signature)?;
        self.emit_call(ty, code, signature, ctx, self.ret, true);
        self.stop();
        Ok(())
    }

    /// Pops the arguments and calls, or calls in place of this function.
    fn emit_call(
        &mut self,
        ty: &FuncType,
        code: Code,
        signature: SigRef,
        ctx: Value,
        ret: Option<Value>,
        tail: bool,
    ) -> Returned {
        let from = self.height() - ty.params().len();
        let table = if tail {
            None
        } else {
            self.exception_table(ty, signature)
        };
        let args = &mut self.buffers.values;
        args.clear();
        args.push(ctx);
        args.extend(ret);
        args.extend_from_slice(&self.buffers.stack[from..]);
        let ins = self.b.ins();
        let returned = match (code, table) {
            (Code::Near(func), None) if tail => Returned::Inst(ins.return_call(func, args)),
            (Code::At(code), None) if tail => {
                Returned::Inst(ins.return_call_indirect(signature, code, args))
            }
            (Code::Near(func), None) => Returned::Inst(ins.call(func, args)),
            (Code::At(code), None) => Returned::Inst(ins.call_indirect(signature, code, args)),
            (Code::Near(func), Some((table, next))) => {
                ins.try_call(func, args, table);
                Returned::Block(next)
            }
            (Code::At(code), Some((table, next))) => {
                ins.try_call_indirect(code, args, table);
                Returned::Block(next)
            }
        };
        if let Returned::Block(next) = returned {
            self.go_on_in(next);
        }
        self.truncate(from);
        returned
    }

    fn callee_type(&self, callee: Callee) -> (TypeIdx, &'a FuncType) {
        let ir = self.env.ir;
        let index = match callee {
            Callee::Func(func) => ir.funcs[func as usize],
            Callee::Table(_, ty) | Callee::Ref(ty) => TypeIdx(ty),
        };
        (index, ir.signature(index))
    }

    fn signature(&mut self, ty: TypeIdx) -> Result<SigRef> {
        if let Some(signature) = self.buffers.signatures.get(&ty.0) {
            return Ok(*signature);
        }
        let func = self.env.ir.signature(ty);
        let signature = self.b.import_signature(abi::native_signature(func));
        self.buffers.signatures.insert(ty.0, signature);
        Ok(signature)
    }

    /// The callee's code, and its first argument. Pops what says who it is.
    fn code(&mut self, callee: Callee, signature: SigRef) -> Result<(Code, Value)> {
        let ir = self.env.ir;
        Ok(match callee {
            Callee::Func(func) => match ir.defined(FuncIdx(func)) {
                Some(defined) => (self.own_code(defined, signature), self.ctx),
                None => {
                    let func = self.fixed_entry(offsets::CTX_IMPORTED_FUNCS, func);
                    self.code_of(func)
                }
            },
            Callee::Table(table, ty) => {
                let index = self.pop();
                let func = self.callee_in_table(TableIdx(table), index, TypeIdx(ty))?;
                self.code_of(func)
            }
            Callee::Ref(_) => {
                let func = self.pop();
                let null = self.b.ins().icmp_imm_u(IntCC::Equal, func, 0);
                self.trap_if(null, Trap::NullFunctionReference);
                self.code_of(func)
            }
        })
    }

    /// The code of a function of this module.
    fn own_code(&mut self, func: DefinedFuncIdx, signature: SigRef) -> Code {
        // A function that calls itself is there.
        if self.env.settings.calls == Calls::Table && func != self.func {
            let entries = self.fixed(self.native, offsets::HEADER_ENTRIES);
            let (base, offset) = self.far(entries, u64::from(func.0) * 8);
            return Code::At(self.cell(base, offset));
        }
        let b = &mut self.b;
        let callee = self.buffers.callees.entry(func).or_insert_with(|| {
            let name = UserExternalName::new(FUNCTIONS, func.0);
            let name = b.func.declare_imported_user_function(name);
            b.import_function(ExtFuncData {
                name: ExternalName::user(name),
                signature,
                colocated: true,
                patchable: false,
            })
        });
        Code::Near(*callee)
    }

    /// The code and the first argument of a function reference that is not null.
    fn code_of(&mut self, func: Value) -> (Code, Value) {
        let ctx = self.cell(func, offsets::FUNC_NATIVE_CTX);
        let code = self.cell(func, offsets::FUNC_NATIVE_CODE);
        // Who is called may be the host, which wants to know who calls.
        let flags = self.flags.vm;
        self.b
            .ins()
            .store(flags, self.ctx, self.store, offsets::STORE_EXIT_CTX);
        (Code::At(code), ctx)
    }

    /// The function that an element of a table is, which must be of this type.
    fn callee_in_table(&mut self, table: TableIdx, index: Value, ty: TypeIdx) -> Result<Value> {
        let ir = self.env.ir;
        let element = ir.table(table).element;
        let func = self.element(table, index, Trap::UndefinedElement);
        if element.nullable {
            let null = self.b.ins().icmp_imm_u(IntCC::Equal, func, 0);
            self.trap_if(null, Trap::UninitializedElement);
        }
        let expected = ir.types[ty.index()].id;
        if element.heap == HeapType::Concrete(expected) {
            // All that the table can hold is of this type.
            return Ok(func);
        }
        let flags = self.flags.local;
        let actual = self
            .b
            .ins()
            .load(types::I32, flags, func, offsets::FUNC_TYPE);
        let wanted = self.type_id(ty);
        let same = self.b.ins().icmp(IntCC::Equal, actual, wanted);
        let differs = self.b.create_block();
        let next = self.b.create_block();
        self.b.set_cold_block(differs);
        self.b.ins().brif(same, next, &[], differs, &[]);
        self.go_on_in(differs);
        let ty = self.iconst32(ty.0);
        let args = [self.ctx, func, ty];
        let subtype = self.builtin_result(Builtin::FuncrefIsSubtype, &args);
        self.trap_unless(subtype, Trap::IndirectCallTypeMismatch);
        self.b.ins().jump(next, &[]);
        self.go_on_in(next);
        Ok(func)
    }

    /// The canonical identity of a type, which differs from engine to engine.
    fn type_id(&mut self, ty: TypeIdx) -> Value {
        let flags = self.flags.local;
        let all = self
            .b
            .ins()
            .load(POINTER, flags, self.ctx, offsets::CTX_TYPES);
        let at = ty.index() * offsets::TYPE_BYTES + offsets::TYPE_ID as usize;
        let (base, offset) = self.far(all, at as u64);
        self.b.ins().load(types::I32, flags, base, offset)
    }

    pub(super) fn ref_func(&mut self, func: u32) -> Result<()> {
        let func = self.iconst32(func);
        let args = [self.ctx, func];
        let reference = self.builtin_result(Builtin::RefFunc, &args);
        self.push(reference)
    }

    pub(super) fn select(&mut self) -> Result<()> {
        let condition = self.pop_condition();
        let (a, b) = self.pop2();
        let value = self.b.ins().select(condition, a, b);
        self.push(value)
    }

    pub(super) fn typed_select(&mut self, ty: wasmparser::ValType) -> Result<()> {
        self.select()?;
        if self.is_traced_wasm(ty) {
            let value = self.peek();
            self.b.declare_value_needs_stack_map(value);
        }
        Ok(())
    }
}
