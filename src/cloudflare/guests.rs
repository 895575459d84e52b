//! Guest codecs provided by the entry (`src/guests/`): the entry installs an object, and each call
//! here is one call of that object.

use wasm_bindgen::prelude::wasm_bindgen;
use worker::js_sys::{Uint8Array, Uint8ClampedArray};
use worker::wasm_bindgen::JsValue;

use letterbox_engine::Size;
use letterbox_engine::guest::{Decoded, Encoding, Fault, Guests};
use letterbox_engine::transform::{Format, FormatSet};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = letterboxGuests)]
    fn has(format: &str) -> bool;

    #[wasm_bindgen(js_namespace = letterboxGuests, js_name = makeRoom)]
    fn make_room(own_bytes: f64) -> bool;

    #[wasm_bindgen(catch, js_namespace = letterboxGuests)]
    fn encode(
        format: &str,
        rgba: &[u8],
        width: u32,
        height: u32,
        quality: u8,
        raw_alpha: bool,
        most_bytes: f64,
        own_bytes: f64,
    ) -> Result<Uint8Array, JsValue>;

    #[wasm_bindgen(catch, js_namespace = letterboxGuests)]
    fn decode(
        format: &str,
        file: &[u8],
        most_bytes: f64,
        own_bytes: f64,
    ) -> Result<Picture, JsValue>;

    /// An `ImageData`.
    type Picture;

    #[wasm_bindgen(method, getter)]
    fn width(this: &Picture) -> u32;

    #[wasm_bindgen(method, getter)]
    fn height(this: &Picture) -> u32;

    #[wasm_bindgen(method, getter)]
    fn data(this: &Picture) -> Uint8ClampedArray;
}

/// Guests beside this module.
pub(super) struct Beside;

impl Guests for Beside {
    fn offer(&self) -> FormatSet {
        let offered = Format::ALL.into_iter();
        offered.filter(|format| has(format.name())).collect()
    }

    fn encode(&self, encoding: &Encoding, rgba: &[u8]) -> Result<Vec<u8>, Fault> {
        let Size { width, height } = encoding.size;
        let file = encode(
            encoding.format.name(),
            rgba,
            width,
            height,
            encoding.quality,
            encoding.raw_alpha,
            encoding.most_bytes as f64,
            own_bytes(),
        )
        .map_err(fault)?;
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(file.length() as usize)
            .map_err(|_| Fault::Full)?;
        bytes.resize(file.length() as usize, 0);
        file.copy_to(&mut bytes);
        Ok(bytes)
    }

    fn decode(&self, format: Format, file: &[u8], most_bytes: u64) -> Result<Decoded, Fault> {
        let picture = decode(format.name(), file, most_bytes as f64, own_bytes()).map_err(fault)?;
        let (width, height) = (picture.width(), picture.height());
        let data = picture.data();
        if u64::from(data.length()) != 4 * u64::from(width) * u64::from(height) {
            return Err(Fault::Refused);
        }
        Ok(Decoded {
            size: Size { width, height },
            copy: Box::new(move |from, to| {
                let (from, length) = (from as u32, to.len() as u32);
                data.subarray(from, from.saturating_add(length)).copy_to(to);
            }),
        })
    }

    fn make_room(&self, own_bytes: u64) -> bool {
        make_room((own_bytes as f64).max(self::own_bytes()))
    }
}

/// Returns the bytes of this module's memory.
pub(super) fn own_bytes() -> f64 {
    core::arch::wasm32::memory_size(0) as f64 * 65_536.0
}

/// Maps the word that the entry throws to a fault.
fn fault(thrown: JsValue) -> Fault {
    match thrown.as_string().as_deref() {
        Some("refused") => Fault::Refused,
        Some("memory") => Fault::Starved,
        Some("full") => Fault::Full,
        _ => Fault::Trapped,
    }
}
