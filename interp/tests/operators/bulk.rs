//! Bulk operations, growth and sizes of memories and tables, as random sequences against a model.

use crate::support::{Guest, Trap, Ty, modes};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const PAGE: u64 = 0x1_0000;
const MAX_PAGES: u64 = 4;
const SEGMENT: &[u8] = b"a passive segment of some bytes";
const MAX_ELEMENTS: u64 = 40;
/// The function numbers of the passive element segment; `None` is null.
const ELEMENTS: [Option<u32>; 5] = [Some(0), Some(1), None, Some(2), Some(0)];

#[derive(Clone, Debug)]
enum MemoryOp {
    Size {
        memory: usize,
    },
    Grow {
        memory: usize,
        delta: u32,
    },
    Fill {
        memory: usize,
        at: u32,
        value: u32,
        len: u32,
    },
    Copy {
        to: usize,
        from: usize,
        at: u32,
        source: u32,
        len: u32,
    },
    Init {
        memory: usize,
        at: u32,
        source: u32,
        len: u32,
    },
    Drop,
}

#[test]
fn memories() {
    let ops = prop::collection::vec(memory_op(), 1..40);
    let modes = modes();
    let wasm = wat::parse_str(memory_module()).expect("the text is right");
    run(&ops, |ops| {
        for mode in &modes {
            let mut guest = Guest::new(mode, &wasm);
            let mut model = Memories::default();
            for op in ops {
                let (name, args) = op.call();
                let args: Vec<_> = args.iter().map(|&arg| (Ty::I32, u64::from(arg))).collect();
                let results = if op.has_result() {
                    vec![Ty::I32]
                } else {
                    vec![]
                };
                let got = guest.invoke(&name, &args, &results);
                prop_assert_eq!(got, model.apply(op), "{:?} in mode {}", op, mode.name);
            }
            for (memory, bytes) in model.bytes.iter().enumerate() {
                let same = guest.memory(&format!("memory{memory}")) == bytes;
                prop_assert!(same, "memory {} differs in mode {}", memory, mode.name);
            }
        }
        Ok(())
    });
}

fn memory_op() -> impl Strategy<Value = MemoryOp> {
    use MemoryOp::*;
    let memory = 0..2usize;
    prop_oneof![
        1 => memory.clone().prop_map(|memory| Size { memory }),
        1 => (memory.clone(), prop_oneof![0..3u32, Just(u32::MAX), Just(0x1_0000)])
            .prop_map(|(memory, delta)| Grow { memory, delta }),
        4 => (memory.clone(), place(), any::<u32>(), length())
            .prop_map(|(memory, at, value, len)| Fill { memory, at, value, len }),
        4 => (memory.clone(), memory.clone(), place(), place(), length())
            .prop_map(|(to, from, at, source, len)| Copy { to, from, at, source, len }),
        4 => (memory, place(), 0..40u32, 0..40u32)
            .prop_map(|(memory, at, source, len)| Init { memory, at, source, len }),
        1 => Just(Drop),
    ]
}

/// A place near the start or the end of a memory, or far outside.
fn place() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => 0..64u32,
        4 => PAGE as u32 - 64..=PAGE as u32 + 8,
        1 => 2 * PAGE as u32 - 64..=2 * PAGE as u32 + 8,
        1 => any::<u32>(),
        1 => Just(u32::MAX),
    ]
}

fn length() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0..80u32, 1 => Just(PAGE as u32), 1 => any::<u32>()]
}

impl MemoryOp {
    fn call(&self) -> (String, Vec<u32>) {
        match *self {
            Self::Size { memory } => (format!("size{memory}"), vec![]),
            Self::Grow { memory, delta } => (format!("grow{memory}"), vec![delta]),
            Self::Fill {
                memory,
                at,
                value,
                len,
            } => (format!("fill{memory}"), vec![at, value, len]),
            Self::Copy {
                to,
                from,
                at,
                source,
                len,
            } => (format!("copy{to}{from}"), vec![at, source, len]),
            Self::Init {
                memory,
                at,
                source,
                len,
            } => (format!("init{memory}"), vec![at, source, len]),
            Self::Drop => ("drop".into(), vec![]),
        }
    }

    fn has_result(&self) -> bool {
        matches!(self, Self::Size { .. } | Self::Grow { .. })
    }
}

