//! Vectors of sixteen samples: those of one pixel, or of a pixel in each of four rows.
//!
//! The scalar definition and the vectors of wasm give the same results. There is no unsafe code:
//! bytes are loaded and stored as numbers.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod scalar {
    /// Sixteen bytes.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes([u8; 16]);

    /// Placeholder for the shuffle indices, which only the vector implementation needs.
    #[derive(Clone, Copy)]
    pub(crate) struct Places;

    impl Places {
        pub(crate) fn new() -> Places {
            Places
        }
    }

    impl Lanes {
        pub(crate) const ZERO: Lanes = Lanes([0; 16]);
        pub(crate) const ALL: Lanes = Lanes([255; 16]);

        /// Loads eight bytes into the lower lanes.
        pub(crate) fn of(bytes: [u8; 8]) -> Lanes {
            Lanes(core::array::from_fn(
                |at| if at < 8 { bytes[at] } else { 0 },
            ))
        }

        /// Returns the eight lower lanes.
        pub(crate) fn to_bytes(self) -> [u8; 8] {
            core::array::from_fn(|at| self.0[at])
        }

        pub(crate) fn of_all(bytes: &[u8; 16]) -> Lanes {
            Lanes(*bytes)
        }

        pub(crate) fn to_all(self) -> [u8; 16] {
            self.0
        }

        /// Spreads four pixels of three bytes to four bytes each, of which the last is unspecified.
        pub(crate) fn spread(self, _: Places) -> Lanes {
            Lanes(core::array::from_fn(|at| self.0[at / 4 * 3 + at % 4 % 3]))
        }

        /// Packs four pixels of four bytes into three bytes each; the last four bytes are
        /// unspecified.
        pub(crate) fn gather(self, _: Places) -> Lanes {
            Lanes(core::array::from_fn(|at| {
                self.0[(at / 3 * 4 + at % 3) % 16]
            }))
        }

        /// Transposes four vectors of four pixels: the result has the first pixels of all, then the
        /// second ones, and so on.
        pub(crate) fn transpose(rows: [Lanes; 4]) -> [Lanes; 4] {
            core::array::from_fn(|column| {
                Lanes(core::array::from_fn(|at| {
                    rows[at / 4].0[column * 4 + at % 4]
                }))
            })
        }

        /// Returns pixel `NUMBER` of this vector, followed by the first three pixels of the other.
        pub(crate) fn before<const NUMBER: usize>(self, others: Lanes) -> Lanes {
            Lanes(core::array::from_fn(|at| match at {
                0..4 => self.0[NUMBER * 4 + at],
                _ => others.0[at - 4],
            }))
        }

        fn zip(self, other: Lanes, with: impl Fn(u8, u8) -> u8) -> Lanes {
            Lanes(core::array::from_fn(|at| with(self.0[at], other.0[at])))
        }

        pub(crate) fn plus(self, other: Lanes) -> Lanes {
            self.zip(other, u8::wrapping_add)
        }

        pub(crate) fn minus(self, other: Lanes) -> Lanes {
            self.zip(other, u8::wrapping_sub)
        }

        /// Adds, saturating at 255.
        pub(crate) fn plus_at_most(self, other: Lanes) -> Lanes {
            self.zip(other, u8::saturating_add)
        }

        /// Subtracts, saturating at zero.
        pub(crate) fn minus_at_least(self, other: Lanes) -> Lanes {
            self.zip(other, u8::saturating_sub)
        }

        pub(crate) fn min(self, other: Lanes) -> Lanes {
            self.zip(other, u8::min)
        }

        pub(crate) fn max(self, other: Lanes) -> Lanes {
            self.zip(other, u8::max)
        }

        /// Returns half of the sum, rounded down.
        pub(crate) fn mean(self, other: Lanes) -> Lanes {
            self.zip(other, u8::midpoint)
        }

        pub(crate) fn and(self, other: Lanes) -> Lanes {
            self.zip(other, |one, two| one & two)
        }

        pub(crate) fn or(self, other: Lanes) -> Lanes {
            self.zip(other, |one, two| one | two)
        }

        /// Mask of all bits where `self` is at least `other`, and of none elsewhere.
        pub(crate) fn at_least(self, other: Lanes) -> Lanes {
            self.zip(other, |one, two| if one >= two { 255 } else { 0 })
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use core::arch::wasm32::*;
    use core::hint::black_box;

    /// Sixteen bytes.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes(v128);

    /// Shuffle indices that spread three bytes to four, and back.
    #[derive(Clone, Copy)]
    pub(crate) struct Places {
        spread: v128,
        gather: v128,
    }

    impl Places {
        /// Creates the indices. Must be called outside of loops: if the compiler knew the indices,
        /// it would make shuffles of them, and V8 builds the index vector of a shuffle anew each
        /// time.
        #[inline(always)]
        pub(crate) fn new() -> Places {
            let spread = u8x16(0, 1, 2, 0, 3, 4, 5, 3, 6, 7, 8, 6, 9, 10, 11, 9);
            let gather = u8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 1, 2, 4);
            black_box(Places { spread, gather })
        }
    }

    impl Lanes {
        pub(crate) const ZERO: Lanes = Lanes(u64x2(0, 0));
        pub(crate) const ALL: Lanes = Lanes(u64x2(u64::MAX, u64::MAX));

        /// Loads eight bytes into the lower lanes.
        #[inline(always)]
        pub(crate) fn of(bytes: [u8; 8]) -> Lanes {
            Lanes(u64x2(u64::from_le_bytes(bytes), 0))
        }

        /// Returns the eight lower lanes.
        #[inline(always)]
        pub(crate) fn to_bytes(self) -> [u8; 8] {
            u64x2_extract_lane::<0>(self.0).to_le_bytes()
        }

        #[inline(always)]
        pub(crate) fn of_all(bytes: &[u8; 16]) -> Lanes {
            let [low, high] = [0, 1].map(|half| u64::from_le_bytes(bytes.as_chunks().0[half]));
            Lanes(u64x2(low, high))
        }

        #[inline(always)]
        pub(crate) fn to_all(self) -> [u8; 16] {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&u64x2_extract_lane::<0>(self.0).to_le_bytes());
            bytes[8..].copy_from_slice(&u64x2_extract_lane::<1>(self.0).to_le_bytes());
            bytes
        }

        /// Spreads four pixels of three bytes to four bytes each, of which the last is unspecified.
        #[inline(always)]
        pub(crate) fn spread(self, by: Places) -> Lanes {
            Lanes(u8x16_swizzle(self.0, by.spread))
        }

        /// Packs four pixels of four bytes into three bytes each; the last four bytes are
        /// unspecified.
        #[inline(always)]
        pub(crate) fn gather(self, by: Places) -> Lanes {
            Lanes(u8x16_swizzle(self.0, by.gather))
        }

        /// Transposes four vectors of four pixels: the result has the first pixels of all, then the
        /// second ones, and so on.
        #[inline(always)]
        pub(crate) fn transpose([a, b, c, d]: [Lanes; 4]) -> [Lanes; 4] {
            let (ab, cd) = (
                u32x4_shuffle::<0, 4, 1, 5>(a.0, b.0),
                u32x4_shuffle::<0, 4, 1, 5>(c.0, d.0),
            );
            let (later_ab, later_cd) = (
                u32x4_shuffle::<2, 6, 3, 7>(a.0, b.0),
                u32x4_shuffle::<2, 6, 3, 7>(c.0, d.0),
            );
            [
                Lanes(u64x2_shuffle::<0, 2>(ab, cd)),
                Lanes(u64x2_shuffle::<1, 3>(ab, cd)),
                Lanes(u64x2_shuffle::<0, 2>(later_ab, later_cd)),
                Lanes(u64x2_shuffle::<1, 3>(later_ab, later_cd)),
            ]
        }

        /// Returns pixel `NUMBER` of this vector, followed by the first three pixels of the other.
        #[inline(always)]
        pub(crate) fn before<const NUMBER: usize>(self, others: Lanes) -> Lanes {
            // The pixel is first moved to the end of its vector, which does not have to wait for
            // the others; the second step is then one instruction.
            let last = match NUMBER {
                0 => u32x4_shuffle::<0, 0, 0, 0>(self.0, self.0),
                1 => u32x4_shuffle::<1, 1, 1, 1>(self.0, self.0),
                2 => u32x4_shuffle::<2, 2, 2, 2>(self.0, self.0),
                _ => self.0,
            };
            Lanes(u32x4_shuffle::<3, 4, 5, 6>(last, others.0))
        }

        #[inline(always)]
        pub(crate) fn plus(self, other: Lanes) -> Lanes {
            Lanes(u8x16_add(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn minus(self, other: Lanes) -> Lanes {
            Lanes(u8x16_sub(self.0, other.0))
        }

        /// Adds, saturating at 255.
        #[inline(always)]
        pub(crate) fn plus_at_most(self, other: Lanes) -> Lanes {
            Lanes(u8x16_add_sat(self.0, other.0))
        }

        /// Subtracts, saturating at zero.
        #[inline(always)]
        pub(crate) fn minus_at_least(self, other: Lanes) -> Lanes {
            Lanes(u8x16_sub_sat(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn min(self, other: Lanes) -> Lanes {
            Lanes(u8x16_min(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn max(self, other: Lanes) -> Lanes {
            Lanes(u8x16_max(self.0, other.0))
        }

        /// Returns half of the sum, rounded down.
        #[inline(always)]
        pub(crate) fn mean(self, other: Lanes) -> Lanes {
            // The instruction rounds up.
            let odd = v128_and(v128_xor(self.0, other.0), u8x16_splat(1));
            Lanes(u8x16_sub(u8x16_avgr(self.0, other.0), odd))
        }

        #[inline(always)]
        pub(crate) fn and(self, other: Lanes) -> Lanes {
            Lanes(v128_and(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn or(self, other: Lanes) -> Lanes {
            Lanes(v128_or(self.0, other.0))
        }

        /// Mask of all bits where `self` is at least `other`, and of none elsewhere.
        #[inline(always)]
        pub(crate) fn at_least(self, other: Lanes) -> Lanes {
            Lanes(u8x16_ge(self.0, other.0))
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) use scalar::{Lanes, Places};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use simd::{Lanes, Places};
