//! What is known of the accumulators.

use super::{MAX_CELLS, MAX_FRAME_SLOTS};
use crate::ops::{Op, Ty};
use core::num::NonZeroU64;

/// Whose value an accumulator holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mirror {
    /// The operand at this height, which is in its own slot.
    Temp(u32),
    /// A local.
    Local(u32),
}

impl Mirror {
    /// What follows the number: that it is a local's.
    const LOCAL: u64 = 1 << 16;

    /// As bits: as there are no more than `MAX_FRAME_SLOTS` operands and locals, 17 of them.
    #[inline]
    fn bits(self) -> u64 {
        let (Self::Temp(number) | Self::Local(number)) = self;
        debug_assert!(number < MAX_FRAME_SLOTS as u32, "{self:?}");
        match self {
            Self::Temp(height) => height.into(),
            Self::Local(local) => u64::from(local) | Self::LOCAL,
        }
    }
}

/// What an accumulator holds. It is copied with every operation, so it is a single number: the bits
/// of the [`Mirror`], of the form and the place of a [`Droppable`], and a one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Acc(NonZeroU64);

/// A store to a slot that can be dropped, as long as nothing else can read that slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Droppable {
    /// The operation that stores, in cells, of which there are no more than `MAX_CELLS`; not 0.
    pub(super) at: u32,
    /// The form of it that does not.
    pub(super) form: Op,
}

impl Acc {
    const MIRROR_BITS: u32 = 17;
    const FORM_BITS: u32 = 16;
    const MIRROR: u64 = (1 << Self::MIRROR_BITS) - 1;
    const ONE: NonZeroU64 = NonZeroU64::new(1 << 63).expect("it is not 0");
    const HAS_ROOM: () = {
        assert!(MAX_FRAME_SLOTS <= 1 << (Self::MIRROR_BITS - 1));
        assert!(Op::COUNT <= 1 << Self::FORM_BITS);
        assert!(MAX_CELLS <= 1 << (63 - Self::MIRROR_BITS - Self::FORM_BITS));
    };

    /// The value of `mirror`, every store of which has to stay.
    #[inline]
    pub(super) fn of(mirror: Mirror) -> Self {
        Self(Self::ONE | mirror.bits())
    }

    /// The same, where the operation at `at` stores the value, and `form` of it would not.
    #[inline]
    pub(super) fn stored_by(mirror: Mirror, at: u32, form: Op) -> Self {
        const { Self::HAS_ROOM };
        let store = u64::from(at) << Self::FORM_BITS | form as u64;
        Self(Self::ONE | mirror.bits() | store << Self::MIRROR_BITS)
    }

    #[inline]
    pub(super) fn mirror(self) -> Mirror {
        let number = u32::from(self.0.get() as u16);
        if self.0.get() & Mirror::LOCAL != 0 {
            Mirror::Local(number)
        } else {
            Mirror::Temp(number)
        }
    }

    #[inline]
    pub(super) fn is(self, mirror: Mirror) -> bool {
        self.0.get() & Self::MIRROR == mirror.bits()
    }

    #[inline]
    pub(super) fn droppable(self) -> Option<Droppable> {
        let store = (self.0.get() & !Self::ONE.get()) >> Self::MIRROR_BITS;
        (store != 0).then(|| Droppable {
            at: (store >> Self::FORM_BITS) as u32,
            form: Op::ALL[usize::from(store as u16)],
        })
    }
}

/// The three accumulators, by class.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Accumulators {
    int: Option<Acc>,
    f32: Option<Acc>,
    f64: Option<Acc>,
}

impl Accumulators {
    #[inline]
    pub(super) fn of(&mut self, ty: Ty) -> &mut Option<Acc> {
        match ty {
            // Of vectors none holds anything.
            Ty::I32 | Ty::I64 | Ty::Ref | Ty::V128 | Ty::V128High => &mut self.int,
            Ty::F32 => &mut self.f32,
            Ty::F64 => &mut self.f64,
        }
    }

    /// Nothing is known any more.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Slots may be read from elsewhere: every store must stay.
    pub(super) fn keep_stores(&mut self) {
        for acc in [&mut self.int, &mut self.f32, &mut self.f64]
            .into_iter()
            .flatten()
        {
            *acc = Acc::of(acc.mirror());
        }
    }

    /// The value of this class that `mirror` names changes or dies.
    #[inline]
    pub(super) fn forget(&mut self, ty: Ty, mirror: Mirror) {
        let acc = self.of(ty);
        if acc.is_some_and(|acc| acc.is(mirror)) {
            *acc = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_kept() {
        let number = MAX_FRAME_SLOTS as u32 - 1;
        for mirror in [0, 1, number].map(Mirror::Temp) {
            for mirror in [mirror, Mirror::Local(mirror.bits() as u32)] {
                let acc = Acc::of(mirror);
                assert_eq!((acc.mirror(), acc.droppable()), (mirror, None));
                for at in [1, 0x1234, MAX_CELLS as u32 - 1] {
                    for form in [Op::ALL[0], Op::ALL[Op::COUNT - 1]] {
                        let acc = Acc::stored_by(mirror, at, form);
                        assert_eq!(acc.mirror(), mirror);
                        assert_eq!(acc.droppable(), Some(Droppable { at, form }));
                        assert!(acc.is(mirror) && !acc.is(Mirror::Temp(7)));
                    }
                }
            }
        }
    }
}
