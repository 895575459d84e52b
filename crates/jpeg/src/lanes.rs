//! Vectors, and the only unsafe code of this crate: four 32-bit lanes as an array everywhere, and as a v128 on wasm with SIMD.
//!
//! The array is the definition. Every operation wraps, so both give the same bits on any input.

/// Four signed 32-bit integers.
pub(crate) trait Lanes: Copy {
    fn splat(value: i32) -> Self;
    /// Four neighbours times four others in 16 bits, sign-extended.
    fn load_product(from: &[i16; 4], by: &[u16; 4]) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, by: i32) -> Self;
    /// Keeps the low 16 bits, as a signed number.
    fn wrap(self) -> Self;
    /// Clamps to what 16 bits hold.
    fn saturate(self) -> Self;
    /// Shifts right arithmetically.
    fn shr(self, by: u32) -> Self;
    /// Rows to columns.
    fn transpose(rows: [Self; 4]) -> [Self; 4];
    /// Clamps to 0 to 255, and stores.
    fn store(self, to: &mut [u8; 4]);
}

impl Lanes for [i32; 4] {
    #[inline(always)]
    fn splat(value: i32) -> Self {
        [value; 4]
    }

    #[inline(always)]
    fn load_product(from: &[i16; 4], by: &[u16; 4]) -> Self {
        core::array::from_fn(|i| from[i].wrapping_mul(by[i] as i16).into())
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
    fn mul(self, by: i32) -> Self {
        self.map(|value| value.wrapping_mul(by))
    }

    #[inline(always)]
    fn wrap(self) -> Self {
        self.map(|value| i32::from(value as i16))
    }

    #[inline(always)]
    fn saturate(self) -> Self {
        self.map(|value| value.clamp(i16::MIN.into(), i16::MAX.into()))
    }

    #[inline(always)]
    fn shr(self, by: u32) -> Self {
        self.map(|value| value >> by)
    }

    #[inline(always)]
    fn transpose(rows: [Self; 4]) -> [Self; 4] {
        core::array::from_fn(|y| core::array::from_fn(|x| rows[x][y]))
    }

    #[inline(always)]
    fn store(self, to: &mut [u8; 4]) {
        *to = self.map(|value| value.clamp(0, 255) as u8);
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) type Best = core::arch::wasm32::v128;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) type Best = [i32; 4];

/// Eight bytes as a number, the first one topmost.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub(crate) fn big_endian(bytes: &[u8; 8]) -> u64 {
    u64::from_be_bytes(*bytes)
}
/// Makes the 64 coefficients of a block zeroes.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub(crate) fn clear(block: &mut [i16; 128]) {
    block[..64].fill(0);
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use simd::{big_endian, clear};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[allow(unsafe_code, reason = "loads and stores take pointers")]
pub(crate) mod simd {
    use core::arch::wasm32::*;

    use super::Lanes;

    impl Lanes for v128 {
        #[inline(always)]
        fn splat(value: i32) -> Self {
            i32x4_splat(value)
        }

        #[inline(always)]
        fn load_product(from: &[i16; 4], by: &[u16; 4]) -> Self {
            // SAFETY: the references are to eight readable bytes each; the instruction takes any alignment.
            let (from, by) = unsafe {
                (
                    v128_load64_zero(from.as_ptr().cast()),
                    v128_load64_zero(by.as_ptr().cast()),
                )
            };
            i32x4_extend_low_i16x8(i16x8_mul(from, by))
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
        fn mul(self, by: i32) -> Self {
            i32x4_mul(self, i32x4_splat(by))
        }

        #[inline(always)]
        fn wrap(self) -> Self {
            i32x4_shr(i32x4_shl(self, 16), 16)
        }

        #[inline(always)]
        fn saturate(self) -> Self {
            i32x4_extend_low_i16x8(i16x8_narrow_i32x4(self, self))
        }

        #[inline(always)]
        fn shr(self, by: u32) -> Self {
            i32x4_shr(self, by)
        }

        #[inline(always)]
        fn transpose([a, b, c, d]: [Self; 4]) -> [Self; 4] {
            let (ab_low, ab_high) = (
                i32x4_shuffle::<0, 4, 1, 5>(a, b),
                i32x4_shuffle::<2, 6, 3, 7>(a, b),
            );
            let (cd_low, cd_high) = (
                i32x4_shuffle::<0, 4, 1, 5>(c, d),
                i32x4_shuffle::<2, 6, 3, 7>(c, d),
            );
            [
                i64x2_shuffle::<0, 2>(ab_low, cd_low),
                i64x2_shuffle::<1, 3>(ab_low, cd_low),
                i64x2_shuffle::<0, 2>(ab_high, cd_high),
                i64x2_shuffle::<1, 3>(ab_high, cd_high),
            ]
        }

        #[inline(always)]
        fn store(self, to: &mut [u8; 4]) {
            let narrow = i16x8_narrow_i32x4(self, self);
            let bytes = u8x16_narrow_i16x8(narrow, narrow);
            // SAFETY: the reference is to four writable bytes; the instruction takes any alignment.
            unsafe { v128_store32_lane::<0>(bytes, to.as_mut_ptr().cast()) }
        }
    }

    /// Stores, because for `fill` this target has an instruction that is a call.
    #[inline(always)]
    pub(crate) fn clear(block: &mut [i16; 128]) {
        for eight in block.as_chunks_mut::<8>().0.iter_mut().take(8) {
            // SAFETY: the reference is to sixteen writable bytes; the instruction takes any alignment.
            unsafe { v128_store(eight.as_mut_ptr().cast(), i16x8_splat(0)) }
        }
    }

    /// A shuffle, because there is no instruction that turns bytes around.
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

    /// Sixteen neighbours.
    #[inline(always)]
    pub(crate) fn load16(from: &[u8; 16]) -> v128 {
        // SAFETY: the reference is to sixteen readable bytes; the instruction takes any alignment.
        unsafe { v128_load(from.as_ptr().cast()) }
    }

    #[inline(always)]
    pub(crate) fn store16(value: v128, to: &mut [u8; 16]) {
        // SAFETY: the reference is to sixteen writable bytes; the instruction takes any alignment.
        unsafe { v128_store(to.as_mut_ptr().cast(), value) }
    }

    /// Eight neighbours, and zeroes behind them.
    #[inline(always)]
    pub(crate) fn load8(from: &[u8; 8]) -> v128 {
        // SAFETY: the reference is to eight readable bytes; the instruction takes any alignment.
        unsafe { v128_load64_zero(from.as_ptr().cast()) }
    }

    /// Stores the first half.
    #[inline(always)]
    pub(crate) fn store8(value: v128, to: &mut [u8; 8]) {
        // SAFETY: the reference is to eight writable bytes; the instruction takes any alignment.
        unsafe { v128_store64_lane::<0>(value, to.as_mut_ptr().cast()) }
    }

    #[inline(always)]
    pub(crate) fn load_words(from: &[i16; 8]) -> v128 {
        // SAFETY: the reference is to sixteen readable bytes; the instruction takes any alignment.
        unsafe { v128_load(from.as_ptr().cast()) }
    }

    #[inline(always)]
    pub(crate) fn store_words(value: v128, to: &mut [i16; 8]) {
        // SAFETY: the reference is to sixteen writable bytes; the instruction takes any alignment.
        unsafe { v128_store(to.as_mut_ptr().cast(), value) }
    }
}
