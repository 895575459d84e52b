//! Edits, which are the methods of sharp, as a transform.

use std::num::{NonZeroU8, NonZeroU16};

use serde_json::Value;

use crate::dialect::aws::value::{Edits, colour, is_on, number};
use crate::dialect::call::{Call, Refusal, STILL, UNASKED, length, set_quality, side};
use crate::dialect::effect;
use crate::dialect::options::Options;
use crate::dialect::sharp;
use letterbox_engine::transform::{
    Colour, Crop, Filter, Fit, Format, Mask, Modulation, Pad, Percentiles, Sharpening, Side, Sigma,
    Subsampling, Target, Transform, Unsharp,
};

const EDIT: &str = "ImageEdits::CannotParseEdits";
const RESIZE: &str = "InvalidResizeException";

/// Edits that change nothing here: there is no metadata in an answer, and all of them are sRGB.
const IGNORED: [&str; 7] = [
    "withMetadata",
    "keepMetadata",
    "toColourspace",
    "toColorspace",
    "pipelineColourspace",
    "pipelineColorspace",
    "quality",
];

/// Returns the transform of all edits.
pub(crate) fn transform(
    edits: &Edits,
    call: &Call<'_>,
    options: &Options,
) -> Result<Transform, Refusal> {
    let mut transform = Transform {
        background: Colour::rgb(0),
        ..UNASKED
    };
    let mut own_quality = edits.get("quality").and_then(number);
    let (mut flattens, mut is_round) = (false, false);
    for (name, value) in edits {
        let wrong = |expected| wrong(EDIT, name, value, expected);
        let text = || match value {
            Value::Bool(true) => Some(String::new()),
            Value::Object(_) => None,
            _ => number(value).map(|number| number.to_string()),
        };
        let mut set = |effect: effect::Set, expected| {
            let text = text().ok_or_else(|| wrong(expected))?;
            effect(&mut transform, &text).map_err(wrong)
        };
        match name.as_str() {
            // An edit of null is none; of rotate it is the picture as it is stored.
            "rotate" if value.is_null() => transform.turn.exif = false,
            _ if value.is_null() => {}
            "rotate" => {
                transform.turn.quarters =
                    quarters(value).ok_or_else(|| wrong("0, 90, 180 or 270"))?
            }
            "resize" => resize(value, &mut transform)?,
            "extract" | "crop" => transform.crop = area(name, value)?,
            "extend" => transform.shape.pad = room(value, &mut transform.background)?,
            "trim" => {
                let threshold = value.get("threshold").map_or(Some(10.0), number);
                let threshold = threshold.filter(|threshold| (1.0..=254.0).contains(threshold));
                let threshold = threshold.ok_or_else(|| wrong("a threshold from 1 to 254"))?;
                transform.trim = NonZeroU8::new(threshold.round() as u8);
            }
            "flip" => transform.turn.flip = is_on(value),
            "flop" => transform.turn.flop = is_on(value),
            // A circle in the middle of the picture, which then ends where the circle does.
            "roundCrop" if *value == Value::Bool(true) => {
                transform.shape.clip.mask = Some(Mask::Circle);
                transform.shape.clip.trim = true;
                is_round = true;
            }
            "roundCrop" if value.is_object() => {
                return Err(Refusal::unequalled(
                    EDIT,
                    "roundCrop with a radius or a place",
                ));
            }
            "animated" if is_on(value) => {}
            "animated" => transform.frames = STILL,
            _ if *value == Value::Bool(false) => {}
            "greyscale" | "grayscale" => transform.filter = Some(Filter::Greyscale),
            "negate" => transform.filter = Some(Filter::Negate),
            "blur" => match value.get("sigma") {
                Some(sigma) => {
                    let sigma = number(sigma).ok_or_else(|| wrong("a sigma from 0.3 to 250"))?;
                    effect::blur(&mut transform, &sigma.to_string()).map_err(wrong)?;
                }
                None => set(effect::blur, "a sigma from 0.3 to 250")?,
            },
            "median" => set(effect::median, "3, 5, 7 or 9")?,
            "threshold" if number(value) == Some(0.0) => {}
            "threshold" => set(effect::threshold, "a whole number from 0 to 255")?,
            "sharpen" if value.is_object() => {
                transform.sharpen =
                    Some(sharpening(value).ok_or_else(|| {
                        wrong("sigma from 0.3 to 10, and m1 and m2 from 0 to 10")
                    })?);
            }
            "sharpen" => set(effect::sharpen, "a sigma from 0.3 to 10")?,
            // One gamma darkens before the resize and brightens as much behind it.
            "gamma" if !value.is_array() => {}
            "normalise" | "normalize" => {
                transform.normalise =
                    Some(percentiles(value).ok_or_else(|| wrong("true, or lower and upper"))?);
            }
            "tint" => {
                let tint = colour(value).ok_or_else(|| wrong("a colour"))?;
                transform.tint = Some(Colour { a: 255, ..tint });
            }
            "modulate" => {
                let modulation = modulation(value).ok_or_else(|| {
                    wrong("brightness and saturation from 0 to 10, and hue in degrees")
                })?;
                effect::modulate(&mut transform, modulation);
            }
            "flatten" => {
                let under = value.get("background").map_or(Some(Colour::rgb(0)), colour);
                transform.background = under.ok_or_else(|| wrong("a background"))?;
                flattens = true;
            }
            "toFormat" => {
                let format = value.as_str().and_then(format);
                let format = format.ok_or_else(|| wrong("jpeg, png, webp, avif or gif"))?;
                transform.target = Target::Image(format);
            }
            "jpeg" | "png" | "webp" | "avif" | "gif" => {
                if !edits.contains_key("toFormat") {
                    transform.target = format(name).map_or(Target::Keep, Target::Image);
                }
                let on = |name| value.get(name).is_some_and(is_on);
                own_quality = value.get("quality").and_then(number).or(own_quality);
                transform.interlace |= name == "jpeg" && on("progressive");
                if name == "jpeg" {
                    transform.subsampling = match value.get("chromaSubsampling") {
                        Some(own) if own.as_str() == Some("4:4:4") => Subsampling::S444,
                        _ => Subsampling::S420,
                    };
                }
                transform.lossless |= name == "webp" && on("lossless");
            }
            name if IGNORED.contains(&name) => {}
            name => return Err(Refusal::unsupported(EDIT, name)),
        }
    }
    if let (Target::Keep, Some(formats)) = (transform.target, &options.formats) {
        transform.target = Target::Auto(call.literal(formats));
    }
    if is_round && transform.target == Target::Keep {
        // What is outside of a circle is not to be black.
        transform.target = Target::Image(Format::Png);
    }
    let is_opaque = transform.target == Target::Image(Format::Jpeg);
    if flattens && !is_opaque {
        return Err(Refusal::unequalled(
            EDIT,
            "flatten or background_color without JPEG as the format",
        ));
    }
    let usual = match transform.target {
        Target::Image(Format::Avif) => 50.0,
        _ => 80.0,
    };
    let quality = own_quality.unwrap_or(usual);
    if !(1.0..=100.0).contains(&quality) {
        return Err(Refusal::bad(EDIT, "quality is not a number from 1 to 100"));
    }
    set_quality(&mut transform, quality.round() as u8);
    Ok(transform)
}

