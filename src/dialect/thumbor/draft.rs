//! Operations, read into a draft of the transform.

use std::num::{NonZeroU8, NonZeroU16};

use crate::dialect::call::{Refusal, UNASKED, decimal, length, number, side};
use crate::dialect::watermark::Watermarks;
use letterbox_engine::transform::{
    Colour, Crop, Gravity, Length, Side, Smart, Target, Third, Transform,
};

/// Operations that have been read so far.
#[derive(Default)]
pub(super) struct Draft {
    /// Whether filters are those of imagor.
    pub(super) is_imagor: bool,
    /// Line around everything: its width, and its colour.
    pub(super) line: Option<(NonZeroU16, Colour)>,
    /// Sides as asked for, and the paddings around them: left, top, right, bottom.
    pub(super) sides: Option<(Side, Side)>,
    pub(super) room: [u16; 4],
    pub(super) fit_in: bool,
    pub(super) full: bool,
    pub(super) adaptive: bool,
    pub(super) stretch: bool,
    pub(super) upscale: Option<bool>,
    pub(super) filled: bool,
    /// Whether the filter `padding` has set the background.
    pub(super) padded: bool,
    pub(super) transform: Option<Transform>,
    pub(super) quality: Option<u8>,
    pub(super) proportion: Option<f64>,
    pub(super) counter_quarters: u8,
    pub(super) max_age_secs: Option<u32>,
    pub(super) expires_ms: Option<u64>,
    pub(super) attachment: Option<String>,
    pub(super) watermarks: Watermarks,
}

impl Draft {
    pub(super) fn transform(&mut self) -> &mut Transform {
        self.transform.get_or_insert(UNASKED)
    }

