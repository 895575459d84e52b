//! What a plan costs: the bytes that each part of the work holds, and the most of them at a time.

use letterbox_resize::Resizer;

use super::{Plan, Plane};
use crate::image::frame::Size;
use crate::image::header::Coding;
use crate::image::limits::Limits;
use crate::image::{Error, codec};

impl Plane {
    fn resized_bytes(&self) -> u64 {
        self.resized.pixels() * self.source.channels().max(self.layout.channels()) as u64
    }

    fn canvas_bytes(&self) -> u64 {
        self.canvas.pixels() * self.layout.channels() as u64
    }
}

impl Plan {
    /// What a source file of this length holds while it is decoded; nothing, if it is used up as it arrives.
    pub fn file_bytes(&self, source_bytes: u64) -> u64 {
        codec::file_bytes(&self.header, source_bytes)
    }

    /// Whether the plan, and so many bytes of the source file beside it, fit into memory.
    ///
    /// # Errors
    /// [`Error::OverBudget`].
    pub fn check_budget(&self, file_bytes: u64, limits: &Limits) -> Result<(), Error> {
        let need = self.peak_bytes + file_bytes;
        if need > limits.memory_bytes {
            return Err(over_budget(self.header.stored, need, limits));
        }
        Ok(())
    }

    /// The most that is held at a time, from decoding and resampling in step to encoding.
    pub(super) fn peak(&self) -> u64 {
        let planes = self.planes();
        let sum = |bytes: fn(&Plane) -> u64| planes.iter().map(bytes).sum::<u64>();
        let (resized, canvas) = (sum(Plane::resized_bytes), sum(Plane::canvas_bytes));
        let resampling = sum(|plane| {
            if plane.keeps_every_pixel() {
                return 0;
            }
            // What no plan can be made of is told when it is tried.
            Resizer::peak_bytes(&plane.resampling()).unwrap_or(0) as u64
        });
        let decode = match self.header.coding {
            // A decoder of whole images is gone when they are resampled.
            Coding::Whole { .. } => {
                let decoded = self.decoded.pixels() * self.header.layout.channels() as u64;
                codec::decoder_bytes(self).max(decoded + resampling + resized)
            }
            _ => codec::decoder_bytes(self) + resampling + resized,
        };
        let largest = planes.iter().map(Plane::resized_bytes).max().unwrap_or(0);
        // A plane is turned, and put on its canvas, while the others wait.
        let compose = (resized + largest).max(resized + canvas);
        let encode = canvas + codec::encoder_bytes(self);
        FIXED_BYTES + self.source.bytes(&self.header) + decode.max(compose).max(encode)
    }
}

fn over_budget(source: Size, need: u64, limits: &Limits) -> Error {
    Error::OverBudget {
        pixels: source.pixels(),
        need,
        budget: limits.memory_bytes,
    }
}

/// Tables, windows and small buffers of any codec.
const FIXED_BYTES: u64 = 512 * 1024;
