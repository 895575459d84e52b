//! Parses and writes the values of parameters that shape the box and what is around a picture.
//! Parsing is as strict as in `value`.

use std::num::NonZeroU16;

use crate::url::value::{self, decimal, whole, write_decimal};
use letterbox_engine::transform::{Border, Colour, Extend, Length, Offset, Pad, Ratio, Side};

/// Most pixels of padding on each side, and of a border.
const MOST_ROOM: u16 = 1000;

/// Parses `auto`, pixels, or a share of the source's side.
pub(crate) fn side(text: &str) -> Option<Side> {
    if text == "auto" {
        return Some(Side::Auto);
    }
    Some(match value::length(text, 1)? {
        Length::Px(pixels) => Side::px(u16::try_from(pixels).ok()?),
        Length::Share(share) => Side::Share(NonZeroU16::new(share)?),
    })
}

pub(crate) fn write_side(side: Side) -> String {
    match side {
        Side::Auto => "auto".to_owned(),
        Side::Px(pixels) => pixels.to_string(),
        Side::Share(share) => value::write_length(Length::Share(share.get())),
    }
}

/// Parses a number of pixels that is not 0.
pub(super) fn pixels(text: &str) -> Option<NonZeroU16> {
    NonZeroU16::new(u16::try_from(whole(text)?).ok()?)
}

/// Parses `16:9`.
pub(super) fn ratio(text: &str) -> Option<Ratio> {
    let (across, down) = text.split_once(':')?;
    Some(Ratio::new(pixels(across)?, pixels(down)?))
}

pub(super) fn write_ratio(ratio: Ratio) -> String {
    format!("{}:{}", ratio.across(), ratio.down())
}

/// Parses a shift in pixels or in hundredths of a percent, with a sign where it is below 0.
pub(super) fn offset(text: &str) -> Option<Offset> {
    let digits = text.strip_prefix('-');
    let length = value::length(digits.unwrap_or(text), digits.map_or(0, |_| 1))?;
    let sign = digits.map_or(1, |_| -1);
    Some(match length {
        Length::Px(pixels) => Offset::Px(i32::try_from(pixels).ok()? * sign),
        Length::Share(share) => Offset::Share(i16::try_from(share).ok()? * sign as i16),
    })
}

/// Writes a shift; `None` for one that shifts nothing.
pub(super) fn write_offset(offset: Offset) -> Option<String> {
    let (sign, length) = match offset {
        Offset::Px(pixels) => (i64::from(pixels), Length::Px(pixels.unsigned_abs())),
        Offset::Share(share) => (i64::from(share), Length::Share(share.unsigned_abs())),
    };
    let minus = if sign < 0 { "-" } else { "" };
    (sign != 0).then(|| format!("{minus}{}", value::write_length(length)))
}

/// Parses a shift, of which none is `Some(None)`.
pub(super) fn shift(text: &str) -> Option<Option<Offset>> {
    let offset = offset(text)?;
    Some(write_offset(offset).map(|_| offset))
}

/// Parses one to four numbers of pixels in the order of CSS: top, right, bottom, left. The right is
/// as the top where it is left out, the bottom as the top, and the left as the right.
pub(super) fn pad(text: &str) -> Option<Pad> {
    let room = |text: &str| {
        let pixels = whole(text).filter(|&pixels| pixels <= MOST_ROOM.into())?;
        Some(pixels as u16)
    };
    let rooms: Vec<u16> = text.split(',').map(room).collect::<Option<_>>()?;
    let (top, right, bottom, left) = match rooms[..] {
        [all] => (all, all, all, all),
        [top, right] => (top, right, top, right),
        [top, right, bottom] => (top, right, bottom, right),
        [top, right, bottom, left] => (top, right, bottom, left),
        _ => return None,
    };
    Some(Pad {
        top,
        right,
        bottom,
        left,
    })
}

/// Writes the shortest text that [`pad`] reads so.
pub(super) fn write_pad(pad: Pad) -> String {
    let Pad {
        top,
        right,
        bottom,
        left,
    } = pad;
    if left != right {
        format!("{top},{right},{bottom},{left}")
    } else if bottom != top {
        format!("{top},{right},{bottom}")
    } else if right != top {
        format!("{top},{right}")
    } else {
        top.to_string()
    }
}

/// Parses a width in pixels and a colour, which is black where it is left out.
pub(super) fn border(text: &str) -> Option<Border> {
    let (width, colour) = match text.split_once(',') {
        Some((width, colour)) => (width, value::colour(colour)?),
        None => (text, Colour::rgb(0)),
    };
    Some(Border {
        width: pixels(width).filter(|width| width.get() <= MOST_ROOM)?,
        colour,
    })
}

pub(super) fn write_border(border: Border) -> String {
    format!("{},{}", border.width, value::write_colour(border.colour))
}

pub(super) fn extend(text: &str) -> Option<Extend> {
    match text {
        "size" => Some(Extend::Size),
        "ratio" => Some(Extend::Ratio),
        _ => None,
    }
}

pub(super) fn write_extend(extend: Extend) -> String {
    match extend {
        Extend::Size => "size",
        Extend::Ratio => "ratio",
    }
    .to_owned()
}

/// Parses a ratio of pixels in millionths. Digits behind the sixth are rounded away: a pixel of the
/// largest canvas is more.
pub(crate) fn millionths(text: &str) -> Option<u32> {
    let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    if digits > 12 {
        return None;
    }
    let exact = decimal(text, 12)?;
    u32::try_from((exact + 500_000) / 1_000_000).ok()
}

pub(crate) fn write_millionths(millionths: u32) -> String {
    write_decimal(millionths.into(), 6)
}
