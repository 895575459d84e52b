//! Lossy WebP without alpha by our own crate: rows from a complete file.

use letterbox_vp8::{Decoder, Error as Fault};

use super::Rows;
use crate::image::Error;
use crate::image::header::webp::lossy_frame;
use crate::image::plan::Plan;

pub(super) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
    let frame = lossy_frame(file).ok_or(Error::Corrupt("the WebP has no image"))?;
    let decoder = Decoder::new(frame).map_err(fault)?;
    let (header, planned) = (decoder.header(), plan.decoded);
    if (header.width, header.height) != (planned.width, planned.height) {
        return Err(Error::Corrupt("the WebP's sizes contradict each other"));
    }
    let taken = if plan.halves.is_some() {
        decoder.planes(|plane, row| rows.row(plane, row).map_err(Stop::Ours))
    } else {
        decoder.rgb(|row| rows.row(0, row).map_err(Stop::Ours))
    };
    taken.map_err(|stop| match stop {
        Stop::Ours(error) => error,
        Stop::File(error) => fault(error),
    })
}

/// What ends decoding: the file, or whoever takes its rows.
enum Stop {
    Ours(Error),
    File(Fault),
}

impl From<Fault> for Stop {
    fn from(error: Fault) -> Stop {
        Stop::File(error)
    }
}

fn fault(fault: Fault) -> Error {
    match fault {
        Fault::OutOfMemory => Error::OutOfMemory,
        Fault::Corrupt(what) => Error::Corrupt(what),
        Fault::Truncated => Error::Corrupt("the WebP is damaged or breaks off"),
        other => Error::Internal(other.to_string()),
    }
}

/// What decoding holds, row by row.
pub(super) fn decoder_bytes(plan: &Plan) -> u64 {
    Decoder::peak_bytes(plan.header.stored.width, plan.halves.is_some())
}
