//! Stages: what happens to rows between a decoder and an encoder. [`STILL`] is the order in which
//! rows pass them, and `link.rs` says what a stage is.
//!
//! A decoder pushes rows into the first ones, while the source arrives. The picture is complete
//! when the source is. An encoder pulls rows out of the last ones. A stage that is pulled is one
//! method and changes a row where it lies; as something that is pushed, it would be three, and copy
//! the row.

pub(crate) mod backdrop;
pub(crate) mod band;
pub(crate) mod blur;
pub(crate) mod clip;
pub(crate) mod coarse;
pub(crate) mod components;
pub(crate) mod convert;
pub(crate) mod coverage;
pub(crate) mod crop;
pub(crate) mod fault;
pub(crate) mod filter;
pub(crate) mod flatten;
pub(crate) mod intake;
pub(crate) mod kernel;
pub(crate) mod leaving;
pub(crate) mod letterbox;
pub(crate) mod link;
pub(crate) mod mean;
pub(crate) mod median;
pub(crate) mod normalise;
pub(crate) mod orient;
pub(crate) mod overlay;
pub(crate) mod pixelate;
pub(crate) mod resample;
pub(crate) mod sharpen;
pub(crate) mod tone;
pub(crate) mod trim;
pub(crate) mod widen;

use std::sync::Arc;

use crate::error::Error;
use crate::pixels::frame::{Frame, Picture};
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::backdrop::{Backdrop, Canvas, Small};
use crate::stage::blur::Blur;
use crate::stage::clip::{Border, Clip};
use crate::stage::convert::Convert;
use crate::stage::crop::Crop;
use crate::stage::flatten::Flatten;
use crate::stage::letterbox::Letterbox;
use crate::stage::link::{Lay, Pull, Push, Pushed, Reach, Stage, Turn};
use crate::stage::median::Median;
use crate::stage::normalise::Normalise;
use crate::stage::orient::Orient;
use crate::stage::overlay::Overlay;
use crate::stage::pixelate::Pixelate;
use crate::stage::resample::Resample;
use crate::stage::sharpen::Sharpen;
use crate::stage::widen::Widen;

/// From decoded rows to rows that are encoded.
pub(crate) static STILL: [Link; 25] = [
    Link::Pushed(&Crop),
    Link::Pushed(&Resample),
    Link::Picture(&Orient),
    Link::Picture(&Normalise),
    Link::Picture(&Backdrop),
    Link::Pulled(&Convert),
    Link::Pulled(&Widen),
    Link::Pulled(&Median),
    Link::Pulled(&tone::BRIGHTNESS),
    Link::Pulled(&filter::MODULATE),
    Link::Pulled(&tone::CONTRAST),
    Link::Pulled(&tone::GAMMA),
    Link::Pulled(&Sharpen),
    Link::Pulled(&tone::NEGATE),
    Link::Pulled(&filter::FILTER),
    Link::Pulled(&filter::THRESHOLD),
    Link::Pulled(&Blur),
    Link::Pulled(&Pixelate),
    Link::Pulled(&filter::TINT),
    Link::Pulled(&Flatten),
    Link::Pulled(&Letterbox),
    Link::Laid(&Canvas),
    Link::Pulled(&Border),
    Link::Pulled(&Clip),
    Link::Pulled(&Overlay),
];

