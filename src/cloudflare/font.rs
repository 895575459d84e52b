//! Font of the package, which the entry has beside the module (`src/font.mjs`, `src/engine.mjs`).

use wasm_bindgen::prelude::wasm_bindgen;
use worker::js_sys::Uint8Array;
use worker::wasm_bindgen::JsValue;

use super::fallible_copy;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = letterboxFont)]
    fn letterbox_font() -> Result<Uint8Array, JsValue>;
}

/// Returns a copy of the font; `None` where there is none, or no memory for it.
pub(super) fn font() -> Option<Vec<u8>> {
    fallible_copy(&letterbox_font().ok()?).ok()
}
