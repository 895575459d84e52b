//! Shopify's CDN: a query, or the older suffix of the file's name.

use crate::dialect::call::{Refusal, dpr, length, number, side};
use crate::dialect::imgix::draft::Draft;
use crate::dialect::imgix::variant::Meaning::By;
use crate::dialect::imgix::variant::{self, Given, Variant};
use crate::url::value;
use letterbox_engine::transform::{Crop, Fit, Gravity, Side};

/// Nothing grows. Clients get the format that they take, unless one is asked for.
pub(crate) const SHOPIFY: Variant = Variant {
    rows: &[
        ("width", By(variant::width)),
        ("height", By(variant::height)),
        ("crop", By(crop)),
        ("crop_left", By(region)),
        ("crop_top", By(region)),
        ("crop_width", By(region)),
        ("crop_height", By(region)),
        ("pad_color", By(padding)),
        ("format", By(variant::format)),
        ("quality", By(variant::quality)),
    ],
    start: |draft| {
        (draft.fit, draft.enlarge) = (Fit::Inside, false);
        draft.is_auto = true;
        draft.quality = 80;
    },
    settle: |draft| {
        if !draft.is_region {
            draft.transform.crop = Crop::NONE;
        }
        Ok(())
    },
};

fn crop(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    if given.text == "region" {
        draft.is_region = true;
        return Ok(());
    }
    let place = variant::place(given, '_');
    draft.gravity = place.ok_or_else(|| given.bad("center, top, bottom, left, right or region"))?;
    draft.fit = Fit::Cover;
    Ok(())
}

fn region(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let pixels = number(given.text).ok_or_else(|| given.bad("a whole number of pixels"))?;
    let crop = &mut draft.transform.crop;
    let extent = (pixels > 0).then(|| length(pixels));
    match given.name {
        "crop_left" => crop.x = length(pixels).unless(0),
        "crop_top" => crop.y = length(pixels).unless(0),
        "crop_width" => crop.width = extent,
        _ => crop.height = extent,
    }
    Ok(())
}

fn padding(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let colour = value::colour(given.text.trim_start_matches('#'));
    draft.fill = Some(colour.ok_or_else(|| given.bad("a colour in hexadecimal digits"))?);
    draft.fit = Fit::Contain;
    Ok(())
}

/// Sizes by name, and their sides.
const NAMED: [(&str, u64); 11] = [
    ("pico", 16),
    ("icon", 32),
    ("thumb", 50),
    ("small", 100),
    ("compact", 160),
    ("medium", 240),
    ("large", 480),
    ("grande", 600),
    ("1024x1024", 1024),
    ("2048x2048", 2048),
    ("master", 0),
];

/// Reads the suffix of a file's name, `photo_300x200_crop_top@2x.progressive.jpg`, and returns the
/// path without it; `None` where there is none.
pub(super) fn suffix(draft: &mut Draft, path: &str) -> Option<String> {
    let (stem, ending) = path
        .rsplit_once('.')
        .filter(|(_, ending)| !ending.contains('/'))?;
    let (stem, is_progressive) = match stem.strip_suffix(".progressive") {
        Some(stem) => (stem, true),
        None => (stem, false),
    };
    let (stem, ratio) = match stem.rsplit_once('@') {
        Some((stem, ratio)) => (stem, dpr(ratio.strip_suffix('x')?)),
        None => (stem, None),
    };
    let (stem, crop) = match stem.rsplit_once("_crop_") {
        Some((stem, place)) => {
            let gravity = value::gravity(place)?;
            (
                stem,
                Some(gravity).filter(|g| matches!(g, Gravity::Position(..))),
            )
        }
        None => (stem, None),
    };
    let (stem, size) = stem
        .rsplit_once('_')
        .filter(|(stem, _)| !stem.ends_with('/'))?;
    let (width, height) = match NAMED.iter().find(|(name, _)| *name == size) {
        Some((_, pixels)) => (side(*pixels), side(*pixels)),
        None => {
            let (width, height) = size.split_once('x')?;
            let pixels = |text: &str| match text {
                "" => Some(Side::Auto),
                _ => number(text).map(side),
            };
            (pixels(width)?, pixels(height)?)
        }
    };
    let is_master = size == "master";
    if !is_master && width == Side::Auto && height == Side::Auto {
        return None;
    }
    (draft.transform.width, draft.transform.height) = (width, height);
    draft.transform.interlace |= is_progressive;
    if let Some(ratio) = ratio {
        draft.transform.dpr = ratio;
    }
    if let Some(gravity) = crop {
        (draft.gravity, draft.fit) = (gravity, Fit::Cover);
    }
    Some(format!("{stem}.{ending}"))
}
