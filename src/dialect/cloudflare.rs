//! Cloudflare Images: `<prefix><option=value,…>/<source>`.
//!
//! Cloudflare's own prefix `/cdn-cgi/image/` never reaches a Worker on a zone, so a deployment has
//! another one. A query string belongs to the source. Without options of size the picture keeps its
//! own; nothing is enlarged unless the fit says so.

use http::StatusCode;

use crate::dialect::call::{
    Call, Failure, Refusal, STILL, Told, Translation, UNASKED, aspect_crop, decimal, dpr, length,
    number, percent_decoded, set_quality, side, source_of_path,
};
use crate::dialect::colour;
use crate::dialect::effect;
use crate::url::hints::Varies;
use crate::url::{Source, value};
use letterbox_engine::transform::{Crop, Filter, Fit, Format, Gravity, Side, Target, Transform};

/// Code of an error about options.
const INVALID: &str = "9401";

/// Reads a request.
pub(crate) fn read(call: &Call<'_>) -> Result<Translation, Refusal> {
    let (options, source) = call.path.split_once('/').ok_or_else(|| {
        Refusal::bad(
            INVALID,
            "expected options, a slash, and the source: width=80/photo.jpg",
        )
    })?;
    let query = match call.query {
        "" => String::new(),
        query => format!("?{query}"),
    };
    let source = source_of_path(&format!("{source}{query}"))
        .ok_or_else(|| Refusal::bad(INVALID, "the source is no URL and no path"))?;
    let mut draft = Draft {
        transform: UNASKED,
        fit: "scale-down".to_owned(),
        quality: 85,
        is_shown_width: false,
        slow_quality: None,
        fallback: None,
    };
    let options = percent_decoded(options);
    let mut any = false;
    for option in split(&options).filter(|option| !option.trim().is_empty()) {
        let (name, text) = option.split_once('=').unwrap_or((option, ""));
        draft.option(name.trim(), text.trim(), call, &source)?;
        any = true;
    }
    if !any {
        return Err(Refusal::bad(INVALID, "expected at least one option"));
    }
    let varies = Varies {
        width: draft.is_shown_width && call.hinted.widths.is_some(),
        data: draft.slow_quality.is_some(),
    };
    if let (true, Some(width)) = (varies.width, call.hinted.width(draft.transform.dpr)) {
        draft.transform.width = Side::Px(width);
    }
    let slow_quality = draft.slow_quality.filter(|_| call.hinted.saves_data);
    let quality = slow_quality.unwrap_or(draft.quality);
    let (mut transform, fallback) = (draft.fitted()?, draft.fallback);
    set_quality(&mut transform, quality);
    let mut translation = Translation::new(source, transform);
    translation.asked.varies = varies;
    translation.extras.fallback = fallback;
    Ok(translation)
}

/// Parses a quality. Cloudflare's own numbers of the words are not published.
fn quality(text: &str) -> Option<u8> {
    match text {
        "high" => Some(90),
        "medium-high" => Some(80),
        "medium-low" => Some(60),
        "low" => Some(40),
        _ => number(text)
            .and_then(|quality| u8::try_from(quality).ok())
            .filter(|quality| (1..=100).contains(quality)),
    }
}

/// Returns the parts between commas outside of parentheses.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0u32;
    text.split(move |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
}

struct Draft {
    transform: Transform,
    fit: String,
    quality: u8,
    /// Whether the width is that which the client shows the picture with.
    is_shown_width: bool,
    /// Quality for a client that saves data.
    slow_quality: Option<u8>,
    fallback: Option<String>,
}

