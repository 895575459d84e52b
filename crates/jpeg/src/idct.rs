//! The inverse DCT of 8 x 8 coefficients to N x M samples, N and M each 8, 4, 2 or 1.
//!
//! The 8-point transform is the one of Loeffler, Ligtenberg and Moschytz in 13-bit fixed point. The
//! order of operations makes the results equal to those of the "accurate integer" method of the
//! reference implementations.
//!
//! A sample of a smaller size is the mean of the samples that it stands for, as in libjpeg-turbo.
//! Taking the mean of two neighbours weighs coefficient k by cos(k pi / 16), and at half the points
//! the basis of k is, up to its sign, that of 8 - k: eight coefficients fold into four, and by the
//! same step once more into two. Leaving out the upper coefficients would be cheaper, and sharper
//! than a mean, but no later filter could weigh what is left out here.
//!
//! Coefficients that no encoder produces, but damage may, overflow as in the vectors of the
//! reference implementations. The sums that enter the 8-point transform have 16 bits and wrap, and
//! the results of the first pass have 16 bits and saturate. If only the first row has coefficients,
//! that pass is a shift, and wraps.
//!
//! The rotations are written out as sums of two products, for which a vector unit has an
//! instruction. The products that the factored form adds up are multiplied out, which changes no
//! integer.

use crate::words::{Best, Sums, Words};

const CONST_BITS: u32 = 13;
const PASS1_BITS: u32 = 2;

/// Right shifts of the two passes.
const FIRST: u32 = CONST_BITS - PASS1_BITS;
const SECOND: u32 = CONST_BITS + PASS1_BITS + 3;

/// Number of places, in coding order, that lie within the four by four lowest coefficients before
/// the first place outside.
const LOW: usize = 10;

/// Converts an `f64` to fixed point (T.81's informative annexes leave the format to the
/// implementer): 13 bits, rounded to nearest.
macro_rules! fix {
    ($x:expr) => {
        ($x * 8192.0 + 0.5) as i16
    };
}

const ONE: i16 = 1 << CONST_BITS;

/// Number of samples that a block gives along each axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Points {
    pub(crate) across: usize,
    pub(crate) down: usize,
}

/// Dequantises coefficients in natural order, which are zero from the place `end` of the coding
/// order on, and transforms them into `down` rows of `across` samples at `out`, `stride` apart.
#[inline]
pub(crate) fn inverse(
    coefficients: &[i16; 64],
    end: usize,
    quantisation: &[u16; 64],
    points: Points,
    out: &mut [u8],
    stride: usize,
) {
    transform::<Best>(coefficients, end, quantisation, points, out, stride);
}

#[inline(always)]
fn transform<W: Words>(
    coefficients: &[i16; 64],
    end: usize,
    quantisation: &[u16; 64],
    points: Points,
    out: &mut [u8],
    stride: usize,
) {
    let (coefficients, _) = coefficients.as_chunks();
    let (quantisation, _) = quantisation.as_chunks();
    let row = |y: usize| W::load_product(&coefficients[y], &quantisation[y]);
    match points {
        Points { across: 4, down: 4 } => {
            let rows = if end <= LOW {
                quarter_of_low([row(0), row(1), row(2), row(3)])
            } else {
                quarter(core::array::from_fn(row))
            };
            put(&rows, out, stride);
        }
        Points { across: 2, down: 2 } => {
            let rows = if end <= LOW {
                sixteenth_of_low([row(0), row(1), row(3)])
            } else {
                sixteenth(core::array::from_fn(row))
            };
            put(&rows, out, stride);
        }
        Points { across, down } => {
            let flat = down == 8 && W::are_zero(&coefficients[1..]);
            let rows = if end <= LOW && down == 8 && across == 8 && !flat {
                low([row(0), row(1), row(2), row(3)])
            } else {
                whole(core::array::from_fn(row), flat, points)
            };
            match across {
                8 => put(&rows[..down], out, stride),
                4 => put(&rows.map(first::<4>)[..down], out, stride),
                2 => put(&rows.map(first::<2>)[..down], out, stride),
                _ => put(&rows.map(first::<1>)[..down], out, stride),
            }
        }
    }
}

