//! All functions of a module, compiled and laid out so that they call each other directly.

use crate::compile::{Compiled, Compiler, Target};
use crate::image::{Function, Unit};
use crate::placement::LINE;
use crate::settings::{Calls, Settings};
use crate::shared::Machine;
use crate::sites::Sites;
use crate::{placement, stack, stubs};
use core::ops::{Deref, Range};
use core::sync::atomic::{AtomicUsize, Ordering};
use diptych_core::module::ModuleIr;
use diptych_core::platform::{StoredBytes, Workers};
use diptych_core::types::DefinedFuncIdx;
use diptych_core::{CompileProgress, Error, ErrorKind, Result};
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

/// The functions of a module, laid out. The stubs, which come first and depend on the process, are
/// still to be filled in.
#[derive(Debug)]
pub(crate) struct Linked<'a> {
    /// The code.
    pub(crate) code: Code<'a>,
    /// Where the functions are in it.
    pub(crate) unit: Unit,
    /// The functions that could not be compiled, in ascending order: each has a stub.
    pub(crate) left_out: Box<[u32]>,
}

/// Code that is not in its place yet.
#[derive(Debug)]
pub(crate) struct Code<'a> {
    bytes: Cow<'a, [u8]>,
    /// Where the same bytes are stored, and where in that.
    stored: Option<(&'a StoredBytes, Range<usize>)>,
}

impl<'a> Code<'a> {
    pub(crate) const fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes: Cow::Borrowed(bytes),
            stored: None,
        }
    }

    /// A range of what is stored; `None` when that is not all there.
    pub(crate) fn stored(stored: &'a StoredBytes, range: Range<usize>) -> Option<Self> {
        Some(Self {
            bytes: Cow::Borrowed(stored.get(range.clone())?),
            stored: Some((stored, range)),
        })
    }

    /// Where all but the first so many bytes are stored.
    pub(crate) fn stored_after(&self, len: usize) -> Option<(&'a StoredBytes, Range<usize>)> {
        let (stored, range) = self.stored.as_ref()?;
        Some((stored, range.start.saturating_add(len)..range.end))
    }
}

impl Deref for Code<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Compiles all functions and has them call each other, directly if they are near enough. Gives
/// the settings that they were compiled with. `on_progress` is called by the threads that compile.
///
/// # Errors
/// When a function cannot be compiled, and may not be left out for another backend to execute.
pub(crate) fn compile_whole(
    machine: &Machine,
    ir: &ModuleIr,
    settings: Settings,
    may_leave_out: bool,
    workers: Option<&dyn Workers>,
    on_progress: &(dyn Fn(CompileProgress) + Sync),
) -> Result<(Linked<'static>, Settings)> {
    let compile = |settings: &Settings| {
        let made = compile_all(machine, ir, settings, may_leave_out, workers, on_progress)?;
        link(ir, made)
    };
    match compile(&settings) {
        Ok(linked) => Ok((linked, settings)),
        // Functions that are too far apart for direct calls find each other by the table.
        Err(error)
            if matches!(error.kind(), ErrorKind::Limit(_)) && settings.calls == Calls::Direct =>
        {
            let settings = Settings {
                calls: Calls::Table,
                ..settings
            };
            Ok((compile(&settings)?, settings))
        }
        Err(error) => Err(error),
    }
}

/// Whether another backend can take over what failed so.
pub(crate) fn may_be_given_up(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Limit(_) | ErrorKind::OutOfMemory | ErrorKind::Message(_)
    )
}

/// Turns a panic of the compiler into an error: its state is thrown away.
pub(crate) fn catch<R>(work: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Error::msg("the compiler failed on a function")))
}

