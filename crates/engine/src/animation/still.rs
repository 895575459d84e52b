//! One frame of an animation, as shown.

use crate::animation::coded::CodedFrames;
use crate::animation::compositor::Compositor;
use crate::error::Error;
use crate::pixels::frame::Frame;
use crate::plan::Plan;

/// Returns the canvas at one frame of the source, and whether every frame drawn up to there
/// conforms to its standard.
///
/// # Errors
/// [`Error::Corrupt`] and [`Error::OutOfMemory`].
pub(crate) fn still(mut shots: CodedFrames<'_>, plan: &Plan) -> Result<(Frame, bool), Error> {
    let (first, restores) = match &plan.animation {
        Some(animation) => (animation.first, animation.restores),
        None => (0, false),
    };
    let capacity = plan.capacity_if_kept();
    let (size, layout) = (plan.decoded, plan.header.layout);
    let mut screen = Compositor::new(size, layout, plan.transform.background, restores, capacity)?;
    let mut is_sound = true;
    for _ in 0..=first {
        let shot = shots
            .next()
            .ok_or(Error::Corrupt("the file has no image"))?;
        is_sound &= shot?.draw(&mut screen)?;
    }
    Ok((screen.into_frame(), is_sound))
}
