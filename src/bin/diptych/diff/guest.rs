//! One run of a program: with the world or a tape, with records or without.

use super::digest;
use super::instrument::{BUFFER, Instrumented, Kind, LEAST, Names};
use super::lockstep::{Lockstep, Stop, Stretch, Which};
use super::tape::{self, Astray, Player, Recorder, TooLong};
use crate::flags::{LimitFlags, WorldFlags};
use crate::host;
use crate::progress;
use crate::report::{Failure, Outcome, chain};
use crate::run;
use crate::value;
use core::fmt;
use diptych::{
    AsContext, AsContextMut, Caller, Engine, Error, Extern, Global, Instance, Linker, Memory,
    Module, Ref, Store, StoreLimits, Table, Trap, Val,
};
use diptych_wasi::{WasiCtx, WasiCtxBuilder};
use std::sync::Arc;

/// What is run.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    /// By which name it knows itself.
    pub(crate) name: String,
    /// Its arguments, or those of the function.
    pub(crate) args: &'a [String],
    /// The function that is called instead of the program's start.
    pub(crate) invoke: Option<&'a str>,
    pub(crate) world: &'a WorldFlags,
    pub(crate) limits: &'a LimitFlags,
}

/// Where a guest's records are looked at closely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// The first point in it.
    pub(crate) from: u64,
    /// The first one behind it.
    pub(crate) to: u64,
    pub(crate) step: Step,
}

/// How much is told of at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// As many points as make the time for the digests of memories small.
    Sparse,
    Points(u64),
    /// One record.
    Record,
    /// As one record, and the first view with the record behind it are kept.
    View,
}

/// How a guest ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It returned these, as text.
    Returned(Vec<String>),
    Exited(i32),
    /// It trapped, or the host failed.
    Failed {
        text: String,
        /// The functions it was in and where, the innermost first.
        frames: Vec<(u32, usize)>,
        is_stack_overflow: bool,
    },
    /// It called something that is not on the tape.
    Astray(Astray),
    /// It was stopped, since enough was known.
    Stopped,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned(values) if values.is_empty() => f.write_str("it returned"),
            Self::Returned(values) => write!(f, "it returned {}", values.join(" ")),
            Self::Exited(code) => write!(f, "it exited with {code}"),
            Self::Failed { text, .. } => f.write_str(text),
            Self::Astray(astray) => astray.fmt(f),
            Self::Stopped => f.write_str("it went on"),
        }
    }
}

/// A run that is over, with all that it has left.
pub(crate) struct Ran {
    pub(crate) end: End,
    pub(crate) store: Store<Guest>,
    /// The points that were counted.
    pub(crate) points: u64,
    /// The records of a view.
    pub(crate) view: Vec<Vec<u8>>,
    pub(crate) state: Option<State>,
    /// The indices of the globals in it.
    pub(crate) globals: Vec<u32>,
}

/// What the store of a guest holds.
pub(crate) struct Guest {
    wasi: Option<WasiCtx>,
    player: Player,
    limits: StoreLimits,
    watch: Option<Watch>,
    state: Option<State>,
}

/// What of a guest can change: memories, tables and globals, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) memories: Vec<Memory>,
    tables: Vec<Table>,
    pub(crate) globals: Vec<Global>,
    /// The records' memory, and how many bytes there are.
    records: Option<(Memory, Global)>,
}

impl State {
    fn of(names: &Names, mut export: impl FnMut(&str) -> Option<Extern>) -> Self {
        let mut state = Self::default();
        for index in 0..names.memories {
            state
                .memories
                .extend(export(&names.memory(index)).and_then(Extern::into_memory));
        }
        for index in 0..names.tables {
            state
                .tables
                .extend(export(&names.table(index)).and_then(Extern::into_table));
        }
        for number in 0..names.globals.len() as u32 {
            state
                .globals
                .extend(export(&names.global(number)).and_then(Extern::into_global));
        }
        let records = export(&names.records()).and_then(Extern::into_memory);
        let len = export(&names.len()).and_then(Extern::into_global);
        state.records = records.zip(len);
        state
    }

    /// How many bytes a digest looks at.
    fn size(&self, store: &impl AsContext) -> u64 {
        let memories = self.memories.iter();
        let memories: u64 = memories.map(|it| it.data_size(store) as u64).sum();
        let tables: u64 = self.tables.iter().map(|it| it.size(store)).sum();
        memories + 64 * tables
    }

