use super::pool::KEPT_LEN;
use super::*;

const WASM_PAGE: usize = 64 << 10;

fn bytes(memory: &dyn LinearMemory) -> &[u8] {
    // SAFETY: the memory promises so many bytes.
    unsafe { core::slice::from_raw_parts(memory.base(), memory.byte_len()) }
}

fn fill(memory: &mut dyn LinearMemory, byte: u8) {
    // SAFETY: the memory has so many bytes.
    unsafe { memory.base().write_bytes(byte, memory.byte_len()) };
}

fn guarded(minimum: usize) -> MemoryRequest {
    MemoryRequest::new(minimum, None).guarded(true)
}

fn check_growth(request: MemoryRequest, lengths: &[usize]) {
    let creator = MmapMemoryCreator::new();
    let mut memory = creator.create(request).expect("it fits");
    assert_eq!(memory.byte_len(), request.minimum);
    assert!(bytes(&*memory).iter().all(|&byte| byte == 0));
    for (round, &len) in lengths.iter().enumerate() {
        let before = memory.byte_len();
        fill(&mut *memory, round as u8 + 1);
        memory.grow_to(len).expect("it fits");
        assert_eq!(memory.byte_len(), len);
        let (old, new) = bytes(&*memory).split_at(before);
        assert!(old.iter().all(|&byte| byte == round as u8 + 1));
        assert!(new.iter().all(|&byte| byte == 0));
    }
}

#[test]
fn growth_keeps_bytes_and_adds_zeros() {
    let lengths = [1, 100_000, 100_001, 150_000, 150_000, 9_000_000];
    check_growth(MemoryRequest::new(0, None), &lengths);
    check_growth(MemoryRequest::new(1, Some(9_000_000)), &lengths);
    check_growth(MemoryRequest::new(1, Some(usize::MAX)), &lengths);
    check_growth(MemoryRequest::new(0, Some(0)), &lengths);
    let lengths = [WASM_PAGE, 2 * WASM_PAGE, 2 * WASM_PAGE, 300 * WASM_PAGE];
    check_growth(guarded(0), &lengths);
    check_growth(guarded(WASM_PAGE), &lengths);
}

#[test]
#[cfg(target_pointer_width = "64")]
fn guarded_memories_have_their_reservation_and_stay() {
    let creator = MmapMemoryCreator::new();
    for minimum in [0, WASM_PAGE] {
        let mut memory = creator.create(guarded(minimum)).expect("it fits");
        assert_eq!(memory.reserved(), GUARDED_RESERVATION);
        assert_eq!(creator.guaranteed_reservation(), GUARDED_RESERVATION);
        let base = memory.base();
        memory
            .grow_to(4 << 30)
            .expect("address space is all it takes");
        assert_eq!(memory.base(), base);
        // SAFETY: it is the last byte.
        unsafe { base.add((4 << 30) - 1).write(1) };
    }
}

#[test]
fn unguarded_memories_stay_below_a_small_maximum() {
    let creator = MmapMemoryCreator::new();
    let mut memory = creator
        .create(MemoryRequest::new(10, Some(1_000_000)))
        .expect("it fits");
    let base = memory.base();
    for len in (10..=1_000_000).step_by(90_000) {
        memory.grow_to(len).expect("it fits");
        assert_eq!(memory.base(), base);
    }
    assert_eq!(memory.reserved(), 0);
}

#[test]
#[cfg(target_pointer_width = "64")]
fn impossible_sizes_are_refused_and_change_nothing() {
    let creator = MmapMemoryCreator::new();
    for minimum in [usize::MAX, isize::MAX as usize] {
        assert!(creator.create(MemoryRequest::new(minimum, None)).is_err());
        assert!(creator.create(guarded(minimum)).is_err());
    }
    // A guard begins at a page.
    assert!(creator.create(guarded(1)).is_err());
    for request in [guarded(WASM_PAGE), MemoryRequest::new(WASM_PAGE, None)] {
        let mut memory = creator.create(request).expect("it fits");
        fill(&mut *memory, 3);
        assert_eq!(memory.grow_to(usize::MAX), Err(MemoryError));
        assert_eq!(memory.grow_to(isize::MAX as usize), Err(MemoryError));
        assert!(!request.guarded || memory.grow_to(WASM_PAGE + 1).is_err());
        assert_eq!(memory.byte_len(), WASM_PAGE);
        assert!(bytes(&*memory).iter().all(|&byte| byte == 3));
    }
}

