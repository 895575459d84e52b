//! Reading of a body in large pieces.
//!
//! The default reader of a byte stream returns 4 KB at a time on this platform, each with a
//! promise, a result object and an array of its own: 7 of the 45 CPU ms that a photo of 6
//! megapixels took. A reader with a buffer of ours (BYOB) returns as much as is asked for.

use wasm_bindgen::prelude::wasm_bindgen;
use worker::js_sys::{Object, Promise, Reflect, Uint8Array};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::ReadableStream;

/// Bytes of a piece, except the last one.
const PIECE: u32 = 128 << 10;

#[wasm_bindgen]
extern "C" {
    /// Byte stream with the methods that web-sys lacks.
    type ByteStream;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &ByteStream, options: &Object) -> Result<ByteReader, JsValue>;

    #[wasm_bindgen(method, catch, js_name = pipeThrough)]
    fn pipe_through(this: &ByteStream, to: &DecompressionStream)
    -> Result<ReadableStream, JsValue>;

    /// Decoder of a content coding, of the platform.
    type DecompressionStream;

    #[wasm_bindgen(constructor, catch)]
    fn new(coding: &str) -> Result<DecompressionStream, JsValue>;

    /// A `ReadableStreamBYOBReader`.
    type ByteReader;

    /// Method of the platform: settles when at least `least` elements of the view are filled, or at
    /// the end of the stream.
    #[wasm_bindgen(method, catch, js_name = readAtLeast)]
    fn read_at_least(this: &ByteReader, least: u32, view: Uint8Array) -> Result<Promise, JsValue>;
}

/// Content codings that the platform decodes when it is told to, under the names that it knows.
const CODINGS: [(&str, &str); 3] = [("gzip", "gzip"), ("x-gzip", "gzip"), ("deflate", "deflate")];

/// Returns the platform's name of a content coding.
pub(super) fn coding(content_encoding: &str) -> Option<&'static str> {
    let named = content_encoding.trim().to_ascii_lowercase();
    let mut codings = CODINGS.iter();
    let found = codings.find(|(name, _)| *name == named);
    found.map(|(_, coding)| *coding)
}

/// Returns a stream with a coding undone.
///
/// # Errors
/// The platform's error, for a stream that is locked already.
pub(super) fn decoded(stream: &ReadableStream, coding: &str) -> Result<ReadableStream, JsValue> {
    let decoder = DecompressionStream::new(coding)?;
    stream.unchecked_ref::<ByteStream>().pipe_through(&decoder)
}

/// Reader of a stream.
pub(super) struct Pieces {
    reader: ByteReader,
    /// Buffer that is passed back and forth.
    buffer: Option<Uint8Array>,
}

impl Pieces {
    /// Locks the stream.
    ///
    /// # Errors
    /// The platform's error, for a stream that is locked already or is not a byte stream.
    pub(super) fn of(stream: &ReadableStream) -> Result<Pieces, JsValue> {
        let options = Object::new();
        Reflect::set(&options, &"mode".into(), &"byob".into())?;
        let reader = stream.unchecked_ref::<ByteStream>().get_reader(&options)?;
        Ok(Pieces {
            reader,
            buffer: Some(Uint8Array::new_with_length(PIECE)),
        })
    }

    /// Returns the next bytes, in an array that is valid until the next call; `None` at the end.
    ///
    /// # Errors
    /// The exception that broke the stream.
    pub(super) async fn next(&mut self) -> Result<Option<Uint8Array>, JsValue> {
        let Some(view) = self.buffer.take() else {
            return Ok(None);
        };
        let result = JsFuture::from(self.reader.read_at_least(PIECE, view)?).await?;
        let view = Reflect::get(&result, &"value".into())?;
        let view = view.dyn_into::<Uint8Array>().ok();
        let Some(view) = view.filter(|view| view.length() > 0) else {
            return Ok(None);
        };
        self.buffer = Some(Uint8Array::new(&view.buffer()));
        Ok(Some(view))
    }
}
