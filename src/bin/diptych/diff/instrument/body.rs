//! The body of a function with records in it.

use super::{
    Added, Detail, Error, Field, I31, Kind, LEAST, NULL, OBJECT, Place, Shifted, Site, What,
};
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{Encode as _, Function, InstructionSink, MemArg, MemArgTarget};
use wasmparser::{
    AbstractHeapType, Catch, FuncValidator, FunctionBody, HeapType, Operator, OperatorsReader,
    RefType, ValType, WasmModuleResources,
};

/// Rewrites bodies one after the other.
pub(super) struct Rewriter {
    detail: Detail,
    added: Added,
    /// The sites of all bodies so far.
    pub(super) sites: Vec<Site>,
}

impl Rewriter {
    pub(super) fn new(detail: Detail, added: Added) -> Self {
        Self {
            detail,
            added,
            sites: Vec::new(),
        }
    }

    pub(super) fn rewrite<R: WasmModuleResources>(
        &mut self,
        r: &mut Shifted,
        validator: &mut FuncValidator<R>,
        body: &FunctionBody<'_>,
    ) -> Result<Function, Error> {
        let mut locals = Vec::new();
        for declared in body.get_locals_reader()? {
            let (count, ty) = declared?;
            locals.push((count, r.val_type(ty)?));
        }
        let mut reader = body.get_binary_reader();
        validator.read_locals(&mut reader)?;
        let reader = OperatorsReader::new(reader);
        let mut out = Out {
            func: validator.index(),
            first_temp: validator.len_locals(),
            temps: Vec::new(),
            code: Vec::new(),
            rewriter: self,
        };
        if out.rewriter.detail == Detail::State {
            out.copy(r, validator, reader)?;
        } else {
            out.instrument(r, validator, reader)?;
        }
        let (temps, code) = (out.temps, out.code);
        for ty in temps {
            locals.push((1, r.val_type(ty)?));
        }
        let mut function = Function::new(locals);
        function.raw(code);
        Ok(function)
    }
}

/// A body that is being written.
struct Out<'a> {
    func: u32,
    /// The index of the first local that is added.
    first_temp: u32,
    /// The types of those.
    temps: Vec<ValType>,
    code: Vec<u8>,
    rewriter: &'a mut Rewriter,
}

/// A block that is open.
struct Block {
    /// Whether exceptions are caught to its end.
    catches: bool,
}

