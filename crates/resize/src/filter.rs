//! Filter kernels: the weight of a source pixel by its distance from a result pixel, in pixels of
//! the coarser of both grids.

use core::f64::consts::PI;

/// Kernel that weighs neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// One source pixel at any scale.
    Nearest,
    /// Equal weight for all source pixels of a result pixel.
    Box,
    /// Linear interpolation; also known as bilinear.
    Triangle,
    /// Cubic through the samples (B = 0, C = 1/2).
    CatmullRom,
    /// Cubic between blur and ringing (B = C = 1/3).
    Mitchell,
    /// Sinc with a window of two lobes.
    Lanczos2,
    /// Sinc with a window of three lobes: sharp, and the usual choice for reducing photos. The
    /// default.
    #[default]
    Lanczos3,
}

impl Filter {
    /// Returns the distance from which on pixels have no weight.
    pub(crate) fn radius(self) -> f64 {
        match self {
            Filter::Nearest | Filter::Box => 0.5,
            Filter::Triangle => 1.0,
            Filter::CatmullRom | Filter::Mitchell | Filter::Lanczos2 => 2.0,
            Filter::Lanczos3 => 3.0,
        }
    }

    /// Returns the weight at a distance, which may be negative; not normalised.
    pub(crate) fn weight(self, distance: f64) -> f64 {
        let x = distance.abs();
        if self == Filter::Box {
            // The interval is half open, so that a pixel on the border of two result pixels counts
            // once.
            return f64::from(u8::from(distance > -0.5 && distance <= 0.5));
        }
        if x >= self.radius() {
            return 0.0;
        }
        match self {
            Filter::Nearest | Filter::Box => 1.0,
            Filter::Triangle => 1.0 - x,
            Filter::CatmullRom => cubic(x, 0.0, 0.5),
            Filter::Mitchell => cubic(x, 1.0 / 3.0, 1.0 / 3.0),
            Filter::Lanczos2 => lanczos2(x),
            Filter::Lanczos3 => lanczos3(x),
        }
    }
}

/// Evaluates a cubic of the family of Mitchell and Netravali.
fn cubic(x: f64, b: f64, c: f64) -> f64 {
    let sixths = if x < 1.0 {
        ((12.0 - 9.0 * b - 6.0 * c) * x - 18.0 + 12.0 * b + 6.0 * c) * x * x + 6.0 - 2.0 * b
    } else {
        (((-b - 6.0 * c) * x + 6.0 * b + 30.0 * c) * x - 12.0 * b - 48.0 * c) * x
            + 8.0 * b
            + 24.0 * c
    };
    sixths / 6.0
}

/// Computes `sinc(x) * sinc(x / 2)` with one sine for both: `sin 2t = 2 sin t cos t`.
fn lanczos2(x: f64) -> f64 {
    if x < 1e-9 {
        return 1.0;
    }
    let angle = x * PI / 2.0;
    let (sine, cosine) = (sine(angle), sine(PI / 2.0 - angle));
    2.0 * sine * cosine * sine / (2.0 * angle * angle)
}

/// Computes `sinc(x) * sinc(x / 3)` with one sine for both: `sin 3t = 3 sin t - 4 sin³ t`.
fn lanczos3(x: f64) -> f64 {
    if x < 1e-9 {
        return 1.0;
    }
    let angle = x * PI / 3.0;
    let sine = sine(angle);
    let square = sine * sine;
    square * (3.0 - 4.0 * square) / (3.0 * angle * angle)
}

/// Computes the sine of an angle between -pi and pi to 1e-9, because `core` has no sine. Uses the
/// power series where it converges fast.
fn sine(angle: f64) -> f64 {
    let x = if angle > PI / 2.0 {
        PI - angle
    } else if angle < -PI / 2.0 {
        -PI - angle
    } else {
        angle
    };
    let square = x * x;
    // Horner's scheme: one minus the square times the next term over 2 * 3, 4 * 5, 6 * 7 and so on,
    // from the inside out.
    let mut sum = 1.0;
    for term in [210.0, 156.0, 110.0, 72.0, 42.0, 20.0, 6.0] {
        sum = 1.0 - square * (1.0 / term) * sum;
    }
    x * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    extern crate std;

    #[test]
    fn the_sine_is_that_of_the_standard_library() {
        for i in -1000..=1000 {
            let angle = PI * f64::from(i) / 1000.0;
            assert!((sine(angle) - angle.sin()).abs() < 1e-9, "{angle}");
        }
    }

    #[test]
    fn a_window_of_lobes_is_a_product_of_two_sincs() {
        let sinc = |x: f64| (PI * x).sin() / (PI * x);
        for i in 1..3000 {
            let x = f64::from(i) / 1000.0;
            let (two, three) = (sinc(x) * sinc(x / 2.0), sinc(x) * sinc(x / 3.0));
            assert!((Filter::Lanczos3.weight(x) - three).abs() < 1e-9);
            assert!(x >= 2.0 || (Filter::Lanczos2.weight(-x) - two).abs() < 1e-9);
        }
    }

    #[test]
    fn filters_that_interpolate_are_one_at_the_centre_and_nothing_at_the_other_pixels() {
        for filter in [
            Filter::Triangle,
            Filter::CatmullRom,
            Filter::Lanczos2,
            Filter::Lanczos3,
        ] {
            assert_eq!(filter.weight(0.0), 1.0);
            for x in [-3.0, -2.0, -1.0, 1.0, 2.0, 3.0] {
                assert!(filter.weight(x).abs() < 1e-9, "{filter:?} {x}");
            }
        }
        assert!((Filter::Mitchell.weight(0.0) - 8.0 / 9.0).abs() < 1e-12);
    }
}
