//! The validation of function bodies: of all of them at once, on several threads where that pays,
//! or of one before it is first translated.

use super::ir::ModuleIr;
use super::operators::Operators;
use super::sections::invalid;
use crate::error::{Error, ErrorKind, Result};
use crate::sync::Mutex;
use crate::types::DefinedFuncIdx;
use core::fmt;
use core::mem;
use core::ops::Range;
use diptych_platform::Workers;
use wasmparser::{
    BinaryReader, FuncToValidate, FuncValidatorAllocations, ValidatorResources, WasmFeatures,
    WasmModuleResources as _,
};

/// What the validation of a body needs: the types of everything in the module.
#[derive(Clone, Debug)]
pub(super) struct BodyValidator {
    resources: ValidatorResources,
    features: WasmFeatures,
    imported_funcs: u32,
}

impl BodyValidator {
    /// What validates all functions of the module whose first defined one is `first`.
    pub(super) fn new(first: FuncToValidate<ValidatorResources>) -> Self {
        Self {
            resources: first.resources,
            features: first.features,
            imported_funcs: first.index,
        }
    }

    /// Whether a reference to the function can be taken: it is exported, in an element segment or
    /// in a constant expression
    /// ([spec](https://webassembly.github.io/spec/core/valid/modules.html#modules), `refs`).
    pub(super) fn is_referenced(&self, func: DefinedFuncIdx) -> bool {
        self.resources
            .is_function_referenced(self.imported_funcs + func.0)
    }

    /// Validates one body and hands the memory back.
    fn validate(
        &self,
        bytes: &[u8],
        range: &Range<u32>,
        func: DefinedFuncIdx,
        allocations: FuncValidatorAllocations,
    ) -> wasmparser::Result<FuncValidatorAllocations> {
        let index = self.imported_funcs + func.0;
        let func = FuncToValidate {
            resources: self.resources.clone(),
            index,
            // Known since the function section; the bodies are as many.
            ty: self
                .resources
                .type_index_of_function(index)
                .unwrap_or_default(),
            features: self.features,
        };
        let mut validator = func.into_validator(allocations);
        let body = &bytes[range.start as usize..range.end as usize];
        let mut reader = BinaryReader::new_features(body, range.start.into(), self.features);
        // Not `FuncValidator::validate`: built with debug assertions it panics where the
        // validator's own tables disagree.
        validator.read_locals(&mut reader)?;
        let mut operators = Operators::new(reader)?;
        while !operators.is_at_end() {
            let offset = operators.position();
            operators.visit(&mut validator.visitor(offset))??;
        }
        let end = operators.reader();
        end.finish_expression(&validator.visitor(end.original_position()))?;
        Ok(validator.into_allocations())
    }

    /// Validates all bodies. The error is that of the first invalid one.
    pub(super) fn validate_all(
        &self,
        bytes: &[u8],
        bodies: &[Range<u32>],
        workers: Option<&dyn Workers>,
    ) -> Result<()> {
        if let Some(workers) = workers
            && let Some(result) = parallel::validate_all(self, bytes, bodies, workers)
        {
            return result;
        }
        self.validate_range(
            bytes,
            bodies,
            0..bodies.len(),
            FuncValidatorAllocations::default(),
        )
        .map(drop)
    }

    /// Validates the bodies with these indices.
    fn validate_range(
        &self,
        bytes: &[u8],
        bodies: &[Range<u32>],
        range: Range<usize>,
        mut allocations: FuncValidatorAllocations,
    ) -> Result<FuncValidatorAllocations> {
        for index in range {
            let func = DefinedFuncIdx(index as u32);
            allocations = self
                .validate(bytes, &bodies[index], func, allocations)
                .map_err(invalid)?;
        }
        Ok(allocations)
    }
}

mod parallel {
    use super::BodyValidator;
    use crate::error::{Error, Result};
    use crate::sync::Mutex;
    use core::mem;
    use core::ops::Range;
    use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
    use diptych_platform::Workers;
    use wasmparser::FuncValidatorAllocations;

    /// The code size in bytes from which on a second thread is worth its start.
    const MIN_CODE: u32 = 64 << 10;
    /// What a thread takes at a time, in bytes of code.
    const CHUNK: u32 = 16 << 10;
    const MAX_THREADS: usize = 8;

    /// Validates on several threads; `None` when one is better.
    pub(super) fn validate_all(
        validator: &BodyValidator,
        bytes: &[u8],
        bodies: &[Range<u32>],
        workers: &dyn Workers,
    ) -> Option<Result<()>> {
        let (first, last) = (bodies.first()?, bodies.last()?);
        let size = last.end - first.start;
        if size < MIN_CODE {
            return None;
        }
        let most = MAX_THREADS.min((size / CHUNK) as usize);
        let threads = workers.parallelism().min(most);
        (threads > 1).then(|| run(validator, bytes, bodies, workers, threads))
    }

    pub(super) fn run(
        validator: &BodyValidator,
        bytes: &[u8],
        bodies: &[Range<u32>],
        workers: &dyn Workers,
        threads: usize,
    ) -> Result<()> {
        let next = AtomicUsize::new(0);
        let end = AtomicU32::new(bodies.last().map_or(0, |body| body.end));
        let failed = Mutex::new(None);
        let job = Job {
            validator,
            bytes,
            bodies,
            next,
            end,
            failed,
        };
        workers.run(threads - 1, &|| job.work());
        let failed = job.failed.lock().take();
        failed.map_or(Ok(()), |(_, error)| Err(error))
    }