struct Memories {
    bytes: [Vec<u8>; 2],
    dropped: bool,
}

impl Default for Memories {
    fn default() -> Self {
        Self {
            bytes: [vec![0; PAGE as usize], vec![0; PAGE as usize]],
            dropped: false,
        }
    }
}

impl Memories {
    fn apply(&mut self, op: &MemoryOp) -> Result<Vec<u64>, Trap> {
        let out_of_bounds = Err(Trap::MemoryOutOfBounds);
        match *op {
            MemoryOp::Size { memory } => return Ok(vec![self.bytes[memory].len() as u64 / PAGE]),
            MemoryOp::Grow { memory, delta } => {
                let old = self.bytes[memory].len() as u64 / PAGE;
                let new = old + u64::from(delta);
                if new > MAX_PAGES {
                    return Ok(vec![u64::from(u32::MAX)]);
                }
                self.bytes[memory].resize((new * PAGE) as usize, 0);
                return Ok(vec![old]);
            }
            MemoryOp::Fill {
                memory,
                at,
                value,
                len,
            } => {
                let Some(bytes) = self.bytes[memory].get_mut(range(at, len)) else {
                    return out_of_bounds;
                };
                bytes.fill(value as u8);
            }
            MemoryOp::Copy {
                to,
                from,
                at,
                source,
                len,
            } => {
                let Some(bytes) = self.bytes[from].get(range(source, len)).map(<[u8]>::to_vec)
                else {
                    return out_of_bounds;
                };
                let Some(target) = self.bytes[to].get_mut(range(at, len)) else {
                    return out_of_bounds;
                };
                target.copy_from_slice(&bytes);
            }
            MemoryOp::Init {
                memory,
                at,
                source,
                len,
            } => {
                let segment = if self.dropped { &[] } else { SEGMENT };
                let Some(bytes) = segment.get(range(source, len)) else {
                    return out_of_bounds;
                };
                let Some(target) = self.bytes[memory].get_mut(range(at, len)) else {
                    return out_of_bounds;
                };
                target.copy_from_slice(bytes);
            }
            MemoryOp::Drop => self.dropped = true,
        }
        Ok(vec![])
    }
}

fn range(start: u32, len: u32) -> core::ops::Range<usize> {
    start as usize..start as usize + len as usize
}

fn memory_module() -> String {
    let text = core::str::from_utf8(SEGMENT).expect("it is text");
    let mut wat = format!("(module (data $d \"{text}\")\n(func (export \"drop\") data.drop $d)\n");
    for to in 0..2 {
        wat.push_str(&format!(
            "(memory (export \"memory{to}\") 1 {MAX_PAGES})\n\
             (func (export \"size{to}\") (result i32) (memory.size {to}))\n\
             (func (export \"grow{to}\") (param i32) (result i32) local.get 0 memory.grow {to})\n\
             (func (export \"fill{to}\") (param i32 i32 i32)\n  \
             local.get 0 local.get 1 local.get 2 memory.fill {to})\n\
             (func (export \"init{to}\") (param i32 i32 i32)\n  \
             local.get 0 local.get 1 local.get 2 memory.init {to} $d)\n"
        ));
        for from in 0..2 {
            wat.push_str(&format!(
                "(func (export \"copy{to}{from}\") (param i32 i32 i32)\n  \
                 local.get 0 local.get 1 local.get 2 memory.copy {to} {from})\n"
            ));
        }
    }
    wat + ")"
}

#[derive(Clone, Debug)]
enum TableOp {
    Size {
        table: usize,
    },
    Grow {
        table: usize,
        value: usize,
        delta: u32,
    },
    Get {
        table: usize,
        at: u32,
    },
    Set {
        table: usize,
        at: u32,
        value: usize,
    },
    Call {
        table: usize,
        at: u32,
    },
    Fill {
        table: usize,
        at: u32,
        value: usize,
        len: u32,
    },
    Copy {
        to: usize,
        from: usize,
        at: u32,
        source: u32,
        len: u32,
    },
    Init {
        table: usize,
        at: u32,
        source: u32,
        len: u32,
    },
    Drop,
}

/// What is put into tables: a null and each function.
const VALUES: [Option<u32>; 4] = [None, Some(0), Some(1), Some(2)];

