//! The world of one guest.

use crate::clock::{Clocks, HostMonotonicClock, HostWallClock};
use crate::errno::Outcome;
use crate::fd_table::{Descriptor, FdTable, OpenDir};
use crate::observe::{CallSeen, Observer};
use crate::perms::{DirPerms, FilePerms};
use crate::random::{HostRandom, RandomSource};
use crate::stdio::{Stderr, Stdin, Stdout};
use crate::stream::{InputStream, OutputStream, Owned, lock};
use crate::strings::Strings;
use crate::threads::Spawn;
use crate::types::Rights;
use crate::wait::Wait;
use crate::{MonotonicClock, WallClock};
use alloc::sync::Arc;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use core::fmt;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

/// How many descriptors a guest can have at a time, if the embedder does not say.
const MAX_DESCRIPTORS: usize = 1024;

/// What one guest has of the world: its arguments, its variables, its open files, its clocks.
///
/// It belongs into the state of the guest's store, where
/// [`add_to_linker`](crate::add_to_linker) finds it. Clones are the same world, for the stores in
/// which the threads of one guest run: what one opens or closes is open or closed for all. No
/// thread keeps another from it while it waits. A descriptor that is closed while a thread waits
/// for it is a bad one (`EBADF`) for that thread, too, 10 ms later at most; one that is in use at
/// that moment is used to the end of the call.
#[derive(Clone)]
pub struct WasiCtx {
    pub(crate) world: Arc<World>,
    pub(crate) wait: Wait,
    /// What starts threads in this world, if the guest can.
    pub(crate) threads: Option<Arc<dyn Spawn>>,
    /// Who is told of calls.
    pub(crate) observer: Option<Arc<Observer>>,
}

/// What clones of a context share. Each lock is held for a moment, and none while another is
/// asked for; only a stream's is held as long as the embedder's functions for it take.
pub(crate) struct World {
    pub(crate) args: Strings,
    pub(crate) env: Strings,
    table: Mutex<FdTable>,
    pub(crate) clocks: Clocks,
    pub(crate) random: Owned<dyn RandomSource>,
}

impl WasiCtx {
    /// Lets the embedder end the guest while it waits, as
    /// [`WasiCtxBuilder::cancel_waits_when`] does, from now on: what ends the wait can be
    /// something that there is only when the guest's store is made. Of clones, those have it that
    /// are made later.
    pub fn cancel_waits_when(&mut self, cancelled: impl Fn() -> bool + Send + Sync + 'static) {
        self.wait.cancel_when(Arc::new(cancelled));
    }

    /// Whether the guest is to end, and so its waits do: by
    /// [`cancel_waits_when`](Self::cancel_waits_when), or because another thread has ended it. This
    /// is for functions of the embedder's that take long, or that decide whether an interrupted
    /// guest goes on ([`Store::on_interrupt`](diptych::Store::on_interrupt)).
    pub fn is_cancelled(&self) -> bool {
        self.wait.check().is_err()
    }

    pub(crate) fn table(&self) -> MutexGuard<'_, FdTable> {
        lock(&self.world.table)
    }

    /// What a number stands for at this moment.
    pub(crate) fn get(&self, fd: u32) -> Outcome<Descriptor> {
        self.table().get(fd).cloned()
    }

    /// The directory with this number, if it is one and the guest has these rights and
    /// permissions.
    pub(crate) fn dir(&self, fd: u32, rights: Rights, perms: DirPerms) -> Outcome<Arc<OpenDir>> {
        self.get(fd)?.dir(rights, perms).map(Arc::clone)
    }

    /// Whether something must be looked at during a wait that cannot end it: the embedder may want
    /// to end the guest, or another thread close what is waited for.
    pub(crate) fn looks_up_from_waits(&self) -> bool {
        self.wait.can_be_cancelled() || Arc::strong_count(&self.world) > 1
    }
}

impl fmt::Debug for WasiCtx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasiCtx").finish_non_exhaustive()
    }
}

/// Makes a [`WasiCtx`].
///
/// A guest has no more than what is said here: without a call there are no arguments, no
/// variables and no directories, its input is at its end and its output is dropped. Its clocks
/// and its random bytes are the host's.
///
/// ```
/// use diptych_wasi::WasiCtxBuilder;
///
/// let wasi = WasiCtxBuilder::new()
///     .arg("tool")
///     .env("LANG", "C")
///     .inherit_stdio()
///     .build();
/// ```
pub struct WasiCtxBuilder {
    args: Strings,
    env: Strings,
    stdin: Descriptor,
    stdout: Descriptor,
    stderr: Descriptor,
    preopens: Vec<Descriptor>,
    wall: Box<dyn WallClock>,
    monotonic: Option<Box<dyn MonotonicClock>>,
    random: Owned<dyn RandomSource>,
    cancelled: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
    observer: Option<Arc<Observer>>,
    max_descriptors: usize,
}

