//! BlurHash: the lowest waves of linear light, in digits to the base of 83.

use crate::pipeline::placeholder::{Small, Waves, waves};

/// Maximum number of waves along an axis.
const WAVES: usize = 4;

pub(crate) fn hash(small: &Small) -> String {
    let (width, height) = (small.size.width, small.size.height);
    let (across, down) = if height > width { (3, 4) } else { (4, 3) };
    let light: [f32; 256] =
        std::array::from_fn(|level| crate::colour::srgb::decode(level as f32 / 255.0));
    let under = small.background.over_white();
    let under = [under.r, under.g, under.b];
    let mut amounts = [[[0.0; 3]; WAVES]; WAVES];
    let across_waves: Waves<WAVES> = waves(width, 0.0);
    let down_waves: Waves<WAVES> = waves(height, 0.0);
    for (x, y, [r, g, b, a]) in small.each() {
        let alpha = u32::from(a);
        let flat = |at: usize, sample: u8| {
            let mixed = u32::from(sample) * alpha + u32::from(under[at]) * (255 - alpha);
            f64::from(light[((mixed + 127) / 255) as usize])
        };
        let colour = [flat(0, r), flat(1, g), flat(2, b)];
        for (row, y) in amounts.iter_mut().zip(down_waves[y]) {
            for (amount, x) in row.iter_mut().zip(across_waves[x]) {
                for (sum, sample) in amount.iter_mut().zip(colour) {
                    *sum += sample * x * y;
                }
            }
        }
    }
    let pixels = f64::from(width) * f64::from(height);
    let waves = (0..down).flat_map(|y| (0..across).map(move |x| (x, y)));
    let mut waves = waves.map(|(x, y)| amounts[y][x].map(|sum| sum / pixels));
    let mean = waves.next().unwrap_or_default();
    // But for the mean, waves count twice.
    let waves = waves.map(|wave| wave.map(|amount| 2.0 * amount));
    let most = waves
        .clone()
        .flatten()
        .fold(0.0, |most: f64, amount| most.max(amount.abs()));
    let steps = (most * 166.0 - 0.5).floor().clamp(0.0, 82.0);
    let most = (steps + 1.0) / 166.0;

    let mut text = String::with_capacity(28);
    digits(&mut text, (across - 1 + (down - 1) * 9) as u32, 1);
    digits(&mut text, steps as u32, 1);
    let [r, g, b] =
        mean.map(|light| (crate::colour::srgb::gamma(light as f32) * 255.0 + 0.5) as u32);
    digits(&mut text, r << 16 | g << 8 | b, 4);
    for wave in waves {
        let [r, g, b] = wave.map(|amount| {
            let root = (amount.abs() / most).sqrt().copysign(amount);
            (root * 9.0 + 9.5).floor().clamp(0.0, 18.0) as u32
        });
        digits(&mut text, (r * 19 + g) * 19 + b, 2);
    }
    text
}

/// Appends a number in `count` digits to the base of 83.
fn digits(text: &mut String, value: u32, count: u32) {
    const DIGITS: &[u8; 83] =
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
    for place in (0..count).rev() {
        let digit = value / 83_u32.pow(place) % 83;
        text.push(char::from(DIGITS[digit as usize]));
    }
}
