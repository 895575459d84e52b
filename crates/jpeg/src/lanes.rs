//! Loads and stores of vectors: the only unsafe code of this crate.

/// Reads eight bytes as a number, the first one topmost.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub(crate) fn big_endian(bytes: &[u8; 8]) -> u64 {
    u64::from_be_bytes(*bytes)
}

/// Sets the 64 coefficients of a block to zero. The last eight elements behind them must be zero.
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

    /// Sets the coefficients to zero. The zeroes are loaded from behind the block, where nothing is
    /// stored: the compiler turns stores of a known zero into a fill, which on this target is a
    /// call.
    #[inline(always)]
    pub(crate) fn clear(block: &mut [i16; 128]) {
        let (eights, _) = block.as_chunks_mut();
        let zero = load_words(&eights[15]);
        for eight in &mut eights[..8] {
            store_words(zero, eight);
        }
    }

    /// Uses a shuffle, because there is no instruction that reverses bytes.
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

    /// Loads sixteen neighbours.
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

    /// Loads eight neighbours, with zeroes behind them.
    #[inline(always)]
    pub(crate) fn load8(from: &[u8; 8]) -> v128 {
        // SAFETY: the reference is to eight readable bytes; the instruction takes any alignment.
        unsafe { v128_load64_zero(from.as_ptr().cast()) }
    }

    /// Stores the first half of a vector.
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
    pub(crate) fn load_factors(from: &[u16; 8]) -> v128 {
        // SAFETY: the reference is to sixteen readable bytes; the instruction takes any alignment.
        unsafe { v128_load(from.as_ptr().cast()) }
    }

    #[inline(always)]
    pub(crate) fn store_words(value: v128, to: &mut [i16; 8]) {
        // SAFETY: the reference is to sixteen writable bytes; the instruction takes any alignment.
        unsafe { v128_store(to.as_mut_ptr().cast(), value) }
    }
}