impl Draft {
    fn option(
        &mut self,
        name: &str,
        text: &str,
        call: &Call<'_>,
        source: &Source,
    ) -> Result<(), Refusal> {
        let bad = |expected: &str| Refusal::value(INVALID, name, text, expected);
        let transform = &mut self.transform;
        let pixels = || {
            let pixels = decimal(text).filter(|pixels| (0.5..1e9).contains(pixels));
            let pixels = pixels.map(|pixels| side(pixels.round() as u64));
            pixels.ok_or_else(|| bad("a number of pixels"))
        };
        let mut set = |effect: effect::Set| effect(transform, text).map_err(&bad);
        match name {
            "width" | "w" if text == "auto" => self.is_shown_width = true,
            "width" | "w" => transform.width = pixels()?,
            "height" | "h" => transform.height = pixels()?,
            "fit" => text.clone_into(&mut self.fit),
            "gravity" | "g" => {
                transform.gravity = gravity(text).ok_or_else(|| {
                    bad("left, right, top, bottom, center, auto or a point such as 0.5x0.33")
                })?
            }
            "background" => {
                transform.background = colour::css(text)
                    .ok_or_else(|| bad("a colour such as red, #ff0000 or rgb(255,0,0)"))?;
            }
            "dpr" => transform.dpr = dpr(text).ok_or_else(|| bad("a number from 0.1 to 8"))?,
            "format" | "f" => {
                transform.interlace = text == "jpeg";
                transform.target = match text {
                    "auto" => Target::Auto(call.negotiated()),
                    "jpeg" | "baseline-jpeg" => Target::Image(Format::Jpeg),
                    "avif" => Target::Image(Format::Avif),
                    "webp" => Target::Image(Format::WebP),
                    "png" => Target::Image(Format::Png),
                    "json" => Target::Json,
                    _ => return Err(bad("auto, avif, webp, jpeg, baseline-jpeg, png or json")),
                }
            }
            "quality" | "q" => {
                self.quality = quality(text).ok_or_else(|| bad("a whole number from 1 to 100"))?;
            }
            "anim" => match text {
                "false" => transform.frames = STILL,
                "true" => transform.frames = UNASKED.frames,
                _ => return Err(bad("true or false")),
            },
            "rotate" => {
                transform.turn.quarters = match text {
                    "0" => 0,
                    "90" => 1,
                    "180" => 2,
                    "270" => 3,
                    _ => return Err(bad("0, 90, 180 or 270")),
                }
            }
            "flip" => {
                (transform.turn.flop, transform.turn.flip) = match text {
                    "h" => (true, false),
                    "v" => (false, true),
                    "hv" => (true, true),
                    _ => return Err(bad("h, v or hv")),
                }
            }
            "blur" => {
                // 1 to 250 there; what sigma that is has not been published.
                let radius = decimal(text).filter(|radius| (1.0..=250.0).contains(radius));
                let radius = radius.ok_or_else(|| bad("a number from 1 to 250"))?;
                return effect::blur(transform, &format!("{:.2}", radius / 2.0)).map_err(bad);
            }
            "sharpen" => {
                let strength = decimal(text).filter(|strength| (0.0..=10.0).contains(strength));
                let strength = strength.ok_or_else(|| bad("a number from 0 to 10"))?;
                if strength > 0.0 {
                    let sigma = format!("{:.2}", strength.clamp(0.3, 10.0));
                    return effect::sharpen(transform, &sigma).map_err(bad);
                }
            }
            "saturation" => {
                set(effect::saturation)?;
                if text == "0" {
                    transform.filter = Some(Filter::Greyscale);
                    transform.saturation = UNASKED.saturation;
                }
            }
            "brightness" => set(effect::lightness)?,
            "contrast" => {
                let factor = decimal(text).filter(|factor| (0.0..=2.0).contains(factor));
                let factor = factor.ok_or_else(|| bad("a number from 0 to 2"))?;
                transform.contrast = ((factor - 1.0) * 100.0).round() as i8;
            }
            "gamma" => {
                let gamma = decimal(text).filter(|gamma| (1.0..=3.0).contains(gamma));
                let gamma = gamma.ok_or_else(|| bad("a number from 1 to 3"))?;
                return effect::gamma(transform, &format!("{gamma:.2}")).map_err(bad);
            }
            "trim" => self.trim(text)?,
            "onerror" => match text {
                "redirect" => self.fallback = Some(source.to_string()),
                _ => return Err(bad("redirect")),
            },
            "metadata" => {
                let own = value::metadata(text);
                transform.metadata = own.ok_or_else(|| bad("keep, copyright or none"))?;
            }
            // How fast answers are made is not a choice.
            "compression" => {}
            // Of what a client says of its network, Save-Data alone counts.
            "slow-connection-quality" | "scq" => {
                let slow = quality(text).ok_or_else(|| bad("a whole number from 1 to 100"))?;
                self.slow_quality = Some(slow);
            }
            _ => return Err(Refusal::unsupported(INVALID, name)),
        }
        Ok(())
    }