impl WasiCtxBuilder {
    /// A builder of a world with nothing in it.
    pub fn new() -> Self {
        Self {
            args: Strings::default(),
            env: Strings::default(),
            stdin: Descriptor::input(io::empty()),
            stdout: Descriptor::output(io::sink()),
            stderr: Descriptor::output(io::sink()),
            preopens: Vec::new(),
            wall: Box::new(HostWallClock),
            monotonic: None,
            random: Owned::new(Box::new(HostRandom)),
            cancelled: None,
            observer: None,
            max_descriptors: MAX_DESCRIPTORS,
        }
    }

    /// Adds an argument. The first is the name by which the program knows itself.
    ///
    /// To a guest an argument ends at its first NUL.
    pub fn arg(&mut self, arg: impl AsRef<str>) -> &mut Self {
        self.args.push(&[arg.as_ref()]);
        self
    }

    /// Adds arguments.
    pub fn args(&mut self, args: impl IntoIterator<Item = impl AsRef<str>>) -> &mut Self {
        for arg in args {
            self.arg(arg);
        }
        self
    }

    /// Adds the arguments of the host's process. What is no Unicode in them is replaced by U+FFFD.
    pub fn inherit_args(&mut self) -> &mut Self {
        self.args(std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()))
    }

    /// Adds an environment variable.
    ///
    /// To a guest a name ends at its first `=`, and a value at its first NUL.
    pub fn env(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> &mut Self {
        self.env.push(&[name.as_ref(), "=", value.as_ref()]);
        self
    }

    /// Adds environment variables.
    pub fn envs(
        &mut self,
        variables: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>,
    ) -> &mut Self {
        for (name, value) in variables {
            self.env(name, value);
        }
        self
    }

    /// Adds the environment variables of the host's process. What is no Unicode in them is
    /// replaced by U+FFFD.
    pub fn inherit_env(&mut self) -> &mut Self {
        self.envs(std::env::vars_os().map(|(name, value)| {
            let [name, value] = [name, value].map(|text| text.to_string_lossy().into_owned());
            (name, value)
        }))
    }

    /// Sets the standard input.
    pub fn stdin(&mut self, stream: impl InputStream + 'static) -> &mut Self {
        self.stdin = Descriptor::input(stream);
        self
    }

    /// Sets the standard output.
    pub fn stdout(&mut self, stream: impl OutputStream + 'static) -> &mut Self {
        self.stdout = Descriptor::output(stream);
        self
    }

    /// Sets the standard error.
    pub fn stderr(&mut self, stream: impl OutputStream + 'static) -> &mut Self {
        self.stderr = Descriptor::output(stream);
        self
    }

    /// Makes the standard input that of the host's process. On Unix the guest then reads past the
    /// buffer of [`std::io::stdin`].
    pub fn inherit_stdin(&mut self) -> &mut Self {
        self.stdin(Stdin)
    }

    /// Makes the standard output that of the host's process.
    pub fn inherit_stdout(&mut self) -> &mut Self {
        self.stdout(Stdout)
    }

    /// Makes the standard error that of the host's process.
    pub fn inherit_stderr(&mut self) -> &mut Self {
        self.stderr(Stderr)
    }

    /// Makes the standard input, output and error those of the host's process.
    pub fn inherit_stdio(&mut self) -> &mut Self {
        self.inherit_stdin().inherit_stdout().inherit_stderr()
    }

    /// Opens a directory of the host to the guest, by which name and with which permissions.
    ///
    /// No path of the guest's leads out of it: not by `..`, not as an absolute one, and not by a
    /// symbolic link, whoever made it. What is moved or linked from one directory to another can
    /// be used there no more freely than before.
    ///
    /// ```no_run
    /// use diptych_wasi::{DirPerms, FilePerms, WasiCtxBuilder};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let wasi = WasiCtxBuilder::new()
    ///     .preopened_dir("/srv/data", "/data", DirPerms::READ, FilePerms::READ)?
    ///     .preopened_dir("/srv/scratch", ".", DirPerms::all(), FilePerms::all())?
    ///     .build();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the host cannot open the directory.
    pub fn preopened_dir(
        &mut self,
        host_path: impl AsRef<Path>,
        guest_path: impl AsRef<str>,
        dir_perms: DirPerms,
        file_perms: FilePerms,
    ) -> io::Result<&mut Self> {
        let dir = Dir::open_ambient_dir(host_path, ambient_authority())?;
        self.preopens.push(Descriptor::preopen(OpenDir {
            dir,
            dir_perms,
            file_perms,
            preopen: Some(guest_path.as_ref().to_owned()),
            cursor: Mutex::new(None),
        }));
        Ok(self)
    }

    /// Sets the clock of the time of day.
    pub fn wall_clock(&mut self, clock: impl WallClock + 'static) -> &mut Self {
        self.wall = Box::new(clock);
        self
    }

    /// Sets the monotonic clock, by which guests also wait. The clocks of CPU time follow it.
    pub fn monotonic_clock(&mut self, clock: impl MonotonicClock + 'static) -> &mut Self {
        self.monotonic = Some(Box::new(clock));
        self
    }

    /// Sets the source of random bytes.
    pub fn random(&mut self, source: impl RandomSource + 'static) -> &mut Self {
        self.random = Owned::new(Box::new(source));
        self
    }

    /// Lets the embedder end a guest while it waits, for a time or for a stream.
    ///
    /// Interrupting a store reaches a guest when it runs; one that has called for a wait of an
    /// hour does not run. With this, `cancelled` is asked every 10 ms of a wait, and when it says
    /// yes the guest ends as an interrupted one does: with
    /// [`Trap::Interrupted`](diptych::Trap::Interrupted). Waits in the embedder's own streams and
    /// clocks, and of the host's file system, are not ended.
    ///
    /// ```
    /// use diptych_wasi::WasiCtxBuilder;
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicBool, Ordering};
    ///
    /// let stop = Arc::new(AtomicBool::new(false));
    /// let seen = Arc::clone(&stop);
    /// let wasi = WasiCtxBuilder::new()
    ///     .cancel_waits_when(move || seen.load(Ordering::Relaxed))
    ///     .build();
    /// ```
    pub fn cancel_waits_when(
        &mut self,
        cancelled: impl Fn() -> bool + Send + Sync + 'static,
    ) -> &mut Self {
        self.cancelled = Some(Arc::new(cancelled));
        self
    }

    /// Tells an observer of every call of the guest's when it has ended: what it was called with,
    /// what of the guest's memory it looked at and wrote, and what it gave. That is what it takes
    /// to give the guest the same once more.
    ///
    /// An error of the observer's ends the guest. Calls of threads wait for each other while they
    /// tell it. Accesses to a memory that threads share are not told.
    ///
    /// ```
    /// use diptych_wasi::WasiCtxBuilder;
    ///
    /// let wasi = WasiCtxBuilder::new()
    ///     .observe_calls(|call| {
    ///         eprintln!("{}({:?}): {:?}", call.name(), call.args(), call.end());
    ///         Ok(())
    ///     })
    ///     .build();
    /// ```
    pub fn observe_calls(
        &mut self,
        observer: impl FnMut(&CallSeen<'_>) -> diptych::Result<()> + Send + 'static,
    ) -> &mut Self {
        self.observer = Some(Arc::new(Observer::new(observer)));
        self
    }

    /// Sets how many descriptors the guest can have at a time, with those that it is given; 1024
    /// by default. It gets `EMFILE` for more.
    pub fn max_descriptors(&mut self, descriptors: usize) -> &mut Self {
        self.max_descriptors = descriptors;
        self
    }

    /// Makes the context. The builder is as new afterwards: what it held is in the context.
    pub fn build(&mut self) -> WasiCtx {
        let Self {
            args,
            env,
            stdin,
            stdout,
            stderr,
            preopens,
            wall,
            monotonic,
            random,
            cancelled,
            observer,
            max_descriptors,
        } = core::mem::take(self);
        let mut descriptors = vec![stdin, stdout, stderr];
        descriptors.extend(preopens);
        #[cfg(unix)]
        let monotonic_is_hosts = monotonic.is_none();
        let monotonic = monotonic.unwrap_or_else(|| Box::new(HostMonotonicClock::new()));
        let start = monotonic.now();
        let world = World {
            args,
            env,
            table: Mutex::new(FdTable::new(descriptors, max_descriptors)),
            clocks: Clocks {
                wall,
                monotonic,
                #[cfg(unix)]
                monotonic_is_hosts,
                start,
            },
            random,
        };
        WasiCtx {
            world: Arc::new(world),
            wait: Wait::new(cancelled),
            threads: None,
            observer,
        }
    }
}

impl Default for WasiCtxBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for WasiCtxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasiCtxBuilder").finish_non_exhaustive()
    }
}
