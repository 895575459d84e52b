//! WebP (RFC 9649).

pub(crate) mod alpha;
pub(crate) mod animate;
pub(crate) mod code;
pub(crate) mod decode;
mod dress;
pub(crate) mod frames;
pub(crate) mod header;
pub(crate) mod strip;
pub(crate) mod vp8l;

use crate::animation::answer::Encode;
use crate::animation::coded::CodedFrames;
use crate::error::Error;
use crate::format::codec::{Animate, Codec, Decode, Write, only, whole_bytes};
use crate::format::strip::{Cutting, Wanted};
use crate::format::{buffered, guest};
use crate::guest::{Guests, webp_encode};
use crate::header::cursor::Stop;
use crate::header::kept::{Blocks, Kept};
use crate::header::{Coding, Header, profile};
use crate::pixels::frame::Picture;
use crate::plan::Plan;
use crate::plan::frames::Animation;

/// The format's codec.
pub(crate) struct WebP;

impl Codec for WebP {
    fn sniffs(&self, start: &[u8]) -> Option<bool> {
        let riff = start.starts_with(b"RIFF");
        Some(riff && start.get(8..12) == Some(b"WEBP"))
    }

    fn header(&self, bytes: &[u8], complete: bool) -> Result<Header, Stop> {
        header::parse(bytes, complete)
    }

    fn profile(&self, file: &[u8]) -> Option<Vec<u8>> {
        profile::copy(header::chunk(file, b"ICCP").ok()?)
    }

    fn blocks<'f>(&self, file: &'f [u8]) -> Blocks<'f> {
        Blocks {
            exif: header::behind(file, b"EXIF"),
            xmp: header::behind(file, b"XMP "),
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
            Coding::Vp8 | Coding::Vp8l => decode::decoder_bytes(plan),
            coding => whole_bytes(coding),
        }
    }

    fn late_bytes(&self, header: &Header, file: &[u8], most: u64) -> Result<u64, Error> {
        match header.coding {
            Coding::Vp8 | Coding::Vp8l => header::Still::of_file(file)
                .ok_or(Error::Corrupt("the file breaks off in its header"))?
                .late_bytes(most),
            _ => Ok(0),
        }
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
        strip::strip(file, wanted)
    }
}

impl Write for WebP {
    fn capacity(&self, plan: &Plan, image_bytes: u64) -> Option<u64> {
        let capacity = if plan.by_guest {
            4 * plan.canvas.pixels()
        } else {
            // The file never gets beyond what has been read of the image.
            code::most_bytes(plan).max(image_bytes + code::lead_bytes(plan))
        };
        Some(capacity.max(image_bytes))
    }

    fn encoder_bytes(&self, plan: &Plan) -> u64 {
        if plan.by_guest {
            guest::encoder_bytes(plan, webp_encode(plan.layout.alpha()))
        } else {
            code::encoder_bytes(plan)
        }
    }

    fn guest_bytes(&self, plan: &Plan) -> u64 {
        match plan.by_guest {
            false => 0,
            true if plan.moving().is_some() => animate::guest_bytes(plan),
            true => webp_encode(plan.layout.alpha()).bytes(plan.canvas.pixels()),
        }
    }

    fn dress(&self, file: &[u8], kept: &Kept) -> Result<Option<Vec<u8>>, Error> {
        dress::dress(file, kept).map(Some)
    }

    fn encode(
        &self,
        plan: &Plan,
        pictures: Vec<Picture>,
        guests: &dyn Guests,
    ) -> Result<Vec<u8>, Error> {
        let picture = only(pictures)?;
        if plan.by_guest {
            guest::encode(plan, picture, guests, webp_encode(plan.layout.alpha()))
        } else {
            code::encode(plan, picture)
        }
    }

    fn animate(&self) -> Option<&dyn Animate> {
        Some(self)
    }
}

impl Animate for WebP {
    fn worst_bytes(&self, pixels: u64) -> u64 {
        4 * pixels
    }

    fn is_lossless(&self) -> bool {
        false
    }

    fn bytes(&self, plan: &Plan) -> u64 {
        animate::bytes(plan)
    }

    fn begin<'g>(
        &self,
        plan: &Plan,
        animation: &Animation,
        guests: &'g dyn Guests,
    ) -> Result<Box<dyn Encode + 'g>, Error> {
        Ok(Box::new(animate::AnimationEncoder::new(
            plan, animation, guests,
        )?))
    }
}
