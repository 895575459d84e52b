//! Writer of bits, the first bit lowest (RFC 9649, 4). Bytes are handed over in pieces.

use crate::error::Error;

/// Receiver of the next bytes of a file.
pub(crate) type Out<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), Error>;

/// Size of a piece in bytes.
const PIECE_BYTES: usize = 1 << 10;

/// Writer of bits into a file.
pub(crate) struct Writer<'a> {
    out: Out<'a>,
    /// Bits that are in no byte yet, and their number, below 64.
    bits: u64,
    count: u32,
    piece: [u8; PIECE_BYTES],
    used: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(out: Out<'a>) -> Writer<'a> {
        Writer {
            out,
            bits: 0,
            count: 0,
            piece: [0; PIECE_BYTES],
            used: 0,
        }
    }

    /// Writes up to 60 bits. Bits of `bits` above `count` have to be zero.
    ///
    /// # Errors
    /// The errors of the file's owner.
    #[inline(always)]
    pub(crate) fn put(&mut self, bits: u64, count: u32) -> Result<(), Error> {
        self.bits |= bits << self.count;
        self.count += count;
        if self.count < 64 {
            return Ok(());
        }
        let word = self.bits.to_le_bytes();
        self.count -= 64;
        self.bits = bits >> (count - self.count);
        if let Some(to) = self
            .piece
            .get_mut(self.used..)
            .and_then(|rest| rest.first_chunk_mut())
        {
            *to = word;
        }
        self.used += word.len();
        if self.used == PIECE_BYTES {
            self.used = 0;
            return (self.out)(&self.piece);
        }
        Ok(())
    }

    /// Fills the last two bytes with zeroes: a chunk's length is even.
    ///
    /// # Errors
    /// As [`Writer::put`].
    pub(crate) fn finish(self) -> Result<(), Error> {
        (self.out)(&self.piece[..self.used])?;
        let rest = self.bits.to_le_bytes();
        (self.out)(&rest[..2 * self.count.div_ceil(16) as usize])
    }
}
