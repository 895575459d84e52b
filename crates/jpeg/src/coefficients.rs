//! Coefficients of one row of MCUs of a file with several scans, and a record of which are not
//! zero.

use alloc::vec::Vec;
use core::ops::Range;

use crate::error::Error;
use crate::frame::{Component, Frame};

/// Coefficients in the order of component, row of blocks, block.
pub(crate) struct Coefficients {
    /// Coefficients in natural order, not dequantised.
    pub(crate) blocks: Vec<[i16; 64]>,
    /// AC coefficients of each block that are not zero, one bit a place in coding order. A
    /// refinement scan walks over these bits instead of the coefficients.
    pub(crate) history: Vec<u64>,
    /// Index of each component's first block.
    starts: [usize; 4],
}

impl Coefficients {
    /// Blocks in a row of MCUs.
    pub(crate) fn count(frame: &Frame) -> usize {
        count(&frame.components, frame)
    }

    /// Bytes that [`Coefficients::new`] allocates.
    pub(crate) fn bytes(frame: &Frame) -> usize {
        Coefficients::count(frame) * (size_of::<[i16; 64]>() + size_of::<u64>())
    }

    pub(crate) fn new(frame: &Frame) -> Result<Coefficients, Error> {
        let count_before = |index| count(frame.components.get(..index).unwrap_or_default(), frame);
        Ok(Coefficients {
            blocks: filled(Coefficients::count(frame), [0; 64])?,
            history: filled(Coefficients::count(frame), 0)?,
            starts: core::array::from_fn(count_before),
        })
    }

    /// Sets all coefficients to zero.
    pub(crate) fn clear(&mut self) {
        self.blocks.fill([0; 64]);
        self.history.fill(0);
    }

    /// Range of the blocks in row `y` of a component.
    #[inline(always)]
    pub(crate) fn row(&self, frame: &Frame, index: usize, y: usize) -> Range<usize> {
        let across = frame.components[index].h * frame.mcus_across;
        let start = self.starts[index] + y * across;
        start..start + across
    }
}

/// Blocks of these components in a row of MCUs.
fn count(components: &[Component], frame: &Frame) -> usize {
    let blocks = |c: &Component| c.h * c.v * frame.mcus_across;
    components.iter().map(blocks).sum()
}

fn filled<T: Clone>(count: usize, value: T) -> Result<Vec<T>, Error> {
    let mut list = Vec::new();
    list.try_reserve_exact(count)
        .map_err(|_| Error::OutOfMemory)?;
    list.resize(count, value);
    Ok(list)
}
