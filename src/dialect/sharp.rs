//! Words of sharp, which several services pass on.

use crate::url::value;
use letterbox_engine::transform::Gravity;

/// Reads a position of sharp.
pub(crate) fn position(text: &str) -> Option<Gravity> {
    Some(match &*text.replace(' ', "-") {
        "center" | "centre" => Gravity::CENTRE,
        named @ ("top" | "bottom" | "left" | "right" | "attention" | "entropy") => {
            value::gravity(named)?
        }
        "north" => value::gravity("top")?,
        "south" => value::gravity("bottom")?,
        "west" => value::gravity("left")?,
        "east" => value::gravity("right")?,
        "left-top" | "northwest" | "top-left" => value::gravity("top-left")?,
        "right-top" | "northeast" | "top-right" => value::gravity("top-right")?,
        "left-bottom" | "southwest" | "bottom-left" => value::gravity("bottom-left")?,
        "right-bottom" | "southeast" | "bottom-right" => value::gravity("bottom-right")?,
        _ => return None,
    })
}
