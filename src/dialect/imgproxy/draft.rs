//! Options, read into a draft of the transform.

use std::num::{NonZeroU8, NonZeroU16, NonZeroU32};

use crate::dialect::bytes::text_of_base64;
use crate::dialect::call::{
    Refusal, STILL, UNASKED, decimal, dpr, number, percent_decoded, side, source_of_path,
};
use crate::dialect::effect;
use crate::dialect::imgproxy::place::{self, Anchor, Canvas, anchor, canvas};
use crate::dialect::imgproxy::refusal::{gravities, invalid, unequalled, unsupported};
use crate::dialect::imgproxy::value::{background, format, least, percent, token};
use crate::dialect::options::Options;
use crate::dialect::watermark;
use crate::url::Fallback;
use letterbox_engine::transform::{Filter, Format, Metadata, Overlay, Pad, Target, Transform};

/// Options that change nothing here: limits are those of the deployment.
const IGNORED: [&str; 14] = [
    "enforce_thumbnail",
    "eth",
    "preserve_hdr",
    "ph",
    "max_src_resolution",
    "msr",
    "max_src_file_size",
    "msfs",
    "max_animation_frame_resolution",
    "mafr",
    "max_result_dimension",
    "mrd",
    "max_animation_frames",
    "maf",
];

/// Upper bound on the options of all presets of a URL: presets may name presets.
const MOST_ADDED: u32 = 256;

/// Options that have been read so far.
pub(super) struct Draft<'a> {
    mount: &'a Options,
    pub(super) transform: Transform,
    pub(super) kind: String,
    pub(super) enlarge: bool,
    pub(super) zoom: (f64, f64),
    pub(super) anchor: Anchor,
    pub(super) extend: Canvas,
    pub(super) extend_ratio: Canvas,
    pub(super) crop: Option<(f64, f64, Option<Anchor>)>,
    pub(super) quality: u8,
    pub(super) of_formats: Vec<(Format, u8)>,
    /// Whether the URL has named qualities of formats.
    pub(super) has_qualities: bool,
    pub(super) version: Option<String>,
    pub(super) expires_secs: Option<u64>,
    pub(super) file_name: Option<String>,
    pub(super) attachment: bool,
    pub(super) fallback: Option<Fallback>,
    /// Alpha of the background, if it is said.
    pub(super) alpha: Option<u8>,
    /// A watermark without its picture, which is the deployment's.
    pub(super) watermark: Option<Overlay>,
    /// Options that presets have added.
    added: u32,
}

