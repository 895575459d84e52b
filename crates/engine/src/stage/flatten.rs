//! Stage: lays transparent pixels on the background, where the answer has no alpha.

use crate::pixels::layout::Layout;
use crate::transform::Colour;

/// A row without its alpha, in the place of the row; how many bytes it has then.
pub(crate) fn flatten(row: &mut [u8], layout: Layout, background: Colour) -> usize {
    let under = background.over_white();
    let channels = layout.channels();
    let colours = channels - 1;
    // A grey image on a coloured background has become RGB before this stage.
    let under = [under.r, under.g, under.b];
    let mut to = 0;
    for from in (0..row.len()).step_by(channels) {
        let alpha = u32::from(row[from + colours]);
        for (at, under) in (from..from + colours).zip(under) {
            let mixed = u32::from(row[at]) * alpha + u32::from(under) * (255 - alpha);
            row[to] = ((mixed + 127) / 255) as u8;
            to += 1;
        }
    }
    to
}
