//! Combines the parameters of a request, its preset and the deployment's defaults to one transform.

use letterbox_engine::transform::{
    Dpr, Fit, Format, Frames, MOST_OVERLAYS, Quality, Side, Target, Transform,
};

use crate::url::asked::Asked;
use crate::url::defaults::Defaults;
use crate::url::error::{Error, quote};
use crate::url::fallback::{Fallback, Wanted};
use crate::url::given::Given;
use crate::url::hints::Varies;
use crate::url::overlay::NAMES;
use crate::url::param::{Draft, PARAMS};
use crate::url::preset::Presets;
use crate::url::shape;
use crate::url::value;
use crate::url::widths::Widths;

/// Combines a request and its preset: a parameter of the request replaces that of the preset.
pub(super) fn settle(
    given: &Given,
    preset: Option<&Given>,
    defaults: &Defaults<'_>,
) -> Result<Draft, Error> {
    let mut draft = Draft {
        source: None,
        transform: defaults.transform,
        negotiated: defaults.negotiated,
        version: None,
        max_age_secs: None,
        expires_secs: None,
        file_name: None,
        widths: None,
        count: None,
        page: None,
        overlays: [const { None }; MOST_OVERLAYS],
        sources: [const { None }; MOST_OVERLAYS],
        words: None,
        font: None,
        fallback: None,
        varies: Varies::default(),
    };
    let named = preset.into_iter().flat_map(|preset| &preset.pairs);
    let named = named.filter(|(row, _)| !given.has(PARAMS[*row].name));
    let asked: Vec<_> = given.pairs.iter().chain(named).collect();
    let own = defaults.given.pairs.iter();
    let own = own.filter(|(row, _)| asked.iter().all(|(other, _)| other != row));
    for (row, text) in own.chain(asked.iter().copied()) {
        let named = PARAMS[*row].names_source();
        let named = named.then(|| defaults.origins.spelled_out(text)).flatten();
        let text = named.as_ref().unwrap_or(text);
        (PARAMS[*row].read)(&mut draft, text)
            .ok_or_else(|| Error::bad(*row, text).within(defaults))?;
    }
    for (at, wanted) in draft.overlays.iter().enumerate() {
        let source = |wanted| defaults.overlays.source_of(NAMES[at], wanted);
        draft.sources[at] = wanted.as_ref().map(source).transpose()?;
    }
    draft.transform.frames = frames(&draft);
    draft.varies = defaults.hinted.apply(&mut draft, given, preset);
    let quality = given
        .text("q")
        .or_else(|| preset.and_then(|preset| preset.text("q")));
    let quality = quality.and_then(value::qualities);
    let has_quality = quality.is_some_and(|(quality, _)| quality.is_some());
    if draft.transform.target == Target::Image(Format::Png) && !has_quality {
        draft.transform.quality = Quality::MOST;
    }
    draft.transform.settle_qualities();
    check_max_age(&mut draft, defaults)?;
    if draft.widths.is_some() || defaults.ladder.is_some() {
        refuse_shares(&draft.transform)?;
    }
    if let Some(widths) = draft.widths.take() {
        choose(&widths, &mut draft.transform, given, preset)?;
    } else if let Some(ladder) = defaults.ladder {
        ladder.snap(&mut draft.transform);
    }
    check_canvas(&draft.transform, defaults)?;
    Ok(draft)
}

/// Returns the answer in place of an error: that of the request, or else of the deployment.
///
/// # Errors
/// A name that the deployment does not have.
pub(super) fn fallback(
    own: Option<&Wanted>,
    defaults: &Defaults<'_>,
) -> Result<Option<Fallback>, Error> {
    match own.or(defaults.fallback) {
        Some(wanted) => defaults.fallbacks.fallback(wanted),
        None => Ok(None),
    }
}

/// Refuses shares of the source's side where there is a list of widths: each source would have
/// widths of its own.
fn refuse_shares(transform: &Transform) -> Result<(), Error> {
    for (param, side) in [("w", transform.width), ("h", transform.height)] {
        if matches!(side, Side::Share(_)) {
            return Err(Error::Bad {
                param,
                value: Some(shape::write_side(side)),
                expected: "auto, or a whole number of pixels, where there is a list of widths"
                    .to_owned(),
            });
        }
    }
    Ok(())
}

