//! Fastly's Image Optimizer, whose names are Contentstack's too.

use std::num::NonZeroU16;

use crate::dialect::call::{Refusal, decimal, dpr, length, number, side};
use crate::dialect::colour;
use crate::dialect::imgix::draft::Draft;
use crate::dialect::imgix::parameter::{ratio, turn};
use crate::dialect::imgix::variant::Meaning::{By, Is, Nothing, Refused};
use crate::dialect::imgix::variant::{self, Given, Variant};
use crate::url::value;
use letterbox_engine::transform::{
    Colour, Crop, Fit, Format, FormatSet, Frames, Gravity, Length, Negotiated, Pad, Side, Target,
};

/// Nothing grows. A crop comes before the size.
pub(crate) const FASTLY: Variant = Variant {
    rows: &[
        ("width", By(extent)),
        ("height", By(extent)),
        ("fit", By(fit)),
        ("crop", By(crop)),
        ("precrop", By(crop)),
        ("trim", By(trim)),
        ("pad", By(pad)),
        ("orient", By(orient)),
        ("dpr", By(device)),
        ("enable", By(upscale)),
        ("disable", By(upscale)),
        ("quality", By(quality)),
        ("format", By(format)),
        ("auto", By(auto)),
        ("bg-color", By(background)),
        ("frame", By(frame)),
        ("blur", By(blur)),
        ("sharpen", By(sharpen)),
        ("brightness", Is("bri")),
        ("contrast", Is("con")),
        ("saturation", Is("sat")),
        ("optimize", Nothing),
        ("resize-filter", Nothing),
        ("metadata", Nothing),
        ("level", Nothing),
        ("profile", Nothing),
        ("trim-color", Refused),
        ("canvas", Refused),
        ("bw", Refused),
        ("montage", Refused),
        ("viewbox", Refused),
        ("overlay", Refused),
    ],
    start: |draft| {
        // Without a fit two sides distort.
        (draft.fit, draft.enlarge) = (Fit::Fill, false);
        draft.quality = 85;
    },
    settle: |draft| {
        let asked = &mut draft.transform;
        let one_side = asked.width == Side::Auto || asked.height == Side::Auto;
        if draft.ratio.is_some() {
            if !one_side {
                return Err(Refusal::unequalled("", "crop of a ratio beside two sides"));
            }
            draft.fit = match draft.enlarge {
                true => Fit::Cover,
                false => Fit::AspectCrop,
            };
        } else if one_side {
            draft.fit = Fit::Inside;
        }
        if let (Some(webp), Target::Image(Format::WebP) | Target::Auto(_)) =
            (draft.webp_quality, asked.target)
        {
            draft.quality = webp;
        }
        Ok(())
    },
};

/// Reads pixels, a fraction below 1, or percent such as `50p`.
fn extent(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let expected = "pixels, a fraction below 1, or percent such as 50p";
    let (text, unit) = match given.text.strip_suffix('p') {
        Some(percent) => (percent, 100.0),
        None => (given.text, 10_000.0),
    };
    let number = decimal(text).filter(|number| (0.0..1e9).contains(number));
    let number = number.ok_or_else(|| given.bad(expected))?;
    let is_share = unit == 100.0 || (number > 0.0 && number < 1.0);
    let length = match is_share {
        true if number * unit > 10_000.0 => return Err(given.unequalled()),
        true => NonZeroU16::new((number * unit).round() as u16).map_or(Side::Auto, Side::Share),
        false => side(number.round() as u64),
    };
    match given.name {
        "width" => draft.transform.width = length,
        _ => draft.transform.height = length,
    }
    Ok(())
}

fn fit(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    draft.fit = match given.text {
        "bounds" => Fit::Inside,
        "cover" => Fit::Outside,
        "crop" => Fit::Cover,
        _ => return Err(given.bad("bounds, cover or crop")),
    };
    Ok(())
}

