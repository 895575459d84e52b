//! Eight 16-bit integers at a time: an array everywhere, and a v128 on wasm with SIMD.
//!
//! The array is the definition. Sums wrap and sums of products saturate, so both give the same bits on any input.

/// Eight signed 16-bit integers.
pub(super) trait Words: Copy {
    /// The columns of a block, less 128 (T.81, A.3.1).
    fn columns(rows: [&[u8; 8]; 8]) -> [Self; 8];
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn shl(self, by: u32) -> Self;
    /// Shifts right, rounding to nearest.
    fn descale(self, by: u32) -> Self;
    /// The sum of products of 32 bits, shifted right, rounding to nearest.
    fn sum2(values: [Self; 2], by: [i16; 2], shift: u32) -> Self;
    /// The same of four.
    fn sum4(values: [Self; 4], by: [i16; 4], shift: u32) -> Self;
    /// Rows to columns.
    fn transpose(rows: [Self; 8]) -> [Self; 8];
}

impl Words for [i16; 8] {
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
        core::array::from_fn(|i| narrow(products([a[i], b[i]], by), shift))
    }

    #[inline(always)]
    fn sum4([a, b, c, d]: [Self; 4], by: [i16; 4], shift: u32) -> Self {
        core::array::from_fn(|i| narrow(products([a[i], b[i], c[i], d[i]], by), shift))
    }

    #[inline(always)]
    fn transpose(rows: [Self; 8]) -> [Self; 8] {
        core::array::from_fn(|y| core::array::from_fn(|x| rows[x][y]))
    }
}

#[inline(always)]
fn products<const N: usize>(values: [i16; N], by: [i16; N]) -> i32 {
    values.iter().zip(by).fold(0i32, |sum, (&value, by)| {
        sum.wrapping_add(i32::from(value) * i32::from(by))
    })
}

#[inline(always)]
fn narrow(sum: i32, shift: u32) -> i16 {
    let descaled = sum.wrapping_add(1 << (shift - 1)) >> shift;
    descaled.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) type Best = core::arch::wasm32::v128;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) type Best = [i16; 8];

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) mod simd {
    use core::arch::wasm32::*;

    use super::Words;
    use crate::lanes::simd::load8;

    impl Words for v128 {
        /// Halves dealt like cards, three times over, are a transposition: each deal rotates the bits of a place by one.
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
            narrow(low, high, shift)
        }

        #[inline(always)]
        fn sum4([a, b, c, d]: [Self; 4], by: [i16; 4], shift: u32) -> Self {
            let (low, high) = products(a, b, [by[0], by[1]]);
            let (more_low, more_high) = products(c, d, [by[2], by[3]]);
            narrow(i32x4_add(low, more_low), i32x4_add(high, more_high), shift)
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
    fn narrow(low: v128, high: v128, shift: u32) -> v128 {
        let half = i32x4_splat(1 << (shift - 1));
        i16x8_narrow_i32x4(
            i32x4_shr(i32x4_add(low, half), shift),
            i32x4_shr(i32x4_add(high, half), shift),
        )
    }
}

/// For tests: what the lanes hold.
#[cfg(test)]
pub(super) fn to_array(words: Best) -> [i16; 8] {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    let words = {
        let mut array = [0; 8];
        crate::lanes::simd::store_words(words, &mut array);
        array
    };
    words
}
