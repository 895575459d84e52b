//! Random query strings for tests and fuzzing. The platform's module has none of them.
#![cfg(not(target_arch = "wasm32"))]

use crate::url::examples::{Roll, pick};
use crate::url::param::PARAMS;

/// Returns a random query string without a source, of the parameters that belong to a request's
/// meaning. Each value is valid by itself; all together may exceed a deployment's limits.
pub fn query(roll: &mut Roll<'_>) -> String {
    let mut query = ::url::form_urlencoded::Serializer::new(String::new());
    for param in PARAMS.iter().filter(|p| p.is_asked() && p.name != "s") {
        if roll(2) == 0 {
            let names = [&[param.name], param.aliases].concat();
            query.append_pair(pick(&names, roll), &param.examples.any(roll));
        }
    }
    query.finish()
}
