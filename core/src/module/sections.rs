//! The first pass over a module's bytes: everything but function bodies is validated, and where
//! the sections are is noted.

use super::validate::BodyValidator;
use crate::error::{Error, ErrorKind, Result};
use crate::store::out_of_memory;
use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::ops::Range;
use diptych_platform::Workers;
use wasmparser::{
    BinaryReader, Chunk, DataSectionReader, ElementSectionReader, Encoding, ExportSectionReader,
    FunctionSectionReader, GlobalSectionReader, ImportSectionReader, MemorySectionReader, Parser,
    Payload, SectionLimited, SubType, TableSectionReader, TagSectionReader, TypeSectionReader,
    Validator, WasmFeatures,
};

/// How many custom sections a module may have, so that a list of them takes little room.
const MAX_CUSTOM_SECTIONS: usize = 100_000;

/// The sections of a module that is valid but for its function bodies.
#[derive(Default)]
pub(super) struct Sections<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) types: Option<TypeSectionReader<'a>>,
    pub(super) imports: Option<ImportSectionReader<'a>>,
    pub(super) funcs: Option<FunctionSectionReader<'a>>,
    pub(super) tables: Option<TableSectionReader<'a>>,
    pub(super) memories: Option<MemorySectionReader<'a>>,
    pub(super) tags: Option<TagSectionReader<'a>>,
    pub(super) globals: Option<GlobalSectionReader<'a>>,
    pub(super) exports: Option<ExportSectionReader<'a>>,
    pub(super) start: Option<u32>,
    pub(super) elements: Option<ElementSectionReader<'a>>,
    pub(super) data: Option<DataSectionReader<'a>>,
    /// The bodies, from the local declarations to the last `end`.
    pub(super) bodies: Vec<Range<u32>>,
    /// What validates them; absent when there are none.
    pub(super) validator: Option<BodyValidator>,
    /// Names and contents.
    pub(super) custom: Vec<(&'a str, Range<u32>)>,
}

impl<'a> Sections<'a> {
    /// Reads a module of less than 4 GiB.
    pub(super) fn read(bytes: &'a [u8], features: WasmFeatures) -> Result<Self> {
        let mut parser = Parser::new(0);
        parser.set_features(features);
        let mut validator = Validator::new_with_features(features);
        let mut sections = Self {
            bytes,
            ..Self::default()
        };
        let mut rest = bytes;
        loop {
            let payload = match parser.parse(rest, true).map_err(invalid)? {
                Chunk::Parsed { consumed, payload } => {
                    rest = &rest[consumed..];
                    payload
                }
                // Never asked for when all data is there.
                Chunk::NeedMoreData(_) => {
                    return Err(invalid_at("unexpected end", bytes.len() as u64));
                }
            };
            if sections.payload(payload, &mut validator)? {
                return Ok(sections);
            }
        }
    }

    /// Validates what comes next and notes it; whether it was the end.
    fn payload(&mut self, payload: Payload<'a>, validator: &mut Validator) -> Result<bool> {
        match payload {
            Payload::Version {
                encoding: Encoding::Component,
                range,
                ..
            } => {
                return Err(invalid_at(
                    "this is a component, not a module; components are not supported",
                    range.start,
                ));
            }
            Payload::CodeSectionStart {
                count,
                ref unchecked_range,
                size,
            } => {
                validator
                    .code_section_start(unchecked_range)
                    .map_err(invalid)?;
                // A body takes at least one byte.
                self.bodies
                    .try_reserve_exact(count.min(size) as usize)
                    .map_err(out_of_memory)?;
            }
            Payload::CodeSectionEntry(body) => {
                let func = validator.code_section_entry(&body).map_err(invalid)?;
                self.validator
                    .get_or_insert_with(|| BodyValidator::new(func));
                self.bodies.try_reserve(1).map_err(out_of_memory)?;
                self.bodies.push(range32(body.range()));
            }
            Payload::CustomSection(section) => {
                if self.custom.len() == MAX_CUSTOM_SECTIONS {
                    let message =
                        format!("the module has more than {MAX_CUSTOM_SECTIONS} custom sections");
                    return Err(Error::new(ErrorKind::Limit(message.into())));
                }
                self.custom.try_reserve(1).map_err(out_of_memory)?;
                self.custom
                    .push((section.name(), range32(section.data_range())));
            }
            payload => {
                check_counts(&payload, self.bytes, *validator.features())?;
                validator.payload(&payload).map_err(invalid)?;
                return Ok(self.note(payload));
            }
        }
        Ok(false)
    }

