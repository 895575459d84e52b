//! Components, read into a draft of the transform.

use std::num::{NonZeroU8, NonZeroU16};

use crate::dialect::call::{
    Call, Refusal, UNASKED, aspect_crop, corners, decimal, dpr, length, number, set_quality, side,
};
use crate::dialect::options::Options;
use crate::dialect::{colour, effect};
use crate::url::value;
use letterbox_engine::transform::{
    Border, Colour, Corners, Crop, Filter, Fit, Format, Frames, Gravity, Length, Ratio, Side,
    Target, Transform,
};

/// Keys of parameters. A segment that has another is the source's.
const KEYS: [&str; 40] = [
    "a", "ac", "af", "ar", "b", "bo", "br", "c", "co", "cs", "d", "dl", "dn", "dpr", "du", "e",
    "eo", "f", "fl", "fn", "fps", "g", "h", "if", "ki", "l", "o", "p", "pg", "q", "r", "so", "t",
    "u", "vc", "vs", "w", "x", "y", "z",
];

/// Components that have been read so far.
pub(super) struct Draft<'a> {
    call: &'a Call<'a>,
    options: &'a Options,
    transform: Transform,
    /// Whether a component has resized.
    has_resized: bool,
    quality: u8,
    pub(super) saved_as: Option<String>,
}

