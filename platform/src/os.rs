//! Pages of address space, as the operating system gives them.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod sealed;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use sealed::SealedFile;
#[cfg(unix)]
pub(crate) use unix::{Mapping, page_size};
#[cfg(windows)]
pub(crate) use windows::{Mapping, page_size};

use crate::MemoryError;

/// What may be done with a page. There is no access that both writes and executes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nothing: it faults.
    None,
    /// To read.
    Read,
    /// To read and to write.
    ReadWrite,
    /// To read and to execute.
    ReadExecute,
}

/// `len` rounded up to whole pages.
pub(crate) fn round_to_pages(len: usize) -> Result<usize, MemoryError> {
    len.checked_next_multiple_of(page_size())
        .filter(|len| *len <= isize::MAX as usize)
        .ok_or(MemoryError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_whole_and_bounded() {
        let page = page_size();
        assert!(page.is_power_of_two() && page >= 4096);
        assert_eq!(round_to_pages(0), Ok(0));
        assert_eq!(round_to_pages(1), Ok(page));
        assert_eq!(round_to_pages(page), Ok(page));
        assert_eq!(round_to_pages(page + 1), Ok(2 * page));
        assert_eq!(round_to_pages(usize::MAX), Err(MemoryError));
        assert_eq!(round_to_pages(isize::MAX as usize), Err(MemoryError));
    }

    #[test]
    fn cleared_pages_read_as_zeros() {
        let page = page_size();
        let mapping = Mapping::reserve(4 * page).expect("4 pages fit");
        // SAFETY: nothing else knows these pages.
        unsafe {
            mapping
                .protect(0, 2 * page, Access::ReadWrite)
                .expect("pages can be written");
            mapping.base().write_bytes(7, 2 * page);
            let accessible = mapping.clear(2 * page).expect("pages can be cleared");
            mapping
                .protect(0, 2 * page, Access::ReadWrite)
                .expect("pages can be written");
            assert!(accessible <= 2 * page);
            let bytes = core::slice::from_raw_parts(mapping.base(), 2 * page);
            assert!(bytes.iter().all(|&byte| byte == 0));
        }
    }

    /// With 32 bits this is 2 GiB, which there may be.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn impossible_reservations_are_refused() {
        let page = page_size();
        assert!(Mapping::reserve(isize::MAX as usize / page * page).is_err());
    }
}
