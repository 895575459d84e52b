//! What a plan costs: the bytes that are held in each step of the work, and the most of them at a time.

use letterbox_resize::Resizer;

use crate::codec;
use crate::components::Components;
use crate::error::Error;
use crate::frame::Picture;
use crate::header::Coding;
use crate::limits::Limits;
use crate::pad::Canvas;
use crate::plan::{Plan, Plane};
use crate::transform::Format;

/// A step of the work, and what is held in it. One begins when what the one before held alone has been given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub name: &'static str,
    /// Names of what is held, each with its bytes.
    pub parts: Vec<(&'static str, u64)>,
    /// Whether the source file is held too, if it is one that is kept.
    pub file: bool,
}

impl Step {
    /// All bytes, with those of the source file.
    pub fn bytes(&self, file_bytes: u64) -> u64 {
        let parts = self.parts.iter().map(|(_, bytes)| bytes).sum::<u64>();
        parts + u64::from(self.file) * file_bytes
    }
}

/// The pipeline itself, and what is allocated in hundreds of bytes here and there.
const SMALL_BYTES: u64 = 4 << 10;

/// Bytes of tokens to a block of 64 samples, beside the 64 that take the samples' place.
const TOKENS_A_BLOCK: u64 = 24;

impl Plane {
    /// The picture that comes out of the resampler, before orientation, with what it lies in.
    fn resized_bytes(&self, room: Option<u64>) -> u64 {
        let bytes = self.resized.pixels() * self.source.channels() as u64;
        match room {
            Some(room) => bytes.max(room),
            None => bytes + Picture::list_bytes(self.resized, self.source),
        }
    }

    pub(crate) fn resampler_bytes(&self) -> u64 {
        if self.keeps_every_pixel() {
            return 0;
        }
        // What no plan can be made of is told when it is tried.
        Resizer::peak_bytes(&self.resampling()).unwrap_or(0) as u64
    }
}

impl Plan {
    /// What a source file of this length holds while it is decoded; nothing, if it is used up as it arrives.
    pub fn file_bytes(&self, source_bytes: u64) -> u64 {
        codec::file_bytes(&self.header, source_bytes)
    }

    /// Whether the source's own file is kept beside what its decoder has. An animation is decoded out of a file that is whole, which will do.
    pub(crate) fn keeps_original(&self) -> bool {
        self.original && self.moving().is_none()
    }

    /// Whether the plan fits with so many bytes of the source file, and so many of [`Plan::original`].
    pub(crate) fn affords(&self, file_bytes: u64, original_bytes: u64, limits: &Limits) -> bool {
        self.need_bytes(file_bytes).saturating_add(original_bytes) <= limits.memory_bytes
    }

    /// The most bytes that are held at a time, with so many of the source file.
    pub fn need_bytes(&self, file_bytes: u64) -> u64 {
        (self.decode_bytes + file_bytes).max(self.encode_bytes)
    }

    /// What decoding may hold beyond its own estimate, because something behind it needs as much anyway.
    pub(crate) fn spare_decode_bytes(&self) -> u64 {
        self.encode_bytes.saturating_sub(self.decode_bytes)
    }

    /// Whether the plan, and so many bytes of the source file beside it, fit into memory.
    ///
    /// # Errors
    /// [`Error::OverBudget`].
    pub fn check_budget(&self, file_bytes: u64, limits: &Limits) -> Result<(), Error> {
        let need = self.need_bytes(file_bytes);
        if need > limits.memory_bytes {
            return Err(self.over_budget(need, limits));
        }
        Ok(())
    }

    fn over_budget(&self, need: u64, limits: &Limits) -> Error {
        Error::OverBudget {
            pixels: self.header.stored.pixels(),
            frames: self.moving().map_or(1, |animation| animation.frames),
            need,
            budget: limits.memory_bytes,
            by_avif: self.format == Format::Avif
                && self.encode_bytes > limits.memory_bytes
                && self.decode_bytes <= limits.memory_bytes,
        }
    }

    /// What the upright picture has room for, where it lies in one piece and becomes the file, or what a library wants, in place.
    pub(crate) fn room(&self) -> Option<u64> {
        let plane = self.planes().into_iter().next()?;
        let image = plane.resized.pixels() * plane.source.channels() as u64;
        let pixels = self.canvas.pixels();
        match self.format {
            Format::Jpeg => None,
            _ if self.moving().is_some() => None,
            Format::Gif => Some(image.max(4 * pixels)),
            _ if self.by_guest => Some(image.max(4 * pixels)),
            // The file never gets beyond what has been read of the image.
            Format::WebP => Some(codec::webp_bytes(self).max(image + codec::webp_lead_bytes(self))),
            _ => Some(codec::png_room(self, image)),
        }
    }

