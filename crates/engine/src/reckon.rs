//! Memory that a plan costs. No other file sees plan, stages and codecs together.
#![deny(clippy::wildcard_enum_match_arm)] // a format that is new is decided on

use crate::format::codec::Write;
use crate::format::codec_of;
use crate::header::Coding;
use crate::header::kept::Kept;
use crate::pixels::frame::Picture;
use crate::plan::budget::Step;
use crate::plan::plane::Plane;
use crate::plan::{Aim, Plan};
use crate::spec::Format;
use crate::stage::backdrop;
use crate::stage::components;
use crate::stage::trim::Trim;
use crate::stage::{pulled_bytes, pushed_bytes, turned_bytes};
use crate::transform::Subsampling;

/// Bytes of the pipeline itself, and of small allocations of some hundred bytes each.
const SMALL_BYTES: u64 = 4 << 10;

/// Bytes of tokens per block of 64 samples, beside the 64 that replace the samples.
const TOKENS_A_BLOCK: u64 = 24;

/// Returns the writer of a format, if the format is written.
fn writer(format: Format) -> Option<&'static dyn Write> {
    codec_of(format).writer()
}

impl Plan {
    /// Returns the steps of the work, in their order.
    pub fn steps(&self) -> Vec<Step> {
        let planes = self.planes();
        let sum = |bytes: &dyn Fn(&Plane) -> u64| planes.iter().map(bytes).sum::<u64>();
        let turns = !self.header.orientation.is_upright();
        let picture = sum(&|plane| resized_bytes(plane, self.stored_capacity()));
        let upright = sum(&|plane| resized_bytes(plane, self.capacity));
        let resampler = match self.halves {
            Some(_) => components::bytes(self),
            None => sum(&|plane| pushed_bytes(self, plane)),
        };
        let small = ("other", SMALL_BYTES);
        let decoder = ("decoder", codec_of(self.header.format).decoder_bytes(self));
        if let Some(Aim::Box { .. }) = self.aim {
            return vec![Step {
                name: "look",
                parts: vec![decoder, ("box", Trim::bytes(self)), small],
                file: true,
            }];
        }
        let mut steps = Vec::new();
        if let Some(animation) = self.moving() {
            let whole = sum(&|plane| turned_bytes(self, plane));
            let turned = if turns { upright } else { 0 } + whole;
            let canvas = sum(&|plane| pulled_bytes(self, plane));
            let parts = vec![
                decoder,
                ("resampler", resampler),
                ("picture", picture + turned),
                ("encoder", animation_bytes(self) + canvas),
                ("answer", animation.file_bytes),
                small,
                ("colours", self.source.bytes(&self.header)),
                ("overlays", self.layer_bytes),
                ("metadata", self.metadata_bytes),
            ];
            let mut steps = vec![Step {
                name: "frames",
                parts,
                file: true,
            }];
            if animation.grown {
                steps.push(Step {
                    name: "join",
                    parts: vec![
                        ("answer", 2 * animation.file_bytes),
                        ("overlays", self.layer_bytes),
                        ("metadata", self.metadata_bytes),
                        small,
                    ],
                    file: true,
                });
            }
            return steps;
        }
        if let Coding::Whole { .. } = self.header.coding {
            // The decoder is freed before its image is resampled. Where every pixel is kept, that
            // image is the picture, with the picture's capacity.
            let decoded = self.decoded.pixels() * self.header.layout.channels() as u64;
            let capacity = self.capacity_if_kept().saturating_sub(decoded);
            steps.push(Step {
                name: "decode",
                parts: vec![decoder, ("room", capacity), small],
                file: true,
            });
            if !planes.iter().all(Plane::keeps_every_pixel) {
                steps.push(Step {
                    name: "resample",
                    parts: vec![
                        ("decoded", decoded),
                        ("resampler", resampler),
                        ("picture", picture),
                        small,
                    ],
                    file: true,
                });
            }
        } else {
            steps.push(Step {
                name: "decode and resample",
                parts: vec![
                    decoder,
                    ("resampler", resampler),
                    ("picture", picture),
                    small,
                ],
                file: true,
            });
        }
        if turns {
            let largest = planes
                .iter()
                .map(|plane| resized_bytes(plane, self.capacity) + turned_bytes(self, plane))
                .max();
            steps.push(Step {
                name: "turn",
                parts: vec![
                    ("picture", picture),
                    ("turned", largest.unwrap_or(0)),
                    ("covers", sum(&|plane| backdrop::held_bytes(self, plane))),
                    small,
                ],
                file: false,
            });
        } else if planes.iter().any(|plane| turned_bytes(self, plane) > 0) {
            let whole = sum(&|plane| turned_bytes(self, plane));
            steps.push(Step {
                name: "whole picture",
                parts: vec![("picture", picture), ("stages", whole), small],
                file: false,
            });
        }
        let canvas = sum(&|plane| pulled_bytes(self, plane));
        let encoder = match self.aim {
            Some(_) => 0, // nothing is written
            None => writer(self.format).map_or(0, |writer| writer.encoder_bytes(self)),
        };
        let mut parts = vec![("picture", upright), ("encoder", encoder + canvas), small];
        if self.aim == Some(Aim::Layer) {
            parts.push(("layer", self.layer_pixels()));
        }
        if self.tries_again() {
            // The picture is encoded again where its file is too large.
            parts.push(("copy", upright));
        }
        if self.format == Format::Jpeg {
            // A piece is freed when all its rows are used up. Tokens take its place a little before
            // that.
            let pieces = sum(&|plane| Picture::piece_bytes(plane.resized, plane.source));
            parts.push(("pieces", pieces.min(upright)));
        }
        steps.push(Step {
            name: "encode",
            parts,
            file: false,
        });
        let colours = self.source.bytes(&self.header);
        for step in &mut steps {
            step.parts.push(("colours", colours));
            step.parts.push(("overlays", self.layer_bytes));
            step.parts.push(("metadata", self.metadata_bytes));
        }
        if let Some(Aim::Kept { bytes }) = self.aim {
            // The part that is kept is copied, while pieces of the whole are freed.
            let pieces = sum(&|plane| Picture::piece_bytes(plane.resized, plane.source));
            steps.push(Step {
                name: "look",
                parts: vec![("picture", upright + pieces), ("point", bytes), small],
                file: false,
            });
        }
        if let Some(Aim::Point { bytes }) = self.aim {
            // The file is decoded again, and is held until then.
            steps.iter_mut().for_each(|step| step.file = true);
            steps.push(Step {
                name: "look",
                parts: vec![("picture", upright), ("point", bytes), small],
                file: true,
            });
        }
        steps
    }