fn wrong(own: &'static str, name: &str, value: &Value, expected: &str) -> Refusal {
    Refusal::value(own, name, &value.to_string(), expected)
}

/// Reads `resize`. Without a fit the picture covers its box.
fn resize(value: &Value, transform: &mut Transform) -> Result<(), Refusal> {
    let wrong = |name: &str, expected: &str| {
        let given = value.get(name).unwrap_or(&Value::Null);
        wrong(RESIZE, name, given, expected)
    };
    let asked = |name: &str| match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let pixels = number(value).filter(|pixels| (0.0..1e9).contains(pixels));
            let pixels = pixels.ok_or_else(|| wrong(name, "a number of pixels"))?;
            Ok((pixels.round() > 0.0).then_some(pixels.round()))
        }
    };
    let ratio = match value.get("ratio") {
        None | Some(Value::Null) => None,
        Some(ratio) => {
            let ratio = number(ratio).filter(|ratio| (0.0001..=100.0).contains(ratio));
            Some(ratio.ok_or_else(|| wrong("ratio", "a factor"))?)
        }
    };
    let (width, height) = (asked("width")?, asked("height")?);
    let scaled = |pixels: Option<f64>| {
        let pixels = pixels.map(|pixels| (pixels * ratio.unwrap_or(1.0)).round().max(1.0));
        pixels.map_or(Side::Auto, |pixels| side(pixels as u64))
    };
    (transform.width, transform.height) = match (width, height, ratio) {
        (None, None, Some(ratio)) => {
            if ratio > 1.0 {
                return Err(Refusal::unequalled(
                    RESIZE,
                    "a ratio above 1 without a size",
                ));
            }
            let share = NonZeroU16::new((ratio * 10_000.0).round() as u16);
            (share.map_or(Side::Auto, Side::Share), Side::Auto)
        }
        _ => (scaled(width), scaled(height)),
    };
    let both = width.is_some() && height.is_some();
    transform.fit = match value.get("fit").and_then(Value::as_str) {
        None | Some("cover") => Fit::Cover,
        Some("contain") => Fit::Contain,
        Some("fill") => Fit::Fill,
        Some("inside") => Fit::Inside,
        Some("outside") => Fit::Outside,
        Some(_) => return Err(wrong("fit", "cover, contain, fill, inside or outside")),
    };
    if !both && transform.fit != Fit::Fill {
        transform.fit = Fit::Inside;
    }
    let is = |name| value.get(name).is_some_and(is_on);
    transform.enlarge = !is("withoutEnlargement");
    if is("withoutReduction") {
        return Err(Refusal::unequalled(RESIZE, "withoutReduction"));
    }
    if let Some(position) = value.get("position").or(value.get("gravity")) {
        let position = position.as_str().and_then(sharp::position);
        let expected = "a side, a corner such as right top, centre, attention or entropy";
        transform.gravity = position.ok_or_else(|| wrong("position", expected))?;
    }
    if let Some(background) = value.get("background").filter(|value| !value.is_null()) {
        let background = colour(background);
        transform.background = background.ok_or_else(|| wrong("background", "a colour"))?;
    }
    Ok(())
}

