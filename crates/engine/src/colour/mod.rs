//! Conversion of colours to sRGB: profiles, code points, CMYK.

pub(crate) mod cmyk;
pub(crate) mod conversion;
pub(crate) mod icc;
pub(crate) mod lab;
pub(crate) mod numbers;
pub(crate) mod srgb;
