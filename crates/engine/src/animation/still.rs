//! One frame of an animation, as it is seen.

use crate::animation::coded::CodedFrames;
use crate::animation::compositor::Compositor;
use crate::error::Error;
use crate::pixels::frame::Frame;
use crate::plan::Plan;

/// The canvas at one frame of the source, and whether all that was drawn on it is as its standard has it.
///
/// # Errors
/// [`Error::Corrupt`] and [`Error::OutOfMemory`].
pub(crate) fn still(mut shots: CodedFrames<'_>, plan: &Plan) -> Result<(Frame, bool), Error> {
    let (first, restores) = match &plan.animation {
        Some(animation) => (animation.first, animation.restores),
        None => (0, false),
    };
    let room = plan.room_if_kept();
    let (size, layout) = (plan.decoded, plan.header.layout);
    let mut screen = Compositor::new(size, layout, plan.transform.background, restores, room)?;
    let mut is_sound = true;
    for _ in 0..=first {
        let shot = shots
            .next()
            .ok_or(Error::Corrupt("the file has no image"))?;
        is_sound &= shot?.draw(&mut screen)?;
    }
    Ok((screen.into_frame(), is_sound))
}
