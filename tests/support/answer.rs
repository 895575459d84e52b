//! Questions about a file, answered without the service around them.
#![allow(dead_code, reason = "some test programs push the file themselves")]

use letterbox::config::Config;
use letterbox::url;
use letterbox_engine::transform::Transform;
use letterbox_engine::{Error, Output, Pipeline};

/// The transform of a query, without its `s`.
pub(crate) fn transform(query: &str) -> Transform {
    let asked = url::parse(&format!("s=/x&{query}"), &Config::default().url_defaults());
    asked.expect("good parameters").expect("a source").transform
}

/// The answer to a query about a file that arrives in small pieces, and whose length nobody has
/// said.
pub(crate) fn answer(file: &[u8], query: &str) -> Result<Output, Error> {
    let (transform, config) = (transform(query), Config::default());
    let mut pipeline = Pipeline::new(&transform, &config.limits);
    for piece in file.chunks(97) {
        pipeline.push(piece)?;
    }
    pipeline.finish(&|| 0.0)
}
