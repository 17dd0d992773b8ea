//! A stack machine that runs programs by the letter of the specification.

use crate::program::{Access, Function, Instr, Kind, Program, STEPS, Signature};
use crate::support::reference::{Expect, Op};
use crate::support::{Trap, Ty};

pub(crate) struct StackMachine<'a> {
    program: &'a Program,
    ops: &'a [Op],
    pub(crate) globals: Vec<u64>,
    pub(crate) memory: Vec<u8>,
    steps: u32,
    stack: Vec<u64>,
}

/// How a sequence ended.
enum Flow {
    Next,
    Branch(usize),
    Return,
    TailCall(usize),
}

impl<'a> StackMachine<'a> {
    pub(crate) fn new(program: &'a Program, ops: &'a [Op]) -> Self {
        Self {
            program,
            ops,
            globals: vec![0; program.globals.len()],
            memory: vec![0; 0x1_0000],
            steps: 0,
            stack: Vec::new(),
        }
    }

    /// Calls the first function.
    pub(crate) fn run(&mut self, args: &[u64]) -> Result<Vec<u64>, Trap> {
        self.steps = STEPS;
        self.stack = args.to_vec();
        self.call(0)?;
        Ok(core::mem::take(&mut self.stack))
    }

    /// Calls a function with the arguments on the stack, and those that it ends in.
    fn call(&mut self, mut func: usize) -> Result<(), Trap> {
        let program = self.program;
        loop {
            let Function {
                signature,
                locals,
                body,
            } = &program.funcs[func];
            let base = self.stack.len() - signature.params.len();
            let mut frame = self.stack.split_off(base);
            frame.resize(locals.len(), 0);
            let flow = self.sequence(body, &mut frame)?;
            let kept = match flow {
                Flow::TailCall(callee) => {
                    func = callee;
                    program.funcs[callee].signature.params.len()
                }
                _ => signature.results.len(),
            };
            self.unwind(base, kept);
            if !matches!(flow, Flow::TailCall(_)) {
                return Ok(());
            }
        }
    }

