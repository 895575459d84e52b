//! Log record: one JSON line for each request, enough to see what happened and what it cost, and
//! never with the query or the source's URL.

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::dialect::Dialect;
use crate::error::Error;
use crate::url::Asked;
use letterbox_engine::Output;
use letterbox_engine::transform::{Format, Target};

/// Fields known about a request so far.
pub(crate) struct Record(Map<String, Value>);

impl Record {
    pub(crate) fn new(id: &str, method: &Method) -> Record {
        let mut record = Record(Map::new());
        record.set("id", json!(id));
        record.set("method", json!(method.as_str()));
        record
    }

    /// Records how the request was answered: `hit`, `transform`, `origin`.
    pub(crate) fn way(&mut self, way: &str) {
        self.set("way", json!(way));
    }

    /// Records the dialect of the request.
    pub(crate) fn dialect(&mut self, dialect: Dialect) {
        self.set("dialect", json!(dialect.name()));
    }

    /// Adds what is known of a picture that was made in another one's place, without its name and
    /// its outcome.
    pub(crate) fn made_of(&mut self, other: &Record) {
        for (name, value) in &other.0 {
            self.0.entry(name).or_insert_with(|| value.clone());
        }
    }

    pub(crate) fn asked(&mut self, asked: &Asked) {
        self.set("host", json!(asked.source.host()));
        if let Target::Auto(negotiated) = asked.transform.target {
            self.set("auto", json!(negotiated.name()));
        }
    }

    /// Records the format of a stored answer.
    pub(crate) fn stored(&mut self, content_type: &[u8]) {
        let name = match Format::of_content_type(content_type) {
            Some(format) => format.name(),
            None => "json",
        };
        self.set("format", json!(name));
    }

    pub(crate) fn output(&mut self, output: &Output, fetch_ms: f64, waiting_ms: f64) {
        let plan = &output.plan;
        self.set("format", json!(output.name()));
        if output.original {
            self.set("original", json!(true));
        }
        self.set("width", json!(plan.canvas.width));
        self.set("height", json!(plan.canvas.height));
        self.set("bytes", json!(output.body.len()));
        self.set("source_format", json!(plan.header.format.name()));
        self.set("source_width", json!(plan.header.stored.width));
        self.set("source_height", json!(plan.header.stored.height));
        self.set("source_bytes", json!(output.source_bytes));
        self.set("decoded_pixels", json!(plan.decoded.pixels()));
        self.set("peak_bytes", json!(plan.peak_bytes));
        self.set("fetch_ms", json!(fetch_ms.round()));
        self.set("waiting_ms", json!(waiting_ms.round()));
    }

    pub(crate) fn error(&mut self, error: &Error) {
        self.set("code", json!(error.code()));
        if let Some(detail) = error.private_detail() {
            self.set("detail", json!(detail));
        }
    }

    /// Returns what is known, by name.
    pub(crate) fn facts(&self) -> &Map<String, Value> {
        &self.0
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Whether the line is written where a share of the lines is, in ten-thousandths. The lines of
    /// errors all are, and for the others the request's identifier decides.
    pub(crate) fn is_sampled(&self, share: u16) -> bool {
        let id = self.get("id").and_then(Value::as_str).unwrap_or_default();
        // FNV-1a, whose upper half is mixed well.
        let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        self.get("code").is_some() || ((hash >> 32) * 10_000) >> 32 < u64::from(share)
    }

    pub(crate) fn line(mut self, status: StatusCode) -> String {
        self.set("status", json!(status.as_u16()));
        self.0.entry("code").or_insert_with(|| json!("ok"));
        Value::Object(self.0).to_string()
    }

    fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}
