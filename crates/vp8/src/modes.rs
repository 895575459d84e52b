//! Prediction modes of each macroblock of a row (RFC 6386, sections 9.3 and 11), from the first
//! partition.

use crate::bits::Bits;
use crate::header::Frame;
use crate::tables::SUBBLOCK_MODES;

/// Prediction mode of a whole block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Mean of the edges.
    #[default]
    Mean,
    /// Pixels above, repeated downwards.
    Down,
    /// Pixels on the left, repeated to the right.
    Across,
    /// Left plus above, less the corner between them ("true motion").
    Slope,
}

/// Prediction mode of a subblock, in the order of the probabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Submode {
    /// B_DC_PRED.
    #[default]
    Mean,
    /// B_TM_PRED.
    Slope,
    /// B_VE_PRED.
    Down,
    /// B_HE_PRED.
    Across,
    /// B_LD_PRED.
    LeftDown,
    /// B_RD_PRED.
    RightDown,
    /// B_VR_PRED.
    DownRight,
    /// B_VL_PRED.
    DownLeft,
    /// B_HD_PRED.
    AcrossDown,
    /// B_HU_PRED.
    AcrossUp,
}

/// Prediction of luminance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Luma {
    Whole(Mode),
    Subblocks([Submode; 16]),
}

/// Fields of a macroblock in the first partition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Macroblock {
    pub(crate) luma: Luma,
    pub(crate) chroma: Mode,
    pub(crate) segment: u8,
    /// Set if nothing is added to the prediction.
    pub(crate) skipped: bool,
}

/// Reads the next macroblock. `above` and `left` are the modes of the neighbouring subblocks, and
/// are replaced by those of this macroblock.
pub(crate) fn read(
    bits: &mut Bits<'_>,
    frame: &Frame<'_>,
    above: &mut [Submode; 4],
    left: &mut [Submode; 4],
) -> Macroblock {
    let segment = frame.map.map_or(0, |[upper, low, high]| {
        if bits.rare(upper) {
            2 + u8::from(bits.rare(high))
        } else {
            u8::from(bits.rare(low))
        }
    });
    let skipped = frame.skips.is_some_and(|zero| bits.rare(zero));
    let luma = if bits.rare(145) {
        let (mode, submode) = if bits.rare(156) {
            match bits.rare(128) {
                false => (Mode::Across, Submode::Across),
                true => (Mode::Slope, Submode::Slope),
            }
        } else {
            match bits.rare(163) {
                false => (Mode::Mean, Submode::Mean),
                true => (Mode::Down, Submode::Down),
            }
        };
        (*above, *left) = ([submode; 4], [submode; 4]);
        Luma::Whole(mode)
    } else {
        let mut modes = [Submode::Mean; 16];
        for (row, left) in modes.as_chunks_mut::<4>().0.iter_mut().zip(left) {
            for (mode, above) in row.iter_mut().zip(&mut *above) {
                *mode = submode(bits, &SUBBLOCK_MODES[*above as usize][*left as usize]);
                (*above, *left) = (*mode, *mode);
            }
        }
        Luma::Subblocks(modes)
    };
    Macroblock {
        luma,
        chroma: chroma(bits),
        segment,
        skipped,
    }
}

#[inline(always)]
fn submode(bits: &mut Bits<'_>, zero: &[u8; 9]) -> Submode {
    if !bits.bit(zero[0]) {
        return Submode::Mean;
    }
    if !bits.bit(zero[1]) {
        return Submode::Slope;
    }
    if !bits.bit(zero[2]) {
        return Submode::Down;
    }
    if !bits.bit(zero[3]) {
        return match bits.bit(zero[4]) {
            false => Submode::Across,
            true if bits.bit(zero[5]) => Submode::DownRight,
            true => Submode::RightDown,
        };
    }
    if !bits.bit(zero[6]) {
        return Submode::LeftDown;
    }
    if !bits.bit(zero[7]) {
        return Submode::DownLeft;
    }
    if bits.bit(zero[8]) {
        Submode::AcrossUp
    } else {
        Submode::AcrossDown
    }
}

fn chroma(bits: &mut Bits<'_>) -> Mode {
    if !bits.rare(142) {
        Mode::Mean
    } else if !bits.rare(114) {
        Mode::Down
    } else if bits.rare(183) {
        Mode::Slope
    } else {
        Mode::Across
    }
}
