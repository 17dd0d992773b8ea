//! What wasm-smith makes of bytes, in two of Diptych's configurations beside the reference: all
//! that can be seen has to be the same.

#![no_main]

use diptych_fuzz::configurations::configurations;
use diptych_fuzz::generate::case_of;
use diptych_fuzz::oracle::{Oracle, Verdict};
use diptych_fuzz::random::Random;
use libfuzzer_sys::{Corpus, fuzz_target};
use std::cell::RefCell;

/// What libFuzzer's thread has to spare.
const STACK: usize = 1 << 20;
/// How many configurations a case is compared in, beside the reference.
const OTHERS: usize = 2;

thread_local! {
    static ORACLE: RefCell<Oracle> = RefCell::new(Oracle::new(configurations()));
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(mut case) = case_of(bytes) else {
        return Corpus::Reject;
    };
    case.settings.stack = STACK;
    let verdict = ORACLE.with_borrow_mut(|oracle| {
        let count = oracle.configurations().len();
        // The same bytes are always in the same ones.
        let sum = bytes.iter().fold(0_u64, |all, byte| {
            all.wrapping_mul(31).wrapping_add((*byte).into())
        });
        let mut random = Random::new(sum);
        let others: Vec<_> = (0..OTHERS).map(|_| random.between(1, count - 1)).collect();
        oracle.judge_with(&case, &others)
    });
    if let Verdict::Differs(difference) = verdict {
        let text = case.to_text().unwrap_or_else(|error| error);
        panic!("{}\n{text}", difference.describe());
    }
    Corpus::Keep
});
