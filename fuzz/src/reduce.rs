//! Makes a case smaller as long as it stays interesting.

use crate::case::Case;
use crate::configurations::{REFERENCE, configuration};
use crate::module::{Code, Point, is_usable, is_valid, items, remove, replacements};
use crate::oracle::Oracle;
use core::time::Duration;
use std::time::Instant;

/// How long a case is made smaller.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How many smaller cases are tried.
    pub attempts: usize,
    /// For how long.
    pub time: Duration,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            attempts: 20_000,
            time: Duration::from_secs(60),
        }
    }
}

/// The smallest case that is found for which `is_interesting` still says so.
pub fn reduce(case: &Case, effort: Effort, is_interesting: &mut dyn FnMut(&Case) -> bool) -> Case {
    let mut reducer = Reducer {
        case: case.clone(),
        attempts: effort.attempts,
        deadline: Instant::now() + effort.time,
        is_interesting,
    };
    loop {
        let before = reducer.case.clone();
        reducer.calls();
        for module in 0..reducer.case.modules.len() {
            reducer.bodies(module);
            reducer.items(module);
        }
        reducer.arguments();
        if reducer.case == before || reducer.is_spent() {
            return reducer.case;
        }
    }
}

struct Reducer<'a> {
    case: Case,
    attempts: usize,
    deadline: Instant,
    is_interesting: &'a mut dyn FnMut(&Case) -> bool,
}

impl Reducer<'_> {
    fn is_spent(&self) -> bool {
        self.attempts == 0 || Instant::now() >= self.deadline
    }

    /// Takes the case that `change` makes if it is interesting.
    fn attempt(&mut self, change: impl FnOnce(&mut Case)) -> bool {
        if self.is_spent() {
            return false;
        }
        let mut smaller = self.case.clone();
        change(&mut smaller);
        if smaller == self.case {
            return false;
        }
        // What counted the steps may be gone.
        if !smaller.settings.metered && !is_finite(&smaller) {
            return false;
        }
        self.attempts -= 1;
        let is_better = (self.is_interesting)(&smaller);
        if is_better {
            self.case = smaller;
        }
        is_better
    }

    /// Leaves out calls, many at once at first.
    fn calls(&mut self) {
        let mut size = self.case.calls.len();
        while size > 0 {
            let mut at = 0;
            while at < self.case.calls.len() {
                let end = (at + size).min(self.case.calls.len());
                if !self.attempt(|case| drop(case.calls.drain(at..end))) {
                    at = end;
                }
            }
            size /= 2;
        }
        // The last module has to go first.
        while let Some(last) = self.case.modules.len().checked_sub(1) {
            let is_gone = last > 0
                && self.attempt(|case| {
                    case.modules.pop();
                    case.calls.retain(|call| call.module < last);
                });
            if !is_gone {
                break;
            }
        }
    }

    fn arguments(&mut self) {
        for call in 0..self.case.calls.len() {
            while let Some(last) = self.case.calls[call].args.len().checked_sub(1) {
                if !self.attempt(|case| case.calls[call].args.truncate(last)) {
                    break;
                }
            }
            for arg in 0..self.case.calls[call].args.len() {
                for simple in [0, 1] {
                    if self.case.calls[call].args[arg] <= simple
                        || self.attempt(|case| case.calls[call].args[arg] = simple)
                    {
                        break;
                    }
                }
            }
            while self.case.settings.metered
                && self.case.calls[call].fuel > 0
                && (self.attempt(|case| case.calls[call].fuel /= 2)
                    || self.attempt(|case| case.calls[call].fuel -= 1))
            {}
        }
        if is_finite(&self.case) {
            self.attempt(|case| case.settings.metered = false);
        }
    }

    fn items(&mut self, module: usize) {
        let mut at = 0;
        loop {
            let items = items(&self.case.modules[module]);
            let Some(&item) = items.get(at) else {
                return;
            };
            let smaller = remove(&self.case.modules[module], item);
            let is_gone = smaller
                .filter(|wasm| is_valid(wasm))
                .is_some_and(|wasm| self.attempt(|case| case.modules[module] = wasm));
            if !is_gone {
                at += 1;
            }
            if self.is_spent() {
                return;
            }
        }
    }

    fn bodies(&mut self, module: usize) {
        let count = match Code::new(&self.case.modules[module]) {
            Some(code) => code.bodies.len(),
            None => return,
        };
        for func in 0..count {
            self.body(module, func);
        }
    }

    /// Replaces sequences of instructions, long ones at first, by shorter ones of the same type.
    fn body(&mut self, module: usize, func: usize) {
        let len = |wasm: &[u8]| Code::new(wasm).map_or(0, |code| code.bodies[func].ops.len());
        let mut size = len(&self.case.modules[module]);
        while size > 0 && !self.is_spent() {
            let mut at = 0;
            loop {
                let wasm = self.case.modules[module].clone();
                let Some(code) = Code::new(&wasm) else {
                    return;
                };
                let Some(points) = code.points() else {
                    return;
                };
                // The `end` of the function stays.
                let last = code.bodies[func].ops.len().saturating_sub(1);
                if at >= last || self.is_spent() {
                    break;
                }
                let mut candidates = Vec::new();
                let end = (at + size).min(last);
                candidates.extend(replacements(&points[func], at..end));
                let mut smaller: Vec<Vec<u8>> = candidates
                    .into_iter()
                    .map(|new| code.with(func, at..end, &new))
                    .collect();
                if size == 1 {
                    smaller.extend(unwrapped(&code, &points[func], func, at));
                }
                let is_smaller = smaller
                    .into_iter()
                    .filter(|new| *new != wasm && is_valid(new) && is_usable(new))
                    .any(|new| self.attempt(|case| case.modules[module] = new));
                if !is_smaller {
                    at += (size / 2).max(1);
                }
            }
            size = if size > 8 { size / 2 } else { size - 1 };
        }
    }
}