fn first<const N: usize>(row: [u8; 8]) -> [u8; N] {
    core::array::from_fn(|x| row[x])
}

/// Fills a block whose only coefficient is the DC one: all samples are equal.
#[inline]
pub(crate) fn fill(dc: i16, quantisation: u16, points: Points, out: &mut [u8], stride: usize) {
    let dc = dc.wrapping_mul(quantisation as i16);
    // Result of the first pass, which wraps where the pass is only a shift.
    let dc = match points.down {
        8 => i32::from(dc.wrapping_mul(1 << PASS1_BITS)),
        _ => i32::from(dc) << PASS1_BITS,
    };
    let value = ((dc + 16) >> (PASS1_BITS + 3)) + 128;
    let value = value.clamp(0, 255) as u8;
    match points.across {
        8 => fill_rows::<8>(value, points.down, out, stride),
        4 => fill_rows::<4>(value, points.down, out, stride),
        2 => fill_rows::<2>(value, points.down, out, stride),
        _ => fill_rows::<1>(value, points.down, out, stride),
    }
}

#[inline(always)]
fn fill_rows<const ACROSS: usize>(value: u8, down: usize, out: &mut [u8], stride: usize) {
    for y in 0..down {
        if let Some(row) = out[y * stride..].first_chunk_mut() {
            *row = [value; ACROSS];
        }
    }
}

#[inline(always)]
fn put<const ACROSS: usize>(rows: &[[u8; ACROSS]], out: &mut [u8], stride: usize) {
    for (y, row) in rows.iter().enumerate() {
        if let Some(target) = out[y * stride..].first_chunk_mut() {
            *target = *row;
        }
    }
}

/// Transforms to any size: columns first, with two more bits of precision, then rows; eight
/// columns, or eight rows, at a time.
#[inline(always)]
fn whole<W: Words>(rows: [W; 8], flat: bool, points: Points) -> [[u8; 8]; 8] {
    let rows = match points.down {
        8 if flat => [rows[0].shl(PASS1_BITS); 8],
        8 => pass(rows, eight, FIRST),
        4 => pass(rows, four, FIRST),
        2 => pass(rows, two, FIRST),
        _ => pass(rows, one, FIRST),
    };
    let columns = W::transpose(rows);
    W::rows(match points.across {
        8 => pass(columns, eight, SECOND),
        4 => pass(columns, four, SECOND),
        2 => pass(columns, two, SECOND),
        _ => pass(columns, one, SECOND),
    })
}

/// Transforms the [`LOW`] lowest coefficients to eight by eight points: the first pass has four
/// columns, and both passes have half the terms.
#[inline(always)]
fn low<W: Words>([a, b, c, d]: [W; 4]) -> [[u8; 8]; 8] {
    let rows = eight_of_four(a.low_pairs(c), b.low_pairs(d), FIRST);
    let [r0, r1, r2, r3, r4, r5, r6, r7] = rows;
    let half = |rows| {
        let (even, odd) = pairs_of_columns::<W>(rows);
        eight_of_four(even, odd, SECOND)
    };
    let (above, below) = (half([r0, r1, r2, r3]), half([r4, r5, r6, r7]));
    W::rows(core::array::from_fn(|i| {
        W::narrow(above[i], below[i], SECOND)
    }))
}

/// Transforms to four by four points.
#[inline(always)]
fn quarter<W: Words>(rows: [W; 8]) -> [[u8; 4]; 4] {
    let [a, b, c, d, ..] = pass(rows, four, FIRST);
    let columns = W::transpose([a, b, c, d, a, b, c, d]);
    rows_of_four::<W>(four(&columns, W::low_pairs, SECOND))
}

