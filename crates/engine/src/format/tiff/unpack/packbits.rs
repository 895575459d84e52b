//! Decompressor of PackBits (TIFF 6.0, section 9). A run may go on in the next row, though no
//! writer should make such a run.

use crate::format::tiff::unpack::Input;

/// Rest of a run.
#[derive(Default)]
pub(crate) struct Run {
    left: usize,
    /// Byte that is repeated; `None` for a run of literal bytes.
    byte: Option<u8>,
}

impl Run {
    /// Fills a row. Returns false where the input ends first.
    pub(crate) fn fill(&mut self, input: &mut Input<'_>, row: &mut [u8]) -> bool {
        let mut row = row;
        while !row.is_empty() {
            if self.left == 0 {
                let Some(head) = input.next() else {
                    return false;
                };
                (self.left, self.byte) = match head {
                    0..=127 => (usize::from(head) + 1, None),
                    128 => continue, // no operation
                    129.. => match input.next() {
                        Some(byte) => (257 - usize::from(head), Some(byte)),
                        None => return false,
                    },
                };
            }
            let (now, later) = row.split_at_mut(self.left.min(row.len()));
            match self.byte {
                Some(byte) => now.fill(byte),
                None if input.read(now) < now.len() => return false,
                None => {}
            }
            self.left -= now.len();
            row = later;
        }
        true
    }
}
