//! The sections of a binary.

use wasmparser::{Parser, Payload};

/// A section.
pub(crate) struct Section {
    pub(crate) name: String,
    /// Where its contents begin.
    pub(crate) offset: u64,
    /// The size of its contents in bytes.
    pub(crate) size: u64,
    /// The number of its entries, when it is a list.
    pub(crate) count: Option<u32>,
}

/// Every section, in order.
pub(crate) fn sections(bytes: &[u8]) -> wasmparser::Result<Vec<Section>> {
    let mut sections = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        let Some((_, range)) = payload.as_section() else {
            continue;
        };
        let (name, count) = describe(&payload);
        let (offset, size) = (range.start, range.end - range.start);
        sections.push(Section {
            name,
            offset,
            size,
            count,
        });
    }
    Ok(sections)
}

fn describe(payload: &Payload<'_>) -> (String, Option<u32>) {
    let (name, count) = match payload {
        Payload::TypeSection(reader) => ("type", Some(reader.count())),
        Payload::ImportSection(reader) => ("import", Some(reader.count())),
        Payload::FunctionSection(reader) => ("function", Some(reader.count())),
        Payload::TableSection(reader) => ("table", Some(reader.count())),
        Payload::MemorySection(reader) => ("memory", Some(reader.count())),
        Payload::TagSection(reader) => ("tag", Some(reader.count())),
        Payload::GlobalSection(reader) => ("global", Some(reader.count())),
        Payload::ExportSection(reader) => ("export", Some(reader.count())),
        Payload::StartSection { .. } => ("start", None),
        Payload::ElementSection(reader) => ("element", Some(reader.count())),
        Payload::DataCountSection { .. } => ("data count", None),
        Payload::CodeSectionStart { count, .. } => ("code", Some(*count)),
        Payload::DataSection(reader) => ("data", Some(reader.count())),
        Payload::CustomSection(reader) => return (format!("custom `{}`", reader.name()), None),
        _ => ("unknown", None),
    };
    (name.to_owned(), count)
}

/// Whether a binary imports this item. One that is invalid does not.
pub(crate) fn imports(bytes: &[u8], module: &str, name: &str) -> bool {
    Parser::new(0)
        .parse_all(bytes)
        .map_while(Result::ok)
        .any(|payload| match payload {
            Payload::ImportSection(reader) => reader
                .into_imports()
                .map_while(Result::ok)
                .any(|import| (import.module, import.name) == (module, name)),
            _ => false,
        })
}
