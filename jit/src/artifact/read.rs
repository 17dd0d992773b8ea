//! Reading artifacts. Nothing that they say is believed before it is checked, but that their code
//! does what it was compiled to do.

use super::digest::checksum;
use super::{CHECKSUM_AT, CODE_ALIGN, COVERED_AT, Description, MAGIC, VERSION};
use crate::image::{Function, Unit};
use crate::link::{Code, Linked, stubs_size};
use crate::settings::Settings;
use crate::sites::Sites;
use core::ops::Range;
use diptych_core::module::ModuleIr;
use diptych_core::platform::StoredBytes;
use diptych_core::types::DefinedFuncIdx;
use diptych_core::{Error, ErrorKind, Result};

/// The sizes of what there are many of, in bytes.
pub(super) const FUNCTION: usize = 5 * size_of::<u32>();
pub(super) const LEFT_OUT: usize = size_of::<u32>();

/// What an artifact consists of.
struct Parts<'a> {
    made_for: Description,
    functions: &'a [u8],
    sites: Range<usize>,
    left_out: &'a [u8],
    module: Range<usize>,
    code: Range<usize>,
}

/// Checks that an artifact is whole, and that its code can be executed where `host` is what code
/// is made for.
///
/// # Errors
/// [`ErrorKind::InvalidModule`] when it is not whole, [`ErrorKind::Unsupported`] when it is for
/// something else.
pub(crate) fn open(bytes: &[u8], host: &Description) -> Result<()> {
    if !bytes.starts_with(&MAGIC) {
        return Err(invalid("this is no compiled module", 0));
    }
    let mut reader = Reader {
        bytes,
        at: MAGIC.len(),
    };
    let version = reader.word().ok_or_else(|| truncated(bytes))?;
    if version != VERSION {
        return Err(Error::new(ErrorKind::Unsupported(
            format!("the artifact has version {version} of the format, this is {VERSION}").into(),
        )));
    }
    let own = reader.take(COVERED_AT - CHECKSUM_AT);
    let own = own.ok_or_else(|| truncated(bytes))?;
    if checksum(&bytes[COVERED_AT..]) != *own {
        return Err(invalid(
            "the compiled module is damaged: its checksum is another",
            CHECKSUM_AT,
        ));
    }
    parts(bytes)?.made_for.check(host)
}

/// Where in an artifact the module is.
///
/// # Errors
/// [`ErrorKind::InvalidModule`] when it is not whole.
pub(crate) fn module_range(bytes: &[u8]) -> Result<Range<usize>> {
    Ok(parts(bytes)?.module)
}

/// The code of an artifact, and the settings that it was made with. If the artifact is in `stored`,
/// what there is much of stays there.
///
/// # Errors
/// [`ErrorKind::InvalidModule`] when it does not fit the module or itself;
/// [`ErrorKind::OutOfMemory`].
pub(crate) fn read<'a>(
    bytes: &'a [u8],
    stored: Option<&'a StoredBytes>,
    ir: &ModuleIr,
) -> Result<(Linked<'a>, Settings)> {
    let parts = parts(bytes)?;
    let count = ir.bodies.len();
    let left_out = left_out(parts.left_out, count)?;
    let sites = match stored {
        Some(stored) => stored.bytes().slice(parts.sites.clone()),
        None => Some(copy(&bytes[parts.sites.clone()])?.into()),
    };
    let sites = Sites::of_bytes(sites.ok_or_else(contradictory)?);
    let stubs = stubs_size(left_out.len());
    let functions = functions(&parts, stubs, sites.len(), ir)?;
    if functions.len() + left_out.len() != count
        || left_out.iter().any(|func| {
            let find = |function: &Function| function.func.0.cmp(func);
            functions.binary_search_by(find).is_ok()
        })
    {
        return Err(contradictory());
    }
    if stubs > parts.code.len() {
        return Err(contradictory());
    }
    let code = match stored {
        Some(stored) => Code::stored(stored, parts.code.clone()),
        None => Some(Code::of(&bytes[parts.code.clone()])),
    };
    let linked = Linked {
        code: code.ok_or_else(contradictory)?,
        unit: Unit { functions, sites },
        left_out: left_out.into_boxed_slice(),
    };
    Ok((linked, parts.made_for.settings()))
}

