//! Glide, the image server of PHP and of Laravel's packages.

use md5::{Digest, Md5};
use std::num::NonZeroU16;

use crate::dialect::call::{Call, Refusal, decimal, dpr, length, number};
use crate::dialect::colour;
use crate::dialect::effect;
use crate::dialect::imgix::draft::Draft;
use crate::dialect::imgix::variant::Meaning::{By, Is, Refused};
use crate::dialect::imgix::variant::{self, Given, Variant};
use crate::dialect::keys::{Owner, are_equal};
use letterbox_engine::transform::{Border, Colour, Crop, Filter, Fit, Gravity};

/// A picture grows into its box, unless its fit says otherwise.
pub(crate) const GLIDE: Variant = Variant {
    rows: &[
        ("w", By(variant::width)),
        ("h", By(variant::height)),
        ("fit", By(fit)),
        ("dpr", By(ratio)),
        ("or", By(orientation)),
        ("flip", By(flip)),
        ("crop", By(crop)),
        ("bri", Is("bri")),
        ("con", Is("con")),
        ("gam", By(gamma)),
        ("sharp", By(sharp)),
        ("blur", By(blur)),
        ("pixel", By(pixel)),
        ("filt", By(filter)),
        ("bg", By(background)),
        ("border", By(border)),
        ("q", By(variant::quality)),
        ("fm", By(variant::format)),
        ("p", Refused),
        ("mark", Refused),
        ("markw", Refused),
        ("markh", Refused),
        ("markx", Refused),
        ("marky", Refused),
        ("markpad", Refused),
        ("markpos", Refused),
        ("markfit", Refused),
        ("markalpha", Refused),
    ],
    start: |draft| {
        draft.fill = Some(Colour::TRANSPARENT);
        draft.quality = 90;
    },
    settle: variant::as_it_is,
};

fn fit(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let (fit, rest) = match given.text.strip_prefix("crop-") {
        Some(rest) => ("crop", rest),
        None => (given.text, ""),
    };
    (draft.fit, draft.enlarge) = match fit {
        "contain" => (Fit::Inside, true),
        "max" => (Fit::Inside, false),
        "fill" => (Fit::Contain, false),
        "fill-max" => (Fit::Contain, true),
        "stretch" => (Fit::Fill, true),
        "crop" | "cover" => (Fit::Cover, true),
        _ => return Err(given.bad("contain, max, fill, fill-max, stretch, cover or crop")),
    };
    if !rest.is_empty() {
        let place = variant::place(
            &Given {
                text: rest,
                ..*given
            },
            '-',
        );
        let point = || {
            let percent = |text: &str| number(text).filter(|percent| *percent <= 100);
            match rest.split('-').collect::<Vec<_>>()[..] {
                [x, y] | [x, y, "1"] => {
                    let (x, y) = (percent(x)? as u16, percent(y)? as u16);
                    Some(Gravity::Focus(x * 100, y * 100))
                }
                _ => None,
            }
        };
        let expected = "crop-top-left and the like, or crop and two numbers of percent";
        draft.gravity = place.or_else(point).ok_or_else(|| given.bad(expected))?;
    }
    Ok(())
}

fn ratio(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    draft.transform.dpr = dpr(given.text).ok_or_else(|| given.bad("a number from 0.1 to 8"))?;
    Ok(())
}

/// Reads degrees. The library behind Glide turns to the left.
fn orientation(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let turn = &mut draft.transform.turn;
    (turn.exif, turn.quarters) = match given.text {
        "auto" => (true, 0),
        "0" => (false, 0),
        "90" => (false, 3),
        "180" => (false, 2),
        "270" => (false, 1),
        _ => return Err(given.bad("auto, 0, 90, 180 or 270")),
    };
    Ok(())
}

fn flip(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let turn = &mut draft.transform.turn;
    (turn.flip, turn.flop) = match given.text {
        "v" => (true, false),
        "h" => (false, true),
        "both" => (true, true),
        _ => return Err(given.bad("v, h or both")),
    };
    Ok(())
}

fn crop(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let numbers = given.numbers().unwrap_or_default();
    let bad = || given.bad("width, height, left and top in pixels");
    let [width, height, x, y] = numbers[..] else {
        return Err(bad());
    };
    if width == 0 || height == 0 {
        return Err(bad());
    }
    draft.transform.crop = Crop {
        x: length(x).unless(0),
        y: length(y).unless(0),
        width: Some(length(width)),
        height: Some(length(height)),
        ..Crop::NONE
    };
    Ok(())
}

fn gamma(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    match decimal(given.text) {
        Some(1.0) => Ok(()),
        _ => effect::gamma(&mut draft.transform, given.text).map_err(|why| given.bad(why)),
    }
}

fn sharp(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let sharp = given.number(0.0, 100.0)?;
    variant::sharpened(draft, sharp / 10.0, given)
}

/// Reads a blur, half of which is the sigma in Imagick.
fn blur(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let blur = given.number(0.0, 100.0)?;
    variant::blurred(draft, blur / 2.0, given)
}

fn pixel(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let block = given.whole(0, 1000)?;
    draft.transform.pixelate = NonZeroU16::new(block).unwrap_or(NonZeroU16::MIN);
    Ok(())
}

fn filter(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    draft.transform.filter = match given.text {
        "greyscale" => Some(Filter::Greyscale),
        "sepia" => Some(Filter::Sepia),
        _ => return Err(given.bad("greyscale or sepia")),
    };
    Ok(())
}

fn background(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let colour = colour::alpha_first(given.text).ok_or_else(|| given.bad("a colour"))?;
    draft.fill = Some(colour);
    draft.transform.background = colour;
    Ok(())
}

/// Reads `10,ff0000,expand`; other methods leave the size as it is.
fn border(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let (width, colour) = match given.text.split(',').collect::<Vec<_>>()[..] {
        [width, colour, "expand"] => (width, colour),
        _ => return Err(given.bad("pixels, a colour and expand")),
    };
    let width = number(width).filter(|width| *width <= 1000);
    let width = width.and_then(|width| NonZeroU16::new(width as u16));
    let border = width.zip(colour::alpha_first(colour));
    let (width, colour) =
        border.ok_or_else(|| given.bad("1 to 1000 pixels, a colour and expand"))?;
    draft.transform.shape.border = Some(Border { width, colour });
    Ok(())
}

/// Checks the signature: an MD5 of the key, the path and the query in the order of its names.
pub(super) fn verify(call: &Call<'_>) -> Result<(), Refusal> {
    let mut pairs: Vec<(String, String)> = url::form_urlencoded::parse(call.query.as_bytes())
        .into_owned()
        .collect();
    let given = pairs.iter().position(|(name, _)| name == "s");
    let given = given.map(|at| pairs.remove(at).1).unwrap_or_default();
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    let text = format!(
        "{}?{}",
        call.whole_path.trim_start_matches('/'),
        query.finish()
    );
    let is_good = call.keys.of(Owner::Glide).any(|(key, _)| {
        let hash = Md5::new()
            .chain_update(key)
            .chain_update(":")
            .chain_update(&text);
        let hash: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        are_equal(hash.as_bytes(), given.as_bytes())
    });
    match is_good {
        true => Ok(()),
        false => Err(Refusal::signature("", "Signature is not valid.")),
    }
}
