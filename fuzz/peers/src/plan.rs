//! A case as all runtimes are told it: with the types of what its modules import and export.

use crate::value::{Ty, Value};
use diptych_fuzz::case::{Case, Settings};
use wasm_encoder::reencode::{Reencode, utils};
use wasmparser::types::{EntityType, TypesRef};
use wasmparser::{Parser, Validator, WasmFeatures};

/// What memories may grow to, in bytes. Runtimes need not be told: modules are.
const MOST_MEMORY: u64 = 2 << 20;
/// What tables may grow to.
const MOST_ELEMENTS: u64 = 1_000;

/// A case, and what is known of its modules.
#[derive(Clone, Debug)]
pub struct Plan {
    pub settings: Settings,
    pub modules: Vec<ModulePlan>,
    pub calls: Vec<CallPlan>,
    /// How many steps are done; the others take too long.
    pub steps: usize,
}

/// A module.
#[derive(Clone, Debug)]
pub struct ModulePlan {
    pub wasm: Vec<u8>,
    /// In their order; nothing of a module that is not valid.
    pub imports: Vec<Import>,
    pub exports: Vec<Export>,
}

/// Something imported.
#[derive(Clone, Debug)]
pub struct Import {
    pub module: String,
    pub name: String,
    pub item: Item,
}

impl Import {
    /// The value of a global.
    pub fn value(&self) -> Option<Value> {
        let Item::Global { ty, .. } = self.item else {
            return None;
        };
        // Every second one is a small number.
        let seed = self
            .name
            .bytes()
            .fold(self.module.len() as u64, |all, byte| {
                all.wrapping_mul(31).wrapping_add(byte.into())
            });
        Value::make(
            ty,
            if seed.is_multiple_of(2) {
                seed
            } else {
                seed % 100
            },
        )
    }
}

/// Something exported.
#[derive(Clone, Debug)]
pub struct Export {
    pub name: String,
    pub item: Item,
}

/// What is imported or exported.
#[derive(Clone, Debug)]
pub enum Item {
    Func { params: Vec<Ty>, results: Vec<Ty> },
    Global { ty: Ty, is_mutable: bool },
    Memory { min: u64, max: Option<u64> },
    Table { ty: Ty, min: u64, max: Option<u64> },
    Tag,
}

/// A call of an exported function.
#[derive(Clone, Debug)]
pub struct CallPlan {
    pub module: usize,
    pub export: usize,
    pub args: Vec<Value>,
}

impl Plan {
    /// What a case comes to where modules may use these features.
    pub fn new(case: &Case, features: WasmFeatures) -> Self {
        let modules: Vec<_> = case
            .modules
            .iter()
            .map(|wasm| ModulePlan::new(wasm, features))
            .collect();
        let call = |call: &diptych_fuzz::case::Call| {
            let module = modules.get(call.module)?;
            let named = |it: &Export| it.name == call.export;
            let export = module.exports.iter().position(named)?;
            let Item::Func { params, .. } = &module.exports[export].item else {
                return None;
            };
            let make =
                |(at, ty): (usize, &Ty)| Value::make(*ty, call.args.get(at).copied().unwrap_or(0));
            Some(CallPlan {
                module: call.module,
                export,
                args: params.iter().enumerate().map(make).collect::<Option<_>>()?,
            })
        };
        let calls: Vec<_> = case.calls.iter().filter_map(call).collect();
        Self {
            settings: case.settings,
            steps: 2 * modules.len() + calls.len(),
            modules,
            calls,
        }
    }
}

impl ModulePlan {
    fn new(wasm: &[u8], features: WasmFeatures) -> Self {
        let mut plan = Self {
            wasm: wasm.to_vec(),
            imports: Vec::new(),
            exports: Vec::new(),
        };
        let Ok(types) = Validator::new_with_features(features).validate_all(wasm) else {
            return plan;
        };
        let types = types.as_ref();
        for (module, name, ty) in types.core_imports().into_iter().flatten() {
            plan.imports.push(Import {
                module: module.to_owned(),
                name: name.to_owned(),
                item: item(&types, ty),
            });
        }
        for (name, ty) in types.core_exports().into_iter().flatten() {
            plan.exports.push(Export {
                name: name.to_owned(),
                item: item(&types, ty),
            });
        }
        plan
    }
}

