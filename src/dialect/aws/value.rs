//! Values of edits in JSON.

use serde_json::{Map, Value};

use crate::dialect::call::decimal;
use crate::dialect::colour;
use letterbox_engine::transform::Colour;

/// Edits by name.
pub(crate) type Edits = Map<String, Value>;

/// Reads a number, which may be a text.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => decimal(text),
        _ => None,
    }
}

/// Whether a switch is on.
pub(super) fn is_on(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

/// Reads a colour: a text of CSS, or channels.
pub(super) fn colour(value: &Value) -> Option<Colour> {
    if let Some(text) = value.as_str() {
        return colour::css(text);
    }
    let channels = value.as_object()?;
    let channel = |name: &str, most: f64, usual: f64| {
        let number = channels.get(name).map_or(Some(usual), number)?;
        let share = number / most;
        (0.0..=1.0)
            .contains(&share)
            .then_some((share * 255.0).round() as u8)
    };
    Some(Colour {
        r: channel("r", 255.0, 0.0)?,
        g: channel("g", 255.0, 0.0)?,
        b: channel("b", 255.0, 0.0)?,
        a: channel("alpha", 1.0, 1.0)?,
    })
}
