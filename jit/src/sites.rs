//! What is known of places in code, in the form in which artifacts have it, so that it need not be
//! read before it is wanted.

use crate::compile::Site;
use core::fmt;
use core::ops::Range;
use diptych_core::platform::SharedBytes;
use diptych_core::{Error, ErrorKind, Result};

/// The sites of several functions.
#[derive(Clone, Default)]
pub(crate) struct Sites(SharedBytes);

/// The sites of one function, by ascending offset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FunctionSites<'a>(&'a [[u8; Sites::SITE]]);

impl Sites {
    /// The size of a site in bytes: two words, little-endian.
    pub(crate) const SITE: usize = 2 * size_of::<u32>();

    /// Those of functions in order, `count` of them in all.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfMemory`].
    pub(crate) fn new(sites: impl Iterator<Item = Site>, count: usize) -> Result<Self> {
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(count * Self::SITE)
            .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
        for site in sites {
            for word in site.to_words() {
                bytes.extend_from_slice(&word.to_le_bytes());
            }
        }
        Ok(Self(bytes.into()))
    }

    /// Those that these bytes are.
    pub(crate) const fn of_bytes(bytes: SharedBytes) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len() / Self::SITE
    }

    /// Those with numbers in a range.
    pub(crate) fn get(&self, range: &Range<u32>) -> Option<FunctionSites<'_>> {
        let (all, _) = self.0.as_chunks();
        let sites = all.get(range.start as usize..range.end as usize)?;
        Some(FunctionSites(sites))
    }
}

impl FunctionSites<'_> {
    pub(crate) fn get(self, index: usize) -> Option<Site> {
        self.0.get(index).map(decode)
    }

    /// How many come before the first at this offset or a later one.
    pub(crate) fn before(self, offset: u32) -> usize {
        self.0
            .partition_point(|site| decode(site).offset() < offset)
    }
}

fn decode(bytes: &[u8; Sites::SITE]) -> Site {
    let (words, _) = bytes.as_chunks();
    Site::from_words([words[0], words[1]].map(u32::from_le_bytes))
}

impl fmt::Debug for Sites {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (all, _) = self.0.as_chunks();
        f.debug_list().entries(all.iter().map(decode)).finish()
    }
}
