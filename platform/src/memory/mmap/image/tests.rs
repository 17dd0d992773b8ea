use super::*;
use crate::memory::mmap::MmapMemoryCreator;
use crate::{GUARDED_RESERVATION, MemoryCreator};

const WASM_PAGE: usize = 64 << 10;

fn bytes(memory: &dyn LinearMemory) -> &[u8] {
    // SAFETY: the memory promises so many bytes.
    unsafe { core::slice::from_raw_parts(memory.base(), memory.byte_len()) }
}

fn fill(memory: &mut dyn LinearMemory, byte: u8) {
    // SAFETY: the memory has so many bytes.
    unsafe { memory.base().write_bytes(byte, memory.byte_len()) };
}

fn part(offset: usize, bytes: &[u8]) -> ImagePart<'_> {
    ImagePart { offset, bytes }
}

fn expected(len: usize, parts: &[ImagePart<'_>]) -> Vec<u8> {
    let mut expected = std::vec![0; len];
    for part in parts {
        expected[part.offset..][..part.bytes.len()].copy_from_slice(part.bytes);
    }
    expected
}

/// Requests for memories of so many bytes, with a guard and without, with address space to grow
/// and without.
fn requests(len: usize) -> [MemoryRequest; 4] {
    [
        MemoryRequest::new(len, None).guarded(true),
        MemoryRequest::new(len, None),
        MemoryRequest::new(len, Some(len)),
        MemoryRequest::new(len, Some(2 * len)),
    ]
}

#[test]
fn memories_begin_with_the_image_and_are_apart() {
    let len = 20 * WASM_PAGE;
    let long: Vec<u8> = (0..3 * WASM_PAGE).map(|i| (i % 251) as u8).collect();
    let parts = [
        part(0, b""),
        part(1, b"first"),
        part(WASM_PAGE + 4095, b"across"),
        part(7 * WASM_PAGE, &long),
        part(len - 4, b"last"),
    ];
    let expected = expected(len, &parts);
    for request in requests(len) {
        let creator = MmapMemoryCreator::new();
        assert!(creator.makes_images());
        let image = creator.image(request, &parts).expect("it is worth it");
        for round in 0..5 {
            let mut one = image.create().expect("it fits");
            let mut two = image.create().expect("it fits");
            assert!(bytes(&*one) == expected, "{request:?}, {round}");
            fill(&mut *one, 7);
            assert!(bytes(&*two) == expected, "{request:?}, {round}");
            two.grow_to(len + WASM_PAGE * (round + 1)).expect("it fits");
            assert!(bytes(&*two)[..len] == expected);
            assert!(bytes(&*two)[len..].iter().all(|&byte| byte == 0));
            fill(&mut *two, 8);
            assert!(bytes(&*one).iter().all(|&byte| byte == 7));
            let reserved = if request.guarded {
                GUARDED_RESERVATION
            } else {
                0
            };
            assert_eq!((one.reserved(), two.reserved()), (reserved, reserved));
        }
    }
}

/// An image that covers all of a memory without room to grow.
#[test]
fn growth_moves_what_has_no_room() {
    let full = std::vec![9; 2 * WASM_PAGE];
    let creator = MmapMemoryCreator::new();
    let request = MemoryRequest::new(full.len(), None);
    let image = creator.image(request, &[part(0, &full)]);
    let image = image.expect("it is worth it");
    for _ in 0..2 {
        let mut memory = image.create().expect("it fits");
        memory.grow_to(5 * WASM_PAGE).expect("it fits");
        assert!(bytes(&*memory)[..full.len()] == full);
        assert!(bytes(&*memory)[full.len()..].iter().all(|&byte| byte == 0));
        fill(&mut *memory, 1);
        memory.grow_to(9 * WASM_PAGE).expect("it fits");
        assert_eq!(bytes(&*memory)[5 * WASM_PAGE - 1..][..2], [1, 0]);
    }
    // What was moved is no reservation with the image.
    assert_eq!(creator.kept(), 0);
}

/// Where addresses have 32 bits, nothing is reserved.
#[test]
#[cfg(target_pointer_width = "64")]
fn reservations_are_used_for_what_is_mapped_into_them() {
    let creator = MmapMemoryCreator::with_kept_reservations(2);
    let request = MemoryRequest::new(2 * WASM_PAGE, None).guarded(true);
    let image = |byte: &'static [u8]| {
        let image = creator.image(request, &[part(5, byte)]);
        image.expect("it is worth it")
    };
    let (a, b) = (image(b"a"), image(b"b"));
    let fifth = |memory: Box<dyn LinearMemory>| bytes(&*memory)[5];
    for _ in 0..3 {
        assert_eq!(fifth(a.create().expect("it fits")), b'a');
        assert_eq!(creator.kept(), 1);
    }
    assert_eq!(fifth(b.create().expect("it fits")), b'b');
    assert_eq!(fifth(creator.create(request).expect("it fits")), 0);
    // There is room for two, which are those that were used last.
    assert_eq!(creator.kept(), 2);
    let has_a = |kept: &super::super::Kept| kept.image.is_some();
    assert_eq!(
        creator
            .pool
            .lock()
            .iter()
            .filter(|kept| has_a(kept))
            .count(),
        1
    );
    let base = |memory: &dyn LinearMemory| memory.base().addr();
    let again = b.create().expect("it fits");
    let place = base(&*again);
    drop(again);
    assert_eq!(base(&*b.create().expect("it fits")), place);
}

