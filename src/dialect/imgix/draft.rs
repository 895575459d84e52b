//! Parameters, read into a draft of the transform.

use std::num::NonZeroU16;

use crate::dialect::call::{Refusal, UNASKED, aspect_crop, corners, decimal, number, set_quality};
use crate::dialect::imgix::parameter::{asked, gravity, ratio, rectangle, turn, whole};
use crate::dialect::{colour, effect};
use letterbox_engine::transform::{
    Clip, Colour, Corners, Dpr, Filter, Fit, Format, Frames, Gravity, Mask, Negotiated, Quality,
    Ratio, Side, Subsampling, Target, Transform,
};

/// Parameters that nothing here is equal to. Others that are not known are none of imgix's, and
/// change nothing.
const UNSUPPORTED: [&str; 30] = [
    "max-w",
    "max-h",
    "min-w",
    "min-h",
    "border",
    "border-radius",
    "border-radius-inner",
    "exp",
    "gam",
    "high",
    "shad",
    "vib",
    "sepia",
    "duotone-alpha",
    "htn",
    "usm",
    "usmrad",
    "nr",
    "nrs",
    "palette",
    "colors",
    "prefix",
    "svg-sanitize",
    "upscale",
    "bg-remove",
    "page",
    "fps",
    "reverse",
    "skip",
    "mono",
];

/// Beginnings of further ones.
const UNSUPPORTED_GROUPS: [&str; 9] = [
    "mark",
    "blend",
    "txt",
    "trim-",
    "fill-gradient",
    "fill-gen",
    "gif-q",
    "video-",
    "bg-replace",
];

/// Quality of a PNG that is to have a palette.
const PALETTE: u8 = 80;

/// Parameters that have been read so far.
pub(super) struct Draft {
    pub(super) negotiated: Negotiated,
    pub(super) transform: Transform,
    pub(super) fit: Fit,
    pub(super) enlarge: bool,
    pub(super) gravity: Gravity,
    pub(super) ratio: Option<Ratio>,
    /// Colour of a canvas, if it is another than that under transparency.
    pub(super) fill: Option<Colour>,
    /// Whether the canvas is the picture's own blurred cover.
    blurred: bool,
    pub(super) quality: u8,
    /// Quality of a WebP, if it is another.
    pub(super) webp_quality: Option<u8>,
    /// Whether the format is the client's choice.
    pub(super) is_auto: bool,
    pub(super) has_format: bool,
    /// Whether a PNG is to have a palette.
    pub(super) palette: bool,
    /// Whether the crop says itself where it is.
    pub(super) is_region: bool,
    pub(super) expires_secs: Option<u64>,
    pub(super) saved_as: Option<String>,
    /// Words of imgix that belong together with others.
    crop: String,
    mask: String,
    corners: Corners,
    point: (u16, u16),
}

impl Draft {
    /// Creates a draft for a client that takes these formats.
    pub(super) fn new(negotiated: Negotiated) -> Draft {
        Draft {
            negotiated,
            transform: UNASKED,
            fit: Fit::Inside,
            enlarge: true,
            gravity: Gravity::CENTRE,
            ratio: None,
            fill: None,
            blurred: false,
            quality: 75,
            webp_quality: None,
            is_auto: false,
            has_format: false,
            palette: false,
            is_region: false,
            expires_secs: None,
            saved_as: None,
            crop: String::new(),
            mask: String::new(),
            corners: Corners::SHARP,
            point: (5_000, 5_000),
        }
    }

