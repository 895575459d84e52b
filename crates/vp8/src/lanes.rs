//! Vectors of sixteen bytes or eight 16-bit integers: arrays on every target, and a v128 on wasm
//! with SIMD. The arrays are the definition. Sums wrap unless their name says otherwise, so both
//! implementations give the same bits on any input. The only unsafe code of this crate is here.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) use scalar::{Bytes, Words, big_endian};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use simd::{Bytes, Words, big_endian};

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod scalar {
    use core::array::from_fn;

    /// Reads eight bytes as a number, the first one topmost.
    #[inline(always)]
    pub(crate) fn big_endian(bytes: &[u8; 8]) -> u64 {
        u64::from_be_bytes(*bytes)
    }

    /// Sixteen bytes.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(crate) struct Bytes([u8; 16]);

    #[inline(always)]
    fn bytes(each: impl Fn(usize) -> u8) -> Bytes {
        Bytes(from_fn(each))
    }

    impl Bytes {
        #[inline(always)]
        pub(crate) fn splat(value: u8) -> Bytes {
            Bytes([value; 16])
        }

        #[inline(always)]
        pub(crate) fn load(from: &[u8; 16]) -> Bytes {
            Bytes(*from)
        }

        #[inline(always)]
        pub(crate) fn store(self, to: &mut [u8; 16]) {
            *to = self.0;
        }

        #[inline(always)]
        pub(crate) fn load_halves(first: &[u8; 8], second: &[u8; 8]) -> Bytes {
            bytes(|at| if at < 8 { first[at] } else { second[at - 8] })
        }

        #[inline(always)]
        pub(crate) fn store_halves(self, first: &mut [u8; 8], second: &mut [u8; 8]) {
            first.copy_from_slice(&self.0[..8]);
            second.copy_from_slice(&self.0[8..]);
        }

        #[inline(always)]
        pub(crate) fn of_quarters(quarters: [[u8; 4]; 4]) -> Bytes {
            bytes(|at| quarters[at / 4][at % 4])
        }

        #[inline(always)]
        pub(crate) fn to_quarters(self) -> [[u8; 4]; 4] {
            from_fn(|quarter| from_fn(|at| self.0[4 * quarter + at]))
        }

        #[inline(always)]
        fn zip(self, other: Bytes, with: impl Fn(u8, u8) -> u8) -> Bytes {
            bytes(|at| with(self.0[at], other.0[at]))
        }

        #[inline(always)]
        pub(crate) fn and(self, other: Bytes) -> Bytes {
            self.zip(other, |one, two| one & two)
        }

        #[inline(always)]
        pub(crate) fn or(self, other: Bytes) -> Bytes {
            self.zip(other, |one, two| one | two)
        }

        #[inline(always)]
        pub(crate) fn xor(self, other: Bytes) -> Bytes {
            self.zip(other, |one, two| one ^ two)
        }

        /// Returns the bits that are not in the other vector.
        #[inline(always)]
        pub(crate) fn without(self, other: Bytes) -> Bytes {
            self.zip(other, |one, two| one & !two)
        }

        /// Adds, saturating at 255.
        #[inline(always)]
        pub(crate) fn plus_at_most(self, other: Bytes) -> Bytes {
            self.zip(other, u8::saturating_add)
        }

        /// Subtracts, saturating at zero.
        #[inline(always)]
        pub(crate) fn minus_at_least(self, other: Bytes) -> Bytes {
            self.zip(other, u8::saturating_sub)
        }

        /// Adds signed numbers, saturating at -128 and 127.
        #[inline(always)]
        pub(crate) fn plus_signed(self, other: Bytes) -> Bytes {
            self.zip(other, |one, two| {
                (one as i8).saturating_add(two as i8) as u8
            })
        }

        /// Subtracts signed numbers, saturating at -128 and 127.
        #[inline(always)]
        pub(crate) fn minus_signed(self, other: Bytes) -> Bytes {
            self.zip(other, |one, two| {
                (one as i8).saturating_sub(two as i8) as u8
            })
        }

        /// Mask of all bits where `self` is at most `other`, and of none elsewhere.
        #[inline(always)]
        pub(crate) fn at_most(self, other: Bytes) -> Bytes {
            self.zip(other, |one, two| if one <= two { 255 } else { 0 })
        }

        #[inline(always)]
        pub(crate) fn max(self, other: Bytes) -> Bytes {
            self.zip(other, u8::max)
        }

        /// Returns half of the sum, rounded up.
        #[inline(always)]
        pub(crate) fn mean(self, other: Bytes) -> Bytes {
            self.zip(other, |one, two| {
                ((u16::from(one) + u16::from(two) + 1) >> 1) as u8
            })
        }

        #[inline(always)]
        pub(crate) fn shifted_right<const BY: u32>(self) -> Bytes {
            bytes(|at| self.0[at] >> BY)
        }

        /// Interleaves the first halves.
        #[inline(always)]
        pub(crate) fn low_pairs(self, other: Bytes) -> Bytes {
            bytes(|at| [self, other][at % 2].0[at / 2])
        }

        /// Interleaves the second halves.
        #[inline(always)]
        pub(crate) fn high_pairs(self, other: Bytes) -> Bytes {
            bytes(|at| [self, other][at % 2].0[8 + at / 2])
        }

        /// Returns the bytes at these places, and zero for a place beyond.
        #[inline(always)]
        pub(crate) fn at(self, places: &[u8; 16]) -> Bytes {
            bytes(|at| self.0.get(usize::from(places[at])).map_or(0, |byte| *byte))
        }

        /// Shifts all bytes to the left by one, with the other vector's first byte at the end.
        #[inline(always)]
        pub(crate) fn next(self, other: Bytes) -> Bytes {
            bytes(|at| if at < 15 { self.0[at + 1] } else { other.0[0] })
        }

        /// Returns the edges of a subblock in one line, from the bottom left to the top right. The
        /// last column of the four rows of four pixels in `left` is the left edge; `above` has the
        /// corner and the pixels above. The first and the last pixel appear twice.
        #[inline(always)]
        pub(crate) fn edges(left: Bytes, above: Bytes) -> Bytes {
            const PLACES: [usize; 5] = [15, 15, 11, 7, 3];
            bytes(|at| match at {
                0..5 => left.0[PLACES[at]],
                5..14 => above.0[at - 5],
                _ => above.0[8],
            })
        }

        /// Returns the sum of the first eight bytes and that of the others.
        #[inline(always)]
        pub(crate) fn sums(self) -> [u32; 2] {
            let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u32::from(byte)).sum();
            [sum(&self.0[..8]), sum(&self.0[8..])]
        }

        /// Widens to 16 bits, unsigned.
        #[inline(always)]
        pub(crate) fn widened(self) -> [Words; 2] {
            [0, 8].map(|first| Words(from_fn(|at| i16::from(self.0[first + at]))))
        }

        /// Widens to 16 bits, signed.
        #[inline(always)]
        pub(crate) fn widened_signed(self) -> [Words; 2] {
            [0, 8].map(|first| Words(from_fn(|at| i16::from(self.0[first + at] as i8))))
        }
    }

    /// Eight integers of 16 bits.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(crate) struct Words([i16; 8]);

    impl Words {
        #[inline(always)]
        pub(crate) fn splat(value: i16) -> Words {
            Words([value; 8])
        }

        #[inline(always)]
        pub(crate) fn load(from: &[i16; 8]) -> Words {
            Words(*from)
        }

        #[inline(always)]
        pub(crate) fn store(self, to: &mut [i16; 8]) {
            *to = self.0;
        }

        #[inline(always)]
        pub(crate) fn plus(self, other: Words) -> Words {
            Words(from_fn(|at| self.0[at].wrapping_add(other.0[at])))
        }

        #[inline(always)]
        pub(crate) fn minus(self, other: Words) -> Words {
            Words(from_fn(|at| self.0[at].wrapping_sub(other.0[at])))
        }

        #[inline(always)]
        pub(crate) fn times(self, by: i16) -> Words {
            Words(self.0.map(|value| value.wrapping_mul(by)))
        }

        /// Shifts right with the sign.
        #[inline(always)]
        pub(crate) fn shifted_right<const BY: u32>(self) -> Words {
            Words(self.0.map(|value| value >> BY))
        }

        #[inline(always)]
        pub(crate) fn shifted_right_without_sign<const BY: u32>(self) -> Words {
            Words(self.0.map(|value| (value as u16 >> BY) as i16))
        }

        /// Returns the upper byte of each number, unsigned.
        #[inline(always)]
        pub(crate) fn upper_byte(self) -> Words {
            self.shifted_right_without_sign::<8>()
        }

        /// Subtracts unsigned numbers, saturating at zero.
        #[inline(always)]
        pub(crate) fn minus_at_least(self, other: Words) -> Words {
            let minus = |at: usize| (self.0[at] as u16).saturating_sub(other.0[at] as u16);
            Words(from_fn(|at| minus(at) as i16))
        }

        /// Returns the upper halves of the products with each of two factors.
        #[inline(always)]
        pub(crate) fn products(self, by: [i16; 2]) -> [Words; 2] {
            by.map(|by| {
                Words(
                    self.0
                        .map(|value| ((i32::from(value) * i32::from(by)) >> 16) as i16),
                )
            })
        }

        /// Negates the second half.
        #[inline(always)]
        pub(crate) fn half_negated(self) -> Words {
            Words(from_fn(|at| {
                if at < 4 {
                    self.0[at]
                } else {
                    self.0[at].wrapping_neg()
                }
            }))
        }

        /// Returns two of the four halves of both vectors, numbered through both.
        #[inline(always)]
        pub(crate) fn halves<const FIRST: usize, const SECOND: usize>(self, other: Words) -> Words {
            let both = [self.0, other.0];
            let half = |number: usize, at: usize| both[number / 2][number % 2 * 4 + at];
            Words(from_fn(|at| {
                if at < 4 {
                    half(FIRST, at)
                } else {
                    half(SECOND, at - 4)
                }
            }))
        }

        /// Interleaves the first halves.
        #[inline(always)]
        pub(crate) fn low_pairs(self, other: Words) -> Words {
            Words(from_fn(|at| [self, other][at % 2].0[at / 2]))
        }

        /// Interleaves the second halves.
        #[inline(always)]
        pub(crate) fn high_pairs(self, other: Words) -> Words {
            Words(from_fn(|at| [self, other][at % 2].0[4 + at / 2]))
        }

        /// Narrows all sixteen numbers to bytes, clamped to 0 to 255.
        #[inline(always)]
        pub(crate) fn narrowed(self, other: Words) -> Bytes {
            let both = [self.0, other.0];
            bytes(|at| both[at / 8][at % 8].clamp(0, 255) as u8)
        }

        /// Narrows all sixteen numbers to signed bytes, clamped to -128 to 127.
        #[inline(always)]
        pub(crate) fn narrowed_signed(self, other: Words) -> Bytes {
            let both = [self.0, other.0];
            bytes(|at| both[at / 8][at % 8].clamp(-128, 127) as u8)
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[allow(unsafe_code, reason = "loads and stores take pointers")]
mod simd {
    use core::arch::wasm32::*;

    /// Reads eight bytes as a number, the first one topmost. Uses a shuffle, because there is no
    /// instruction that reverses bytes.
    #[inline(always)]
    pub(crate) fn big_endian(bytes: &[u8; 8]) -> u64 {
        // SAFETY: the reference is to eight readable bytes; the instruction takes any alignment.
        let v = unsafe { v128_load64_zero(bytes.as_ptr().cast()) };
        u64x2_extract_lane::<0>(i8x16_shuffle::<
            7,
            6,
            5,
            4,
            3,
            2,
            1,
            0,
            7,
            6,
            5,
            4,
            3,
            2,
            1,
            0,
        >(v, v))
    }

    /// Sixteen bytes.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Bytes(v128);

    impl Bytes {
        #[inline(always)]
        pub(crate) fn splat(value: u8) -> Bytes {
            Bytes(u8x16_splat(value))
        }

        #[inline(always)]
        pub(crate) fn load(from: &[u8; 16]) -> Bytes {
            // SAFETY: the reference is to sixteen readable bytes; the instruction takes any alignment.
            Bytes(unsafe { v128_load(from.as_ptr().cast()) })
        }

        #[inline(always)]
        pub(crate) fn store(self, to: &mut [u8; 16]) {
            // SAFETY: the reference is to sixteen writable bytes; the instruction takes any alignment.
            unsafe { v128_store(to.as_mut_ptr().cast(), self.0) }
        }

        #[inline(always)]
        pub(crate) fn load_halves(first: &[u8; 8], second: &[u8; 8]) -> Bytes {
            // SAFETY: both references are to eight readable bytes; the instructions take any alignment.
            unsafe {
                let low = v128_load64_zero(first.as_ptr().cast());
                Bytes(v128_load64_lane::<1>(low, second.as_ptr().cast()))
            }
        }

        #[inline(always)]
        pub(crate) fn store_halves(self, first: &mut [u8; 8], second: &mut [u8; 8]) {
            // SAFETY: both references are to eight writable bytes; the instructions take any alignment.
            unsafe {
                v128_store64_lane::<0>(self.0, first.as_mut_ptr().cast());
                v128_store64_lane::<1>(self.0, second.as_mut_ptr().cast());
            }
        }

        #[inline(always)]
        pub(crate) fn of_quarters(quarters: [[u8; 4]; 4]) -> Bytes {
            let [a, b, c, d] = quarters.map(u32::from_le_bytes);
            Bytes(u32x4(a, b, c, d))
        }

        #[inline(always)]
        pub(crate) fn to_quarters(self) -> [[u8; 4]; 4] {
            [
                u32x4_extract_lane::<0>(self.0),
                u32x4_extract_lane::<1>(self.0),
                u32x4_extract_lane::<2>(self.0),
                u32x4_extract_lane::<3>(self.0),
            ]
            .map(u32::to_le_bytes)
        }

        #[inline(always)]
        pub(crate) fn and(self, other: Bytes) -> Bytes {
            Bytes(v128_and(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn or(self, other: Bytes) -> Bytes {
            Bytes(v128_or(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn xor(self, other: Bytes) -> Bytes {
            Bytes(v128_xor(self.0, other.0))
        }

        /// Returns the bits that are not in the other vector.
        #[inline(always)]
        pub(crate) fn without(self, other: Bytes) -> Bytes {
            Bytes(v128_andnot(self.0, other.0))
        }

        /// Adds, saturating at 255.
        #[inline(always)]
        pub(crate) fn plus_at_most(self, other: Bytes) -> Bytes {
            Bytes(u8x16_add_sat(self.0, other.0))
        }

        /// Subtracts, saturating at zero.
        #[inline(always)]
        pub(crate) fn minus_at_least(self, other: Bytes) -> Bytes {
            Bytes(u8x16_sub_sat(self.0, other.0))
        }

        /// Adds signed numbers, saturating at -128 and 127.
        #[inline(always)]
        pub(crate) fn plus_signed(self, other: Bytes) -> Bytes {
            Bytes(i8x16_add_sat(self.0, other.0))
        }

        /// Subtracts signed numbers, saturating at -128 and 127.
        #[inline(always)]
        pub(crate) fn minus_signed(self, other: Bytes) -> Bytes {
            Bytes(i8x16_sub_sat(self.0, other.0))
        }

        /// Mask of all bits where `self` is at most `other`, and of none elsewhere.
        #[inline(always)]
        pub(crate) fn at_most(self, other: Bytes) -> Bytes {
            Bytes(u8x16_le(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn max(self, other: Bytes) -> Bytes {
            Bytes(u8x16_max(self.0, other.0))
        }

        /// Returns half of the sum, rounded up.
        #[inline(always)]
        pub(crate) fn mean(self, other: Bytes) -> Bytes {
            Bytes(u8x16_avgr(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn shifted_right<const BY: u32>(self) -> Bytes {
            Bytes(u8x16_shr(self.0, BY))
        }

        /// Interleaves the first halves.
        #[inline(always)]
        pub(crate) fn low_pairs(self, other: Bytes) -> Bytes {
            Bytes(i8x16_shuffle::<
                0,
                16,
                1,
                17,
                2,
                18,
                3,
                19,
                4,
                20,
                5,
                21,
                6,
                22,
                7,
                23,
            >(self.0, other.0))
        }

        /// Interleaves the second halves.
        #[inline(always)]
        pub(crate) fn high_pairs(self, other: Bytes) -> Bytes {
            Bytes(i8x16_shuffle::<
                8,
                24,
                9,
                25,
                10,
                26,
                11,
                27,
                12,
                28,
                13,
                29,
                14,
                30,
                15,
                31,
            >(self.0, other.0))
        }

        /// Returns the bytes at these places, and zero for a place beyond.
        #[inline(always)]
        pub(crate) fn at(self, places: &[u8; 16]) -> Bytes {
            Bytes(i8x16_swizzle(self.0, Bytes::load(places).0))
        }

        /// Shifts all bytes to the left by one, with the other vector's first byte at the end.
        #[inline(always)]
        pub(crate) fn next(self, other: Bytes) -> Bytes {
            Bytes(i8x16_shuffle::<
                1,
                2,
                3,
                4,
                5,
                6,
                7,
                8,
                9,
                10,
                11,
                12,
                13,
                14,
                15,
                16,
            >(self.0, other.0))
        }

        /// Returns the edges of a subblock in one line, from the bottom left to the top right. The
        /// last column of the four rows of four pixels in `left` is the left edge; `above` has the
        /// corner and the pixels above. The first and the last pixel appear twice.
        #[inline(always)]
        pub(crate) fn edges(left: Bytes, above: Bytes) -> Bytes {
            Bytes(i8x16_shuffle::<
                15,
                15,
                11,
                7,
                3,
                16,
                17,
                18,
                19,
                20,
                21,
                22,
                23,
                24,
                24,
                24,
            >(left.0, above.0))
        }

        /// Returns the sum of the first eight bytes and that of the others.
        #[inline(always)]
        pub(crate) fn sums(self) -> [u32; 2] {
            let fours = u32x4_extadd_pairwise_u16x8(u16x8_extadd_pairwise_u8x16(self.0));
            let eights = u32x4_add(fours, u32x4_shuffle::<1, 1, 3, 3>(fours, fours));
            [
                u32x4_extract_lane::<0>(eights),
                u32x4_extract_lane::<2>(eights),
            ]
        }

        /// Widens to 16 bits, unsigned.
        #[inline(always)]
        pub(crate) fn widened(self) -> [Words; 2] {
            [
                Words(u16x8_extend_low_u8x16(self.0)),
                Words(u16x8_extend_high_u8x16(self.0)),
            ]
        }

        /// Widens to 16 bits, signed.
        #[inline(always)]
        pub(crate) fn widened_signed(self) -> [Words; 2] {
            [
                Words(i16x8_extend_low_i8x16(self.0)),
                Words(i16x8_extend_high_i8x16(self.0)),
            ]
        }
    }

    /// Eight integers of 16 bits.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Words(v128);

    impl Words {
        #[inline(always)]
        pub(crate) fn splat(value: i16) -> Words {
            Words(i16x8_splat(value))
        }

        #[inline(always)]
        pub(crate) fn load(from: &[i16; 8]) -> Words {
            // SAFETY: the reference is to sixteen readable bytes; the instruction takes any alignment.
            Words(unsafe { v128_load(from.as_ptr().cast()) })
        }

        #[inline(always)]
        pub(crate) fn store(self, to: &mut [i16; 8]) {
            // SAFETY: the reference is to sixteen writable bytes; the instruction takes any alignment.
            unsafe { v128_store(to.as_mut_ptr().cast(), self.0) }
        }

        #[inline(always)]
        pub(crate) fn plus(self, other: Words) -> Words {
            Words(i16x8_add(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn minus(self, other: Words) -> Words {
            Words(i16x8_sub(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn times(self, by: i16) -> Words {
            Words(i16x8_mul(self.0, i16x8_splat(by)))
        }

        /// Shifts right with the sign.
        #[inline(always)]
        pub(crate) fn shifted_right<const BY: u32>(self) -> Words {
            Words(i16x8_shr(self.0, BY))
        }

        #[inline(always)]
        pub(crate) fn shifted_right_without_sign<const BY: u32>(self) -> Words {
            Words(u16x8_shr(self.0, BY))
        }

        /// Returns the upper byte of each number, unsigned.
        #[inline(always)]
        pub(crate) fn upper_byte(self) -> Words {
            self.shifted_right_without_sign::<8>()
        }

        /// Subtracts unsigned numbers, saturating at zero.
        #[inline(always)]
        pub(crate) fn minus_at_least(self, other: Words) -> Words {
            Words(u16x8_sub_sat(self.0, other.0))
        }

        /// Returns the upper halves of the products with each of two factors.
        #[inline(always)]
        pub(crate) fn products(self, by: [i16; 2]) -> [Words; 2] {
            // Sums of two products, of which one is zero.
            let zero = i16x8_splat(0);
            let low = i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(self.0, zero);
            let high = i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(self.0, zero);
            by.map(|by| {
                let by = i16x8_splat(by);
                let (low, high) = (i32x4_dot_i16x8(low, by), i32x4_dot_i16x8(high, by));
                Words(i16x8_shuffle::<1, 3, 5, 7, 9, 11, 13, 15>(low, high))
            })
        }

        /// Negates the second half.
        #[inline(always)]
        pub(crate) fn half_negated(self) -> Words {
            let second = i64x2(0, -1);
            Words(i16x8_sub(v128_xor(self.0, second), second))
        }

        /// Returns two of the four halves of both vectors, numbered through both.
        #[inline(always)]
        pub(crate) fn halves<const FIRST: usize, const SECOND: usize>(self, other: Words) -> Words {
            Words(u64x2_shuffle::<FIRST, SECOND>(self.0, other.0))
        }

        /// Interleaves the first halves.
        #[inline(always)]
        pub(crate) fn low_pairs(self, other: Words) -> Words {
            Words(i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(self.0, other.0))
        }

        /// Interleaves the second halves.
        #[inline(always)]
        pub(crate) fn high_pairs(self, other: Words) -> Words {
            Words(i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(self.0, other.0))
        }

        /// Narrows all sixteen numbers to bytes, clamped to 0 to 255.
        #[inline(always)]
        pub(crate) fn narrowed(self, other: Words) -> Bytes {
            Bytes(u8x16_narrow_i16x8(self.0, other.0))
        }

        /// Narrows all sixteen numbers to signed bytes, clamped to -128 to 127.
        #[inline(always)]
        pub(crate) fn narrowed_signed(self, other: Words) -> Bytes {
            Bytes(i8x16_narrow_i16x8(self.0, other.0))
        }
    }
}
