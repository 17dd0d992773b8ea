//! Locks that exist with and without the standard library.
//!
//! With `std` they are the standard library's; a panic while one is held does not poison it,
//! because everything guarded here is consistent between any two statements. Without `std` they
//! spin: they are held for a short time only.
//!
//! # Safety
//! The unsafe code of the spinning lock rests on one invariant: whoever changed `locked` from
//! `false` to `true` has the value for itself until it sets it back.

cfg_if::cfg_if! {
    if #[cfg(feature = "std")] {
        /// Mutual exclusion.
        #[derive(Debug, Default)]
        pub struct Mutex<T>(std::sync::Mutex<T>);

        impl<T> Mutex<T> {
            /// An unlocked mutex around `value`.
            pub const fn new(value: T) -> Self {
                Self(std::sync::Mutex::new(value))
            }

            /// Waits until no one else has the value.
            pub fn lock(&self) -> impl core::ops::DerefMut<Target = T> + '_ {
                self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
            }
        }

        /// Many readers, or one writer.
        #[derive(Debug, Default)]
        pub struct RwLock<T>(std::sync::RwLock<T>);

        impl<T> RwLock<T> {
            /// An unlocked lock around `value`.
            pub const fn new(value: T) -> Self {
                Self(std::sync::RwLock::new(value))
            }

            /// Waits until no one writes.
            pub fn read(&self) -> impl core::ops::Deref<Target = T> + '_ {
                self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner)
            }

            /// Waits until no one else has the value.
            pub fn write(&self) -> impl core::ops::DerefMut<Target = T> + '_ {
                self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner)
            }
        }
    } else {
        use core::cell::UnsafeCell;
        use core::fmt;
        use core::marker::PhantomData;
        use core::ops::{Deref, DerefMut};
        use core::sync::atomic::{AtomicBool, Ordering};

        /// Mutual exclusion.
        #[derive(Default)]
        pub struct Mutex<T> {
            locked: AtomicBool,
            value: UnsafeCell<T>,
        }

        // SAFETY: the lock gives the value to one thread at a time.
        unsafe impl<T: Send> Sync for Mutex<T> {}

        impl<T> Mutex<T> {
            /// An unlocked mutex around `value`.
            pub const fn new(value: T) -> Self {
                Self { locked: AtomicBool::new(false), value: UnsafeCell::new(value) }
            }

            /// Waits until no one else has the value.
            pub fn lock(&self) -> impl DerefMut<Target = T> + '_ {
                while self
                    .locked
                    .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
                    .is_err()
                {
                    core::hint::spin_loop();
                }
                Guard { mutex: self, value: PhantomData }
            }
        }

        impl<T> fmt::Debug for Mutex<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct("Mutex").finish_non_exhaustive()
            }
        }

        /// It stands for a mutable reference, also in what may be shared between threads.
        struct Guard<'a, T> {
            mutex: &'a Mutex<T>,
            value: PhantomData<&'a mut T>,
        }

        impl<T> Deref for Guard<'_, T> {
            type Target = T;

            fn deref(&self) -> &T {
                // SAFETY: the guard holds the lock.
                unsafe { &*self.mutex.value.get() }
            }
        }

        impl<T> DerefMut for Guard<'_, T> {
            fn deref_mut(&mut self) -> &mut T {
                // SAFETY: the guard holds the lock.
                unsafe { &mut *self.mutex.value.get() }
            }
        }

        impl<T> Drop for Guard<'_, T> {
            fn drop(&mut self) {
                self.mutex.locked.store(false, Ordering::Release);
            }
        }

        /// Readers and writers, one at a time.
        #[derive(Debug, Default)]
        pub struct RwLock<T>(Mutex<T>);

        impl<T> RwLock<T> {
            /// An unlocked lock around `value`.
            pub const fn new(value: T) -> Self {
                Self(Mutex::new(value))
            }

            /// Waits until no one else has the value.
            pub fn read(&self) -> impl Deref<Target = T> + '_ {
                self.0.lock()
            }

            /// Waits until no one else has the value.
            pub fn write(&self) -> impl DerefMut<Target = T> + '_ {
                self.0.lock()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_release() {
        let mutex = Mutex::new(1);
        *mutex.lock() += 1;
        assert_eq!(*mutex.lock(), 2);
        let lock = RwLock::new(1);
        *lock.write() += 1;
        assert_eq!(*lock.read(), 2);
    }
}
