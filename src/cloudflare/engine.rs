//! Exports of the module for programs that have a file at hand (`src/engine.mjs`, `src/rpc.mjs`).
//!
//! The parameters are those of a URL, or of Cloudflare's Images binding, and nothing is fetched,
//! stored or logged. The calls do not wait for anything: a crash is thrown to the caller, and calls
//! never overlap.

use wasm_bindgen::prelude::wasm_bindgen;
use worker::js_sys::{Array, Date, Uint8Array};
use worker::wasm_bindgen::JsCast;

use super::fallible_copy;
use super::guests::Beside;
use crate::config::Config;
use crate::dialect::{Call, Dialect, Keys, Options};
use crate::error::Error;
use crate::negotiate::negotiate;
use crate::url::{self, Asked, Defaults};
use letterbox_engine::guest::Guests;
use letterbox_engine::transform::Side;
use letterbox_engine::{self as engine, Output, Pipeline};

/// Returns `[body, media type, width, height]` of the answer to a query about a file, which comes
/// in pieces; throws `[code, message]`.
#[wasm_bindgen]
#[expect(
    unreachable_pub,
    reason = "an export has to be public, and nothing here reaches it"
)]
pub fn make(query: &str, accept: Option<String>, pieces: &Array) -> Result<Array, Array> {
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
    told(asked.and_then(|asked| output(asked, &config, pieces)))
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
        offer: Beside.offer(),
        now_secs: 0,
        keys: &Keys::default(),
    };
    let translation = Dialect::Cloudflare.read(&call, &Options::default());
    let asked = translation.map(|translation| translation.asked);
    let asked = asked.map_err(Error::Dialect);
    told(asked.and_then(|asked| output(asked, &config, pieces)))
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

fn output(asked: Asked, config: &Config, pieces: &Array) -> Result<Output, Error> {
    let asked = url::admit(asked, &config.url_defaults())?;
    let mut pipeline = Pipeline::new(&asked.transform, &config.limits).with_guests(&Beside);
    for piece in pieces.iter() {
        let copied = fallible_copy(piece.unchecked_ref::<Uint8Array>());
        pipeline.push(&copied.map_err(|_| engine::Error::OutOfMemory)?)?;
    }
    pipeline.end()?;
    while !pipeline.play(&Date::now)? {}
    Ok(pipeline.finish(&Date::now)?)
}
