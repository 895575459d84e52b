//! The samples of one pixel side by side, as 16-bit numbers. A pixel depends on the one before it, so there is nothing to gain from
//! several pixels at a time, but all samples of a pixel are one vector.
//!
//! The scalar definition and the vectors of wasm say the same. No unsafe code: eight bytes travel as a number.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod scalar {
    /// Eight numbers.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes([i16; 8]);

    impl Lanes {
        pub(crate) const ZERO: Lanes = Lanes([0; 8]);

        pub(crate) fn of(bytes: [u8; 8]) -> Lanes {
            Lanes(bytes.map(i16::from))
        }

        /// Two pixels of at most four samples.
        pub(crate) fn of_two(low: [u8; 4], high: [u8; 4]) -> Lanes {
            Lanes(core::array::from_fn(|at| {
                i16::from(if at < 4 { low[at] } else { high[at - 4] })
            }))
        }

        /// The lower four of both.
        pub(crate) fn halves(low: Lanes, high: Lanes) -> Lanes {
            Lanes(core::array::from_fn(|at| {
                if at < 4 { low.0[at] } else { high.0[at - 4] }
            }))
        }

        /// The lower four of `self` and the upper four of the other.
        pub(crate) fn below(self, high: Lanes) -> Lanes {
            Lanes(core::array::from_fn(|at| {
                if at < 4 { self.0[at] } else { high.0[at] }
            }))
        }

        /// The lower byte of each.
        pub(crate) fn to_bytes(self) -> [u8; 8] {
            self.0.map(|lane| lane as u8)
        }

        fn zip(self, other: Lanes, with: impl Fn(i16, i16) -> i16) -> Lanes {
            Lanes(core::array::from_fn(|at| with(self.0[at], other.0[at])))
        }

        pub(crate) fn plus(self, other: Lanes) -> Lanes {
            self.zip(other, i16::wrapping_add)
        }

        pub(crate) fn minus(self, other: Lanes) -> Lanes {
            self.zip(other, i16::wrapping_sub)
        }

        pub(crate) fn min(self, other: Lanes) -> Lanes {
            self.zip(other, i16::min)
        }

        pub(crate) fn max(self, other: Lanes) -> Lanes {
            self.zip(other, i16::max)
        }

        pub(crate) fn half(self) -> Lanes {
            Lanes(self.0.map(|lane| lane >> 1))
        }

        /// Modulo 256.
        pub(crate) fn low_byte(self) -> Lanes {
            Lanes(self.0.map(|lane| lane & 255))
        }

        /// `this` where `self` is at most `other`, elsewhere `that`.
        pub(crate) fn at_most(self, other: Lanes, this: Lanes, that: Lanes) -> Lanes {
            Lanes(core::array::from_fn(|at| {
                if self.0[at] <= other.0[at] {
                    this.0[at]
                } else {
                    that.0[at]
                }
            }))
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use core::arch::wasm32::*;

    /// Eight numbers.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes(v128);

    impl Lanes {
        pub(crate) const ZERO: Lanes = Lanes(u64x2(0, 0));

        #[inline(always)]
        pub(crate) fn of(bytes: [u8; 8]) -> Lanes {
            Lanes(u16x8_extend_low_u8x16(u64x2(u64::from_le_bytes(bytes), 0)))
        }

        /// Two pixels of at most four samples.
        #[inline(always)]
        pub(crate) fn of_two(low: [u8; 4], high: [u8; 4]) -> Lanes {
            let (low, high) = (u32::from_le_bytes(low), u32::from_le_bytes(high));
            Lanes(u16x8_extend_low_u8x16(u32x4(low, high, 0, 0)))
        }

        /// The lower four of both.
        #[inline(always)]
        pub(crate) fn halves(low: Lanes, high: Lanes) -> Lanes {
            Lanes(u64x2_shuffle::<0, 2>(low.0, high.0))
        }

        /// The lower four of `self` and the upper four of the other.
        #[inline(always)]
        pub(crate) fn below(self, high: Lanes) -> Lanes {
            Lanes(u64x2_shuffle::<0, 3>(self.0, high.0))
        }

        /// The lower byte of each; all are from 0 to 255.
        #[inline(always)]
        pub(crate) fn to_bytes(self) -> [u8; 8] {
            u64x2_extract_lane::<0>(u8x16_narrow_i16x8(self.0, self.0)).to_le_bytes()
        }

        #[inline(always)]
        pub(crate) fn plus(self, other: Lanes) -> Lanes {
            Lanes(i16x8_add(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn minus(self, other: Lanes) -> Lanes {
            Lanes(i16x8_sub(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn min(self, other: Lanes) -> Lanes {
            Lanes(i16x8_min(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn max(self, other: Lanes) -> Lanes {
            Lanes(i16x8_max(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn half(self) -> Lanes {
            Lanes(u16x8_shr(self.0, 1))
        }

        /// Modulo 256.
        #[inline(always)]
        pub(crate) fn low_byte(self) -> Lanes {
            Lanes(v128_and(self.0, u16x8_splat(255)))
        }

        /// `this` where `self` is at most `other`, elsewhere `that`.
        #[inline(always)]
        pub(crate) fn at_most(self, other: Lanes, this: Lanes, that: Lanes) -> Lanes {
            // V8 has one instruction for "greater", and two for "at most".
            Lanes(v128_bitselect(that.0, this.0, i16x8_gt(self.0, other.0)))
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) use scalar::Lanes;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use simd::Lanes;
