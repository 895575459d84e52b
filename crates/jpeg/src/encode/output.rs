//! Output file that grows scan by scan: tables that suit the scan's tokens, then the bits of the
//! tokens.
//!
//! Tokens are held until the scan is complete, so that the tables are optimal. The number of tokens
//! is limited: past the limit, the tables are made from the tokens so far, with a code for every
//! symbol that may still come, and later tokens are written as they arise. The limit bounds memory,
//! and the file grows by next to nothing. The file gets its whole capacity from the start, so that
//! it never moves.

use alloc::vec::Vec;

use super::entropy::{BARE, Tokens, extra_bits};
use super::markers::{Scan, huffman_table, scan_header};
use super::tables::Book;
use super::writer::{BitWriter, Codes};
use crate::error::Error;
use crate::frame::Frame;

/// The file, and the tokens that are not in it yet.
pub(super) struct Output {
    pub(super) file: Vec<u8>,
    pub(super) tokens: Tokens,
    /// Codes and bit writer; set once a scan's tables are written.
    coder: Option<(Codes, BitWriter)>,
    limit: usize,
}

impl Output {
    /// Creates an empty file with capacity for `file_bytes`, and a limit of `tokens`.
    pub(super) fn new(file_bytes: usize, tokens: usize) -> Result<Output, Error> {
        let mut file = Vec::new();
        file.try_reserve_exact(file_bytes)
            .map_err(|_| Error::OutOfMemory)?;
        Ok(Output {
            file,
            tokens: Tokens::new()?,
            coder: None,
            limit: tokens,
        })
    }

    /// Sets the number of tokens that may be held from now on.
    pub(super) fn set_limit(&mut self, tokens: usize) {
        self.limit = tokens;
    }

    /// Makes the tables early, if the limit of tokens is reached.
    #[inline(always)]
    pub(super) fn watch(&mut self, frame: &Frame, scan: Scan) -> Result<(), Error> {
        if self.tokens.held() < self.limit || self.coder.is_some() {
            return Ok(());
        }
        self.tokens.expect_all();
        self.write(frame, scan)
    }

    /// Makes the tables early if the limit is reached, and writes the tokens if there are tables.
    pub(super) fn relieve(&mut self, frame: &Frame, scan: Scan) -> Result<(), Error> {
        self.watch(frame, scan)?;
        match self.coder {
            Some(_) => self.write(frame, scan),
            None => Ok(()),
        }
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

/// Writes a scan's tables and header, and reserves capacity for its tokens.
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
    // As a rule, one byte in 256 is stuffed.
    let bytes = bits / 8 + bits / 1024 + 64;
    let bytes = usize::try_from(bytes).map_err(|_| Error::OutOfMemory)?;
    file.try_reserve_exact(bytes)
        .map_err(|_| Error::OutOfMemory)?;
    Ok(codes)
}