/// Transforms the [`LOW`] lowest coefficients to four by four points.
#[inline(always)]
fn quarter_of_low<W: Words>([a, b, c, d]: [W; 4]) -> [[u8; 4]; 4] {
    let rows = four_of_pairs(a.low_pairs(c), b.low_pairs(d), FIRST);
    let (even, odd) = pairs_of_columns::<W>(rows);
    rows_of_four::<W>(four_of_pairs(even, odd, SECOND))
}

#[inline(always)]
fn rows_of_four<W: Words>([a, b, c, d]: [W::Sums; 4]) -> [[u8; 4]; 4] {
    W::rows4([W::narrow(a, b, SECOND), W::narrow(c, d, SECOND)])
}

/// Pairs up the result of the first pass for four columns and four rows: the first column with the
/// third, and the second with the fourth.
#[inline(always)]
fn pairs_of_columns<W: Words>([a, b, c, d]: [W::Sums; 4]) -> (W, W) {
    (
        W::narrow(a.even(b), c.even(d), FIRST),
        W::narrow(a.odd(b), c.odd(d), FIRST),
    )
}

/// Transforms to two by two points.
#[inline(always)]
fn sixteenth<W: Words>(rows: [W; 8]) -> [[u8; 2]; 2] {
    let [a, b, ..] = pass(rows, two, FIRST);
    let columns = W::transpose([a, b, a, b, a, b, a, b]);
    rows_of_two::<W>(two(&columns, W::low_pairs, SECOND))
}

/// Transforms the [`LOW`] lowest coefficients to two by two points. The coefficients of the third
/// row have no effect and are not passed.
#[inline(always)]
fn sixteenth_of_low<W: Words>([a, b, d]: [W; 3]) -> [[u8; 2]; 2] {
    let [above, below] = two_of_pairs(a.low_pairs(a), b.low_pairs(d), FIRST);
    let (even, odd) = pairs_of_columns::<W>([above, below, above, below]);
    rows_of_two::<W>(two_of_pairs(even, odd, SECOND))
}

/// Returns two rows of samples from lanes that alternate between the rows.
#[inline(always)]
fn rows_of_two<W: Words>([left, right]: [W::Sums; 2]) -> [[u8; 2]; 2] {
    let columns = W::narrow(left, right, SECOND);
    let [above, below, ..] = W::rows4([columns; 2]);
    [above, below].map(|[left, right, ..]| [left, right])
}

/// Transforms along the index of the array; lanes are independent. Sums have half of the lanes
/// each, the halves of [`Words::low_pairs`] and [`Words::high_pairs`].
#[inline(always)]
fn pass<W: Words, const N: usize>(
    v: [W; 8],
    points: impl Fn(&[W; 8], fn(W, W) -> W, u32) -> [W::Sums; N],
    shift: u32,
) -> [W; 8] {
    let (low, high) = (
        points(&v, W::low_pairs, shift),
        points(&v, W::high_pairs, shift),
    );
    let mut out = v;
    for (out, (low, high)) in out.iter_mut().zip(low.into_iter().zip(high)) {
        *out = W::narrow(low, high, shift);
    }
    out
}

/// Constant that makes the shift round to nearest.
#[inline(always)]
fn half<S: Sums>(shift: u32) -> S {
    S::splat(1 << (shift - 1))
}

/// Combines even and odd parts: the sum at a point and the difference at the mirrored point.
#[inline(always)]
fn mirrored<S: Sums, const N: usize>(even: &[S], odd: &[S]) -> [S; N] {
    core::array::from_fn(|i| {
        if i < N / 2 {
            even[i].add(odd[i])
        } else {
            even[N - 1 - i].sub(odd[N - 1 - i])
        }
    })
}

