//! GIF (87a and 89a).

pub(crate) mod animate;
pub(crate) mod code;
pub(crate) mod frames;
pub(crate) mod header;
pub(crate) mod lzw;
pub(crate) mod strip;

use crate::animation::answer::Encode;
use crate::animation::coded::CodedFrames;
use crate::error::Error;
use crate::format::buffered;
use crate::format::codec::{Animate, Codec, Decode, Write, only, whole_bytes};
use crate::format::strip::{Cutting, Wanted};
use crate::guest::Guests;
use crate::header::Header;
use crate::header::cursor::Stop;
use crate::pixels::frame::Picture;
use crate::plan::Plan;
use crate::plan::frames::Animation;

/// The format's codec.
pub(crate) struct Gif;

impl Codec for Gif {
    fn sniffs(&self, start: &[u8]) -> Option<bool> {
        Some(start.starts_with(b"GIF87a") || start.starts_with(b"GIF89a"))
    }

    fn header(&self, bytes: &[u8], _complete: bool) -> Result<Header, Stop> {
        header::parse(bytes)
    }

    fn profile(&self, _file: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn is_animated(&self, _file: &[u8]) -> bool {
        true
    }

    fn shots<'a>(&self, file: &'a [u8]) -> CodedFrames<'a> {
        Box::new(frames::CodedFrames::new(file))
    }

    fn plays(&self, file: &[u8]) -> u32 {
        frames::plays(file)
    }

    fn decoder_bytes(&self, plan: &Plan) -> u64 {
        whole_bytes(plan.header.coding)
    }

    fn late_bytes(&self, _: &Header, _: &[u8], _: u64) -> Result<u64, Error> {
        Ok(0)
    }

    fn decoder<'g>(
        &self,
        _plan: &Plan,
        start: Vec<u8>,
        _guests: &'g dyn Guests,
    ) -> Result<Box<dyn Decode + 'g>, Error> {
        Ok(Box::new(buffered::File::new(start, code::decode)))
    }

    fn writer(&self) -> Option<&dyn Write> {
        Some(self)
    }

    fn strip(&self, file: &mut Cutting, wanted: Wanted) -> Option<()> {
        strip::strip(file, wanted.moves)
    }
}

impl Write for Gif {
    fn capacity(&self, plan: &Plan, image_bytes: u64) -> Option<u64> {
        Some(image_bytes.max(4 * plan.canvas.pixels()))
    }

    fn encoder_bytes(&self, plan: &Plan) -> u64 {
        code::encoder_bytes(plan)
    }

    fn encode(
        &self,
        plan: &Plan,
        pictures: Vec<Picture>,
        _guests: &dyn Guests,
    ) -> Result<Vec<u8>, Error> {
        code::encode(plan, only(pictures)?)
    }

    fn animate(&self) -> Option<&dyn Animate> {
        Some(self)
    }
}

impl Animate for Gif {
    fn worst_bytes(&self, pixels: u64) -> u64 {
        pixels * 5 / 3
    }

    fn is_lossless(&self) -> bool {
        true
    }

    fn bytes(&self, plan: &Plan) -> u64 {
        animate::bytes(plan)
    }

    fn begin<'g>(
        &self,
        plan: &Plan,
        animation: &Animation,
        _guests: &'g dyn Guests,
    ) -> Result<Box<dyn Encode + 'g>, Error> {
        Ok(Box::new(animate::AnimationEncoder::new(plan, animation)?))
    }
}
