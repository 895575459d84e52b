//! wsrv.nl (weserv/images): `?url=…&w=…&h=…`.
//!
//! Of a parameter that is given twice the first counts. What is unknown or cannot be read is
//! ignored. What is valid there and has no equal here is refused by name, because ignoring it would
//! show another picture.

use std::collections::BTreeMap;
use std::num::{NonZeroU8, NonZeroU16};

use http::StatusCode;
use serde_json::json;
use url::form_urlencoded::parse;

use crate::dialect::call::{
    Call, Disposition, Failure, Refusal, STILL, Told, Translation, UNASKED, decimal, number,
    set_quality, side,
};
use crate::dialect::{call, colour, effect};
use crate::url::{Source, value};
use letterbox_engine::transform::{
    Blur, Colour, Crop, Filter, Fit, Format, Frames, Gamma, Gravity, Length, Mask, Modulation,
    Sharpening, Side, Sigma, Target, Transform, Unsharp,
};

/// Other names of parameters.
const ALIASES: [(&str, &str); 14] = [
    ("width", "w"),
    ("height", "h"),
    ("align", "a"),
    ("quality", "q"),
    ("level", "l"),
    ("pages", "n"),
    ("rotate", "ro"),
    ("brightness", "bri"),
    ("contrast", "con"),
    ("saturation", "sat"),
    ("gamma", "gam"),
    ("sharpen", "sharp"),
    ("filter", "filt"),
    ("errorredirect", "default"),
];

/// Parameters whose value may be a list, and the parameters that the list sets.
const LISTS: [(&str, [&str; 3]); 2] = [
    ("mod", ["mod", "sat", "hue"]),
    ("sharp", ["sharpf", "sharpj", "sharp"]),
];

/// First value of each parameter.
struct Given(BTreeMap<String, String>);

impl Given {
    fn read(query: &str) -> Given {
        let mut given = BTreeMap::new();
        for (name, text) in parse(query.as_bytes()) {
            let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
            let name = alias.map_or(name, |(_, name)| (*name).into());
            // A list is the older spelling of several parameters.
            let list = LISTS.iter().find(|(list, _)| *list == name);
            if let (Some((_, names)), true) = (list, text.contains(',')) {
                for (name, text) in names.iter().zip(text.split(',')) {
                    given
                        .entry((*name).to_owned())
                        .or_insert_with(|| text.to_owned());
                }
                continue;
            }
            given.entry(name.into_owned()).or_insert(text.into_owned());
        }
        Given(given)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether a switch is on: a bare name is.
    fn on(&self, name: &str) -> bool {
        matches!(self.text(name), Some("" | "1" | "true"))
    }

    fn number(&self, name: &str, least: u64, most: u64) -> Option<u64> {
        number(self.text(name)?).filter(|number| (least..=most).contains(number))
    }
}

/// Reads a request.
pub(crate) fn read(call: &Call<'_>) -> Result<Translation, Refusal> {
    let given = Given::read(call.query);
    let source = source(&given)?;
    let mut transform = UNASKED;
    sized(&given, &mut transform)?;
    turned(&given, &mut transform)?;
    coloured(&given, &mut transform)?;
    clipped(&given, &mut transform);
    output(&given, &mut transform)?;

    let mut translation = Translation::new(source, transform);
    translation.asked.max_age_secs = given.text("maxage").and_then(max_age);
    let extras = &mut translation.extras;
    extras.fallback = match given.text("default") {
        Some("1") => Some(translation.asked.source.to_string()),
        Some(url) => absolute(url),
        None => None,
    };
    let is_name = |name: &&str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        (1..=78).contains(&name.len()) && name.bytes().all(plain)
    };
    let name = given.text("filename").filter(is_name).unwrap_or("image");
    extras.canonical = true;
    translation.asked.disposition = Some(Disposition::new(false, name));
    translation.asked.transform.data_url = given.text("encoding") == Some("base64");
    Ok(translation)
}

/// Reads the source: a scheme may be missing, and `ssl:` is another name of https.
fn source(given: &Given) -> Result<Source, Refusal> {
    let text = given.text("url").unwrap_or_default().trim();
    if text.is_empty() {
        return Err(Refusal::bad("", "Invalid URL: url is missing"));
    }
    let text = absolute(text).ok_or_else(|| Refusal::bad("", "Invalid URL"))?;
    Source::parse(&text).ok_or_else(|| Refusal::bad("", "Invalid URL"))
}