#[test]
fn tables() {
    let ops = prop::collection::vec(table_op(), 1..40);
    let modes = modes();
    let wasm = wat::parse_str(table_module()).expect("the text is right");
    run(&ops, |ops| {
        for mode in &modes {
            let mut guest = Guest::new(mode, &wasm);
            let mut model = Tables::default();
            for op in ops {
                let (name, args) = op.call();
                let args: Vec<_> = args.iter().map(|&arg| (Ty::I32, u64::from(arg))).collect();
                let results = if op.has_result() {
                    vec![Ty::I32]
                } else {
                    vec![]
                };
                let got = guest.invoke(&name, &args, &results);
                prop_assert_eq!(got, model.apply(op), "{:?} in mode {}", op, mode.name);
            }
        }
        Ok(())
    });
}

fn table_op() -> impl Strategy<Value = TableOp> {
    use TableOp::*;
    let table = 0..2usize;
    let value = 0..VALUES.len();
    let place = || prop_oneof![8 => 0..16u32, 2 => 0..48u32, 1 => any::<u32>()];
    let length = || prop_oneof![8 => 0..12u32, 1 => any::<u32>()];
    prop_oneof![
        1 => table.clone().prop_map(|table| Size { table }),
        1 => (table.clone(), value.clone(), length())
            .prop_map(|(table, value, delta)| Grow { table, value, delta }),
        4 => (table.clone(), place()).prop_map(|(table, at)| Get { table, at }),
        4 => (table.clone(), place(), value.clone())
            .prop_map(|(table, at, value)| Set { table, at, value }),
        4 => (table.clone(), place()).prop_map(|(table, at)| Call { table, at }),
        2 => (table.clone(), place(), value, length())
            .prop_map(|(table, at, value, len)| Fill { table, at, value, len }),
        2 => (table.clone(), table.clone(), place(), place(), length())
            .prop_map(|(to, from, at, source, len)| Copy { to, from, at, source, len }),
        2 => (table, place(), 0..7u32, 0..7u32)
            .prop_map(|(table, at, source, len)| Init { table, at, source, len }),
        1 => Just(Drop),
    ]
}

impl TableOp {
    fn call(&self) -> (String, Vec<u32>) {
        match *self {
            Self::Size { table } => (format!("size{table}"), vec![]),
            Self::Grow {
                table,
                value,
                delta,
            } => (format!("grow{table}_{value}"), vec![delta]),
            Self::Get { table, at } => (format!("get{table}"), vec![at]),
            Self::Set { table, at, value } => (format!("set{table}_{value}"), vec![at]),
            Self::Call { table, at } => (format!("call{table}"), vec![at]),
            Self::Fill {
                table,
                at,
                value,
                len,
            } => (format!("fill{table}_{value}"), vec![at, len]),
            Self::Copy {
                to,
                from,
                at,
                source,
                len,
            } => (format!("copy{to}{from}"), vec![at, source, len]),
            Self::Init {
                table,
                at,
                source,
                len,
            } => (format!("init{table}"), vec![at, source, len]),
            Self::Drop => ("drop".into(), vec![]),
        }
    }

    fn has_result(&self) -> bool {
        matches!(
            self,
            Self::Size { .. } | Self::Grow { .. } | Self::Get { .. } | Self::Call { .. }
        )
    }
}

struct Tables {
    elements: [Vec<Option<u32>>; 2],
    dropped: bool,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            elements: [vec![None; 10], vec![None; 10]],
            dropped: false,
        }
    }
}