    /// Keeps a valid section; whether it was the end.
    fn note(&mut self, payload: Payload<'a>) -> bool {
        match payload {
            Payload::TypeSection(section) => self.types = Some(section),
            Payload::ImportSection(section) => self.imports = Some(section),
            Payload::FunctionSection(section) => self.funcs = Some(section),
            Payload::TableSection(section) => self.tables = Some(section),
            Payload::MemorySection(section) => self.memories = Some(section),
            Payload::TagSection(section) => self.tags = Some(section),
            Payload::GlobalSection(section) => self.globals = Some(section),
            Payload::ExportSection(section) => self.exports = Some(section),
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => self.elements = Some(section),
            Payload::DataSection(section) => self.data = Some(section),
            Payload::End(_) => return true,
            _ => {}
        }
        false
    }

    /// Validates all function bodies, on several threads where there are any.
    pub(super) fn validate_bodies(&self, workers: Option<&dyn Workers>) -> Result<()> {
        self.validate_bodies_beside(workers, &|| ())
    }

    /// The same; when several threads do it, one of them calls `other`.
    pub(super) fn validate_bodies_beside(
        &self,
        workers: Option<&dyn Workers>,
        other: &(dyn Fn() + Sync),
    ) -> Result<()> {
        match &self.validator {
            Some(validator) => validator.validate_all(self.bytes, &self.bodies, workers, other),
            None => Ok(()),
        }
    }
}

/// Fails when a section says that it has more items than bytes. The validator trusts the counts
/// when it makes room for the items.
fn check_counts(payload: &Payload<'_>, bytes: &[u8], features: WasmFeatures) -> Result<()> {
    match payload {
        Payload::TypeSection(section) => {
            check_count(section)?;
            check_group_counts(section, bytes, features)
        }
        Payload::ImportSection(section) => check_count(section),
        Payload::FunctionSection(section) => check_count(section),
        Payload::TableSection(section) => check_count(section),
        Payload::MemorySection(section) => check_count(section),
        Payload::TagSection(section) => check_count(section),
        Payload::GlobalSection(section) => check_count(section),
        Payload::ExportSection(section) => check_count(section),
        Payload::ElementSection(section) => check_count(section),
        Payload::DataSection(section) => check_count(section),
        _ => Ok(()),
    }
}

fn check_count<T>(section: &SectionLimited<'_, T>) -> Result<()> {
    let Range { start, end } = section.range();
    if u64::from(section.count()) > end - start {
        return Err(invalid_at("unexpected end of the section", end));
    }
    Ok(())
}

/// The same for the recursion groups of a type section.
fn check_group_counts(
    section: &TypeSectionReader<'_>,
    bytes: &[u8],
    features: WasmFeatures,
) -> Result<()> {
    const GROUP: u8 = 0x4e;
    let Range { start, end } = section.range();
    let contents = &bytes[start as usize..end as usize];
    if !contents.contains(&GROUP) {
        return Ok(());
    }
    let mut reader = BinaryReader::new_features(contents, start, features);
    for _ in 0..reader.read_var_u32().map_err(invalid)? {
        let mut types = 1;
        if contents.get(reader.current_position()) == Some(&GROUP) {
            reader.read_u8().map_err(invalid)?;
            types = reader.read_var_u32().map_err(invalid)?;
            if types as usize > reader.bytes_remaining() {
                return Err(invalid_at("unexpected end of the section", end));
            }
        }
        for _ in 0..types {
            reader.read::<SubType>().map_err(invalid)?;
        }
    }
    Ok(())
}

/// The module is malformed or invalid.
#[cold]
pub(super) fn invalid(error: wasmparser::Error) -> Error {
    Error::new(ErrorKind::InvalidModule {
        message: error.message().to_string().into(),
        offset: error.offset() as usize,
    })
}

#[cold]
fn invalid_at(message: &'static str, offset: u64) -> Error {
    Error::new(ErrorKind::InvalidModule {
        message: message.into(),
        offset: offset as usize,
    })
}

/// A range inside of a module of less than 4 GiB.
pub(super) const fn range32(range: Range<u64>) -> Range<u32> {
    range.start as u32..range.end as u32
}
