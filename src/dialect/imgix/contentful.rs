//! Contentful's Images API.

use crate::dialect::call::{Refusal, corners};
use crate::dialect::imgix::draft::Draft;
use crate::dialect::imgix::variant::Meaning::By;
use crate::dialect::imgix::variant::{self, Given, Variant};
use crate::url::value;
use letterbox_engine::transform::{Colour, Corners, Fit, Format, Length, Target};

/// Nothing grows but by `fill`, `thumb` and `scale`.
pub(crate) const CONTENTFUL: Variant = Variant {
    rows: &[
        ("w", By(variant::width)),
        ("h", By(variant::height)),
        ("fit", By(fit)),
        ("f", By(focus)),
        ("fm", By(variant::format)),
        ("fl", By(flag)),
        ("q", By(variant::quality)),
        ("r", By(radius)),
        ("bg", By(background)),
    ],
    start: |draft| {
        (draft.fit, draft.enlarge) = (Fit::Inside, false);
        draft.fill = Some(Colour::TRANSPARENT);
        draft.quality = 80;
    },
    settle: variant::as_it_is,
};

fn fit(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    (draft.fit, draft.enlarge) = match given.text {
        "pad" => (Fit::Contain, false),
        "fill" | "thumb" => (Fit::Cover, true),
        "crop" => (Fit::Cover, false),
        "scale" => (Fit::Fill, true),
        _ => return Err(given.bad("pad, fill, scale, crop or thumb")),
    };
    Ok(())
}

fn focus(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let gravity = match given.text {
        "face" | "faces" => value::gravity("attention"),
        _ => variant::place(given, '_'),
    };
    let expected = "center, a side, a corner such as top_left, face or faces";
    draft.gravity = gravity.ok_or_else(|| given.bad(expected))?;
    Ok(())
}

fn flag(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    match given.text {
        "progressive" => draft.transform.interlace = true,
        "png8" => {
            draft.transform.target = Target::Image(Format::Png);
            draft.has_format = true;
            draft.palette = true;
        }
        _ => return Err(given.bad("progressive or png8")),
    }
    Ok(())
}

fn radius(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let radius = match given.text {
        "max" => Some(Corners([Length::Share(5_000); 4])),
        text => corners(text, '\0'),
    };
    let radius = radius.ok_or_else(|| given.bad("at most 1000 pixels, or max"))?;
    draft.transform.shape.clip.corners = radius;
    Ok(())
}

fn background(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let digits = given
        .text
        .strip_prefix("rgb:")
        .filter(|digits| digits.len() == 6);
    let colour = digits.and_then(value::colour);
    let colour = colour.ok_or_else(|| given.bad("a colour such as rgb:9090ff"))?;
    draft.fill = Some(colour);
    draft.transform.background = colour;
    draft.transform.shape.clip.outside = Some(colour);
    Ok(())
}