    struct Job<'a> {
        validator: &'a BodyValidator,
        bytes: &'a [u8],
        bodies: &'a [Range<u32>],
        /// The next chunk that no thread has taken.
        next: AtomicUsize,
        /// The end in the bytes of what is still of interest.
        end: AtomicU32,
        /// The first invalid body so far, and why.
        failed: Mutex<Option<(usize, Error)>>,
    }

    impl Job<'_> {
        /// Takes chunks in ascending order until none is left. A chunk before the first known
        /// error is never left out, so that the error is the same on any number of threads.
        fn work(&self) {
            let mut allocations = FuncValidatorAllocations::default();
            loop {
                let chunk = self.next.fetch_add(1, Ordering::Relaxed) as u64;
                let start = u64::from(self.bodies[0].start) + chunk * u64::from(CHUNK);
                if start >= u64::from(self.end.load(Ordering::Relaxed)) {
                    return;
                }
                let body_at = |offset| {
                    self.bodies
                        .partition_point(|body| u64::from(body.start) < offset)
                };
                for index in body_at(start)..body_at(start + u64::from(CHUNK)) {
                    let reuse = mem::take(&mut allocations);
                    let range = index..index + 1;
                    match self
                        .validator
                        .validate_range(self.bytes, self.bodies, range, reuse)
                    {
                        Ok(reuse) => allocations = reuse,
                        Err(error) => {
                            self.fail(index, error);
                            break;
                        }
                    }
                }
            }
        }

        fn fail(&self, index: usize, error: Error) {
            let mut failed = self.failed.lock();
            if failed.as_ref().is_none_or(|(first, _)| index < *first) {
                *failed = Some((index, error));
                self.end
                    .fetch_min(self.bodies[index].start, Ordering::Relaxed);
            }
        }
    }
}

/// The bodies of a module that are validated one by one, before they are first translated.
pub(crate) struct LazyBodies {
    validator: BodyValidator,
    /// The memory of the last validation.
    allocations: Mutex<FuncValidatorAllocations>,
}

impl LazyBodies {
    pub(super) fn new(validator: BodyValidator) -> Self {
        Self {
            validator,
            allocations: Mutex::new(FuncValidatorAllocations::default()),
        }
    }
}

impl fmt::Debug for LazyBodies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazyBodies").finish_non_exhaustive()
    }
}

impl ModuleIr {
    /// Validates a function's body. When [`bodies_validated`](Self::bodies_validated) is false,
    /// this comes before the body is read.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModule`] when it is not valid, [`ErrorKind::BadArgument`] when there
    /// is no such function.
    pub fn validate_body(&self, func: DefinedFuncIdx) -> Result<()> {
        let Some(range) = self.bodies.get(func.index()) else {
            return Err(Error::new(ErrorKind::BadArgument(
                "the module has no such function".into(),
            )));
        };
        let Some(lazy) = &self.lazy else {
            return Ok(());
        };
        let allocations = mem::take(&mut *lazy.allocations.lock());
        let allocations = lazy
            .validator
            .validate(&self.bytes, range, func, allocations)
            .map_err(invalid)?;
        *lazy.allocations.lock() = allocations;
        Ok(())
    }
}

#[cfg(all(test, feature = "threads"))]
mod tests {
    use crate::config::Config;
    use crate::module::sections::Sections;
    use alloc::format;
    use alloc::string::{String, ToString as _};
    use diptych_platform::ThreadWorkers;

    /// A module of many functions, those with these indices invalid.
    fn module(invalid: &[usize]) -> alloc::vec::Vec<u8> {
        let body = "(drop (i32.add (local.get 0) (i32.const 1000000)))".repeat(50);
        let funcs: String = (0..1000)
            .map(|i| match invalid.contains(&i) {
                false => format!("(func (param i32) {body})"),
                true => format!("(func (param i32) {body} (drop (i64.add (local.get 0))))"),
            })
            .collect();
        wat::parse_str(format!("(module {funcs})")).unwrap()
    }

    #[test]
    fn the_first_error_is_the_same_on_any_number_of_threads() {
        for invalid in [
            &[][..],
            &[0],
            &[999],
            &[500, 3, 501, 900],
            &[17, 18, 19, 20],
        ] {
            let bytes = module(invalid);
            let sections = Sections::read(&bytes, Config::new().features()).unwrap();
            let validator = sections.validator.as_ref().unwrap();
            let on = |threads| {
                super::parallel::run(validator, &bytes, &sections.bodies, &ThreadWorkers, threads)
                    .map_err(|error| error.to_string())
            };
            let all = 0..sections.bodies.len();
            let expected = validator
                .validate_range(&bytes, &sections.bodies, all, Default::default())
                .map(drop)
                .map_err(|error| error.to_string());
            assert_eq!(expected.is_err(), !invalid.is_empty());
            for threads in 1..=8 {
                for _ in 0..5 {
                    assert_eq!(on(threads), expected, "{threads}");
                }
            }
        }
    }
}