impl Out<'_> {
    fn copy<R: WasmModuleResources>(
        &mut self,
        r: &mut Shifted,
        validator: &mut FuncValidator<R>,
        mut reader: OperatorsReader<'_>,
    ) -> Result<(), Error> {
        while !reader.eof() {
            let (operator, offset) = reader.read_with_offset()?;
            validator.op(offset, &operator)?;
            r.instruction(operator)?.encode(&mut self.code);
        }
        Ok(())
    }

    fn instrument<R: WasmModuleResources>(
        &mut self,
        r: &mut Shifted,
        validator: &mut FuncValidator<R>,
        mut reader: OperatorsReader<'_>,
    ) -> Result<(), Error> {
        let params = params(validator);
        self.point(
            0,
            &locals(validator, params).collect::<Vec<_>>(),
            &[],
            false,
        );
        let mut blocks = vec![Block { catches: false }];
        for next in 1.. {
            if reader.eof() {
                break;
            }
            let (operator, offset) = reader.read_with_offset()?;
            let place = Place {
                func: self.func,
                instruction: next - 1,
            };
            let is_viewed = self.rewriter.detail == Detail::View(place);
            if is_viewed && is_reachable(validator) {
                self.view(place, validator);
            }
            let caught = note(&mut blocks, &operator);
            let results = results_of(validator, &operator);
            let ended = validator.get_control_frame(0).map(|frame| frame.height);
            validator.op(offset, &operator)?;
            let instruction = r.instruction(operator.clone())?;
            instruction.encode(&mut self.code);
            if !is_reachable(validator) {
                continue;
            }
            let height = validator.operand_stack_height() as usize;
            let block = |begin: Option<usize>| height - begin.unwrap_or(height).min(height);
            let begun = validator.get_control_frame(0).map(|frame| frame.height);
            let (is_point, count) = match &operator {
                Operator::Loop { .. } | Operator::Catch { .. } | Operator::CatchAll => {
                    (true, block(begun))
                }
                Operator::End if caught => (true, block(ended)),
                Operator::Call { .. }
                | Operator::CallIndirect { .. }
                | Operator::CallRef { .. } => (true, results),
                _ => (false, results),
            };
            let operands = top(validator, count.min(block(begun)));
            let has_effect = has_effect(&operator, count);
            if is_point {
                let locals: Vec<_> = match &operator {
                    Operator::Loop { .. } => locals(validator, validator.len_locals())
                        .filter(|(local, ty)| *local < params || ty.is_defaultable())
                        .collect(),
                    _ => Vec::new(),
                };
                self.point(next, &locals, &operands, has_effect);
            } else if self.has_steps() {
                self.record(Kind::Step, next, &[], &operands, What::Result, has_effect);
            }
        }
        Ok(())
    }

    fn has_steps(&self) -> bool {
        match self.rewriter.detail {
            Detail::Steps(func) | Detail::View(Place { func, .. }) => func == self.func,
            Detail::State | Detail::Points => false,
        }
    }

    fn point(&mut self, next: u32, locals: &[(u32, ValType)], results: &[ValType], effect: bool) {
        self.record(Kind::Point, next, locals, results, What::Result, effect);
    }

    /// Shows what an instruction begins with.
    fn view<R: WasmModuleResources>(&mut self, place: Place, validator: &FuncValidator<R>) {
        let params = params(validator);
        let locals: Vec<_> = locals(validator, validator.len_locals())
            .filter(|(local, ty)| *local < params || ty.is_defaultable())
            .collect();
        let begin = validator
            .get_control_frame(0)
            .map_or(0, |frame| frame.height);
        let count = validator.operand_stack_height() as usize - begin;
        let operands = top(validator, count);
        let next = place.instruction;
        self.record(Kind::View, next, &locals, &operands, What::Operand, false);
    }

    /// Writes a record of locals and of the topmost operands, which stay where they are.
    fn record(
        &mut self,
        kind: Kind,
        next: u32,
        locals: &[(u32, ValType)],
        operands: &[ValType],
        what: fn(u32) -> What,
        has_effect: bool,
    ) {
        let mut used = Vec::new();
        let base = self.temp(ValType::I32, &mut used);
        let temps: Vec<u32> = operands
            .iter()
            .map(|ty| self.temp(nullable(*ty), &mut used))
            .collect();
        for temp in temps.iter().rev() {
            InstructionSink::new(&mut self.code).local_set(*temp);
        }
        let values = locals
            .iter()
            .map(|(local, ty)| (*local, *ty, What::Local(*local)))
            .chain(
                (0..)
                    .zip(operands.iter().zip(&temps))
                    .map(|(number, (ty, temp))| (*temp, *ty, what(number))),
            );
        let Added {
            len, limit, spill, ..
        } = self.rewriter.added;
        let site = self.rewriter.sites.len() as i32;
        let memory = self.rewriter.added.memory;
        let mut sink = InstructionSink::new(&mut self.code);
        sink.global_get(len)
            .local_tee(base)
            .i32_const(site)
            .i32_store(at(memory, 0));
        let mut end = LEAST;
        let mut fields = Vec::new();
        for (local, ty, what) in values {
            fields.push(Field { what, ty, at: end });
            sink.local_get(base);
            end += store(&mut sink, local, ty, at(memory, end));
        }
        sink.local_get(base)
            .i32_const(end as i32)
            .i32_add()
            .local_tee(base)
            .global_set(len)
            .local_get(base)
            .global_get(limit)
            .i32_ge_u()
            .if_(wasm_encoder::BlockType::Empty)
            .call(spill)
            .end();
        for (temp, ty) in temps.iter().zip(operands) {
            sink.local_get(*temp);
            if matches!(ty, ValType::Ref(ty) if !ty.is_nullable()) {
                sink.ref_as_non_null();
            }
        }
        // Of most sites nobody wants to know more than the digest; behind the instruction that is
        // viewed can be one of the same function or the entry of another.
        let is_shown = match self.rewriter.detail {
            Detail::View(place) => place.func == self.func || next == 0,
            _ => false,
        };
        if !is_shown {
            fields.clear();
        }
        self.rewriter.sites.push(Site {
            func: self.func,
            next,
            kind,
            len: end,
            has_effect,
            fields: fields.into_boxed_slice(),
        });
    }

    /// A local of this type that is not used yet.
    fn temp(&mut self, ty: ValType, used: &mut Vec<usize>) -> u32 {
        let free = (0..self.temps.len()).find(|at| self.temps[*at] == ty && !used.contains(at));
        let at = free.unwrap_or_else(|| {
            self.temps.push(ty);
            self.temps.len() - 1
        });
        used.push(at);
        self.first_temp + at as u32
    }
}

/// How many of a function's locals are parameters.
fn params<R: WasmModuleResources>(validator: &FuncValidator<R>) -> u32 {
    validator
        .resources()
        .type_index_of_function(validator.index())
        .and_then(|ty| validator.resources().sub_type_at(ty))
        .map_or(0, |ty| ty.unwrap_func().params().len() as u32)
}

/// The first locals with their types.
fn locals<R: WasmModuleResources>(
    validator: &FuncValidator<R>,
    count: u32,
) -> impl Iterator<Item = (u32, ValType)> {
    (0..count).filter_map(|local| Some((local, validator.get_local_type(local)?)))
}

/// The types of the topmost operands, the lowest first. What nothing is known of is left out, with
/// all below it.
fn top<R: WasmModuleResources>(validator: &FuncValidator<R>, count: usize) -> Vec<ValType> {
    let mut types: Vec<_> = (0..count)
        .map_while(|depth| validator.get_operand_type(depth).flatten())
        .collect();
    types.reverse();
    types
}

