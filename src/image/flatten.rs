//! Stage: lays transparent pixels on the background, where the answer has no alpha.

use super::Error;
use super::frame::{Frame, Layout};
use super::plan::{Plan, Plane};

/// The image without alpha, if the planned layout has none.
pub(super) fn run(plan: &Plan, plane: &Plane, mut frame: Frame) -> Result<Frame, Error> {
    if !frame.layout.alpha() || plane.layout.alpha() {
        return Ok(frame);
    }
    let under = plan.background.over_white();
    let channels = frame.layout.channels();
    let colours = channels - 1;
    // A grey image on a coloured background has become RGB before this stage.
    let under = [under.r, under.g, under.b];
    let mut to = 0;
    for from in (0..frame.pixels.len()).step_by(channels) {
        let alpha = u32::from(frame.pixels[from + colours]);
        for (at, under) in (from..from + colours).zip(under) {
            let mixed = u32::from(frame.pixels[at]) * alpha + u32::from(under) * (255 - alpha);
            frame.pixels[to] = ((mixed + 127) / 255) as u8;
            to += 1;
        }
    }
    frame.pixels.truncate(to);
    frame.layout = Layout::of(frame.layout.grey(), false);
    Ok(frame)
}