    /// A digest of all of it. Of a table it is which elements there are.
    fn digest<T: 'static>(&self, store: &mut impl AsContextMut<Data = T>, mut sum: u64) -> u64 {
        let mut words = Vec::new();
        for global in &self.globals {
            push(&mut words, &global.get(&mut *store));
        }
        for table in &self.tables {
            let size = table.size(&*store);
            words.extend(size.to_le_bytes());
            for index in 0..size {
                let is_null = match table.get(&mut *store, index) {
                    Some(Ref::Func(it)) => it.is_none(),
                    Some(Ref::Extern(it)) => it.is_none(),
                    Some(Ref::Any(it)) => it.is_none(),
                    Some(Ref::Exn(it)) => it.is_none(),
                    _ => true,
                };
                words.push(u8::from(is_null));
            }
        }
        for memory in &self.memories {
            let bytes = memory.data(store.as_context());
            words.extend(bytes.len().to_le_bytes());
            sum = digest(bytes, sum);
        }
        digest(&words, sum)
    }
}

/// Appends what can be seen of a value: of a reference whether there is one, of an `i31ref` the
/// value.
fn push(bytes: &mut Vec<u8>, value: &Val) {
    match value {
        Val::I32(value) => bytes.extend(value.to_le_bytes()),
        Val::I64(value) => bytes.extend(value.to_le_bytes()),
        Val::F32(bits) => bytes.extend(bits.to_le_bytes()),
        Val::F64(bits) => bytes.extend(bits.to_le_bytes()),
        Val::V128(vector) => bytes.extend(vector.as_u128().to_le_bytes()),
        Val::FuncRef(it) => bytes.push(u8::from(it.is_some())),
        Val::ExternRef(it) => bytes.push(u8::from(it.is_some())),
        Val::ExnRef(it) => bytes.push(u8::from(it.is_some())),
        Val::AnyRef(it) => {
            bytes.push(u8::from(it.is_some()));
            if let Some(value) = it.as_ref().and_then(diptych::AnyRef::as_i31) {
                bytes.extend(value.to_le_bytes());
            }
        }
        _ => {}
    }
}

/// What follows a guest's records.
struct Watch {
    lockstep: Arc<Lockstep>,
    which: Which,
    instrumented: Arc<Instrumented>,
    window: Window,
    points: u64,
    digest: u64,
    site: u32,
    /// How many points there are when a stretch is told of next.
    next: u64,
    view: Vec<Vec<u8>>,
}

/// That enough is known.
#[derive(Debug)]
struct Enough;

impl fmt::Display for Enough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("enough is known")
    }
}

impl core::error::Error for Enough {}

impl Watch {
    /// Takes a guest's records, so many bytes; gives at how many it wants more.
    fn take(
        &mut self,
        len: usize,
        state: &State,
        store: &mut impl AsContextMut<Data = Guest>,
    ) -> Result<u32, Stop> {
        let Some((memory, _)) = state.records else {
            return Err(Stop);
        };
        let was_open = self.points >= self.window.from;
        let bytes = memory.data(store.as_context());
        self.read(bytes.get(..len).unwrap_or_default());
        if !was_open && self.points >= self.window.from {
            // Where the window begins both are alike, or the run before did not tell the truth.
            self.tell(false)?;
            self.next = self.points;
            self.plan(|| state.size(store));
        } else if was_open && self.is_due() {
            let site = &self.instrumented.sites[self.site as usize];
            if self.window.step != Step::Record || site.has_effect || site.kind == Kind::Point {
                self.digest = state.digest(store, self.digest);
            }
            self.tell(false)?;
            self.plan(|| state.size(store));
        }
        // What an instruction did is seen by the record behind its view.
        if self.points >= self.window.to || self.view.len() > 1 {
            return Err(Stop);
        }
        Ok(self.limit())
    }

    /// Reads records one after the other.
    fn read(&mut self, records: &[u8]) {
        if self.points >= self.window.from {
            self.digest = digest(records, self.digest);
        }
        let mut rest = records;
        while let Some((site, _)) = rest.split_first_chunk() {
            let site = u32::from_le_bytes(*site);
            let Some(here) = self.instrumented.sites.get(site as usize) else {
                return;
            };
            let (record, behind) = rest.split_at(rest.len().min(here.len as usize));
            rest = behind;
            let is_kept = match here.kind {
                Kind::View => self.view.is_empty(),
                _ => self.view.len() == 1,
            };
            if is_kept && self.window.step == Step::View && self.points >= self.window.from {
                self.view.push(record.to_vec());
            }
            self.points += u64::from(here.kind == Kind::Point);
            self.site = site;
        }
    }

    const fn is_due(&self) -> bool {
        match self.window.step {
            Step::Sparse | Step::Points(_) => self.points >= self.next,
            Step::Record => true,
            Step::View => false,
        }
    }

