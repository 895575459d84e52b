//! Windows and OS/2 bitmaps; read only.

pub(crate) mod decode;
pub(crate) mod header;
pub(crate) mod runs;
pub(crate) mod words;

use crate::animation::coded::CodedFrames;
use crate::error::Error;
use crate::format::buffered;
use crate::format::codec::{Codec, Decode};
use crate::format::strip::{Cutting, Wanted};
use crate::guest::Guests;
use crate::header::cursor::Stop;
use crate::header::{Coding, Header};
use crate::plan::Plan;

/// The format's codec.
pub(crate) struct Bmp;

impl Codec for Bmp {
    fn sniffs(&self, start: &[u8]) -> Option<bool> {
        Some(start.starts_with(b"BM") && start.len() >= 12)
    }

    fn header(&self, bytes: &[u8], _complete: bool) -> Result<Header, Stop> {
        header::parse(bytes)
    }

    fn profile(&self, _file: &[u8]) -> Option<Vec<u8>> {
        None
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
            Coding::Bitmap { runs } => decode::decoder_bytes(plan, runs),
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