    fn sequence(&mut self, instrs: &'a [Instr], locals: &mut [u64]) -> Result<Flow, Trap> {
        for instr in instrs {
            match self.step(instr, locals)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    fn step(&mut self, instr: &'a Instr, locals: &mut [u64]) -> Result<Flow, Trap> {
        match instr {
            Instr::Step => {
                self.steps -= 1;
                if self.steps == 0 {
                    return Err(Trap::Unreachable);
                }
            }
            Instr::Const(_, bits) => self.stack.push(*bits),
            Instr::LocalGet(i) => self.stack.push(locals[*i]),
            Instr::LocalSet(i) => locals[*i] = self.pop(),
            Instr::LocalTee(i) => locals[*i] = self.top(),
            Instr::GlobalGet(i) => self.stack.push(self.globals[*i]),
            Instr::GlobalSet(i) => self.globals[*i] = self.pop(),
            Instr::Op(i) => self.operator(&self.ops[*i])?,
            Instr::Load(access, offset) => self.load(access, *offset)?,
            Instr::Store(access, offset) => self.store(access, *offset)?,
            Instr::Drop => {
                self.pop();
            }
            Instr::Select => {
                let condition = self.pop();
                let second = self.pop();
                if condition == 0 {
                    self.pop();
                    self.stack.push(second);
                }
            }
            Instr::Block(kind, signature, body) => {
                return self.block(*kind, signature, body, locals);
            }
            Instr::If(signature, then, otherwise) => {
                let body = if self.pop() == 0 { otherwise } else { then };
                return self.block(Kind::Block, signature, body, locals);
            }
            Instr::Br(label) => return Ok(Flow::Branch(*label)),
            Instr::BrIf(label) => {
                if self.pop() != 0 {
                    return Ok(Flow::Branch(*label));
                }
            }
            Instr::BrTable(labels) => {
                let index = self.pop() as usize;
                return Ok(Flow::Branch(labels[index.min(labels.len() - 1)]));
            }
            Instr::Return => return Ok(Flow::Return),
            Instr::Unreachable => return Err(Trap::Unreachable),
            Instr::Call(func) => self.call(*func)?,
            Instr::CallIndirect(signature) => {
                let func = self.element(signature)?;
                self.call(func)?;
            }
            Instr::ReturnCall(func) => return Ok(Flow::TailCall(*func)),
            Instr::ReturnCallIndirect(signature) => {
                return Ok(Flow::TailCall(self.element(signature)?));
            }
        }
        Ok(Flow::Next)
    }

    fn block(
        &mut self,
        kind: Kind,
        signature: &Signature,
        body: &'a [Instr],
        locals: &mut [u64],
    ) -> Result<Flow, Trap> {
        let base = self.stack.len() - signature.params.len();
        loop {
            match self.sequence(body, locals)? {
                Flow::Branch(0) if kind == Kind::Loop => {
                    self.unwind(base, signature.params.len());
                }
                Flow::Branch(0) => {
                    self.unwind(base, signature.results.len());
                    return Ok(Flow::Next);
                }
                Flow::Branch(label) => return Ok(Flow::Branch(label - 1)),
                flow => return Ok(flow),
            }
        }
    }

    /// Drops what is between `base` and the `kept` topmost values.
    fn unwind(&mut self, base: usize, kept: usize) {
        let top = self.stack.len() - kept;
        self.stack.drain(base..top);
    }

    fn operator(&mut self, op: &Op) -> Result<(), Trap> {
        let args = self.stack.split_off(self.stack.len() - op.params.len());
        self.stack.push(match op.eval(&args)? {
            Expect::Bits(bits) => bits,
            Expect::Nan { .. } if op.result == Ty::F32 => u64::from(f32::NAN.to_bits()),
            Expect::Nan { .. } => f64::NAN.to_bits(),
        });
        Ok(())
    }

    fn load(&mut self, access: &Access, offset: u32) -> Result<(), Trap> {
        let mut bytes = [0; 8];
        let source = self.bytes(access, offset)?;
        bytes[..access.width].copy_from_slice(source);
        let shift = 64 - 8 * access.width as u32;
        let value = u64::from_le_bytes(bytes);
        let signed = ((value << shift) as i64 >> shift) as u64;
        self.stack.push(
            access
                .ty
                .truncate(if access.signed { signed } else { value }),
        );
        Ok(())
    }

    fn store(&mut self, access: &Access, offset: u32) -> Result<(), Trap> {
        let value = self.pop().to_le_bytes();
        self.bytes(access, offset)?
            .copy_from_slice(&value[..access.width]);
        Ok(())
    }

    fn bytes(&mut self, access: &Access, offset: u32) -> Result<&mut [u8], Trap> {
        // In 64 bits: a sum that does not fit in 32 is no address.
        let start = self.pop() + u64::from(offset);
        usize::try_from(start)
            .ok()
            .and_then(|start| self.memory.get_mut(start..start.checked_add(access.width)?))
            .ok_or(Trap::MemoryOutOfBounds)
    }

    /// The function that an indirect call of this type finds.
    fn element(&mut self, signature: &Signature) -> Result<usize, Trap> {
        let index = self.pop() as usize;
        let element = self
            .program
            .table
            .get(index)
            .ok_or(Trap::UndefinedElement)?;
        let func = element.ok_or(Trap::UninitializedElement)?;
        if self.program.funcs[func].signature != *signature {
            return Err(Trap::IndirectCallTypeMismatch);
        }
        Ok(func)
    }

    fn pop(&mut self) -> u64 {
        self.stack.pop().expect("programs are valid")
    }

    fn top(&self) -> u64 {
        *self.stack.last().expect("programs are valid")
    }
}