#[test]
#[cfg(target_pointer_width = "64")]
fn kept_reservations_come_back_as_zeros() {
    let creator = MmapMemoryCreator::with_kept_reservations(1);
    let clone = creator.clone();
    // The next is longer, equally long, shorter, and empty.
    for pages in [1, 3, 3, 2, 0, 1] {
        let mut memory = creator.create(guarded(pages * WASM_PAGE)).expect("fits");
        assert_eq!(memory.byte_len(), pages * WASM_PAGE);
        assert!(bytes(&*memory).iter().all(|&byte| byte == 0));
        fill(&mut *memory, 0xa5);
        memory.grow_to(4 * WASM_PAGE).expect("it fits");
        let (_, new) = bytes(&*memory).split_at(pages * WASM_PAGE);
        assert!(new.iter().all(|&byte| byte == 0));
        fill(&mut *memory, 0x5a);
        drop(memory);
        assert_eq!(clone.kept(), 1);
    }
    // No more are kept than was said, and none that was very long.
    let two = [1, 2].map(|_| creator.create(guarded(WASM_PAGE)).expect("fits"));
    assert_eq!(creator.kept(), 0);
    drop(two);
    assert_eq!(creator.kept(), 1);
    drop(creator.create(guarded(KEPT_LEN + WASM_PAGE)).expect("fits"));
    assert_eq!(creator.kept(), 0);
    let none = MmapMemoryCreator::with_kept_reservations(0);
    drop(none.create(guarded(WASM_PAGE)).expect("fits"));
    assert_eq!(none.kept(), 0);
}

#[test]
fn memories_outlive_their_creator() {
    let creator = MmapMemoryCreator::new();
    let mut memory = creator.create(guarded(WASM_PAGE)).expect("it fits");
    drop(creator);
    fill(&mut *memory, 1);
    memory.grow_to(2 * WASM_PAGE).expect("it fits");
    assert_eq!(bytes(&*memory)[WASM_PAGE - 1..][..2], [1, 0]);
}

#[test]
fn many_threads_make_memories() {
    let creator = MmapMemoryCreator::with_kept_reservations(3);
    std::thread::scope(|scope| {
        for byte in 1..=4 {
            let creator = &creator;
            scope.spawn(move || {
                for round in 0..200 {
                    let pages = round % 3 + 1;
                    let mut memory = creator.create(guarded(pages * WASM_PAGE)).expect("fits");
                    assert!(bytes(&*memory).iter().all(|&byte| byte == 0));
                    fill(&mut *memory, byte);
                }
            });
        }
    });
}

/// The pages around the end of a memory, as the kernel describes them.
#[test]
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn bytes_beyond_the_end_are_not_accessible() {
    let creator = MmapMemoryCreator::with_kept_reservations(1);
    drop(creator.create(guarded(5 * WASM_PAGE)).expect("it fits"));
    let memory = creator.create(guarded(2 * WASM_PAGE)).expect("it fits");
    let readable = |offset: usize| {
        // The kernel reads it in our place, and says when it cannot.
        let address = memory.base() as usize + offset;
        let mut pipe = [0; 2];
        // SAFETY: the kernel checks the address.
        unsafe {
            assert_eq!(libc::pipe(pipe.as_mut_ptr()), 0);
            let written = libc::write(pipe[1], address as *const libc::c_void, 1);
            libc::close(pipe[0]);
            libc::close(pipe[1]);
            written == 1
        }
    };
    assert!(readable(0));
    assert!(readable(2 * WASM_PAGE - 1));
    for offset in [
        2 * WASM_PAGE,
        2 * WASM_PAGE + crate::os::page_size(),
        5 * WASM_PAGE,
        4 << 30,
        GUARDED_RESERVATION - 1,
    ] {
        assert!(!readable(offset), "{offset:#x}");
    }
}
