//! Filters, in the order of the URL.

use std::num::{NonZeroU8, NonZeroU16, NonZeroU32};

use crate::dialect::call::{Refusal, decimal, length, number, percent_decoded};
use crate::dialect::thumbor::draft::Draft;
use crate::dialect::thumbor::source::source;
use crate::dialect::{call, colour, effect, watermark};
use crate::url::Source;
use letterbox_engine::transform::{
    Colour, Crop, Filter, Format, Frames, Gravity, Length, Modulation, Overlay, Sharpening, Sigma,
    Target, Unsharp,
};

/// Filters that change nothing here: there is no metadata in an answer.
const IGNORED: [&str; 6] = [
    "strip_exif",
    "strip_icc",
    "strip_metadata",
    "preview",
    "draw_detections",
    "dpi",
];

/// Reads a focal point: `x,y`, `XxY`, or the middle of `LxT:RxB`, in pixels of the source or, up to
/// 1, in shares of its sides.
fn focal(args: &[&str]) -> Option<Gravity> {
    let length = |text: &str| decimal(text).filter(|length| (0.0..=65_535.0).contains(length));
    let point = |text: &str| {
        let (x, y) = text.split_once('x')?;
        Some((length(x)?, length(y)?))
    };
    let (start, end) = match *args {
        [x, y] => {
            let point = (length(x)?, length(y)?);
            (point, point)
        }
        [text] => {
            let (start, end) = text.split_once(':').unwrap_or((text, text));
            (point(start)?, point(end)?)
        }
        _ => return None,
    };
    let (across, down) = ((start.0 + end.0) / 2.0, (start.1 + end.1) / 2.0);
    let longest = start.0.max(start.1).max(end.0).max(end.1);
    Some(match longest <= 1.0 {
        true => Gravity::Focus(
            (across * 10_000.0).round() as u16,
            (down * 10_000.0).round() as u16,
        ),
        false => Gravity::Pixel(across.floor() as u16, down.floor() as u16),
    })
}

