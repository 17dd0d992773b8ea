//! The host's side of a case: what imports are, and what was seen of calls of them.

use super::memory::AnyMemory;
use super::snapshot::{Names, Snapshot, make};
use crate::module::COUNTS;
use crate::random::Random;
use diptych::{
    AsContextMut, Caller, Error, ErrorKind, ExnRef, Extern, ExternType, FuncType, Global, Instance,
    Linker, Memory, Module, RootScope, SharedMemory, Store, StoreLimits, StoreLimitsBuilder, Table,
    Tag, Trap, Val,
};

/// What memories may grow to.
const MEMORY_LIMIT: usize = 4 << 20;
/// What tables may grow to.
const TABLE_LIMIT: usize = 2_000;
/// How often the host and guests may be inside each other's calls.
const MOST_NESTED: u32 = 3;
/// How many calls of the host are kept in full; of others only their digest is.
const MOST_KEPT: usize = 100;
/// How many calls of the host have the memory of the caller looked at.
const MOST_DIGESTED: u64 = 30;
/// How many calls of the host call back.
const MOST_REENTRIES: u64 = 60;

/// The data of a store.
#[derive(Debug)]
pub(crate) struct World {
    limits: StoreLimits,
    pub(crate) names: Names,
    events: Events,
    nested: u32,
    reentries: u64,
    /// Whether what is left of fuel is not looked at.
    pub(crate) hides_fuel: bool,
}

/// The calls of the host in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// How many there were.
    count: u64,
    /// Of all of them.
    digest: u64,
    /// The first ones.
    first: Vec<Event>,
}

/// A call of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    import: String,
    args: Vec<u64>,
    fuel: Option<u64>,
    memories: Vec<u64>,
}

impl World {
    pub(crate) fn new(hides_fuel: bool) -> Self {
        Self {
            limits: StoreLimitsBuilder::new()
                .memory_size(MEMORY_LIMIT)
                .table_elements(TABLE_LIMIT)
                .build(),
            names: Names::default(),
            events: Events::default(),
            nested: 0,
            reentries: 0,
            hides_fuel,
        }
    }

    /// Has the store obey the limits.
    pub(crate) fn install(store: &mut Store<Self>) {
        store.limiter(|world| &mut world.limits);
    }

    /// What was seen since this was last asked.
    pub(crate) fn take_events(&mut self) -> Events {
        core::mem::take(&mut self.events)
    }

    fn note(&mut self, event: Event) {
        let events = &mut self.events;
        events.count += 1;
        events.digest = digest_words(
            events.digest,
            event
                .import
                .bytes()
                .map(u64::from)
                .chain(event.args.iter().copied())
                .chain(event.fuel)
                .chain(event.memories.iter().copied()),
        );
        if events.first.len() < MOST_KEPT {
            events.first.push(event);
        }
    }
}

/// Defines what the module imports and the linker has not: all of it depends on names and types
/// only.
///
/// # Errors
/// When something is of a type of which nothing can be made.
pub(crate) fn define_imports(
    store: &mut Store<World>,
    linker: &mut Linker<World>,
    module: &Module,
) -> Result<(), Error> {
    for import in module.imports() {
        let (from, name) = (import.module(), import.name());
        if linker.get(&mut *store, from, name).is_some() {
            continue;
        }
        let label = format!("{from}.{name}");
        let seed = seed_of(&label);
        let item: Extern = match import.ty() {
            ExternType::Func(ty) => {
                let signature = ty.clone();
                let func = diptych::Func::new(&mut *store, ty, move |caller, args, results| {
                    called(caller, &label, seed, &signature, args, results)
                })?;
                store.data_mut().names.func(func, seed);
                func.into()
            }
            ExternType::Global(ty) => {
                let value = make(&mut *store, ty.content(), seed)
                    .ok_or_else(|| Error::msg("no value for an imported global"))?;
                Global::new(&mut *store, ty, value)?.into()
            }
            ExternType::Memory(ty) if ty.shared => SharedMemory::new(store.engine(), ty)?.into(),
            ExternType::Memory(ty) => Memory::new(&mut *store, ty)?.into(),
            ExternType::Table(ty) => {
                let value = make(&mut *store, diptych::ValType::Ref(ty.element), seed & !3)
                    .and_then(|value| value.as_ref())
                    .ok_or_else(|| Error::msg("no value for an imported table"))?;
                Table::new(&mut *store, ty, value)?.into()
            }
            ExternType::Tag(ty) => {
                let tag = Tag::new(&mut *store, ty)?;
                store.data_mut().names.tag(tag, seed);
                tag.into()
            }
        };
        linker.define(&*store, from, name, item)?;
    }
    Ok(())
}

