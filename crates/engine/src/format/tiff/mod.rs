//! TIFF (6.0, and BigTIFF); read only.

pub(crate) mod damage;
pub(crate) mod decode;
pub(crate) mod directory;
pub(crate) mod header;
pub(crate) mod pixels;
pub(crate) mod shape;
pub(crate) mod tag;
pub(crate) mod unpack;

use crate::animation::coded::CodedFrames;
use crate::error::Error;
use crate::format::buffered;
use crate::format::codec::{Codec, Decode};
use crate::format::strip::{Cutting, Wanted};
use crate::guest::Guests;
use crate::header::cursor::Stop;
use crate::header::kept::Blocks;
use crate::header::{Coding, Header, profile};
use crate::plan::Plan;

/// The format's codec.
pub(crate) struct Tiff;

impl Codec for Tiff {
    fn sniffs(&self, start: &[u8]) -> Option<bool> {
        let magics: [&[u8]; 4] = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];
        Some(magics.iter().any(|magic| start.starts_with(magic)))
    }

    fn header(&self, bytes: &[u8], complete: bool) -> Result<Header, Stop> {
        header::parse(bytes, complete)
    }

    fn profile(&self, file: &[u8]) -> Option<Vec<u8>> {
        profile::copy(header::profile(file)?)
    }

    /// A TIFF is the structure that EXIF blocks have.
    fn blocks<'f>(&self, file: &'f [u8]) -> Blocks<'f> {
        Blocks {
            exif: Some(file),
            ..Blocks::default()
        }
    }

    fn is_animated(&self, _: &[u8]) -> bool {
        false
    }

    fn shots<'a>(&self, _: &'a [u8]) -> CodedFrames<'a> {
        Box::new(std::iter::empty())
    }

    fn plays(&self, _: &[u8]) -> u32 {
        1
    }

    fn decoder_bytes(&self, plan: &Plan) -> u64 {
        match plan.header.coding {
            Coding::Tiff(shape) => decode::decoder_bytes(plan, &shape),
            _ => 0,
        }
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
        Ok(Box::new(buffered::File::new(start, decode::decode)))
    }

    fn strip(&self, _: &mut Cutting, _: Wanted) -> Option<()> {
        None
    }
}
