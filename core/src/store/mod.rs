//! The store: owns every runtime object, and lends itself to the host and to guests by turns.
//!
//! # Safety
//! - A store is one allocation at a fixed address, and its first field is what guest code sees of
//!   it ([`VmStore`]); so the store's pointer is the pointer to each of the two.
//! - Whoever may run guest code works on the pointer. A reference into the store lives only
//!   between two such calls.
//! - Runtime objects live in arenas as long as the store. A handle is the store's unique number
//!   and the object's address, and the address is used only after the number is found to be that
//!   of a live store, the one at hand.

mod arena;
mod context;
mod limits;

pub use context::{AsContext, AsContextMut, Caller, StoreContext, StoreContextMut};
pub use limits::{ResourceLimiter, StoreLimits, StoreLimitsBuilder};

pub(crate) use arena::{Arena, PinnedSlice, out_of_memory, try_box};

use crate::backend::{Activation, Position};
use crate::backtrace::Backtrace;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::gc::{Gc, VmHeap, is_traced};
use crate::module::Module;
use crate::runtime::{
    FuncObject, GlobalObject, HostFunc, InstanceObject, MemoryObject, SharedMemory, Signal,
    TableObject, TagObject, Val, Wait, WaitResult, Wakeup,
};
use crate::sync::Mutex;
use crate::trap::Trap;
use crate::types::{DefinedFuncIdx, RefType};
use crate::vm::atomic::Atomic;
use crate::vm::{FuncRef, NativeStack, StackMark, ValueStack, VmStore};
use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};
use core::sync::atomic::Ordering;
use core::time::Duration;
use hashbrown::HashMap;
use limits::DEFAULT_COUNT;

/// All runtime objects of some guests, and the host's data beside them.
///
/// What is made in a store lives as long as the store. Guests in one store can share everything;
/// two stores share nothing and may run at the same time.
pub struct Store<T> {
    ptr: NonNull<StoreInner<T>>,
    /// The store owns its data, and holds functions and a limiter that want exactly a `T`.
    owns: PhantomData<(StoreInner<T>, Invariant<T>)>,
}

// SAFETY: the store owns all that its pointers lead to; objects of the host in it are `Send` and
// `Sync`, as is code.
unsafe impl<T: Send> Send for Store<T> {}
// SAFETY: as above; a shared reference changes nothing.
unsafe impl<T: Sync> Sync for Store<T> {}

/// Makes a type parameter one that no other type can stand for.
type Invariant<T> = fn(T) -> T;

/// A store at its address.
///
/// Its functions take exactly a `T`: neither it nor a linker is one for a subtype, whose values
/// they would take for what these are not.
///
/// ```compile_fail,E0308
/// use diptych_core::Store;
/// fn shorter(store: Store<for<'a> fn(&'a u8)>) -> Store<fn(&'static u8)> { store }
/// ```
///
/// ```compile_fail,E0308
/// use diptych_core::Linker;
/// fn shorter(linker: Linker<for<'a> fn(&'a u8)>) -> Linker<fn(&'static u8)> { linker }
/// ```
///
/// ```compile_fail,E0308
/// use diptych_core::InstancePre;
/// fn shorter(pre: InstancePre<for<'a> fn(&'a u8)>) -> InstancePre<fn(&'static u8)> { pre }
/// ```
#[repr(C)]
pub(crate) struct StoreInner<T> {
    opaque: StoreOpaque,
    data: T,
}

