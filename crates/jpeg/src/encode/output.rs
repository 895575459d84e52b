//! The file as it grows: a scan's tokens, then the tables that suit them, then their bits.
//!
//! Tokens are held until the scan is complete, so that the tables are the best ones. There is a limit to that: a picture with
//! more of them gets the tables that suit what has come up to there, with a code for every symbol that may still come, and from
//! there on tokens are written as they arise. Memory has a bound that way, and the file grows by next to nothing.

use alloc::vec::Vec;

use super::entropy::{BARE, Tokens, extra_bits};
use super::markers::{Scan, huffman_table, scan_header};
use super::tables::Book;
use super::writer::{BitWriter, Codes};
use crate::Error;
use crate::frame::Frame;

/// Tokens that are held: 16 MiB. A photo of fifteen megapixels has about as many.
pub(super) const MOST_TOKENS: usize = 1 << 22;

/// A file, and what is not in it yet.
pub(super) struct Output {
    pub(super) file: Vec<u8>,
    pub(super) tokens: Tokens,
    /// Once a scan's tables are written.
    coder: Option<(Codes, BitWriter)>,
    limit: usize,
}

impl Output {
    pub(super) fn new() -> Result<Output, Error> {
        Ok(Output {
            file: Vec::new(),
            tokens: Tokens::new()?,
            coder: None,
            limit: MOST_TOKENS,
        })
    }

    /// For tests: holds fewer tokens.
    #[cfg(test)]
    pub(super) fn set_limit(&mut self, tokens: usize) {
        self.limit = tokens;
    }

    /// Writes the tokens if there are too many of them.
    pub(super) fn relieve(&mut self, frame: &Frame, scan: Scan) -> Result<(), Error> {
        if self.tokens.held() < self.limit && self.coder.is_none() {
            return Ok(());
        }
        if self.coder.is_none() {
            self.tokens.expect_all();
        }
        self.write(frame, scan)
    }

    /// Writes the rest of a scan.
    pub(super) fn end_scan(&mut self, frame: &Frame, scan: Scan) -> Result<(), Error> {
        self.write(frame, scan)?;
        match self.coder.take() {
            Some((_, writer)) => writer.finish(&mut self.file),
            None => Ok(()),
        }
    }

    fn write(&mut self, frame: &Frame, scan: Scan) -> Result<(), Error> {
        let (codes, writer) = match &mut self.coder {
            Some(coder) => coder,
            none => none.insert((
                begin(&mut self.file, frame, scan, &self.tokens)?,
                BitWriter::default(),
            )),
        };
        let file = &mut self.file;
        self.tokens.drain(|chunk| writer.write(chunk, codes, file))
    }
}

/// A scan's tables and header, and room for its tokens.
fn begin(file: &mut Vec<u8>, frame: &Frame, scan: Scan, tokens: &Tokens) -> Result<Codes, Error> {
    let mut codes = Codes::new();
    for many in 0..=16 {
        codes.set(BARE << 8 | many as usize, 0, 0, many);
    }
    for table in 0..BARE {
        let book = Book::new(tokens.counts(table));
        for (symbol, code, length) in book.codes() {
            let symbol = usize::from(symbol);
            codes.set(table << 8 | symbol, code, length, extra_bits(symbol));
        }
        if book.count > 0 {
            huffman_table(file, table, &book)?;
        }
    }
    scan_header(file, frame, scan)?;
    let mut bits = 0;
    for table in 0..=BARE {
        for (symbol, &count) in tokens.counts(table).iter().enumerate() {
            bits += u64::from(count) * u64::from(codes.length(table << 8 | symbol));
        }
    }
    // One byte in 256 is stuffed, as a rule.
    let bytes = bits / 8 + bits / 1024 + 64;
    let bytes = usize::try_from(bytes).map_err(|_| Error::OutOfMemory)?;
    file.try_reserve_exact(bytes)
        .map_err(|_| Error::OutOfMemory)?;
    Ok(codes)
}