/// Returns the frames that a draft asks for: a page is a still, unless the number of frames from
/// that page on is given.
pub(super) fn frames(draft: &Draft) -> Frames {
    let of_a_page = draft.page.and(Frames::STILL);
    Frames {
        first: draft.page.unwrap_or(0),
        count: draft.count.unwrap_or(of_a_page),
    }
}

/// Chooses one of the signed widths, and computes the height that goes with it.
fn choose(
    widths: &Widths,
    transform: &mut Transform,
    given: &Given,
    preset: Option<&Given>,
) -> Result<(), Error> {
    let chosen = match (given.text("w"), transform.width) {
        (None, _) => widths.widest(),
        (Some(_), Side::Px(width)) => {
            let asked = transform.dpr.times(width);
            widths.of(asked).ok_or_else(|| Error::Bad {
                param: "w",
                value: Some(asked.to_string()),
                expected: format!("one of the signed widths {widths}, after dpr"),
            })?
        }
        (Some(text), Side::Auto | Side::Share(_)) => {
            return Err(Error::Bad {
                param: "w",
                value: Some(quote(text)),
                expected: format!("one of the signed widths {widths}"),
            });
        }
    };
    // A preset that gives both sides defines a shape.
    let shape = preset.and_then(|preset| shape::side(preset.text("w")?));
    let reference = match shape {
        Some(Side::Px(width)) => width,
        _ => widths.widest(),
    };
    let has_height = given.has("h") || preset.is_some_and(|preset| preset.has("h"));
    transform.height = match transform.height {
        Side::Px(height) if has_height => Side::Px(crate::url::widths::scaled(
            height.get().into(),
            chosen.get().into(),
            reference.get().into(),
        )),
        _ => Side::Auto,
    };
    transform.width = Side::Px(chosen);
    // As many pictures as there are widths: lengths beside the box scale with the width, not `dpr`.
    transform.dpr = crate::url::widths::ratio(chosen, reference);
    transform.take_dpr();
    Ok(())
}

/// Checks `maxage`: the deployment's own time is the limit, and asking for exactly that time equals
/// asking for nothing.
fn check_max_age(draft: &mut Draft, defaults: &Defaults<'_>) -> Result<(), Error> {
    let most = defaults.max_age_secs;
    if let Some(secs) = draft.max_age_secs.filter(|&secs| secs > most) {
        return Err(Error::Bad {
            param: "maxage",
            value: Some(secs.to_string()),
            expected: format!("at most {most} seconds"),
        });
    }
    draft.max_age_secs = draft.max_age_secs.filter(|&secs| secs < most);
    Ok(())
}

/// Checks the canvas against the deployment's limits. A larger canvas is the caller's error,
/// reported before anything is fetched.
fn check_canvas(transform: &Transform, defaults: &Defaults<'_>) -> Result<(), Error> {
    let pixels = |side| match side {
        Side::Px(pixels) => transform.dpr.times(pixels),
        Side::Auto | Side::Share(_) => 0, // known only when the source is; the plan checks it
    };
    let (width, height) = (pixels(transform.width), pixels(transform.height));
    let bad = |param, value: u32, most: String| {
        Err(Error::Bad {
            param,
            value: Some(value.to_string()),
            expected: format!("at most {most} after dpr"),
        })
    };
    if width > defaults.max_side {
        return bad("w", width, format!("{} pixels", defaults.max_side));
    }
    if height > defaults.max_side {
        return bad("h", height, format!("{} pixels", defaults.max_side));
    }
    let (across, down) = transform.room();
    if (width + across).max(height + down) > defaults.max_side {
        let param = if transform.shape.border.is_some() {
            "border"
        } else {
            "pad"
        };
        return Err(Error::Bad {
            param,
            value: None,
            expected: format!(
                "so narrow that the answer has at most {} pixels a side after dpr",
                defaults.max_side
            ),
        });
    }
    if u64::from(width) * u64::from(height) > defaults.max_pixels {
        return bad(
            "w",
            width,
            format!("{} pixels in all, with h={height},", defaults.max_pixels),
        );
    }
    Ok(())
}