/// Sizes of one component.
#[derive(Default)]
struct Sizes<'t> {
    mode: Option<&'t str>,
    width: Option<&'t str>,
    height: Option<&'t str>,
    ratio: Option<&'t str>,
    gravity: Option<&'t str>,
    x: Option<u64>,
    y: Option<u64>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(call: &'a Call<'a>, options: &'a Options) -> Draft<'a> {
        Draft {
            call,
            options,
            transform: UNASKED,
            has_resized: false,
            quality: 80,
            saved_as: None,
        }
    }

    /// Reads a component.
    pub(super) fn component(&mut self, segment: &str) -> Result<(), Refusal> {
        if let Some(name) = segment.strip_prefix("t_") {
            let named = self.options.presets.iter().find(|(own, _)| own == name);
            let (_, components) = named.ok_or_else(|| bad(segment, "a preset of this mount"))?;
            for component in components.split('/').filter(|c| !c.starts_with("t_")) {
                self.component(component)?;
            }
            return Ok(());
        }
        let mut sizes = Sizes::default();
        for part in segment.split(',') {
            let (key, text) = part.split_once('_').unwrap_or((part, ""));
            match key {
                "c" => sizes.mode = Some(text),
                "w" => sizes.width = Some(text),
                "h" => sizes.height = Some(text),
                "ar" => sizes.ratio = Some(text),
                "g" => sizes.gravity = Some(text),
                "x" => sizes.x = Some(number(text).ok_or_else(|| bad(part, "whole pixels"))?),
                "y" => sizes.y = Some(number(text).ok_or_else(|| bad(part, "whole pixels"))?),
                _ => self.parameter(part, key, text)?,
            }
        }
        self.sized(&sizes)
    }

    fn parameter(&mut self, part: &str, key: &str, text: &str) -> Result<(), Refusal> {
        let transform = &mut self.transform;
        match key {
            "dpr" if text == "auto" => {}
            "dpr" => {
                transform.dpr = dpr(text).ok_or_else(|| bad(part, "a number from 0.1 to 8"))?
            }
            "q" => {
                self.quality = match text {
                    // Cloudinary measures what these take.
                    "auto" | "auto:good" => 80,
                    "auto:best" => 90,
                    "auto:eco" => 60,
                    "auto:low" => 45,
                    _ => {
                        let quality = number(text).filter(|q| (1..=100).contains(q));
                        quality.ok_or_else(|| bad(part, "a whole number from 1 to 100"))? as u8
                    }
                }
            }
            "f" => {
                transform.target = match text {
                    "auto" => Target::Auto(self.call.negotiated()),
                    "jpg" | "jpeg" => Target::Image(Format::Jpeg),
                    "png" => Target::Image(Format::Png),
                    "webp" => Target::Image(Format::WebP),
                    "avif" => Target::Image(Format::Avif),
                    "gif" => Target::Image(Format::Gif),
                    _ => return Err(bad(part, "auto, jpg, png, webp, avif or gif")),
                }
            }
            "b" if text == "blurred" => transform.backdrop = true,
            "b" => transform.background = ground(text).ok_or_else(|| bad(part, "a colour"))?,
            "r" if text == "max" => {
                transform.shape.clip.corners = Corners([Length::Share(5_000); 4]);
            }
            "r" => {
                let radii = corners(text, ':');
                let expected = "max, or one to four numbers of pixels";
                transform.shape.clip.corners = radii.ok_or_else(|| bad(part, expected))?;
            }
            "bo" => {
                let border = border(text);
                let expected = "a border such as 4px_solid_red";
                transform.shape.border = Some(border.ok_or_else(|| bad(part, expected))?);
            }
            "a" => {
                for word in text.split('.') {
                    match word {
                        "exif" | "0" => {}
                        "ignore" => transform.turn.exif = false,
                        "hflip" => transform.turn.flop ^= true,
                        "vflip" => transform.turn.flip ^= true,
                        "90" | "-270" => {
                            transform.turn.quarters = (transform.turn.quarters + 1) % 4
                        }
                        "180" | "-180" => {
                            transform.turn.quarters = (transform.turn.quarters + 2) % 4
                        }
                        "270" | "-90" => {
                            transform.turn.quarters = (transform.turn.quarters + 3) % 4
                        }
                        _ => return Err(bad(part, "a multiple of 90, hflip, vflip or ignore")),
                    }
                }
            }
            "e" => effects(transform, part, text)?,
            "o" if text == "100" => {}
            "fl" => match text.split_once(':').unwrap_or((text, "")) {
                ("progressive", _) => transform.interlace = true,
                ("attachment", name) => self.saved_as = Some(name.to_owned()),
                ("lossy" | "strip_profile" | "force_strip" | "immutable_cache", _) => {}
                _ => return Err(Refusal::unsupported("", part)),
            },
            "pg" => {
                let page = number(text).and_then(|page| u16::try_from(page).ok());
                let page = page.and_then(|page| page.checked_sub(1));
                let first = page.ok_or_else(|| bad(part, "a page from 1 on"))?;
                transform.frames = Frames {
                    first,
                    count: Frames::STILL,
                };
            }
            "dl" => {
                let delay = number(text).filter(|delay| (10..=65_535).contains(delay));
                let delay = delay.ok_or_else(|| bad(part, "10 to 65535 milliseconds"))?;
                transform.delay_ms = NonZeroU16::new(delay as u16);
            }
            // How answers are kept, and the colours of all answers here.
            "cs" if text == "srgb" => {}
            "dn" => {}
            _ => return Err(Refusal::unsupported("", part)),
        }
        Ok(())
    }

    /// Puts the sizes of a component into the transform.
    fn sized(&mut self, sizes: &Sizes<'_>) -> Result<(), Refusal> {
        if let Some(gravity) = sizes.gravity {
            let part = format!("g_{gravity}");
            let gravity = direction(gravity).ok_or_else(|| Refusal::unsupported("", &part))?;
            self.transform.gravity = gravity;
        }
        let is_none = sizes.mode.is_none() && sizes.width.is_none() && sizes.height.is_none();
        if is_none && sizes.ratio.is_none() {
            return match sizes.x.or(sizes.y) {
                Some(_) => Err(Refusal::unequalled("", "x or y without c_crop")),
                None => Ok(()),
            };
        }
        let transform = &mut self.transform;
        if sizes.mode == Some("crop") {
            let extent = |key: &str, text: Option<&str>| match text {
                None => Ok(None),
                Some(text) => match extent(text) {
                    Some(Side::Px(pixels)) => Ok(Some(length(pixels.get().into()))),
                    Some(Side::Share(parts)) => Ok(Length::Share(parts.get()).unless(10_000)),
                    _ => Err(bad(
                        &format!("{key}_{text}"),
                        "pixels, or a fraction such as 0.5",
                    )),
                },
            };
            if self.has_resized || transform.crop != Crop::NONE {
                return Err(Refusal::unequalled("", "c_crop behind another size"));
            }
            if sizes.ratio.is_some() {
                return Err(Refusal::unequalled("", "ar beside c_crop"));
            }
            let placed = sizes.gravity.map(|_| transform.gravity);
            let from = match placed {
                Some(Gravity::Smart(_)) => {
                    return Err(Refusal::unequalled("", "g_auto beside c_crop"));
                }
                Some(place) => place,
                // Without a direction x and y count from the corner.
                None if sizes.x.or(sizes.y).is_some() => Crop::NONE.from,
                None => Gravity::CENTRE,
            };
            transform.gravity = Gravity::CENTRE;
            transform.crop = Crop {
                x: length(sizes.x.unwrap_or(0)).unless(0),
                y: length(sizes.y.unwrap_or(0)).unless(0),
                width: extent("w", sizes.width)?,
                height: extent("h", sizes.height)?,
                from,
                ..Crop::NONE
            };
            return Ok(());
        }
        if sizes.x.or(sizes.y).is_some() {
            return Err(Refusal::unequalled("", "x or y without c_crop"));
        }
        if std::mem::replace(&mut self.has_resized, true) {
            return Err(Refusal::unequalled("", "a second resize"));
        }
        let of = |key: &str, text: Option<&str>| match text {
            None => Ok(Side::Auto),
            Some(text) => extent(text).ok_or_else(|| {
                let part = format!("{key}_{text}");
                bad(&part, "pixels, or a fraction of the source such as 0.5")
            }),
        };
        transform.width = of("w", sizes.width)?;
        transform.height = of("h", sizes.height)?;
        if let Some(text) = sizes.ratio {
            let ratio = ratio(text);
            let ratio = ratio.ok_or_else(|| bad(&format!("ar_{text}"), "a ratio such as 16:9"))?;
            transform.shape.ratio = Some(ratio);
        }
        let sides = [transform.width, transform.height];
        let is_box = !sides.contains(&Side::Auto) || transform.shape.ratio.is_some();
        let mode = sizes.mode.unwrap_or("scale");
        match mode {
            "scale" if is_box => transform.fit = Fit::Fill,
            "fill" if is_box => transform.fit = Fit::Cover,
            "pad" if is_box => transform.fit = Fit::Contain,
            "mfit" => transform.fit = Fit::ScaleUp,
            "lfill" if is_box => aspect_crop(transform),
            "lpad" if is_box => {
                transform.fit = Fit::Contain;
                transform.enlarge = false;
            }
            "limit" | "lfill" | "lpad" => transform.enlarge = false,
            "scale" | "fill" | "pad" | "fit" => {}
            _ => return Err(Refusal::unsupported("", &format!("c_{mode}"))),
        }
        Ok(())
    }

    /// Returns the transform.
    pub(super) fn finished(&self) -> Result<Transform, Refusal> {
        let mut transform = self.transform;
        let crops = matches!(transform.fit, Fit::Cover | Fit::AspectCrop | Fit::Contain);
        if !crops {
            transform.gravity = Gravity::CENTRE;
        }
        set_quality(&mut transform, self.quality);
        Ok(transform)
    }
}

