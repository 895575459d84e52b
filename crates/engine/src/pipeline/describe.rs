//! Description of a source and of its plan.

use serde_json::{Map, Value, json};

use crate::limits::Limits;
use crate::pipeline::look::Facts;
use crate::pixels::orientation::Orientation;
use crate::plan::Plan;
use crate::plan::budget::Step;
use crate::stage::at_work;
use crate::transform::Gravity;

/// Returns the answer to `f=json`.
pub(crate) fn describe(
    plan: &Plan,
    exif: Orientation,
    shot: Option<Value>,
    source_bytes: u64,
    limits: &Limits,
    facts: Result<Facts, String>,
) -> Vec<u8> {
    let header = plan.header;
    // The frames may not all have been counted in a file that breaks off or takes too much memory.
    let counted = plan.animation.is_some() || facts.is_ok() || !header.format.moves();
    let frames = plan.animation.map_or(1, |animation| animation.frames);
    let file_bytes = plan.file_bytes(source_bytes);
    let original = plan.keeps_original() && plan.affords(file_bytes, source_bytes, limits);
    let original_bytes = if original { source_bytes } else { 0 };
    let need = plan.need_bytes(file_bytes) + original_bytes;
    let steps = plan.steps();
    let bytes = |step: &Step| step.bytes(file_bytes) + original_bytes;
    let peak = steps.iter().max_by_key(|step| bytes(step));
    let peak = peak.map_or("", |step| step.name);
    let steps: Vec<Value> = steps
        .iter()
        .map(|step| {
            let mut holds: Map<String, Value> = Map::new();
            if step.file && file_bytes > 0 {
                holds.insert("file".to_owned(), file_bytes.into());
            }
            if original {
                holds.insert("original".to_owned(), original_bytes.into());
            }
            for (name, bytes) in &step.parts {
                if *bytes > 0 {
                    holds.insert((*name).to_owned(), (*bytes).into());
                }
            }
            json!({ "step": step.name, "bytes": bytes(step), "holds": holds })
        })
        .collect();
    let (source, image) = (
        header.stored.swapped_if(exif.swaps_axes()),
        plan.resized.swapped_if(header.orientation.swaps_axes()),
    );
    let palette = facts.as_ref().ok().map(|Facts { small }| {
        let shades = small.palette();
        let shades = shades.iter().map(|shade| {
            let share = (shade.share * 1000.0).round() / 1000.0;
            json!({ "colour": shade.hex(), "share": share })
        });
        shades.collect::<Vec<Value>>()
    });
    let placeholder = match facts {
        Ok(Facts { small }) => json!({
            "thumbhash": small.thumbhash(),
            "blurhash": small.blurhash(),
            "dominant_colour": small.dominant_colour(),
        }),
        Err(without) => json!({
            "thumbhash": null,
            "blurhash": null,
            "dominant_colour": null,
            "error": without,
        }),
    };
    let stages: Vec<Value> = at_work(plan)
        .iter()
        .map(|stage| json!({ "stage": stage.name(), "reach": stage.reach().name() }))
        .collect();
    let overlays = plan.layers.plans.iter().map(|layer| {
        let (place, size) = (layer.place, layer.size);
        json!({ "x": place.left, "y": place.top, "width": size.width, "height": size.height })
    });
    let overlays: Vec<Value> = overlays.collect();
    let area = plan.area;
    let focus = match plan.transform.gravity.within(area) {
        Gravity::Focus(x, y) => {
            let [x, y] = [x, y].map(|share| f64::from(share) / 10_000.0);
            json!({ "x": x, "y": y })
        }
        Gravity::Position(..) | Gravity::Smart(_) | Gravity::Pixel(..) => Value::Null,
    };
    let description = json!({
        "source": {
            "width": source.width,
            "height": source.height,
            "format": header.format.name(),
            "bytes": source_bytes,
            "orientation": exif.to_exif(),
            "alpha": header.layout.alpha(),
            "frames": counted.then_some(frames),
            "colour": plan.source.name(&header),
        },
        "plan": {
            "width": plan.canvas.width,
            "height": plan.canvas.height,
            "format": plan.format.name(),
            "alpha": plan.layout.alpha(),
            "shrink_on_load": plan.shrink,
            "frames": plan.animation.map_or(1, |animation| animation.count),
            "area": { "x": area.left, "y": area.top, "width": area.width, "height": area.height },
            "focus": focus,
            "overlays": overlays,
            "stages": stages,
            "image": { "x": plan.at.0, "y": plan.at.1, "width": image.width, "height": image.height },
            "peak_bytes": plan.peak_bytes,
        },
        "placeholder": placeholder,
        "palette": palette,
        "exif": shot,
        "memory": {
            "steps": steps,
            "peak": peak,
            "reserved_bytes": need,
            "budget_bytes": limits.memory_bytes,
            "fits": counted && need <= limits.memory_bytes,
        },
    });
    description.to_string().into_bytes()
}