    /// Bytes that the guest that decodes a file of this length may take, if one does: as much as it may turn out to need, and no more than there is.
    pub(crate) fn guest_bytes(&self, source_bytes: u64) -> u64 {
        let Coding::Guest { memory_bytes, .. } = self.header.coding else {
            return 0;
        };
        let (least, _) = codec::guest_bytes_of_file(source_bytes);
        let own = if self.keeps_original() {
            codec::growing(source_bytes)
        } else {
            0
        };
        let free = (self.budget_bytes).saturating_sub(
            self.need_bytes(self.file_bytes(source_bytes))
                .saturating_add(own),
        );
        memory_bytes + least + free.min(self.uncertain_bytes(source_bytes))
    }

    /// Bytes that decoding a file of this length may turn out to need beyond what it needs in any case.
    pub(crate) fn uncertain_bytes(&self, source_bytes: u64) -> u64 {
        match self.header.coding {
            Coding::Guest { .. } => {
                let (least, most) = codec::guest_bytes_of_file(source_bytes);
                most - least
            }
            _ => 0,
        }
    }

    /// The picture's room before it is turned: if it is, the one that comes out has the room.
    pub(crate) fn stored_room(&self) -> Option<u64> {
        if self.header.orientation.is_upright() {
            self.room()
        } else {
            None
        }
    }

    /// The same for a frame of the decoder's, where that is the picture.
    pub(crate) fn room_if_kept(&self) -> u64 {
        match self.planes().first() {
            Some(plane) if plane.keeps_every_pixel() => self.stored_room().unwrap_or(0),
            _ => 0,
        }
    }

    /// The work in its order.
    pub fn steps(&self) -> Vec<Step> {
        let planes = self.planes();
        let sum = |bytes: &dyn Fn(&Plane) -> u64| planes.iter().map(bytes).sum::<u64>();
        let turns = !self.header.orientation.is_upright();
        let picture = sum(&|plane| plane.resized_bytes(self.stored_room()));
        let upright = sum(&|plane| plane.resized_bytes(self.room()));
        let resampler = match self.halves {
            Some(_) => Components::bytes(self),
            None => sum(&Plane::resampler_bytes),
        };
        let small = ("other", SMALL_BYTES);
        let decoder = ("decoder", codec::decoder_bytes(self));
        let mut steps = Vec::new();
        if let Some(animation) = self.moving() {
            let turned = if turns { upright } else { 0 };
            let canvas = sum(&|plane| Canvas::bytes(self, plane));
            let parts = vec![
                decoder,
                ("resampler", resampler),
                ("picture", picture + turned),
                ("encoder", codec::animation::encoder_bytes(self) + canvas),
                ("answer", animation.file_bytes),
                small,
                ("colours", self.source.bytes(&self.header)),
            ];
            let mut steps = vec![Step {
                name: "frames",
                parts,
                file: true,
            }];
            if animation.grown {
                steps.push(Step {
                    name: "join",
                    parts: vec![("answer", 2 * animation.file_bytes), small],
                    file: true,
                });
            }
            return steps;
        }
        if let Coding::Whole { .. } = self.header.coding {
            // The decoder is gone when its image is resampled; where every pixel is kept, that image is the picture, with its room.
            let decoded = self.decoded.pixels() * self.header.layout.channels() as u64;
            let room = self.room_if_kept().saturating_sub(decoded);
            steps.push(Step {
                name: "decode",
                parts: vec![decoder, ("room", room), small],
                file: true,
            });
            if resampler > 0 {
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
                .map(|plane| plane.resized_bytes(self.room()))
                .max();
            steps.push(Step {
                name: "turn",
                parts: vec![
                    ("picture", picture),
                    ("turned", largest.unwrap_or(0)),
                    small,
                ],
                file: false,
            });
        }
        let canvas = sum(&|plane| Canvas::bytes(self, plane));
        let mut parts = vec![
            ("picture", upright),
            ("encoder", codec::encoder_bytes(self) + canvas),
            small,
        ];
        if self.format == Format::Jpeg {
            // A piece is given back when all its rows are used up, and tokens take its place a little before that.
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
        }
        steps
    }

    /// Computes what the steps are summed up to.
    pub(crate) fn reckon(&mut self) {
        // Samples of all components; what is background has two tokens a block.
        let samples = |pixels: u64| pixels * if self.layout.grey() { 2 } else { 3 } / 2;
        let image = samples(self.resized.pixels());
        let empty = samples(self.canvas.pixels() - self.resized.pixels());
        self.token_bytes = image / 64 * TOKENS_A_BLOCK + empty / 64 * 8;
        if self.is_one_frame() {
            self.token_bytes += image;
        }
        if self.interlace {
            self.token_bytes = 0; // coefficients of a photo leave enough of the picture's room
        }
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

    /// Bytes of the picture that are given back while it is encoded.
    pub(crate) fn freed_bytes(&self) -> u64 {
        if self.is_one_frame() {
            return 0;
        }
        let planes = self.planes();
        let bytes = planes
            .iter()
            .map(|plane| plane.resized.pixels() * plane.source.channels() as u64);
        bytes.sum()
    }

    /// Whether the picture is the decoder's image, which cannot be given back in pieces.
    fn is_one_frame(&self) -> bool {
        matches!(self.header.coding, Coding::Whole { .. })
            && self.header.orientation.is_upright()
            && self.planes().iter().all(Plane::keeps_every_pixel)
    }
}
