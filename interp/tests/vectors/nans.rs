//! Canonical NaNs, when they are asked for.

use crate::operators::{bits, val};
use crate::reference::operators;
use crate::support::Guest;
use crate::support::machine::canonical_modes;
use crate::values::Random;

/// How many values an operator is tried on.
const ROUNDS: usize = 300;

#[test]
fn vectors_have_canonical_nans() {
    let modes = canonical_modes();
    for (number, op) in operators().iter().enumerate() {
        if !op.name.starts_with('f') {
            continue;
        }
        let params: String = op.params.iter().map(|ty| format!("{ty} ")).collect();
        let operands: String = (0..op.params.len())
            .map(|i| format!("local.get {i} "))
            .collect();
        let wat = format!(
            "(module (func (export \"f\") (param {params}) (result {}) {operands} {}))",
            op.result, op.name
        );
        let wasm = wat::parse_str(&wat).unwrap_or_else(|e| panic!("{e}:\n{wat}"));
        for mode in &modes {
            let mut random = Random::new(number as u64);
            let mut guest = Guest::new(mode, &wasm);
            let func = guest.func("f");
            for _ in 0..ROUNDS {
                let args: Vec<u128> = op
                    .params
                    .iter()
                    .map(|&ty| random.value(ty, &op.name))
                    .collect();
                let typed: Vec<_> = op
                    .params
                    .iter()
                    .zip(&args)
                    .map(|(&ty, &a)| val(ty, a))
                    .collect();
                let mut out = [val(op.result, 0)];
                guest.call_values(func, &typed, &mut out).expect("no trap");
                let want = op.eval(&args).canonical();
                assert_eq!(
                    bits(&out[0]),
                    want,
                    "mode {}: {} of {args:x?}",
                    mode.name,
                    op.name
                );
            }
        }
    }
}
