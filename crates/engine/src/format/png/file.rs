//! Decoding a whole file: interlaced, animated, or inside an icon.

use crate::animation::still::still;
use crate::error::Error;
use crate::format::codec::Decode;
use crate::format::png::decode::{Decoder, interlaced};
use crate::format::png::frames::CodedFrames;
use crate::header::Coding;
use crate::pixels::frame::Frame;
use crate::pixels::rows::RowSink;
use crate::plan::Plan;

/// Decodes a whole file: interlaced, animated, or inside an icon.
pub(crate) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn RowSink) -> Result<(), Error> {
    if let Coding::Rows { .. } = plan.header.coding {
        let mut decoder = Box::new(Decoder::new(plan, Vec::new()));
        decoder.take(file, rows)?;
        return decoder.finish(plan, rows);
    }
    if plan.animation.is_some() {
        let (frame, _) = still(Box::new(CodedFrames::new(file)), plan)?;
        return rows.frame(frame);
    }
    let mut frame = Frame::new(plan.decoded, plan.header.layout, plan.capacity_if_kept())?;
    let intact = plan.keeps_original() && interlaced(file, &mut frame, true).is_ok();
    if !intact {
        interlaced(file, &mut frame, false)?;
        rows.damaged();
    }
    rows.frame(frame)
}