/// Compiles every function, with as many workers as there are. A function that cannot be
/// compiled is left out when another backend can execute it.
fn compile_all(
    machine: &Machine,
    ir: &ModuleIr,
    settings: &Settings,
    may_leave_out: bool,
    workers: Option<&dyn Workers>,
    on_progress: &(dyn Fn(CompileProgress) + Sync),
) -> Result<Vec<Option<Compiled>>> {
    let count = ir.bodies.len();
    let mut order = list(count)?;
    order.extend(0..count as u32);
    // The largest first: so no thread is left alone with one at the end.
    order.sort_by_key(|func| core::cmp::Reverse(ir.bodies[*func as usize].len()));
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut made = Vec::new();
        let one = |compiler: &mut Compiler, func: u32| {
            let func = DefinedFuncIdx(func);
            if !ir.bodies_validated {
                ir.validate_body(func)?;
            }
            compiler.compile(ir, settings, func)
        };
        loop {
            let Some(func) = order.get(next.fetch_add(1, Ordering::Relaxed)) else {
                return Ok(made);
            };
            let compiled = catch(|| machine.with_compiler(|compiler| one(compiler, *func)));
            match compiled {
                Ok(compiled) => made.push((*func, compiled)),
                Err(error) if may_leave_out && may_be_given_up(&error) => {}
                Err(error) => {
                    next.store(order.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            on_progress(CompileProgress::new(done, count));
        }
    };
    let mut all = list(count)?;
    all.resize_with(count, || None);
    for made in on_threads(workers, count, &work)? {
        for (func, compiled) in made? {
            all[func as usize] = Some(compiled);
        }
    }
    Ok(all)
}

/// What each of several threads made of the same work.
fn on_threads<R: Send>(
    workers: Option<&dyn Workers>,
    count: usize,
    work: &(impl Fn() -> R + Sync),
) -> Result<Vec<R>> {
    let Some(workers) = workers else {
        return Ok(vec![stack::with_room(work)?]);
    };
    // A thread costs about as much as some functions.
    let helpers = workers
        .parallelism()
        .min(count.div_ceil(8))
        .saturating_sub(1);
    let results = Mutex::new(Vec::new());
    workers.run(helpers, &|| {
        let result = stack::with_room(work);
        let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
        results.push(result);
    });
    let results = results.into_inner();
    let results = results.unwrap_or_else(PoisonError::into_inner);
    results.into_iter().collect()
}

/// Lays out functions that were compiled together, and has them call each other.
fn link(ir: &ModuleIr, made: Vec<Option<Compiled>>) -> Result<Linked<'static>> {
    let left_out: Box<[u32]> = (0..made.len() as u32)
        .filter(|func| made[*func as usize].is_none())
        .collect();
    let total = |count: fn(&Compiled) -> usize| made.iter().flatten().map(count).sum::<usize>();
    let size = total(|compiled| compiled.code.len() + LINE);
    let mut code = list(stubs_size(left_out.len()) + size)?;
    code.resize(stubs_size(left_out.len()), 0);
    let mut starts = list(made.len())?;
    for compiled in &made {
        match compiled {
            Some(compiled) => {
                code.resize(placement::next(code.len(), compiled.lead), 0);
                starts.push(code.len());
                code.extend_from_slice(&compiled.code);
            }
            None => {
                let stub = starts_of_stubs(&left_out, starts.len());
                starts.push(stub);
            }
        }
    }
    if u32::try_from(code.len()).is_err() {
        return Err(Error::new(ErrorKind::Limit(
            "the module's code is larger than 4 GiB".into(),
        )));
    }
    let mut functions = list(made.len())?;
    let all_sites = made.iter().flatten().flat_map(|compiled| &*compiled.sites);
    let sites = Sites::new(all_sites.copied(), total(|compiled| compiled.sites.len()))?;
    let mut next_site = 0;
    for (i, compiled) in made.into_iter().enumerate() {
        let Some(compiled) = compiled else { continue };
        let start = starts[i] as u32;
        for call in &compiled.calls {
            let callee = match call.target {
                Target::Func(callee) => starts[callee.index()],
                Target::Raise => stubs::RAISE_OFFSET,
            };
            call.link(&mut code[starts[i]..], starts[i], callee)?;
        }
        let first_site = next_site;
        next_site += compiled.sites.len() as u32;
        functions.push(Function {
            start,
            size: compiled.code.len() as u32,
            func: DefinedFuncIdx(i as u32),
            body: ir.bodies[i].start,
            sites: first_site..next_site,
        });
    }
    Ok(Linked {
        code: Code {
            bytes: code.into(),
            stored: None,
        },
        unit: Unit { functions, sites },
        left_out,
    })
}

/// Where the stub of a function that was left out is.
fn starts_of_stubs(left_out: &[u32], func: usize) -> usize {
    let at = left_out.partition_point(|other| (*other as usize) < func);
    stub_offset(at)
}

/// Where a stub is among stubs, in bytes.
pub(crate) const fn stub_offset(index: usize) -> usize {
    stubs::ENTRY_STUB_HEADER_BYTES + index * stubs::ENTRY_STUB_BYTES
}

/// The bytes that the stubs take before the first function's code when so many functions have one.
pub(crate) const fn stubs_size(count: usize) -> usize {
    stub_offset(count)
}

/// The stubs, among them those of functions that were left out.
pub(crate) fn linked_stubs(left_out: &[u32]) -> Vec<u8> {
    stubs::entry_stubs(left_out.iter().copied())
}

/// A list with room for `len` items.
fn list<T>(len: usize) -> Result<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(len)
        .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{self, Contents, Description};
    use diptych_core::{BackendKind, Config, Engine, Instance, Module, OptLevel, Store};

    fn module() -> Module {
        let text = r#"(module
            (type (func (param f64)))
            (type $f (func (param i32) (result i32)))
            (table funcref (elem $a $b))
            (func $a (type $f)
                (if (result i32) (local.get 0)
                    (then (call $b (i32.sub (local.get 0) (i32.const 1))))
                    (else (i32.const 7))))
            (func $b (type $f)
                (call_indirect (type $f) (local.get 0) (i32.const 0)))
            (func $c (export "c") (type $f)
                (i32.add (call $b (local.get 0)) (i32.ne (local.get 0) (i32.const 0)))))"#;
        let engine = Engine::with_backends(&Config::new(), &[crate::backend()]);
        let bytes = wat::parse_str(text).expect("the text is right");
        Module::new(&engine.expect("there is a compiler"), bytes).expect("it is valid")
    }

    fn settings() -> Settings {
        Settings::new(&Config::new(), Calls::Direct)
    }

    fn machine() -> Machine {
        Machine::host(OptLevel::Speed).expect("it is known")
    }

    /// The functions of a module but for these.
    fn linked(ir: &ModuleIr, machine: &Machine, left_out: &[usize]) -> Linked<'static> {
        let mut made =
            compile_all(machine, ir, &settings(), false, None, &|_| ()).expect("they are valid");
        for func in left_out {
            made[*func] = None;
        }
        link(ir, made).expect("they are small")
    }

    #[test]
    fn artifacts_with_functions_left_out_are_read_as_written() {
        let (module, machine) = (module(), machine());
        let ir = module.ir();
        for left_out in [&[][..], &[1], &[0, 2], &[0, 1, 2]] {
            let linked = linked(ir, &machine, left_out);
            assert_eq!(linked.left_out.len(), left_out.len());
            assert_eq!(linked.unit.functions.len(), 3 - left_out.len());
            let made_for =
                Description::new(machine.isa(), OptLevel::Speed, &settings(), ir.features);
            let bytes = artifact::write(&made_for, &ir.bytes, &Contents::of(&linked));
            let bytes = bytes.expect("there is room");
            assert!(artifact::open(&bytes, &made_for).is_ok());
            let range = artifact::module_range(&bytes).expect("it is whole");
            assert_eq!(&bytes[range], &*ir.bytes);
            let (read, settings) = artifact::read(&bytes, None, ir).expect("it is whole");
            assert_eq!(settings, self::settings());
            assert_eq!(format!("{read:?}"), format!("{linked:?}"));
        }
    }

    /// With stubs in the place of functions, from memory and from a file.
    #[test]
    fn artifacts_with_functions_left_out_are_executed() {
        let (module, machine) = (module(), machine());
        let ir = module.ir();
        let path = std::env::temp_dir().join(format!("diptych-left-out-{}", std::process::id()));
        for left_out in [&[][..], &[1], &[0, 2], &[0, 1, 2]] {
            let linked = linked(ir, &machine, left_out);
            let mut config = Config::new();
            config.backend(BackendKind::Jit);
            let backends = [crate::backend(), diptych_interp::backend()];
            let engine = Engine::with_backends(&config, &backends).expect("both are there");
            let made_for =
                Description::new(machine.isa(), OptLevel::Speed, &settings(), ir.features);
            let bytes = artifact::write(&made_for, &ir.bytes, &Contents::of(&linked));
            let bytes = bytes.expect("there is room");
            std::fs::write(&path, &bytes).expect("there is room");
            // SAFETY: it was just made, and the file is only deleted.
            let modules = unsafe {
                [
                    Module::deserialize(&engine, &bytes),
                    Module::deserialize_file(&engine, &path),
                ]
            };
            std::fs::remove_file(&path).expect("it is there");
            for module in modules {
                let module = module.expect("it is whole");
                let mut store = Store::new(&engine, ());
                let instance = Instance::new(&mut store, &module, &[]).expect("it fits");
                let c = instance.get_typed_func::<i32, i32>(&mut store, "c");
                let c = c.expect("it is exported");
                assert_eq!(c.call(&mut store, 0).expect("it ends"), 7);
                assert_eq!(c.call(&mut store, 3).expect("it ends"), 8);
            }
        }
    }

    /// Whatever the tables say, with a checksum that is right: it is refused or read.
    #[test]
    fn contradictions_do_no_harm() {
        let (module, machine) = (module(), machine());
        let ir = module.ir();
        let made_for = Description::new(machine.isa(), OptLevel::Speed, &settings(), ir.features);
        let linked = linked(ir, &machine, &[1]);
        let bytes = artifact::write(&made_for, &ir.bytes, &Contents::of(&linked));
        let bytes = bytes.expect("there is room");
        let tables = 0..artifact::module_range(&bytes).expect("it is whole").start;
        let (mut refused, mut read) = (0, 0);
        for at in tables {
            for value in [0, 1, 2, 0x7f, 0x80, 0xff] {
                let mut other = bytes.clone();
                other[at] = value;
                match artifact::read(&other, None, ir) {
                    Ok((linked, _)) => {
                        read += 1;
                        assert!(linked_stubs(&linked.left_out).len() <= linked.code.len());
                    }
                    Err(error) => {
                        refused += 1;
                        assert!(matches!(error.kind(), ErrorKind::InvalidModule { .. }));
                    }
                }
            }
        }
        assert!(refused > 100 && read > 100, "{refused} {read}");
    }
}
