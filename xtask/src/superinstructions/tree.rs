//! Sets of superinstructions, and how dispatch goes through a run of operations with one.

use super::counts::Op;
use std::collections::HashMap;

/// A set of superinstructions. It has the beginnings of each too, since dispatch finds the longest
/// operation by operation.
pub(crate) struct Tree {
    /// The operations of each node; those of one operation come first.
    sequences: Vec<Vec<Op>>,
    /// What a node becomes when an operation follows.
    longer: HashMap<(Node, Op), Node>,
    operations: usize,
}

/// An operation or a superinstruction: what one dispatch executes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Node(u32);

impl Tree {
    /// No superinstructions, of so many operations.
    pub(crate) fn new(operations: usize) -> Self {
        Self {
            sequences: (0..operations as u32).map(|op| vec![Op(op)]).collect(),
            longer: HashMap::new(),
            operations,
        }
    }

    /// These superinstructions, of so many operations.
    pub(crate) fn of(operations: usize, superinstructions: &[Vec<Op>]) -> Self {
        let mut tree = Self::new(operations);
        for sequence in superinstructions {
            let mut node = Node(sequence[0].0);
            for &op in &sequence[1..] {
                node = tree.add(node, op);
            }
        }
        tree
    }

    /// The superinstruction that `node` becomes when `op` follows, which may be new.
    pub(crate) fn add(&mut self, node: Node, op: Op) -> Node {
        let next = Node(self.sequences.len() as u32);
        let added = *self.longer.entry((node, op)).or_insert(next);
        if added == next {
            let mut sequence = self.sequence(node).to_vec();
            sequence.push(op);
            self.sequences.push(sequence);
        }
        added
    }

    /// The operations of a node.
    pub(crate) fn sequence(&self, node: Node) -> &[Op] {
        &self.sequences[node.0 as usize]
    }

    /// All superinstructions, each behind its beginnings.
    pub(crate) fn superinstructions(&self) -> &[Vec<Op>] {
        &self.sequences[self.operations..]
    }

    /// What one dispatch after another executes of `run`.
    pub(crate) fn groups<'a>(&'a self, run: &'a [Op]) -> impl Iterator<Item = Node> + 'a {
        let mut rest = run.iter().peekable();
        std::iter::from_fn(move || {
            let mut node = Node(rest.next()?.0);
            while let Some(&longer) = rest.peek().and_then(|&&op| self.longer.get(&(node, op))) {
                node = longer;
                rest.next();
            }
            Some(node)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispatch_takes_the_longest() {
        let [a, b, c] = [Op(0), Op(1), Op(2)];
        let tree = Tree::of(3, &[vec![a, b, c], vec![a, b], vec![c, a]]);
        assert_eq!(tree.superinstructions().len(), 3);
        let run = [a, b, c, a, b, a, c, a];
        let groups: Vec<_> = tree.groups(&run).map(|it| tree.sequence(it)).collect();
        assert_eq!(groups, [&[a, b, c][..], &[a, b], &[a], &[c, a]]);
    }
}