/// Whether a segment is a component: each part of it has a known key.
pub(super) fn is_component(segment: &str) -> bool {
    segment.split(',').all(|part| {
        let key = part.split_once('_').map(|(key, _)| key);
        part.starts_with('$') || key.is_some_and(|key| KEYS.contains(&key))
    })
}

fn bad(part: &str, expected: &str) -> Refusal {
    Refusal::bad("", format!("{} is not {expected}", crate::url::quote(part)))
}

fn extent(text: &str) -> Option<Side> {
    let number = decimal(text).filter(|number| (0.0..1e9).contains(number))?;
    if text.contains('.') && number <= 1.0 {
        let parts = NonZeroU16::new((number * 10_000.0).round() as u16);
        return parts.map(Side::Share);
    }
    (number.round() > 0.0).then(|| side(number.round() as u64))
}

fn ratio(text: &str) -> Option<Ratio> {
    let (across, down) = text.split_once(':').unwrap_or((text, "1"));
    let hundredths = |text: &str| {
        let number = decimal(text).filter(|number| (0.01..=600.0).contains(number))?;
        NonZeroU16::new((number * 100.0).round() as u16)
    };
    Some(Ratio::new(hundredths(across)?, hundredths(down)?))
}

fn direction(text: &str) -> Option<Gravity> {
    let name = match text {
        "center" => "center",
        "north" => "top",
        "south" => "bottom",
        "west" => "left",
        "east" => "right",
        "north_west" => "top-left",
        "north_east" => "top-right",
        "south_west" => "bottom-left",
        "south_east" => "bottom-right",
        // Its measure of what is important is not published.
        _ if text == "auto" || text.starts_with("auto:") => "attention",
        _ => return None,
    };
    value::gravity(name)
}