fn item(types: &TypesRef<'_>, ty: EntityType) -> Item {
    match ty {
        EntityType::Func(id) | EntityType::FuncExact(id) => {
            let func = types[id].unwrap_func();
            let of = |types: &[wasmparser::ValType]| types.iter().map(|&ty| ty.into()).collect();
            Item::Func {
                params: of(func.params()),
                results: of(func.results()),
            }
        }
        EntityType::Global(ty) => Item::Global {
            ty: ty.content_type.into(),
            is_mutable: ty.mutable,
        },
        EntityType::Memory(ty) => Item::Memory {
            min: ty.initial,
            max: ty.maximum,
        },
        EntityType::Table(ty) => Item::Table {
            ty: wasmparser::ValType::Ref(ty.element_type).into(),
            min: ty.initial,
            max: ty.maximum,
        },
        EntityType::Tag(_) => Item::Tag,
    }
}

/// The case with a maximum for every memory and every table, so that they grow alike everywhere.
pub fn bounded(case: &Case) -> Case {
    let mut case = case.clone();
    for wasm in &mut case.modules {
        let mut module = wasm_encoder::Module::new();
        // What has no text for the encoder is invalid, and never gets to grow anything.
        if Bounds
            .parse_core_module(&mut module, Parser::new(0), wasm)
            .is_ok()
        {
            let bounded = module.finish();
            if is_valid(&bounded) {
                *wasm = bounded;
            }
        }
    }
    case
}

/// What Diptych is told to accept.
pub const FEATURES: WasmFeatures =
    diptych_fuzz::FEATURES.difference(WasmFeatures::LEGACY_EXCEPTIONS);

/// Whether Diptych accepts it.
pub fn is_valid(wasm: &[u8]) -> bool {
    accepts(FEATURES, wasm)
}

/// Whether it is valid where these features are.
pub fn accepts(features: WasmFeatures, wasm: &[u8]) -> bool {
    Validator::new_with_features(features)
        .validate_all(wasm)
        .is_ok()
}

struct Bounds;

impl Reencode for Bounds {
    type Error = core::convert::Infallible;

    fn memory_type(
        &mut self,
        ty: wasmparser::MemoryType,
    ) -> Result<wasm_encoder::MemoryType, wasm_encoder::reencode::Error<Self::Error>> {
        let most = MOST_MEMORY >> ty.page_size_log2.unwrap_or(16);
        let maximum = Some(ty.maximum.unwrap_or(most).min(most).max(ty.initial));
        Ok(utils::memory_type(
            self,
            wasmparser::MemoryType { maximum, ..ty },
        ))
    }

    fn table_type(
        &mut self,
        ty: wasmparser::TableType,
    ) -> Result<wasm_encoder::TableType, wasm_encoder::reencode::Error<Self::Error>> {
        let most = ty.maximum.unwrap_or(MOST_ELEMENTS).min(MOST_ELEMENTS);
        let maximum = Some(most.max(ty.initial));
        utils::table_type(self, wasmparser::TableType { maximum, ..ty })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapt::adapted;
    use diptych_fuzz::generate::{Generator, Proposals};

    #[test]
    fn bounded_and_adapted_modules_are_valid() {
        let mut adapters = 0;
        for seed in 0..60 {
            for generator in [Generator::Single, Generator::SmithTerminating] {
                // As those who need it have them: without them, all references are to
                // functions or to the host's objects.
                let proposals = Proposals {
                    objects: false,
                    exceptions: false,
                    ..Proposals::ALL
                };
                let Some(case) = generator.case_within(seed, &proposals) else {
                    continue;
                };
                let case = bounded(&case);
                let plan = Plan::new(&case, FEATURES);
                for module in &plan.modules {
                    assert!(is_valid(&module.wasm), "{generator:?} {seed}");
                    for export in &module.exports {
                        if let Item::Memory { max, .. } | Item::Table { max, .. } = export.item {
                            assert!(max.is_some(), "{generator:?} {seed}");
                        }
                    }
                    if let Some((wasm, names)) = adapted(module) {
                        assert!(is_valid(&wasm), "{generator:?} {seed}");
                        adapters += names.iter().flatten().count();
                    }
                }
            }
        }
        assert!(adapters > 0);
    }
}
