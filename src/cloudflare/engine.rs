//! Exports of the module for programs that have a file at hand (`src/engine.mjs`, `src/rpc.mjs`).
//!
//! The parameters are those of a URL, or of Cloudflare's Images binding, and nothing is fetched,
//! stored or logged. The calls do not wait for anything: a crash is thrown to the caller, and calls
//! never overlap.

use wasm_bindgen::prelude::wasm_bindgen;
use worker::js_sys::{Array, Date, Uint8Array};
use worker::wasm_bindgen::{JsCast, JsValue};

use super::guests::Beside;
use super::{fallible_copy, font};
use crate::config::Config;
use crate::dialect::{Call, Dialect, Keys, Options};
use crate::error::Error;
use crate::lettering::letter;
use crate::negotiate::negotiate;
use crate::url::{self, Asked, Defaults};
use letterbox_engine::guest::Guests;
use letterbox_engine::transform::Side;
use letterbox_engine::{self as engine, Lettering, Limits, Output, Pipeline};

/// Returns `[body, media type, width, height]` of the answer to a query about a file, which comes
/// in pieces, as does each picture that is laid over it; throws `[code, message]`.
#[wasm_bindgen]
#[expect(
    unreachable_pub,
    reason = "an export has to be public, and nothing here reaches it"
)]
pub fn make(
    query: &str,
    accept: Option<String>,
    pieces: &Array,
    overlays: &Array,
) -> Result<Array, Array> {
    // A file at hand is asked for as it is, where a page asks for a box.
    let mut config = Config::default();
    (config.transform.width, config.transform.height) = (Side::Auto, Side::Auto);
    let defaults = Defaults {
        negotiated: negotiate(accept.as_deref(), None).among(Beside.offer()),
        ..config.url_defaults()
    };
    let asked = url::parse(query, &defaults)
        .map_err(Error::from)
        .and_then(|asked| asked.ok_or(Error::MissingSource));
    told(asked.and_then(|asked| output(asked, &config, pieces, overlays)))
}

/// Returns the same of a file by options of Cloudflare Images, as its URLs have them, and the code
/// that Cloudflare has for an error where it has one.
#[wasm_bindgen]
#[expect(
    unreachable_pub,
    reason = "an export has to be public, and nothing here reaches it"
)]
pub fn make_by_options(options: &str, pieces: &Array) -> Result<Array, Array> {
    let config = Config::default();
    let path = format!("{options}/file");
    let call = Call {
        path: &path,
        whole_path: &path,
        query: "",
        accept: None,
        user_agent: None,
        hinted: Default::default(),
        origins: &config.origins,
        offer: Beside.offer(),
        now_secs: 0,
        keys: &Keys::default(),
    };
    let translation = Dialect::Cloudflare.read(&call, &Options::default());
    let asked = translation.map(|translation| translation.asked);
    let asked = asked.map_err(Error::Dialect);
    told(asked.and_then(|asked| output(asked, &config, pieces, &Array::new())))
}

/// Hands the outcome to the program.
fn told(outcome: Result<Output, Error>) -> Result<Array, Array> {
    let output =
        outcome.map_err(|error| Array::of2(&error.code().into(), &error.to_string().into()))?;
    let canvas = output.plan.canvas;
    Ok(Array::of4(
        &Uint8Array::from(output.body.as_slice()),
        &output.content_type.into(),
        &canvas.width.into(),
        &canvas.height.into(),
    ))
}

fn output(
    asked: Asked,
    config: &Config,
    pieces: &Array,
    overlays: &Array,
) -> Result<Output, Error> {
    let asked = url::admit(asked, &config.url_defaults())?;
    let mut pipeline = Pipeline::new(&asked.transform, &config.limits).with_guests(&Beside);
    for piece in pieces.iter() {
        pipeline.push(&copied(&piece)?)?;
        lay(&asked, config, &mut pipeline, overlays)?;
    }
    pipeline.end()?;
    lay(&asked, config, &mut pipeline, overlays)?;
    while !pipeline.play(&Date::now)? {
        lay(&asked, config, &mut pipeline, overlays)?;
    }
    let output = pipeline.finish(&Date::now)?;
    output.metadata_bytes(&config.limits)?;
    let output = output.with_metadata()?;
    if asked.transform.data_url {
        output.data_url_bytes(&config.limits)?;
        return Ok(output.into_data_url()?);
    }
    Ok(output)
}

/// Lays the pictures at hand over an answer, once its size is known. Nothing is fetched.
fn lay(
    asked: &Asked,
    config: &Config,
    answer: &mut Pipeline<'_>,
    overlays: &Array,
) -> Result<(), Error> {
    let Some(canvas) = answer.canvas() else {
        return Ok(());
    };
    let limits = Limits {
        memory_bytes: (config.limits.memory_bytes).saturating_sub(answer.held_bytes()),
        ..config.limits
    };
    let mut opened = Vec::new();
    for (at, (param, overlay, _)) in (0..).zip(asked.laid_over()) {
        let Ok(pieces) = overlays.get(at).dyn_into::<Array>() else {
            return Err(Error::Url(url::Error::Bad {
                param,
                value: None,
                expected: "a picture that is at hand: nothing is fetched here".to_owned(),
            }));
        };
        let mut pipeline = Pipeline::of_overlay(*overlay, canvas, asked.transform.dpr, &limits);
        pipeline = pipeline.with_guests(&Beside);
        let mut next = 0;
        let mut head = || {
            while pipeline.layer_plan().is_none() && next < pieces.length() {
                pipeline.push(&copied(&pieces.get(next))?)?;
                next += 1;
            }
            match pipeline.layer_plan() {
                Some(_) => Ok(()),
                None => pipeline.end(),
            }
        };
        head().map_err(|error: engine::Error| Error::from(error).of_overlay(param))?;
        opened.push((param, pipeline, pieces, next));
    }
    let font = font_of(asked)?;
    let lettering = letter(asked, &font, canvas)?;
    let plans = opened
        .iter()
        .filter_map(|(_, pipeline, ..)| pipeline.layer_plan());
    let words = lettering.iter().flat_map(Lettering::plans);
    answer.plan_layers(plans.chain(words).collect())?;
    if !answer.shows_layers() {
        return Ok(());
    }
    let mut layers = Vec::new();
    for (param, mut pipeline, pieces, next) in opened {
        let rest = || {
            for at in next..pieces.length() {
                pipeline.push(&copied(&pieces.get(at))?)?;
            }
            pipeline.into_layer(&Date::now)
        };
        let layer = rest();
        layers.push(layer.map_err(|error| Error::from(error).of_overlay(param))?);
    }
    if let Some(lettering) = lettering {
        layers.extend(lettering.draw()?);
    }
    answer.lay(layers);
    Ok(())
}

/// Returns the font of the package where there are words.
fn font_of(asked: &Asked) -> Result<Vec<u8>, Error> {
    if asked.font_of_words().is_some() {
        return Err(Error::Url(url::Error::Bad {
            param: "txtfont",
            value: None,
            expected: "none: nothing is fetched here".to_owned(),
        }));
    }
    match asked.words {
        Some(_) => font::font().ok_or_else(|| engine::Error::OutOfMemory.into()),
        None => Ok(Vec::new()),
    }
}

/// Copies a piece of a file into the module's memory.
fn copied(piece: &JsValue) -> Result<Vec<u8>, engine::Error> {
    fallible_copy(piece.unchecked_ref::<Uint8Array>()).map_err(|_| engine::Error::OutOfMemory)
}
