//! Compiled modules in a directory.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use diptych_core::platform::StoredBytes;
use diptych_core::{CacheKey, CodeCache};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A directory of compiled modules, for
/// [`Config::code_cache`](diptych_core::Config::code_cache).
///
/// Any number of threads and processes can use the same directory at once. An entry appears there
/// whole or not at all, and one that is damaged is compiled again. When the entries take more than
/// the cache may, those that were not used for the longest time are deleted. What cannot be read
/// or written is as if it were not there.
///
/// Whoever can write to the directory can have this process execute anything: it is created so
/// that only its owner can, and belongs where no one else has a hand in it.
///
/// ```no_run
/// use diptych_core::Config;
/// use diptych_jit::Cache;
/// use std::sync::Arc;
///
/// # fn main() -> std::io::Result<()> {
/// let cache = Cache::open("/var/cache/guests", 512 << 20)?;
/// let mut config = Config::new();
/// config.code_cache(Arc::new(cache));
/// # Ok(())
/// # }
/// ```
pub struct Cache {
    directory: PathBuf,
    max_bytes: u64,
    written: AtomicU64,
}

/// What the names of entries end with.
const ENTRY: &str = "diptych";
/// What the names of entries end with that are being written.
const PARTIAL: &str = "partial";
/// How long what is being written stays, when whoever writes it may have ended.
const PARTIAL_AGE: Duration = Duration::from_secs(60 * 60);

impl Cache {
    /// The cache in a directory, which is created if need be, and whose entries may take so many
    /// bytes together.
    ///
    /// # Errors
    /// When the directory is not there and cannot be created. That it cannot be written to is no
    /// error: then nothing is kept.
    pub fn open(directory: impl Into<PathBuf>, max_bytes: u64) -> io::Result<Self> {
        let directory = directory.into();
        if !directory.is_dir() {
            create(&directory)?;
        }
        Ok(Self {
            directory,
            max_bytes,
            written: AtomicU64::new(0),
        })
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The bytes that the entries may take together.
    pub const fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    fn path(&self, key: &CacheKey) -> PathBuf {
        let mut name: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        name.push('.');
        name.push_str(ENTRY);
        self.directory.join(name)
    }

    fn write(&self, key: &CacheKey, artifact: &[u8]) -> io::Result<()> {
        if artifact.len() as u64 > self.max_bytes {
            return Ok(());
        }
        let path = self.path(key);
        // No other thread or process writes to this one.
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let address = core::ptr::from_ref(self).addr();
        let process = std::process::id();
        let partial = path.with_extension(format!("{process}-{address:x}-{number}.{PARTIAL}"));
        let written = fs::write(&partial, artifact).and_then(|()| fs::rename(&partial, &path));
        if written.is_err() {
            let _ = fs::remove_file(&partial);
        }
        written?;
        self.evict()
    }

    /// Deletes the entries that were not used for the longest time until the others fit.
    fn evict(&self) -> io::Result<()> {
        let now = SystemTime::now();
        let mut entries = Vec::new();
        let mut total = 0;
        for entry in fs::read_dir(&self.directory)? {
            // Others delete entries too.
            let Ok(entry) = entry else { continue };
            let path = entry.path();
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let extension = path.extension().and_then(|name| name.to_str());
            match extension {
                Some(ENTRY) => {
                    total += metadata.len();
                    entries.push((used, metadata.len(), path));
                }
                Some(PARTIAL) if now.duration_since(used).is_ok_and(|age| age > PARTIAL_AGE) => {
                    let _ = fs::remove_file(&path);
                }
                _ => {}
            }
        }
        entries.sort_unstable();
        for (_, len, path) in entries {
            if total <= self.max_bytes {
                break;
            }
            // What someone else deleted counts no more either.
            let _ = fs::remove_file(path);
            total -= len;
        }
        Ok(())
    }
}

// SAFETY: it gives what is in its directory, which its documentation leaves to the embedder to
// keep to itself.
unsafe impl CodeCache for Cache {
    fn get(&self, key: &CacheKey) -> Option<StoredBytes> {
        let path = self.path(key);
        // SAFETY: entries are written once, before they have their names, and then only deleted.
        let artifact = unsafe { StoredBytes::open(&path) }.ok()?;
        // Used now. Where that cannot be noted, it may be deleted sooner.
        let file = File::options().append(true).open(&path);
        let _ = file.and_then(|file| file.set_modified(SystemTime::now()));
        Some(artifact)
    }

    fn put(&self, key: &CacheKey, artifact: &[u8]) {
        let _ = self.write(key, artifact);
    }

    fn remove(&self, key: &CacheKey) {
        let _ = fs::remove_file(self.path(key));
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("directory", &self.directory)
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}

#[cfg(unix)]
fn create(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}

#[cfg(not(unix))]
fn create(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}