/// A stage, and how rows get through it.
pub(crate) enum Link {
    /// Rows are pushed in, while the source arrives.
    Pushed(&'static dyn Push),
    /// The complete picture is taken.
    Picture(&'static dyn Turn),
    /// Rows are pulled out, while the answer is encoded.
    Pulled(&'static dyn Pull),
    /// Rows are pulled out and laid over the small cover of the complete picture.
    Laid(&'static dyn Lay),
}

impl Link {
    /// The facts of the stage.
    pub(crate) fn stage(&self) -> &'static dyn Stage {
        match *self {
            Link::Pushed(stage) => stage,
            Link::Picture(stage) => stage,
            Link::Pulled(stage) => stage,
            Link::Laid(stage) => stage,
        }
    }
}

/// The stages that a plan has work for, in their order. Where there are none, what is decoded is
/// what is encoded.
pub(crate) fn at_work(plan: &Plan) -> Vec<&'static dyn Stage> {
    let planes = plan.planes();
    let has_work = |stage: &&dyn Stage| planes.iter().any(|plane| stage.has_work(plan, plane));
    STILL.iter().map(Link::stage).filter(has_work).collect()
}

/// Upper bound on the memory of the stages that rows of a plane are pushed into.
pub(crate) fn pushed_bytes(plan: &Plan, plane: &Plane) -> u64 {
    bytes(plan, plane, |link| matches!(link, Link::Pushed(_)))
}

/// Upper bound on the memory of the stages of a complete plane.
pub(crate) fn turned_bytes(plan: &Plan, plane: &Plane) -> u64 {
    bytes(plan, plane, |link| matches!(link, Link::Picture(_)))
}

/// Upper bound on the memory of the stages that rows of a plane are pulled out of.
pub(crate) fn pulled_bytes(plan: &Plan, plane: &Plane) -> u64 {
    let of_cover = match Canvas.has_work(plan, plane) {
        true => bytes(plan, &backdrop::small(plan, plane), is_of_cover),
        false => 0,
    };
    let is_pulled = |link: &Link| matches!(link, Link::Pulled(_) | Link::Laid(_));
    of_cover + bytes(plan, plane, is_pulled)
}

/// Whether the small cover passes a stage, as the picture does: one that changes colours, each
/// pixel by itself, before the cover is laid under the picture.
fn is_of_cover(link: &Link) -> bool {
    let is_before = |other: &&Link| !matches!(other, Link::Laid(_));
    let before = STILL
        .iter()
        .take_while(is_before)
        .position(|other| std::ptr::eq(other, link));
    matches!(link, Link::Pulled(stage) if stage.reach() == Reach::Pixel) && before.is_some()
}

fn bytes(plan: &Plan, plane: &Plane, which: impl Fn(&Link) -> bool) -> u64 {
    let stages = STILL.iter().filter(|link| which(link)).map(Link::stage);
    let at_work = stages.filter(|stage| stage.has_work(plan, plane));
    at_work.map(|stage| stage.bytes(plan, plane)).sum()
}

/// The stages at work that rows of a plane are pushed into, in their order.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn pushed(plan: &Plan, plane: &Plane) -> Result<Vec<Box<dyn Pushed>>, Error> {
    let mut stages = Vec::new();
    for link in &STILL {
        if let Link::Pushed(stage) = link
            && stage.has_work(plan, plane)
        {
            stages.push(stage.begin(plane)?);
        }
    }
    Ok(stages)
}

/// A complete picture behind the stages that take it so.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn turned(plan: &Plan, plane: &Plane, mut picture: Picture) -> Result<Picture, Error> {
    for link in &STILL {
        if let Link::Picture(stage) = link
            && stage.has_work(plan, plane)
        {
            picture = stage.run(plan, plane, picture)?;
        }
    }
    Ok(picture)
}

/// The rows for an encoder, of those of an upright picture, which has a small cover where one is
/// laid under it.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn pulled<'r>(
    plan: &Plan,
    plane: &Plane,
    mut rows: Box<dyn RowSource + 'r>,
    cover: Option<Arc<Frame>>,
) -> Result<Box<dyn RowSource + 'r>, Error> {
    for link in STILL
        .iter()
        .filter(|link| link.stage().has_work(plan, plane))
    {
        match link {
            Link::Pulled(stage) => rows = stage.rows(plan, plane, rows)?,
            Link::Laid(stage) => {
                let cover = cover.clone();
                let cover = cover.ok_or(Error::Internal("no cover was made".to_owned()))?;
                rows = stage.rows(plan, plane, rows, of_cover(plan, plane, cover)?)?;
            }
            Link::Pushed(_) | Link::Picture(_) => {}
        }
    }
    Ok(rows)
}