/// A number that stands for a name.
fn seed_of(name: &str) -> u64 {
    digest_words(0, name.bytes().map(u64::from)) | 1
}

/// What a function of the host's does: it depends on its name, its arguments and how many calls
/// there were before.
fn called(
    mut caller: Caller<'_, World>,
    import: &str,
    seed: u64,
    ty: &FuncType,
    args: &[Val],
    results: &mut [Val],
) -> Result<(), Error> {
    let args = Snapshot::new().values(&mut caller, args.iter().copied());
    let fuel = match caller.data().hides_fuel {
        true => None,
        false => caller.get_fuel().ok(),
    };
    let exports = exports_of(&mut caller);
    let memories = if caller.data().events.count < MOST_DIGESTED {
        memories(&exports)
            .map(|memory| memory.digest(&caller))
            .collect()
    } else {
        Vec::new()
    };
    let mut random = Random::new(digest_words(
        seed,
        args.iter().copied().chain([caller.data().events.count]),
    ));
    caller.data_mut().note(Event {
        import: import.to_owned(),
        args,
        fuel,
        memories,
    });
    act(&mut caller, &exports, &mut random)?;
    for (result, ty) in results.iter_mut().zip(ty.results()) {
        *result = make(&mut caller, *ty, random.edge())
            .ok_or_else(|| Error::msg("no value for the result of a host function"))?;
    }
    Ok(())
}

/// What counts the steps of a guest, which the host leaves alone: the guest might never end.
pub(crate) const STEPS: &str = "steps";

fn exports_of(caller: &mut Caller<'_, World>) -> Vec<Extern> {
    let Some(instance) = caller.instance() else {
        return Vec::new();
    };
    instance
        .exports(&mut *caller)
        .filter(|export| ![STEPS, COUNTS].contains(&export.name()))
        .map(diptych::Export::into_extern)
        .collect()
}

fn memories(exports: &[Extern]) -> impl Iterator<Item = AnyMemory> {
    exports.iter().filter_map(AnyMemory::of)
}

