//! Bit reader of a stream, lowest bit of a byte first (RFC 9649, section 3.2).

use crate::error::Error;

/// Bit reader. Past the end of the stream there are zeroes, and [`Bits::check`] reports whether any
/// of them were taken.
#[derive(Clone)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    /// Number of bytes that have been loaded into `held`.
    at: usize,
    /// The next bits. Above the first `count` there may be more bits, which are the following ones
    /// of the stream.
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Bits<'a> {
        Bits {
            bytes,
            at: 0,
            held: 0,
            count: 0,
        }
    }

    /// Makes at least 56 bits ready for [`Bits::next`].
    #[inline(always)]
    pub(crate) fn fill(&mut self) {
        let word = self
            .bytes
            .get(self.at..)
            .and_then(|rest| rest.first_chunk());
        if let Some(word) = word {
            self.held |= u64::from_le_bytes(*word) << self.count;
            self.at += ((63 - self.count) >> 3) as usize;
            self.count |= 56;
        } else {
            self.fill_at_the_end();
        }
    }

    #[cold]
    #[inline(never)]
    fn fill_at_the_end(&mut self) {
        while self.count < 56 {
            let byte = self.bytes.get(self.at).copied().unwrap_or(0);
            self.held |= u64::from(byte) << self.count;
            self.at += 1;
            self.count += 8;
        }
    }

    /// Makes at least `count` bits ready, 56 at most.
    #[inline(always)]
    pub(crate) fn want(&mut self, count: u32) {
        if self.count < count {
            self.fill();
        }
    }

    /// Returns the next bits; only those that are ready are valid.
    #[inline(always)]
    pub(crate) fn next(&self) -> u64 {
        self.held
    }

    /// Consumes `count` of the bits that are ready.
    #[inline(always)]
    pub(crate) fn skip(&mut self, count: u32) {
        self.held >>= count;
        self.count -= count;
    }

    /// Takes the next `count` bits, 32 at most, as a number.
    #[inline(always)]
    pub(crate) fn take(&mut self, count: u32) -> u32 {
        self.want(count);
        let bits = self.held & ((1 << count) - 1);
        self.skip(count);
        bits as u32
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.take(1) == 1
    }

    /// # Errors
    /// [`Error::Truncated`], if more bits were taken than there are.
    pub(crate) fn check(&self) -> Result<(), Error> {
        // Computed in 64 bits, because the number of bits may not fit into 32.
        let taken = 8 * self.at as u64 - u64::from(self.count);
        if taken > 8 * self.bytes.len() as u64 {
            return Err(Error::Truncated);
        }
        Ok(())
    }

    /// Returns the result of parsing these bits, but [`Error::Truncated`] in place of any error if
    /// bits were missing.
    pub(crate) fn blame<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result.or_else(|error| self.check().and(Err(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_in_their_order_as_many_as_there_are() {
        let bytes: Vec<u8> = (0..40).map(|at| (at * 77 + 13) as u8).collect();
        for step in 1..=32 {
            let mut bits = Bits::new(&bytes);
            let mut place = 0;
            while place + step <= 320 {
                let expected = (0..step).fold(0u64, |sum, bit| {
                    let at = place + bit;
                    sum | u64::from(bytes[at / 8] >> (at % 8) & 1) << bit
                });
                assert_eq!(u64::from(bits.take(step as u32)), expected, "{place}");
                assert_eq!(bits.check(), Ok(()));
                place += step;
            }
            bits.take(32);
            assert_eq!(bits.check(), Err(Error::Truncated));
        }
    }
}
