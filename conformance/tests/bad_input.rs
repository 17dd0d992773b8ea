//! Damaged modules: every byte-prefix and many random mutations of real ones give an error value
//! or a module that runs within its limits; never a panic, a hang or a memory blow-up.

mod support;

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use diptych::{Engine, Linker, Module, Store, StoreLimits, StoreLimitsBuilder, Val};
use diptych_conformance::suite;

const MUTATIONS: u64 = 10_000;
const FUEL: u64 = 5_000;

/// Scripts whose largest module is damaged: each uses another part of the format.
const SCRIPTS: &[&str] = &[
    "br_table.wast",
    "call_indirect.wast",
    "float_exprs.wast",
    "bulk-memory/memory_copy.wast",
    "bulk-memory/table_init.wast",
    "multi-memory/memory-multi.wast",
    "return_call_indirect.wast",
    "select.wast",
    "exceptions/try_table.wast",
    "legacy-exceptions/catch.wast",
    "legacy-exceptions/delegate.wast",
    "gc/struct.wast",
    "simd/simd_lane.wast",
    "global.wast",
];

macro_rules! modes {
    ($($module:ident = $mode:literal, $share:literal;)*) => {
        $(mod $module {
            #[test]
            fn prefixes() {
                super::prefixes($mode);
            }

            #[test]
            fn mutations() {
                super::mutations($mode, $share);
            }
        })*
    };
}

modes! {
    interp = "interp", 1;
    looped = "loop", 1;
    jit = "jit", 5;
    jit_explicit = "jit-check-explicit-speed", 5;
}

fn prefixes(mode: &str) {
    let watchdog = Watchdog::start();
    for (name, module) in modules() {
        let Some(engine) = engine(mode) else { return };
        for len in 0..=module.len() {
            watchdog.case(&name, len as u64);
            try_module(&engine, &module[..len]);
        }
    }
}

/// One of `share` mutations: a compiler takes much longer over each module.
fn mutations(mode: &str, share: usize) {
    let watchdog = Watchdog::start();
    let mut ran = 0;
    for (name, module) in modules() {
        let Some(mut engine) = engine(mode) else {
            return;
        };
        for seed in (0..MUTATIONS).step_by(share) {
            watchdog.case(&name, seed);
            // The engine keeps the types of all modules that it has seen.
            if seed % 1000 == 0 {
                engine = self::engine(mode).expect("it was there before");
            }
            ran += u64::from(try_module(&engine, &mutate(&module, seed)));
        }
    }
    assert!(
        ran > MUTATIONS / share as u64 / 10,
        "only {ran} damaged modules ran, so little was tested"
    );
}

fn engine(mode: &str) -> Option<Engine> {
    support::engine(mode, |config| {
        config.consume_fuel(true);
        config.max_wasm_stack(1 << 18);
        config.wasm_legacy_exceptions(true);
    })
}

/// The largest module of each script, and programs that use many instructions together.
fn modules() -> Vec<(String, Vec<u8>)> {
    let files = suite::embedded();
    let mut modules = vec![(
        "program".to_owned(),
        support::wat(include_str!("program.wat")),
    )];
    for name in SCRIPTS {
        let file = files
            .iter()
            .find(|file| file.key == *name)
            .expect("the script exists");
        modules.push(((*name).to_owned(), largest_module(&file.text)));
    }
    modules
}

fn largest_module(text: &str) -> Vec<u8> {
    let mut lexer = wast::lexer::Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = wast::parser::ParseBuffer::new_with_lexer(lexer).expect("the script is lexed");
    let script = wast::parser::parse::<wast::Wast<'_>>(&buffer).expect("the script is parsed");
    let encoded = script
        .directives
        .into_iter()
        .filter_map(|directive| match directive {
            wast::WastDirective::Module(mut module) => module.encode().ok(),
            _ => None,
        });
    encoded
        .max_by_key(Vec::len)
        .expect("the script has a module")
}

/// Opens the module and, when it is one, instantiates it and calls all that it exports. Whether
/// it could be instantiated.
fn try_module(engine: &Engine, bytes: &[u8]) -> bool {
    let Ok(module) = Module::new(engine, bytes) else {
        return false;
    };
    let limits = StoreLimitsBuilder::new()
        .memory_size(1 << 20)
        .table_elements(10_000)
        .build();
    let mut store = Store::new(engine, limits);
    store.limiter(|limits: &mut StoreLimits| limits);
    store.set_fuel(FUEL).expect("fuel is configured");
    let mut linker = Linker::<StoreLimits>::new(engine);
    if linker.define_unknown_imports_as_traps(&module).is_err() {
        return false;
    }
    let Ok(instance) = linker.instantiate(&mut store, &module) else {
        return false;
    };
    let names: Vec<String> = module
        .exports()
        .map(|export| export.name().to_owned())
        .collect();
    for name in names.iter().take(50) {
        let Some(func) = instance.get_func(&mut store, name) else {
            continue;
        };
        let ty = func.ty(&store);
        let args: Option<Vec<Val>> = ty
            .params()
            .iter()
            .map(|ty| Val::default_for_ty(*ty))
            .collect();
        let Some(args) = args else { continue };
        let mut results = vec![Val::I32(0); ty.results().len()];
        store.set_fuel(FUEL).expect("fuel is configured");
        // An error is as good as a result.
        let _ = func.call(&mut store, &args, &mut results);
    }
    true
}

/// The module with one to four edits, the same for the same seed.
fn mutate(module: &[u8], seed: u64) -> Vec<u8> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut bytes = module.to_vec();
    for _ in 0..=random.below(4) {
        // The first eight bytes say that it is a module; damage to them tests little.
        let at = 8 + random.below(bytes.len() - 8);
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, 0x40][random.below(6)],
            3 => bytes.insert(at, random.next() as u8),
            4 => {
                bytes.remove(at);
            }
            _ => {
                let len = random.below(16).min(bytes.len() - at);
                let copy = bytes[at..at + len].to_vec();
                let to = 8 + random.below(bytes.len() - 8);
                bytes.splice(to..to, copy);
            }
        }
        if bytes.len() <= 16 {
            break;
        }
    }
    bytes
}

/// Xorshift: the cases must be the same in every run, on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// Ends the process when one case takes too long: a hang could not fail the test otherwise.
struct Watchdog {
    case: &'static AtomicU64,
    name: core::cell::RefCell<String>,
}

impl Watchdog {
    fn start() -> Self {
        let case: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(0)));
        std::thread::spawn(move || {
            let mut last = u64::MAX;
            loop {
                std::thread::sleep(Duration::from_secs(60));
                let now = case.load(Ordering::Relaxed);
                if now == last && now != u64::MAX {
                    eprintln!("case {} takes more than a minute", now & 0xffff_ffff);
                    std::process::abort();
                }
                last = now;
            }
        });
        Self {
            case,
            name: core::cell::RefCell::default(),
        }
    }

    fn case(&self, name: &str, number: u64) {
        let mut current = self.name.borrow_mut();
        let module = self.case.load(Ordering::Relaxed) >> 32;
        let module = if *current == name { module } else { module + 1 };
        if *current != name {
            eprintln!("{name}");
            name.clone_into(&mut current);
        }
        self.case.store(module << 32 | number, Ordering::Relaxed);
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.case.store(u64::MAX, Ordering::Relaxed);
    }
}
