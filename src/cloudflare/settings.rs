//! Export of the module for `npm run check`, which reads a configuration; not part of what answers
//! requests.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::deployment::Deployment;

/// Returns the settings in force, or throws the problems. `vars` alternates names and texts.
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
