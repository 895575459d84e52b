//! Parses and writes the value of one parameter. Parsing is strict: digits are ASCII digits,
//! nothing is trimmed or rounded, and `None` means that the text is no value of this kind.

use std::num::{NonZeroU8, NonZeroU16, NonZeroU32};

use crate::url::names;
use letterbox_engine::transform::{
    Blur, Colour, Filter, Fit, Format, Gamma, Gravity, Length, Metadata, Negotiated, OwnQualities,
    Quality, Sigma, Smart, Subsampling, Target, Third, Transform,
};

/// Parses a whole number without sign, leading zero, exponent or separator.
pub(crate) fn whole(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit());
    let plain = text == "0" || !text.starts_with('0');
    (digits && plain).then(|| text.parse().ok())?
}

/// Parses a decimal number in units of `10^-places`: `1.5` with two places is 150.
pub(crate) fn decimal(text: &str, places: usize) -> Option<u64> {
    let (int, frac) = match text.split_once('.') {
        None => (text, ""),
        Some((int, frac)) if !frac.is_empty() => (int, frac),
        Some(_) => return None,
    };
    if frac.len() > places || !frac.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let unit = 10u64.pow(places as u32);
    let frac = format!("{frac:0<places$}").parse::<u64>().ok()?;
    whole(int)?.checked_mul(unit)?.checked_add(frac)
}