/// Completes a URL. Without a scheme it is https, because nothing else is fetched in production.
fn absolute(text: &str) -> Option<String> {
    let text = text.split('#').next().unwrap_or_default();
    let bare = text
        .strip_prefix("ssl:")
        .unwrap_or(text)
        .trim_start_matches('/');
    if bare.is_empty() {
        return None;
    }
    let has_scheme = |scheme: &str| {
        let start = text.get(..scheme.len()).unwrap_or_default();
        start.eq_ignore_ascii_case(scheme)
    };
    Some(match has_scheme("http:") || has_scheme("https:") {
        true => text.to_owned(),
        false => format!("https://{bare}"),
    })
}

fn sized(given: &Given, transform: &mut Transform) -> Result<(), Refusal> {
    transform.width = length(given.text("w"));
    transform.height = length(given.text("h"));
    if let Some(dpr) = given.text("dpr").and_then(call::dpr) {
        transform.dpr = dpr;
    }
    let both = transform.width != Side::Auto && transform.height != Side::Auto;
    let (fit, enlarges) = match given.text("fit").or(given.text("t")) {
        Some("outside") => (Fit::Outside, true),
        Some("cover" | "square") => (Fit::Cover, true),
        Some("squaredown") => (Fit::Cover, false),
        Some("fill" | "absolute") => (Fit::Fill, true),
        Some("contain" | "letterbox") => (Fit::Contain, true),
        Some("fit") => (Fit::Inside, false),
        _ => (Fit::Inside, true),
    };
    transform.fit = match fit {
        Fit::Cover | Fit::Contain | Fit::Outside if !both => Fit::Inside,
        fit => fit,
    };
    transform.enlarge = enlarges && !given.on("we");
    transform.gravity = gravity(given);
    // Padding is transparent, and so is what lies under transparency: a JPEG then becomes a PNG.
    let canvas = given.text("cbg").and_then(colour::alpha_first);
    let under = given.text("bg").and_then(colour::alpha_first);
    transform.background = match transform.fit {
        Fit::Contain => canvas.or(under).unwrap_or(Colour::TRANSPARENT),
        _ => under.unwrap_or(Colour::WHITE),
    };
    if let Some(threshold) = given.text("trim") {
        let threshold = match threshold {
            "" => Some(10),
            text => number(text).and_then(|threshold| u8::try_from(threshold).ok()),
        };
        let threshold = threshold.filter(|threshold| (1..=254).contains(threshold));
        transform.trim = threshold.and_then(NonZeroU8::new);
    }
    let crop = crop(given);
    match given.on("precrop") {
        true => transform.crop = crop,
        false => transform.shape.kept = crop,
    }
    Ok(())
}

/// Reads a length of the answer; none where it cannot be read.
fn length(text: Option<&str>) -> Side {
    let text = text.unwrap_or_default();
    match text.strip_suffix('%') {
        None => number(text).map_or(Side::Auto, side),
        Some(percent) => {
            let percent = decimal(percent).filter(|percent| (0.0..=100.0).contains(percent));
            let parts = percent.map_or(0, |percent| (percent * 100.0).round() as u16);
            NonZeroU16::new(parts).map_or(Side::Auto, Side::Share)
        }
    }
}

/// Reads a rectangle: `cx`, `cy`, `cw` and `ch`, or the older `crop=w,h,x,y`.
fn crop(given: &Given) -> Crop {
    let of = |text: &str| match text.strip_suffix('%') {
        Some(percent) => {
            let percent = decimal(percent).filter(|percent| (0.0..=100.0).contains(percent))?;
            Some(Length::Share((percent * 100.0).round() as u16))
        }
        None => Some(call::length(number(text)?)),
    };
    let older: Vec<Option<Length>> = match given.text("crop") {
        Some(text) => text.split(',').map(of).collect(),
        None => Vec::new(),
    };
    let at = |place: usize| older.get(place).copied().flatten();
    let named = |name: &str| given.text(name).and_then(of);
    let start = |length: Option<Length>| length.and_then(|length| length.unless(0));
    let extent = |length: Option<Length>| {
        let length = length.filter(|l| !matches!(l, Length::Px(0) | Length::Share(0)));
        length.and_then(|length| length.unless(10_000))
    };
    Crop {
        x: start(named("cx").or(at(2))),
        y: start(named("cy").or(at(3))),
        width: extent(named("cw").or(at(0))),
        height: extent(named("ch").or(at(1))),
        ..Crop::NONE
    }
}

