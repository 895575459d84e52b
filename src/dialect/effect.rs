//! Effects, from the numbers of other services to those of the engine.

use std::num::NonZeroU8;

use crate::dialect::call::{decimal, number};
use letterbox_engine::transform::{
    Blur, Gamma, Median, Modulation, Sharpening, Sigma, Transform, Unsharp,
};

/// Reads a number into a transform; an error is the expectation that it does not meet.
pub(crate) type Set = fn(&mut Transform, &str) -> Result<(), &'static str>;

/// Returns hundredths of a number within bounds, rounded.
pub(crate) fn hundredths(text: &str, least: f64, most: f64) -> Option<u16> {
    let number = decimal(text).filter(|number| (least..=most).contains(number))?;
    Some((number * 100.0).round() as u16)
}

/// A Gaussian blur of a sigma; the mild one without a number.
pub(crate) fn blur(transform: &mut Transform, text: &str) -> Result<(), &'static str> {
    transform.blur = Some(match text {
        "" => Blur::Mild,
        _ => hundredths(text, 0.3, 250.0)
            .and_then(Sigma::from_hundredths)
            .map(Blur::Gaussian)
            .ok_or("a number from 0.3 to 250")?,
    });
    Ok(())
}

/// A sharpening of a sigma; the mild one without a number.
pub(crate) fn sharpen(transform: &mut Transform, text: &str) -> Result<(), &'static str> {
    transform.sharpen = Some(match text {
        "" => Sharpening::Mild,
        _ => hundredths(text, 0.3, 10.0)
            .and_then(Sigma::from_hundredths)
            .map(|sigma| Sharpening::Unsharp(Unsharp::of(sigma)))
            .ok_or("a number from 0.3 to 10")?,
    });
    Ok(())
}

/// A factor of lightness.
pub(crate) fn lightness(transform: &mut Transform, text: &str) -> Result<(), &'static str> {
    let lightness = hundredths(text, 0.0, 10.0).ok_or("a number from 0 to 10")?;
    transform.modulation.lightness = lightness;
    Ok(())
}

/// A median of a window of so many pixels a side; of three without a number.
pub(crate) fn median(transform: &mut Transform, text: &str) -> Result<(), &'static str> {
    transform.median = Some(match text {
        "" => Median::THREE,
        _ => number(text)
            .and_then(|side| Median::new(u8::try_from(side).ok()?))
            .ok_or("3, 5, 7 or 9")?,
    });
    Ok(())
}

/// The grey from which on pixels are white; the middle without a number.
pub(crate) fn threshold(transform: &mut Transform, text: &str) -> Result<(), &'static str> {
    let grey = match text {
        "" => Some(128),
        _ => number(text).and_then(|grey| u8::try_from(grey).ok()),
    };
    let grey = grey.and_then(NonZeroU8::new);
    transform.threshold = Some(grey.ok_or("a whole number from 1 to 255")?);
    Ok(())
}

/// A gamma; that of old screens without a number.
pub(crate) fn gamma(transform: &mut Transform, text: &str) -> Result<(), &'static str> {
    transform.gamma = Some(match text {
        "" => Gamma::SCREEN,
        _ => hundredths(text, 1.0, 3.0)
            .and_then(Gamma::from_hundredths)
            .ok_or("a number from 1 to 3")?,
    });
    Ok(())
}

/// A factor of chroma.
pub(crate) fn saturation(transform: &mut Transform, text: &str) -> Result<(), &'static str> {
    transform.saturation = hundredths(text, 0.0, 10.0).ok_or("a number from 0 to 10")?;
    Ok(())
}

/// Sets factors of lightness and chroma and a turn of the hue, which one step applies together.
/// Without a factor of lightness they are those of `sat` and `hue`.
pub(crate) fn modulate(transform: &mut Transform, modulation: Modulation) {
    if modulation.lightness == Modulation::NONE.lightness {
        transform.saturation = modulation.saturation;
        transform.hue = modulation.hue;
    } else {
        transform.modulation = modulation;
    }
}

/// Degrees that hues are turned.
pub(crate) fn hue(transform: &mut Transform, text: &str) -> Result<(), &'static str> {
    let degrees = decimal(text).filter(|degrees| degrees.abs() <= 360.0);
    transform.hue = degrees.ok_or("degrees from -360 to 360")?.round() as i16;
    Ok(())
}

/// Percent of the whole range that are added to each colour.
pub(crate) fn brightness(transform: &mut Transform, text: &str) -> Result<(), &'static str> {
    transform.brightness = percent(text)?;
    Ok(())
}

/// Steepness of a sigmoid around the middle.
pub(crate) fn contrast(transform: &mut Transform, text: &str) -> Result<(), &'static str> {
    transform.contrast = percent(text)?;
    Ok(())
}

fn percent(text: &str) -> Result<i8, &'static str> {
    let number = decimal(text).filter(|number| number.abs() <= 100.0);
    Ok(number.ok_or("a number from -100 to 100")?.round() as i8)
}