#[test]
fn what_an_image_takes_goes_with_it() {
    let creator = MmapMemoryCreator::new();
    for request in requests(2 * WASM_PAGE) {
        let image = creator.image(request, &[part(5, b"x")]);
        let image = image.expect("it is worth it");
        let (one, two) = (image.create(), image.create());
        drop(one);
        assert_eq!(creator.kept(), 1);
        drop(image);
        let two = two.expect("it fits");
        assert_eq!(bytes(&*two)[5], b'x');
        drop(two);
        assert_eq!(creator.kept(), 0);
    }
}

#[test]
fn what_is_not_worth_it_or_impossible_is_refused() {
    let creator = MmapMemoryCreator::new();
    let len = 100 * WASM_PAGE;
    let refused =
        |request, parts: &[ImagePart<'_>]| assert!(creator.image(request, parts).is_none());
    refused(MemoryRequest::new(WASM_PAGE, None), &[part(0, b"x")]);
    for request in requests(len) {
        refused(request, &[]);
        refused(request, &[part(7, b"")]);
        refused(request, &[part(len - 1, b"xy")]);
        refused(request, &[part(usize::MAX, b"x")]);
        refused(request, &[part(5, b"abc"), part(7, b"x")]);
        refused(request, &[part(500, b"abc"), part(7, b"x")]);
    }
    // Without guards it is a length as others are.
    if GUARDED_RESERVATION > 0 {
        refused(
            MemoryRequest::new(WASM_PAGE + 1, None).guarded(true),
            &[part(0, b"x")],
        );
    }
    refused(MemoryRequest::new(usize::MAX, None), &[part(0, b"x")]);
    // One byte in each page.
    let bytes = [1; 1];
    let sparse: Vec<_> = (0..len)
        .step_by(page_size())
        .map(|at| part(at, &bytes))
        .collect();
    refused(MemoryRequest::new(len, None), &sparse);
}

#[test]
fn ranges_are_few_whole_and_apart() {
    let page = page_size();
    let byte = [1; 1];
    for (step, count, expected) in [
        (10, 1000, 1),
        (20 * page, 10, 10),
        (16 * page, 10, 1),
        (20 * page, 100, 1),
        (1000 * page, 17, 1),
        (1000 * page, 16, 16),
    ] {
        let parts: Vec<_> = (0..count)
            .map(|i| part(3 * page + i * step, &byte))
            .collect();
        let ranges = ranges(&parts).expect("there is room");
        assert_eq!(ranges.len(), expected, "{step}, {count}");
        let (mut end, mut at) = (0, 0);
        for range in &ranges {
            assert!(range.offset >= end && range.at == at && range.len > 0);
            assert!(range.offset.is_multiple_of(page) && range.len.is_multiple_of(page));
            (end, at) = (range.end(), range.at + range.len);
        }
        for part in &parts {
            let holds = |range: &&FileRange| (range.offset..range.end()).contains(&part.offset);
            assert!(ranges.iter().any(|range| holds(&range)));
        }
    }
}

#[test]
fn many_threads_use_an_image() {
    let creator = MmapMemoryCreator::with_kept_reservations(3);
    let parts = [part(70_000, b"image")];
    let request = MemoryRequest::new(3 * WASM_PAGE, None).guarded(true);
    let image = creator.image(request, &parts).expect("it is worth it");
    let expected = expected(3 * WASM_PAGE, &parts);
    std::thread::scope(|scope| {
        for byte in 1..=4 {
            let (image, expected) = (&image, &expected);
            scope.spawn(move || {
                for _ in 0..100 {
                    let mut memory = image.create().expect("it fits");
                    assert!(bytes(&*memory) == *expected);
                    fill(&mut *memory, byte);
                }
            });
        }
    });
}
