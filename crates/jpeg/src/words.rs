//! Vectors of eight 16-bit integers for both transforms: an array on every target, and a v128 on
//! wasm with SIMD.
//!
//! The array is the definition. Sums wrap and sums of products saturate, so both implementations
//! give the same bits on any input.

/// Eight signed 16-bit integers.
pub(crate) trait Words: Copy {
    /// Vector of half as many numbers with twice the bits.
    type Sums: Sums;
    /// Loads the columns of a block, less 128 (T.81, A.3.1).
    fn columns(rows: [&[u8; 8]; 8]) -> [Self; 8];
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn shl(self, by: u32) -> Self;
    /// Shifts right, rounding to nearest.
    fn descale(self, by: u32) -> Self;
    /// Sums two products in 32 bits and shifts right, rounding to nearest.
    fn sum2(values: [Self; 2], by: [i16; 2], shift: u32) -> Self;
    /// Sums four products in 32 bits and shifts right, rounding to nearest.
    fn sum4(values: [Self; 4], by: [i16; 4], shift: u32) -> Self;
    /// Transposes rows to columns.
    fn transpose(rows: [Self; 8]) -> [Self; 8];
    /// Multiplies eight neighbours by eight others and keeps the low 16 bits.
    fn load_product(from: &[i16; 8], by: &[u16; 8]) -> Self;
    /// Whether all rows are zero.
    fn are_zero(rows: &[[i16; 8]]) -> bool;
    /// Interleaves the first halves of both vectors: four pairs.
    fn low_pairs(self, other: Self) -> Self;
    /// Interleaves the second halves of both vectors: four pairs.
    fn high_pairs(self, other: Self) -> Self;
    /// For each pair, the sum of its products with `by`.
    fn dot(self, by: [i16; 2]) -> Self::Sums;
    /// Shifts right, and saturates to 16 bits.
    fn narrow(low: Self::Sums, high: Self::Sums, shift: u32) -> Self;
    /// Returns the rows of a block, plus 128 and clamped to 0 to 255.
    fn rows(columns: [Self; 8]) -> [[u8; 8]; 8];
    /// Returns the rows of a block of four columns and four rows; each vector holds two columns.
    fn rows4(columns: [Self; 2]) -> [[u8; 4]; 4];
}

/// Four signed 32-bit integers, which wrap.
pub(crate) trait Sums: Copy {
    fn splat(value: i32) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    /// Every second one of the eight numbers of both vectors, from the first on.
    fn even(self, other: Self) -> Self;
    /// Every second one of the eight numbers of both vectors, from the second on.
    fn odd(self, other: Self) -> Self;
}

impl Words for [i16; 8] {
    type Sums = [i32; 4];

    #[inline(always)]
    fn columns(rows: [&[u8; 8]; 8]) -> [Self; 8] {
        core::array::from_fn(|x| core::array::from_fn(|y| i16::from(rows[y][x]) - 128))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        core::array::from_fn(|i| self[i].wrapping_add(other[i]))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        core::array::from_fn(|i| self[i].wrapping_sub(other[i]))
    }

    #[inline(always)]
    fn shl(self, by: u32) -> Self {
        self.map(|value| value << by)
    }

    #[inline(always)]
    fn descale(self, by: u32) -> Self {
        self.map(|value| value.wrapping_add(1 << (by - 1)) >> by)
    }

    #[inline(always)]
    fn sum2([a, b]: [Self; 2], by: [i16; 2], shift: u32) -> Self {
        core::array::from_fn(|i| descale(products([a[i], b[i]], by), shift))
    }

    #[inline(always)]
    fn sum4([a, b, c, d]: [Self; 4], by: [i16; 4], shift: u32) -> Self {
        core::array::from_fn(|i| descale(products([a[i], b[i], c[i], d[i]], by), shift))
    }

    #[inline(always)]
    fn transpose(rows: [Self; 8]) -> [Self; 8] {
        core::array::from_fn(|y| core::array::from_fn(|x| rows[x][y]))
    }

    #[inline(always)]
    fn load_product(from: &[i16; 8], by: &[u16; 8]) -> Self {
        core::array::from_fn(|i| from[i].wrapping_mul(by[i] as i16))
    }

    #[inline(always)]
    fn are_zero(rows: &[[i16; 8]]) -> bool {
        rows.iter().flatten().fold(0, |any, &value| any | value) == 0
    }

    #[inline(always)]
    fn low_pairs(self, other: Self) -> Self {
        core::array::from_fn(|i| [self, other][i % 2][i / 2])
    }

    #[inline(always)]
    fn high_pairs(self, other: Self) -> Self {
        core::array::from_fn(|i| [self, other][i % 2][4 + i / 2])
    }

