//! The curve of sRGB (IEC 61966-2-1).

/// Converts sRGB of 0 to 1 to light of 0 to 1.
pub(crate) fn decode(level: f32) -> f32 {
    if level > 0.040_45 {
        ((level + 0.055) / 1.055).powf(2.4)
    } else {
        level / 12.92
    }
}

/// Converts light of 0 to 1 to sRGB of 0 to 1 (IEC 61966-2-1).
pub(crate) fn gamma(light: f32) -> f32 {
    if light > 0.003_130_8 {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    } else {
        light * 12.92
    }
}
