//! Threads, as the proposal WASI threads has them: a module that imports `wasi::thread-spawn` and a
//! shared memory is instantiated anew for every thread, each time in a store of its own.

use crate::WasiCtx;
use crate::errno::{Errno, Outcome};
use crate::stream::lock;
use alloc::sync::Arc;
use core::any::Any;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use diptych::{
    AsContextMut, Caller, Error, ErrorKind, ExternType, Instance, InstancePre, InterruptHandle,
    Linker, Module, ResourceLimiter, Result, SharedMemory, Store,
};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::thread;

const MODULE: &str = "wasi";
const SPAWN: &str = "thread-spawn";
/// What a module exports for its threads to begin with.
const START: &str = "wasi_thread_start";

/// The greatest number of a thread.
const MAX_ID: i32 = (1 << 29) - 1;

/// What the host's own functions need of a thread's stack, beside what guests may use, in bytes.
const HOST_STACK: usize = 2 << 20;

/// Whether a module starts threads: it imports `wasi::thread-spawn`.
pub fn spawns_threads(module: &Module) -> bool {
    module
        .imports()
        .any(|import| (import.module(), import.name()) == (MODULE, SPAWN))
}

/// Defines `wasi::thread-spawn`, by which a guest starts a thread.
///
/// `get` finds the guest's context in the state of its store. A guest whose context did not come
/// from [`WasiThreads`] gets an error code, as one does whose thread cannot be started.
///
/// # Errors
/// If the function is defined already.
pub fn add_threads_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&mut T) -> &mut WasiCtx + Copy + Send + Sync + 'static,
) -> Result<()> {
    linker.func_wrap(
        MODULE,
        SPAWN,
        move |mut caller: Caller<'_, T>, arg: i32| -> Result<i32> {
            let mut fuel = caller.get_fuel().ok();
            let threads = get(caller.data_mut()).threads.clone();
            let spawned = threads
                .ok_or(Errno::Notsup)
                .and_then(|threads| threads.spawn(arg, fuel.as_mut()));
            if let Some(fuel) = fuel {
                caller.set_fuel(fuel)?;
            }
            Ok(spawned.unwrap_or_else(|errno| -i32::from(errno.code())))
        },
    )?;
    Ok(())
}

/// Makes the shared memories that a module imports and that have no name in the linker yet, of the
/// types that the imports have.
///
/// The store is one of those that will have them, and says nothing of them: a memory that several
/// stores share is not made by one of their guests. So `limiter` is asked whether it may be made;
/// when a guest lets it grow, its own store's limiter is.
///
/// # Errors
/// When `limiter` does not allow one, or the host has no memory for it.
pub fn define_shared_memories<T: 'static>(
    linker: &mut Linker<T>,
    mut store: impl AsContextMut<Data = T>,
    module: &Module,
    limiter: &mut dyn ResourceLimiter,
) -> Result<()> {
    for import in module.imports() {
        let ExternType::Memory(ty) = import.ty() else {
            continue;
        };
        let (from, name) = (import.module(), import.name());
        if !ty.shared || linker.get(&mut store, from, name).is_some() {
            continue;
        }
        let bytes = |pages: u64| {
            let bytes = pages.saturating_mul(1 << ty.page_size_log2);
            usize::try_from(bytes).unwrap_or(usize::MAX)
        };
        if !limiter.memory_growing(0, bytes(ty.minimum), ty.maximum.map(bytes))? {
            return Err(Error::new(ErrorKind::Limit(
                "the memory that the threads are to share is too large".into(),
            )));
        }
        let memory = SharedMemory::new(module.engine(), ty)?;
        linker.define(&store, from, name, memory)?;
    }
    Ok(())
}