/// Checks that a request without parameters asks for something that this deployment allows.
///
/// # Errors
/// The reason why not, in a sentence.
pub(crate) fn check_defaults(defaults: &Defaults<'_>) -> Result<(), String> {
    settle(&Given::default(), None, defaults)
        .map(drop)
        .map_err(|e| e.to_string())
}

/// Cuts a request down to the deployment's limits. Where both sides are those of the answer, they
/// keep their proportion.
///
/// # Errors
/// A request that no size of the box brings within the limits.
pub(super) fn hold(asked: &mut Asked, defaults: &Defaults<'_>) -> Result<(), Error> {
    if asked.fallback.is_none() {
        asked.fallback = fallback(None, defaults)?;
    }
    asked.transform.settle_qualities();
    if asked.transform.backdrop {
        // A canvas that is a picture has no colour.
        asked.transform.background = Transform::DEFAULT.background;
    }
    let most = defaults.max_age_secs;
    asked.max_age_secs = asked.max_age_secs.filter(|&secs| (1..most).contains(&secs));
    let transform = &mut asked.transform;
    if let Some(ladder) = defaults.ladder {
        refuse_shares(transform)?;
        ladder.snap(transform);
    }
    if check_canvas(transform, defaults).is_ok() {
        return Ok(());
    }
    let dpr = transform.dpr;
    let pixels = |side| match side {
        Side::Px(pixels) => f64::from(dpr.times(pixels)),
        Side::Auto | Side::Share(_) => 0.0,
    };
    let (width, height) = (pixels(transform.width), pixels(transform.height));
    let (across, down) = transform.room();
    let left = |room: u32| f64::from(defaults.max_side.saturating_sub(room));
    let [width, height] = match transform.fit {
        // The box bounds the answer, which has the source's proportion.
        Fit::Inside => [width.min(left(across)), height.min(left(down))],
        _ => {
            let factor = (left(across) / width).min(left(down) / height).min(1.0);
            [width, height].map(|pixels| pixels * factor)
        }
    };
    let area = defaults.max_pixels as f64;
    let factor = (area / (width * height)).sqrt().min(1.0);
    let ratio = f64::from(dpr.millionths()) / f64::from(Dpr::UNIT);
    let held = |old, pixels: f64| match old {
        Side::Px(_) => Side::px(((pixels * factor / ratio) as u16).max(1)),
        other => other,
    };
    transform.width = held(transform.width, width);
    transform.height = held(transform.height, height);
    // The ratio has been rounded once more.
    for _ in 0..8 {
        if check_canvas(transform, defaults).is_ok() {
            break;
        }
        let less = |side| match side {
            Side::Px(pixels) => Side::px((pixels.get() - 1).max(1)),
            other => other,
        };
        transform.width = less(transform.width);
        transform.height = less(transform.height);
    }
    check_canvas(transform, defaults)
}

impl Presets {
    /// Checks that each preset by itself asks for something that this deployment allows.
    ///
    /// # Errors
    /// The first preset that does not, and the reason, in a sentence.
    pub fn check(&self, defaults: &Defaults<'_>) -> Result<(), String> {
        self.0.iter().try_for_each(|(name, given)| {
            settle(given, None, defaults)
                .map(drop)
                .map_err(|e| format!("in {name}, {e}"))
        })
    }
}

impl Error {
    /// Replaces names of settings in the message by the deployment's own limits.
    fn within(mut self, defaults: &Defaults<'_>) -> Error {
        if let Error::Bad { expected, .. } = &mut self {
            *expected = expected
                .replace("MAX_OUTPUT_SIDE", &defaults.max_side.to_string())
                .replace("CACHE_TTL", &format!("{} seconds", defaults.max_age_secs));
        }
        self
    }
}