/// Reads `300,200,x10,y20`, `300,200,offset-x10`, `16:9` or `300,200,smart`.
fn crop(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let expected = "width and height in pixels or fractions, or a ratio, and a place";
    if draft.transform.crop != Crop::NONE || draft.ratio.is_some() {
        return Err(Refusal::unequalled("", "crop beside precrop or trim"));
    }
    let text = given
        .text
        .replacen('x', ",", usize::from(starts_with_size(given.text)));
    let mut parts = text.split(',');
    let first = parts.next().unwrap_or_default();
    let extent = |text: &str| {
        let number = decimal(text).filter(|number| (0.0..1e9).contains(number) && *number > 0.0)?;
        Some(match number < 1.0 {
            true => Length::Share((number * 10_000.0).round() as u16),
            false => length(number.round() as u64),
        })
    };
    let mut crop = Crop {
        from: Gravity::CENTRE,
        ..Crop::NONE
    };
    let of_ratio = ratio(first);
    if of_ratio.is_none() {
        crop.width = Some(extent(first).ok_or_else(|| given.bad(expected))?);
        let height = parts.next().and_then(extent);
        crop.height = Some(height.ok_or_else(|| given.bad(expected))?);
    }
    // Offsets are percent of what is cut off, and centre is half of it.
    let (mut at, mut percent) = ((None, None), (50, 50));
    let pixels = |text: &str| number(text).map(length);
    let hundred = |text: &str| number(text).filter(|percent| *percent <= 100);
    for part in parts {
        let place = if let Some(offset) = part.strip_prefix("offset-x") {
            hundred(offset).map(|offset| percent.0 = offset)
        } else if let Some(offset) = part.strip_prefix("offset-y") {
            hundred(offset).map(|offset| percent.1 = offset)
        } else if let Some(x) = part.strip_prefix('x') {
            pixels(x).map(|x| at.0 = Some(x))
        } else if let Some(y) = part.strip_prefix('y') {
            pixels(y).map(|y| at.1 = Some(y))
        } else if matches!(part, "smart" | "safe") {
            return Err(given.unequalled());
        } else {
            None
        };
        place.ok_or_else(|| given.bad(expected))?;
    }
    let third = |percent| match percent {
        0 => Some("0"),
        50 => Some("0.5"),
        100 => Some("1"),
        _ => None,
    };
    let (Some(across), Some(down)) = (third(percent.0), third(percent.1)) else {
        return Err(given.unequalled());
    };
    let place = position(across, down).unwrap_or(Gravity::CENTRE);
    match (of_ratio, at) {
        (Some(ratio), (None, None)) => {
            draft.ratio = Some(ratio);
            draft.gravity = place;
        }
        (Some(_), _) => return Err(given.unequalled()),
        (None, (None, None)) => {
            draft.transform.crop = Crop {
                from: place,
                ..crop
            }
        }
        (None, (x, y)) => {
            draft.transform.crop = Crop {
                x: x.and_then(|x| x.unless(0)),
                y: y.and_then(|y| y.unless(0)),
                from: Crop::NONE.from,
                ..crop
            };
        }
    }
    Ok(())
}

/// Whether a text begins with a size such as `300x200`.
fn starts_with_size(text: &str) -> bool {
    let digits = |b: &u8| b.is_ascii_digit() || *b == b'.';
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    rest.len() < text.len()
        && rest
            .strip_prefix('x')
            .is_some_and(|r| r.as_bytes().first().is_some_and(digits))
}

/// Returns one of the nine places.
fn position(across: &str, down: &str) -> Option<Gravity> {
    value::gravity(match (across, down) {
        ("0", "0") => "top-left",
        ("0.5", "0") => "top",
        ("1", "0") => "top-right",
        ("0", "0.5") => "left",
        ("1", "0.5") => "right",
        ("0", "1") => "bottom-left",
        ("0.5", "1") => "bottom",
        ("1", "1") => "bottom-right",
        _ => "center",
    })
}

/// Reads what is cut off at the top, right, bottom and left; at the right and bottom nothing can be
/// without the source's size.
fn trim(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let expected = "top, right, bottom and left in pixels";
    let [top, right, bottom, left] = four(given).ok_or_else(|| given.bad(expected))?;
    if draft.transform.crop != Crop::NONE {
        return Err(Refusal::unequalled("", "crop beside precrop or trim"));
    }
    draft.transform.crop.x = length(left).unless(0);
    draft.transform.crop.y = length(top).unless(0);
    draft.transform.crop.without = (length(right).unless(0), length(bottom).unless(0));
    Ok(())
}

/// Reads one to four lengths in the order of CSS.
fn four(given: &Given<'_>) -> Option<[u64; 4]> {
    Some(match given.numbers()?[..] {
        [all] => [all; 4],
        [a, b] => [a, b, a, b],
        [a, b, c] => [a, b, c, b],
        [a, b, c, d] => [a, b, c, d],
        _ => return None,
    })
}

fn pad(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let rooms = four(given).filter(|rooms| rooms.iter().all(|room| *room <= 1000));
    let expected = "one to four numbers of at most 1000 pixels";
    let [top, right, bottom, left] = rooms.ok_or_else(|| given.bad(expected))?.map(|r| r as u16);
    draft.transform.shape.pad = Pad {
        top,
        right,
        bottom,
        left,
    };
    Ok(())
}