#[inline(always)]
fn eight<W: Words>(v: &[W; 8], pairs: fn(W, W) -> W, shift: u32) -> [W::Sums; 8] {
    let outer = pairs(v[0].add(v[4]), v[0].sub(v[4]));
    let even0 = outer.dot([ONE, 0]).add(half(shift));
    let even1 = outer.dot([0, ONE]).add(half(shift));
    let inner = pairs(v[2], v[6]);
    let even2 = inner.dot([fix!(0.541196100), fix!(0.541196100) - fix!(1.847759065)]);
    let even3 = inner.dot([fix!(0.541196100) + fix!(0.765366865), fix!(0.541196100)]);
    let even = [
        even0.add(even3),
        even1.add(even2),
        even1.sub(even2),
        even0.sub(even3),
    ];

    let z = pairs(v[7].add(v[3]), v[5].add(v[1]));
    let z3 = z.dot([fix!(1.175875602) - fix!(1.961570560), fix!(1.175875602)]);
    let z4 = z.dot([fix!(1.175875602), fix!(1.175875602) - fix!(0.390180644)]);
    let (outer, inner) = (pairs(v[1], v[7]), pairs(v[3], v[5]));
    let odd = [
        outer
            .dot([fix!(1.501321110) - fix!(0.899976223), -fix!(0.899976223)])
            .add(z4),
        inner
            .dot([fix!(3.072711026) - fix!(2.562915447), -fix!(2.562915447)])
            .add(z3),
        inner
            .dot([-fix!(2.562915447), fix!(2.053119869) - fix!(2.562915447)])
            .add(z4),
        outer
            .dot([-fix!(0.899976223), fix!(0.298631336) - fix!(0.899976223)])
            .add(z3),
    ];
    mirrored(&even, &odd)
}

/// Transforms the first four coefficients to eight points, given as pairs of the even ones and of
/// the odd ones. The others are zero.
#[inline(always)]
fn eight_of_four<W: Words>(even: W, odd: W, shift: u32) -> [W::Sums; 8] {
    let (outer, inner) = (fix!(0.541196100) + fix!(0.765366865), fix!(0.541196100));
    let even = [outer, inner, -inner, -outer].map(|by| even.dot([ONE, by]).add(half(shift)));
    let (z3, z4, z5) = (fix!(1.961570560), fix!(0.390180644), fix!(1.175875602));
    let odd = [
        [fix!(1.501321110) - fix!(0.899976223) + z5 - z4, z5],
        [z5, fix!(3.072711026) - fix!(2.562915447) + z5 - z3],
        [z5 - z4, z5 - fix!(2.562915447)],
        [z5 - fix!(0.899976223), z5 - z3],
    ]
    .map(|by| odd.dot(by));
    mirrored(&even, &odd)
}

/// Factors of the even part: cos(2 pi / 16) for coefficient 2, and the factor for coefficient 6.
const EVEN: [i16; 2] = [fix!(0.923879533), -fix!(0.382683432)];

/// Factors of coefficients 1 and 7, and 3 and 5, for the outer points and for the inner ones.
const ODD: [[[i16; 2]; 2]; 2] = [
    [
        [fix!(1.281457724), -fix!(0.254897789)],
        [fix!(0.449988111), -fix!(0.300672443)],
    ],
    [
        [fix!(0.530797169), -fix!(0.105582121)],
        [-fix!(1.086374735), fix!(0.725887491)],
    ],
];

#[inline(always)]
fn four<W: Words>(v: &[W; 8], pairs: fn(W, W) -> W, shift: u32) -> [W::Sums; 4] {
    let mean = pairs(v[0], v[0]).dot([ONE, 0]).add(half(shift));
    let bend = pairs(v[2], v[6]).dot(EVEN);
    let (outer, inner) = (pairs(v[1], v[7]), pairs(v[3], v[5]));
    let odd = ODD.map(|by| outer.dot(by[0]).add(inner.dot(by[1])));
    mirrored(&[mean.add(bend), mean.sub(bend)], &odd)
}

