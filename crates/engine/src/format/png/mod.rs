//! PNG (W3C, third edition).

pub(crate) mod animate;
pub(crate) mod chunks;
pub(crate) mod coding;
pub(crate) mod decode;
mod dress;
pub(crate) mod encode;
pub(crate) mod file;
pub(crate) mod frames;
pub(crate) mod header;
pub(crate) mod palette;
pub(crate) mod part;
pub(crate) mod strip;

use crate::animation::answer::Encode;
use crate::animation::coded::CodedFrames;
use crate::error::Error;
use crate::format::buffered;
use crate::format::codec::{Animate, Codec, Decode, Write, only, whole_bytes};
use crate::format::strip::{Cutting, Wanted};
use crate::guest::Guests;
use crate::header::cursor::Stop;
use crate::header::kept::{Blocks, Kept};
use crate::header::{Coding, Header, profile};
use crate::pixels::frame::Picture;
use crate::plan::Plan;
use crate::plan::frames::Animation;

/// The format's codec.
pub(crate) struct Png;

impl Codec for Png {
    fn sniffs(&self, start: &[u8]) -> Option<bool> {
        Some(start.starts_with(b"\x89PNG\r\n\x1a\n"))
    }

    fn header(&self, bytes: &[u8], _complete: bool) -> Result<Header, Stop> {
        header::parse(bytes)
    }

    fn profile(&self, file: &[u8]) -> Option<Vec<u8>> {
        profile::inflate(header::chunk(file, b"iCCP")?)
    }

    fn blocks<'f>(&self, file: &'f [u8]) -> Blocks<'f> {
        Blocks {
            exif: header::chunk(file, b"eXIf"),
            xmp: header::chunk(file, b"iTXt").and_then(|text| text.strip_prefix(dress::XMP)),
            photoshop: None,
        }
    }

    fn is_animated(&self, file: &[u8]) -> bool {
        frames::is_animated(file)
    }

    fn shots<'a>(&self, file: &'a [u8]) -> CodedFrames<'a> {
        Box::new(frames::CodedFrames::new(file))
    }

    fn plays(&self, file: &[u8]) -> u32 {
        frames::plays(file)
    }

    fn decoder_bytes(&self, plan: &Plan) -> u64 {
        match plan.header.coding {
            Coding::Rows { bits_per_pixel } => decode::decoder_bytes(plan, bits_per_pixel),
            coding => whole_bytes(coding),
        }
    }

    fn late_bytes(&self, _: &Header, _: &[u8], _: u64) -> Result<u64, Error> {
        Ok(0)
    }

    fn decoder<'g>(
        &self,
        plan: &Plan,
        start: Vec<u8>,
        _guests: &'g dyn Guests,
    ) -> Result<Box<dyn Decode + 'g>, Error> {
        Ok(match plan.header.coding {
            Coding::Rows { .. } => Box::new(decode::Decoder::new(plan, start)),
            _ => Box::new(buffered::File::new(start, file::decode)),
        })
    }

    fn writer(&self) -> Option<&dyn Write> {
        Some(self)
    }

    fn strip(&self, file: &mut Cutting, _wanted: Wanted) -> Option<()> {
        strip::strip(file)
    }
}

impl Write for Png {
    fn capacity(&self, plan: &Plan, image_bytes: u64) -> Option<u64> {
        Some(encode::capacity(plan, image_bytes))
    }

    fn encoder_bytes(&self, plan: &Plan) -> u64 {
        encode::encoder_bytes(plan)
    }

    fn dress(&self, file: &[u8], kept: &Kept) -> Result<Option<Vec<u8>>, Error> {
        dress::dress(file, kept).map(Some)
    }

    fn encode(
        &self,
        plan: &Plan,
        pictures: Vec<Picture>,
        _guests: &dyn Guests,
    ) -> Result<Vec<u8>, Error> {
        encode::encode(plan, only(pictures)?)
    }

    fn animate(&self) -> Option<&dyn Animate> {
        Some(self)
    }
}

impl Animate for Png {
    fn worst_bytes(&self, pixels: u64) -> u64 {
        6 * pixels
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