    #[inline(always)]
    fn dot(self, by: [i16; 2]) -> [i32; 4] {
        core::array::from_fn(|i| products([self[2 * i], self[2 * i + 1]], by))
    }

    #[inline(always)]
    fn narrow(low: [i32; 4], high: [i32; 4], shift: u32) -> Self {
        core::array::from_fn(|i| saturate([low, high][i / 4][i % 4] >> shift))
    }

    #[inline(always)]
    fn rows(columns: [Self; 8]) -> [[u8; 8]; 8] {
        core::array::from_fn(|y| core::array::from_fn(|x| sample(columns[x][y])))
    }

    #[inline(always)]
    fn rows4(columns: [Self; 2]) -> [[u8; 4]; 4] {
        core::array::from_fn(|y| core::array::from_fn(|x| sample(columns[x / 2][x % 2 * 4 + y])))
    }
}

impl Sums for [i32; 4] {
    #[inline(always)]
    fn splat(value: i32) -> Self {
        [value; 4]
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        core::array::from_fn(|i| self[i].wrapping_add(other[i]))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        core::array::from_fn(|i| self[i].wrapping_sub(other[i]))
    }

    #[inline(always)]
    fn even(self, other: Self) -> Self {
        [self[0], self[2], other[0], other[2]]
    }

    #[inline(always)]
    fn odd(self, other: Self) -> Self {
        [self[1], self[3], other[1], other[3]]
    }
}

#[inline(always)]
fn sample(value: i16) -> u8 {
    value.saturating_add(128).clamp(0, 255) as u8
}

#[inline(always)]
fn products<const N: usize>(values: [i16; N], by: [i16; N]) -> i32 {
    values.iter().zip(by).fold(0i32, |sum, (&value, by)| {
        sum.wrapping_add(i32::from(value) * i32::from(by))
    })
}

#[inline(always)]
fn descale(sum: i32, shift: u32) -> i16 {
    saturate(sum.wrapping_add(1 << (shift - 1)) >> shift)
}

