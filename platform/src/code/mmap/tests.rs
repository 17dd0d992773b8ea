use super::*;
use crate::StoredBytes;
use alloc::vec;

/// Code that is executed, of these architectures.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod executed;

#[test]
fn ranges_outside_or_between_pages_are_refused() {
    let page = page_size();
    let memory = MmapCodeMemory;
    assert!(memory.reserve(0).is_err());
    assert!(memory.reserve(usize::MAX).is_err());
    let region = memory.reserve(page + 1).expect("pages fit");
    assert_eq!(region.len(), 2 * page);
    // SAFETY: nothing is published.
    unsafe {
        assert!(region.write(1, &[0]).is_err());
        assert!(region.write(2 * page, &[0]).is_err());
        assert!(region.write(page, &vec![0; page + 1]).is_err());
        assert!(region.publish(page, page + 1).is_err());
        assert!(region.publish(page, usize::MAX).is_err());
        assert!(region.publish_data(page / 2, 1).is_err());
    }
}

/// What the kernel says about the pages of this process.
#[cfg(target_os = "linux")]
fn access_at(address: usize) -> alloc::string::String {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("it can be read");
    maps.lines()
        .find_map(|line| {
            let (range, rest) = line.split_once(' ')?;
            let (start, end) = range.split_once('-')?;
            let start = usize::from_str_radix(start, 16).ok()?;
            let end = usize::from_str_radix(end, 16).ok()?;
            (start..end)
                .contains(&address)
                .then(|| rest.get(..4).unwrap_or("").into())
        })
        .expect("it is mapped")
}

#[test]
#[cfg(target_os = "linux")]
fn no_page_is_writable_and_executable() {
    let page = page_size();
    let region = MmapCodeMemory.reserve(4 * page).expect("pages fit");
    let pages = || [0, 1, 2, 3].map(|number| access_at(region.base() as usize + number * page));
    assert_eq!(pages(), ["---p"; 4]);
    // SAFETY: the region is this test's alone.
    unsafe {
        region.write(0, &vec![0; 3 * page]).expect("written");
        assert_eq!(pages(), ["rw-p", "rw-p", "rw-p", "---p"]);
        region.publish(0, page).expect("published");
        region.publish_data(2 * page, 1).expect("published");
    }
    assert_eq!(pages(), ["r-xp", "rw-p", "r--p", "---p"]);
}

#[test]
fn publishing_more_than_is_stored_is_refused() {
    let region = MmapCodeMemory.reserve(1).expect("a page fits");
    // SAFETY: nothing is published.
    unsafe {
        let stored = StoredBytes::default();
        assert_eq!(region.publish_stored(0, &stored, 0..1), Err(MemoryError));
        assert_eq!(region.publish_stored(0, &stored, 0..0), Ok(()));
    }
}