fn is_reachable<R: WasmModuleResources>(validator: &FuncValidator<R>) -> bool {
    validator
        .get_control_frame(0)
        .is_some_and(|frame| !frame.unreachable)
}

/// Follows the blocks, and says whether an instruction is the end of one to which exceptions are
/// caught.
fn note(blocks: &mut Vec<Block>, operator: &Operator<'_>) -> bool {
    match operator {
        Operator::TryTable { try_table } => {
            for catch in &try_table.catches {
                let (Catch::One { label, .. }
                | Catch::OneRef { label, .. }
                | Catch::All { label }
                | Catch::AllRef { label }) = catch;
                let depth = *label as usize;
                let target = blocks.len().checked_sub(depth + 1);
                if let Some(block) = target.and_then(|at| blocks.get_mut(at)) {
                    block.catches = true;
                }
            }
            blocks.push(Block { catches: false });
            false
        }
        Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
            blocks.push(Block { catches: false });
            false
        }
        Operator::Try { .. } => {
            blocks.push(Block { catches: false });
            false
        }
        Operator::End | Operator::Delegate { .. } => {
            blocks.pop().is_some_and(|block| block.catches)
        }
        _ => false,
    }
}

/// How many operands an instruction leaves that it has made, when it is not one of control.
fn results_of<R: WasmModuleResources>(
    validator: &FuncValidator<R>,
    operator: &Operator<'_>,
) -> usize {
    match operator {
        Operator::Block { .. }
        | Operator::Loop { .. }
        | Operator::If { .. }
        | Operator::Else
        | Operator::End
        | Operator::Try { .. }
        | Operator::TryTable { .. }
        | Operator::Catch { .. }
        | Operator::CatchAll
        | Operator::Delegate { .. } => 0,
        _ => operator
            .operator_arity(validator)
            .map_or(0, |(_, results)| results as usize),
    }
}

/// Whether memories, tables or globals can be others after an instruction with so many results.
/// What is said of too many costs time only.
fn has_effect(operator: &Operator<'_>, results: usize) -> bool {
    match operator {
        Operator::LocalSet { .. }
        | Operator::Drop
        | Operator::Nop
        | Operator::Block { .. }
        | Operator::Loop { .. }
        | Operator::If { .. }
        | Operator::Else
        | Operator::End
        | Operator::Br { .. }
        | Operator::BrIf { .. }
        | Operator::BrTable { .. } => false,
        Operator::MemoryGrow { .. }
        | Operator::TableGrow { .. }
        | Operator::Call { .. }
        | Operator::CallIndirect { .. }
        | Operator::CallRef { .. } => true,
        _ if results == 0 => true,
        // The atomic operators that change what they give.
        operator => format!("{operator:?}").contains("Rmw"),
    }
}

const fn at(memory: u32, offset: u32) -> MemArg {
    MemArg {
        offset: offset as u64,
        align: 0,
        target: MemArgTarget::Memory(memory),
        ordering: None,
    }
}

/// The type of a local that can hold values of a type before it is set.
fn nullable(ty: ValType) -> ValType {
    match ty {
        ValType::Ref(ty) => ValType::Ref(ty.nullable()),
        other => other,
    }
}

/// Stores a local's value at the address on the stack, and says how many bytes that takes.
///
/// Of a reference it is whether there is one, and of an `i31ref` its value.
fn store(sink: &mut InstructionSink<'_>, local: u32, ty: ValType, at: MemArg) -> u32 {
    sink.local_get(local);
    match ty {
        ValType::I32 => {
            sink.i32_store(at);
            4
        }
        ValType::F32 => {
            sink.f32_store(at);
            4
        }
        ValType::I64 => {
            sink.i64_store(at);
            8
        }
        ValType::F64 => {
            sink.f64_store(at);
            8
        }
        ValType::V128 => {
            sink.v128_store(at);
            16
        }
        ValType::Ref(ty) => {
            let word = wasm_encoder::BlockType::Result(wasm_encoder::ValType::I64);
            sink.ref_is_null().if_(word).i64_const(NULL).else_();
            if can_be_i31(ty) {
                let i31 = wasm_encoder::HeapType::Abstract {
                    shared: false,
                    ty: wasm_encoder::AbstractHeapType::I31,
                };
                sink.local_get(local)
                    .ref_test_non_null(i31)
                    .if_(word)
                    .local_get(local)
                    .ref_cast_non_null(i31)
                    .i31_get_u()
                    .i64_extend_i32_u()
                    .i64_const(I31)
                    .i64_or()
                    .else_()
                    .i64_const(OBJECT)
                    .end();
            } else {
                sink.i64_const(OBJECT);
            }
            sink.end().i64_store(at);
            8
        }
    }
}

fn can_be_i31(ty: RefType) -> bool {
    matches!(
        ty.heap_type(),
        HeapType::Abstract {
            shared: false,
            ty: AbstractHeapType::Any | AbstractHeapType::Eq | AbstractHeapType::I31,
        }
    )
}