    /// Decides when a stretch is told of next.
    fn plan(&mut self, size: impl FnOnce() -> u64) {
        let step = match self.window.step {
            Step::Sparse => (size() / BYTES_A_POINT).max(FEWEST),
            Step::Points(points) => points,
            Step::Record | Step::View => 1,
        };
        self.next = self.points.saturating_add(step);
    }

    /// At how many bytes of records no more points can have been passed than may be.
    fn limit(&self) -> u32 {
        let target = if self.points < self.window.from {
            self.window.from
        } else {
            match self.window.step {
                Step::Record | Step::View => return 0,
                Step::Sparse | Step::Points(_) => self.next.min(self.window.to),
            }
        };
        let most = target.saturating_sub(self.points).saturating_sub(1);
        let bytes = most.saturating_mul(LEAST.into()).saturating_add(1);
        u32::try_from(bytes).unwrap_or(BUFFER).min(BUFFER)
    }

    fn tell(&self, is_last: bool) -> Result<(), Stop> {
        if self.which == Which::Left {
            progress::note(|| format!("comparing: {} points", self.points));
        }
        let stretch = Stretch {
            digest: self.digest,
            points: self.points,
            site: self.site,
            is_last,
        };
        self.lockstep.tell(self.which, stretch)
    }
}

/// How many bytes of memory are looked at for each point, about, and the fewest points of a
/// stretch.
const BYTES_A_POINT: u64 = 16;
const FEWEST: u64 = 4096;

/// A module that is ready to be run.
pub(crate) struct Ready {
    pub(crate) engine: Engine,
    pub(crate) module: Module,
    pub(crate) instrumented: Arc<Instrumented>,
}

/// How a run is followed.
pub(crate) struct Follow {
    pub(crate) lockstep: Arc<Lockstep>,
    pub(crate) which: Which,
    pub(crate) window: Window,
}

/// Runs a program in its world. Gives what WASI gave it, of which there may be so many bytes.
pub(crate) fn record(
    program: &Program<'_>,
    ready: &Ready,
    most: usize,
) -> Outcome<(Ran, tape::Tape)> {
    let recorder = Recorder::default();
    let records = recorder.clone();
    let args = match program.invoke {
        Some(_) => &[],
        None => program.args,
    };
    let wasi = host::world(&program.name, args, program.world)?
        .observe_calls(move |call| records.record(call, most))
        .build();
    let mut linker = Linker::new(&ready.engine);
    diptych_wasi::add_to_linker(&mut linker, |guest: &mut Guest| {
        guest
            .wasi
            .get_or_insert_with(|| WasiCtxBuilder::new().build())
    })
    .map_err(host::unlinked)?;
    let ran = start(program, ready, linker, Some(wasi), &Arc::default(), None)?;
    Ok((ran, recorder.finish()))
}

/// Runs a program with what WASI gave it in another run.
pub(crate) fn replay(
    program: &Program<'_>,
    ready: &Ready,
    tape: &Arc<tape::Tape>,
    follow: Option<Follow>,
) -> Outcome<Ran> {
    let mut linker = Linker::new(&ready.engine);
    tape::define(&mut linker, &ready.module, |guest: &mut Guest| {
        &mut guest.player
    })
    .map_err(host::unlinked)?;
    let Some(follow) = follow else {
        return start(program, ready, linker, None, tape, None);
    };
    let module = ready.instrumented.names.module();
    linker
        .func_wrap(module, Names::FLUSH, flush)
        .map_err(host::unlinked)?;
    let watch = Watch {
        lockstep: follow.lockstep,
        which: follow.which,
        instrumented: Arc::clone(&ready.instrumented),
        window: follow.window,
        points: 0,
        digest: 0,
        site: 0,
        next: 0,
        view: Vec::new(),
    };
    start(program, ready, linker, None, tape, Some(watch))
}

fn start(
    program: &Program<'_>,
    ready: &Ready,
    mut linker: Linker<Guest>,
    wasi: Option<WasiCtx>,
    tape: &Arc<tape::Tape>,
    watch: Option<Watch>,
) -> Outcome<Ran> {
    if program.world.unknown_imports_trap {
        linker
            .define_unknown_imports_as_traps(&ready.module)
            .map_err(host::unlinked)?;
    }
    let guest = Guest {
        wasi,
        player: Player::new(tape),
        limits: host::store_limits(program.limits),
        watch,
        state: None,
    };
    let mut store = Store::new(&ready.engine, guest);
    store.limiter(|guest| &mut guest.limits);
    let end = match linker.instantiate(&mut store, &ready.module) {
        Ok(instance) => {
            if store.data().state.is_none() {
                let names = &ready.instrumented.names;
                let state = State::of(names, |name| instance.get_export(&mut store, name));
                store.data_mut().state = Some(state);
            }
            execute(program, &mut store, &instance, &ready.module)?
        }
        Err(error) => match ended(&error)? {
            End::Failed { .. } if error.trap().is_none() => {
                return Err(Failure::guest("cannot instantiate", &error));
            }
            end => end,
        },
    };
    finish(&mut store, &end);
    let guest = store.data_mut();
    let state = guest.state.take();
    let (points, view) = match guest.watch.take() {
        Some(watch) => (watch.points, watch.view),
        None => (0, Vec::new()),
    };
    Ok(Ran {
        end,
        store,
        points,
        view,
        state,
        globals: ready.instrumented.names.globals.clone(),
    })
}

