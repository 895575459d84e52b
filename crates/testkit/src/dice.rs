//! Numbers that look random and are the same in every run.

/// Choices (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// From 0 to `sides` - 1.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    /// One of these.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.roll(of.len())]
    }

    /// Another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.roll(at + 1));
        }
    }
}

/// Samples of pictures: a linear congruential generator, which is quick, and of whose words the
/// upper bits are good.
#[derive(Clone, Debug)]
pub struct Noise(pub u32);

impl Noise {
    /// The next word.
    pub fn word(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0
    }

    /// The upper bits of the next word, 1 to 32 of them.
    pub fn bits(&mut self, count: u32) -> u32 {
        self.word() >> (32 - count)
    }

    /// A number from 0 to `most` - 1, of 24 bits.
    pub fn below(&mut self, most: usize) -> usize {
        self.bits(24) as usize % most
    }

    /// One byte.
    pub fn byte(&mut self) -> u8 {
        self.bits(8) as u8
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte()).collect()
    }
}