/// A store but for the host's data: what the runtime and the backends work on.
#[repr(C)]
pub struct StoreOpaque {
    pub(crate) vm: VmStore,
    id: StoreId,
    engine: Engine,
    fuel_enabled: bool,
    max_stack_slots: usize,
    signal: Arc<Signal>,
    /// What the guest waits for while the host decides whether its interruption ends it.
    wait: Option<Wait>,
    /// Whether guests may wait for other threads.
    may_wait: bool,
    on_interrupt: Option<OnInterrupt>,
    limiter: Option<Limiter>,
    limits: Limits,
    /// Before the instances, whose copies of the lengths of shared memories others write.
    pub(crate) memory_arena: Arena<MemoryObject>,
    pub(crate) instance_arena: Arena<InstanceObject>,
    pub(crate) table_arena: Arena<TableObject>,
    pub(crate) global_arena: Arena<GlobalObject>,
    pub(crate) tag_arena: Arena<TagObject>,
    pub(crate) host_arena: Arena<FuncObject>,
    /// References to functions that are not among an instance's own.
    pub(crate) func_ref_arena: Arena<FuncRef>,
    /// Those of them that are to functions of instances, by the instance's address.
    pub(crate) defined_funcs: HashMap<(usize, DefinedFuncIdx), NonNull<FuncRef>>,
    /// The objects of functions that linkers define, by the address of their definition.
    linked: HashMap<usize, NonNull<FuncObject>>,
    pub(crate) gc: Gc,
    /// Room for the arguments and results of one call with [`Val`]s.
    pub(crate) vals: Vec<Val>,
}

/// Calls its second argument with the limiter, which it finds in the store's data.
type Limiter =
    Box<dyn FnMut(*mut StoreOpaque, &mut dyn FnMut(&mut dyn ResourceLimiter)) + Send + Sync>;

/// Calls what the host wants to be called at an interruption, with the store's data.
type OnInterrupt = Box<dyn FnMut(*mut StoreOpaque, &Backtrace) -> Result<()> + Send + Sync>;

/// How many there may be of each thing that is counted.
#[derive(Clone, Copy, Debug)]
struct Limits {
    instances: usize,
    tables: usize,
    memories: usize,
}

/// The kinds of things that a store counts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counted {
    Instances,
    Tables,
    Memories,
}

/// The unique number of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoreId(u64);

impl StoreId {
    fn unique() -> Self {
        // A lock, because not every target has atomic integers of 64 bits, and 32 would not last.
        static NEXT: Mutex<u64> = Mutex::new(0);
        let mut next = NEXT.lock();
        *next += 1;
        Self(*next)
    }
}

