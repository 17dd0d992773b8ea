//! A vector as its slots, and as its lanes.

/// A vector: its two slots, the low half first. Lanes are numbered from the lowest bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct V128(pub(crate) [u64; 2]);

impl V128 {
    /// A vector whose upper half is zero.
    #[inline(always)]
    pub(crate) const fn low(half: u64) -> Self {
        Self([half, 0])
    }

    /// From the bytes of linear memory.
    #[inline(always)]
    pub(crate) const fn from_le(Self([low, high]): Self) -> Self {
        Self([u64::from_le(low), u64::from_le(high)])
    }

    /// To the bytes of linear memory.
    #[inline(always)]
    pub(crate) const fn to_le(self) -> Self {
        Self::from_le(self)
    }

    /// As lanes.
    #[inline(always)]
    pub(crate) fn lanes<L: Lanes>(self) -> L {
        L::of_vector(self)
    }

    /// From lanes.
    #[inline(always)]
    pub(crate) fn of<L: Lanes>(lanes: L) -> Self {
        lanes.into_vector()
    }
}

/// The lanes of a vector, from the lowest.
pub(crate) trait Lanes {
    /// The lanes of `vector`.
    fn of_vector(vector: V128) -> Self;
    /// The vector of these lanes.
    fn into_vector(self) -> V128;
}

macro_rules! lanes {
    ($($lane:ident $count:literal)*) => {$(
        impl Lanes for [$lane; $count] {
            #[cfg(target_endian = "little")]
            #[inline(always)]
            fn of_vector(vector: V128) -> Self {
                // SAFETY: both are 16 bytes, all of whose values are valid, in the same order.
                unsafe { core::mem::transmute(vector) }
            }

            #[cfg(target_endian = "little")]
            #[inline(always)]
            fn into_vector(self) -> V128 {
                // SAFETY: as above.
                unsafe { core::mem::transmute(self) }
            }

            #[cfg(target_endian = "big")]
            #[inline(always)]
            fn of_vector(V128([low, high]): V128) -> Self {
                const WIDTH: usize = size_of::<$lane>();
                let bytes = (u128::from(low) | u128::from(high) << 64).to_le_bytes();
                core::array::from_fn(|i| {
                    let mut lane = [0; WIDTH];
                    lane.copy_from_slice(&bytes[i * WIDTH..][..WIDTH]);
                    $lane::from_le_bytes(lane)
                })
            }

            #[cfg(target_endian = "big")]
            #[inline(always)]
            fn into_vector(self) -> V128 {
                const WIDTH: usize = size_of::<$lane>();
                let mut bytes = [0; 16];
                for (to, lane) in bytes.chunks_exact_mut(WIDTH).zip(self) {
                    to.copy_from_slice(&lane.to_le_bytes());
                }
                let bits = u128::from_le_bytes(bytes);
                V128([bits as u64, (bits >> 64) as u64])
            }
        }
    )*};
}

lanes! { u8 16 i8 16 u16 8 i16 8 u32 4 i32 4 f32 4 u64 2 i64 2 f64 2 }