#[inline(always)]
fn saturate(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) type Best = core::arch::wasm32::v128;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) type Best = [i16; 8];

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) mod simd {
    use core::arch::wasm32::*;

    use super::{Sums, Words};
    use crate::lanes::simd::{load_factors, load_words, load8};

    impl Words for v128 {
        type Sums = v128;

        /// Transposes by interleaving halves three times: each step rotates the bits of an
        /// element's index by one.
        #[inline(always)]
        fn columns(rows: [&[u8; 8]; 8]) -> [Self; 8] {
            let mut v: [v128; 4] =
                core::array::from_fn(|i| low_bytes(load8(rows[i]), load8(rows[i + 4])));
            for _ in 0..2 {
                v = core::array::from_fn(|i| {
                    let (a, b) = (v[i / 2], v[i / 2 + 2]);
                    if i % 2 == 0 {
                        low_bytes(a, b)
                    } else {
                        high_bytes(a, b)
                    }
                });
            }
            let middle = i16x8_splat(128);
            core::array::from_fn(|i| {
                let wide = if i % 2 == 0 {
                    u16x8_extend_low_u8x16(v[i / 2])
                } else {
                    u16x8_extend_high_u8x16(v[i / 2])
                };
                i16x8_sub(wide, middle)
            })
        }

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            i16x8_add(self, other)
        }

        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            i16x8_sub(self, other)
        }

        #[inline(always)]
        fn shl(self, by: u32) -> Self {
            i16x8_shl(self, by)
        }

        #[inline(always)]
        fn descale(self, by: u32) -> Self {
            i16x8_shr(i16x8_add(self, i16x8_splat(1 << (by - 1))), by)
        }

        #[inline(always)]
        fn sum2([a, b]: [Self; 2], by: [i16; 2], shift: u32) -> Self {
            let (low, high) = products(a, b, by);
            descale(low, high, shift)
        }

        #[inline(always)]
        fn sum4([a, b, c, d]: [Self; 4], by: [i16; 4], shift: u32) -> Self {
            let (low, high) = products(a, b, [by[0], by[1]]);
            let (more_low, more_high) = products(c, d, [by[2], by[3]]);
            descale(i32x4_add(low, more_low), i32x4_add(high, more_high), shift)
        }

        #[inline(always)]
        fn transpose(mut rows: [Self; 8]) -> [Self; 8] {
            for _ in 0..3 {
                rows = core::array::from_fn(|i| {
                    let (a, b) = (rows[i / 2], rows[i / 2 + 4]);
                    if i % 2 == 0 { low(a, b) } else { high(a, b) }
                });
            }
            rows
        }

        #[inline(always)]
        fn load_product(from: &[i16; 8], by: &[u16; 8]) -> Self {
            i16x8_mul(load_words(from), load_factors(by))
        }

        #[inline(always)]
        fn are_zero(rows: &[[i16; 8]]) -> bool {
            let any = |any, row| v128_or(any, load_words(row));
            !v128_any_true(rows.iter().fold(i16x8_splat(0), any))
        }

        #[inline(always)]
        fn low_pairs(self, other: Self) -> Self {
            low(self, other)
        }

        #[inline(always)]
        fn high_pairs(self, other: Self) -> Self {
            high(self, other)
        }

        #[inline(always)]
        fn dot(self, [a, b]: [i16; 2]) -> v128 {
            i32x4_dot_i16x8(self, i16x8(a, b, a, b, a, b, a, b))
        }

        /// Uses shuffles where no value is left to saturate, because the compiler makes more than
        /// one instruction of a narrowing whose range it knows.
        #[inline(always)]
        fn narrow(low: v128, high: v128, shift: u32) -> Self {
            if shift >= 16 {
                let halves = i16x8_shuffle::<1, 3, 5, 7, 9, 11, 13, 15>(low, high);
                return i16x8_shr(halves, shift - 16);
            }
            i16x8_narrow_i32x4(i32x4_shr(low, shift), i32x4_shr(high, shift))
        }

        /// Transposes by interleaving halves, as in [`Words::columns`].
        #[inline(always)]
        fn rows(columns: [Self; 8]) -> [[u8; 8]; 8] {
            let mut v: [v128; 4] =
                core::array::from_fn(|i| samples(columns[2 * i], columns[2 * i + 1]));
            for _ in 0..3 {
                v = core::array::from_fn(|i| {
                    let (a, b) = (v[i / 2], v[i / 2 + 2]);
                    if i % 2 == 0 {
                        low_bytes(a, b)
                    } else {
                        high_bytes(a, b)
                    }
                });
            }
            core::array::from_fn(|y| {
                let row = if y % 2 == 0 {
                    u64x2_extract_lane::<0>(v[y / 2])
                } else {
                    u64x2_extract_lane::<1>(v[y / 2])
                };
                row.to_le_bytes()
            })
        }

        #[inline(always)]
        fn rows4([left, right]: [Self; 2]) -> [[u8; 4]; 4] {
            let v = samples(left, right);
            let v = i8x16_shuffle::<0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15>(v, v);
            [
                u32x4_extract_lane::<0>(v),
                u32x4_extract_lane::<1>(v),
                u32x4_extract_lane::<2>(v),
                u32x4_extract_lane::<3>(v),
            ]
            .map(u32::to_le_bytes)
        }
    }

    impl Sums for v128 {
        #[inline(always)]
        fn splat(value: i32) -> Self {
            i32x4_splat(value)
        }

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            i32x4_add(self, other)
        }

        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            i32x4_sub(self, other)
        }

        #[inline(always)]
        fn even(self, other: Self) -> Self {
            i32x4_shuffle::<0, 2, 4, 6>(self, other)
        }

        #[inline(always)]
        fn odd(self, other: Self) -> Self {
            i32x4_shuffle::<1, 3, 5, 7>(self, other)
        }
    }

    /// Adds 128 and clamps to 0 to 255. The clamp is the one to 8 signed bits, because the compiler
    /// makes more than one instruction of the unsigned clamp; flipping the top bit then adds 128.
    #[inline(always)]
    pub(crate) fn samples(low: v128, high: v128) -> v128 {
        v128_xor(i8x16_narrow_i16x8(low, high), i8x16_splat(i8::MIN))
    }

    #[inline(always)]
    fn low_bytes(a: v128, b: v128) -> v128 {
        i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(a, b)
    }

    #[inline(always)]
    fn high_bytes(a: v128, b: v128) -> v128 {
        i8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(a, b)
    }

    #[inline(always)]
    fn low(a: v128, b: v128) -> v128 {
        i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b)
    }

    #[inline(always)]
    fn high(a: v128, b: v128) -> v128 {
        i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b)
    }

    #[inline(always)]
    fn products(a: v128, b: v128, [ka, kb]: [i16; 2]) -> (v128, v128) {
        let by = i16x8(ka, kb, ka, kb, ka, kb, ka, kb);
        (
            i32x4_dot_i16x8(low(a, b), by),
            i32x4_dot_i16x8(high(a, b), by),
        )
    }

    #[inline(always)]
    fn descale(low: v128, high: v128, shift: u32) -> v128 {
        let half = i32x4_splat(1 << (shift - 1));
        i16x8_narrow_i32x4(
            i32x4_shr(i32x4_add(low, half), shift),
            i32x4_shr(i32x4_add(high, half), shift),
        )
    }
}

/// Returns the lanes as an array, for tests.
#[cfg(test)]
pub(crate) fn to_array(words: Best) -> [i16; 8] {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    let words = {
        let mut array = [0; 8];
        crate::lanes::simd::store_words(words, &mut array);
        array
    };
    words
}