fn quarters(value: &Value) -> Option<u8> {
    let degrees =
        number(value).filter(|degrees| degrees.abs() <= 3600.0 && degrees % 90.0 == 0.0)?;
    Some((degrees as i32 / 90).rem_euclid(4) as u8)
}

/// Reads a rectangle before the resize.
fn area(name: &str, value: &Value) -> Result<Crop, Refusal> {
    let at = |name: &str| {
        let pixels = value.get(name).and_then(number);
        pixels
            .filter(|pixels| (0.0..1e9).contains(pixels))
            .map(|pixels| pixels.round() as u64)
    };
    let sides = (at("left"), at("top"), at("width"), at("height"));
    let (Some(left), Some(top), Some(width @ 1..), Some(height @ 1..)) = sides else {
        let expected = "left, top, width and height in pixels";
        return Err(wrong("Crop::AreaOutOfBounds", name, value, expected));
    };
    Ok(Crop {
        x: length(left).unless(0),
        y: length(top).unless(0),
        width: Some(length(width)),
        height: Some(length(height)),
        ..Crop::NONE
    })
}

/// Reads room around the picture, whose colour is that of the canvas.
fn room(value: &Value, canvas: &mut Colour) -> Result<Pad, Refusal> {
    let expected = "up to 1000 pixels at top, right, bottom and left, and a background";
    let wrong = || wrong(EDIT, "extend", value, expected);
    let at = |name: &str| match (value.get(name), value) {
        (Some(room), _) | (None, room @ Value::Number(_)) => {
            let room = number(room).filter(|room| (0.0..=1000.0).contains(room));
            room.map(|room| room.round() as u16).ok_or_else(wrong)
        }
        (None, Value::Object(_)) => Ok(0),
        _ => Err(wrong()),
    };
    if value
        .get("extendWith")
        .is_some_and(|way| way != "background")
    {
        return Err(Refusal::unequalled(EDIT, "extendWith"));
    }
    if let Some(background) = value.get("background") {
        let background = colour(background).ok_or_else(wrong)?;
        // Room and canvas are of one colour here; that of a canvas nobody has said is black.
        if *canvas != Colour::rgb(0) && *canvas != background {
            return Err(Refusal::unequalled(
                EDIT,
                "extend in another colour than the canvas",
            ));
        }
        *canvas = background;
    }
    Ok(Pad {
        top: at("top")?,
        right: at("right")?,
        bottom: at("bottom")?,
        left: at("left")?,
    })
}

fn sharpening(value: &Value) -> Option<Sharpening> {
    let factor = |name: &str, usual: u16| match value.get(name) {
        None => Some(usual),
        Some(factor) => {
            let factor = number(factor).filter(|factor| (0.0..=10.0).contains(factor))?;
            Some((factor * 100.0).round() as u16)
        }
    };
    let sigma = number(value.get("sigma")?).filter(|sigma| (0.0..=10.0).contains(sigma))?;
    let sigma = Sigma::from_hundredths((sigma * 100.0).round() as u16)?;
    let usual = Unsharp::of(sigma);
    Some(Sharpening::Unsharp(Unsharp {
        sigma,
        flat: factor("m1", usual.flat)?,
        jagged: factor("m2", usual.jagged)?,
    }))
}

fn percentiles(value: &Value) -> Option<Percentiles> {
    let usual = Percentiles::USUAL;
    let percent = |name: &str, usual: u8| match value.get(name) {
        None => Some(usual),
        Some(percent) => {
            let percent = number(percent).filter(|percent| (0.0..=100.0).contains(percent))?;
            Some(percent.round() as u8)
        }
    };
    Percentiles::new(
        percent("lower", usual.lower())?,
        percent("upper", usual.upper())?,
    )
}

fn modulation(value: &Value) -> Option<Modulation> {
    let factor = |name: &str| match value.get(name) {
        None => Some(100),
        Some(factor) => effect::hundredths(&number(factor)?.to_string(), 0.0, 10.0),
    };
    if value
        .get("lightness")
        .is_some_and(|light| number(light) != Some(0.0))
    {
        return None;
    }
    let hue = value.get("hue").map_or(Some(0.0), number)?;
    Some(Modulation {
        lightness: factor("brightness")?,
        saturation: factor("saturation")?,
        hue: (hue.round() % 360.0) as i16,
    })
}

fn format(text: &str) -> Option<Format> {
    Some(match text {
        "jpeg" | "jpg" => Format::Jpeg,
        "png" => Format::Png,
        "webp" => Format::WebP,
        "avif" => Format::Avif,
        "gif" => Format::Gif,
        _ => return None,
    })
}