impl Draft {
    /// Reads filters, and returns what stands behind them.
    pub(super) fn filters<'t>(&mut self, text: &'t str) -> Result<&'t str, Refusal> {
        let mut rest = text;
        loop {
            let open = rest
                .find('(')
                .ok_or_else(|| Refusal::bad("", "a filter has no arguments"))?;
            let (name, behind) = (&rest[..open], &rest[open + 1..]);
            let mut depth = 1u32;
            let close = behind.find(|c: char| {
                match c {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                depth == 0
            });
            let close =
                close.ok_or_else(|| Refusal::bad("", "a filter's arguments have no end"))?;
            let args = percent_decoded(&behind[..close]);
            self.filter(name, &args)?;
            rest = &behind[close + 1..];
            match rest.split_at_checked(1) {
                Some((":", more)) => rest = more,
                Some(("/", image)) => return Ok(image),
                _ => return Err(Refusal::bad("", "filters end with a slash and the image")),
            }
        }
    }

    /// The second radius of rounded corners, which imagor has as an argument.
    fn second<'t>(&self, args: &[&'t str]) -> Option<&'t str> {
        let second = args.get(1).copied();
        second.filter(|radius| self.is_imagor && !radius.is_empty())
    }

    /// The colour outside of rounded corners: one argument of imagor, three of thumbor, which a
    /// fourth makes transparent.
    fn outside(&self, args: &[&str]) -> Option<Option<Colour>> {
        if self.is_imagor {
            return match args.get(2).copied().unwrap_or_default() {
                "" => Some(None),
                name => Some(Some(colour::css(name)?)),
            };
        }
        let sample = |at: usize| u8::try_from(number(args.get(at)?)?).ok();
        let [r, g, b] = [sample(1)?, sample(2)?, sample(3)?];
        let is_clear = matches!(args.get(4), Some(&("1" | "true" | "True")));
        Some((!is_clear).then_some(Colour { r, g, b, a: 255 }))
    }

    /// Reads a watermark; `Some(None)` for one that is not seen.
    fn watermark(&self, args: &[&str]) -> Option<Option<(Overlay, Source)>> {
        let percent = |at: usize| match args.get(at).copied() {
            None | Some("" | "none") => Some(0.0),
            Some(text) => decimal(text).filter(|percent| (0.0..=100.0).contains(percent)),
        };
        let place = |at: usize| watermark::along(args.get(at).copied().unwrap_or("0"));
        let source = source(args.first()?).ok()?;
        let overlay = watermark::at(place(1)?, place(2)?)?;
        let (width, height) = (percent(4)?, percent(5)?);
        let scale = (watermark::share(width), watermark::share(height));
        let opacity = watermark::opacity(1.0 - percent(3)? / 100.0);
        Some(opacity.map(|opacity| {
            let overlay = Overlay {
                scale,
                opacity,
                ..overlay
            };
            (overlay, source)
        }))
    }

    fn filter(&mut self, name: &str, text: &str) -> Result<(), Refusal> {
        let args: Vec<&str> = text.split(',').map(str::trim).collect();
        let first = args[0];
        let wrong = |expected: &str| Refusal::value("", name, text, expected);
        let percent = || {
            let number = decimal(first).filter(|number| number.abs() <= 100.0);
            number.ok_or_else(|| wrong("a number from -100 to 100"))
        };
        match name {
            "quality" => {
                let quality = number(first).and_then(|quality| u8::try_from(quality).ok());
                let quality = quality.filter(|quality| (1..=100).contains(quality));
                self.quality = Some(quality.ok_or_else(|| wrong("a whole number from 1 to 100"))?);
            }
            "max_bytes" => {
                let most = number(first).filter(|most| (1..=100_000_000).contains(most));
                let most = most.ok_or_else(|| wrong("a whole number of bytes"))?;
                self.transform().most_bytes = NonZeroU32::new(most as u32);
            }
            "format" => {
                let format = match first {
                    "jpeg" | "jpg" => Format::Jpeg,
                    "png" => Format::Png,
                    "webp" => Format::WebP,
                    "avif" => Format::Avif,
                    "gif" => Format::Gif,
                    _ => return Err(wrong("jpeg, png, webp, avif or gif")),
                };
                self.transform().target = Target::Image(format);
            }
            "autojpg" => self.transform().target = Target::Image(Format::Jpeg),
            "fill" if first == "blur" => {
                if self.room != [0; 4] && self.padded {
                    return Err(Refusal::unequalled("", "fill by blur behind padding"));
                }
                self.transform().backdrop = true;
                self.filled = true;
            }
            "fill" | "background_color" => {
                let colour = match first {
                    "none" => Some(Colour::TRANSPARENT),
                    _ => colour::css(first),
                };
                let colour =
                    colour.ok_or_else(|| wrong("a colour by name or hexadecimal digits"))?;
                if self.room != [0; 4] && self.transform().background != colour && self.padded {
                    return Err(Refusal::unequalled(
                        "",
                        "fill behind padding of another colour",
                    ));
                }
                self.transform().background = colour;
                self.transform().backdrop = false;
                self.filled |= name == "fill";
            }
            "upscale" => self.upscale = Some(true),
            "no_upscale" => self.upscale = Some(false),
            "stretch" => self.stretch = true,
            "grayscale" | "greyscale" => self.transform().filter = Some(Filter::Greyscale),
            "blur" => {
                // A radius, and a sigma; imagor halves both.
                let given = args.get(1).copied().filter(|sigma| !sigma.is_empty());
                let sigma = decimal(given.unwrap_or(first)).filter(|sigma| *sigma >= 0.0);
                let sigma = sigma.ok_or_else(|| wrong("a number from 0 to 150"))?;
                let sigma = if self.is_imagor || given.is_none() {
                    sigma / 2.0
                } else {
                    sigma
                };
                if sigma > 0.0 {
                    let text = format!("{:.2}", sigma.max(0.3));
                    effect::blur(self.transform(), &text).map_err(wrong)?;
                }
            }
            "brightness" => self.transform().brightness = percent()?.round() as i8,
            "contrast" => self.transform().contrast = percent()?.round() as i8,
            "saturation" if self.is_imagor => {
                self.transform().saturation = (100.0 + percent()?).round() as u16;
            }
            "saturation" => effect::saturation(self.transform(), first).map_err(wrong)?,
            "hue" => effect::hue(self.transform(), first).map_err(wrong)?,
            "modulate" => {
                let number = |at: usize| args.get(at).map_or(Some(0.0), |text| decimal(text));
                let (Some(light), Some(chroma), Some(hue)) = (number(0), number(1), number(2))
                else {
                    return Err(wrong("brightness, saturation and hue"));
                };
                let factor = |percent: f64| (100.0 + percent).round().clamp(0.0, 1000.0) as u16;
                self.transform().modulation = Modulation {
                    lightness: factor(light),
                    saturation: factor(chroma),
                    hue: hue.round().clamp(-360.0, 360.0) as i16,
                };
            }
            "sharpen" => {
                // An amount, a radius and a switch: the radius counts.
                let radius = decimal(args.get(1).copied().unwrap_or(first));
                let radius = radius.filter(|radius| *radius >= 0.0);
                let radius = radius.ok_or_else(|| wrong("numbers of at least 0"))?;
                let (sigma, flat) = match self.is_imagor {
                    true => (1.0 + radius * 2.0, 0),
                    false => (radius, 100),
                };
                let sigma = (sigma.clamp(0.3, 10.0) * 100.0).round() as u16;
                self.transform().sharpen = Sigma::from_hundredths(sigma).map(|sigma| {
                    Sharpening::Unsharp(Unsharp {
                        flat,
                        ..Unsharp::of(sigma)
                    })
                });
            }
            "pixelate" => {
                let block = number(first).unwrap_or(0).clamp(1, 1000) as u16;
                self.transform().pixelate = NonZeroU16::new(block).unwrap_or(NonZeroU16::MIN);
            }
            "rotate" => {
                let degrees = number(first).filter(|degrees| degrees % 90 == 0);
                let degrees = degrees.ok_or_else(|| wrong("0, 90, 180 or 270"))?;
                self.counter_quarters =
                    (u64::from(self.counter_quarters) + degrees / 90 % 4) as u8 % 4;
            }
            "proportion" => {
                let share = decimal(first).filter(|share| *share > 0.0);
                let share = share.map(|share| if share > 1.0 { share / 100.0 } else { share });
                let share = share.filter(|share| (0.0001..=1.0).contains(share));
                self.proportion =
                    Some(share.ok_or_else(|| wrong("a share up to 1, or a percentage up to 100"))?);
            }
            "focal" => {
                let expected = "a point or a rectangle, such as 0.5x0.33 or 300x200:400x250";
                self.transform().gravity = focal(&args).ok_or_else(|| wrong(expected))?;
            }
            "crop" => {
                let numbers: Option<Vec<f64>> = args.iter().map(|arg| decimal(arg)).collect();
                let Some([x, y, width, height]) = numbers.as_deref() else {
                    return Err(wrong("left, top, width and height"));
                };
                let of = |number: f64| match number {
                    share if share < 1.0 => {
                        Length::Share((share.max(0.0) * 10_000.0).round() as u16)
                    }
                    pixels => length(pixels as u64),
                };
                self.transform().shape.kept = Crop {
                    x: of(*x).unless(0),
                    y: of(*y).unless(0),
                    width: Some(of(*width)).filter(|l| l.unless(0).is_some()),
                    height: Some(of(*height)).filter(|l| l.unless(0).is_some()),
                    ..Crop::NONE
                };
            }
            "padding" => {
                let colour = colour::css(first).ok_or_else(|| wrong("a colour and rooms"))?;
                let rooms: Option<Vec<u16>> = args[1..]
                    .iter()
                    .map(|room| {
                        number(room)
                            .filter(|room| *room <= 1000)
                            .map(|room| room as u16)
                    })
                    .collect();
                let rooms = match rooms.as_deref() {
                    Some([all]) => [*all; 4],
                    Some([x, y] | [x, y, _]) => [*x, *y, *x, *y],
                    Some([left, top, right, bottom]) => [*left, *top, *right, *bottom],
                    _ => {
                        return Err(wrong(
                            "a colour, and one, two or four rooms of at most 1000 pixels",
                        ));
                    }
                };
                let plain = self.room == [0; 4] && !self.filled && self.line.is_none();
                let is_even = rooms.iter().all(|room| *room == rooms[0]);
                let same = self.transform().background == colour && !self.transform().backdrop;
                if plain || self.line.is_none() && same {
                    self.padded = true;
                    self.transform().background = colour;
                    for (room, more) in self.room.iter_mut().zip(rooms) {
                        *room = (*room + more).min(1000);
                    }
                } else if is_even && self.line.is_none() {
                    self.line = NonZeroU16::new(rooms[0]).map(|width| (width, colour));
                } else {
                    let option =
                        "padding of another colour than fill, unless it is equal on all sides,";
                    return Err(Refusal::unequalled("", option));
                }
            }
            "page" => {
                let page = number(first).unwrap_or(1).clamp(1, 65_536) - 1;
                self.transform().frames = Frames {
                    first: page as u16,
                    count: Frames::STILL,
                };
            }
            "max_frames" => {
                let count = number(first).unwrap_or(0).min(u16::MAX.into()) as u16;
                self.transform().frames.count = NonZeroU16::new(count);
            }
            "max_age" => {
                let secs = number(first).and_then(|secs| u32::try_from(secs).ok());
                self.max_age_secs = Some(secs.ok_or_else(|| wrong("seconds"))?);
            }
            "expire" => self.expires_ms = Some(number(first).ok_or_else(|| wrong("milliseconds"))?),
            "attachment" => self.attachment = Some(first.to_owned()),
            "trim" => {
                if self.sides.is_some() || self.transform().crop != Crop::NONE {
                    return Err(Refusal::unequalled(
                        "",
                        "the filter trim behind a resize or a crop",
                    ));
                }
                let threshold = number(first).unwrap_or(1).clamp(1, 254) as u8;
                if args.get(1) == Some(&"bottom-right") {
                    return Err(Refusal::unequalled("", "trim at the bottom right"));
                }
                self.transform().trim = NonZeroU8::new(threshold);
            }
            "round_corner" => {
                let expected = "a radius of at most 1000 pixels, and a colour";
                let radii: Vec<&str> = first.split('|').chain(self.second(&args)).collect();
                let corners = call::corners(radii[0], '|');
                let corners = corners.ok_or_else(|| wrong(expected))?;
                if radii.iter().any(|radius| *radius != radii[0]) {
                    return Err(Refusal::unequalled("", "round_corner of two radii"));
                }
                let outside = self.outside(&args).ok_or_else(|| wrong(expected))?;
                let clip = &mut self.transform().shape.clip;
                (clip.corners, clip.outside) = (corners, outside);
            }
            // imagor passes over a filter without arguments.
            "watermark" if self.is_imagor && text.is_empty() => {}
            "watermark" => {
                let expected = "an image, two places, and percent of transparency, of the width and of the height";
                let watermark = self.watermark(&args).ok_or_else(|| wrong(expected))?;
                if let Some((overlay, source)) = watermark {
                    let pushed = self.watermarks.push(overlay, source);
                    pushed.ok_or_else(|| {
                        Refusal::unequalled("", "watermark more than three times")
                    })?;
                }
            }
            "invert" => self.transform().filter = Some(Filter::Negate),
            "lossless" => self.transform().lossless = true,
            "orient" => {
                let degrees = number(first).filter(|degrees| degrees % 90 == 0);
                let degrees = degrees.ok_or_else(|| wrong("0, 90, 180 or 270"))?;
                if degrees % 360 != 0 {
                    return Err(Refusal::unequalled("", "orient"));
                }
            }
            _ if IGNORED.contains(&name) => {}
            _ => return Err(Refusal::unsupported("", name)),
        }
        Ok(())
    }
}