fn gravity(given: &Given) -> Gravity {
    let text = given.text("a").unwrap_or_default();
    let share = |text: &str, whole: f64| {
        let share = decimal(text)? / whole;
        (0.0..=1.0)
            .contains(&share)
            .then_some((share * 10_000.0).round() as u16)
    };
    if text == "focal" {
        let at = |name| given.text(name).and_then(|text| share(text, 1.0));
        return Gravity::Focus(at("fpx").unwrap_or(5_000), at("fpy").unwrap_or(5_000));
    }
    let percent = text
        .strip_prefix("focal-")
        .or_else(|| text.strip_prefix("crop-"));
    if let Some((x, y)) = percent.and_then(|percent| percent.split_once('-')) {
        let (x, y) = (share(x, 100.0), share(y, 100.0));
        return Gravity::Focus(x.unwrap_or(5_000), y.unwrap_or(5_000));
    }
    let named = match text {
        "t" => "top",
        "b" => "bottom",
        "l" => "left",
        "r" => "right",
        "tl" => "top-left",
        "tr" => "top-right",
        "bl" => "bottom-left",
        "br" => "bottom-right",
        other => other,
    };
    let known = !named.contains('x');
    known
        .then(|| value::gravity(named))
        .flatten()
        .unwrap_or_default()
}

fn turned(given: &Given, transform: &mut Transform) -> Result<(), Refusal> {
    if let Some(degrees) = given.text("ro").or(given.text("or")) {
        let degrees = degrees
            .parse::<i32>()
            .ok()
            .filter(|degrees| degrees.abs() <= 3600);
        match degrees.unwrap_or(0) {
            degrees if degrees % 90 == 0 => {
                transform.turn.quarters = (degrees / 90).rem_euclid(4) as u8;
            }
            degrees => return Err(Refusal::unsupported("", &format!("ro={degrees}"))),
        }
    }
    transform.turn.flip = given.on("flip");
    transform.turn.flop = given.on("flop");
    Ok(())
}

/// Reads a factor in hundredths, which ends at 10; `usual` where it cannot be read.
fn factor(text: Option<&str>, usual: u16) -> u16 {
    let factor = text
        .and_then(decimal)
        .filter(|f| (0.0..=10_000.0).contains(f));
    factor.map_or(usual, |factor| (factor.min(10.0) * 100.0).round() as u16)
}

/// Reads a sigma of at most `most` there, which ends at `ours`; none where it is out of range.
fn sigma(text: &str, least: f64, most: f64, ours: f64) -> Option<Sigma> {
    let sigma = decimal(text).filter(|sigma| (least..=most).contains(sigma))?;
    Sigma::from_hundredths((sigma.clamp(0.3, ours) * 100.0).round() as u16)
}

fn coloured(given: &Given, transform: &mut Transform) -> Result<(), Refusal> {
    for (name, set) in [
        ("bri", effect::brightness as effect::Set),
        ("con", effect::contrast),
    ] {
        if let Some(text) = given.text(name) {
            let _ = set(transform, text); // what cannot be read is ignored
        }
    }
    let hue = given.text("hue").and_then(|hue| hue.parse::<i32>().ok());
    let modulation = Modulation {
        lightness: factor(given.text("mod"), Modulation::NONE.lightness),
        saturation: factor(given.text("sat"), Modulation::NONE.saturation),
        hue: (hue.unwrap_or(0) % 360) as i16,
    };
    effect::modulate(transform, modulation);
    if let Some(text) = given.text("gam")
        && effect::gamma(transform, text).is_err()
    {
        transform.gamma = Some(Gamma::SCREEN);
    }
    // Without a sigma that can be read, blur and sharpening are mild.
    if let Some(text) = given.text("blur") {
        let sigma = sigma(text, 0.3, 1000.0, 250.0);
        transform.blur = Some(sigma.map_or(Blur::Mild, Blur::Gaussian));
    }
    if let Some(text) = given.text("sharp") {
        transform.sharpen = Some(match sigma(text, 0.000_001, 10.0, 10.0) {
            None => Sharpening::Mild,
            Some(sigma) => Sharpening::Unsharp(Unsharp {
                sigma,
                flat: factor(given.text("sharpf"), Unsharp::of(sigma).flat),
                jagged: factor(given.text("sharpj"), Unsharp::of(sigma).jagged),
            }),
        });
    }
    if let Some(text) = given.text("filt") {
        transform.filter = match text {
            "greyscale" => Some(Filter::Greyscale),
            "sepia" => Some(Filter::Sepia),
            "negate" => Some(Filter::Negate),
            "duotone" => Some(Filter::Duotone),
            _ => None,
        };
        let colour = |name: &str, usual: Colour| {
            let colour = given.text(name).and_then(colour::alpha_first);
            colour.filter(|colour| colour.a == 255).unwrap_or(usual)
        };
        let (start, stop) = transform.duotone;
        transform.duotone = (colour("start", start), colour("stop", stop));
    }
    if let Some(tint) = given.text("tint").and_then(colour::alpha_first) {
        transform.tint = Some(tint).filter(|tint| tint.a == 255);
    }
    Ok(())
}

