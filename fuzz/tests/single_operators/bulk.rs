//! Sizes, growth, and instructions on ranges of memory, as random sequences against a model.

use crate::guests::{Bytes, Guest, bits, guests};
use diptych::{Trap, Val};
use diptych_fuzz::random::Random;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

const PAGE: usize = 0x1_0000;
const MOST_PAGES: u64 = 3;
/// What the passive segment holds.
const SEGMENT: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// How many sequences are tried, and how long they are.
const SEQUENCES: u32 = 24;
const LENGTH: usize = 40;

/// The memories: what they are declared as, and the type of their indices.
const MEMORIES: [(&str, &str); 4] = [
    ("1 3", "i32"),
    ("i64 1 3", "i64"),
    ("1 3 shared", "i32"),
    ("i64 1 3 shared", "i64"),
];

fn module() -> Vec<u8> {
    let mut text = String::from("(module\n");
    for (number, (declared, _)) in MEMORIES.iter().enumerate() {
        text += &format!("(memory (export \"{number}\") {declared})\n");
    }
    let segment = String::from_utf8_lossy(SEGMENT);
    text += &format!("(data $segment \"{segment}\")\n");
    let get = |at: usize| format!("(local.get {at})");
    for (number, (_, ty)) in MEMORIES.iter().enumerate() {
        let (a, b, c) = (get(0), get(1), get(2));
        text += &format!(
            "(func (export \"size{number}\") (result {ty}) (memory.size {number}))
            (func (export \"grow{number}\") (param {ty}) (result {ty}) (memory.grow {number} {a}))
            (func (export \"fill{number}\") (param {ty} i32 {ty}) (memory.fill {number} {a} {b} {c}))
            (func (export \"init{number}\") (param {ty} i32 i32)
                (memory.init {number} $segment {a} {b} {c}))\n"
        );
        for (from, (_, other)) in MEMORIES.iter().enumerate() {
            let len = if *ty == "i32" || *other == "i32" {
                "i32"
            } else {
                "i64"
            };
            text += &format!(
                "(func (export \"copy{number}{from}\") (param {ty} {other} {len})
                    (memory.copy {number} {from} {a} {b} {c}))\n"
            );
        }
    }
    text += "(func (export \"drop\") (data.drop $segment)))";
    wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}"))
}

/// Something that is done to a memory.
#[derive(Clone, Debug)]
enum Step {
    Size,
    Grow(u64),
    Fill(u64, u8, u64),
    Copy(usize, u64, u64, u64),
    Init(u64, u64, u64),
    Drop,
}

/// Near the ends of pages, of the segment, or of what is possible.
fn place() -> impl Strategy<Value = u64> + Clone {
    let near = prop::sample::select(vec![0, 36, PAGE as u64, 2 * PAGE as u64, 3 * PAGE as u64]);
    let far = prop::sample::select(vec![0x7fff_ffff, 0x8000_0000, 0xffff_ffff]);
    prop_oneof![
        6 => (near, 0_u64..80).prop_map(|(end, back)| end.saturating_sub(back)),
        3 => 0..3 * PAGE as u64,
        1 => far,
    ]
}

fn len() -> impl Strategy<Value = u64> + Clone {
    prop_oneof![
        6 => 0_u64..70,
        2 => 0..PAGE as u64,
        1 => prop::sample::select(vec![PAGE as u64, 0xffff_ffff, 0x8000_0000]),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Size),
        1 => prop_oneof![0_u64..3, Just(0xffff_ffff), Just(0x8000_0000)].prop_map(Step::Grow),
        4 => (place(), any::<u8>(), len()).prop_map(|(to, byte, len)| Step::Fill(to, byte, len)),
        6 => (0..MEMORIES.len(), place(), place(), len())
            .prop_map(|(from, to, at, len)| Step::Copy(from, to, at, len)),
        3 => (place(), place(), len()).prop_map(|(to, from, len)| Step::Init(to, from, len)),
        1 => prop::bool::weighted(0.1).prop_map(|it| if it { Step::Drop } else { Step::Size }),
    ]
}

/// What the memories and the segment hold.
struct Model {
    memories: Vec<Vec<u8>>,
    segment: Vec<u8>,
}

/// The range, if there is so much.
fn range(start: u64, len: u64, size: usize) -> Result<core::ops::Range<usize>, Trap> {
    let end = start.checked_add(len).filter(|&end| end <= size as u64);
    let end = end.ok_or(Trap::MemoryOutOfBounds)?;
    Ok(start as usize..end as usize)
}

impl Model {
    fn apply(&mut self, memory: usize, step: &Step) -> Result<Option<u64>, Trap> {
        let size = self.memories[memory].len();
        match *step {
            Step::Size => return Ok(Some((size / PAGE) as u64)),
            Step::Grow(delta) => {
                let pages = (size / PAGE) as u64;
                if pages + delta > MOST_PAGES {
                    let mask = if MEMORIES[memory].1 == "i32" {
                        0xffff_ffff
                    } else {
                        u64::MAX
                    };
                    return Ok(Some(mask));
                }
                self.memories[memory].resize((pages + delta) as usize * PAGE, 0);
                return Ok(Some(pages));
            }
            Step::Fill(to, byte, len) => {
                let to = range(to, len, size)?;
                self.memories[memory][to].fill(byte);
            }
            Step::Copy(from, to, at, len) => {
                let at = range(at, len, self.memories[from].len())?;
                let to = range(to, len, size)?;
                let bytes = self.memories[from][at].to_vec();
                self.memories[memory][to].copy_from_slice(&bytes);
            }
            Step::Init(to, from, len) => {
                let from = range(from, len, self.segment.len())?;
                let to = range(to, len, size)?;
                self.memories[memory][to].copy_from_slice(&self.segment[from]);
            }
            Step::Drop => self.segment.clear(),
        }
        Ok(None)
    }
}

fn perform(guest: &mut Guest, memory: usize, step: &Step) -> Result<Option<u64>, Trap> {
    let index = |memory: usize, value: u64| match MEMORIES[memory].1 {
        "i32" => Val::I32(value as i32),
        _ => Val::I64(value as i64),
    };
    let (name, args, has_result) = match *step {
        Step::Size => (format!("size{memory}"), vec![], true),
        Step::Grow(delta) => (format!("grow{memory}"), vec![index(memory, delta)], true),
        Step::Fill(to, byte, len) => (
            format!("fill{memory}"),
            // Only the low byte counts.
            vec![
                index(memory, to),
                Val::I32(i32::from(byte) | 0x7700),
                index(memory, len),
            ],
            false,
        ),
        Step::Copy(from, to, at, len) => {
            let narrow = [memory, from]
                .into_iter()
                .find(|&it| MEMORIES[it].1 == "i32");
            (
                format!("copy{memory}{from}"),
                vec![
                    index(memory, to),
                    index(from, at),
                    index(narrow.unwrap_or(memory), len),
                ],
                false,
            )
        }
        Step::Init(to, from, len) => (
            format!("init{memory}"),
            vec![
                index(memory, to),
                Val::I32(from as i32),
                Val::I32(len as i32),
            ],
            false,
        ),
        Step::Drop => ("drop".to_owned(), vec![], false),
    };
    let func = guest.func(&name);
    let mut results = vec![index(memory, 0); usize::from(has_result)];
    guest.call(func, &args, &mut results)?;
    Ok(results.first().map(|it| bits(it) as u64))
}

#[test]
fn memories() {
    let wasm = module();
    let config = Config {
        cases: SEQUENCES,
        max_shrink_iters: 500,
        failure_persistence: None,
        ..Config::default()
    };
    let steps = prop::collection::vec((0..MEMORIES.len(), step()), LENGTH);
    TestRunner::new(config)
        .run(&steps, |steps| {
            for mut guest in guests(&wasm, false) {
                run(&mut guest, &steps).map_err(TestCaseError::fail)?;
            }
            Ok(())
        })
        .unwrap_or_else(|e| panic!("{e}"));
}

fn run(guest: &mut Guest, steps: &[(usize, Step)]) -> Result<(), String> {
    // Something that is not the same anywhere.
    let mut model = Model {
        memories: vec![vec![0; PAGE]; MEMORIES.len()],
        segment: SEGMENT.to_vec(),
    };
    let mut random = Random::new(1);
    for memory in 0..MEMORIES.len() {
        for at in (0..PAGE as u64).step_by(97) {
            let step = Step::Fill(at, random.bits() as u8, 40.min(PAGE as u64 - at));
            let _ = (model.apply(memory, &step), perform(guest, memory, &step));
        }
    }
    for (memory, step) in steps {
        let expected = model.apply(*memory, step);
        let got = perform(guest, *memory, step);
        if got != expected {
            let name = &guest.name;
            return Err(format!(
                "{name}: memory {memory}, {step:x?}: expected {expected:x?}, got {got:x?}"
            ));
        }
    }
    for (number, model) in model.memories.iter().enumerate() {
        let memory: Bytes = guest.memory(&number.to_string());
        let mut got = vec![0; guest.size(&memory)];
        guest.read(&memory, 0, &mut got);
        if got != *model {
            return Err(format!(
                "{}: memory {number} holds something else",
                guest.name
            ));
        }
    }
    Ok(())
}