    /// Reads `top;right;bottom;left`, of which only what lies at the left and the top can be said
    /// without the size of the source.
    fn trim(&mut self, text: &str) -> Result<(), Refusal> {
        if text == "border" {
            self.transform.trim = std::num::NonZeroU8::new(10);
            return Ok(());
        }
        let sides: Option<Vec<u64>> = text.split(';').map(number).collect();
        match sides.as_deref() {
            Some([top, right, bottom, left]) => {
                self.transform.crop = Crop {
                    x: length(*left).unless(0),
                    y: length(*top).unless(0),
                    without: (length(*right).unless(0), length(*bottom).unless(0)),
                    ..Crop::NONE
                };
                Ok(())
            }
            _ => Err(Refusal::value(
                INVALID,
                "trim",
                text,
                "border, or top;right;bottom;left",
            )),
        }
    }

    /// Returns the transform with its fit.
    fn fitted(&self) -> Result<Transform, Refusal> {
        let mut transform = self.transform;
        transform.enlarge = true;
        let one_side = transform.width == Side::Auto || transform.height == Side::Auto;
        match &*self.fit {
            "scale-down" => transform.enlarge = false,
            "contain" => {}
            "scale-up" => transform.fit = Fit::ScaleUp,
            "pad" if one_side => {}
            "cover" | "aspect-crop" | "crop" if one_side => transform.enlarge = self.fit == "cover",
            "pad" => transform.fit = Fit::Contain,
            "cover" => transform.fit = Fit::Cover,
            "crop" => {
                transform.fit = Fit::Cover;
                transform.enlarge = false;
            }
            "aspect-crop" => aspect_crop(&mut transform),
            "squeeze" => transform.fit = Fit::Fill,
            other => {
                return Err(Refusal::value(
                    INVALID,
                    "fit",
                    other,
                    "scale-down, scale-up, contain, cover, crop, aspect-crop, pad or squeeze",
                ));
            }
        }
        Ok(transform)
    }
}

fn gravity(text: &str) -> Option<Gravity> {
    if ["left", "right", "top", "bottom", "center"].contains(&text) {
        return value::gravity(text);
    }
    // Cloudflare's measure of saliency is another one.
    if text == "auto" {
        return value::gravity("attention");
    }
    let (x, y) = text.split_once('x')?;
    let share = |text| {
        let share = decimal(text).filter(|share| (0.0..=1.0).contains(share))?;
        Some((share * 10_000.0).round() as u16)
    };
    Some(Gravity::Focus(share(x)?, share(y)?))
}

/// Tells an error: a sentence, and Cloudflare's number of it in `Cf-Resized`.
pub(crate) fn tell(failure: &Failure<'_>) -> Told {
    let (status, number) = match failure.code {
        _ if !failure.own.is_empty() => (failure.status, failure.own),
        "source-not-found" => (StatusCode::NOT_FOUND, "9404"),
        "source-not-allowed" => (StatusCode::FORBIDDEN, "9401"),
        "unsupported-format" | "corrupt-image" => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "9412"),
        "source-too-large" | "image-too-large" => (StatusCode::FORBIDDEN, "9413"),
        "redirect-refused" | "too-many-redirects" => (StatusCode::BAD_REQUEST, "9421"),
        "rate-limited" => (failure.status, "9422"),
        "loop-detected" => (StatusCode::LOOP_DETECTED, "9403"),
        code if code.starts_with("origin-") => (failure.status, "9504"),
        "bad-parameter" | "bad-signature" => (failure.status, "9401"),
        _ => (failure.status, "9500"),
    };
    Told {
        field: Some(("cf-resized", format!("err={number}"))),
        ..Told::text(status, format!("ERROR {number}: {}", failure.message))
    }
}
