//! Sending finished answers (`src/answers.mjs`).
//!
//! A short answer becomes an array of the runtime's, shared by the reply, the cache and all
//! coalesced requests. A long answer moves there in pieces if the isolate has room, which frees the
//! module's memory at once; otherwise the bytes stay where they were made. Long answers are sent
//! piece by piece, as fast as the client takes them, so that no answer is copied as a whole.

use std::sync::Arc;

use http::StatusCode;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use worker::js_sys::{Array, Date, Function, Promise, Uint8Array};
use worker::send::SendWrapper;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::{Context, web_sys};

use super::guests::own_bytes;
use crate::answer::{self, Kept, PIECE_BYTES, PIECE_MS};
use crate::platform::{Keeping, NoRoom};

/// Longest answer that becomes the runtime's at once. Such answers are not counted, because the
/// runtime does not report when one has been sent.
const SHORT_BYTES: usize = 1 << 20;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = letterboxAnswers)]
    fn room(own_bytes: f64, bytes: f64, lapses_ms: f64) -> Option<Function>;

    #[wasm_bindgen(catch, js_namespace = letterboxAnswers)]
    fn array(length: u32) -> Result<Uint8Array, JsValue>;

    #[wasm_bindgen(catch, js_namespace = letterboxAnswers)]
    fn whole(
        bytes: &Uint8Array,
        status: u16,
        headers: &web_sys::Headers,
    ) -> Result<web_sys::Response, JsValue>;

    #[wasm_bindgen(catch, js_namespace = letterboxAnswers, js_name = inPieces)]
    fn in_pieces(
        length: f64,
        count: u32,
        piece_ms: u32,
        piece: &JsValue,
        ended: &JsValue,
        status: u16,
        headers: &web_sys::Headers,
    ) -> Result<Array, JsValue>;
}

/// Bytes of a finished answer.
pub(super) enum Bytes {
    /// Bytes in one array of the runtime.
    Short(SendWrapper<Uint8Array>),
    /// Bytes in several arrays of the runtime, with a reservation that is released.
    Long(SendWrapper<Pieces>),
    /// Bytes in the module's memory.
    Own(Vec<u8>),
}

pub(super) struct Pieces {
    arrays: Vec<Uint8Array>,
    length: usize,
    give_back: Function,
}

impl Drop for Pieces {
    fn drop(&mut self) {
        let _ = self.give_back.call0(&JsValue::UNDEFINED); // it does not throw
    }
}

/// Moves an answer to the place that it is sent from.
///
/// # Errors
/// The runtime has no memory for a short answer.
pub(super) fn keep(bytes: Vec<u8>) -> Result<Keeping<Bytes>, NoRoom> {
    if bytes.len() <= SHORT_BYTES {
        let array = copied(&bytes)?;
        return Ok(Keeping::Elsewhere(Bytes::Short(SendWrapper::new(array))));
    }
    let lapses_ms = Date::now() + answer::sending_ms(bytes.len() as u64);
    match room(own_bytes(), bytes.len() as f64, lapses_ms) {
        Some(give_back) => moved(bytes, give_back),
        None => Ok(Keeping::Here(Bytes::Own(bytes))),
    }
}

/// Moves the bytes to the runtime in pieces, from the last one on, so that each copied piece is
/// freed before the next is copied.
fn moved(mut bytes: Vec<u8>, give_back: Function) -> Result<Keeping<Bytes>, NoRoom> {
    let mut pieces = Pieces {
        arrays: Vec::new(),
        length: bytes.len(),
        give_back,
    };
    while !bytes.is_empty() {
        let start = (bytes.len() - 1) / PIECE_BYTES * PIECE_BYTES;
        pieces.arrays.push(copied(&bytes[start..])?);
        bytes.truncate(start);
        bytes.shrink_to_fit();
    }
    pieces.arrays.reverse();
    Ok(Keeping::Elsewhere(Bytes::Long(SendWrapper::new(pieces))))
}

fn copied(bytes: &[u8]) -> Result<Uint8Array, NoRoom> {
    let array = array(bytes.len() as u32).map_err(|_| NoRoom)?;
    array.copy_from(bytes);
    Ok(array)
}

/// Builds a reply with these bytes. Their memory is released when the runtime has sent them.
///
/// # Errors
/// The runtime's error, for a header that it does not accept.
pub(super) fn reply(
    kept: Kept<Bytes>,
    status: StatusCode,
    headers: &worker::Headers,
    context: &Context,
) -> Result<worker::Response, JsValue> {
    let status = status.as_u16();
    let length = match kept.bytes() {
        Bytes::Short(array) => return whole(array, status, &headers.0).map(Into::into),
        Bytes::Long(pieces) => pieces.length,
        Bytes::Own(bytes) => bytes.len(),
    };
    let ours = kept.clone();
    let piece = Closure::<dyn FnMut(u32) -> JsValue>::new(move |number: u32| {
        piece(ours.bytes(), number as usize).unwrap_or(JsValue::NULL)
    });
    // The callback for the end of sending owns the piece function and the bytes, and drops both.
    let held = Arc::new(SendWrapper::new(piece));
    let piece_function = held.as_ref().as_ref().clone();
    let ended = Closure::once_into_js(move || drop((held, kept)));
    let reply = in_pieces(
        length as f64,
        length.div_ceil(PIECE_BYTES) as u32,
        PIECE_MS,
        &piece_function,
        &ended,
        status,
        &headers.0,
    )?;
    let sent: Promise = reply.get(1).unchecked_into();
    context.wait_until(async { drop(JsFuture::from(sent).await) });
    Ok(reply.get(0).unchecked_into::<web_sys::Response>().into())
}

/// Returns piece `number` as an array of the runtime; `None` beyond the end, or if the runtime has
/// no memory for the piece.
fn piece(bytes: &Bytes, number: usize) -> Option<JsValue> {
    match bytes {
        Bytes::Short(array) => Some(JsValue::from(&**array)),
        Bytes::Long(pieces) => pieces.arrays.get(number).map(JsValue::from),
        Bytes::Own(bytes) => copied(bytes.chunks(PIECE_BYTES).nth(number)?)
            .ok()
            .map(JsValue::from),
    }
}
