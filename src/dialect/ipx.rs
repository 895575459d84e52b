//! ipx, the image server of Nuxt: `/_ipx/<modifiers>/<id>`.
//!
//! Modifiers are `key_args`, separated by `,` or `&`; `_` is none. Handlers of a modifier run in
//! the order of their names, and each resize replaces the one before it: `w` beats `h`. EXIF's
//! orientation is applied only where `autoorient` asks for it, and of an animation the first frame
//! is kept.

use http::StatusCode;
use serde_json::json;

use crate::dialect::call::{
    Call, Failure, Refusal, STILL, Told, Translation, UNASKED, aspect_crop, decimal, length,
    number, percent_decoded, set_quality, side, source_of_path,
};
use crate::dialect::colour;
use crate::dialect::effect;
use crate::dialect::sharp;
use crate::url::value;
use letterbox_engine::transform::{
    Crop, Filter, Fit, Format, Frames, Modulation, Pad, Percentiles, Side, Target, Transform,
};

/// Codes of errors.
const INVALID: &str = "IPX_INVALID_MODIFIER";
const INVALID_ARGUMENT: &str = "IPX_INVALID_MODIFIER_ARG";
const MISSING_ARGUMENT: &str = "IPX_MISSING_MODIFIER_ARG";

/// Modifiers that are read, with their other names, in the order in which handlers run.
const MODIFIERS: [(&str, &[&str]); 30] = [
    ("animated", &["a"]),
    ("autoorient", &[]),
    ("background", &["b"]),
    ("blur", &[]),
    ("brightness", &[]),
    ("enlarge", &[]),
    ("extend", &[]),
    ("extract", &["crop"]),
    ("fit", &[]),
    ("flip", &[]),
    ("flop", &[]),
    ("format", &["f"]),
    ("gamma", &[]),
    ("grayscale", &[]),
    ("height", &["h"]),
    ("hue", &[]),
    ("kernel", &[]),
    ("median", &[]),
    ("modulate", &[]),
    ("negate", &[]),
    ("normalize", &[]),
    ("position", &["pos"]),
    ("quality", &["q"]),
    ("resize", &["s"]),
    ("rotate", &[]),
    ("saturation", &[]),
    ("sharpen", &[]),
    ("threshold", &[]),
    ("tint", &[]),
    ("width", &["w"]),
];

/// Modifiers as they were given, without those of a name that comes again.
struct Given<'a>(Vec<(&'static str, Vec<&'a str>)>);

