//! `diptych inspect`.

use crate::engine;
use crate::flags::Inspect;
use crate::input;
use crate::proposals;
use crate::report::{Failure, Outcome};
use crate::sections::{self, Section};
use core::fmt::Write as _;
use diptych::module::EntityIdx;
use diptych::types::{FuncIdx, Mutability};
use diptych::{ExternType, MemoryType, Module, TableType};
use serde_json::json;
use std::io::Write as _;

pub(crate) fn run(flags: &Inspect) -> Outcome {
    let file = flags.file.display();
    let bytes = input::module(&flags.file)?;
    let engine = engine::engine(&engine::config(&flags.engine)?)?;
    let fail = |error: diptych::Error| Failure::guest(&file, &error);
    let module = Module::new(&engine, &bytes).map_err(fail)?;
    let text = if let Some(name) = &flags.disassemble {
        let func =
            function(&module, name).map_err(|text| Failure::msg(format!("{file}: {text}")))?;
        module.disassemble(func).map_err(fail)?
    } else {
        let unreadable = |error: wasmparser::Error| Failure::host(&file, &error);
        let facts = Facts {
            size: bytes.len(),
            sections: sections::sections(&bytes).map_err(unreadable)?,
            proposals: proposals::used(module.ir()).map_err(unreadable)?,
            module: &module,
        };
        if flags.json {
            facts.json()
        } else {
            facts.text()
        }
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    Ok(out.flush()?)
}

/// A function by index, export or name.
fn function(module: &Module, name: &str) -> Result<FuncIdx, String> {
    let ir = module.ir();
    let exported = ir.exports.iter().find_map(|export| match export.entity {
        EntityIdx::Func(func) if &*export.name == name => Some(func),
        _ => None,
    });
    let func = exported
        .or_else(|| {
            name.parse()
                .ok()
                .map(FuncIdx)
                .filter(|func| func.index() < ir.funcs.len())
        })
        .or_else(|| {
            let name = name.trim_start_matches('$');
            (0..ir.funcs.len() as u32)
                .map(FuncIdx)
                .find(|func| module.func_name(*func).is_some_and(|known| known == name))
        })
        .ok_or_else(|| {
            format!(
                "no function is called `{name}`; an export, a name of the name section or an \
                 index below {} would do",
                ir.funcs.len()
            )
        })?;
    if ir.defined(func).is_none() {
        return Err(format!("function {name} is imported: it has no code here"));
    }
    Ok(func)
}

/// What there is to tell.
struct Facts<'a> {
    size: usize,
    sections: Vec<Section>,
    proposals: Vec<&'static str>,
    module: &'a Module,
}

impl Facts<'_> {
    fn text(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> core::fmt::Result {
        if let Some(name) = self.module.name() {
            writeln!(out, "module {name}")?;
        }
        writeln!(out, "{} bytes\n\nsections", self.size)?;
        for section in &self.sections {
            write!(
                out,
                "  {:<24} {:>10} bytes at {:#x}",
                section.name, section.size, section.offset
            )?;
            match section.count {
                Some(count) => writeln!(
                    out,
                    ", {count} entr{}",
                    if count == 1 { "y" } else { "ies" }
                )?,
                None => writeln!(out)?,
            }
        }
        writeln!(out, "\nproposals used beyond WebAssembly 1.0")?;
        match &*self.proposals {
            [] => writeln!(out, "  none")?,
            names => writeln!(out, "  {}", names.join(", "))?,
        }
        writeln!(out, "\nimports")?;
        for import in self.module.imports() {
            writeln!(
                out,
                "  {}.{}: {}",
                import.module(),
                import.name(),
                describe(&import.ty())
            )?;
        }
        writeln!(out, "\nexports")?;
        for export in self.module.exports() {
            writeln!(out, "  {}: {}", export.name(), describe(&export.ty()))?;
        }
        Ok(())
    }

    fn json(&self) -> String {
        let sections: Vec<_> = self
            .sections
            .iter()
            .map(|section| {
                json!({
                    "name": section.name,
                    "offset": section.offset,
                    "size": section.size,
                    "count": section.count,
                })
            })
            .collect();
        let imports: Vec<_> = self
            .module
            .imports()
            .map(|import| {
                json!({
                    "module": import.module(),
                    "name": import.name(),
                    "kind": kind(&import.ty()),
                    "type": describe(&import.ty()),
                })
            })
            .collect();
        let exports: Vec<_> = self
            .module
            .exports()
            .map(|export| {
                json!({
                    "name": export.name(),
                    "kind": kind(&export.ty()),
                    "type": describe(&export.ty()),
                })
            })
            .collect();
        json!({
            "name": self.module.name(),
            "size": self.size,
            "sections": sections,
            "proposals": self.proposals,
            "imports": imports,
            "exports": exports,
        })
        .to_string()
    }
}

fn kind(ty: &ExternType) -> &'static str {
    match ty {
        ExternType::Func(_) => "func",
        ExternType::Table(_) => "table",
        ExternType::Memory(_) => "memory",
        ExternType::Global(_) => "global",
        ExternType::Tag(_) => "tag",
    }
}

fn describe(ty: &ExternType) -> String {
    match ty {
        ExternType::Func(ty) => format!("func {ty}"),
        ExternType::Table(ty) => describe_table(ty),
        ExternType::Memory(ty) => describe_memory(ty),
        ExternType::Global(ty) => match ty.mutability() {
            Mutability::Const => format!("global {}", ty.content()),
            Mutability::Var => format!("global mut {}", ty.content()),
        },
        ExternType::Tag(ty) => format!("tag {}", ty.ty()),
    }
}

fn describe_table(ty: &TableType) -> String {
    let index = if ty.table64 { "i64 " } else { "" };
    format!(
        "table {index}{} {}",
        limits(ty.minimum, ty.maximum),
        ty.element
    )
}

fn describe_memory(ty: &MemoryType) -> String {
    let index = if ty.memory64 { "i64 " } else { "" };
    let mut text = format!("memory {index}{} pages", limits(ty.minimum, ty.maximum));
    if ty.page_size_log2 != 16 {
        // Writing to a string cannot fail.
        let _ = write!(text, " of {} bytes", ty.page_size());
    }
    if ty.shared {
        text.push_str(", shared");
    }
    text
}

fn limits(minimum: u64, maximum: Option<u64>) -> String {
    match maximum {
        Some(maximum) => format!("{minimum}..{maximum}"),
        None => format!("{minimum}.."),
    }
}
