//! Accesses to memories, most of them where memories end.

use super::body::{Body, emit};
use super::operators::{OPERATORS, Operator};
use super::types::Ty;

impl Body<'_, '_> {
    /// An index of memory 0: mostly inside, often where it ends.
    fn index(&mut self, depth: u32) {
        let page = self.shape.page.max(300);
        match self.random.below(10) {
            0..=3 => {
                self.value(Ty::I32, depth.min(2));
                emit!(
                    self,
                    "i32.const {} i32.and",
                    page.next_power_of_two() / 4 - 1
                );
            }
            4..=5 => emit!(self, "i32.const {}", self.random.below(page as usize)),
            6 | 7 => {
                // Where the memory ends now, give or take a vector.
                self.line("memory.size");
                let log = self.shape.page.trailing_zeros();
                emit!(
                    self,
                    "i32.const {log} i32.shl i32.const {} i32.sub",
                    self.random.below(18)
                );
            }
            8 => {
                self.value(Ty::I32, depth.min(1));
                self.line("i32.const 15 i32.and");
            }
            _ => self.value(Ty::I32, depth.min(1)),
        }
    }

    /// An index for an access, and the access with an offset: where they have to be aligned, they
    /// mostly are. What it is told comes between them.
    pub(super) fn access(&mut self, op: &Operator, depth: u32, operands: impl FnOnce(&mut Self)) {
        self.index(depth);
        let alignment = op.alignment();
        let is_aligned = alignment > 1 && !self.random.once_in(6);
        if is_aligned {
            emit!(self, "i32.const -{alignment} i32.and");
        }
        operands(self);
        let alignment = if is_aligned { alignment } else { 1 };
        let text = self.with_offset(&op.text, alignment);
        self.line(&text);
    }

    /// An atomic instruction that leaves nothing.
    pub(super) fn atomic(&mut self, depth: u32) {
        let all: Vec<&Operator> = OPERATORS
            .iter()
            .filter(|op| op.is_atomic && op.results.is_empty())
            .collect();
        let op = *self.random.pick(&all);
        match op.params.as_slice() {
            [] => self.line(&op.text),
            [_, ty] => self.access(op, depth, |body| body.value(*ty, depth)),
            _ => {}
        }
    }

    /// An access with an offset that is aligned.
    fn with_offset(&mut self, access: &str, alignment: u64) -> String {
        let offset = match self.random.below(12) {
            0..=5 => 0,
            6 | 7 => self.random.below(20) as u64,
            8 => self.shape.page - self.random.below(9).min(self.shape.page as usize) as u64,
            9 => 4 * self.shape.page,
            10 => self.random.below(1 << 20) as u64,
            _ => 0xffff_ffff - self.random.below(10) as u64,
        };
        let offset = offset - offset % alignment;
        // Lanes come behind the offset.
        match access.split_once(' ') {
            Some((access, lane)) => format!("{access} offset={offset} {lane}"),
            None => format!("{access} offset={offset}"),
        }
    }

    pub(super) fn load(&mut self, ty: Ty, depth: u32) {
        let names: &[&str] = match ty {
            Ty::I32 => &[
                "i32.load",
                "i32.load",
                "i32.load8_s",
                "i32.load8_u",
                "i32.load16_s",
                "i32.load16_u",
            ],
            Ty::I64 => &[
                "i64.load",
                "i64.load",
                "i64.load8_s",
                "i64.load8_u",
                "i64.load16_s",
                "i64.load16_u",
                "i64.load32_s",
                "i64.load32_u",
            ],
            Ty::F32 => &["f32.load"],
            _ => &["f64.load"],
        };
        self.index(depth);
        let name = *self.random.pick(names);
        let text = self.with_offset(name, 1);
        self.line(&text);
    }

    pub(super) fn store(&mut self, depth: u32) {
        let mut names = vec![
            ("i32.store", Ty::I32),
            ("i32.store8", Ty::I32),
            ("i32.store16", Ty::I32),
            ("i64.store", Ty::I64),
            ("i64.store8", Ty::I64),
            ("i64.store16", Ty::I64),
            ("i64.store32", Ty::I64),
        ];
        if self.shape.features.floats {
            names.extend([("f32.store", Ty::F32), ("f64.store", Ty::F64)]);
        }
        if self.shape.features.vectors {
            names.extend([("v128.store", Ty::V128), ("v128.store16_lane 3", Ty::V128)]);
        }
        let (name, ty) = *self.random.pick(&names);
        self.index(depth);
        self.value(ty, depth);
        let text = self.with_offset(name, 1);
        self.line(&text);
    }

    /// Instructions on ranges of memory.
    pub(super) fn bulk(&mut self, depth: u32) {
        self.index(depth.min(1));
        match self.random.below(5) {
            0 => {
                self.value(Ty::I32, depth.min(2));
                self.small(depth);
                self.line("memory.fill");
            }
            1 | 2 => {
                self.index(depth.min(1));
                self.small(depth);
                self.line("memory.copy");
            }
            3 => {
                emit!(self, "i32.const {}", self.random.below(36));
                emit!(self, "i32.const {}", self.random.below(6));
                self.line("memory.init $passive");
            }
            _ => {
                self.line("drop");
                if self.random.once_in(2) {
                    self.line("data.drop $passive");
                }
            }
        }
    }

    /// Accesses to a memory with 64-bit indices.
    pub(super) fn second_memory(&mut self, depth: u32) {
        match self.random.below(4) {
            0 => self.line("(drop (memory.grow 1 (i64.const 1)))"),
            1 => {
                self.index(depth.min(1));
                self.line("i64.extend_i32_u");
                self.value(Ty::I64, depth);
                self.line("i64.store 1");
            }
            2 => {
                self.value(Ty::I64, depth.min(1));
                self.line("i64.const 65535 i64.and i32.load16_s 1");
                self.sink(Ty::I32);
            }
            _ => {
                self.index(0);
                self.line("i64.extend_i32_u");
                self.index(0);
                self.small(1);
                self.line("memory.copy 1 0");
            }
        }
    }
}
