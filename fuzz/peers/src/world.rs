//! The host's side of a case, the same for all runtimes: functions depend on nothing but their
//! names, their arguments and how many calls there were before. `node.js` says the same in its
//! language.

use crate::plan::{Item, Plan};
use crate::seen::{Contents, End, Event, Seen, Step};
use crate::value::{Ty, Value};
use std::sync::Arc;

/// How often the host and guests may be inside each other's calls.
const MOST_NESTED: u32 = 3;
/// How many calls of the host call back.
const MOST_REENTRIES: u32 = 60;
/// How many calls of the host are kept, of each step.
const MOST_KEPT: usize = 100;
/// How many elements of a table are looked at.
const MOST_ELEMENTS: u64 = 64;
/// What counts the steps of a guest, which the host leaves alone: the guest might never end.
const STEPS: &str = "steps";

/// What the host knows.
#[derive(Debug)]
pub struct World {
    plan: Arc<Plan>,
    events: Vec<Event>,
    /// How many calls of the host there were.
    count: u32,
    nested: u32,
    reentries: u32,
    /// How many modules are instantiated.
    instances: usize,
}

impl World {
    pub fn new(plan: &Arc<Plan>) -> Self {
        Self {
            plan: Arc::clone(plan),
            events: Vec::new(),
            count: 0,
            nested: 0,
            reentries: 0,
            instances: 0,
        }
    }
}

/// A runtime's store, with a case in it.
pub trait Guest {
    fn world(&mut self) -> &mut World;
    /// Calls an exported function.
    fn call(&mut self, module: usize, export: usize, args: &[Value]) -> End;
    /// A memory's bytes.
    fn memory(&mut self, module: usize, export: usize) -> &mut [u8];
    /// Grows a memory by a page, if it may.
    fn grow(&mut self, module: usize, export: usize);
    fn global(&mut self, module: usize, export: usize) -> Value;
    fn set_global(&mut self, module: usize, export: usize, value: Value);
    fn table_size(&mut self, module: usize, export: usize) -> u64;
    fn is_null(&mut self, module: usize, export: usize, element: u64) -> bool;
}

/// A case in a runtime.
pub trait Session {
    /// The store, lent.
    type Store<'a>: Guest
    where
        Self: 'a;
    fn store(&mut self) -> Self::Store<'_>;
    /// Gives the store fuel for a step.
    fn refuel(&mut self);
    fn open(&mut self, module: usize) -> End;
    fn instantiate(&mut self, module: usize) -> End;
}

/// Does all of a plan.
pub fn run(session: &mut impl Session) -> Vec<Seen> {
    let plan = Arc::clone(&session.store().world().plan);
    let mut all = Vec::new();
    let count = plan.modules.len();
    let opened = (0..count).map(Step::Open);
    let instantiated = (0..count).map(Step::Instantiate);
    let called = (0..plan.calls.len()).map(Step::Call);
    let steps = opened.chain(instantiated).chain(called);
    for step in steps.take(plan.steps) {
        session.refuel();
        let end = match step {
            Step::Open(module) => session.open(module),
            Step::Instantiate(module) => session.instantiate(module),
            Step::Call(at) => {
                let call = &plan.calls[at];
                session.store().call(call.module, call.export, &call.args)
            }
        };
        let is_over = match &end {
            End::Returned(_) => false,
            End::Limited(_) | End::Broken(_) => true,
            _ => !matches!(step, Step::Call(_)),
        };
        let mut state = Vec::new();
        if let Step::Call(_) = step {
            state = contents(&mut session.store(), &plan);
        } else if let (Step::Instantiate(_), false) = (step, is_over) {
            session.store().world().instances += 1;
        }
        all.push(Seen {
            step,
            end,
            events: core::mem::take(&mut session.store().world().events),
            state,
        });
        if is_over {
            break;
        }
    }
    all
}

fn contents(guest: &mut impl Guest, plan: &Plan) -> Vec<Contents> {
    let mut all = Vec::new();
    for (module, it) in plan.modules.iter().enumerate() {
        for (export, it) in it.exports.iter().enumerate() {
            all.push(match it.item {
                Item::Global { .. } => Contents::Global(guest.global(module, export)),
                Item::Memory { .. } => {
                    let bytes = guest.memory(module, export);
                    Contents::Memory(bytes.len(), digest(bytes))
                }
                Item::Table { .. } => {
                    let size = guest.table_size(module, export);
                    let null = (0..size.min(MOST_ELEMENTS))
                        .filter(|&at| guest.is_null(module, export, at))
                        .fold(0, |all, at| all | 1 << at);
                    Contents::Table(size, null)
                }
                Item::Func { .. } | Item::Tag => Contents::Nothing,
            });
        }
    }
    all
}

/// What a function of the host's does: results, or how it fails.
///
/// # Errors
/// When it fails.
pub fn called(
    guest: &mut impl Guest,
    module: usize,
    import: usize,
    args: &[Value],
) -> Result<Vec<Value>, End> {
    let plan = Arc::clone(&guest.world().plan);
    let import = &plan.modules[module].imports[import];
    let Item::Func { results, .. } = &import.item else {
        return Err(End::Broken("no function".to_owned()));
    };
    let label = format!("{}.{}", import.module, import.name);
    let world = guest.world();
    let mut random = Random::of(&label, args, world.count);
    world.count += 1;
    if world.events.len() < MOST_KEPT {
        world.events.push(Event {
            import: label,
            args: args.to_vec(),
        });
    }
    act(guest, &plan, &mut random)?;
    let make = |ty: &Ty| random.value(*ty).ok_or(End::Failed);
    results.iter().map(make).collect()
}

