//! The values of the host's that guests hold: a table of them, whose places references name.
//!
//! The collector marks the places that it finds references to. The values in others go at a time
//! when code of the host's may run, which dropping them is: the table keeps them until it is asked
//! for them.

use super::heap::immediate;
use crate::error::{Error, ErrorKind, Result};
use crate::store::out_of_memory;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::Any;

/// A value of the host's.
pub(crate) type HostValue = Box<dyn Any + Send + Sync>;

/// How many values there are before the table asks for a collection.
const FIRST_COLLECTION: usize = 1 << 10;
/// The end of a list of places.
const END: u32 = u32::MAX;

/// The table.
#[derive(Debug)]
pub(crate) struct HostValues {
    places: Vec<Place>,
    /// The first of the places that are free.
    free: u32,
    /// The first of those whose values nothing leads to any more.
    lost: u32,
    /// How many values there are, without those.
    alive: usize,
    /// How many there are when the table asks for a collection.
    limit: usize,
}

#[derive(Debug)]
struct Place {
    /// None where the place is free.
    value: Option<HostValue>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There is a value, and the last collection did not find it or is not over.
    Unmarked,
    /// There is a value, and the collection that goes on has found it.
    Marked,
    /// The place is in one of the lists: this is the next one there.
    Listed(u32),
}

impl HostValues {
    pub(crate) const fn new() -> Self {
        Self {
            places: Vec::new(),
            free: END,
            lost: END,
            alive: 0,
            limit: FIRST_COLLECTION,
        }
    }

    /// Whether a collection should be tried before the next value comes.
    pub(crate) const fn wants_collection(&self) -> bool {
        self.alive >= self.limit
    }

    /// A collection was tried: the next one is due when there are twice as many values as now.
    pub(crate) fn postpone_collection(&mut self) {
        self.limit = self.alive.saturating_mul(2).max(FIRST_COLLECTION);
    }

    /// Keeps a value. Gives its place.
    ///
    /// # Errors
    /// When there is no memory for it, or there are as many as references can tell apart.
    pub(crate) fn push(&mut self, value: HostValue) -> Result<u32> {
        let place = Place {
            value: Some(value),
            state: State::Unmarked,
        };
        let index = self.free;
        if let Some(free) = self.places.get_mut(index as usize) {
            if let State::Listed(next) = free.state {
                self.free = next;
            }
            *free = place;
            self.alive += 1;
            return Ok(index);
        }
        let index = self.places.len() as u32;
        if index >= immediate::HOST_REFERENCES {
            return Err(Error::new(ErrorKind::Limit(
                "too many host references".into(),
            )));
        }
        self.places.try_reserve(1).map_err(out_of_memory)?;
        self.places.push(place);
        self.alive += 1;
        Ok(index)
    }

    pub(crate) fn get(&self, index: u32) -> Option<&(dyn Any + Send + Sync)> {
        self.places.get(index as usize)?.value.as_deref()
    }

    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut (dyn Any + Send + Sync)> {
        self.places.get_mut(index as usize)?.value.as_deref_mut()
    }

    /// The collection has found a reference to the value at this place.
    #[inline]
    pub(super) fn mark(&mut self, index: u32) {
        if let Some(place) = self.places.get_mut(index as usize)
            && place.state == State::Unmarked
        {
            place.state = State::Marked;
        }
    }

    /// The collection is over: what it has not found is lost.
    pub(super) fn sweep(&mut self) {
        for (index, place) in self.places.iter_mut().enumerate() {
            match place.state {
                State::Marked => place.state = State::Unmarked,
                State::Unmarked => {
                    place.state = State::Listed(self.lost);
                    self.lost = index as u32;
                    self.alive -= 1;
                }
                State::Listed(_) => {}
            }
        }
        self.postpone_collection();
    }

    /// A value that was lost, to drop; its place is free.
    pub(crate) fn take_lost(&mut self) -> Option<HostValue> {
        let index = self.lost;
        let place = self.places.get_mut(index as usize)?;
        if let State::Listed(next) = place.state {
            self.lost = next;
        }
        place.state = State::Listed(self.free);
        self.free = index;
        place.value.take()
    }
}