fn execute(
    program: &Program<'_>,
    store: &mut Store<Guest>,
    instance: &Instance,
    module: &Module,
) -> Outcome<End> {
    let called = match program.invoke {
        Some(name) => {
            let func = run::function(store, instance, module, name)?;
            let ty = func.ty(&*store);
            let args = value::parse_all(program.args, &ty)
                .map_err(|error| Failure::msg(format!("{name}: {error}")))?;
            run::initialize(store, instance)
                .and_then(|_| run::call(store, func, &args, ty.results().len()))
        }
        None => match instance.get_func(&mut *store, "_start") {
            Some(start) => run::call(store, start, &[], 0),
            None => match run::initialize(store, instance) {
                Ok(false) if module.ir().start.is_none() => {
                    return Err(Failure::msg(
                        "not a program: it exports no `_start`; --invoke calls a function",
                    ));
                }
                initialized => initialized.map(|_| Vec::new()),
            },
        },
    };
    match called {
        Ok(values) => Ok(End::Returned(values.iter().map(value::print).collect())),
        Err(error) => ended(&error),
    }
}

/// How a guest ended that did not return.
fn ended(error: &Error) -> Outcome<End> {
    if let Some(code) = error.exit_code() {
        return Ok(End::Exited(code));
    }
    if let Some(astray) = error.downcast_ref::<Astray>() {
        return Ok(End::Astray(astray.clone()));
    }
    if error.downcast_ref::<Enough>().is_some() {
        return Ok(End::Stopped);
    }
    if let Some(error) = error.downcast_ref::<TooLong>() {
        return Err(Failure::msg(error.to_string()));
    }
    let frames = error.backtrace().map_or(&[][..], |it| it.frames());
    Ok(End::Failed {
        text: chain(error),
        frames: frames
            .iter()
            .map(|frame| (frame.func_index().0, frame.func_offset()))
            .collect(),
        is_stack_overflow: error.trap() == Some(Trap::StackOverflow),
    })
}

/// Takes the records that a guest has left, and tells of its end.
fn finish(store: &mut Store<Guest>, end: &End) {
    if *end == End::Stopped {
        return;
    }
    let Some(mut watch) = store.data_mut().watch.take() else {
        return;
    };
    if let Some(state) = store.data().state.clone() {
        if let Some((memory, len)) = state.records {
            let len = len.get(&mut *store).i32().unwrap_or(0) as u32 as usize;
            let bytes = memory.data(&*store);
            watch.read(bytes.get(..len).unwrap_or_default());
        }
        watch.digest = state.digest(store, watch.digest);
    }
    watch.digest = digest(format!("{end:?}").as_bytes(), watch.digest);
    // Nothing is left to be stopped.
    let _ = watch.tell(true);
    store.data_mut().watch = Some(watch);
}

/// The function that instrumented modules import.
fn flush(mut caller: Caller<'_, Guest>, len: i32) -> diptych::Result<i32> {
    let Some(mut watch) = caller.data_mut().watch.take() else {
        return Err(Error::host(Enough));
    };
    let state = match caller.data().state.clone() {
        Some(state) => state,
        None => {
            let names = &watch.instrumented.names;
            let state = State::of(names, |name| caller.get_export(name));
            caller.data_mut().state = Some(state.clone());
            state
        }
    };
    let taken = watch.take(len as u32 as usize, &state, &mut caller);
    caller.data_mut().watch = Some(watch);
    match taken {
        Ok(limit) => Ok(limit as i32),
        Err(Stop) => Err(Error::host(Enough)),
    }
}

impl Ran {
    /// How many bytes the digest of its state looks at.
    pub(crate) fn state_size(&self) -> u64 {
        let Some(state) = &self.state else { return 0 };
        state.size(&self.store)
    }

    /// A digest of all that it has left.
    pub(crate) fn state_digest(&mut self) -> Option<u64> {
        let state = self.state.as_ref()?;
        Some(state.digest(&mut self.store, 0))
    }
}