/// The threads of one guest, from the first one on.
///
/// They have one world ([`WasiCtx`]) and the memory that their module imports. All else is a
/// thread's own: its store, with the instance, its tables and globals, and the host's data `T`.
///
/// The guest has ended when its first thread has, or when any thread traps or calls `proc_exit`:
/// the others are interrupted then, and what ended first is the result.
///
/// ```
/// use diptych::{Config, Engine, Linker, Module, Result, Store, StoreLimits};
/// use diptych_wasi::{WasiCtx, WasiCtxBuilder, WasiThreads};
///
/// /// Runs a program of threads, at most 16 beside the first, and gives its exit code.
/// fn run(config: &mut Config, wasm: &[u8]) -> Result<i32> {
///     let engine = Engine::new(config.interruption(true))?;
///     let module = Module::new(&engine, wasm)?;
///     let mut linker = Linker::<WasiCtx>::new(&engine);
///     diptych_wasi::add_to_linker(&mut linker, |wasi| wasi)?;
///     diptych_wasi::add_threads_to_linker(&mut linker, |wasi| wasi)?;
///
///     let wasi = WasiCtxBuilder::new().inherit_stdio().build();
///     let threads = WasiThreads::new(wasi, 16, move |wasi| Ok(Store::new(&engine, wasi)));
///     let mut store = threads.store()?;
///     let mut limits = StoreLimits::default();
///     diptych_wasi::define_shared_memories(&mut linker, &mut store, &module, &mut limits)?;
///     let program = linker.instantiate_pre(&module)?;
///     let ended = threads.run(&mut store, &program, |store, instance| {
///         instance.get_typed_func::<(), ()>(&mut *store, "_start")?.call(store, ())
///     });
///     match ended {
///         Ok(()) => Ok(0),
///         Err(error) => error.exit_code().ok_or(error),
///     }
/// }
/// ```
///
/// # Limits
///
/// A thread is one of the host's, with a stack as large as the engine's
/// [`max_wasm_stack`](diptych::Config::max_wasm_stack) says and 2 MiB more; there are at most as
/// many at a time as [`new`](Self::new) is told.
///
/// A store's limits hold for each thread: it has instances and tables of its own, of which each
/// store counts its own. The memory is counted by none. It is made within the limits that
/// [`define_shared_memories`] is given, and grows within those of the store whose guest lets it
/// grow.
///
/// Fuel is not each thread's: a thread begins with half of what the one that starts it has left
/// then, and what it leaves goes to the next thread that is started. So all together have no more
/// than the first was given.
pub struct WasiThreads<T> {
    group: Arc<Group<T>>,
}

struct Group<T> {
    /// The world, for the next store.
    wasi: WasiCtx,
    store: Box<dyn Fn(WasiCtx) -> Result<Store<T>> + Send + Sync>,
    program: OnceLock<InstancePre<T>>,
    members: Arc<Members>,
}

/// The threads that there are. They keep this alone, so that nothing of the embedder's is left when
/// the last has gone.
struct Members {
    max_threads: usize,
    ended: Arc<AtomicBool>,
    state: Mutex<State>,
    thread_left: Condvar,
}

#[derive(Default)]
struct State {
    first: Option<InterruptHandle>,
    /// The other threads; one that is being made has no handle yet.
    others: HashMap<i32, Option<InterruptHandle>>,
    last_id: i32,
    ended: bool,
    /// How a thread ended that ended the others.
    end: Option<End>,
    /// The fuel that threads have left.
    fuel: u64,
}

/// How a thread ends that ends the others.
enum End {
    Error(Error),
    Panic(Box<dyn Any + Send>),
}

/// What a context starts threads with.
pub(crate) trait Spawn: Send + Sync {
    /// Starts a thread with half of the fuel, and gives its number.
    fn spawn(self: Arc<Self>, arg: i32, fuel: Option<&mut u64>) -> Outcome<i32>;
}

impl<T: Send + 'static> WasiThreads<T> {
    /// The threads of a guest with this world, at most `max_threads` at a time beside the first.
    ///
    /// `store` makes a store for a thread and puts the context there, from where the linker's
    /// functions get it. It is called in the thread that starts the other, for which its error is
    /// a thread that could not be started.
    pub fn new(
        mut wasi: WasiCtx,
        max_threads: usize,
        store: impl Fn(WasiCtx) -> Result<Store<T>> + Send + Sync + 'static,
    ) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        wasi.wait.end_when(Arc::clone(&ended));
        Self {
            group: Arc::new(Group {
                wasi,
                store: Box::new(store),
                program: OnceLock::new(),
                members: Arc::new(Members {
                    max_threads,
                    ended,
                    state: Mutex::default(),
                    thread_left: Condvar::new(),
                }),
            }),
        }
    }

    /// A store for the first thread.
    ///
    /// # Errors
    /// Those of the function that makes stores.
    pub fn store(&self) -> Result<Store<T>> {
        self.group.new_store()
    }

    /// Instantiates the program in the first thread's store, has `body` call it, and when the
    /// guest has ended waits until all threads have.
    ///
    /// A thread that waits in one of the embedder's own functions is waited for. Afterwards the
    /// stores' guests are interrupted and their waits cancelled, as the others' were.
    ///
    /// # Errors
    /// That of the thread that ended first: a trap, or an error with an
    /// [`exit_code`](Error::exit_code). Also when it was run before, or the engine is one without
    /// [`interruption`](diptych::Config::interruption), which could not end threads.
    ///
    /// # Panics
    /// When a thread did, in a function of the embedder's.
    pub fn run<R, E: From<Error>>(
        &self,
        store: &mut Store<T>,
        program: &InstancePre<T>,
        body: impl FnOnce(&mut Store<T>, Instance) -> core::result::Result<R, E>,
    ) -> core::result::Result<R, E> {
        let group = &self.group;
        if !store.engine().config().interruption_enabled() {
            return Err(Error::msg("threads need an engine with `Config::interruption`").into());
        }
        if group.program.set(program.clone()).is_err() {
            return Err(Error::msg("the threads of a guest were run before").into());
        }
        let members = &group.members;
        lock(&members.state).first = Some(store.interrupt_handle());
        let result = catch_unwind(AssertUnwindSafe(|| {
            let instance = program.instantiate(&mut *store)?;
            body(store, instance)
        }));
        members.end(None);
        let end = members.wait_for_all();
        match (result, end) {
            (Err(panic), _) | (_, Some(End::Panic(panic))) => resume_unwind(panic),
            (_, Some(End::Error(error))) => Err(error.into()),
            (Ok(result), None) => result,
        }
    }
}