/// Transforms the first four coefficients to four points, given as pairs of the even ones and of
/// the odd ones. The others are zero.
#[inline(always)]
fn four_of_pairs<W: Words>(even: W, odd: W, shift: u32) -> [W::Sums; 4] {
    let even = [EVEN[0], -EVEN[0]].map(|by| even.dot([ONE, by]).add(half(shift)));
    let odd = ODD.map(|[[one, _], [three, _]]| odd.dot([one, three]));
    mirrored(&even, &odd)
}

/// Weights of coefficients 1 and 3, and of 7 and 5, in the slope between two points.
const SLOPE_LOW: [i16; 2] = [fix!(0.906127446), -fix!(0.318189645)];
const SLOPE_HIGH: [i16; 2] = [-fix!(0.180239955), fix!(0.212607524)];

#[inline(always)]
fn two<W: Words>(v: &[W; 8], pairs: fn(W, W) -> W, shift: u32) -> [W::Sums; 2] {
    let mean = pairs(v[0], v[0]).dot([ONE, 0]).add(half(shift));
    let slope = pairs(v[1], v[3]).dot(SLOPE_LOW);
    let slope = slope.add(pairs(v[7], v[5]).dot(SLOPE_HIGH));
    [mean.add(slope), mean.sub(slope)]
}

/// Transforms the first four coefficients to two points: `even` holds the first coefficient and any
/// other, `odd` the odd ones.
#[inline(always)]
fn two_of_pairs<W: Words>(even: W, odd: W, shift: u32) -> [W::Sums; 2] {
    let (mean, slope) = (even.dot([ONE, 0]).add(half(shift)), odd.dot(SLOPE_LOW));
    [mean.add(slope), mean.sub(slope)]
}

