//! Choosing bytes. The vectors are read where they are: a byte that an index names is one load,
//! where a vector in a register would have to be written somewhere first.

#[allow(unused_imports, reason = "instructions take their place")]
use super::int::each;
use super::value::V128;

/// Where byte `index` of a vector is among its bytes in a frame: slots are in the host's byte
/// order.
#[inline(always)]
#[allow(dead_code, reason = "instructions take its place")]
const fn place(index: usize) -> usize {
    if cfg!(target_endian = "big") {
        index ^ 7
    } else {
        index
    }
}

/// The vector of what the expression is for each byte.
#[allow(unused_macros, reason = "instructions take its place")]
macro_rules! gather {
    (|$i:ident| $byte:expr) => {{
        cfg_if::cfg_if! {
            if #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))] {
                // One after the other, which needs few registers.
                use core::arch::x86_64::{
                    __m128i, _mm_cvtsi32_si128, _mm_or_si128, _mm_setzero_si128, _mm_slli_si128,
                };
                let mut bytes: __m128i = _mm_setzero_si128();
                let mut $i = 16usize;
                while $i > 0 {
                    $i -= 1;
                    let byte = _mm_cvtsi32_si128(i32::from($byte));
                    bytes = _mm_or_si128(_mm_slli_si128::<1>(bytes), byte);
                    crate::exec::state::keep_flow();
                }
                core::mem::transmute::<__m128i, V128>(bytes)
            } else {
                V128::of(each!(16, |$i| $byte))
            }
        }
    }};
}

/// `bytes` where the index is less than 16, else 0.
#[inline(always)]
#[allow(dead_code, reason = "instructions take its place")]
fn only_within(bytes: V128, indices: V128) -> V128 {
    cfg_if::cfg_if! {
        if #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))] {
            use core::arch::x86_64::*;
            // SAFETY: SSE2 is part of x86_64; both types are 16 bytes of any values.
            unsafe {
                let [bytes, indices]: [__m128i; 2] = core::mem::transmute([bytes, indices]);
                let high = _mm_and_si128(indices, _mm_set1_epi8(0xf0_u8 as i8));
                let within = _mm_cmpeq_epi8(high, _mm_setzero_si128());
                core::mem::transmute(_mm_and_si128(bytes, within))
            }
        } else {
            let (bytes, indices): ([u8; 16], [u8; 16]) = (bytes.lanes(), indices.lanes());
            V128::of(each!(16, |i| if indices[i] < 16 { bytes[i] } else { 0 }))
        }
    }
}

/// The bytes of `a` that those of `indices` name; 0 where there is none.
///
/// # Safety
/// Both can be read.
#[inline(always)]
pub(crate) unsafe fn swizzle_at(a: *const V128, indices: *const V128) -> V128 {
    cfg_if::cfg_if! {
        if #[cfg(all(target_arch = "x86_64", target_feature = "ssse3"))] {
            use core::arch::x86_64::{_mm_adds_epu8, _mm_loadu_si128, _mm_set1_epi8, _mm_shuffle_epi8};
            // SAFETY: by contract; the processor has these instructions. An index from 16 on gets
            // its highest bit set, which stands for 0.
            unsafe {
                let (a, indices) = (_mm_loadu_si128(a.cast()), _mm_loadu_si128(indices.cast()));
                let indices = _mm_adds_epu8(indices, _mm_set1_epi8(0x70));
                core::mem::transmute(_mm_shuffle_epi8(a, indices))
            }
        } else if #[cfg(all(
            target_arch = "aarch64",
            target_feature = "neon",
            target_endian = "little"
        ))] {
            use core::arch::aarch64::{vld1q_u8, vqtbl1q_u8};
            // SAFETY: by contract; the processor has these instructions.
            unsafe {
                core::mem::transmute(vqtbl1q_u8(vld1q_u8(a.cast()), vld1q_u8(indices.cast())))
            }
        } else {
            let (bytes, places) = (a.cast::<u8>(), indices.cast::<u8>());
            // SAFETY: by contract; the index is made less than 16.
            unsafe {
                let chosen = gather!(|i| {
                    let index = places.add(place(i)).read() & 15;
                    bytes.add(place(index.into())).read()
                });
                only_within(chosen, indices.read())
            }
        }
    }
}

/// The bytes that `indices` names of the vectors in the two slots at `slots`, which are numbers of
/// slots from `fp` on: those of the second have indices from 16 on. None is 32 or more.
///
/// # Safety
/// All can be read; `indices` is 16 bytes.
#[inline(always)]
pub(crate) unsafe fn shuffle_at(fp: *const u64, slots: *const u16, indices: *const u8) -> V128 {
    cfg_if::cfg_if! {
        if #[cfg(all(target_arch = "x86_64", target_feature = "ssse3"))] {
            use core::arch::x86_64::{
                _mm_add_epi8, _mm_cmpgt_epi8, _mm_loadu_si128, _mm_or_si128, _mm_set1_epi8,
                _mm_shuffle_epi8,
            };
            // SAFETY: by contract; the processor has these instructions. An index with its highest
            // bit set stands for 0.
            unsafe {
                let a = _mm_loadu_si128(fp.add(slots.read().into()).cast());
                let b = _mm_loadu_si128(fp.add(slots.add(1).read().into()).cast());
                let indices = _mm_loadu_si128(indices.cast());
                let in_a = _mm_or_si128(indices, _mm_cmpgt_epi8(indices, _mm_set1_epi8(15)));
                let in_b = _mm_add_epi8(indices, _mm_set1_epi8(-16));
                let bytes = _mm_or_si128(_mm_shuffle_epi8(a, in_a), _mm_shuffle_epi8(b, in_b));
                core::mem::transmute(bytes)
            }
        } else if #[cfg(all(
            target_arch = "aarch64",
            target_feature = "neon",
            target_endian = "little"
        ))] {
            use core::arch::aarch64::{uint8x16x2_t, vld1q_u8, vqtbl2q_u8};
            // SAFETY: by contract; the processor has these instructions.
            unsafe {
                let a = vld1q_u8(fp.add(slots.read().into()).cast());
                let b = vld1q_u8(fp.add(slots.add(1).read().into()).cast());
                core::mem::transmute(vqtbl2q_u8(uint8x16x2_t(a, b), vld1q_u8(indices)))
            }
        } else {
            // SAFETY: by contract; the index in the vector is made less than 16.
            unsafe {
                gather!(|i| {
                    let index = usize::from(indices.add(i).read());
                    let slot = slots.add(index / 16).read();
                    fp.add(slot.into()).cast::<u8>().add(place(index % 16)).read()
                })
            }
        }
    }
}
