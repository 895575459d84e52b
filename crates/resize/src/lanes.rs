//! Loads and stores of vectors for wasm with SIMD: the only unsafe code of this crate.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[allow(unsafe_code, reason = "loads and stores take pointers")]
pub(crate) mod simd {
    use core::arch::wasm32::*;

    /// Loads eight neighbours of 16 bits.
    #[inline(always)]
    pub(crate) fn load8(from: &[i16; 8]) -> v128 {
        // SAFETY: the reference is to sixteen readable bytes; the instruction takes any alignment.
        unsafe { v128_load(from.as_ptr().cast()) }
    }

    /// Loads sixteen neighbours.
    #[inline(always)]
    pub(crate) fn load16(from: &[u8; 16]) -> v128 {
        // SAFETY: the reference is to sixteen readable bytes; the instruction takes any alignment.
        unsafe { v128_load(from.as_ptr().cast()) }
    }

    /// Loads eight neighbours and widens each to 16 bits.
    #[inline(always)]
    pub(crate) fn widen8(from: &[u8; 8]) -> v128 {
        // SAFETY: the reference is to eight readable bytes; the instruction takes any alignment.
        unsafe { u16x8_load_extend_u8x8(from.as_ptr()) }
    }

    /// Loads a pair of weights into all lanes.
    #[inline(always)]
    pub(crate) fn splat_pair(from: &[i16; 2]) -> v128 {
        // SAFETY: the reference is to four readable bytes; the instruction takes any alignment.
        unsafe { v128_load32_splat(from.as_ptr().cast()) }
    }

    #[inline(always)]
    pub(crate) fn store8(value: v128, to: &mut [i16; 8]) {
        // SAFETY: the reference is to sixteen writable bytes; the instruction takes any alignment.
        unsafe { v128_store(to.as_mut_ptr().cast(), value) }
    }

    #[inline(always)]
    pub(crate) fn store16(value: v128, to: &mut [u8; 16]) {
        // SAFETY: the reference is to sixteen writable bytes; the instruction takes any alignment.
        unsafe { v128_store(to.as_mut_ptr().cast(), value) }
    }

    /// Stores the lower half.
    #[inline(always)]
    pub(crate) fn store8_low(value: v128, to: &mut [u8; 8]) {
        // SAFETY: the reference is to eight writable bytes; the instruction takes any alignment.
        unsafe { v128_store64_lane::<0>(value, to.as_mut_ptr().cast()) }
    }

    /// Stores the upper half.
    #[inline(always)]
    pub(crate) fn store8_high(value: v128, to: &mut [u8; 8]) {
        // SAFETY: the reference is to eight writable bytes; the instruction takes any alignment.
        unsafe { v128_store64_lane::<1>(value, to.as_mut_ptr().cast()) }
    }

    /// Shifts two vectors of four sums to the right and narrows them to 16 bits, clamping.
    #[inline(always)]
    pub(crate) fn narrow(low: v128, high: v128, shift: u32) -> v128 {
        i16x8_narrow_i32x4(i32x4_shr(low, shift), i32x4_shr(high, shift))
    }
}

#[cfg(all(test, target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) mod testing {
    use letterbox_testkit::Noise;

    /// Words of which the lower bits are good too.
    pub(crate) fn random() -> impl FnMut() -> u32 {
        let mut noise = Noise(1);
        move || {
            let word = noise.word();
            word ^ word >> 15
        }
    }
}
