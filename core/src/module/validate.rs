//! The validation of function bodies: of all of them at once, on several threads where that pays,
//! or of one before it is first translated.

use super::ir::ModuleIr;
use super::operators::Operators;
use super::parallel;
use super::sections::invalid;
use crate::error::{Error, ErrorKind, Result};
use crate::sync::Mutex;
use crate::types::DefinedFuncIdx;
use core::fmt;
use core::mem;
use core::ops::Range;
use core::sync::atomic::{AtomicBool, Ordering};
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
            // Threads that counted references to it would wait for each other.
            resources: &self.resources,
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

    /// Validates all bodies. The error is that of the first invalid one. When several threads do
    /// it, one of them calls `other`.
    pub(super) fn validate_all(
        &self,
        bytes: &[u8],
        bodies: &[Range<u32>],
        workers: Option<&dyn Workers>,
        other: &(dyn Fn() + Sync),
    ) -> Result<()> {
        let is_other_begun = AtomicBool::new(false);
        let begin = || {
            if !is_other_begun.swap(true, Ordering::Relaxed) {
                other();
            }
            FuncValidatorAllocations::default()
        };
        let validate = |allocations: &mut FuncValidatorAllocations, index: usize| {
            let reused = mem::take(allocations);
            *allocations = self.validate_range(bytes, bodies, index..index + 1, reused)?;
            Ok(())
        };
        if let Some(workers) = workers
            && let Some(result) = parallel::each_body(bodies, workers, &begin, &validate)
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
    use crate::module::ModuleIr;
    use crate::module::build::{Source, Trust};
    use crate::module::sections::Sections;
    use crate::types::{TypeId, TypeRegistry};
    use alloc::format;
    use alloc::string::{String, ToString as _};
    use alloc::sync::Arc;
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
    fn the_error_is_the_same_with_workers() {
        for invalid in [&[][..], &[0], &[999], &[500, 3, 501, 900]] {
            let bytes = module(invalid);
            let sections = Sections::read(&bytes, Config::new().features()).unwrap();
            let validate = |workers| {
                let result = sections.validate_bodies(workers);
                result.map_err(|error| error.to_string())
            };
            assert_eq!(validate(None).is_err(), !invalid.is_empty());
            assert_eq!(validate(Some(&ThreadWorkers)), validate(None));
        }
    }

    #[test]
    fn what_is_built_beside_leaves_no_types_when_a_body_is_invalid() {
        let mut config = Config::new();
        config.workers(Arc::new(ThreadWorkers));
        for (invalid, types) in [(&[][..], 1), (&[999], 0)] {
            let bytes = module(invalid);
            let registry = TypeRegistry::new();
            let opened = ModuleIr::new(&config, &registry, Source::Borrowed(&bytes), Trust::None);
            assert_eq!(opened.is_ok(), invalid.is_empty());
            assert_eq!(registry.get(TypeId(0)).iter().len(), types);
        }
    }
}
