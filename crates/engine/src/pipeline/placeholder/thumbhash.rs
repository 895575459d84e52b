//! ThumbHash: the lowest waves of luminance, of two differences of colours, and of alpha.

use crate::pipeline::placeholder::{Small, Waves, waves};

/// Maximum number of waves along an axis.
const WAVES: usize = 7;

/// Numbers of waves across and down, and the waves' amplitudes by `[down][across]`.
struct Channel {
    across: usize,
    down: usize,
    amounts: [[f64; WAVES]; WAVES],
}

impl Channel {
    fn new(across: usize, down: usize) -> Channel {
        Channel {
            across,
            down,
            amounts: [[0.0; WAVES]; WAVES],
        }
    }

    fn add(&mut self, value: f64, x: &[f64; WAVES], y: &[f64; WAVES]) {
        for (row, y) in self.amounts.iter_mut().zip(y) {
            for (amount, x) in row.iter_mut().zip(x) {
                *amount += value * x * y;
            }
        }
    }

    fn mean(&self) -> f64 {
        self.amounts[0][0]
    }

    /// Returns the amplitudes that are kept: those in the triangle above the diagonal, without the
    /// mean.
    fn kept(&self) -> impl Iterator<Item = f64> {
        let places = (0..self.down).flat_map(move |y| (0..self.across).map(move |x| (x, y)));
        places
            .filter(|&(x, y)| x * self.down < self.across * (self.down - y) && (x, y) != (0, 0))
            .map(|(x, y)| self.amounts[y][x])
    }

    fn scale(&self) -> f64 {
        self.kept().fold(0.0, |most, amount| most.max(amount.abs()))
    }

    /// Returns the kept amplitudes, quantised to four bits each.
    fn digits(&self) -> impl Iterator<Item = u8> {
        let scale = self.scale();
        self.kept().map(move |amount| match scale {
            ..1e-9 => 0, // nothing but what rounding leaves
            _ => round(15.0 * (0.5 + 0.5 / scale * amount)) as u8,
        })
    }
}

pub(crate) fn hash(small: &Small) -> Vec<u8> {
    let (width, height) = (small.size.width, small.size.height);
    let (mut pixels, mut mean, mut opaque) = (0.0, [0.0; 3], 0.0);
    for (_, _, [r, g, b, a]) in small.each() {
        let alpha = f64::from(a) / 255.0;
        pixels += 1.0;
        opaque += alpha;
        for (sum, sample) in mean.iter_mut().zip([r, g, b]) {
            *sum += alpha * f64::from(sample) / 255.0;
        }
    }
    if opaque > 0.0 {
        mean = mean.map(|sum| sum / opaque);
    }
    let translucent = opaque < pixels;

    // Fewer waves of luminance along the shorter side, and where alpha takes room.
    let most = if translucent { 5.0 } else { 7.0 };
    let along =
        |side: u32| round(most * f64::from(side) / f64::from(width.max(height))).max(1) as usize;
    let (across, down) = (along(width), along(height));
    let mut channels = [
        Channel::new(across.max(3), down.max(3)),
        Channel::new(3, 3),
        Channel::new(3, 3),
        Channel::new(5, 5),
    ];
    let across_waves: Waves<WAVES> = waves(width, 0.5);
    let down_waves: Waves<WAVES> = waves(height, 0.5);
    for (x, y, [r, g, b, a]) in small.each() {
        let alpha = f64::from(a) / 255.0;
        // What is transparent has the mean colour.
        let over =
            |at: usize, sample: u8| mean[at] * (1.0 - alpha) + alpha * f64::from(sample) / 255.0;
        let (r, g, b) = (over(0, r), over(1, g), over(2, b));
        let values = [(r + g + b) / 3.0, (r + g) / 2.0 - b, r - g, alpha];
        for (channel, value) in channels.iter_mut().zip(values) {
            channel.add(value, &across_waves[x], &down_waves[y]);
        }
    }

    for channel in &mut channels {
        let amounts = channel.amounts.as_flattened_mut();
        amounts.iter_mut().for_each(|amount| *amount /= pixels);
    }
    let [l, p, q, a] = &channels;
    let landscape = width > height;
    let first = round(63.0 * l.mean())
        | round(31.5 + 31.5 * p.mean()) << 6
        | round(31.5 + 31.5 * q.mean()) << 12
        | round(31.0 * l.scale()) << 18
        | u32::from(translucent) << 23;
    let second = if landscape {
        down as u32
    } else {
        across as u32
    } | round(63.0 * p.scale()) << 3
        | round(63.0 * q.scale()) << 9
        | u32::from(landscape) << 15;
    let mut hash = Vec::with_capacity(32);
    hash.extend_from_slice(&first.to_le_bytes()[..3]);
    hash.extend_from_slice(&second.to_le_bytes()[..2]);
    if translucent {
        hash.push((round(15.0 * a.mean()) | round(15.0 * a.scale()) << 4) as u8);
    }
    let kept = if translucent { 4 } else { 3 };
    let digits = channels.iter().take(kept).flat_map(Channel::digits);
    for (at, digit) in digits.enumerate() {
        if at % 2 == 0 {
            hash.push(digit);
        } else if let Some(last) = hash.last_mut() {
            *last |= digit << 4;
        }
    }
    hash
}

/// Rounds to the nearest integer, halves up.
fn round(value: f64) -> u32 {
    (value + 0.5).floor() as u32
}
