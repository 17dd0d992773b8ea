//! Chooses superinstructions: in rounds, those that would save most with what is chosen already.

use super::counts::{Names, Op, Program};
use super::tree::{Node, Tree};
use std::collections::HashMap;

/// How many are chosen in a round: with fewer the choice is hardly better, and takes longer.
const ROUND: usize = 10;

/// What saves less than this part of one file's operations is not worth a handler.
const LEAST_GAIN: f64 = 1e-9;

/// Not chosen, since the handlers have too few registers for their values: they would save one,
/// which `interp/check-dispatch.sh` refuses.
const LEFT_OUT: [&[&str]; 2] = [
    &["F32Mul_SS_A", "F32Add_AS_A", "Store32_SF"],
    &["I32ShrU_SI_A", "I32Xor_AS_A", "I32Add_AS_A", "Store32_SA"],
];

/// How many superinstructions there are to be, and of how many operations each at most.
pub(crate) struct Limits {
    pub(crate) count: usize,
    pub(crate) longest: usize,
}

/// What an operation is to the one behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It goes on there, unless it is a branch that is taken.
    Plain,
    /// It never does.
    Jump,
    /// Nor does this, and there is one operation before it at most: recursion is slower with more.
    Call,
    /// It is in no superinstruction: it leaves, or it is for vectors, which are not counted.
    Alone,
}

impl Kind {
    fn of(name: &str) -> Self {
        const ALONE: [&str; 10] = [
            "Stub",
            "Throw",
            "Unreachable",
            "V128",
            "I8x16",
            "I16x8",
            "I32x4",
            "I64x2",
            "F32x4",
            "F64x2",
        ];
        let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
        if begins(&ALONE) {
            Self::Alone
        } else if begins(&["Call", "TailCall", "Ret"]) {
            Self::Call
        } else if name == "Br" || begins(&["BrTable"]) {
            Self::Jump
        } else {
            Self::Plain
        }
    }
}

/// The superinstructions that these programs have most use for, each behind its beginnings.
pub(crate) fn choose(programs: &[Program], names: &Names, limits: &Limits) -> Tree {
    let kinds: Vec<Kind> = names.iter().map(Kind::of).collect();
    let mut tree = Tree::new(names.len());
    loop {
        let wanted = limits.count - tree.superinstructions().len();
        let mut best: Vec<_> = gains(programs, &tree, &kinds, limits.longest)
            .into_iter()
            .filter(|&(_, gain)| gain >= LEAST_GAIN)
            .map(|((node, op), gain)| (gain, spelled(&tree, names, node, op), node, op))
            .filter(|(_, spelled, ..)| !LEFT_OUT.contains(&&spelled[..]))
            .collect();
        best.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        best.truncate(wanted.min(ROUND));
        if best.is_empty() {
            return tree;
        }
        for (_, _, node, op) in best {
            tree.add(node, op);
        }
    }
}

/// How many dispatches each superinstruction would save that makes one more of a node and the
/// operation that follows, in parts of what a file executes, as files weigh.
fn gains(
    programs: &[Program],
    tree: &Tree,
    kinds: &[Kind],
    longest: usize,
) -> HashMap<(Node, Op), f64> {
    let can_be = |sequence: &[Op], following: Op| {
        let kind = |op: Op| kinds[op.index()];
        let goes_on = sequence.iter().all(|&op| kind(op) == Kind::Plain);
        let most = match kind(following) {
            Kind::Plain | Kind::Jump => longest,
            Kind::Call => longest.min(2),
            Kind::Alone => 0,
        };
        goes_on && sequence.len() < most
    };
    let mut gains = HashMap::new();
    for program in programs {
        let weight = program.weight / program.operations as f64;
        for (run, count) in &program.runs {
            let mut groups = tree.groups(run);
            let mut before = groups.next();
            for group in groups {
                let sequence = tree.sequence(group);
                if let Some(node) = before
                    && can_be(tree.sequence(node), sequence[0])
                {
                    // Of a group of several a dispatch is left.
                    let gain = weight * *count as f64 / sequence.len() as f64;
                    *gains.entry((node, sequence[0])).or_insert(0.0) += gain;
                }
                before = Some(group);
            }
        }
    }
    gains
}

/// The names of a node's operations and of the one that follows.
fn spelled<'a>(tree: &Tree, names: &'a Names, node: Node, following: Op) -> Vec<&'a str> {
    let operations = tree.sequence(node).iter().chain([&following]);
    operations.map(|&op| names.name(op)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is chosen for a program with these runs, sorted.
    fn chosen(runs: &[(&str, u64)], count: usize) -> Vec<String> {
        let mut names = Names::default();
        let runs = runs.iter().map(|(run, count)| {
            let run = run.split(' ').map(|name| names.op(name)).collect();
            (run, *count)
        });
        let program = Program::new("a".to_owned(), 1.0, runs.collect());
        let tree = choose(&[program], &names, &Limits { count, longest: 4 });
        let spelled = |sequence: &Vec<Op>| {
            let names: Vec<_> = sequence.iter().map(|&op| names.name(op)).collect();
            names.join(" ")
        };
        let mut all: Vec<_> = tree.superinstructions().iter().map(spelled).collect();
        all.sort();
        all
    }

    #[test]
    fn what_is_executed_most_is_chosen() {
        let runs = [("A B", 3), ("B A", 5), ("A C", 4)];
        assert_eq!(chosen(&runs, 2), ["A C", "B A"]);
    }

    #[test]
    fn names_decide_between_equals() {
        let runs = [("C A", 3), ("A C", 3), ("A B", 3)];
        assert_eq!(chosen(&runs, 2), ["A B", "A C"]);
    }

    #[test]
    fn beginnings_are_there_and_none_is_too_long() {
        let all = chosen(&[("A B C D E", 1)], 100);
        for sequence in ["A B", "A B C", "A B C D"] {
            assert!(all.iter().any(|it| it == sequence), "{all:?}");
        }
        assert!(all.iter().all(|it| it.split(' ').count() <= 4), "{all:?}");
    }

    #[test]
    fn nothing_is_behind_what_never_goes_on() {
        for jump in ["Br", "BrTableS", "CallDirect", "TailCallRef", "RetS"] {
            let run = format!("A {jump} A");
            assert_eq!(chosen(&[(&run, 1)], 9), [format!("A {jump}")]);
        }
        assert_eq!(chosen(&[("BrI32Eq_SS A", 1)], 9), ["BrI32Eq_SS A"]);
        assert_eq!(chosen(&[("StubHostReturn A V128Not", 1)], 9), [""; 0]);
    }

    #[test]
    fn before_calls_there_is_one_operation() {
        let all = chosen(&[("A B Ret", 1), ("C D Br", 1)], 99);
        assert_eq!(all, ["A B", "B Ret", "C D", "C D Br", "D Br"]);
    }

    #[test]
    fn what_would_save_a_register_is_left_out() {
        for sequence in LEFT_OUT {
            let all = chosen(&[(&sequence.join(" "), 1)], 99);
            assert!(!all.contains(&sequence.join(" ")), "{all:?}");
            assert!(all.contains(&sequence[..2].join(" ")), "{all:?}");
        }
    }
}
