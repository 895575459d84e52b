//! Parses and writes values of effects that take more than one number.

use std::num::{NonZeroU8, NonZeroU16};

use crate::url::value::{degrees, hundredths, whole, write_hundredths};
use letterbox_engine::transform::{Median, Modulation, Percentiles, Sharpening, Sigma, Unsharp};

/// Largest factor of a modulation, in hundredths.
const MOST_FACTOR: u16 = 1000;

/// Parses up to three numbers: lightness, saturation, hue.
pub(super) fn modulation(text: &str) -> Option<Modulation> {
    let factor = |text| hundredths(text, MOST_FACTOR);
    let mut texts = text.split(',');
    let modulation = Modulation {
        lightness: factor(texts.next()?)?,
        saturation: texts.next().map_or(Some(100), factor)?,
        hue: texts.next().map_or(Some(0), degrees)?,
    };
    texts.next().is_none().then_some(modulation)
}

pub(super) fn write_modulation(modulation: Modulation) -> String {
    let factor = write_hundredths;
    let (light, colour) = (modulation.lightness, modulation.saturation);
    format!("{},{},{}", factor(light), factor(colour), modulation.hue)
}

/// Parses two percentiles; sharp's where nothing is given.
pub(super) fn percentiles(text: &str) -> Option<Percentiles> {
    if text.is_empty() {
        return Some(Percentiles::USUAL);
    }
    let (lower, upper) = text.split_once(',')?;
    let percent = |text| u8::try_from(whole(text)?).ok();
    Percentiles::new(percent(lower)?, percent(upper)?)
}

pub(super) fn write_percentiles(percentiles: Percentiles) -> String {
    format!("{},{}", percentiles.lower(), percentiles.upper())
}

/// Parses the side of a median's window; sharp's where nothing is given.
pub(super) fn median(text: &str) -> Option<Option<Median>> {
    match text {
        "" => Some(Some(Median::THREE)),
        "1" => Some(None),
        _ => Median::new(u8::try_from(whole(text)?).ok()?).map(Some),
    }
}

/// Parses the grey from which on pixels are white; the middle where nothing is given.
pub(super) fn threshold(text: &str) -> Option<NonZeroU8> {
    let grey = if text.is_empty() { 128 } else { whole(text)? };
    NonZeroU8::new(u8::try_from(grey).ok()?)
}

/// Parses the side of a block.
pub(super) fn block(text: &str) -> Option<NonZeroU16> {
    let pixels = u16::try_from(whole(text)?).ok()?;
    NonZeroU16::new(pixels).filter(|pixels| pixels.get() <= 1000)
}

/// Largest sigma of a sharpening, and largest factor, in hundredths.
const MOST_SHARPENING: u16 = 1000;

/// Parses a sharpening: a word, a sigma, or a sigma and two factors.
pub(super) fn sharpen(text: &str) -> Option<Sharpening> {
    match text {
        "" | "mild" => return Some(Sharpening::Mild),
        "auto" => return Some(Sharpening::Auto),
        _ => {}
    }
    let number = |text| hundredths(text, MOST_SHARPENING);
    let (sigma, factors) = match text.split_once(',') {
        Some((sigma, factors)) => (sigma, Some(factors)),
        None => (text, None),
    };
    let usual = Unsharp::of(Sigma::from_hundredths(number(sigma)?)?);
    let Some(factors) = factors else {
        return Some(Sharpening::Unsharp(usual));
    };
    let (flat, jagged) = factors.split_once(',')?;
    Some(Sharpening::Unsharp(Unsharp {
        flat: number(flat)?,
        jagged: number(jagged)?,
        ..usual
    }))
}

pub(super) fn write_sharpening(sharpening: Sharpening) -> String {
    let unsharp = match sharpening {
        Sharpening::Mild => return "mild".to_owned(),
        Sharpening::Auto => return "auto".to_owned(),
        Sharpening::Unsharp(unsharp) => unsharp,
    };
    let number = write_hundredths;
    let Unsharp {
        sigma,
        flat,
        jagged,
    } = unsharp;
    if unsharp == Unsharp::of(sigma) {
        return number(sigma.hundredths());
    }
    let sigma = number(sigma.hundredths());
    format!("{sigma},{},{}", number(flat), number(jagged))
}
