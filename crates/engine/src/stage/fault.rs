//! Errors of the resampler.

use letterbox_resize::Error as Fault;

use crate::error::Error;

pub(crate) fn fault(fault: Fault) -> Error {
    match fault {
        Fault::OutOfMemory => Error::OutOfMemory,
        Fault::RowLength { .. } => Error::Corrupt("the image's headers contradict each other"),
        fault => Error::Internal(fault.to_string()),
    }
}
