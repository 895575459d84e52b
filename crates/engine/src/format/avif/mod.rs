//! AVIF (AV1 Image File Format 1.1), by guests.

pub(crate) mod header;
pub(crate) mod mend;
pub(crate) mod shown;
pub(crate) mod strip;

use crate::animation::coded::CodedFrames;
use crate::error::Error;
use crate::format::codec::{Codec, Decode, Write, only};
use crate::format::strip::{Cutting, Wanted};
use crate::format::{buffered, guest};
use crate::guest::{AVIF_ENCODE, Guests};
use crate::header::cursor::Stop;
use crate::header::{Coding, Header, profile};
use crate::pixels::frame::Picture;
use crate::pixels::rows::RowSink;
use crate::plan::Plan;

/// The format's codec.
pub(crate) struct Avif;

impl Codec for Avif {
    fn sniffs(&self, start: &[u8]) -> Option<bool> {
        header::is_avif(start)
    }

    fn header(&self, bytes: &[u8], _complete: bool) -> Result<Header, Stop> {
        header::parse(bytes)
    }

    fn profile(&self, file: &[u8]) -> Option<Vec<u8>> {
        profile::copy(header::profile(file).ok()??)
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
        let Coding::Guest {
            memory_bytes,
            picture,
            mended,
            ..
        } = plan.header.coding
        else {
            return 0;
        };
        // The decoded picture is held in the runtime's heap until its rows have been taken.
        let mending = if mended { mend::MENDING_BYTES } else { 0 };
        memory_bytes + 4 * picture.pixels() + 7 * u64::from(plan.decoded.width) + mending
    }

    fn late_bytes(&self, _: &Header, _: &[u8], _: u64) -> Result<u64, Error> {
        Ok(0)
    }

    fn decoder<'g>(
        &self,
        _plan: &Plan,
        start: Vec<u8>,
        guests: &'g dyn Guests,
    ) -> Result<Box<dyn Decode + 'g>, Error> {
        let decode = |file: &[u8], plan: &Plan, rows: &mut dyn RowSink| {
            guest::decode(file, plan, rows, guests)
        };
        Ok(Box::new(buffered::File::new(start, decode)))
    }

    fn writer(&self) -> Option<&dyn Write> {
        Some(self)
    }

    fn strip(&self, file: &mut Cutting, _wanted: Wanted) -> Option<()> {
        strip::strip(file)
    }
}

impl Write for Avif {
    fn capacity(&self, plan: &Plan, image_bytes: u64) -> Option<u64> {
        Some(image_bytes.max(4 * plan.canvas.pixels()))
    }

    fn encoder_bytes(&self, plan: &Plan) -> u64 {
        guest::encoder_bytes(plan, AVIF_ENCODE)
    }

    fn guest_bytes(&self, plan: &Plan) -> u64 {
        AVIF_ENCODE.bytes(plan.canvas.pixels())
    }

    fn encode(
        &self,
        plan: &Plan,
        pictures: Vec<Picture>,
        guests: &dyn Guests,
    ) -> Result<Vec<u8>, Error> {
        guest::encode(plan, only(pictures)?, guests, AVIF_ENCODE)
    }
}