/// Writes the shortest text that [`decimal`] reads as `value`.
pub(crate) fn write_decimal(value: u64, places: usize) -> String {
    let unit = 10u64.pow(places as u32);
    let text = format!("{}.{:0places$}", value / unit, value % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Parses a number of frames: all, or so many.
pub(super) fn count(text: &str) -> Option<Option<NonZeroU16>> {
    if matches!(text, "all" | "-1") {
        return Some(None);
    }
    NonZeroU16::new(u16::try_from(whole(text)?).ok()?).map(Some)
}

pub(super) fn write_count(count: Option<NonZeroU16>) -> String {
    count.map_or_else(|| "all".to_owned(), |count| count.to_string())
}

/// Parses how often an animation is played; 0 is for ever.
pub(super) fn plays(text: &str) -> Option<u16> {
    u16::try_from(whole(text)?).ok()
}

/// Parses the milliseconds of a frame. Browsers show a frame of less than 10 ms for 100.
pub(super) fn delay(text: &str) -> Option<NonZeroU16> {
    let delay = NonZeroU16::new(u16::try_from(whole(text)?).ok()?)?;
    (delay.get() >= 10).then_some(delay)
}

pub(super) fn page(text: &str) -> Option<u16> {
    u16::try_from(whole(text)?).ok()
}

/// The threshold of a trim; sharp's where nothing is given.
pub(super) fn trim(text: &str) -> Option<NonZeroU8> {
    let threshold = if text.is_empty() { 10 } else { whole(text)? };
    NonZeroU8::new(u8::try_from(threshold).ok()?).filter(|threshold| threshold.get() < 255)
}

/// Parses the fit, and whether the word also forbids enlargement.
pub(super) fn fit(text: &str) -> Option<(Fit, bool)> {
    Some(match text {
        "contain" | "pad" => (Fit::Contain, false),
        "inside" => (Fit::Inside, false),
        "scale-down" => (Fit::Inside, true),
        "cover" | "crop" => (Fit::Cover, false),
        "fill" | "stretch" | "squeeze" => (Fit::Fill, false),
        "outside" => (Fit::Outside, false),
        "aspect-crop" => (Fit::AspectCrop, false),
        "scale-up" => (Fit::ScaleUp, false),
        "auto" => (Fit::Auto, false),
        _ => return None,
    })
}

pub(super) fn write_fit(fit: Fit) -> String {
    match fit {
        Fit::Contain => "contain",
        Fit::Inside => "inside",
        Fit::Cover => "cover",
        Fit::Fill => "fill",
        Fit::Outside => "outside",
        Fit::AspectCrop => "aspect-crop",
        Fit::ScaleUp => "scale-up",
        Fit::Auto => "auto",
    }
    .to_owned()
}

const POSITIONS: [(&str, Third, Third); 9] = [
    ("center", Third::Middle, Third::Middle),
    ("top", Third::Middle, Third::Start),
    ("bottom", Third::Middle, Third::End),
    ("left", Third::Start, Third::Middle),
    ("right", Third::End, Third::Middle),
    ("top-left", Third::Start, Third::Start),
    ("top-right", Third::End, Third::Start),
    ("bottom-left", Third::Start, Third::End),
    ("bottom-right", Third::End, Third::End),
];

pub(crate) fn gravity(text: &str) -> Option<Gravity> {
    match text {
        "attention" => return Some(Gravity::Smart(Smart::Attention)),
        "entropy" => return Some(Gravity::Smart(Smart::Entropy)),
        _ => {}
    }
    if let Some((_, x, y)) = POSITIONS.iter().find(|(name, ..)| *name == text) {
        return Some(Gravity::Position(*x, *y));
    }
    if let Some((x, y)) = text.split_once(',') {
        let pixel = |text| u16::try_from(whole(text)?).ok();
        return Some(Gravity::Pixel(pixel(x)?, pixel(y)?));
    }
    let (x, y) = text.split_once('x')?;
    let share = |text| {
        Some(decimal(text, 4)?)
            .filter(|&v| v <= 10_000)
            .map(|v| v as u16)
    };
    Some(Gravity::Focus(share(x)?, share(y)?))
}

/// Parses one of the nine positions.
pub(super) fn position(text: &str) -> Option<(Third, Third)> {
    match gravity(text)? {
        Gravity::Position(across, down) => Some((across, down)),
        Gravity::Focus(..) | Gravity::Pixel(..) | Gravity::Smart(_) => None,
    }
}

/// Writes a position; `None` for the middle.
pub(super) fn write_position((across, down): (Third, Third)) -> Option<String> {
    let is_middle = (across, down) == (Third::Middle, Third::Middle);
    (!is_middle).then(|| write_gravity(Gravity::Position(across, down)))
}

pub(super) fn write_gravity(gravity: Gravity) -> String {
    match gravity {
        Gravity::Smart(Smart::Attention) => "attention".to_owned(),
        Gravity::Smart(Smart::Entropy) => "entropy".to_owned(),
        Gravity::Pixel(x, y) => format!("{x},{y}"),
        Gravity::Focus(x, y) => {
            format!(
                "{}x{}",
                write_decimal(x.into(), 4),
                write_decimal(y.into(), 4)
            )
        }
        Gravity::Position(x, y) => POSITIONS
            .iter()
            .find(|(_, px, py)| (*px, *py) == (x, y))
            .map(|(name, ..)| (*name).to_owned())
            .expect("the table holds all nine positions"),
    }
}

/// Parses a CSS name, `transparent`, or 3, 4, 6 or 8 hexadecimal digits without `#`.
pub(crate) fn colour(text: &str) -> Option<Colour> {
    let lower = text.to_ascii_lowercase();
    if lower == "transparent" {
        return Some(Colour::TRANSPARENT);
    }
    if let Some(rgb) = names::colour(&lower) {
        return Some(Colour::rgb(rgb));
    }
    if !lower.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let digit = |at: usize| u8::from_str_radix(&lower[at..=at], 16).ok();
    let short = |at: usize| Some(digit(at)? * 17);
    let long = |at: usize| Some(digit(at)? * 16 + digit(at + 1)?);
    Some(match lower.len() {
        3 => Colour {
            r: short(0)?,
            g: short(1)?,
            b: short(2)?,
            a: 255,
        },
        4 => Colour {
            r: short(0)?,
            g: short(1)?,
            b: short(2)?,
            a: short(3)?,
        },
        6 => Colour {
            r: long(0)?,
            g: long(2)?,
            b: long(4)?,
            a: 255,
        },
        8 => Colour {
            r: long(0)?,
            g: long(2)?,
            b: long(4)?,
            a: long(6)?,
        },
        _ => return None,
    })
}

pub(super) fn write_colour(colour: Colour) -> String {
    let Colour { r, g, b, a } = colour;
    format!("{r:02x}{g:02x}{b:02x}{a:02x}")
}

/// Parses a colour that cannot be seen through.
pub(super) fn opaque(text: &str) -> Option<Colour> {
    colour(text).filter(|colour| colour.a == 255)
}

pub(super) fn write_opaque(Colour { r, g, b, .. }: Colour) -> String {
    format!("{r:02x}{g:02x}{b:02x}")
}

/// Parses a number with up to two decimals, in hundredths.
pub(super) fn hundredths(text: &str, most: u16) -> Option<u16> {
    let hundredths = u16::try_from(decimal(text, 2)?).ok()?;
    (hundredths <= most).then_some(hundredths)
}

pub(super) fn write_hundredths(hundredths: u16) -> String {
    write_decimal(hundredths.into(), 2)
}

/// Parses a length of at least so many pixels, or hundredths of a percent.
pub(super) fn length(text: &str, least: u32) -> Option<Length> {
    let share = text.strip_suffix('p').or(text.strip_suffix('%'));
    let (length, parts) = match share {
        Some(share) => {
            let parts = decimal(share, 2).filter(|&parts| parts <= 10_000)?;
            (Length::Share(parts as u16), parts)
        }
        None => {
            let pixels = whole(text).filter(|&pixels| pixels <= u16::MAX.into())?;
            (Length::Px(pixels as u32), pixels)
        }
    };
    (parts >= least.into()).then_some(length)
}

pub(super) fn write_length(length: Length) -> String {
    match length {
        Length::Px(pixels) => pixels.to_string(),
        Length::Share(share) => write_decimal(share.into(), 2) + "p",
    }
}

/// Parses a percentage between -100 and 100.
pub(super) fn percent(text: &str) -> Option<i8> {
    signed(text, 100).map(|percent| percent as i8)
}

/// Parses degrees between -360 and 360.
pub(super) fn degrees(text: &str) -> Option<i16> {
    signed(text, 360)
}

/// Parses a whole number with a sign where it is below 0, as far as `most` on both sides.
fn signed(text: &str, most: i16) -> Option<i16> {
    let digits = text.strip_prefix('-');
    let number = i16::try_from(whole(digits.unwrap_or(text))?).ok()?;
    match digits {
        _ if number > most => None,
        Some(_) => (number > 0).then_some(-number),
        None => Some(number),
    }
}

pub(super) fn gamma(text: &str) -> Option<Gamma> {
    if text.is_empty() {
        return Some(Gamma::SCREEN);
    }
    Gamma::from_hundredths(hundredths(text, u16::MAX)?)
}

pub(super) fn write_gamma(gamma: Gamma) -> String {
    write_decimal(gamma.hundredths().into(), 2)
}

pub(super) fn blur(text: &str) -> Option<Blur> {
    if matches!(text, "" | "mild") {
        return Some(Blur::Mild);
    }
    Sigma::from_hundredths(hundredths(text, u16::MAX)?).map(Blur::Gaussian)
}

pub(super) fn write_blur(blur: Blur) -> String {
    match blur {
        Blur::Mild => "mild".to_owned(),
        Blur::Gaussian(sigma) => write_decimal(sigma.hundredths().into(), 2),
    }
}

pub(super) fn filter(text: &str) -> Option<Filter> {
    Filter::ALL.into_iter().find(|filter| filter.name() == text)
}

/// Parses degrees of a turn into quarters.
pub(super) fn quarters(text: &str) -> Option<u8> {
    Some(match text {
        "0" => 0,
        "90" => 1,
        "180" => 2,
        "270" => 3,
        _ => return None,
    })
}

/// Parses a switch, which is turned on by its mere presence.
pub(super) fn switch(text: &str) -> Option<bool> {
    match text {
        "" | "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

pub(super) fn write_switch(on: bool) -> String {
    if on { "1" } else { "0" }.to_owned()
}

/// Parses a format; `negotiated` holds the formats of `auto` for this client.
pub(crate) fn target(text: &str, negotiated: Negotiated) -> Option<Target> {
    Some(match text {
        "auto" => Target::Auto(negotiated),
        "keep" => Target::Keep,
        "jpeg" => Target::Image(Format::Jpeg),
        "json" => Target::Json,
        "thumbhash" => Target::Thumbhash,
        "blurhash" => Target::Blurhash,
        _ => Target::Image(Format::written().find(|format| format.name() == text)?),
    })
}

pub(super) fn write_target(target: Target) -> String {
    target.name().to_owned()
}

/// Parses a quality, numbers of formats' own encoders, or both: `80,webp:79`.
pub(super) fn qualities(text: &str) -> Option<(Option<Quality>, OwnQualities)> {
    let (mut quality, mut own) = (None, OwnQualities::NONE);
    for part in text.split(',') {
        let number = |text| u8::try_from(whole(text)?).ok();
        match part.split_once(':') {
            None if quality.is_some() => return None,
            None => quality = Some(Quality::new(number(part)?)?),
            Some((name, text)) => {
                let Target::Image(format) = target(name, Negotiated::default())? else {
                    return None;
                };
                if own.of(format).is_some() {
                    return None;
                }
                own = own.with(format, number(text)?)?;
            }
        }
    }
    Some((quality, own))
}

/// Writes what [`qualities`] reads. The quality is left out where it counts for no answer.
pub(super) fn write_qualities(transform: &Transform) -> String {
    let mut parts = Vec::new();
    let only = match transform.target {
        Target::Image(format) => transform.own_qualities.of(format),
        _ => None,
    };
    if only.is_none() {
        parts.push(transform.quality.get().to_string());
    }
    let pairs = transform.own_qualities.pairs();
    parts.extend(pairs.map(|(format, own)| format!("{}:{own}", format.name())));
    parts.join(",")
}

/// Parses the metadata that an answer keeps.
pub(crate) fn metadata(text: &str) -> Option<Metadata> {
    Metadata::ALL.into_iter().find(|own| own.name() == text)
}

/// Parses whether colours stay those of the source.
pub(super) fn keep_colours(text: &str) -> Option<bool> {
    match text {
        "srgb" => Some(false),
        "keep" => Some(true),
        _ => None,
    }
}

/// Parses the most bytes of a file.
pub(super) fn most_bytes(text: &str) -> Option<NonZeroU32> {
    let most = u32::try_from(whole(text)?)
        .ok()
        .filter(|most| *most <= 100_000_000)?;
    NonZeroU32::new(most)
}

/// Parses whether the answer is a data URL.
pub(super) fn data_url(text: &str) -> Option<bool> {
    match text {
        "file" => Some(false),
        "dataurl" | "base64" => Some(true),
        _ => None,
    }
}

/// Parses the chrominance of a JPEG.
pub(super) fn subsampling(text: &str) -> Option<Subsampling> {
    let all = [Subsampling::S420, Subsampling::S444];
    all.into_iter().find(|own| own.name() == text)
}

/// Parses a time of at least 1 second: whole seconds, or days, weeks, months of 30 days or years of
/// 365 days.
pub(crate) fn duration_secs(text: &str) -> Option<u32> {
    let unit_secs = match text.as_bytes().last()? {
        b'd' => 86_400,
        b'w' => 7 * 86_400,
        b'M' => 30 * 86_400,
        b'y' => 365 * 86_400,
        _ => 1,
    };
    let count = whole(text.strip_suffix(['d', 'w', 'M', 'y']).unwrap_or(text))?;
    let secs = u32::try_from(count.checked_mul(unit_secs)?).ok()?;
    (secs > 0).then_some(secs)
}

/// Parses 1 to 64 letters, digits, `.`, `_` or `-`.
pub(crate) fn token(text: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_".contains(&b);
    ((1..=64).contains(&text.len()) && text.bytes().all(plain)).then(|| text.to_owned())
}

/// Tests of valid texts; the refused texts are examples in the rows of `param`.
/// Undoes one round of percent-encoding. Bytes that are not UTF-8 become U+FFFD.
pub(crate) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |digit: u8| char::from(digit).to_digit(16);
        rest = match (*first, tail) {
            (b'%', [high, low, tail @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push((high << 4 | low) as u8);
                    tail
                }
                _ => {
                    bytes.push(b'%');
                    &rest[1..]
                }
            },
            (byte, tail) => {
                bytes.push(byte);
                tail
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_strictly() {
        assert_eq!(whole("1200"), Some(1200));
        for bad in [
            "", "1e3", "+1", "-1", " 1", "1 ", "01", "0x10", "1_000", "１２", "1.0",
        ] {
            assert_eq!(whole(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn gravity_is_one_of_nine_words_or_a_focal_point() {
        for (name, ..) in POSITIONS {
            assert_eq!(gravity(name).map(write_gravity).as_deref(), Some(name));
        }
        assert_eq!(gravity("0.5x0.33"), Some(Gravity::Focus(5000, 3300)));
        assert_eq!(gravity("0x1"), Some(Gravity::Focus(0, 10_000)));
    }

    #[test]
    fn colours_are_names_or_hexadecimal_digits() {
        assert_eq!(colour("White"), Some(Colour::WHITE));
        assert_eq!(colour("222"), Some(Colour::rgb(0x22_2222)));
        assert_eq!(
            colour("FF000080"),
            Some(Colour {
                r: 255,
                g: 0,
                b: 0,
                a: 128
            })
        );
        assert_eq!(
            colour("f008"),
            Some(Colour {
                r: 255,
                g: 0,
                b: 0,
                a: 0x88
            })
        );
    }

    #[test]
    fn a_duration_is_seconds_days_weeks_months_or_years() {
        for (text, secs) in [
            ("1", 1),
            ("86400", 86_400),
            ("1d", 86_400),
            ("2w", 1_209_600),
            ("6M", 15_552_000),
            ("1y", 31_536_000),
        ] {
            assert_eq!(duration_secs(text), Some(secs), "{text}");
        }
    }
}
