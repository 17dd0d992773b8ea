//! Compiled modules in a directory.

use diptych_core::platform::StoredBytes;
use diptych_core::{
    CacheKey, CodeCache, CompilationMode, Config, Engine, ErrorKind, Instance, Module, Store,
};
use diptych_jit::Cache;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

/// A directory that is deleted in the end.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("diptych-cache-{}-{count}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    /// The entries, and what else is there.
    fn files(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(&self.0).expect("it is there");
        let mut files: Vec<_> = files
            .map(|file| file.expect("it is there").path())
            .collect();
        files.sort();
        files
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A cache that counts.
#[derive(Debug)]
struct Counting {
    cache: Cache,
    hits: AtomicU32,
    misses: AtomicU32,
    puts: AtomicU32,
    removals: AtomicU32,
}

impl Counting {
    fn open(directory: &Path) -> Arc<Self> {
        Arc::new(Self {
            cache: Cache::open(directory, 64 << 20).expect("there is room"),
            hits: AtomicU32::new(0),
            misses: AtomicU32::new(0),
            puts: AtomicU32::new(0),
            removals: AtomicU32::new(0),
        })
    }

    /// Hits, misses, puts, removals.
    fn counts(&self) -> [u32; 4] {
        [&self.hits, &self.misses, &self.puts, &self.removals]
            .map(|count| count.load(Ordering::Relaxed))
    }
}

// SAFETY: it gives what the cache gives.
unsafe impl CodeCache for Counting {
    fn get(&self, key: &CacheKey) -> Option<StoredBytes> {
        let found = self.cache.get(key);
        let count = if found.is_some() {
            &self.hits
        } else {
            &self.misses
        };
        count.fetch_add(1, Ordering::Relaxed);
        found
    }

    fn put(&self, key: &CacheKey, artifact: &[u8]) {
        self.puts.fetch_add(1, Ordering::Relaxed);
        self.cache.put(key, artifact);
    }

    fn remove(&self, key: &CacheKey) {
        self.removals.fetch_add(1, Ordering::Relaxed);
        self.cache.remove(key);
    }
}

fn engine(cache: Arc<dyn CodeCache>, change: impl FnOnce(&mut Config)) -> Engine {
    let mut config = Config::new();
    config.code_cache(cache);
    change(&mut config);
    Engine::with_backends(&config, &[diptych_jit::backend()]).expect("there is a compiler")
}

/// A module whose function gives a number.
fn module(number: i32) -> Vec<u8> {
    let text = format!(r#"(module (func (export "f") (result i32) (i32.const {number})))"#);
    wat::parse_str(text).expect("the text is right")
}

fn call(module: &Module) -> i32 {
    let mut store = Store::new(module.engine(), ());
    let instance = Instance::new(&mut store, module, &[]).expect("nothing is imported");
    let f = instance
        .get_typed_func::<(), i32>(&mut store, "f")
        .expect("it is exported");
    f.call(&mut store, ()).expect("it ends")
}

fn open(engine: &Engine, number: i32) {
    let module = Module::new(engine, module(number)).expect("it is valid");
    assert_eq!(call(&module), number);
}

#[test]
fn a_module_is_compiled_once() {
    let directory = Directory::new();
    let cache = Counting::open(&directory.0);
    for mode in [CompilationMode::Lazy, CompilationMode::Eager] {
        let engine = engine(cache.clone(), |config| {
            config.compilation(mode);
        });
        open(&engine, 1);
        open(&engine, 1);
    }
    assert_eq!(cache.counts(), [3, 1, 1, 0]);
    assert_eq!(directory.files().len(), 1);
    open(&engine(cache.clone(), |_| {}), 2);
    assert_eq!(cache.counts(), [3, 2, 2, 0]);
    // Another cache in the same directory.
    let again = Counting::open(&directory.0);
    open(&engine(again.clone(), |_| {}), 2);
    assert_eq!(again.counts(), [1, 0, 0, 0]);
}

#[test]
fn other_settings_have_other_entries() {
    let directory = Directory::new();
    let cache = Counting::open(&directory.0);
    open(&engine(cache.clone(), |_| {}), 1);
    let changes: [fn(&mut Config); 6] = [
        |config| {
            config.interruption(true);
        },
        |config| {
            config.signals_based_traps(false);
        },
        |config| {
            config.memory_guard(false);
        },
        |config| {
            config.canonicalize_nans(true);
        },
        |config| {
            config.relaxed_simd_deterministic(true);
        },
        |config| {
            config.wasm_simd(false);
        },
    ];
    for change in changes {
        open(&engine(cache.clone(), change), 1);
    }
    assert_eq!(cache.counts(), [0, 7, 7, 0]);
    assert_eq!(directory.files().len(), 7);
}

#[test]
fn what_is_not_valid_is_refused_every_time() {
    let directory = Directory::new();
    let cache = Counting::open(&directory.0);
    let invalid = wat::parse_str("(module (func (result i32)))").expect("it can be parsed");
    for _ in 0..2 {
        let engine = engine(cache.clone(), |_| {});
        let error = Module::new(&engine, &invalid).expect_err("it is invalid");
        assert!(matches!(error.kind(), ErrorKind::InvalidModule { .. }));
    }
    assert_eq!(cache.counts(), [0, 2, 0, 0]);
    // What is validated when it is called is not kept.
    let engine = engine(cache.clone(), |config| {
        config.compilation(CompilationMode::FullyLazy);
    });
    open(&engine, 1);
    Module::new(&engine, &invalid).expect("it is not known yet");
    assert_eq!(cache.counts(), [0, 2, 0, 0]);
}

/// A function that the compiler does not have is refused when it is called, as without a cache.
#[test]
fn what_cannot_be_compiled_is_opened_all_the_same() {
    let text = r#"(module
        (func (export "f") (result i32) (i32.const 3))
        (func (export "g") (i64.mul_wide_s (i64.const 1) (i64.const 2)) drop drop))"#;
    let bytes = wat::parse_str(text).expect("the text is right");
    let opened = |engine: &Engine| Module::new(engine, &bytes).map(|module| call(&module)).ok();
    let mut config = Config::new();
    config.wasm_wide_arithmetic(true);
    let without = Engine::with_backends(&config, &[diptych_jit::backend()]);
    let directory = Directory::new();
    let with = engine(Counting::open(&directory.0), |config| {
        config.wasm_wide_arithmetic(true);
    });
    assert_eq!(opened(&with), opened(&without.expect("it is there")));
}

#[test]
fn damaged_entries_are_made_again() {
    let directory = Directory::new();
    let cache = Counting::open(&directory.0);
    let engine = engine(cache.clone(), |_| {});
    open(&engine, 1);
    let [entry] = &directory.files()[..] else {
        panic!("there is one entry");
    };
    let whole = fs::read(entry).expect("it is there");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let damages = [&b""[..], &whole[..whole.len() / 2], &flipped, b"garbage"];
    for damaged in damages {
        fs::write(entry, damaged).expect("there is room");
        open(&engine, 1);
        assert!(fs::read(entry).expect("it is there again") == whole);
    }
    let count = damages.len() as u32;
    assert_eq!(cache.counts(), [count, 1, count + 1, count]);
}

/// The entries that were used last stay, and together take no more than they may.
#[test]
fn the_least_recently_used_entries_are_deleted() {
    let directory = Directory::new();
    let entry = |i: u8| [i; 32];
    let cache = Cache::open(&directory.0, 1000).expect("there is room");
    assert_eq!(cache.directory(), directory.0);
    assert_eq!(cache.max_bytes(), 1000);
    let age = |seconds: u64| {
        for path in directory.files() {
            let file = fs::File::options().append(true).open(path).expect("there");
            let before = file.metadata().and_then(|file| file.modified());
            let before = before.expect("the system knows");
            file.set_modified(before - Duration::from_secs(seconds))
                .expect("it is ours");
        }
    };
    for i in 0..4 {
        cache.put(&entry(i), &[i; 240]);
        age(10);
    }
    assert_eq!(directory.files().len(), 4);
    assert!(cache.get(&entry(0)).is_some_and(|kept| *kept == [0; 240]));
    cache.put(&entry(4), &[4; 240]);
    let kept = |i: u8| cache.path_exists(&directory, i);
    assert_eq!([0, 1, 2, 3, 4].map(kept), [true, false, true, true, true]);
    // Larger than all may be.
    cache.put(&entry(5), &[5; 1001]);
    assert_eq!(
        [0, 1, 2, 3, 4, 5].map(kept),
        [true, false, true, true, true, false]
    );
    cache.put(&entry(6), &[6; 1000]);
    assert_eq!(
        [0, 1, 2, 3, 4, 6].map(kept),
        [false, false, false, false, false, true]
    );
    for i in 0..100 {
        cache.put(&entry(i), &vec![i; usize::from(i) * 7]);
        let total: u64 = directory
            .files()
            .iter()
            .map(|file| file.metadata().expect("it is there").len())
            .sum();
        assert!(total <= 1000, "{total}");
    }
    cache.remove(&entry(99));
    assert!(cache.get(&entry(99)).is_none());
    cache.remove(&entry(99));
}

trait PathExists {
    fn path_exists(&self, directory: &Directory, i: u8) -> bool;
}

impl PathExists for Cache {
    fn path_exists(&self, directory: &Directory, i: u8) -> bool {
        let name = format!("{i:02x}").repeat(32) + ".diptych";
        directory.0.join(name).exists()
    }
}

/// What a process that ended left half written goes after a while.
#[test]
fn what_was_left_half_written_is_deleted() {
    let directory = Directory::new();
    let cache = Cache::open(&directory.0, 1000).expect("there is room");
    let (old, new) = ("00.1-2-3.partial", "00.1-2-4.partial");
    for name in [old, new, "other"] {
        fs::write(directory.0.join(name), "half").expect("there is room");
    }
    let file = fs::File::options().append(true).open(directory.0.join(old));
    let hours = Duration::from_secs(2 * 60 * 60);
    file.and_then(|file| file.set_modified(SystemTime::now() - hours))
        .expect("it is ours");
    cache.put(&[1; 32], b"entry");
    assert!(!directory.0.join(old).exists());
    assert!(directory.0.join(new).exists());
    assert!(directory.0.join("other").exists());
}

#[test]
fn threads_share_a_directory() {
    let directory = Directory::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let engine = engine(Counting::open(&directory.0), |_| {});
                for number in 0..20 {
                    open(&engine, number);
                }
            });
        }
    });
    let files = directory.files();
    assert_eq!(files.len(), 20);
    assert!(
        files
            .iter()
            .all(|file| file.extension().is_some_and(|it| it == "diptych"))
    );
}

