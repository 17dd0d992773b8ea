//! Tail dispatch takes no native stack, however long guests run: operators in many shapes, each
//! executed again and again on a small native stack. If a handler called the next one instead of
//! jumping to it, every round would take at least a return address.

use crate::numeric::{load_ops, module, shapes_of};
use crate::shapes::{SURROUNDING_FUNCS, Shape};
use crate::support::reference::{self, Op};
use crate::support::{Guest, Ty, modes};
use core::fmt::Write as _;

/// The native stack that a guest gets, in bytes.
const STACK: usize = 128 << 10;
/// More than there are return addresses in it.
const ROUNDS: u64 = 20_000;
/// One shape in so many is tried; which, depends on the operator.
const STRIDE: usize = 5;

#[test]
fn operators_take_no_native_stack() {
    let ops: Vec<Op> = [
        reference::i32_ops(),
        reference::i64_ops(),
        reference::f32_ops(),
        reference::f64_ops(),
        reference::conversions(),
        load_ops(),
    ]
    .into_iter()
    .flatten()
    .collect();
    for (number, op) in ops.iter().enumerate() {
        let shapes: Vec<Shape> = shapes_of(op)
            .into_iter()
            .skip(number % STRIDE)
            .step_by(STRIDE)
            .collect();
        let wasm = module(op, &shapes, &repetitions(op, &shapes));
        for mode in modes().iter().filter(|mode| mode.name == "tail") {
            let mut guest = Guest::new(mode, &wasm);
            std::thread::scope(|scope| {
                std::thread::Builder::new()
                    .stack_size(STACK)
                    .spawn_scoped(scope, || {
                        for shape in 0..shapes.len() {
                            // A trap ends the rounds early; then the operator left at once.
                            let _ =
                                guest.invoke(&format!("repeat {shape}"), &[(Ty::I32, ROUNDS)], &[]);
                        }
                    })
                    .expect("a thread");
            });
        }
    }
}

/// For each shape a function that calls it as often as its argument says.
fn repetitions(op: &Op, shapes: &[Shape]) -> String {
    let args: String = op.params.iter().map(|ty| argument(*ty) + " ").collect();
    let mut wat = String::new();
    for (i, shape) in shapes.iter().enumerate() {
        let drops = "drop ".repeat(shape.sink.results(op).len());
        let func = SURROUNDING_FUNCS + i;
        // Writing to a string cannot fail.
        let _ = writeln!(
            wat,
            "(func (export \"repeat {i}\") (param i32) (loop {args} call {func} {drops} \
             (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"
        );
    }
    wat
}

/// A value with which hardly any operator traps.
fn argument(ty: Ty) -> String {
    match ty {
        Ty::I32 | Ty::I64 => ty.constant(64),
        Ty::F32 => ty.constant(u64::from(1.5_f32.to_bits())),
        Ty::F64 => ty.constant(1.5_f64.to_bits()),
    }
}