/// Reads a shape. One that does not exist is ignored.
fn clipped(given: &Given, transform: &mut Transform) {
    let word = given.text("mask");
    let mask = Mask::ALL.into_iter().find(|mask| Some(mask.name()) == word);
    if mask.is_none() {
        return;
    }
    let clip = &mut transform.shape.clip;
    clip.mask = mask;
    clip.outside = given.text("mbg").and_then(colour::alpha_first);
    clip.trim = given.on("mtrim");
}

fn output(given: &Given, transform: &mut Transform) -> Result<(), Refusal> {
    transform.target = match given.text("output") {
        Some("jpg" | "jpeg") => Target::Image(Format::Jpeg),
        Some("png") => Target::Image(Format::Png),
        Some("gif") => Target::Image(Format::Gif),
        Some("webp") => Target::Image(Format::WebP),
        Some("avif") => Target::Image(Format::Avif),
        Some("json") => Target::Json,
        Some("tiff" | "tif") => return Err(Refusal::unequalled("", "output=tiff")),
        _ => Target::Keep,
    };
    // What is laid on a colour has no alpha but that of a shape.
    let is_cut = transform.shape.clip.mask.is_some();
    let is_laid_on = given.text("bg").and_then(colour::alpha_first).is_some();
    let has_margin = transform.fit == Fit::Contain && transform.background.a < 255;
    transform.keeps_alpha = (is_cut || !is_laid_on)
        && match transform.target {
            Target::Image(Format::Jpeg) => true,
            Target::Keep => is_cut || has_margin,
            _ => false,
        };
    set_quality(transform, given.number("q", 1, 100).unwrap_or(80) as u8);
    transform.interlace = given.on("il");
    transform.lossless = given.on("ll");
    let first = match given.text("page") {
        Some(page @ ("-1" | "-2")) => {
            return Err(Refusal::unsupported("", &format!("page={page}")));
        }
        Some(_) => given.number("page", 0, u16::MAX.into()).unwrap_or(0) as u16,
        None => 0,
    };
    let count = match given.text("n") {
        Some("-1") => None,
        _ => {
            let count = given.number("n", 1, u16::MAX.into());
            count.map_or(STILL.count, |count| NonZeroU16::new(count as u16))
        }
    };
    transform.frames = Frames { first, count };
    transform.plays = given.number("loop", 0, u16::MAX.into()).map(|n| n as u16);
    if given.text("delay").is_some_and(|text| text.contains(',')) {
        return Err(Refusal::unequalled("", "delay with a number a frame"));
    }
    let delay = given.number("delay", 10, u16::MAX.into());
    transform.delay_ms = delay.and_then(|ms| NonZeroU16::new(ms as u16));
    Ok(())
}

/// Reads a time of at least a day and at most a year: days, weeks, months of 30 days or years.
fn max_age(text: &str) -> Option<u32> {
    let unit = |(letter, days): (char, u64)| Some((text.strip_suffix(letter)?, days));
    let units = [('d', 1), ('w', 7), ('M', 30), ('y', 365)];
    let (count, unit) = units.into_iter().find_map(unit)?;
    let days = number(count)?.checked_mul(unit)?;
    (1..=365).contains(&days).then(|| days as u32 * 86_400)
}

/// Tells an error as the JSON of weserv, to which everything about the source is a 404.
pub(crate) fn tell(failure: &Failure<'_>) -> Told {
    let status = match failure.code {
        "source-not-allowed" | "bad-parameter" => StatusCode::BAD_REQUEST,
        "unsupported-format" | "source-too-large" | "image-too-large" | "redirect-refused"
        | "too-many-redirects" | "source-not-found" => StatusCode::NOT_FOUND,
        code if code.starts_with("origin-") => StatusCode::NOT_FOUND,
        "corrupt-image" | "no-such-page" => StatusCode::BAD_REQUEST,
        _ => failure.status,
    };
    let body = json!({ "status": "error", "code": status.as_u16(), "message": failure.message });
    Told::json(status, &body)
}