/// What [`processes_share_a_directory`] starts twice: this test alone, told where.
#[test]
fn one_of_several_processes() {
    let Some(directory) = std::env::var_os("DIPTYCH_TEST_CACHE") else {
        return;
    };
    let cache = Cache::open(directory, 64 << 20).expect("there is room");
    let engine = engine(Arc::new(cache), |_| {});
    for round in 0..5 {
        for number in 0..20 {
            open(&engine, number + round / 3);
        }
    }
}

#[test]
fn processes_share_a_directory() {
    let directory = Directory::new();
    let program = std::env::current_exe().expect("the system knows");
    let start = || {
        Command::new(&program)
            .args(["--exact", "one_of_several_processes"])
            .env("DIPTYCH_TEST_CACHE", &directory.0)
            .output()
            .expect("it can be started")
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..2).map(|_| scope.spawn(start)).collect();
        for other in others {
            let output = other.join().expect("no panic");
            assert!(output.status.success(), "{output:?}");
        }
    });
    assert_eq!(directory.files().len(), 21);
    // They are the same program as this one.
    let cache = Counting::open(&directory.0);
    open(&engine(cache.clone(), |_| {}), 20);
    assert_eq!(cache.counts(), [1, 0, 0, 0]);
}

/// Nothing that is wrong with the directory keeps a guest from running.
#[test]
fn a_directory_that_cannot_be_used_is_no_error_of_the_guest() {
    let directory = Directory::new();
    let cache = Arc::new(Cache::open(&directory.0, 64 << 20).expect("there is room"));
    // It is gone.
    fs::remove_dir_all(&directory.0).expect("it is ours");
    open(&engine(cache.clone(), |_| {}), 1);
    // It is a file.
    fs::write(&directory.0, "").expect("there is room");
    open(&engine(cache, |_| {}), 1);
    assert!(Cache::open(&directory.0, 1).is_err());
    fs::remove_file(&directory.0).expect("it is ours");
    // It cannot be written to, except by those who may do everything.
    fs::create_dir(&directory.0).expect("there is room");
    let mut access = fs::metadata(&directory.0)
        .expect("it is there")
        .permissions();
    access.set_readonly(true);
    fs::set_permissions(&directory.0, access).expect("it is ours");
    let cache = Cache::open(&directory.0, 64 << 20).expect("it is there");
    open(&engine(Arc::new(cache), |_| {}), 1);
}