/// Reads `rgb:ff0000`, or a name.
fn ground(text: &str) -> Option<Colour> {
    colour::css(text.strip_prefix("rgb:").unwrap_or(text))
}

/// Reads `4px_solid_red`.
fn border(text: &str) -> Option<Border> {
    let (width, colour) = text.split_once("px_solid_")?;
    let width = number(width).filter(|width| *width <= 1000)?;
    Some(Border {
        width: NonZeroU16::new(width as u16)?,
        colour: ground(colour)?,
    })
}

/// Reads an effect. Formulas are ours where Cloudinary has not published its own.
fn effects(transform: &mut Transform, part: &str, text: &str) -> Result<(), Refusal> {
    let (name, amount) = text.split_once(':').unwrap_or((text, ""));
    let wrong = |expected: &str| bad(part, expected);
    let number = |usual: f64, most: f64| {
        let number = if amount.is_empty() {
            Some(usual)
        } else {
            decimal(amount)
        };
        let number = number.filter(|number| number.abs() <= most);
        number.ok_or_else(|| wrong(&format!("a number of at most {most}")))
    };
    match name {
        "grayscale" => transform.filter = Some(Filter::Greyscale),
        "negate" => transform.filter = Some(Filter::Negate),
        "blur" => {
            let sigma = format!("{:.2}", (number(100.0, 2000.0)?.abs() / 20.0).max(0.3));
            effect::blur(transform, &sigma).map_err(wrong)?;
        }
        "sharpen" => {
            let sigma = format!(
                "{:.2}",
                (number(100.0, 2000.0)?.abs() / 100.0).clamp(0.3, 10.0)
            );
            effect::sharpen(transform, &sigma).map_err(wrong)?;
        }
        "brightness" => transform.brightness = number(80.0, 100.0)?.round() as i8,
        "contrast" => transform.contrast = number(0.0, 100.0)?.round() as i8,
        "saturation" => {
            transform.saturation = (100.0 + number(80.0, 100.0)?).round() as u16;
        }
        "hue" => transform.hue = (number(80.0, 100.0)? * 1.8).round() as i16,
        "sepia" => transform.filter = Some(Filter::Sepia),
        "blackwhite" => {
            let grey = number(50.0, 100.0)?.abs() * 2.55;
            transform.threshold = NonZeroU8::new(grey.round().clamp(1.0, 255.0) as u8);
        }
        "loop" => {
            // As often as that, or for ever.
            let times = if amount.is_empty() {
                0.0
            } else {
                number(0.0, 65_535.0)?
            };
            transform.plays = Some(times.abs().round() as u16);
        }
        "pixelate" => {
            let block = number(5.0, 200.0)?.abs().round() as u16;
            transform.pixelate = NonZeroU16::new(block).unwrap_or(NonZeroU16::MIN);
        }
        "trim" => {
            let threshold = number(10.0, 100.0)?.abs() * 2.54;
            let threshold = if amount.is_empty() { 10.0 } else { threshold };
            transform.trim = NonZeroU8::new(threshold.round().clamp(1.0, 254.0) as u8);
        }
        _ => return Err(Refusal::unsupported("", part)),
    }
    Ok(())
}
