//! Atomic accesses to linear memory, all of them sequentially consistent
//! ([spec](https://webassembly.github.io/threads/core/exec/instructions.html)).
//!
//! Linear memory is little-endian. Where the host is not, sums are made of values that are turned
//! around, by compare and exchange. Where it has no atomic accesses of 64 bits, all widths go
//! through one lock, so that they are atomic to each other.

/// How a value is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rmw {
    /// The sum.
    Add,
    /// The difference.
    Sub,
    /// The bits that both have.
    And,
    /// The bits that one of them has.
    Or,
    /// The bits that only one of them has.
    Xor,
    /// The new value.
    Xchg,
}

/// A number that is accessed atomically.
pub trait Atomic: Copy {
    /// Reads.
    ///
    /// # Safety
    /// `at` is that of a number of this type, aligned to its size, which can be read and written
    /// and which is otherwise accessed by this trait and by guests only.
    unsafe fn load(at: *mut u8) -> Self;

    /// Writes.
    ///
    /// # Safety
    /// As [`load`](Self::load).
    unsafe fn store(at: *mut u8, value: Self);

    /// Changes the number, and gives what it was before.
    ///
    /// # Safety
    /// As [`load`](Self::load).
    unsafe fn rmw(at: *mut u8, kind: Rmw, operand: Self) -> Self;

    /// Writes `new` when the number is `expected`, and gives what it was before.
    ///
    /// # Safety
    /// As [`load`](Self::load).
    unsafe fn compare_exchange(at: *mut u8, expected: Self, new: Self) -> Self;
}

macro_rules! apply {
    ($kind:expr, $old:expr, $operand:expr) => {
        match $kind {
            Rmw::Add => $old.wrapping_add($operand),
            Rmw::Sub => $old.wrapping_sub($operand),
            Rmw::And => $old & $operand,
            Rmw::Or => $old | $operand,
            Rmw::Xor => $old ^ $operand,
            Rmw::Xchg => $operand,
        }
    };
}

cfg_if::cfg_if! {
    if #[cfg(target_has_atomic = "64")] {
        use core::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering::SeqCst};

        macro_rules! atomics {
            ($($ty:ident: $atomic:ident;)*) => {$(
                impl Atomic for $ty {
                    #[inline(always)]
                    unsafe fn load(at: *mut u8) -> Self {
                        // SAFETY: by contract.
                        Self::from_le(unsafe { $atomic::from_ptr(at.cast()) }.load(SeqCst))
                    }

                    #[inline(always)]
                    unsafe fn store(at: *mut u8, value: Self) {
                        // SAFETY: by contract.
                        unsafe { $atomic::from_ptr(at.cast()) }.store(value.to_le(), SeqCst);
                    }

                    #[inline(always)]
                    unsafe fn rmw(at: *mut u8, kind: Rmw, operand: Self) -> Self {
                        // SAFETY: by contract.
                        let number = unsafe { $atomic::from_ptr(at.cast()) };
                        let by = operand.to_le();
                        Self::from_le(match kind {
                            Rmw::Add | Rmw::Sub if cfg!(target_endian = "big") => {
                                let change = |old| Some(apply!(kind, Self::from_le(old), operand).to_le());
                                let (Ok(old) | Err(old)) = number.fetch_update(SeqCst, SeqCst, change);
                                old
                            }
                            Rmw::Add => number.fetch_add(by, SeqCst),
                            Rmw::Sub => number.fetch_sub(by, SeqCst),
                            Rmw::And => number.fetch_and(by, SeqCst),
                            Rmw::Or => number.fetch_or(by, SeqCst),
                            Rmw::Xor => number.fetch_xor(by, SeqCst),
                            Rmw::Xchg => number.swap(by, SeqCst),
                        })
                    }

                    #[inline(always)]
                    unsafe fn compare_exchange(at: *mut u8, expected: Self, new: Self) -> Self {
                        // SAFETY: by contract.
                        let number = unsafe { $atomic::from_ptr(at.cast()) };
                        let (expected, new) = (expected.to_le(), new.to_le());
                        let (Ok(old) | Err(old)) =
                            number.compare_exchange(expected, new, SeqCst, SeqCst);
                        Self::from_le(old)
                    }
                }
            )*};
        }

        atomics! {
            u8: AtomicU8;
            u16: AtomicU16;
            u32: AtomicU32;
            u64: AtomicU64;
        }
    } else {
        static LOCK: crate::sync::Mutex<()> = crate::sync::Mutex::new(());

        macro_rules! locked {
            ($($ty:ident)*) => {$(
                impl Atomic for $ty {
                    unsafe fn load(at: *mut u8) -> Self {
                        let _lock = LOCK.lock();
                        // SAFETY: by contract.
                        Self::from_le(unsafe { at.cast::<Self>().read_volatile() })
                    }

                    unsafe fn store(at: *mut u8, value: Self) {
                        let _lock = LOCK.lock();
                        // SAFETY: by contract.
                        unsafe { at.cast::<Self>().write_volatile(value.to_le()) }
                    }

                    unsafe fn rmw(at: *mut u8, kind: Rmw, operand: Self) -> Self {
                        let _lock = LOCK.lock();
                        let at = at.cast::<Self>();
                        // SAFETY: by contract.
                        unsafe {
                            let old = Self::from_le(at.read_volatile());
                            at.write_volatile(apply!(kind, old, operand).to_le());
                            old
                        }
                    }

                    unsafe fn compare_exchange(at: *mut u8, expected: Self, new: Self) -> Self {
                        let _lock = LOCK.lock();
                        let at = at.cast::<Self>();
                        // SAFETY: by contract.
                        unsafe {
                            let old = Self::from_le(at.read_volatile());
                            if old == expected {
                                at.write_volatile(new.to_le());
                            }
                            old
                        }
                    }
                }
            )*};
        }

        locked!(u8 u16 u32 u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_little_endian() {
        let mut memory = 0x1122_3344_5566_7788_u64.to_le();
        let at = (&raw mut memory).cast::<u8>();
        // SAFETY: the numbers are in `memory`, aligned.
        unsafe {
            assert_eq!(u8::load(at), 0x88);
            assert_eq!(u16::load(at.add(2)), 0x5566);
            assert_eq!(u32::rmw(at, Rmw::Add, 0xb000_0000), 0x5566_7788);
            assert_eq!(u32::load(at), 0x0566_7788);
            assert_eq!(u16::rmw(at.add(6), Rmw::Sub, 0x1123), 0x1122);
            assert_eq!(u64::load(at), 0xffff_3344_0566_7788);
            assert_eq!(u64::compare_exchange(at, 0, 1), 0xffff_3344_0566_7788);
            assert_eq!(
                u64::compare_exchange(at, 0xffff_3344_0566_7788, 0x0f),
                0xffff_3344_0566_7788
            );
            assert_eq!(u8::rmw(at, Rmw::And, 0x35), 0x0f);
            assert_eq!(u8::rmw(at, Rmw::Or, 0x50), 0x05);
            assert_eq!(u8::rmw(at, Rmw::Xor, 0xff), 0x55);
            assert_eq!(u8::rmw(at, Rmw::Xchg, 1), 0xaa);
            u64::store(at, 5);
            assert_eq!(u64::load(at), 5);
        }
    }
}