impl Tables {
    fn apply(&mut self, op: &TableOp) -> Result<Vec<u64>, Trap> {
        let out_of_bounds = Trap::TableOutOfBounds;
        match *op {
            TableOp::Size { table } => return Ok(vec![self.elements[table].len() as u64]),
            TableOp::Grow {
                table,
                value,
                delta,
            } => {
                let old = self.elements[table].len() as u64;
                let new = old + u64::from(delta);
                if new > MAX_ELEMENTS {
                    return Ok(vec![u64::from(u32::MAX)]);
                }
                self.elements[table].resize(new as usize, VALUES[value]);
                return Ok(vec![old]);
            }
            TableOp::Get { table, at } => {
                let element = *self.elements[table].get(at as usize).ok_or(out_of_bounds)?;
                return Ok(vec![u64::from(element.is_none())]);
            }
            TableOp::Set { table, at, value } => {
                *self.elements[table]
                    .get_mut(at as usize)
                    .ok_or(out_of_bounds)? = VALUES[value];
            }
            TableOp::Call { table, at } => {
                let element = self.elements[table].get(at as usize);
                return match element.ok_or(Trap::UndefinedElement)? {
                    None => Err(Trap::UninitializedElement),
                    // This one is of another type.
                    Some(2) => Err(Trap::IndirectCallTypeMismatch),
                    Some(function) => Ok(vec![100 + u64::from(*function)]),
                };
            }
            TableOp::Fill {
                table,
                at,
                value,
                len,
            } => self.elements[table]
                .get_mut(range(at, len))
                .ok_or(out_of_bounds)?
                .fill(VALUES[value]),
            TableOp::Copy {
                to,
                from,
                at,
                source,
                len,
            } => {
                let source = self.elements[from]
                    .get(range(source, len))
                    .ok_or(out_of_bounds)?;
                let source = source.to_vec();
                self.elements[to]
                    .get_mut(range(at, len))
                    .ok_or(out_of_bounds)?
                    .copy_from_slice(&source);
            }
            TableOp::Init {
                table,
                at,
                source,
                len,
            } => {
                let segment = if self.dropped { &[] } else { &ELEMENTS[..] };
                let source = segment.get(range(source, len)).ok_or(out_of_bounds)?;
                self.elements[table]
                    .get_mut(range(at, len))
                    .ok_or(out_of_bounds)?
                    .copy_from_slice(source);
            }
            TableOp::Drop => self.dropped = true,
        }
        Ok(vec![])
    }
}

fn table_module() -> String {
    let reference = |value: Option<u32>| match value {
        None => String::from("ref.null func"),
        Some(function) => format!("ref.func $f{function}"),
    };
    let items: String = ELEMENTS
        .iter()
        .map(|&value| format!(" (item {})", reference(value)))
        .collect();
    let mut wat = format!(
        "(module (type $t (func (result i32)))\n\
         (func $f0 (type $t) i32.const 100)\n(func $f1 (type $t) i32.const 101)\n\
         (func $f2 (result i64) i64.const 102)\n\
         (elem $e funcref{items})\n\
         (func (export \"drop\") elem.drop $e)\n"
    );
    for to in 0..2 {
        wat.push_str(&format!(
            "(table $t{to} 10 {MAX_ELEMENTS} funcref)\n\
             (func (export \"size{to}\") (result i32) table.size $t{to})\n\
             (func (export \"get{to}\") (param i32) (result i32)\n  \
             local.get 0 table.get $t{to} ref.is_null)\n\
             (func (export \"call{to}\") (param i32) (result i32)\n  \
             local.get 0 call_indirect $t{to} (type $t))\n\
             (func (export \"init{to}\") (param i32 i32 i32)\n  \
             local.get 0 local.get 1 local.get 2 table.init $t{to} $e)\n"
        ));
        for (value, function) in VALUES.into_iter().enumerate() {
            let function = reference(function);
            wat.push_str(&format!(
                "(func (export \"set{to}_{value}\") (param i32)\n  \
                 local.get 0 {function} table.set $t{to})\n\
                 (func (export \"grow{to}_{value}\") (param i32) (result i32)\n  \
                 {function} local.get 0 table.grow $t{to})\n\
                 (func (export \"fill{to}_{value}\") (param i32 i32)\n  \
                 local.get 0 {function} local.get 1 table.fill $t{to})\n"
            ));
        }
        for from in 0..2 {
            wat.push_str(&format!(
                "(func (export \"copy{to}{from}\") (param i32 i32 i32)\n  \
                 local.get 0 local.get 1 local.get 2 table.copy $t{to} $t{from})\n"
            ));
        }
    }
    wat + ")"
}

fn run<T: core::fmt::Debug>(
    cases: &impl Strategy<Value = Vec<T>>,
    check: impl Fn(&[T]) -> Result<(), TestCaseError>,
) {
    let config = Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(cases, |ops| check(&ops))
        .unwrap_or_else(|e| panic!("{e}"));
}
