//! Colours that a file declares by numbers instead of a profile: primaries and a transfer function
//! (ITU-T H.273; PNG, clause 11.3.2).

use crate::colour::icc::{D50, Xyz};
use crate::colour::srgb::decode;

/// x and y of white, red, green and blue.
pub(crate) type Chromaticities = [f32; 8];

pub(crate) const BT709: Chromaticities = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06];

/// Returns the primaries of a code point (ITU-T H.273, table 2).
pub(crate) fn primaries_of(code_point: u8) -> Option<Chromaticities> {
    Some(match code_point {
        1 => BT709,
        4 => [0.31, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08],
        5 => [0.3127, 0.329, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06],
        6 | 7 => [0.3127, 0.329, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07],
        9 => [0.3127, 0.329, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046],
        11 => [0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06],
        12 => [0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06],
        22 => [0.3127, 0.329, 0.63, 0.34, 0.295, 0.605, 0.155, 0.077],
        _ => return None,
    })
}

/// Transfer function between light and samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Transfer {
    Srgb,
    Power(f32),
    /// BT.709, and other code points with the same function.
    Video,
    /// SMPTE ST 2084, of up to 10,000 candelas per square metre.
    Pq,
    /// HLG of BT.2100, on a display of 1,000 candelas per square metre.
    Hlg,
}

/// Luminance of white where graphics are shown beside film, in candelas per square metre (BT.2408).
/// Brighter light becomes white.
const WHITE: f32 = 203.0;

impl Transfer {
    /// Returns the transfer function of a code point (ITU-T H.273, table 3).
    pub(crate) fn of_code_point(code_point: u8) -> Option<Transfer> {
        Some(match code_point {
            1 | 6 | 14 | 15 => Transfer::Video,
            4 => Transfer::Power(2.2),
            5 => Transfer::Power(2.8),
            8 => Transfer::Power(1.0),
            13 => Transfer::Srgb,
            16 => Transfer::Pq,
            18 => Transfer::Hlg,
            _ => return None,
        })
    }

    /// Returns the transfer function of a PNG's gamma (clause 11.3.2.2). The power of 1/2.2 stands
    /// for the curve of sRGB there. An implausible power is ignored.
    pub(crate) fn of_gamma(gamma: u32) -> Transfer {
        match gamma {
            44_000..=47_000 => Transfer::Srgb,
            10_000..=500_000 => Transfer::Power(100_000.0 / gamma as f32),
            _ => Transfer::Srgb,
        }
    }

    /// Returns the light of a level, both from 0 to 1.
    pub(crate) fn light(self, level: f32) -> f32 {
        match self {
            Transfer::Srgb => decode(level),
            Transfer::Power(power) => level.powf(power),
            Transfer::Video if level < 0.081 => level / 4.5,
            Transfer::Video => ((level + 0.099) / 1.099).powf(1.0 / 0.45),
            Transfer::Pq => {
                let root = level.powf(1.0 / 78.84375);
                let ratio = (root - 0.835_937_5).max(0.0) / (18.851_563 - 18.6875 * root);
                (ratio.powf(1.0 / 0.159_301_76) * 10_000.0 / WHITE).min(1.0)
            }
            Transfer::Hlg => {
                let scene = if level <= 0.5 {
                    level * level / 3.0
                } else {
                    (((level - 0.559_910_7) / 0.178_832_77).exp() + 0.284_668_92) / 12.0
                };
                (scene.powf(1.2) * 1000.0 / WHITE).min(1.0)
            }
        }
    }
}

/// Converts primaries to the profile connection space. Their light adds up to white, and white is
/// adapted to D50 (ICC.1, annex E).
pub(crate) fn to_xyz([wx, wy, rx, ry, gx, gy, bx, by]: Chromaticities) -> Option<[Xyz; 3]> {
    let of = |x: f32, y: f32| [x / y, 1.0, (1.0 - x - y) / y];
    let (white, primaries) = (of(wx, wy), [of(rx, ry), of(gx, gy), of(bx, by)]);
    let shares = solve(primaries, white)?;
    let cones = |xyz: Xyz| BRADFORD.map(|row| row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2]);
    let (from, to) = (cones(white), cones(D50));
    let columns = [0, 1, 2].map(|column| BRADFORD.map(|row| row[column]));
    let mut adapted = [[0.0; 3]; 3];
    for ((adapted, primary), share) in adapted.iter_mut().zip(primaries).zip(shares) {
        let seen = cones(primary.map(|value| value * share));
        *adapted = solve(
            columns,
            [0, 1, 2].map(|cone| seen[cone] * to[cone] / from[cone]),
        )?;
    }
    adapted
        .iter()
        .flatten()
        .all(|value| value.is_finite())
        .then_some(adapted)
}

const BRADFORD: [[f32; 3]; 3] = [
    [0.8951, 0.2664, -0.1614],
    [-0.7502, 1.7135, 0.0367],
    [0.0389, -0.0685, 1.0296],
];

/// Solves for the share of each column in the sum.
fn solve(columns: [Xyz; 3], sum: Xyz) -> Option<[f32; 3]> {
    let determinant = |[a, b, c]: [Xyz; 3]| {
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
            + a[2] * (b[0] * c[1] - b[1] * c[0])
    };
    let whole = determinant(columns);
    let share = |place: usize| {
        let mut columns = columns;
        columns[place] = sum;
        determinant(columns) / whole
    };
    let shares = [share(0), share(1), share(2)];
    shares
        .iter()
        .all(|share| share.is_finite())
        .then_some(shares)
}