impl<T: 'static> Store<T> {
    /// An empty store.
    pub fn new(engine: &Engine, data: T) -> Self {
        let mut opaque = StoreOpaque::new(engine);
        for backend in engine.backends() {
            backend.init_store(&mut opaque.vm);
        }
        let inner = Box::into_raw(Box::new(StoreInner { opaque, data }));
        // SAFETY: the box was just made.
        unsafe {
            (*inner).opaque.vm.opaque = inner.cast();
            Self {
                ptr: NonNull::new_unchecked(inner),
                owns: PhantomData,
            }
        }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        self.as_context().opaque().engine()
    }

    /// The host data.
    pub fn data(&self) -> &T {
        self.as_context().data()
    }

    /// The host data, to change.
    pub fn data_mut(&mut self) -> &mut T {
        self.as_context_mut().into_data_mut()
    }

    /// Ends the store and gives its host data.
    pub fn into_data(self) -> T {
        let this = ManuallyDrop::new(self);
        // SAFETY: `new` got the pointer from a box; this is the end of it.
        let inner = unsafe { Box::from_raw(this.ptr.as_ptr()) };
        let StoreInner { opaque, data } = *inner;
        drop(opaque);
        data
    }

    /// Frees the objects of guests (structures, arrays, exceptions) that nothing leads to. This
    /// happens by itself when guests need the memory, so hosts need not do it.
    ///
    /// # Errors
    /// When there is no memory for it; nothing has changed then.
    pub fn gc(&mut self) -> Result<()> {
        self.as_context_mut().gc()
    }

    /// The memory in bytes that the objects of guests take at present, with what is free of it.
    pub fn gc_heap_size(&self) -> usize {
        self.as_context().opaque().gc.heap.reserved()
    }

    /// Installs what decides about the growth of memories and tables.
    ///
    /// ```
    /// # use diptych_core::{Engine, Store, StoreLimits, StoreLimitsBuilder};
    /// # fn example(engine: &Engine) {
    /// let limits = StoreLimitsBuilder::new().memory_size(64 << 20).instances(10).build();
    /// let mut store = Store::new(engine, limits);
    /// store.limiter(|limits| limits);
    /// # }
    /// ```
    pub fn limiter(
        &mut self,
        mut limiter: impl FnMut(&mut T) -> &mut (dyn ResourceLimiter) + Send + Sync + 'static,
    ) {
        let mut context = self.as_context_mut();
        let asked = limiter(context.data_mut());
        let limits = Limits {
            instances: asked.instances(),
            tables: asked.tables(),
            memories: asked.memories(),
        };
        let opaque = context.opaque_mut();
        opaque.limits = limits;
        opaque.limiter = Some(Box::new(move |store, visit| {
            // SAFETY: the store is a `StoreInner<T>`, and only its opaque part is in use.
            visit(limiter(unsafe {
                &mut (*store.cast::<StoreInner<T>>()).data
            }));
        }));
    }

    /// Sets the fuel that is left: about as many instructions as the guest may execute.
    ///
    /// # Errors
    /// When the engine does not count fuel.
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.as_context_mut().set_fuel(fuel)
    }

    /// The fuel that is left.
    ///
    /// # Errors
    /// When the engine does not count fuel.
    pub fn get_fuel(&self) -> Result<u64> {
        self.as_context().get_fuel()
    }

    /// Has a guest that was interrupted call `callback`, with where it is, instead of ending: it
    /// goes on when the callback succeeds, and ends with its error otherwise. The interruption is
    /// over then; the next one is up to the handle's owner.
    ///
    /// So a host can look at what a guest does, give it more time, or stop it for a reason of its
    /// own.
    ///
    /// ```
    /// # use diptych_core::{Store, Trap};
    /// # fn example(store: &mut Store<u32>) {
    /// store.on_interrupt(|turns, backtrace| {
    ///     *turns += 1;
    ///     println!("{backtrace}");
    ///     if *turns < 10 { Ok(()) } else { Err(Trap::Interrupted.into()) }
    /// });
    /// # }
    /// ```
    pub fn on_interrupt(
        &mut self,
        mut callback: impl FnMut(&mut T, &Backtrace) -> Result<()> + Send + Sync + 'static,
    ) {
        let mut context = self.as_context_mut();
        context.opaque_mut().on_interrupt = Some(Box::new(move |store, backtrace| {
            // SAFETY: the store is a `StoreInner<T>`, and only its opaque part is in use.
            let data = unsafe { &mut (*store.cast::<StoreInner<T>>()).data };
            callback(data, backtrace)
        }));
    }

    /// Whether guests of this store may wait for other threads (`memory.atomic.wait32`), which
    /// blocks the thread that runs them. If not, they trap with [`Trap::WaitNotAllowed`] instead.
    /// On by default.
    pub fn allow_waiting(&mut self, allow: bool) {
        self.as_context_mut().opaque_mut().may_wait = allow;
    }

    /// What stops this store's guest from another thread, when the engine is configured with
    /// [`Config::interruption`](crate::Config::interruption). A guest that waits for another thread
    /// is reached without that, too.
    ///
    /// ```
    /// # use diptych_core::{Func, Store, Trap};
    /// # fn example(store: &mut Store<()>, func: Func) {
    /// let handle = store.interrupt_handle();
    /// std::thread::spawn(move || {
    ///     std::thread::sleep(std::time::Duration::from_secs(1));
    ///     handle.interrupt();
    /// });
    /// if let Err(error) = func.call(&mut *store, &[], &mut []) {
    ///     assert_eq!(error.trap(), Some(Trap::Interrupted));
    /// }
    /// # }
    /// ```
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle {
            signal: Arc::clone(&self.as_context().opaque().signal),
        }
    }
}

impl<T> Drop for Store<T> {
    fn drop(&mut self) {
        // SAFETY: `new` got the pointer from a box; this is the end of it.
        drop(unsafe { Box::from_raw(self.ptr.as_ptr()) });
    }
}