/// Whether all calls end before much fuel is used up.
fn is_finite(case: &Case) -> bool {
    const FUEL: u64 = 3_000_000;
    let mut metered = case.clone();
    metered.settings.metered = true;
    for call in &mut metered.calls {
        call.fuel = FUEL;
    }
    let mut is_finite = true;
    let mut oracle = Oracle::new(configuration(REFERENCE).into_iter().collect());
    let observed = oracle.observe(&metered, 0, &mut |seen| {
        is_finite &= !seen.is_out_of_fuel();
        is_finite
    });
    is_finite && observed.is_ok()
}

/// The module without a block around instructions that stay.
fn unwrapped(code: &Code<'_>, points: &[Point], func: usize, at: usize) -> Option<Vec<u8>> {
    use wasmparser::Operator;
    let body = &code.bodies[func];
    if !matches!(
        body.operators[at],
        Operator::Block { .. } | Operator::Loop { .. } | Operator::TryTable { .. }
    ) {
        return None;
    }
    let end = body.matching_end(points, at)?;
    Some(code.with(func, at..end + 1, body.bytes(at + 1..end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{AMPLE_FUEL, Call, Settings};

    #[test]
    fn what_matters_stays() {
        let wasm = wat::parse_str(
            r#"(module
                (memory (export "m") 1) (global $g (mut i32) (i32.const 0))
                (func $other (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
                (func (export "f") (param i32 i64) (result i32)
                    (global.set $g (call $other (i32.const 5)))
                    (block (loop (br_if 0 (i32.eqz (local.get 0)))))
                    (i32.add
                        (i32.clz (i32.rotl (local.get 0) (global.get $g)))
                        (call $other (i32.wrap_i64 (local.get 1))))))"#,
        )
        .expect("it is text");
        let call = Call {
            module: 0,
            export: "f".to_owned(),
            args: vec![7, 8, 9],
            fuel: AMPLE_FUEL,
        };
        let case = Case {
            origin: String::new(),
            settings: Settings::default(),
            modules: vec![wasm],
            calls: vec![call; 3],
        };
        // The name of an operator is all that this is after.
        let mut has_rotl = |case: &Case| {
            wasmprinter::print_bytes(&case.modules[0]).is_ok_and(|text| text.contains("rotl"))
        };
        let small = reduce(&case, Effort::default(), &mut has_rotl);
        let text = small.to_text().expect("it is well-formed");
        assert!(small.calls.is_empty(), "{text}");
        assert!(small.modules[0].len() < 45, "{text}");
        assert!(has_rotl(&small));
    }
}