    /// Reads a parameter of imgix, which the request calls otherwise, and says whether it is known.
    pub(super) fn parameter(&mut self, own: &str, name: &str, text: &str) -> Result<bool, Refusal> {
        let bad = |expected: &str| Refusal::value("", own, text, expected);
        let transform = &mut self.transform;
        let pixels = "a number of pixels, or a fraction of the source below 1";
        let percent = || {
            let number = decimal(text).filter(|number| number.abs() <= 100.0);
            number.ok_or_else(|| bad("a number from -100 to 100"))
        };
        let room = || whole(text, 0, 1000).ok_or_else(|| bad("at most 1000 pixels"));
        let share = || {
            let share = decimal(text).filter(|share| (0.0..=1.0).contains(share));
            let share = share.map(|share| (share * 10_000.0).round() as u16);
            share.ok_or_else(|| bad("a number from 0 to 1"))
        };
        let colour = || {
            let colour = colour::alpha_first(text);
            colour.ok_or_else(|| bad("a colour by name or in hexadecimal digits"))
        };
        let is_on = matches!(text, "true" | "1" | "");
        match name {
            "w" | "width" => transform.width = asked(text).ok_or_else(|| bad(pixels))?,
            "h" | "height" => transform.height = asked(text).ok_or_else(|| bad(pixels))?,
            "fit" => {
                (self.fit, self.enlarge) = match text {
                    "clip" => (Fit::Inside, true),
                    "crop" => (Fit::Cover, true),
                    "fill" => (Fit::Contain, true),
                    "fillmax" => (Fit::Contain, false),
                    "max" => (Fit::Inside, false),
                    "min" => (Fit::AspectCrop, false),
                    "scale" => (Fit::Fill, true),
                    _ => return Err(bad("clip, crop, fill, fillmax, max, min or scale")),
                }
            }
            "crop" => text.clone_into(&mut self.crop),
            "fp-x" => self.point.0 = share()?,
            "fp-y" => self.point.1 = share()?,
            "fp-z" if decimal(text) == Some(1.0) => {}
            "fp-z" => return Err(Refusal::unequalled("", "fp-z other than 1")),
            "ar" => self.ratio = Some(ratio(text).ok_or_else(|| bad("a ratio such as 16:9"))?),
            "rect" => {
                let expected = "left, top, width and height in pixels or fractions";
                transform.crop = rectangle(text).ok_or_else(|| bad(expected))?;
            }
            "dpr" => {
                let ratio = decimal(text).filter(|ratio| (0.1..=8.0).contains(ratio));
                let millionths = ratio.map(|ratio| (ratio * f64::from(Dpr::UNIT)).round() as u32);
                let dpr = millionths.and_then(Dpr::from_millionths);
                transform.dpr = dpr.ok_or_else(|| bad("a number from 0.1 to 8"))?;
            }
            "q" => {
                let quality = whole(text, 0, 100).ok_or_else(|| bad("a number from 0 to 100"))?;
                self.quality = quality.max(1) as u8;
            }
            "fm" => {
                transform.interlace = text == "pjpg";
                transform.target = match text {
                    "jpg" | "jpeg" | "pjpg" => Target::Image(Format::Jpeg),
                    "png" | "png32" => Target::Image(Format::Png),
                    "webp" => Target::Image(Format::WebP),
                    "avif" => Target::Image(Format::Avif),
                    "gif" => Target::Image(Format::Gif),
                    "json" => Target::Json,
                    "blurhash" => Target::Blurhash,
                    _ => {
                        return Err(bad(
                            "jpg, pjpg, png, png32, webp, avif, gif, json or blurhash",
                        ));
                    }
                };
                self.has_format = true;
            }
            "auto" => {
                for word in text.split(',') {
                    match word {
                        "format" => self.is_auto = true,
                        "compress" | "true" | "" => {}
                        _ => return Err(Refusal::unsupported("", &format!("auto={word}"))),
                    }
                }
            }
            "mask" => text.clone_into(&mut self.mask),
            "mask-bg" => transform.shape.clip.outside = Some(colour()?),
            "corner-radius" => {
                let expected = "one to four numbers of at most 1000 pixels";
                self.corners = corners(text, ',').ok_or_else(|| bad(expected))?;
            }
            "lossless" => transform.lossless = is_on,
            "bg" => transform.background = colour()?,
            "fill-color" => self.fill = Some(colour()?),
            "fill" if matches!(text, "solid" | "") => {}
            "fill" if text == "blur" => self.blurred = true,
            "fill" => return Err(Refusal::unsupported("", &format!("fill={text}"))),
            "flip" => {
                (transform.turn.flop, transform.turn.flip) = match text {
                    "h" => (true, false),
                    "v" => (false, true),
                    "hv" | "vh" => (true, true),
                    _ => return Err(bad("h, v or hv")),
                }
            }
            "orient" | "or" => {
                let orientation = turn(text).ok_or_else(|| bad("1 to 8, 90, 180 or 270"))?;
                let mirrored = transform.turn;
                transform.turn = orientation;
                transform.turn.flip ^= mirrored.flip;
                transform.turn.flop ^= mirrored.flop;
            }
            "pad" => {
                let room = room()?;
                let pad = &mut transform.shape.pad;
                (pad.top, pad.right, pad.bottom, pad.left) = (room, room, room, room);
            }
            "pad-top" => transform.shape.pad.top = room()?,
            "pad-right" => transform.shape.pad.right = room()?,
            "pad-bottom" => transform.shape.pad.bottom = room()?,
            "pad-left" => transform.shape.pad.left = room()?,
            "rot" => {
                let turns = ["0", "90", "180", "270"]
                    .iter()
                    .position(|turn| *turn == text);
                let turns = turns.ok_or_else(|| bad("0, 90, 180 or 270"))?;
                transform.turn.quarters = (transform.turn.quarters + turns as u8) % 4;
            }
            "loop" => {
                transform.plays = Some(whole(text, 0, 65_535).ok_or_else(|| bad("a number"))?)
            }
            "interval" => {
                let delay = whole(text, 10, 65_535).and_then(NonZeroU16::new);
                let expected = "10 to 65535 milliseconds";
                transform.delay_ms = Some(delay.ok_or_else(|| bad(expected))?);
            }
            "frame" => {
                let frame = whole(text, 1, 65_535).ok_or_else(|| bad("a number from 1 on"))?;
                transform.frames = Frames {
                    first: frame - 1,
                    count: Frames::STILL,
                };
            }
            "sepia" if text == "0" => {}
            "sepia" if text == "100" => transform.filter = Some(Filter::Sepia),
            "duotone" => {
                let colours = text.split_once(',');
                let colours = colours.and_then(|(dark, light)| {
                    Some((colour::alpha_first(dark)?, colour::alpha_first(light)?))
                });
                transform.filter = Some(Filter::Duotone);
                transform.duotone = colours.ok_or_else(|| bad("two colours"))?;
            }
            "monochrome" => {
                transform.tint = Some(Colour {
                    a: 255,
                    ..colour()?
                })
            }
            "trim" if text == "auto" => transform.trim = std::num::NonZeroU8::new(10),
            "trim" => return Err(Refusal::unsupported("", &format!("trim={text}"))),
            "bri" => transform.brightness = percent()?.round() as i8,
            "con" => transform.contrast = percent()?.round() as i8,
            "sat" => match percent()?.round() as i16 {
                -100 => transform.filter = Some(Filter::Greyscale),
                percent => transform.saturation = (100 + percent) as u16,
            },
            "hue" | "hue-shift" => effect::hue(transform, text).map_err(bad)?,
            "invert" if is_on => transform.filter = Some(Filter::Negate),
            "invert" => {}
            "px" => {
                let block = whole(text, 0, 100).ok_or_else(|| bad("a number from 0 to 100"))?;
                transform.pixelate = NonZeroU16::new(block).unwrap_or(NonZeroU16::MIN);
            }
            "blur" => {
                // 0 to 2000 there; which sigma that is has not been published.
                let blur = decimal(text).filter(|blur| (0.0..=2000.0).contains(blur));
                let blur = blur.ok_or_else(|| bad("a number from 0 to 2000"))?;
                if blur > 0.0 {
                    let sigma = format!("{:.2}", (blur / 10.0).max(0.3));
                    effect::blur(transform, &sigma).map_err(bad)?;
                }
            }
            "sharp" => {
                let sharp = decimal(text).filter(|sharp| (0.0..=100.0).contains(sharp));
                let sharp = sharp.ok_or_else(|| bad("a number from 0 to 100"))?;
                if sharp > 0.0 {
                    let sigma = format!("{:.2}", (sharp / 10.0).max(0.3));
                    effect::sharpen(transform, &sigma).map_err(bad)?;
                }
            }
            "chromasub" if text == "444" => transform.subsampling = Subsampling::S444,
            "chromasub" => {}
            "dl" => self.saved_as = Some(text.to_owned()),
            "expires" => {
                self.expires_secs = Some(number(text).ok_or_else(|| bad("seconds since 1970"))?);
            }
            _ if UNSUPPORTED.contains(&name) => return Err(Refusal::unsupported("", name)),
            _ if UNSUPPORTED_GROUPS
                .iter()
                .any(|group| name.starts_with(group)) =>
            {
                return Err(Refusal::unsupported("", name));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Settles the words of imgix that belong together.
    pub(super) fn settle_words(&mut self) -> Result<(), Refusal> {
        self.ratio = self.ratio.filter(|_| self.fit == Fit::Cover);
        if self.fit == Fit::Cover {
            let words = "top, bottom, left, right, entropy, edges, faces or focalpoint";
            self.gravity = gravity(&self.crop, self.point)
                .ok_or_else(|| Refusal::value("", "crop", &self.crop, words))?;
        }
        match &*self.mask {
            "" => self.transform.shape.clip = Clip::NONE,
            "corners" => self.transform.shape.clip.corners = self.corners,
            "ellipse" => self.transform.shape.clip.mask = Some(Mask::Ellipse),
            _ => {
                let expected = "ellipse or corners, and no picture";
                return Err(Refusal::value("", "mask", &self.mask, expected));
            }
        }
        Ok(())
    }

    /// Returns the transform.
    pub(super) fn finished(&self) -> Transform {
        let mut transform = self.transform;
        if self.is_auto && !self.has_format {
            transform.target = Target::Auto(match self.negotiated {
                Negotiated::Card => Negotiated::default(),
                client => client,
            });
        }
        let one_side = transform.width == Side::Auto || transform.height == Side::Auto;
        transform.shape.ratio = self.ratio.filter(|_| one_side);
        transform.enlarge = self.enlarge;
        transform.fit = match self.fit {
            // Without a box there is nothing to cover, and nothing beside the picture.
            Fit::Cover | Fit::AspectCrop | Fit::Contain | Fit::Outside
                if one_side && transform.shape.ratio.is_none() =>
            {
                Fit::Inside
            }
            fit => fit,
        };
        match transform.fit {
            Fit::AspectCrop => {
                aspect_crop(&mut transform);
                transform.gravity = self.gravity;
            }
            Fit::Cover => transform.gravity = self.gravity,
            _ => {}
        }
        // A canvas that the shape of the picture leaves no room on is none.
        if self.fit == Fit::Contain {
            transform.background = self.fill.unwrap_or(transform.background);
            transform.backdrop = self.blurred;
        }
        set_quality(&mut transform, self.quality);
        if self.palette {
            transform.quality = Quality::new(PALETTE).unwrap_or(Quality::MOST);
        }
        transform
    }
}
