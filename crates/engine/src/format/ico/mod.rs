//! Windows icons and cursors; read only.

pub(crate) mod decode;
pub(crate) mod header;

use crate::animation::coded::CodedFrames;
use crate::error::Error;
use crate::format::codec::{Codec, Decode, whole_bytes};
use crate::format::strip::{Cutting, Wanted};
use crate::format::{bmp, buffered, png};
use crate::guest::Guests;
use crate::header::cursor::Stop;
use crate::header::{Coding, Header, profile};
use crate::plan::Plan;

/// The format's codec.
pub(crate) struct Ico;

impl Codec for Ico {
    fn sniffs(&self, start: &[u8]) -> Option<bool> {
        let icon = start.starts_with(b"\0\0\x01\0") || start.starts_with(b"\0\0\x02\0");
        Some(icon && start.get(4..6).is_some_and(|count| count != [0, 0]))
    }

    fn header(&self, bytes: &[u8], complete: bool) -> Result<Header, Stop> {
        header::parse(bytes, complete)
    }

    fn profile(&self, file: &[u8]) -> Option<Vec<u8>> {
        profile::inflate(png::header::chunk(header::inner_png(file)?, b"iCCP")?)
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
            Coding::Rows { bits_per_pixel } => png::decode::decoder_bytes(plan, bits_per_pixel),
            Coding::Bitmap { runs } => bmp::decode::decoder_bytes(plan, runs),
            coding => whole_bytes(coding),
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
