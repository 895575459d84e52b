//! The module's reading of a configuration, for `npm run check`: not part of what answers requests.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::deployment::Deployment;

/// Returns the settings in force; throws the problems. `vars` has names and texts in turn.
#[wasm_bindgen]
#[expect(
    unreachable_pub,
    reason = "an export has to be public, and nothing here reaches it"
)]
pub fn review(
    vars: Vec<String>,
    bindings: Vec<String>,
    secrets: Vec<String>,
) -> Result<Vec<String>, Vec<String>> {
    let pairs = vars
        .chunks_exact(2)
        .map(|pair| (pair[0].clone(), pair[1].clone()));
    Deployment {
        vars: pairs.collect(),
        bindings,
        secrets,
    }
    .review()
}
