//! Tail dispatch takes no native stack for operators on vectors either: each is executed again and
//! again on a small native stack. If its handler called the next one instead of jumping to it,
//! every round would take at least a return address.

use crate::operators::val;
use crate::reference::{Ty, operators};
use crate::shapes::constant;
use crate::support::{Guest, modes};

/// The native stack that a guest gets, in bytes.
const STACK: usize = 128 << 10;
/// More than there are return addresses in it.
const ROUNDS: u128 = 20_000;

#[test]
fn operators_take_no_native_stack() {
    let modes = modes();
    let ops = operators();
    let count = ops.len();
    let functions: String = ops
        .iter()
        .enumerate()
        .map(|(i, op)| {
            let operands: String = op.params.iter().map(|&ty| constant(ty, 64) + " ").collect();
            format!(
                "(func (export \"{i}\") (param i32) (loop {operands} {} drop \
                 (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))\n",
                op.name
            )
        })
        .collect();
    let wasm = wat::parse_str(format!("(module {functions})")).expect("valid text");
    for mode in modes.iter().filter(|mode| mode.name == "tail") {
        let mut guest = Guest::new(mode, &wasm);
        std::thread::scope(|scope| {
            std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, || {
                    for i in 0..count {
                        let func = guest.func(&i.to_string());
                        let rounds = [val(Ty::I32, ROUNDS)];
                        guest.call_values(func, &rounds, &mut []).expect("no trap");
                    }
                })
                .expect("a thread");
        });
    }
}