#[inline(always)]
fn one<W: Words>(v: &[W; 8], pairs: fn(W, W) -> W, shift: u32) -> [W::Sums; 1] {
    [pairs(v[0], v[0]).dot([ONE, 0]).add(half(shift))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::ZIGZAG;
    use core::f64::consts::PI;
    use letterbox_testkit::Noise;

    /// Evaluates the definition (T.81, A.3.3) as the mean of the samples that one sample of a
    /// smaller size stands for.
    fn defined(coefficients: &[i16; 64], points: Points, x: usize, y: usize) -> f64 {
        let basis = |k: usize, at: usize| {
            let c = if k == 0 { (0.5f64).sqrt() } else { 1.0 };
            c * ((2 * at + 1) as f64 * k as f64 * PI / 16.0).cos()
        };
        let mean = |k: usize, at: usize, n: usize| {
            let each = 8 / n;
            (each * at..each * (at + 1))
                .map(|at| basis(k, at))
                .sum::<f64>()
                / each as f64
        };
        let mut sum = 0.0;
        for v in 0..8 {
            for u in 0..8 {
                sum += f64::from(coefficients[8 * v + u])
                    * mean(u, x, points.across)
                    * mean(v, y, points.down);
            }
        }
        (sum / 4.0 + 128.0).clamp(0.0, 255.0)
    }

    #[test]
    fn every_size_is_within_one_of_the_definition() {
        let mut noise = Noise(7);
        for round in 0..400 {
            let mut coefficients = [0i16; 64];
            for (at, value) in coefficients.iter_mut().enumerate() {
                let size = 1 + 900 / (1 + at as i32 * (1 + round % 7));
                *value = (noise.bits(24) as i32 % size - size / 2) as i16;
            }
            for down in [1, 2, 4, 8] {
                for across in [1, 2, 4, 8] {
                    let points = Points { across, down };
                    let mut out = [0; 64];
                    inverse(&coefficients, 64, &[1; 64], points, &mut out, 8);
                    for y in 0..down {
                        for x in 0..across {
                            let (got, want) = (
                                f64::from(out[8 * y + x]),
                                defined(&coefficients, points, x, y),
                            );
                            assert!(
                                (got - want).abs() <= 1.0,
                                "{points:?} at {x},{y}: {got}, {want}"
                            );
                        }
                    }
                }
            }
        }
    }

    /// Blocks of every length, with coefficients as pictures have them and as damage makes them.
    fn blocks() -> impl Iterator<Item = ([i16; 64], usize)> {
        let mut noise = Noise(9);
        (0..4000).map(move |round| {
            let (mut coefficients, end) = ([0; 64], 1 + round % 64);
            for &place in &ZIGZAG[..end] {
                let word = noise.word() as i32;
                coefficients[usize::from(place)] = (word >> (16 + round / 64 % 14)) as i16;
            }
            (coefficients, end)
        })
    }

    #[test]
    fn vectors_are_the_arrays_and_zeroes_need_not_be_transformed() {
        for (coefficients, end) in blocks() {
            for at in 0..16 {
                let points = Points {
                    across: 1 << (at % 4),
                    down: 1 << (at / 4),
                };
                let mut out = [[0; 64]; 3];
                let [vectors, arrays, whole] = &mut out;
                transform::<Best>(&coefficients, end, &[3; 64], points, vectors, 8);
                transform::<[i16; 8]>(&coefficients, end, &[3; 64], points, arrays, 8);
                transform::<[i16; 8]>(&coefficients, 64, &[3; 64], points, whole, 8);
                assert_eq!(out, [out[2]; 3], "{points:?}, {end}");
            }
        }
    }

    #[test]
    fn small_sizes_are_what_the_whole_lanes_make() {
        for (coefficients, end) in blocks() {
            // Results of two by two points overflow later than lanes do.
            let small = coefficients.iter().all(|c| c.unsigned_abs() < 4096);
            for size in if small { 2..=4 } else { 4..=4 }.step_by(2) {
                let points = Points {
                    across: size,
                    down: size,
                };
                let mut out = [0; 64];
                transform::<Best>(&coefficients, end, &[1; 64], points, &mut out, 8);
                let (rows, _) = coefficients.as_chunks();
                let rows = whole::<[i16; 8]>(core::array::from_fn(|y| rows[y]), false, points);
                for y in 0..size {
                    assert_eq!(out[8 * y..8 * y + size], rows[y][..size]);
                }
            }
        }
    }

    #[test]
    fn what_no_picture_has_overflows_as_in_sixteen_bits() {
        let points = Points { across: 8, down: 8 };
        let corner = |set: &[(usize, i16)]| {
            let (mut coefficients, mut out) = ([0; 64], [0; 64]);
            set.iter().for_each(|&(at, c)| coefficients[at] = c);
            inverse(&coefficients, 64, &[1; 64], points, &mut out, 8);
            out[0]
        };
        assert_eq!(corner(&[(0, 20_000), (32, 20_000)]), 0, "their sum wraps");
        assert_eq!(
            corner(&[(0, 9000), (8, 1)]),
            255,
            "the first pass saturates"
        );
        assert_eq!(corner(&[(0, 9000), (1, 1)]), 0, "a shift wraps");
    }

    #[test]
    fn a_fill_is_what_the_transform_makes_of_a_lone_dc() {
        for dc in [
            -20000, -2000, -1024, -100, -5, -4, -3, 0, 3, 4, 5, 11, 100, 1016, 1024, 9000,
        ] {
            let mut coefficients = [0; 64];
            coefficients[0] = dc;
            for points in [
                Points { across: 8, down: 8 },
                Points { across: 1, down: 1 },
                Points { across: 4, down: 2 },
            ] {
                let (mut filled, mut transformed) = ([0; 64], [0; 64]);
                fill(dc, 1, points, &mut filled, 8);
                inverse(&coefficients, 64, &[1; 64], points, &mut transformed, 8);
                assert_eq!(filled, transformed, "{dc} {points:?}");
            }
        }
    }
}
