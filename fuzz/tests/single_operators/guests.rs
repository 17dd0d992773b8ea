//! The engine in every configuration that makes code of its own.

use diptych::{Func, Instance, Memory, Module, SharedMemory, Store, Trap, V128, Val};
use diptych_fuzz::case::Settings;
use diptych_fuzz::configurations::{Configuration, configuration};

/// Both dispatches of the interpreter, and the compiler at every level, with and without guarded
/// memories and signals.
const CONFIGURATIONS: &[&str] = &[
    "loop",
    "tail",
    "jit",
    "jit-size",
    "jit-guard-signals-none",
    "jit-guard-explicit-speed",
    "jit-check-explicit-speed",
    "jit-check-explicit-none",
];

/// An instance of a module without imports, in a store of its own.
pub(crate) struct Guest {
    pub(crate) name: String,
    /// Whether constants are computed with before there is code.
    pub(crate) folds: bool,
    store: Store<()>,
    instance: Instance,
}

/// A guest of each configuration that this build has.
pub(crate) fn guests(wasm: &[u8], canonical_nans: bool) -> Vec<Guest> {
    let known: Vec<Configuration> = CONFIGURATIONS
        .iter()
        .filter_map(|name| configuration(name))
        .collect();
    assert!(known.iter().any(Configuration::compiles));
    known
        .into_iter()
        .map(|configuration| Guest::new(configuration, wasm, canonical_nans))
        .collect()
}

impl Guest {
    fn new(configuration: Configuration, wasm: &[u8], canonical_nans: bool) -> Self {
        let name = configuration.name();
        let settings = Settings {
            canonical_nans,
            ..Settings::default()
        };
        let engine = configuration
            .engine(&settings)
            .unwrap_or_else(|e| panic!("{name}: no engine: {e}"));
        let module = Module::new(&engine, wasm).unwrap_or_else(|e| panic!("{name}: refused: {e}"));
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[])
            .unwrap_or_else(|e| panic!("{name}: no instance: {e}"));
        Self {
            folds: !configuration.compiles() || configuration.optimizes(),
            name,
            store,
            instance,
        }
    }

    pub(crate) fn func(&mut self, name: &str) -> Func {
        self.instance
            .get_func(&mut self.store, name)
            .unwrap_or_else(|| panic!("no function {name}"))
    }

    /// Calls a function that traps if it fails.
    pub(crate) fn call(
        &mut self,
        func: Func,
        args: &[Val],
        results: &mut [Val],
    ) -> Result<(), Trap> {
        func.call(&mut self.store, args, results).map_err(|error| {
            error
                .trap()
                .unwrap_or_else(|| panic!("{}: not a trap: {error}", self.name))
        })
    }

    /// The memory of a name.
    pub(crate) fn memory(&mut self, name: &str) -> Bytes {
        match self.instance.get_memory(&mut self.store, name) {
            Some(memory) => Bytes::Own(memory),
            None => Bytes::Shared(
                self.instance
                    .get_shared_memory(&mut self.store, name)
                    .unwrap_or_else(|| panic!("no memory {name}")),
            ),
        }
    }

    /// Copies what a memory holds from an offset on.
    pub(crate) fn read(&self, memory: &Bytes, offset: usize, buffer: &mut [u8]) {
        match memory {
            Bytes::Own(memory) => {
                let data = memory.data(&self.store);
                buffer.copy_from_slice(&data[offset..offset + buffer.len()]);
            }
            Bytes::Shared(memory) => memory.read(offset, buffer).expect("it is inside"),
        }
    }

    /// The size of a memory in bytes.
    pub(crate) fn size(&self, memory: &Bytes) -> usize {
        match memory {
            Bytes::Own(memory) => memory.data_size(&self.store),
            Bytes::Shared(memory) => memory.data_size(),
        }
    }
}

/// A memory, shared or not.
pub(crate) enum Bytes {
    Own(Memory),
    Shared(SharedMemory),
}

/// A value of one of the types, by its bits.
pub(crate) fn val(ty: crate::reference::Ty, bits: u128) -> Val {
    use crate::reference::Ty;
    match ty {
        Ty::I32 => Val::I32(bits as i32),
        Ty::I64 => Val::I64(bits as i64),
        Ty::F32 => Val::F32(bits as u32),
        Ty::F64 => Val::F64(bits as u64),
        Ty::V128 => Val::V128(V128::from(bits)),
    }
}

/// The bits of a value, those of 32-bit types zero-extended.
pub(crate) fn bits(val: &Val) -> u128 {
    match *val {
        Val::I32(value) => u128::from(value as u32),
        Val::I64(value) => u128::from(value as u64),
        Val::F32(bits) => u128::from(bits),
        Val::F64(bits) => u128::from(bits),
        Val::V128(vector) => vector.as_u128(),
        ref other => panic!("no number: {other:?}"),
    }
}
