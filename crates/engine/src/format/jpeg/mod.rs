//! JPEG (ITU T.81).

pub(crate) mod code;
mod dress;
pub(crate) mod header;
pub(crate) mod strip;

use crate::animation::coded::CodedFrames;
use crate::error::Error;
use crate::format::codec::{Codec, Decode, Write};
use crate::format::strip::{Cutting, Wanted};
use crate::guest::Guests;
use crate::header::Header;
use crate::header::cursor::Stop;
use crate::header::kept::{Blocks, Kept};
use crate::header::profile::Parts;
use crate::pixels::frame::Picture;
use crate::plan::Plan;

/// The format's codec.
pub(crate) struct Jpeg;

impl Codec for Jpeg {
    fn sniffs(&self, start: &[u8]) -> Option<bool> {
        Some(start.starts_with(b"\xff\xd8\xff"))
    }

    fn header(&self, bytes: &[u8], _complete: bool) -> Result<Header, Stop> {
        header::parse(bytes)
    }

    fn profile(&self, file: &[u8]) -> Option<Vec<u8>> {
        let mut parts = Parts::default();
        header::each_segment(file, |marker, content| parts.take(marker, content)).ok()?;
        parts.join()
    }

    fn blocks<'f>(&self, file: &'f [u8]) -> Blocks<'f> {
        header::blocks(file)
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
        code::decoder_bytes(plan)
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
        Ok(Box::new(code::Decoder::new(plan, &start)?))
    }

    fn writer(&self) -> Option<&dyn Write> {
        Some(self)
    }

    fn strip(&self, file: &mut Cutting, _wanted: Wanted) -> Option<()> {
        strip::strip(file)
    }
}

impl Write for Jpeg {
    fn capacity(&self, _plan: &Plan, _image_bytes: u64) -> Option<u64> {
        None
    }

    fn encoder_bytes(&self, plan: &Plan) -> u64 {
        code::encoder_bytes(plan)
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
        code::encode(plan, pictures)
    }
}
