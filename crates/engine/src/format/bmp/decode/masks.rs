//! Pixels that are numbers, from which masks take the samples.

/// Place of a sample in a pixel's number, and its levels.
struct Sample {
    mask: u32,
    shift: u32,
    /// Level of each value of up to eight bits: the same share of 255. Samples with more bits lose
    /// their lowest ones.
    levels: [u8; 256],
}

impl Sample {
    fn new(mask: u32) -> Sample {
        let bits = mask.count_ones();
        let most = (1u32 << bits.min(8)) - 1;
        let level = |value: usize| match most {
            0 => 0,
            _ => ((value as u32).min(most) * 255 + most / 2) / most,
        };
        Sample {
            mask,
            shift: (mask.trailing_zeros() + bits.saturating_sub(8)).min(31),
            levels: std::array::from_fn(|value| level(value) as u8),
        }
    }

    fn of(&self, pixel: u32) -> u8 {
        self.levels[((pixel & self.mask) >> self.shift & 255) as usize]
    }
}

/// Samples of a pixel.
pub(crate) struct Masks {
    bits: u32,
    colours: [Sample; 3],
    alpha: Option<Sample>,
    /// Whether the masks are those of bytes: blue, green, red, and perhaps alpha.
    bytes: bool,
}

impl Masks {
    pub(crate) fn new(bits: u32, masks: [u32; 4]) -> Masks {
        let [red, green, blue, alpha] = masks;
        Masks {
            bits,
            colours: [red, green, blue].map(Sample::new),
            alpha: (alpha != 0).then(|| Sample::new(alpha)),
            bytes: bits >= 24 && matches!(masks, [0x00ff_0000, 0xff00, 0xff, 0 | 0xff00_0000]),
        }
    }

    /// Returns the masks without alpha.
    pub(crate) fn opaque(self) -> Masks {
        Masks {
            alpha: None,
            ..self
        }
    }

    /// Converts a row of stored pixels to samples of RGB or RGBA.
    pub(crate) fn row(&self, stored: &[u8], row: &mut [u8], channels: usize) {
        let pixels = row.chunks_exact_mut(channels);
        if self.bytes {
            for (pixel, stored) in pixels.zip(stored.chunks_exact(self.bits as usize / 8)) {
                let alpha = match (&self.alpha, stored) {
                    (Some(_), &[.., alpha]) => alpha,
                    _ => 255,
                };
                pixel[..3].copy_from_slice(&[stored[2], stored[1], stored[0]]);
                pixel[3..].fill(alpha);
            }
            return;
        }
        for (pixel, number) in pixels.zip(numbers(stored, self.bits)) {
            let [red, green, blue] = &self.colours;
            let colour = [red, green, blue].map(|sample| sample.of(number));
            let alpha = self.alpha.as_ref().map_or(255, |alpha| alpha.of(number));
            pixel[..3].copy_from_slice(&colour);
            pixel[3..].fill(alpha);
        }
    }
}

/// Returns numbers of 16, 24 or 32 bits, the lowest byte first.
pub(crate) fn numbers(stored: &[u8], bits: u32) -> impl Iterator<Item = u32> {
    let pixels = stored.chunks_exact(bits as usize / 8);
    pixels.map(|pixel| {
        pixel
            .iter()
            .rev()
            .fold(0, |number, &byte| number << 8 | u32::from(byte))
    })
}
