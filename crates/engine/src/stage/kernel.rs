//! Kernels of libvips, one direction at a time.

/// Largest number of taps on each side of the middle one.
const MOST_RADIUS: usize = 36;

/// Taps from the middle one outwards.
#[derive(Clone, Copy)]
pub(crate) struct Kernel {
    taps: [u32; MOST_RADIUS + 1],
    pub(crate) radius: usize,
}

impl Kernel {
    /// One tap, which changes nothing.
    pub(crate) const ONE: Kernel = Kernel::of([1, 0], 0);
    /// Three taps of the same height.
    pub(crate) const MEAN: Kernel = Kernel::of([1, 1], 1);

    const fn of(first: [u32; 2], radius: usize) -> Kernel {
        let mut taps = [0; MOST_RADIUS + 1];
        (taps[0], taps[1]) = (first[0], first[1]);
        Kernel { taps, radius }
    }

    /// Taps of a Gaussian curve as far as it has at least this height, as whole numbers up to 20.
    pub(crate) fn gaussian(sigma: f32, least: f32) -> Kernel {
        let mut kernel = Kernel::of([20, 0], 0);
        for (x, tap) in kernel.taps.iter_mut().enumerate().skip(1) {
            let height = (-((x * x) as f32) / (2.0 * sigma * sigma)).exp();
            if height < least {
                break;
            }
            *tap = (20.0 * height).round() as u32;
            kernel.radius = x;
        }
        kernel
    }

    /// Taps of such a curve on a coarser grid, of which one step is so many pixels. Each tap is the
    /// mean of the curve over its step, as far as libvips' kernel goes in pixels.
    pub(crate) fn coarse(sigma: f32, least: f32, step: f32) -> Kernel {
        const PARTS: usize = 16;
        let reach = ((-2.0 * least.ln()).sqrt() * sigma).floor() + 0.5;
        let mut kernel = Kernel::of([0, 0], 0);
        for (x, tap) in kernel.taps.iter_mut().enumerate() {
            let parts = (0..PARTS).map(|part| {
                let place = (x as f32 - 0.5 + (part as f32 + 0.5) / PARTS as f32) * step;
                match place.abs() < reach {
                    true => (-place * place / (2.0 * sigma * sigma)).exp(),
                    false => 0.0,
                }
            });
            *tap = (90.0 * parts.sum::<f32>() / PARTS as f32).round() as u32;
            if *tap == 0 {
                break;
            }
            kernel.radius = x;
        }
        kernel
    }

    /// Sum of all taps.
    pub(crate) fn sum(&self) -> u32 {
        self.taps[0] + 2 * self.taps[1..].iter().sum::<u32>()
    }

    /// The tap at a distance from the middle.
    pub(crate) fn tap(&self, distance: usize) -> u32 {
        self.taps[distance]
    }

    /// Taps from one end to the other.
    pub(crate) fn each(&self) -> impl Iterator<Item = u32> {
        let radius = self.radius as isize;
        (-radius..=radius).map(|x| self.taps[x.unsigned_abs()])
    }
}

/// Adds a row so many times.
pub(crate) fn add(sums: &mut [u32], row: &[u16], tap: u32) {
    for (sum, &sample) in sums.iter_mut().zip(row) {
        *sum += tap * u32::from(sample);
    }
}

/// Adds two rows so many times each: those of a tap and of its mirror.
pub(crate) fn add_both(sums: &mut [u32], (one, other): (&[u16], &[u16]), tap: u32) {
    for ((sum, &one), &other) in sums.iter_mut().zip(one).zip(other) {
        *sum += tap * (u32::from(one) + u32::from(other));
    }
}

/// Division of sums by that of the taps, as a multiplication. Sums are at most 65,025 times their
/// divisor, and half of that; the divisor is at most 1,500.
pub(crate) struct Divisor(u64);

impl Divisor {
    pub(crate) fn new(divisor: u32) -> Divisor {
        Divisor((1 << 40) / u64::from(divisor) + 1)
    }

    pub(crate) fn divide(&self, sum: u32) -> u32 {
        ((u64::from(sum) * self.0) >> 40) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarse_kernel_has_the_width_of_the_fine_one() {
        let width = |kernel: &Kernel| {
            let radius = kernel.radius as isize;
            let each = (-radius..=radius).zip(kernel.each());
            let squares: f32 = each.map(|(x, tap)| (x * x) as f32 * tap as f32).sum();
            (squares / kernel.sum() as f32).sqrt()
        };
        for (sigma, step) in [
            (2.5, 1.0),
            (5.0, 1.6),
            (10.0, 3.1),
            (15.0, 4.7),
            (18.0, 5.6),
        ] {
            let fine = Kernel::gaussian(sigma, 0.2);
            let coarse = Kernel::coarse(sigma, 0.2, step);
            // The samples of the coarse grid are means themselves.
            let whole = (width(&coarse).powi(2) - (1.0 - 1.0 / step / step) / 12.0).sqrt();
            let off = (whole * step / width(&fine) - 1.0).abs();
            assert!(off < 0.015, "{sigma} {step}: {off}");
            assert!(coarse.sum() <= 1500);
        }
    }

    #[test]
    fn division_by_the_sum_of_taps_is_exact() {
        for divisor in 1..=1500 {
            let quotient = Divisor::new(divisor);
            for near in [0, divisor, 77 * divisor, 65_025 * divisor] {
                for sum in near.saturating_sub(1)..=near + 1 {
                    assert_eq!(quotient.divide(sum), sum / divisor, "{sum} / {divisor}");
                }
            }
        }
    }
}