    /// Returns the plan with metadata that is held beside all else.
    pub(crate) fn with_metadata(mut self, kept: &Kept) -> Plan {
        if !kept.is_empty() {
            self.metadata_bytes = kept.bytes();
            self.reckon();
        }
        self
    }

    /// Computes the peaks of the steps, and the capacities that they depend on.
    pub(crate) fn reckon(&mut self) {
        // Samples of all components; what is background has two tokens a block.
        let halves = match (self.layout.grey(), self.transform.subsampling) {
            (true, _) => 2,
            (false, Subsampling::S420) => 3,
            (false, Subsampling::S444) => 6,
        };
        let samples = |pixels: u64| pixels * halves / 2;
        let image = samples(self.busy().pixels());
        let empty = samples(self.canvas.pixels() - self.busy().pixels());
        self.token_bytes = image / 64 * TOKENS_A_BLOCK + empty / 64 * 8;
        if self.is_one_frame() {
            self.token_bytes += image;
        }
        if self.transform.interlace {
            self.token_bytes = 0; // coefficients of a photo leave enough of the picture's room
        }
        self.capacity = match self.aim {
            Some(Aim::Box { .. } | Aim::Kept { .. } | Aim::Layer) => None,
            Some(Aim::Point { .. }) | None => capacity(self),
        };
        let steps = self.steps();
        let most = |file: bool| {
            let steps = steps.iter().filter(|step| step.file == file);
            steps.map(|step| step.bytes(0)).max().unwrap_or(0)
        };
        (self.decode_bytes, self.encode_bytes) = (most(true), most(false));
        if self.format == Format::Jpeg {
            // Tokens may take what decoding has given back.
            let free = self.decode_bytes.saturating_sub(self.encode_bytes);
            self.token_bytes += free * 9 / 10;
            let steps = self.steps();
            if let Some(encode) = steps.last() {
                self.encode_bytes = self.encode_bytes.max(encode.bytes(0));
            }
        }
        self.peak_bytes = self.decode_bytes.max(self.encode_bytes);
    }
}

/// Returns the bytes of the resampler's output before orientation, with its buffer's capacity or
/// its list of pieces.
fn resized_bytes(plane: &Plane, capacity: Option<u64>) -> u64 {
    let bytes = plane.resized.pixels() * plane.source.channels() as u64;
    match capacity {
        Some(capacity) => bytes.max(capacity),
        None => bytes + Picture::list_bytes(plane.resized, plane.source),
    }
}

/// Returns the capacity of the buffer in which the upright picture lies in one piece, to become in
/// place the file or a library's input. `None` where the picture lies in pieces.
fn capacity(plan: &Plan) -> Option<u64> {
    let plane = plan.planes().into_iter().next()?;
    let image = plane.resized.pixels() * plane.source.channels() as u64;
    if plan.moving().is_some() {
        return None;
    }
    writer(plan.format)?.capacity(plan, image)
}

/// Returns the bytes that encoding an animation holds beside the answer.
fn animation_bytes(plan: &Plan) -> u64 {
    let animate = writer(plan.format).and_then(Write::animate);
    4 * plan.canvas.pixels() + animate.map_or(0, |animate| animate.bytes(plan))
}
