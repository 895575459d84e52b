//! Bunny Optimizer's dynamic images.

use crate::dialect::call::{Refusal, length};
use crate::dialect::effect;
use crate::dialect::imgix::draft::Draft;
use crate::dialect::imgix::parameter::ratio;
use crate::dialect::imgix::variant::Meaning::{By, Is, Nothing, Refused};
use crate::dialect::imgix::variant::{self, Given, Variant};
use crate::dialect::sharp;
use letterbox_engine::transform::{Crop, Filter, Fit, Gravity, Side};

/// Nothing grows. A crop and an aspect ratio come before the size. Clients get the format that they
/// take.
pub(crate) const BUNNY: Variant = Variant {
    rows: &[
        ("width", By(variant::width)),
        ("height", By(variant::height)),
        ("aspect_ratio", By(aspect_ratio)),
        ("crop", By(crop)),
        ("crop_gravity", By(crop_gravity)),
        ("focus_crop", Refused),
        ("face_crop", Refused),
        ("upscale", By(upscale)),
        ("quality", By(variant::quality)),
        ("format", By(variant::format)),
        ("auto_optimize", Nothing),
        ("flip", By(turned)),
        ("flop", By(turned)),
        ("sharpen", By(sharpen)),
        ("blur", By(blur)),
        ("brightness", Is("bri")),
        ("contrast", Is("con")),
        ("saturation", Is("sat")),
        ("hue", By(hue)),
        ("gamma", Refused),
        ("sepia", By(sepia)),
        ("tint", Refused),
        ("class", Refused),
    ],
    start: |draft| {
        (draft.fit, draft.enlarge) = (Fit::Inside, false);
        draft.is_auto = true;
        draft.quality = 85;
    },
    settle: |draft| {
        let asked = &mut draft.transform;
        let Some(ratio) = draft.ratio else {
            return Ok(());
        };
        if asked.crop != Crop::NONE {
            return Err(Refusal::unequalled("", "aspect_ratio beside crop"));
        }
        draft.fit = if draft.enlarge {
            Fit::Cover
        } else {
            Fit::AspectCrop
        };
        // The picture has the ratio before it meets the box: the smaller of both sides decides.
        if let (Side::Px(width), Side::Px(height)) = (asked.width, asked.height) {
            match f64::from(width.get()) <= f64::from(height.get()) * ratio.value() {
                true => asked.height = Side::Auto,
                false => asked.width = Side::Auto,
            }
        }
        Ok(())
    },
};

fn aspect_ratio(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    if given.text != "auto" {
        draft.ratio = Some(ratio(given.text).ok_or_else(|| given.bad("a ratio such as 16:9"))?);
    }
    Ok(())
}

fn crop(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let from = draft.transform.crop.from;
    let is_placed = from != Crop::NONE.from;
    let numbers = given.numbers().unwrap_or_default();
    let expected = "width and height in pixels, and left and top";
    let (width, height, x, y, from) = match numbers[..] {
        [width, height] if is_placed => (width, height, 0, 0, from),
        [width, height] => (width, height, 0, 0, Gravity::CENTRE),
        [width, height, x, y] => (width, height, x, y, Crop::NONE.from),
        _ => return Err(given.bad(expected)),
    };
    if width == 0 || height == 0 {
        return Err(given.bad(expected));
    }
    draft.transform.crop = Crop {
        x: length(x).unless(0),
        y: length(y).unless(0),
        width: Some(length(width)),
        height: Some(length(height)),
        from,
        ..Crop::NONE
    };
    draft.is_region = numbers.len() == 4;
    Ok(())
}

fn crop_gravity(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let place = sharp::position(given.text).filter(|g| matches!(g, Gravity::Position(..)));
    let place = place.ok_or_else(|| given.bad("center, north, southwest or another direction"))?;
    // Of a crop that says where it is, nothing else does.
    if !draft.is_region {
        draft.transform.crop.from = place;
    }
    Ok(())
}

fn upscale(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    draft.enlarge = match given.text {
        "off" => false,
        "resampling" => true,
        _ => return Err(given.bad("off or resampling")),
    };
    Ok(())
}

fn turned(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let turn = &mut draft.transform.turn;
    match given.name {
        "flip" => turn.flip = given.is_on(),
        _ => turn.flop = given.is_on(),
    }
    Ok(())
}

fn sharpen(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    match given.is_on() {
        true => effect::sharpen(&mut draft.transform, "").map_err(|expected| given.bad(expected)),
        false => Ok(()),
    }
}

/// Reads a blur of 0 to 100, whose formula is not published.
fn blur(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let blur = given.number(0.0, 100.0)?;
    variant::blurred(draft, blur / 2.0, given)
}

/// Reads percent of half a turn.
fn hue(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let percent = given.number(-100.0, 100.0)?;
    draft.transform.hue = (percent * 1.8).round() as i16;
    Ok(())
}

fn sepia(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    match given.whole(0, 100)? {
        0 => Ok(()),
        100 => {
            draft.transform.filter = Some(Filter::Sepia);
            Ok(())
        }
        _ => Err(given.unequalled()),
    }
}