    /// Reads the operations, and returns the image behind them.
    pub(super) fn operations<'t>(&mut self, text: &'t str) -> Result<&'t str, Refusal> {
        let mut rest = text;
        // Each step is taken at most once, in this order.
        let mut next = |step: &mut dyn FnMut(&str) -> Result<bool, Refusal>| {
            if let Some((segment, behind)) = rest.split_once('/')
                && step(segment)?
            {
                rest = behind;
                return Ok(true);
            }
            Ok::<bool, Refusal>(false)
        };
        next(&mut |segment| Ok(matches!(segment, "debug" | "params")))?;
        next(&mut |segment| {
            let is_meta = segment == "meta";
            if is_meta {
                self.transform().target = Target::Json;
            }
            Ok(is_meta)
        })?;
        next(&mut |segment| self.trim(segment))?;
        next(&mut |segment| self.crop(segment))?;
        next(&mut |segment| {
            let Some(words) = segment.strip_suffix("fit-in") else {
                return Ok(false);
            };
            match words {
                "" => {}
                "full-" => self.full = true,
                "adaptive-" => self.adaptive = true,
                "adaptive-full-" => (self.adaptive, self.full) = (true, true),
                _ => return Ok(false),
            }
            self.fit_in = true;
            Ok(true)
        })?;
        next(&mut |segment| {
            self.stretch |= segment == "stretch";
            Ok(segment == "stretch")
        })?;
        if next(&mut |segment| self.size(segment))? {
            next(&mut |segment| Ok(self.padding(segment)))?;
        }
        let (mut across, mut down) = (Third::Middle, Third::Middle);
        next(&mut |segment| {
            across = match segment {
                "left" => Third::Start,
                "center" => Third::Middle,
                "right" => Third::End,
                _ => return Ok(false),
            };
            Ok(true)
        })?;
        next(&mut |segment| {
            down = match segment {
                "top" => Third::Start,
                "middle" => Third::Middle,
                "bottom" => Third::End,
                _ => return Ok(false),
            };
            Ok(true)
        })?;
        let smart = next(&mut |segment| Ok(segment == "smart"))?;
        self.transform().gravity = match smart {
            true => Gravity::Smart(Smart::Attention),
            false => Gravity::Position(across, down),
        };
        match rest.strip_prefix("filters:") {
            Some(filters) => self.filters(filters),
            None => Ok(rest),
        }
    }

    fn trim(&mut self, segment: &str) -> Result<bool, Refusal> {
        let Some(words) = segment.strip_prefix("trim") else {
            return Ok(false);
        };
        if !words.is_empty() && !words.starts_with(':') {
            return Ok(false);
        }
        let mut threshold = 1;
        for word in words.split(':').skip(1) {
            match word {
                "top-left" => {}
                "bottom-right" => return Err(Refusal::unequalled("", "trim:bottom-right")),
                _ => match number(word) {
                    // Distances of colours there reach 442, ours 255 on one channel.
                    Some(distance) => threshold = distance.clamp(1, 254) as u8,
                    None => return Ok(false),
                },
            }
        }
        self.transform().trim = NonZeroU8::new(threshold);
        Ok(true)
    }

    /// Reads `LxT:RxB`, whose right and bottom are the first that are not kept.
    fn crop(&mut self, segment: &str) -> Result<bool, Refusal> {
        let point = |text: &str| {
            let (x, y) = text.split_once('x')?;
            let digit = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            (digit(x) && digit(y)).then_some((decimal(x)?, decimal(y)?))
        };
        let Some(((left, top), (right, bottom))) = segment
            .split_once(':')
            .and_then(|(start, end)| Some((point(start)?, point(end)?)))
        else {
            return Ok(false);
        };
        let relative = left < 1.0 && top < 1.0 && right <= 1.0 && bottom <= 1.0;
        // Nothing is kept of a rectangle without an extent, so that it is none.
        if right.trunc() <= left.trunc() && !relative || right <= left {
            return Ok(true);
        }
        if bottom.trunc() <= top.trunc() && !relative || bottom <= top {
            return Ok(true);
        }
        if self.is_imagor && self.transform().trim.is_some() {
            return Err(Refusal::unequalled("", "trim behind a crop"));
        }
        let along = |start: f64, end: f64| {
            if relative {
                let parts = |share: f64| (share * 10_000.0).round() as u16;
                let (start, end) = (parts(start), parts(end));
                let (x, extent) = (Length::Share(start), Length::Share((end - start).max(1)));
                return (x.unless(0), extent.unless(10_000));
            }
            let (start, end) = (start as u64, end as u64);
            (length(start).unless(0), Some(length(end - start)))
        };
        let ((x, width), (y, height)) = (along(left, right), along(top, bottom));
        self.transform().crop = Crop {
            x,
            y,
            width,
            height,
            ..Crop::NONE
        };
        Ok(true)
    }

    /// Reads `WxH`; a minus mirrors, and 0 or nothing follows from the other side.
    fn size(&mut self, segment: &str) -> Result<bool, Refusal> {
        let Some((width, height)) = segment.split_once('x') else {
            return Ok(false);
        };
        let read = |text: &str| {
            let digits = text.strip_prefix('-');
            let text = digits.unwrap_or(text);
            let pixels = match text {
                "" | "orig" => Some(0),
                _ => number(text),
            };
            Some((digits.is_some(), text == "orig", pixels?))
        };
        let (Some((flop, own_width, width)), Some((flip, own_height, height))) =
            (read(width), read(height))
        else {
            return Ok(false);
        };
        let transform = self.transform();
        (transform.turn.flop, transform.turn.flip) = (flop, flip);
        let asked = |own: bool, pixels| match own {
            true => Side::Share(NonZeroU16::new(10_000).unwrap_or(NonZeroU16::MIN)),
            false => side(pixels),
        };
        self.sides = Some((asked(own_width, width), asked(own_height, height)));
        Ok(true)
    }

    /// Reads `AxB`, at the sides and above and below, or `LxT:RxB`.
    fn padding(&mut self, segment: &str) -> bool {
        let pair = |text: &str| {
            let (x, y) = text.split_once('x')?;
            let room = |text| {
                number(text)
                    .filter(|room| *room <= 1000)
                    .map(|room| room as u16)
            };
            Some((room(x)?, room(y)?))
        };
        let (start, end) = segment.split_once(':').unwrap_or((segment, segment));
        let (Some((left, top)), Some((right, bottom))) = (pair(start), pair(end)) else {
            return false;
        };
        self.room = [left, top, right, bottom];
        true
    }
}
