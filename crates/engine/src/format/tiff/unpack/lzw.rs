//! Decompressor of LZW (TIFF 6.0, section 13), in which codes get longer one code early. Older
//! files have no early change, and begin their bits at the bottom of a byte.

use crate::error::Error;
use crate::format::tiff::unpack::Input;
use crate::pixels::buffer::{reserved, room};

const CLEAR: usize = 256;
const END: usize = 257;
/// Number of codes, which have at most twelve bits.
const MOST_CODES: usize = 1 << 12;

/// Memory of the decoder.
pub(crate) const HELD_BYTES: u64 = (MOST_CODES * (size_of::<Text>() + 1)) as u64;

/// A string of bytes: an earlier string, and one more byte.
#[derive(Clone, Copy, Default)]
struct Text {
    before: u16,
    length: u16,
    first: u8,
    last: u8,
}

/// A stream that is being decompressed.
pub(crate) struct Lzw {
    texts: Vec<Text>,
    /// The previous code; `None` behind a clear code.
    last: Option<usize>,
    /// Bits of a code, and the next code to be defined.
    width: u32,
    next: usize,
    /// Whether the stream is of the older kind.
    old: bool,
    bits: u32,
    count: u32,
    /// Rest of a string that did not fit its row.
    rest: Vec<u8>,
    ended: bool,
}

impl Lzw {
    pub(crate) fn new() -> Result<Lzw, Error> {
        let mut texts = room(MOST_CODES)?;
        texts.extend((0..=255).map(|byte| Text {
            before: 0,
            length: 1,
            first: byte,
            last: byte,
        }));
        texts.resize(MOST_CODES, Text::default());
        Ok(Lzw {
            texts,
            last: None,
            width: 9,
            next: END + 1,
            old: false,
            bits: 0,
            count: 0,
            rest: reserved(MOST_CODES as u64)?,
            ended: false,
        })
    }

    pub(crate) fn start(&mut self, input: &Input<'_>) {
        // Both kinds begin with the code 256.
        let mut ahead = *input;
        let (first, second) = (ahead.next(), ahead.next());
        self.old = first == Some(0) && second.is_some_and(|byte| byte & 1 == 1);
        (self.last, self.width, self.next) = (None, 9, END + 1);
        (self.bits, self.count) = (0, 0);
        self.rest.clear();
        self.ended = false;
    }

    /// Fills a row. Returns false where the stream ends first, or has an undefined code.
    pub(crate) fn fill(&mut self, input: &mut Input<'_>, row: &mut [u8]) -> bool {
        let now = self.rest.len().min(row.len());
        row[..now].copy_from_slice(&self.rest[..now]);
        self.rest.drain(..now);
        let mut filled = now;
        while filled < row.len() {
            let Some(code) = self.string(input) else {
                return false;
            };
            let length = usize::from(self.texts[code].length);
            if let Some(to) = row.get_mut(filled..filled + length) {
                self.write(code, to);
                filled += length;
            } else {
                let mut rest = std::mem::take(&mut self.rest);
                rest.resize(length, 0);
                self.write(code, &mut rest);
                let now = row.len() - filled;
                row[filled..].copy_from_slice(&rest[..now]);
                rest.drain(..now);
                (self.rest, filled) = (rest, row.len());
            }
        }
        true
    }

    /// Returns the next code that stands for a string.
    fn string(&mut self, input: &mut Input<'_>) -> Option<usize> {
        while !self.ended {
            let code = self.code(input)?;
            match code {
                CLEAR => {
                    (self.last, self.width, self.next) = (None, 9, END + 1);
                    continue;
                }
                END => self.ended = true,
                _ => {
                    self.learn(code)?;
                    return Some(code);
                }
            }
        }
        None
    }

    /// Defines the next code: the previous string, and the first byte of this one.
    fn learn(&mut self, code: usize) -> Option<()> {
        let before = self.last.replace(code);
        let Some(before) = before else {
            return (code < CLEAR).then_some(());
        };
        if code > self.next || code == self.next && self.next == MOST_CODES {
            return None;
        }
        if self.next < MOST_CODES {
            // LZW's KwKwK case: the code that this very step defines.
            let ends_with = if code == self.next { before } else { code };
            let Text { length, first, .. } = self.texts[before];
            self.texts[self.next] = Text {
                before: before as u16,
                length: length + 1,
                first,
                last: self.texts[ends_with].first,
            };
            self.next += 1;
            let early = usize::from(!self.old);
            if self.next + early == 1 << self.width && self.width < 12 {
                self.width += 1;
            }
        }
        Some(())
    }

    fn code(&mut self, input: &mut Input<'_>) -> Option<usize> {
        while self.count < self.width {
            let byte = u32::from(input.next()?);
            if self.old {
                self.bits |= byte << self.count;
            } else {
                self.bits = self.bits << 8 | byte;
            }
            self.count += 8;
        }
        self.count -= self.width;
        let mask = (1 << self.width) - 1;
        let code = if self.old {
            let code = self.bits & mask;
            self.bits >>= self.width;
            code
        } else {
            self.bits >> self.count & mask
        };
        Some(code as usize)
    }

    /// Writes a string, from its end.
    fn write(&self, code: usize, to: &mut [u8]) {
        let mut at = code;
        for byte in to.iter_mut().rev() {
            let text = self.texts[at];
            *byte = text.last;
            at = usize::from(text.before);
        }
    }
}
