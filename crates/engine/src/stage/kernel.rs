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

    /// Sum of all taps.
    pub(crate) fn sum(&self) -> u32 {
        self.taps[0] + 2 * self.taps[1..].iter().sum::<u32>()
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