/// Reads an orientation of EXIF, in whose place it stands, or a turn on top of it.
fn orient(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let asked = &mut draft.transform.turn;
    match given.text {
        "r" => asked.quarters = 1,
        "l" => asked.quarters = 3,
        "h" => asked.flop = true,
        "v" => asked.flip = true,
        "hv" | "vh" => (asked.flip, asked.flop) = (true, true),
        text => {
            let known = turn(text).filter(|_| text.len() == 1);
            *asked = known.ok_or_else(|| given.bad("1 to 8, r, l, h, v or hv"))?;
        }
    }
    Ok(())
}

fn device(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    draft.transform.dpr = dpr(given.text).ok_or_else(|| given.bad("a number from 1 to 8"))?;
    Ok(())
}

fn upscale(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    if given.text != "upscale" {
        return Err(given.bad("upscale"));
    }
    draft.enlarge = given.name == "enable";
    Ok(())
}

/// Reads `85`, or with a second number for WebP `85,75`.
fn quality(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let numbers = given
        .numbers()
        .filter(|numbers| numbers.iter().all(|n| *n <= 100));
    let expected = "a number from 0 to 100, or two";
    let (first, webp) = match numbers.unwrap_or_default()[..] {
        [first] => (first, None),
        [first, webp] => (first, Some(webp.max(1) as u8)),
        _ => return Err(given.bad(expected)),
    };
    draft.quality = first.max(1) as u8;
    draft.webp_quality = webp;
    Ok(())
}

fn format(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let transform = &mut draft.transform;
    let format = match given.text {
        "auto" => {
            draft.is_auto = true;
            return Ok(());
        }
        "jpg" | "jpeg" | "pjpg" | "pjpeg" | "bjpg" | "bjpeg" => Format::Jpeg,
        "png" | "png8" => Format::Png,
        "webp" | "webply" | "webpll" => Format::WebP,
        "avif" => Format::Avif,
        "gif" => Format::Gif,
        _ => return Err(given.bad("auto, jpg, pjpg, bjpg, png, png8, webp, webpll, avif or gif")),
    };
    transform.interlace = matches!(given.text, "pjpg" | "pjpeg");
    transform.lossless = given.text == "webpll";
    draft.palette = given.text == "png8";
    transform.target = Target::Image(format);
    draft.has_format = true;
    Ok(())
}

/// Reads the formats that are negotiated, among those that the client takes.
fn auto(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let mut named = Vec::new();
    for word in given.text.split(',') {
        named.push(match word {
            "webp" => Format::WebP,
            "avif" => Format::Avif,
            _ => return Err(given.bad("avif, webp or both")),
        });
    }
    draft.is_auto = true;
    draft.negotiated = match draft.negotiated {
        Negotiated::Client(taken) => Negotiated::Client(taken.and(FormatSet::of(&named))),
        card => card,
    };
    Ok(())
}

/// Reads hexadecimal digits, or `r,g,b` with alpha from 0 to 1 behind them.
fn background(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let expected = "a colour in hexadecimal digits or as r,g,b";
    let colour: Option<Colour> = match given.text.contains(',') {
        true => colour::css(&format!("rgba({})", given.text)),
        false => value::colour(given.text),
    };
    draft.transform.background = colour.ok_or_else(|| given.bad(expected))?;
    Ok(())
}

fn frame(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    given.whole(1, 1)?;
    draft.transform.frames = Frames {
        first: 0,
        count: Frames::STILL,
    };
    Ok(())
}

/// Reads a blur of 0.5 to 1000, whose formula is not published.
fn blur(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let blur = given.number(0.0, 1000.0)?;
    variant::blurred(draft, blur / 2.0, given)
}

/// Reads `a5,r2,t0`: amount, radius and threshold, of which the radius is the sigma here.
fn sharpen(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let expected = "amount, radius and threshold such as a5,r2,t0";
    let part = |letter: char| {
        let mut parts = given.text.split(',');
        let text = parts.find_map(|part| part.strip_prefix(letter));
        text.map(decimal)
    };
    let all = [part('a'), part('r'), part('t')];
    if given.text.split(',').count() > 3 || all.iter().any(|part| matches!(part, Some(None))) {
        return Err(given.bad(expected));
    }
    let radius = all[1].flatten().ok_or_else(|| given.bad(expected))?;
    variant::sharpened(draft, radius, given)
}