/// Does to the guest's world what hosts do.
fn act(
    caller: &mut Caller<'_, World>,
    exports: &[Extern],
    random: &mut Random,
) -> Result<(), Error> {
    match random.below(24) {
        0 => return Err(Error::msg("the host refuses")),
        1 => return Err(Trap::IntegerOverflow.into()),
        2..=6 => return reenter(caller, exports, random),
        7 | 8 => {
            if let Some(memory) = memories(exports).next() {
                memory.grow(&mut *caller);
            }
        }
        9 | 10 => {
            if let Some(memory) = memories(exports).next() {
                let bits = random.bits() as u8;
                memory.change(&mut *caller, |len| random.below(len), bits);
            }
        }
        11 | 12 => return throw(caller, exports, random),
        13 => caller.gc()?,
        14 | 15 => write_global(caller, exports, random),
        16 => {
            let mut tables = exports.iter().filter_map(|export| match export {
                Extern::Table(table) => Some(*table),
                _ => None,
            });
            if let Some(table) = tables.next_back() {
                let ty = diptych::ValType::Ref(table.ty(&*caller).element);
                let value = make(&mut *caller, ty, random.bits()).and_then(|it| it.as_ref());
                if let Some(value) = value {
                    let _ = table.grow(&mut *caller, 1, value);
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Calls one of the functions that the caller exports.
fn reenter(
    caller: &mut Caller<'_, World>,
    exports: &[Extern],
    random: &mut Random,
) -> Result<(), Error> {
    let funcs: Vec<_> = exports
        .iter()
        .filter_map(|export| match export {
            Extern::Func(func) => Some(*func),
            _ => None,
        })
        .collect();
    let world = caller.data_mut();
    if funcs.is_empty() || world.nested >= MOST_NESTED || world.reentries >= MOST_REENTRIES {
        return Ok(());
    }
    world.nested += 1;
    world.reentries += 1;
    let func = *random.pick(&funcs);
    let outcome = call_with(&mut *caller, func, || random.edge());
    caller.data_mut().nested -= 1;
    match outcome {
        // What an embedder cannot go on after, and what does not come at the same place
        // everywhere, ends everything.
        Err(error) if is_limit(&error) || random.once_in(2) => Err(error),
        _ => Ok(()),
    }
}

/// Calls a function with arguments made of numbers, and forgets its results.
fn call_with(
    store: &mut impl AsContextMut<Data = World>,
    func: diptych::Func,
    mut seeds: impl FnMut() -> u64,
) -> Result<(), Error> {
    let mut scope = RootScope::new(&mut *store);
    let ty = func.ty(&scope);
    let mut args = Vec::new();
    for ty in ty.params() {
        let arg = make(&mut scope, *ty, seeds());
        args.push(arg.ok_or_else(|| Error::msg("no value for an argument"))?);
    }
    let mut results = vec![Val::I32(0); ty.results().len()];
    func.call(&mut scope, &args, &mut results)
}

/// Whether an error says that some limit was reached, which need not be so at the same place
/// everywhere.
pub(crate) fn is_limit(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Trap(trap) => matches!(
            trap,
            Trap::StackOverflow | Trap::AllocationTooLarge | Trap::OutOfMemory | Trap::OutOfFuel
        ),
        ErrorKind::Limit(_) | ErrorKind::OutOfMemory => true,
        _ => false,
    }
}

fn throw(
    caller: &mut Caller<'_, World>,
    exports: &[Extern],
    random: &mut Random,
) -> Result<(), Error> {
    let tags: Vec<_> = exports
        .iter()
        .filter_map(|export| match export {
            Extern::Tag(tag) => Some(*tag),
            _ => None,
        })
        .collect();
    if tags.is_empty() {
        return Ok(());
    }
    let tag = *random.pick(&tags);
    let mut values = Vec::new();
    for ty in tag.ty(&*caller).ty().params() {
        match make(&mut *caller, *ty, random.edge()) {
            Some(value) => values.push(value),
            None => return Ok(()),
        }
    }
    match ExnRef::new(&mut *caller, &tag, &values) {
        Ok(exception) => Err(Error::throw(&mut *caller, exception)),
        // Of a type that the value only looks like.
        Err(error) if matches!(error.kind(), ErrorKind::BadArgument(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn write_global(caller: &mut Caller<'_, World>, exports: &[Extern], random: &mut Random) {
    for export in exports {
        if let Extern::Global(global) = export
            && global.ty(&*caller).mutability() == diptych::Mutability::Var
            && random.once_in(2)
        {
            let ty = global.ty(&*caller).content();
            if let Some(value) = make(&mut *caller, ty, random.edge()) {
                // Only a value that looks like one of the type but is of another is refused.
                let _ = global.set(&mut *caller, value);
            }
            return;
        }
    }
}

/// Names what an instance exports, after its place in the module.
pub(crate) fn name_exports(store: &mut Store<World>, index: usize, instance: Instance) {
    let names: Vec<String> = instance
        .module(&*store)
        .exports()
        .map(|export| export.name().to_owned())
        .collect();
    for (place, name) in names.iter().enumerate() {
        let number = ((index as u64) << 32) | place as u64;
        match instance.get_export(&mut *store, name) {
            Some(Extern::Func(func)) => store.data_mut().names.func(func, number),
            Some(Extern::Tag(tag)) => store.data_mut().names.tag(tag, number),
            _ => {}
        }
    }
}

/// A digest of bytes: FNV-1a, by words. Most of a memory is zero, which is passed over by blocks:
/// a processor finds them many bytes at a time.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    const BLOCK: usize = 1024;
    let mut hash = bytes.len() as u64;
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    for (place, block) in blocks.iter().enumerate() {
        if block.iter().fold(0, |all, byte| all | byte) != 0 {
            let words = block.as_chunks::<8>().0;
            let words = words.iter().map(|word| u64::from_le_bytes(*word));
            hash = digest_words(hash ^ place as u64, words);
        }
    }
    digest_words(hash, rest.iter().map(|byte| u64::from(*byte)))
}

pub(crate) fn digest_words(start: u64, words: impl Iterator<Item = u64>) -> u64 {
    words.fold(start ^ 0xcbf2_9ce4_8422_2325, step)
}

const fn step(hash: u64, word: u64) -> u64 {
    // The product alone would never bring high bits down.
    let hash = (hash ^ word).wrapping_mul(0x100_0000_01b3);
    hash ^ (hash >> 29)
}