impl<'a> Draft<'a> {
    pub(super) fn new(mount: &'a Options) -> Draft<'a> {
        Draft {
            mount,
            transform: Transform {
                frames: STILL,
                ..UNASKED
            },
            kind: "fit".to_owned(),
            enlarge: false,
            zoom: (1.0, 1.0),
            anchor: Anchor::CENTRE,
            extend: Canvas::default(),
            extend_ratio: Canvas::default(),
            crop: None,
            quality: 0,
            of_formats: vec![(Format::WebP, 79), (Format::Avif, 63)],
            has_qualities: false,
            version: None,
            expires_secs: None,
            file_name: None,
            attachment: false,
            fallback: None,
            alpha: None,
            watermark: None,
            added: 0,
        }
    }

    /// Applies a preset of the mount; `default` may be missing.
    pub(super) fn preset(&mut self, name: &str, depth: u32) -> Result<(), Refusal> {
        let Some((_, options)) = self.mount.presets.iter().find(|(own, _)| own == name) else {
            return match name {
                "default" => Ok(()),
                _ => Err(invalid(format!(
                    "unknown preset {}",
                    crate::url::quote(name)
                ))),
            };
        };
        if depth > 8 {
            return Err(invalid(format!("preset {name} leads back to itself")));
        }
        for option in options.split('/').filter(|option| !option.is_empty()) {
            self.added += 1;
            if self.added > MOST_ADDED {
                return Err(invalid(format!(
                    "presets have more than {MOST_ADDED} options together"
                )));
            }
            self.option(option, depth + 1)?;
        }
        Ok(())
    }

    pub(super) fn option(&mut self, segment: &str, depth: u32) -> Result<(), Refusal> {
        let mut parts = segment.split(':');
        let name = parts.next().unwrap_or_default();
        let args: Vec<&str> = parts.collect();
        let bad = |expected: &str| {
            let args = crate::url::quote(&args.join(":"));
            invalid(format!("{name}:{args} is not {expected}"))
        };
        let arg = |at: usize| args.get(at).copied().filter(|arg| !arg.is_empty());
        let most = |count: usize| {
            if args.len() > count {
                return Err(bad(&format!("at most {count} arguments")));
            }
            Ok(())
        };
        let switch = |at: usize| match arg(at) {
            None => Ok(None),
            Some("1" | "t" | "true" | "T" | "TRUE" | "True") => Ok(Some(true)),
            Some("0" | "f" | "false" | "F" | "FALSE" | "False") => Ok(Some(false)),
            Some(_) => Err(bad("1 or 0")),
        };
        let pixels = |at: usize| match arg(at) {
            None => Ok(None),
            Some(text) => number(text).map(Some).ok_or_else(|| bad("a whole number")),
        };
        match name {
            "resize" | "rs" => {
                if let Some(kind) = arg(0) {
                    self.kind(kind)?;
                }
                self.size(&args[1.min(args.len())..], &bad)?;
            }
            "size" | "s" => self.size(&args, &bad)?,
            "resizing_type" | "rt" => self.kind(arg(0).unwrap_or("fit"))?,
            "width" | "w" => self.transform.width = side(pixels(0)?.unwrap_or(0)),
            "height" | "h" => self.transform.height = side(pixels(0)?.unwrap_or(0)),
            "min-width" | "min_width" | "mw" => {
                self.transform.shape.least.0 = least(pixels(0)?);
            }
            "min-height" | "min_height" | "mh" => {
                self.transform.shape.least.1 = least(pixels(0)?);
            }
            "zoom" | "z" => {
                most(2)?;
                let factor = |at| {
                    arg(at)
                        .and_then(decimal)
                        .filter(|zoom| (0.0..=100.0).contains(zoom))
                };
                let across = factor(0)
                    .filter(|z| *z > 0.0)
                    .ok_or_else(|| bad("a number above 0"))?;
                self.zoom = (across, factor(1).filter(|z| *z > 0.0).unwrap_or(across));
            }
            "dpr" => {
                let ratio = arg(0)
                    .and_then(dpr)
                    .ok_or_else(|| bad("a number from 0.1 to 8"))?;
                self.transform.dpr = ratio;
            }
            "enlarge" | "el" => self.enlarge = switch(0)?.unwrap_or(false),
            "extend" | "ex" => self.extend = canvas(switch(0)?, &args, &bad)?,
            "extend_aspect_ratio" | "extend_ar" | "exar" => {
                self.extend_ratio = canvas(switch(0)?, &args, &bad)?;
            }
            "gravity" | "g" => self.anchor = anchor(&args).ok_or_else(|| gravities(&bad, &args))?,
            "crop" | "c" => {
                let extent = |at| match arg(at) {
                    None => Ok(0.0),
                    Some(text) => decimal(text)
                        .filter(|l| *l >= 0.0)
                        .ok_or_else(|| bad("a length")),
                };
                let place = match args.get(2..) {
                    None | Some([]) => None,
                    Some(rest) => Some(anchor(rest).ok_or_else(|| gravities(&bad, rest))?),
                };
                self.crop = Some((extent(0)?, extent(1)?, place));
            }
            "trim" | "t" => {
                if (1..4).any(|at| arg(at).is_some()) {
                    return Err(unequalled("trim with a colour or equal sides"));
                }
                let threshold = arg(0)
                    .map_or(Some(10.0), decimal)
                    .filter(|t| (0.0..255.0).contains(t));
                let threshold = threshold.ok_or_else(|| bad("a number from 0 to 254"))?;
                self.transform.trim = NonZeroU8::new((threshold.round() as u8).clamp(1, 254));
            }
            "padding" | "pd" => {
                most(4)?;
                let room = |at| match pixels(at) {
                    Ok(Some(room)) if room > 1000 => Err(bad("at most 1000 pixels a side")),
                    Ok(room) => Ok(room.map(|room| room as u16)),
                    Err(error) => Err(error),
                };
                let top = room(0)?.unwrap_or(0);
                let right = room(1)?.unwrap_or(top);
                let bottom = room(2)?.unwrap_or(top);
                let left = room(3)?.unwrap_or(right);
                self.transform.shape.pad = Pad {
                    top,
                    right,
                    bottom,
                    left,
                };
            }
            "auto_rotate" | "ar" => self.transform.turn.exif = switch(0)?.unwrap_or(true),
            "rotate" | "rot" => {
                let degrees = pixels(0)?.filter(|degrees| degrees % 90 == 0);
                let degrees = degrees.ok_or_else(|| bad("a multiple of 90"))?;
                self.transform.turn.quarters = (degrees / 90 % 4) as u8;
            }
            "flip" | "fl" => {
                self.transform.turn.flop = switch(0)?.unwrap_or(false);
                self.transform.turn.flip = switch(1)?.unwrap_or(false);
            }
            "background" | "bg" => {
                self.transform.background =
                    background(&args).ok_or_else(|| bad("R:G:B or hexadecimal digits"))?
            }
            "background_alpha" | "bga" => {
                let alpha = arg(0).and_then(decimal).filter(|a| (0.0..=1.0).contains(a));
                let alpha = alpha.ok_or_else(|| bad("a number from 0 to 1"))?;
                self.alpha = Some((alpha * 255.0).round() as u8);
            }
            "brightness" | "br" => self.brightness(arg(0), &bad)?,
            "contrast" | "co" => self.contrast(arg(0), &bad)?,
            "saturation" | "sa" => self.saturation(arg(0), &bad)?,
            "adjust" | "a" => {
                most(3)?;
                self.brightness(arg(0), &bad)?;
                self.contrast(arg(1), &bad)?;
                self.saturation(arg(2), &bad)?;
            }
            "monochrome" | "mc" => match (arg(0).and_then(decimal), arg(1)) {
                (Some(0.0), _) => {}
                (Some(1.0), None) => self.transform.filter = Some(Filter::Greyscale),
                (Some(1.0), Some(colour)) => {
                    let tint = background(&[colour]).ok_or_else(|| bad("hexadecimal digits"))?;
                    self.transform.tint = Some(tint);
                }
                _ => return Err(unequalled("monochrome but with an intensity of 1")),
            },
            "duotone" | "dt" => match (arg(0).and_then(decimal), args.get(1..)) {
                (Some(0.0), _) => {}
                (Some(1.0), Some([dark, light])) => {
                    let pair = background(&[*dark]).zip(background(&[*light]));
                    self.transform.filter = Some(Filter::Duotone);
                    self.transform.duotone = pair.ok_or_else(|| bad("1 and two colours"))?;
                }
                _ => {
                    return Err(unequalled(
                        "duotone but with an intensity of 1 and two colours",
                    ));
                }
            },
            "page" | "pg" => {
                let page = pixels(0)?.and_then(|page| u16::try_from(page).ok());
                self.transform.frames.first = page.ok_or_else(|| bad("a page from 0 on"))?;
            }
            "pages" | "pgs" => {
                let count = pixels(0)?.and_then(|count| u16::try_from(count).ok());
                let count = count.and_then(NonZeroU16::new);
                self.transform.frames.count = Some(count.ok_or_else(|| bad("a number from 1 on"))?);
            }
            "disable_animation" | "da" => {
                if switch(0)?.unwrap_or(false) {
                    self.transform.frames.count = STILL.count;
                }
            }
            "blur" | "bl" => match arg(0).and_then(decimal) {
                Some(0.0) => self.transform.blur = None,
                _ => effect::blur(&mut self.transform, arg(0).unwrap_or("x")).map_err(bad)?,
            },
            "sharpen" | "sh" => match arg(0).and_then(decimal) {
                Some(0.0) => self.transform.sharpen = None,
                _ => effect::sharpen(&mut self.transform, arg(0).unwrap_or("x")).map_err(bad)?,
            },
            "pixelate" | "pix" => {
                let block = pixels(0)?.unwrap_or(0).clamp(1, 1000) as u16;
                self.transform.pixelate = NonZeroU16::new(block).unwrap_or(NonZeroU16::MIN);
            }
            "watermark" | "wm" => {
                let seen = arg(0).map_or(Some(0.0), decimal);
                let seen = seen.filter(|share| (0.0..=1.0).contains(share));
                let seen = seen.ok_or_else(|| bad("an opacity from 0 to 1"))?;
                let at = place::watermark(args.get(1..).unwrap_or_default());
                let overlay = at.ok_or_else(|| {
                    bad("re, ce, no, so, we, ea, nowe, noea, sowe or soea, two offsets and a scale from 0 to 1")
                })?;
                self.watermark =
                    watermark::opacity(seen).map(|opacity| Overlay { opacity, ..overlay });
            }
            "quality" | "q" => {
                self.quality = percent(arg(0)).ok_or_else(|| bad("a number from 0 to 100"))?
            }
            "format_quality" | "fq" => {
                self.has_qualities = true;
                for pair in args.chunks(2) {
                    let (Some(format), Some(quality)) = (
                        pair.first().and_then(|f| format(f)),
                        percent(pair.get(1).copied()),
                    ) else {
                        return Err(bad("formats, each with a number from 0 to 100"));
                    };
                    self.of_formats.insert(0, (format, quality));
                }
            }
            "max_bytes" | "mb" => {
                let most = pixels(0)?.unwrap_or(0).min(100_000_000);
                self.transform.most_bytes = NonZeroU32::new(most as u32);
            }
            "strip_metadata" | "sm" => {
                self.transform.metadata = match switch(0)? {
                    Some(false) => Metadata::Keep,
                    _ => Metadata::None,
                };
            }
            "keep_copyright" | "kcr" => {
                let is_wanted = switch(0)?.unwrap_or(false);
                if self.transform.metadata != Metadata::Keep {
                    self.transform.metadata = match is_wanted {
                        true => Metadata::Copyright,
                        false => Metadata::None,
                    };
                }
            }
            "strip_color_profile" | "scp" => {
                self.transform.keep_colours = switch(0)? == Some(false);
            }
            "format" | "f" | "ext" => {
                let format = arg(0).and_then(format);
                let format = format.ok_or_else(|| bad("jpg, png, webp, avif or gif"))?;
                self.transform.target = Target::Image(format);
            }
            "cachebuster" | "cb" => self.version = arg(0).map(token),
            "expires" | "exp" => self.expires_secs = pixels(0)?,
            "filename" | "fn" => {
                let name = arg(0).unwrap_or_default();
                let name = match switch(1)? {
                    Some(true) => text_of_base64(name).ok_or_else(|| bad("base64"))?,
                    _ => percent_decoded(name),
                };
                self.file_name = Some(name).filter(|name| !name.is_empty());
            }
            "fallback_image_url" | "fiu" => {
                let url = text_of_base64(arg(0).unwrap_or_default());
                let source = url
                    .filter(|url| !url.is_empty())
                    .map(|url| source_of_path(&url));
                let source = source.flatten().ok_or_else(|| bad("a URL in base64"))?;
                self.fallback = Some(Fallback::Picture(source));
            }
            "return_attachment" | "att" => self.attachment = switch(0)?.unwrap_or(false),
            "preset" | "pr" => args.iter().try_for_each(|name| self.preset(name, depth))?,
            _ if IGNORED.contains(&name) => {}
            _ => return Err(unsupported(name)),
        }
        Ok(())
    }

    /// Reads a brightness of -255 to 255.
    fn brightness(
        &mut self,
        arg: Option<&str>,
        bad: &impl Fn(&str) -> Refusal,
    ) -> Result<(), Refusal> {
        let Some(text) = arg else { return Ok(()) };
        let number = decimal(text).filter(|number| number.abs() <= 255.0);
        let number = number.ok_or_else(|| bad("a number from -255 to 255"))?;
        self.transform.brightness = (number / 2.55).round() as i8;
        Ok(())
    }

    /// Reads a factor of contrast.
    fn contrast(
        &mut self,
        arg: Option<&str>,
        bad: &impl Fn(&str) -> Refusal,
    ) -> Result<(), Refusal> {
        let Some(text) = arg else { return Ok(()) };
        let factor = decimal(text).filter(|factor| (0.0..=2.0).contains(factor));
        let factor = factor.ok_or_else(|| bad("a factor from 0 to 2"))?;
        self.transform.contrast = ((factor - 1.0) * 100.0).round() as i8;
        Ok(())
    }

    /// Reads a factor of saturation.
    fn saturation(
        &mut self,
        arg: Option<&str>,
        bad: &impl Fn(&str) -> Refusal,
    ) -> Result<(), Refusal> {
        let Some(text) = arg else { return Ok(()) };
        effect::saturation(&mut self.transform, text).map_err(bad)
    }

    fn kind(&mut self, kind: &str) -> Result<(), Refusal> {
        if !["fit", "fill", "fill-down", "force", "auto"].contains(&kind) {
            let kind = crate::url::quote(kind);
            return Err(invalid(format!("{kind} is no resizing type")));
        }
        kind.clone_into(&mut self.kind);
        Ok(())
    }

    /// Reads width, height, enlarge, extend and the gravity of that.
    fn size(&mut self, args: &[&str], bad: &impl Fn(&str) -> Refusal) -> Result<(), Refusal> {
        let arg = |at: usize| args.get(at).copied().filter(|arg| !arg.is_empty());
        for (at, side_of) in [
            (0, &mut self.transform.width),
            (1, &mut self.transform.height),
        ] {
            if let Some(text) = arg(at) {
                *side_of = side(number(text).ok_or_else(|| bad("a whole number"))?);
            }
        }
        let switch = |at| match arg(at) {
            None => Ok(None),
            Some("1" | "t" | "true") => Ok(Some(true)),
            Some("0" | "f" | "false") => Ok(Some(false)),
            Some(_) => Err(bad("1 or 0")),
        };
        self.enlarge = switch(2)?.unwrap_or(self.enlarge);
        if let Some(on) = switch(3)? {
            self.extend = canvas(Some(on), &args[3..], bad)?;
        }
        Ok(())
    }
}