/// The rows of the small cover of a plane, in the colours of the picture above it.
fn of_cover<'r>(
    plan: &Plan,
    plane: &Plane,
    cover: Arc<Frame>,
) -> Result<Box<dyn RowSource + 'r>, Error> {
    let plane = backdrop::small(plan, plane);
    let mut rows: Box<dyn RowSource + 'r> = Box::new(Small::new(cover)?);
    for link in STILL.iter().filter(|link| is_of_cover(link)) {
        if let Link::Pulled(stage) = link
            && stage.has_work(plan, &plane)
        {
            rows = stage.rows(plan, &plane, rows)?;
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::pixels::layout::{Layout, Size};
    use crate::spec::Format;
    use crate::testing;
    use crate::transform::{Colour, Fit, Side, Target, Transform};

    fn plan(file: &[u8], transform: &Transform) -> Plan {
        let mut pipeline = crate::Pipeline::new(transform, &Limits::DEFAULT);
        pipeline.push(file).expect("a sound file");
        pipeline.finish(&|| 0.0).expect("a sound file").plan
    }

    fn stages(file: &[u8], transform: &Transform) -> Vec<&'static str> {
        let plan = plan(file, transform);
        at_work(&plan).iter().map(|stage| stage.name()).collect()
    }

    const SIZE: Size = Size {
        width: 40,
        height: 30,
    };

    fn to(format: Format, width: u16, height: u16) -> Transform {
        Transform {
            target: Target::Image(format),
            width: Side::px(width),
            height: Side::px(height),
            ..Transform::DEFAULT
        }
    }

    /// Rows are pushed before there is a picture, and pulled out of it.
    #[test]
    fn stages_stand_in_the_order_in_which_rows_pass_them() {
        let place = |link: &Link| match link {
            Link::Pushed(_) => 0,
            Link::Picture(_) => 1,
            Link::Pulled(_) | Link::Laid(_) => 2,
        };
        assert!(STILL.iter().is_sorted_by_key(place));
        for link in &STILL {
            let takes_all = matches!(link, Link::Picture(_));
            let stage = link.stage();
            assert_eq!(
                takes_all,
                stage.reach() == Reach::Picture,
                "{}",
                stage.name()
            );
        }
    }

    #[test]
    fn a_plan_has_the_stages_that_have_work() {
        let clear = testing::png(SIZE, Layout::Rgba);
        let grey = testing::png(SIZE, Layout::Grey);
        let as_it_is = Transform {
            fit: Fit::Inside,
            ..to(Format::Png, 40, 30)
        };
        assert_eq!(stages(&clear, &as_it_is), [""; 0]);
        assert_eq!(
            stages(&clear, &to(Format::Png, 20, 20)),
            ["resample", "letterbox"]
        );
        assert_eq!(stages(&clear, &to(Format::Jpeg, 40, 30)), ["flatten"]);
        let red = Transform {
            background: Colour::rgb(0xff_0000),
            ..to(Format::Png, 50, 30)
        };
        assert_eq!(stages(&grey, &red), ["widen", "letterbox"]);
        let own = Transform {
            backdrop: true,
            ..to(Format::Png, 50, 30)
        };
        assert_eq!(stages(&grey, &own), ["backdrop", "canvas"]);
        let flat = Transform {
            target: Target::Image(Format::Jpeg),
            ..own
        };
        assert_eq!(stages(&clear, &flat), ["backdrop", "canvas"]);
        let full = Transform {
            backdrop: true,
            ..as_it_is
        };
        assert_eq!(stages(&grey, &full), [""; 0]);
    }

    #[test]
    fn a_jpeg_stays_in_its_components_unless_a_stage_needs_pixels() {
        let photo = include_bytes!("../../../../tests/faults/exif-two-6-1.jpg");
        let jpeg = plan(photo, &to(Format::Jpeg, 20, 20));
        assert!(jpeg.chroma.is_some());
        let cmyk = include_bytes!("../../../../tests/faults/cmyk-solids.jpg");
        let cmyk = plan(cmyk, &to(Format::Jpeg, 20, 20));
        assert!(cmyk.chroma.is_none());
    }
}