/// The functions, which are in order, and each in the code after the one before.
fn functions(
    parts: &Parts<'_>,
    stubs: usize,
    sites: usize,
    ir: &ModuleIr,
) -> Result<Vec<Function>> {
    let (mut end, mut next, mut first_site) = (stubs, 0, 0_u32);
    let functions = list(
        parts.functions,
        |[start, size, func, body, count]: [u32; 5]| {
            let after = start as usize + size as usize;
            let is_next = start as usize >= end && after <= parts.code.len() && func >= next;
            let own = ir.bodies.get(func as usize)?;
            if !is_next || own.start != body {
                return None;
            }
            end = after;
            next = func + 1;
            let last_site = first_site.checked_add(count)?;
            let sites = first_site..last_site;
            first_site = last_site;
            Some(Function {
                start,
                size,
                func: DefinedFuncIdx(func),
                body,
                sites,
            })
        },
    )?;
    if first_site as usize != sites {
        return Err(contradictory());
    }
    Ok(functions)
}

fn left_out(bytes: &[u8], count: usize) -> Result<Vec<u32>> {
    let mut next = 0;
    list(bytes, |[func]: [u32; 1]| {
        let is_next = func >= next && (func as usize) < count;
        next = func.checked_add(1)?;
        is_next.then_some(func)
    })
}

fn copy(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len())
        .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}

/// What each so many words of the bytes are.
fn list<T, const WORDS: usize>(
    bytes: &[u8],
    mut item: impl FnMut([u32; WORDS]) -> Option<T>,
) -> Result<Vec<T>> {
    let mut items = Vec::new();
    let all = bytes.as_chunks::<4>().0.as_chunks::<WORDS>().0;
    items
        .try_reserve_exact(all.len())
        .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
    for words in all {
        let words = words.map(u32::from_le_bytes);
        items.push(item(words).ok_or_else(contradictory)?);
    }
    Ok(items)
}

fn parts(bytes: &[u8]) -> Result<Parts<'_>> {
    let mut reader = Reader {
        bytes,
        at: COVERED_AT,
    };
    reader.parts().ok_or_else(|| truncated(bytes))
}

/// Reads what comes next; `None` when that is not there.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    #[cfg(test)]
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn parts(&mut self) -> Option<Parts<'a>> {
        if self.long()? != self.bytes.len() as u64 {
            return None;
        }
        let len = self.word()?;
        let mut description = Reader {
            bytes: self.take(len as usize)?,
            at: 0,
        };
        let made_for = Description::decode(&mut description)?;
        let [functions, sites, left_out] = [self.word()?, self.word()?, self.word()?];
        let module = usize::try_from(self.long()?).ok()?;
        let code = usize::try_from(self.long()?).ok()?;
        let functions = self.table(functions, FUNCTION)?;
        let sites = self.range((sites as usize).checked_mul(Sites::SITE)?)?;
        let left_out = self.table(left_out, LEFT_OUT)?;
        let module = self.range(module)?;
        self.take(self.at.next_multiple_of(CODE_ALIGN) - self.at)?;
        let code = self.range(code)?;
        (self.at == self.bytes.len()).then_some(Parts {
            made_for,
            functions,
            sites,
            left_out,
            module,
            code,
        })
    }

    fn table(&mut self, count: u32, size: usize) -> Option<&'a [u8]> {
        self.take((count as usize).checked_mul(size)?)
    }

    /// Where the next bytes are.
    fn range(&mut self, len: usize) -> Option<Range<usize>> {
        let start = self.at;
        self.take(len)?;
        Some(start..self.at)
    }

    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let bytes = self.bytes.get(self.at..self.at.checked_add(len)?)?;
        self.at += len;
        Some(bytes)
    }

    fn array<const LEN: usize>(&mut self) -> Option<[u8; LEN]> {
        self.take(LEN)?.try_into().ok()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn word(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn long(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}

fn invalid(message: &'static str, offset: usize) -> Error {
    Error::new(ErrorKind::InvalidModule {
        message: message.into(),
        offset,
    })
}

fn truncated(bytes: &[u8]) -> Error {
    invalid("the compiled module is truncated or damaged", bytes.len())
}

fn contradictory() -> Error {
    invalid("the compiled module contradicts itself", COVERED_AT)
}
