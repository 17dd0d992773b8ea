//! The frame for differential fuzzing: generators of guests, and the comparison of what the
//! backends make of them. There is one backend so far and nothing to compare; until there is,
//! `diptych-interp`'s own tests run random programs beside a plain stack machine.