/// Does to the guest's world what hosts do, by what the last instance exports.
fn act(guest: &mut impl Guest, plan: &Plan, random: &mut Random) -> Result<(), End> {
    let action = random.below(20);
    let Some(module) = guest.world().instances.checked_sub(1) else {
        return if action == 0 {
            Err(End::Failed)
        } else {
            Ok(())
        };
    };
    let exports = &plan.modules[module].exports;
    let first = |fits: &dyn Fn(&Item) -> bool| {
        exports
            .iter()
            .position(|it| it.name != STEPS && fits(&it.item))
    };
    match action {
        0 => return Err(End::Failed),
        1..=3 => {
            if let Some(export) = first(&|it| matches!(it, Item::Memory { .. })) {
                let bytes = guest.memory(module, export);
                if !bytes.is_empty() {
                    let at = random.below(bytes.len() as u32) as usize;
                    bytes[at] ^= random.bits() as u8;
                }
            }
        }
        4 => {
            if let Some(export) = first(&|it| matches!(it, Item::Memory { .. })) {
                guest.grow(module, export);
            }
        }
        5 | 6 => {
            let is_number = |ty: &Ty| matches!(ty, Ty::I32 | Ty::I64 | Ty::F32 | Ty::F64);
            let fits =
                |it: &Item| matches!(it, Item::Global { ty, is_mutable: true } if is_number(ty));
            if let Some(export) = first(&fits)
                && let Item::Global { ty, .. } = exports[export].item
                && let Some(value) = random.value(ty)
            {
                guest.set_global(module, export, value);
            }
        }
        7..=9 => return reenter(guest, plan, module, random),
        _ => {}
    }
    Ok(())
}

/// Calls one of the functions that the last instance exports.
fn reenter(
    guest: &mut impl Guest,
    plan: &Plan,
    module: usize,
    random: &mut Random,
) -> Result<(), End> {
    let mut funcs = Vec::new();
    for (export, it) in plan.modules[module].exports.iter().enumerate() {
        if let Item::Func { params, results } = &it.item
            && !params.contains(&Ty::V128)
            && !results.contains(&Ty::V128)
        {
            funcs.push((export, params));
        }
    }
    let world = guest.world();
    if funcs.is_empty() || world.nested >= MOST_NESTED || world.reentries >= MOST_REENTRIES {
        return Ok(());
    }
    let (export, params) = funcs[random.below(funcs.len() as u32) as usize];
    let Some(args) = params
        .iter()
        .map(|ty| random.value(*ty))
        .collect::<Option<Vec<_>>>()
    else {
        return Ok(());
    };
    world.nested += 1;
    world.reentries += 1;
    let end = guest.call(module, export, &args);
    guest.world().nested -= 1;
    match end {
        End::Returned(_) => Ok(()),
        // What no embedder can go on after ends everything.
        End::Limited(_) | End::Broken(_) => Err(end),
        _ if random.below(2) == 0 => Err(end),
        _ => Ok(()),
    }
}

/// A digest of bytes by words, of which zeros are passed over.
fn digest(bytes: &[u8]) -> u32 {
    const BLOCK: usize = 1024;
    let mut hash = SEED;
    for (place, block) in bytes.chunks(BLOCK).enumerate() {
        if block.iter().fold(0, |all, byte| all | byte) == 0 {
            continue;
        }
        for (at, word) in block.chunks(4).enumerate() {
            let mut bytes = [0; 4];
            bytes[..word.len()].copy_from_slice(word);
            let word = u32::from_le_bytes(bytes);
            if word != 0 {
                let at = (place * (BLOCK / 4) + at) as u32;
                hash = step(step(hash, at), word);
            }
        }
    }
    hash
}

const SEED: u32 = 0x811c_9dc5;

const fn step(hash: u32, word: u32) -> u32 {
    let hash = (hash ^ word).wrapping_mul(0x0100_0193);
    hash ^ (hash >> 15)
}

/// Choices that all runtimes make alike.
struct Random(u32);

impl Random {
    fn of(label: &str, args: &[Value], count: u32) -> Self {
        let mut hash = SEED;
        for byte in label.bytes() {
            hash = step(hash, byte.into());
        }
        for word in args.iter().flat_map(|it| it.words()) {
            hash = step(hash, word);
        }
        Self(step(hash, count))
    }

    const fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 16)).wrapping_mul(0x21f0_aaad);
        bits = (bits ^ (bits >> 15)).wrapping_mul(0x735a_2d97);
        bits ^ (bits >> 15)
    }

    const fn below(&mut self, end: u32) -> u32 {
        self.bits() % end
    }

    /// A number near zero, a single bit, or any.
    const fn edge(&mut self) -> u32 {
        match self.below(4) {
            0 => self.below(5).wrapping_sub(2),
            1 => (1_u32 << self.below(32)).wrapping_sub(self.below(2)),
            2 => self.below(200),
            _ => self.bits(),
        }
    }

    /// The same of twice the width.
    const fn wide(&mut self) -> u64 {
        let low = self.edge();
        match self.below(3) {
            0 => low as i32 as i64 as u64,
            1 => low as u64,
            _ => (self.edge() as u64) << 32 | low as u64,
        }
    }

    fn value(&mut self, ty: Ty) -> Option<Value> {
        Some(match ty {
            Ty::V128 => {
                let (low, high) = (self.wide(), self.wide());
                Value::V128(u128::from(high) << 64 | u128::from(low))
            }
            Ty::I32 => Value::I32(self.edge()),
            // Floats are made of the bits: small ones would be made of integers.
            Ty::F32 => Value::make(ty, u64::from(self.edge()) | 1 << 32)?,
            Ty::Extern => Value::make(ty, self.edge().into())?,
            _ => Value::make(ty, self.wide())?,
        })
    }
}
