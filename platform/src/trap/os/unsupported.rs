//! Where nothing is known about faults.

use super::TrapCatcherError;

pub(super) fn install() -> Result<(), TrapCatcherError> {
    let _ = super::ask;
    Err(TrapCatcherError::Unsupported)
}

pub(super) fn is_installed() -> bool {
    false
}