impl<T: fmt::Debug> fmt::Debug for Store<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: the store is borrowed.
        let inner = unsafe { self.ptr.as_ref() };
        f.debug_struct("Store")
            .field("id", &inner.opaque.id)
            .field("data", &inner.data)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StoreOpaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOpaque")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Stops the guest of a store from another thread: it ends with
/// [`Trap::Interrupted`] soon, and so does every call until
/// [`clear`](Self::clear).
#[derive(Clone, Debug)]
pub struct InterruptHandle {
    signal: Arc<Signal>,
}

impl InterruptHandle {
    /// Stops the guest.
    pub fn interrupt(&self) {
        self.signal.interrupt();
    }

    /// Whether guests are to stop: for host functions that take long.
    pub fn is_interrupted(&self) -> bool {
        self.signal.interrupt.load(Ordering::Relaxed) != 0
    }

    /// Lets guests run again.
    pub fn clear(&self) {
        self.signal.interrupt.store(0, Ordering::Relaxed);
    }
}

impl StoreOpaque {
    fn new(engine: &Engine) -> Self {
        let config = engine.config();
        let max_stack_slots = config.get_max_wasm_stack() / size_of::<u64>();
        let signal = Arc::new(Signal::new(config.get_parking().map(Arc::clone)));
        Self {
            vm: VmStore {
                fuel: if config.fuel_enabled() { 0 } else { u64::MAX },
                stack_limit: ptr::null_mut(),
                stack_top: ptr::null_mut(),
                heap: VmHeap::new(),
                exception: 0,
                interrupt: &raw const signal.interrupt,
                exit_pc: ptr::null(),
                exit_fp: ptr::null_mut(),
                exit_ctx: ptr::null_mut(),
                exit_value: 0,
                exit_record: ptr::null_mut(),
                exit_resume: None,
                fibers: None,
                fiber: ptr::null_mut(),
                native_stack_limit: 0,
                native_stack: NativeStack::default(),
                max_stack_bytes: config.get_max_wasm_stack(),
                native_shared: ptr::null(),
                activation: ptr::null(),
                activation_depth: 0,
                activation_limit: config.get_max_call_depth(),
                stack: ValueStack::new(max_stack_slots),
                pending: None,
                tail_callee: ptr::null_mut(),
                tail_slots: ptr::null_mut(),
                tail_moved: None,
                panic: None,
                opaque: ptr::null_mut(),
                resumable: false,
                called_by_host: false,
                failed_host: ptr::null_mut(),
            },
            id: StoreId::unique(),
            engine: engine.clone(),
            fuel_enabled: config.fuel_enabled(),
            max_stack_slots,
            signal,
            wait: None,
            may_wait: true,
            on_interrupt: None,
            limiter: None,
            limits: Limits {
                instances: DEFAULT_COUNT,
                tables: DEFAULT_COUNT,
                memories: DEFAULT_COUNT,
            },
            instance_arena: Arena::new(),
            memory_arena: Arena::new(),
            table_arena: Arena::new(),
            global_arena: Arena::new(),
            tag_arena: Arena::new(),
            host_arena: Arena::new(),
            func_ref_arena: Arena::new(),
            defined_funcs: HashMap::new(),
            linked: HashMap::new(),
            gc: Gc::new(config),
            vals: Vec::new(),
        }
    }

    /// The store's unique number.
    pub const fn id(&self) -> StoreId {
        self.id
    }

    /// The engine.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The engine of a store of which other parts are borrowed.
    ///
    /// # Safety
    /// The store is live for `'a`.
    pub(crate) const unsafe fn engine_of<'a>(store: *const Self) -> &'a Engine {
        // SAFETY: by contract; the engine is never changed.
        unsafe { &(*store).engine }
    }

    /// The module that has code with this [`id`](crate::backend::ModuleCode::id), when the store
    /// has an instance of it.
    ///
    /// # Safety
    /// The store is live, and no instance is otherwise borrowed for writing.
    pub(crate) unsafe fn module_of_code(store: *const Self, code: *const c_void) -> Option<Module> {
        // SAFETY: by contract.
        unsafe {
            (*store).instance_arena.iter().find_map(|instance| {
                let module = (*instance.as_ptr()).module();
                let has = module.codes().iter().any(|own| own.id() == code);
                has.then(|| module.clone())
            })
        }
    }