impl<T> fmt::Debug for WasiThreads<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasiThreads").finish_non_exhaustive()
    }
}

impl Members {
    /// Ends the guest, if it has not ended before, and interrupts its threads.
    fn end(&self, end: Option<End>) {
        let mut state = lock(&self.state);
        if state.ended {
            return;
        }
        state.ended = true;
        state.end = end;
        self.ended.store(true, Ordering::SeqCst);
        let others = state.others.values().flatten();
        for handle in others.chain(&state.first) {
            handle.interrupt();
        }
    }

    /// Waits for all threads but the first, and gives how one of them ended the guest.
    fn wait_for_all(&self) -> Option<End> {
        let mut state = lock(&self.state);
        while !state.others.is_empty() {
            state = self
                .thread_left
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.end.take()
    }

    /// Takes a number for a new thread, unless there are enough.
    fn reserve(self: &Arc<Self>) -> Outcome<Place> {
        let mut state = lock(&self.state);
        let state = &mut *state;
        if state.ended || state.others.len() >= self.max_threads {
            return Err(Errno::Again);
        }
        state.others.try_reserve(1).map_err(|_| Errno::Again)?;
        let mut id = state.last_id;
        loop {
            id = if id == MAX_ID { 1 } else { id + 1 };
            if !state.others.contains_key(&id) {
                break;
            }
        }
        state.last_id = id;
        state.others.insert(id, None);
        Ok(Place {
            members: Arc::clone(self),
            id,
            fuel: 0,
        })
    }
}

impl<T: Send + 'static> Group<T> {
    fn new_store(self: &Arc<Self>) -> Result<Store<T>> {
        let mut wasi = self.wasi.clone();
        wasi.threads = Some(Arc::clone(self) as Arc<dyn Spawn>);
        (self.store)(wasi)
    }
}

impl<T: Send + 'static> Spawn for Group<T> {
    fn spawn(self: Arc<Self>, arg: i32, fuel: Option<&mut u64>) -> Outcome<i32> {
        let program = self.program.get().ok_or(Errno::Notsup)?;
        let mut place = self.members.reserve()?;
        let mut store = self.new_store().map_err(|_| Errno::Again)?;
        place.register(store.interrupt_handle());
        let id = place.id;
        let config = store.engine().config();
        let stack = config.get_max_wasm_stack().saturating_add(HOST_STACK);
        if let Some(fuel) = fuel {
            let left = core::mem::take(&mut lock(&self.members.state).fuel);
            let both = fuel.saturating_add(left);
            place.fuel = both / 2;
            *fuel = both - place.fuel;
            store.set_fuel(place.fuel).map_err(|_| Errno::Again)?;
        }
        let program = program.clone();
        let thread = thread::Builder::new()
            .name(format!("wasi-thread-{id}"))
            .stack_size(stack)
            .spawn(move || place.run(store, program, arg));
        thread.map_err(|_| Errno::Again)?;
        Ok(id)
    }
}

/// A thread's place among the others, until it has ended.
struct Place {
    members: Arc<Members>,
    id: i32,
    /// What the thread has not used of its fuel.
    fuel: u64,
}

impl Place {
    fn register(&self, handle: InterruptHandle) {
        let mut state = lock(&self.members.state);
        if state.ended {
            handle.interrupt();
        }
        state.others.insert(self.id, Some(handle));
    }

    /// What the thread does.
    fn run<T: 'static>(mut self, mut store: Store<T>, program: InstancePre<T>, arg: i32) {
        let result = catch_unwind(AssertUnwindSafe(|| {
            let instance = program.instantiate(&mut store)?;
            let start = instance.get_typed_func::<(i32, i32), ()>(&mut store, START)?;
            start.call(&mut store, (self.id, arg))
        }));
        self.fuel = store.get_fuel().unwrap_or(0);
        drop((store, program));
        match result {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.members.end(Some(End::Error(error))),
            Err(panic) => self.members.end(Some(End::Panic(panic))),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = lock(&self.members.state);
        state.others.remove(&self.id);
        state.fuel = state.fuel.saturating_add(self.fuel);
        self.members.thread_left.notify_all();
    }
}