impl<'a> Given<'a> {
    fn read(text: &'a str) -> Result<Given<'a>, Refusal> {
        let mut given: Vec<(&'static str, Vec<&str>)> = Vec::new();
        for modifier in text.split([',', '&']).filter(|part| !part.is_empty()) {
            let end = modifier.find(['_', ':', '=']).unwrap_or(modifier.len());
            let (key, args) = modifier.split_at(end);
            let named =
                |(name, others): &&(&'static str, &[&str])| *name == key || others.contains(&key);
            let (name, _) = MODIFIERS
                .iter()
                .find(named)
                .ok_or_else(|| Refusal::unsupported(INVALID, key))?;
            let args = args.get(1..).unwrap_or_default();
            given.retain(|(other, _)| other != name);
            given.push((
                name,
                args.split('_').filter(|arg| !arg.is_empty()).collect(),
            ));
        }
        Ok(Given(given))
    }

    fn args(&self, name: &str) -> Option<&[&'a str]> {
        let found = self.0.iter().find(|(given, _)| *given == name);
        found.map(|(_, args)| &args[..])
    }

    /// Whether a switch is given, and not as `false`.
    fn on(&self, name: &str) -> bool {
        self.args(name)
            .is_some_and(|args| !matches!(args.first(), Some(&"false" | &"0")))
    }

    /// Reads the first argument of a modifier that needs one.
    fn value<T>(
        &self,
        name: &'static str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        match self.args(name) {
            None => Ok(None),
            Some([]) => Err(Refusal::bad(
                MISSING_ARGUMENT,
                format!("{name} has no argument"),
            )),
            Some([first, ..]) => read(first)
                .map(Some)
                .ok_or_else(|| Refusal::value(INVALID_ARGUMENT, name, first, expected)),
        }
    }
}

/// Reads a request. The query string is ignored.
pub(crate) fn read(call: &Call<'_>) -> Result<Translation, Refusal> {
    let missing = |own, message| Refusal::bad(own, message);
    let (modifiers, id) = call
        .path
        .split_once('/')
        .ok_or_else(|| missing("IPX_MISSING_ID", "the id of the image is missing"))?;
    if modifiers.is_empty() {
        return Err(missing(
            "IPX_MISSING_MODIFIERS",
            "modifiers are missing: expected _ for none",
        ));
    }
    let source = source_of_path(&percent_decoded(id))
        .ok_or_else(|| missing("IPX_MISSING_ID", "the id of the image is missing or no URL"))?;
    let modifiers = percent_decoded(modifiers);
    let given = match &*modifiers {
        "_" => Given(Vec::new()),
        text => Given::read(text)?,
    };
    let mut transform = Transform {
        frames: if given.on("animated") {
            Frames::default()
        } else {
            STILL
        },
        ..UNASKED
    };
    transform.turn.exif = given.on("autoorient");
    resize(&given, &mut transform)?;
    formatted(&given, &mut transform, call)?;
    coloured(&given, &mut transform)?;
    Ok(Translation::new(source, transform))
}

/// Reads sizes, positions and turns.
fn resize(given: &Given<'_>, transform: &mut Transform) -> Result<(), Refusal> {
    let pixels = "a whole number of pixels";
    let a_side = |text: &str| number(text).filter(|&side| side > 0).map(side);
    let enlarge = given.on("enlarge");
    transform.enlarge = enlarge;
    let height = given.value("height", pixels, a_side)?;
    let width = given.value("width", pixels, a_side)?;
    let both = given.value("resize", "a size such as 300x200", |text| {
        let (width, height) = text.split_once('x').unwrap_or((text, text));
        Some((a_side(width)?, a_side(height)?))
    })?;
    let fits = "contain, cover, fill, inside or outside";
    let fit = given.value("fit", fits, |text| {
        Some(match text {
            "contain" => Fit::Contain,
            "cover" => Fit::Cover,
            "fill" => Fit::Fill,
            "inside" => Fit::Inside,
            "outside" => Fit::Outside,
            _ => return None,
        })
    })?;
    // Handlers run in the order of their names, and the last resize counts.
    (transform.width, transform.height) = match (width, both, height) {
        (Some(width), ..) => (width, Side::Auto),
        (None, Some(both), _) => both,
        (None, None, Some(height)) => (Side::Auto, height),
        (None, None, None) => (Side::Auto, Side::Auto),
    };
    let one_side = transform.width == Side::Auto || transform.height == Side::Auto;
    transform.fit = match fit {
        Some(Fit::Contain | Fit::Cover) | None if one_side => Fit::Inside,
        Some(fit) => fit,
        None => Fit::Cover,
    };
    if transform.fit == Fit::Cover && !enlarge {
        aspect_crop(transform);
    }
    let positions = "a side, a corner such as right-top, center, attention or entropy";
    let position = given.value("position", positions, sharp::position)?;
    transform.gravity = position.unwrap_or_default();
    let colours = "a colour name or hexadecimal digits";
    // sharp's own background is black.
    let black = letterbox_engine::transform::Colour::rgb(0);
    let background = given.value("background", colours, colour::css)?;
    transform.background = background.unwrap_or(black);
    if let Some(args) = given.args("extract") {
        let numbers: Option<Vec<u64>> = args.iter().map(|arg| number(arg)).collect();
        let Some([left, top, width, height]) = numbers
            .as_deref()
            .filter(|n| n.iter().skip(2).all(|n| *n > 0))
        else {
            let expected = "left, top, width and height in pixels";
            return Err(Refusal::value(
                INVALID_ARGUMENT,
                "extract",
                &args.join("_"),
                expected,
            ));
        };
        transform.crop = Crop {
            x: length(*left).unless(0),
            y: length(*top).unless(0),
            width: Some(length(*width)),
            height: Some(length(*height)),
            ..Crop::NONE
        };
    }
    if let Some(args) = given.args("extend") {
        let numbers: Option<Vec<u64>> = args.iter().map(|arg| number(arg)).collect();
        let numbers = numbers.filter(|numbers| numbers.iter().all(|n| *n <= 1000));
        let Some([top, right, bottom, left]) = numbers.as_deref() else {
            let expected = "top, right, bottom and left of at most 1000 pixels";
            return Err(Refusal::value(
                INVALID_ARGUMENT,
                "extend",
                &args.join("_"),
                expected,
            ));
        };
        transform.shape.pad = Pad {
            top: *top as u16,
            right: *right as u16,
            bottom: *bottom as u16,
            left: *left as u16,
        };
    }
    let quarters = given.value("rotate", "0, 90, 180 or 270", |text| {
        let degrees = text
            .parse::<i32>()
            .ok()
            .filter(|degrees| degrees % 90 == 0)?;
        Some((degrees / 90).rem_euclid(4) as u8)
    })?;
    transform.turn.quarters = quarters.unwrap_or(0);
    transform.turn.flip = given.on("flip");
    transform.turn.flop = given.on("flop");
    given.value("kernel", "the name of a kernel", |_| Some(()))?;
    Ok(())
}

/// Reads the format and the quality. sharp's qualities are 80, and 50 for AVIF.
fn formatted(given: &Given<'_>, transform: &mut Transform, call: &Call<'_>) -> Result<(), Refusal> {
    let formats = "avif, webp, jpeg, jpg, png, gif or auto";
    let target = given.value("format", formats, |text| {
        let known = ["avif", "webp", "jpeg", "jpg", "png", "gif", "auto"].contains(&text);
        known.then(|| value::target(text, call.negotiated()))?
    })?;
    transform.target = target.unwrap_or_default();
    let quality = given.value("quality", "a whole number from 1 to 100", |text| {
        let quality = number(text).and_then(|quality| u8::try_from(quality).ok());
        quality.filter(|quality| (1..=100).contains(quality))
    })?;
    let usual = match transform.target {
        Target::Image(Format::Avif) => 50,
        _ => 80,
    };
    set_quality(transform, quality.unwrap_or(usual));
    Ok(())
}

/// Reads effects.
fn coloured(given: &Given<'_>, transform: &mut Transform) -> Result<(), Refusal> {
    if given.on("grayscale") {
        transform.filter = Some(Filter::Greyscale);
    }
    if given.on("negate") {
        transform.filter = Some(Filter::Negate);
    }
    let tint = given.value("tint", "a colour", colour::css)?;
    transform.tint = tint.or(transform.tint);
    for (name, set) in [
        ("blur", effect::blur as effect::Set),
        ("sharpen", effect::sharpen),
        ("median", effect::median),
    ] {
        let Some(args) = given.args(name) else {
            continue;
        };
        let text = args.first().copied().unwrap_or_default();
        set(transform, text)
            .map_err(|expected| Refusal::value(INVALID_ARGUMENT, name, text, expected))?;
    }
    modulated(given, transform)?;
    let wrong = |name, args: &[&str], expected| {
        Refusal::value(INVALID_ARGUMENT, name, &args.join("_"), expected)
    };
    if let Some(args) = given.args("gamma") {
        // One gamma darkens before the resize and brightens as much behind it. Resampling here is
        // done without.
        let numbers: Option<Vec<f64>> = args.iter().map(|arg| decimal(arg)).collect();
        let in_range = |numbers: &Vec<f64>| numbers.iter().all(|n| (1.0..=3.0).contains(n));
        match numbers.filter(in_range).as_deref() {
            Some([] | [_]) => {}
            Some([before, behind]) if before == behind => {}
            Some(_) => return Err(Refusal::unequalled(INVALID, "gamma with two numbers")),
            None => return Err(wrong("gamma", args, "a number from 1 to 3")),
        }
    }
    if let Some(args) = given.args("normalize") {
        let percent = |at: usize, usual: u8| match args.get(at) {
            None => Some(usual),
            Some(text) => u8::try_from(number(text)?).ok(),
        };
        let (lower, upper) = (Percentiles::USUAL.lower(), Percentiles::USUAL.upper());
        let percentiles = percent(0, lower)
            .zip(percent(1, upper))
            .and_then(|(lower, upper)| Percentiles::new(lower, upper));
        let expected = "two whole percentiles of 0 to 100, the lower first";
        transform.normalise = Some(percentiles.ok_or_else(|| wrong("normalize", args, expected))?);
    }
    match given.args("threshold") {
        None | Some(["0", ..]) => {}
        Some([_, grey, ..]) if matches!(*grey, "false" | "0") => {
            return Err(Refusal::unequalled(INVALID, "threshold of each colour"));
        }
        Some(args) => {
            let text = args.first().copied().unwrap_or_default();
            effect::threshold(transform, text)
                .map_err(|_| wrong("threshold", args, "a whole number from 0 to 255"))?;
        }
    }
    Ok(())
}

/// Reads factors of lightness and chroma and a turn of the hue. Each modifier sets its own, those
/// of later names over those of earlier ones, and all of them are one step.
fn modulated(given: &Given<'_>, transform: &mut Transform) -> Result<(), Refusal> {
    let expected = "numbers from 0 to 10, and whole degrees";
    let factor = |text: &str| effect::hundredths(text, 0.0, 10.0);
    let degrees = |text: &str| {
        let degrees = text.parse::<i32>().ok();
        degrees.map(|degrees| (degrees % 360) as i16)
    };
    let mut modulation = Modulation::NONE;
    let brightness = given.value("brightness", "a number from 0 to 10", factor)?;
    modulation.lightness = brightness.unwrap_or(modulation.lightness);
    let hue = given.value("hue", "whole degrees", degrees)?;
    modulation.hue = hue.unwrap_or(modulation.hue);
    if let Some(args) = given.args("modulate") {
        let wrong = || Refusal::value(INVALID_ARGUMENT, "modulate", &args.join("_"), expected);
        if args.len() > 3 {
            return Err(Refusal::unequalled(INVALID, "modulate with lightness"));
        }
        if let Some(text) = args.first() {
            modulation.lightness = factor(text).ok_or_else(wrong)?;
        }
        if let Some(text) = args.get(1) {
            modulation.saturation = factor(text).ok_or_else(wrong)?;
        }
        if let Some(text) = args.get(2) {
            modulation.hue = degrees(text).ok_or_else(wrong)?;
        }
    }
    let saturation = given.value("saturation", "a number from 0 to 10", factor)?;
    modulation.saturation = saturation.unwrap_or(modulation.saturation);
    effect::modulate(transform, modulation);
    Ok(())
}

/// Tells an error as the JSON of ipx.
pub(crate) fn tell(failure: &Failure<'_>) -> Told {
    let (status, own) = match failure.code {
        _ if !failure.own.is_empty() => (failure.status, failure.own),
        "source-not-allowed" => (StatusCode::FORBIDDEN, "IPX_FORBIDDEN_HOST"),
        "redirect-refused" => (StatusCode::FORBIDDEN, "IPX_FORBIDDEN_HOST"),
        "source-not-found" => (StatusCode::NOT_FOUND, "IPX_RESOURCE_NOT_FOUND"),
        "too-many-redirects" => (StatusCode::BAD_GATEWAY, "IPX_TOO_MANY_REDIRECTS"),
        _ => (failure.status, "IPX_ERROR"),
    };
    let status_text = status.canonical_reason().unwrap_or_default();
    let message = format!("[{}] [{own}] {}", status.as_u16(), failure.message);
    let body = json!({ "status": status.as_u16(), "statusText": status_text, "code": own, "message": message });
    Told::json(status, &body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::testing::{call, native};

    fn same(path: &str, query: &str) {
        let translated = read(&call(path, "")).expect(path);
        assert_eq!(translated.asked, native(query), "{path}");
    }

    #[test]
    fn modifiers_are_what_ipx_does_with_them() {
        let plain = "w=auto&h=auto&fit=inside&we&n=1&or=0&bg=black";
        for (path, query) in [
            ("_/a.jpg", format!("s=/a.jpg&{plain}")),
            (
                "w_300/x/a%20b.jpg",
                format!("s=/x/a b.jpg&{plain}&w=300").replace("&w=auto", ""),
            ),
            (
                "width=300&height=100/https://a.example/x.jpg",
                "s=https://a.example/x.jpg&w=300&h=auto&fit=inside&we&n=1&or=0&bg=black".to_owned(),
            ),
            (
                "h_100,enlarge/a",
                "s=/a&w=auto&h=100&fit=inside&n=1&or=0&bg=black".to_owned(),
            ),
            (
                "s_300x200,enlarge,fit_cover,pos_right-top,f_webp,q_79,animated/a",
                "s=/a&w=300&h=200&fit=cover&a=top-right&f=webp&q=80&or=0&bg=black".to_owned(),
            ),
            (
                "s_300x200,fit_contain,b_fff,autoorient/a",
                "s=/a&w=300&h=200&fit=contain&we&n=1".to_owned(),
            ),
            (
                "rotate_90,flip,flop,grayscale,blur_5,extract_1_2_30_40/a",
                format!("s=/a&{plain}&ro=90&flip&flop&filt=greyscale&blur=5&cx=1&cy=2&cw=30&ch=40"),
            ),
            ("f_png,q_10/a", format!("s=/a&{plain}&f=png")),
            (
                "median_5,normalize,threshold_100,brightness_1.2,hue_-90/a",
                format!("s=/a&{plain}&median=5&normalise&threshold=100&mod=1.2,1,-90"),
            ),
            (
                "modulate_1.5_2_30,saturation_0.5,normalize_5_90,median/a",
                format!("s=/a&{plain}&mod=1.5,0.5,30&normalise=5,90&median"),
            ),
            (
                "saturation_0.5,hue_400,gamma_2.2,threshold_0/a",
                format!("s=/a&{plain}&sat=0.5&hue=40"),
            ),
            ("f_avif/a", format!("s=/a&{plain}&f=avif&q=66")),
        ] {
            same(path, &query);
        }
    }

    #[test]
    fn a_wrong_request_has_the_code_of_ipx() {
        for (path, own) in [
            ("a.jpg", "IPX_MISSING_ID"),
            ("_/", "IPX_MISSING_ID"),
            ("/a.jpg", "IPX_MISSING_MODIFIERS"),
            ("nope_1/a", INVALID),
            ("clahe_1/a", INVALID),
            ("w/a", MISSING_ARGUMENT),
            ("w_0/a", INVALID_ARGUMENT),
            ("w_1e3/a", INVALID_ARGUMENT),
            ("fit_crop/a", INVALID_ARGUMENT),
            ("f_tiff/a", INVALID_ARGUMENT),
            ("rotate_45/a", INVALID_ARGUMENT),
            ("extract_1_2_3/a", INVALID_ARGUMENT),
            ("blur_9999/a", INVALID_ARGUMENT),
            ("gamma_1.5_2/a", INVALID),
            ("gamma_0/a", INVALID_ARGUMENT),
            ("lightness_5/a", INVALID),
            ("modulate_1_1_1_1/a", INVALID),
            ("modulate_x/a", INVALID_ARGUMENT),
            ("brightness/a", MISSING_ARGUMENT),
            ("median_4/a", INVALID_ARGUMENT),
            ("normalize_50_40/a", INVALID_ARGUMENT),
            ("threshold_256/a", INVALID_ARGUMENT),
            ("threshold_9_false/a", INVALID),
        ] {
            assert_eq!(read(&call(path, "")).expect_err(path).own, own, "{path}");
        }
    }
}