    pub(crate) fn fuel(&self) -> Result<u64> {
        self.check_fuel()?;
        Ok(self.vm.fuel)
    }

    pub(crate) fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.check_fuel()?;
        self.vm.fuel = fuel;
        Ok(())
    }

    fn check_fuel(&self) -> Result<()> {
        if self.fuel_enabled {
            Ok(())
        } else {
            Err(Error::bad_argument(
                "fuel is not counted; configure it with `Config::consume_fuel`",
            ))
        }
    }

    /// A value stack as large as the store's own may grow.
    pub(crate) const fn new_value_stack(&self) -> ValueStack {
        ValueStack::new(self.max_stack_slots)
    }

    /// Fails when a handle is of another store.
    pub(crate) fn check(&self, id: StoreId) -> Result<()> {
        if self.id == id {
            Ok(())
        } else {
            Err(Error::bad_argument(
                "an object of another store was used with this one",
            ))
        }
    }

    /// Panics when a handle is of another store.
    #[track_caller]
    pub(crate) fn assert(&self, id: StoreId) {
        assert!(
            self.id == id,
            "an object of another store was used with this one"
        );
    }

    /// Fails when the store holds as many things of a kind as it may.
    pub(crate) fn check_room(&self, what: Counted) -> Result<()> {
        let (count, limit, name) = match what {
            Counted::Instances => (
                self.instance_arena.len(),
                self.limits.instances,
                "instances",
            ),
            Counted::Tables => (self.table_arena.len(), self.limits.tables, "tables"),
            Counted::Memories => (self.memory_arena.len(), self.limits.memories, "memories"),
        };
        if count < limit {
            return Ok(());
        }
        let message = format!("the store may not hold more than {limit} {name}");
        Err(Error::new(ErrorKind::Limit(message.into())))
    }

    /// The number of instances.
    pub(crate) const fn instance_count(&self) -> usize {
        self.instance_arena.len()
    }

    /// What becomes of a guest that was interrupted at some place: it goes on, or ends.
    ///
    /// # Safety
    /// The store is live and not otherwise borrowed.
    pub(crate) unsafe fn interrupted(
        store: *mut Self,
        backtrace: impl FnOnce() -> Backtrace,
    ) -> Result<()> {
        // SAFETY: by contract. The callback is taken out while it runs, so that it and the data
        // are apart from the store; a callback that panics is gone.
        unsafe {
            // What it waits for is given up unless it goes on.
            let wait = (*store).wait.take();
            let Some(mut callback) = (*store).on_interrupt.take() else {
                return Err(Trap::Interrupted.into());
            };
            let signal = &*(*store).signal;
            signal.interrupt.store(0, Ordering::Relaxed);
            let result = callback(store, &backtrace());
            (*store).on_interrupt = Some(callback);
            if result.is_ok() {
                (*store).wait = wait;
            }
            result
        }
    }

    /// What `ask` answers for the store's limiter; `None` when there is none.
    pub(crate) fn with_limiter<R>(
        &mut self,
        ask: impl FnOnce(&mut dyn ResourceLimiter) -> R,
    ) -> Option<R> {
        /// Puts the limiter back, also when it panics: else its guest would be without limits.
        struct PutBack<'a>(&'a mut StoreOpaque, Option<Limiter>);

        impl Drop for PutBack<'_> {
            fn drop(&mut self) {
                self.0.limiter = self.1.take();
            }
        }

        // The limiter is taken out so that it and the host's data are apart from `self`.
        let limiter = self.limiter.take();
        let mut taken = PutBack(self, limiter);
        let PutBack(store, limiter) = &mut taken;
        let mut ask = Some(ask);
        let mut answer = None;
        (limiter.as_mut()?)(store.vm.opaque, &mut |limiter| {
            answer = ask.take().map(|ask| ask(limiter))
        });
        answer
    }

    /// Has the guest wait at an address, or goes on with a wait that was interrupted. `None` when it
    /// is interrupted now: the wait is to go on when the guest is.
    ///
    /// # Errors
    /// When the address is not that of a number of the type, the store's guests may not wait, or
    /// the platform has no way to.
    pub(crate) fn wait<T: Atomic + PartialEq>(
        &mut self,
        memory: &SharedMemory,
        address: u64,
        expected: T,
        timeout: Option<Duration>,
    ) -> Result<Option<WaitResult>> {
        let wait = match self.wait.take() {
            Some(wait) => wait,
            None if !self.may_wait => return Err(Trap::WaitNotAllowed.into()),
            None => match memory.begin_wait(address, expected, &self.signal, timeout)? {
                Some(wait) => wait,
                None => return Ok(Some(WaitResult::NotEqual)),
            },
        };
        Ok(match wait.sleep() {
            Wakeup::Notified => Some(WaitResult::Ok),
            Wakeup::TimedOut => Some(WaitResult::TimedOut),
            Wakeup::Interrupted => {
                self.wait = Some(wait);
                None
            }
        })
    }

    /// Calls `visit` for each place outside of frames and of the embedder's handles that holds a
    /// reference which the collector follows.
    ///
    /// # Safety
    /// The store is live and not otherwise borrowed.
    pub(crate) unsafe fn visit_references(store: *mut Self, visit: &mut dyn FnMut(*mut u64)) {
        // SAFETY: by contract; objects live as long as the store.
        unsafe {
            visit(&raw mut (*store).vm.exception);
            let types = (*store).engine.types();
            let traced = |ty: RefType| is_traced(ty, |id| types.is_func(id));
            for global in (*store).global_arena.iter() {
                let global = global.as_ptr();
                if (*global).ty.content().as_ref().is_some_and(traced) {
                    visit((&raw mut (*global).vm.slots).cast());
                }
            }
            for table in (*store).table_arena.iter() {
                (*table.as_ptr()).visit(traced, visit);
            }
            for instance in (*store).instance_arena.iter() {
                InstanceObject::visit_elements(instance.as_ptr(), visit);
            }
        }
    }

    /// The function that `host` defines in this store, one for all uses of the definition.
    pub(crate) fn linked_func(&mut self, host: &Arc<HostFunc>) -> Result<NonNull<FuncObject>> {
        let key = Arc::as_ptr(host) as usize;
        if let Some(func) = self.linked.get(&key) {
            return Ok(*func);
        }
        self.linked.try_reserve(1).map_err(out_of_memory)?;
        // The object keeps the definition, so that its address is not used again.
        let func = FuncObject::create(self, Arc::clone(host))?;
        self.linked.insert(key, func);
        Ok(func)
    }
}

/// What a call changes in the store, apart from what a guest puts back itself. It is put back when
/// this is dropped.
pub(crate) struct CallGuard {
    vm: *mut VmStore,
    activation: *const Activation,
    depth: u32,
    exit: Position,
    stack: StackMark,
    called_by_host: bool,
}

impl CallGuard {
    /// # Safety
    /// The store outlives the guard, and its value stack has a segment.
    #[inline]
    pub(crate) const unsafe fn new(vm: *mut VmStore) -> Self {
        // SAFETY: by contract.
        unsafe {
            Self {
                vm,
                activation: (*vm).activation,
                depth: (*vm).activation_depth,
                exit: VmStore::exit(vm),
                stack: VmStore::stack_mark(vm),
                called_by_host: (*vm).called_by_host,
            }
        }
    }
}

impl Drop for CallGuard {
    fn drop(&mut self) {
        // SAFETY: as in `new`.
        unsafe {
            VmStore::set_exit(self.vm, self.exit);
            (*self.vm).called_by_host = self.called_by_host;
            (*self.vm).resumable = false;
            (*self.vm).activation = self.activation;
            (*self.vm).activation_depth = self.depth;
            VmStore::cut_stack(self.vm, self.stack);
        }
    }
}
