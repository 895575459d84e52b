//! Conversion of a source's samples to sRGB, by tables made once from the file's colour space. The
//! tables are the same for every pixel.
//!
//! Grey takes one table. RGB with a matrix takes three tables to light, the matrix, and a table
//! back to sRGB. All others, including CMYK, take a multidimensional table whose nodes are sRGB,
//! with tetrahedral interpolation between nodes (in four dimensions by the simplex around a
//! colour).

use crate::colour::cmyk::overprint;
use crate::colour::numbers::{BT709, Transfer, primaries_of, to_xyz};
use crate::colour::srgb::{decode, gamma};

use crate::colour::icc;
use crate::colour::icc::{D50, Profile, Samples, Space, Xyz};
use crate::header::colours::Colours;
use crate::pixels::buffer::{room, zeroes};
use crate::pixels::layout::Layout;

/// Conversion of the samples of one source to sRGB.
#[derive(Debug)]
pub struct Conversion {
    kind: Kind,
    /// Name of the colour space.
    name: &'static str,
}

#[derive(Debug)]
enum Kind {
    Grey(Box<[u8; 256]>),
    Matrix {
        /// Light of each value, for each sample.
        light: Box<[[f32; 256]; 3]>,
        /// Matrix to the light of sRGB, from 0 to [`STEPS`].
        matrix: [[f32; 3]; 3],
        srgb: Vec<u8>,
    },
    Table {
        /// Place of each value on each axis, in 256ths of the way from node to node.
        places: Vec<[u16; 256]>,
        /// Distance to the next node of each axis in the list.
        strides: Vec<usize>,
        /// Nodes in sRGB, see [`node`].
        nodes: Vec<[i16; 3]>,
    },
}

/// Half of the bytes of the table that a small profile is refined to: 15 nodes along each of four
/// axes.
const MOST_FINER_BYTES: u64 = 15 * 15 * 15 * 15 * 3;

/// Steps of light in the table back to sRGB. At black, where the curve is steepest, a step is 0.8
/// of a level.
const STEPS: usize = 4096;

impl Conversion {
    /// Returns the conversion by a profile; `None` where the profile is damaged, or for other
    /// samples.
    pub(crate) fn of_profile(profile: &[u8], samples: Samples) -> Option<Conversion> {
        match Profile::read(profile, samples)? {
            Profile::Grey(curve, space) => Some(Conversion::grey(|level| {
                let y = curve.at(level);
                match space {
                    Space::Xyz => y,
                    Space::Lab | Space::OldLab => icc::lab([y * 100.0, 0.0, 0.0])[1],
                }
            })),
            Profile::Matrix(curves, primaries) => {
                let light = |curve: usize, level| curves[curve].at(level);
                Conversion::matrix(light, primaries, samples)
            }
            Profile::Table(table) => {
                let black = table.black();
                let to_srgb = |xyz: Xyz| {
                    let over =
                        [0, 1, 2].map(|at| (xyz[at] - black[at]) / (1.0 - black[at] / D50[at]));
                    srgb(light(over))
                };
                Conversion::table(&table, to_srgb, samples)
            }
        }
    }

    /// Returns the conversion by the numbers that a file has in place of a profile.
    pub(crate) fn of_numbers(colours: Colours, samples: Samples) -> Option<Conversion> {
        let (primaries, transfer) = match colours {
            Colours::CodePoints {
                primaries,
                transfer,
            } => (primaries_of(primaries)?, Transfer::of_code_point(transfer)?),
            Colours::Gamma {
                gamma,
                chromaticities,
            } => {
                let primaries = match chromaticities {
                    Some(values) => values.map(|value| value as f32 / 100_000.0),
                    None => BT709,
                };
                (primaries, Transfer::of_gamma(gamma))
            }
            _ => return None,
        };
        let columns = to_xyz(primaries)?;
        Conversion::matrix(|_, level| transfer.light(level), columns, samples)
    }

    /// Returns the conversion of CMYK without a profile.
    pub(crate) fn of_plain_cmyk() -> Option<Conversion> {
        const SIDE: usize = 9;
        let strides = [SIDE * SIDE * SIDE, SIDE * SIDE, SIDE, 1];
        let mut nodes = room(SIDE * strides[0]).ok()?;
        nodes.extend((0..SIDE * strides[0]).map(|at| {
            let covered = strides.map(|stride| (at / stride % SIDE) as f32 / (SIDE - 1) as f32);
            overprint(covered).map(node)
        }));
        let place = |level| (level as f32 / 255.0 * (SIDE - 1) as f32 * 256.0 + 0.5) as u16;
        Some(Conversion {
            kind: Kind::Table {
                places: vec![std::array::from_fn(place); 4],
                strides: strides.to_vec(),
                nodes,
            },
            name: "cmyk",
        })
    }

    fn grey(light: impl Fn(f32) -> f32) -> Conversion {
        let level = |at: usize| encode(light(at as f32 / 255.0));
        Conversion {
            kind: Kind::Grey(Box::new(std::array::from_fn(level))),
            name: "grey",
        }
    }

    /// Returns the conversion by the light of each sample, and the primaries in the connection
    /// space.
    fn matrix(
        light: impl Fn(usize, f32) -> f32,
        primaries: [Xyz; 3],
        samples: Samples,
    ) -> Option<Conversion> {
        if samples == Samples::Grey {
            // The axis of greys is that of sRGB, whatever the primaries; green has most of its light.
            return Some(Conversion::grey(|level| light(1, level)));
        }
        let columns = primaries.map(self::light);
        let row = |row: usize| [0, 1, 2].map(|column| columns[column][row] * STEPS as f32);
        let matrix = [row(0), row(1), row(2)];
        if !matrix.iter().flatten().all(|number| number.is_finite()) {
            return None;
        }
        let mut srgb = zeroes(STEPS as u64 + 1).ok()?;
        // A level begins at the light half-way from the level below.
        let mut from = 0;
        for level in 1..=255u8 {
            let start = decode((f32::from(level) - 0.5) / 255.0) * STEPS as f32;
            let end = (start + 0.5) as usize;
            srgb.get_mut(from..end)?.fill(level - 1);
            from = end;
        }
        srgb.get_mut(from..)?.fill(255);
        let level = |curve| std::array::from_fn(|at| light(curve, at as f32 / 255.0));
        Some(Conversion {
            kind: Kind::Matrix {
                light: Box::new([level(0), level(1), level(2)]),
                matrix,
                srgb,
            },
            name: name(&primaries),
        })
    }

    fn table(
        table: &icc::Table<'_>,
        to_srgb: impl Fn(Xyz) -> [f32; 3],
        samples: Samples,
    ) -> Option<Conversion> {
        // The profile may be curved between nodes, where our interpolation is linear. A table of
        // few nodes is therefore refined.
        let enough = if samples == Samples::Cmyk { 9 } else { 17 };
        let finer = |nodes: &usize| (enough - 1usize).div_ceil(nodes - 1);
        let steps: Vec<usize> = table.nodes.iter().map(finer).collect();
        let sides: Vec<usize> = table
            .nodes
            .iter()
            .zip(&steps)
            .map(|(nodes, steps)| (nodes - 1) * steps + 1)
            .collect();
        let mut strides = vec![1; sides.len()];
        for axis in (1..sides.len()).rev() {
            strides[axis - 1] = strides[axis] * sides[axis];
        }
        let count = sides.iter().product();
        let mut nodes = room(count).ok()?;
        let mut place = vec![0.0; sides.len()];
        for at in 0..count {
            for (axis, place) in place.iter_mut().enumerate() {
                *place = (at / strides[axis] % sides[axis]) as f32 / steps[axis] as f32;
            }
            let colour = to_srgb(table.at(&place));
            nodes.push(colour.map(|value| node(value * 255.0)));
        }
        let place = |axis: usize| {
            let last = (sides[axis] - 1) as f32;
            std::array::from_fn(|level| {
                let x = table.place(axis, level as f32 / 255.0);
                (x * last * 256.0 + 0.5) as u16
            })
        };
        Some(Conversion {
            kind: Kind::Table {
                places: (0..strides.len()).map(place).collect(),
                strides,
                nodes,
            },
            name: if samples == Samples::Cmyk {
                "cmyk"
            } else {
                "icc"
            },
        })
    }

    /// Returns the memory of the conversion.
    pub(crate) fn bytes(&self) -> u64 {
        (match &self.kind {
            Kind::Grey(_) => 256,
            Kind::Matrix { srgb, .. } => 3 * 4 * 256 + srgb.capacity(),
            Kind::Table { places, nodes, .. } => 2 * 256 * places.len() + 6 * nodes.capacity(),
        }) as u64
    }

    /// Upper bound on the bytes of a conversion by a profile of this many bytes. Tables of few
    /// nodes are refined.
    pub(crate) fn most_bytes(profile: u64) -> u64 {
        2 * profile.max(MOST_FINER_BYTES) + (8 << 10)
    }

    /// Returns the name of the source's colour space.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the conversion has no visible effect: colours all over the cube change by one level
    /// at most.
    pub(crate) fn changes_nothing(&self) -> bool {
        if matches!(&self.kind, Kind::Table { places, .. } if places.len() != 3) {
            return false;
        }
        let mut colours = Vec::new();
        match self.kind {
            Kind::Grey(_) => colours.extend(0..=255),
            _ => {
                let levels = || (0..=255).step_by(51);
                for r in levels() {
                    for g in levels() {
                        levels().for_each(|b| colours.extend([r, g, b]));
                    }
                }
                (0..=255).for_each(|level| colours.extend([level; 3]));
            }
        }
        let mut converted = colours.clone();
        self.run(
            &mut converted,
            Layout::of(matches!(self.kind, Kind::Grey(_)), false),
        );
        let same = |(a, b): (&u8, &u8)| a.abs_diff(*b) <= 1;
        colours.iter().zip(&converted).all(same)
    }

    /// Converts pixels in place. Alpha stays. Pixels with other samples than the conversion is for
    /// stay as a whole.
    pub(crate) fn run(&self, pixels: &mut [u8], layout: Layout) {
        let channels = layout.channels();
        match &self.kind {
            Kind::Grey(levels) if layout.grey() => {
                for pixel in pixels.chunks_exact_mut(channels) {
                    pixel[0] = levels[usize::from(pixel[0])];
                }
            }
            Kind::Matrix {
                light,
                matrix,
                srgb,
            } if !layout.grey() => {
                let Ok(srgb) = <&[u8; STEPS + 1]>::try_from(&srgb[..]) else {
                    return;
                };
                if channels == 3 {
                    by_matrix::<3>(pixels, light, matrix, srgb);
                } else {
                    by_matrix::<4>(pixels, light, matrix, srgb);
                }
            }
            Kind::Table {
                places,
                strides,
                nodes,
            } if !layout.grey() => {
                let (Ok(places), Ok(strides)) = (
                    <&[[u16; 256]; 3]>::try_from(&places[..]),
                    <&[usize; 3]>::try_from(&strides[..]),
                ) else {
                    return;
                };
                for pixel in pixels.chunks_exact_mut(channels) {
                    let samples = [pixel[0], pixel[1], pixel[2]];
                    pixel[..3].copy_from_slice(&look_up(samples, places, strides, nodes));
                }
            }
            _ => {}
        }
    }

    /// Converts CMYK pixels.
    pub(crate) fn cmyk(&self, cmyk: &[u8], rgb: &mut Vec<u8>) {
        rgb.clear();
        let Kind::Table {
            places,
            strides,
            nodes,
        } = &self.kind
        else {
            return;
        };
        let (Ok(places), Ok(strides)) = (
            <&[[u16; 256]; 4]>::try_from(&places[..]),
            <&[usize; 4]>::try_from(&strides[..]),
        ) else {
            return;
        };
        for &pixel in cmyk.as_chunks().0 {
            rgb.extend(look_up(pixel, places, strides, nodes));
        }
    }
}

fn by_matrix<const CHANNELS: usize>(
    pixels: &mut [u8],
    light: &[[f32; 256]; 3],
    matrix: &[[f32; 3]; 3],
    srgb: &[u8; STEPS + 1],
) {
    for pixel in pixels.as_chunks_mut::<CHANNELS>().0 {
        let [r, g, b] = [0, 1, 2].map(|at| light[at][usize::from(pixel[at])]);
        for (sample, row) in pixel.iter_mut().zip(matrix) {
            let place = row[0] * r + row[1] * g + row[2] * b + 0.5;
            *sample = srgb[(place as usize).min(STEPS)];
        }
    }
}

/// Returns the colour of a point between nodes, by tetrahedral interpolation: along the edges of
/// its cell, from the lowest corner to the highest, beginning with the axis on which the point is
/// farthest.
#[inline(always)]
fn look_up<const AXES: usize>(
    samples: [u8; AXES],
    places: &[[u16; 256]; AXES],
    strides: &[usize; AXES],
    nodes: &[[i16; 3]],
) -> [u8; 3] {
    let mut at = 0;
    let mut steps = [(0i32, 0usize); AXES];
    for axis in 0..AXES {
        let place = places[axis][usize::from(samples[axis])];
        at += usize::from(place >> 8) * strides[axis];
        steps[axis] = (i32::from(place & 255), strides[axis]);
    }
    // An insertion sort of three or four.
    for end in 1..AXES {
        let mut place = end;
        while place > 0 && steps[place - 1].0 < steps[place].0 {
            steps.swap(place - 1, place);
            place -= 1;
        }
    }
    let mut sum = [0i32; 3];
    let mut left = 256;
    for (far, stride) in steps {
        add(&mut sum, nodes, at, left - far);
        left = far;
        // The last node of an axis has no next one, and the weight of that is 0.
        if far > 0 {
            at += stride;
        }
    }
    add(&mut sum, nodes, at, left);
    // 256ths of 64ths of a level.
    sum.map(|sum| ((sum + (1 << 13)) >> 14).clamp(0, 255) as u8)
}

#[inline(always)]
fn add(sum: &mut [i32; 3], nodes: &[[i16; 3]], at: usize, weight: i32) {
    if let Some(node) = nodes.get(at) {
        for (sum, &value) in sum.iter_mut().zip(node) {
            *sum += weight * i32::from(value);
        }
    }
}

fn encode(light: f32) -> u8 {
    (gamma(light.clamp(0.0, 1.0)) * 255.0 + 0.5) as u8
}

fn srgb(light: [f32; 3]) -> [f32; 3] {
    light.map(|light| gamma(light.clamp(0.0, 1.0)))
}

/// Returns a level of sRGB in the unit of nodes: times 64. Levels beyond 0 and 255 are clamped
/// after the interpolation. Otherwise an ink that leaves sRGB half-way to a node would seem to
/// leave sRGB at that node. Profiles are clamped at their nodes, as in lcms.
fn node(level: f32) -> i16 {
    (level * 64.0).round() as i16
}

/// Converts a colour of the connection space to light of sRGB's primaries. Colours outside of sRGB
/// are beyond 0 and 1.
fn light(xyz: Xyz) -> [f32; 3] {
    const MATRIX: [[f32; 3]; 3] = [
        [3.133_856, -1.616_866_7, -0.490_614_6],
        [-0.978_768_4, 1.916_141_5, 0.033_454],
        [0.071_945_3, -0.228_991_4, 1.405_242_7],
    ];
    MATRIX.map(|row| row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2])
}

/// Names of known primaries, in the connection space.
const NAMES: [(&str, [Xyz; 3]); 2] = [
    (
        "p3",
        [
            [0.5151, 0.2412, -0.0011],
            [0.2920, 0.6922, 0.0419],
            [0.1571, 0.0666, 0.7841],
        ],
    ),
    (
        "adobe-rgb",
        [
            [0.6097, 0.3111, 0.0195],
            [0.2053, 0.6257, 0.0609],
            [0.1492, 0.0632, 0.7446],
        ],
    ),
];

fn name(primaries: &[Xyz; 3]) -> &'static str {
    let close = |(a, b): (&f32, &f32)| (a - b).abs() < 0.003;
    NAMES
        .iter()
        .find(|(_, of_name)| {
            of_name
                .iter()
                .flatten()
                .zip(primaries.iter().flatten())
                .all(close)
        })
        .map_or("icc", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ADOBE_RGB, DISPLAY_P3, SRGB, cmyk_profile, profile};
    use letterbox_testkit::Noise;

    fn rgb(conversion: &Conversion, pixel: [u8; 3]) -> [u8; 3] {
        let mut pixel = pixel;
        conversion.run(&mut pixel, Layout::Rgb);
        pixel
    }

    fn of(profile: &[u8], samples: Samples) -> Conversion {
        Conversion::of_profile(profile, samples).expect("a good profile")
    }

    fn assert_close(pixel: [u8; 3], expected: [u8; 3]) {
        let close = pixel.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 1);
        assert!(close, "{pixel:?}, expected {expected:?}");
    }

    #[test]
    fn display_p3_is_what_lcms_makes_of_it() {
        let conversion = of(&profile(b"RGB ", DISPLAY_P3, &SRGB_CURVE), Samples::Rgb);
        assert_eq!(conversion.name(), "p3");
        assert!(!conversion.changes_nothing());
        for (p3, srgb) in [
            ([255, 0, 0], [255, 0, 0]), // redder than sRGB can be
            ([0, 255, 0], [0, 255, 0]),
            ([255, 255, 255], [255, 255, 255]),
            ([200, 100, 50], [215, 93, 32]),
            ([30, 60, 90], [17, 61, 93]),
            ([120, 180, 60], [100, 182, 26]),
            ([10, 10, 10], [10, 10, 10]),
        ] {
            assert_close(rgb(&conversion, p3), srgb);
        }
        let mut rgba = [200, 100, 50, 7];
        conversion.run(&mut rgba, Layout::Rgba);
        assert_eq!(rgba[3], 7, "alpha stays");
    }

    #[test]
    fn adobe_rgb_is_what_lcms_makes_of_it() {
        let conversion = of(&profile(b"RGB ", ADOBE_RGB, &power(2.2)), Samples::Rgb);
        assert_eq!(conversion.name(), "adobe-rgb");
        for (adobe, srgb) in [
            ([0, 255, 0], [0, 255, 0]),
            ([200, 100, 50], [227, 100, 42]),
            ([30, 60, 90], [0, 57, 91]),
            ([120, 180, 60], [81, 181, 42]),
            ([128, 128, 128], [129, 129, 129]),
            ([10, 10, 10], [3, 3, 3]),
        ] {
            assert_close(rgb(&conversion, adobe), srgb);
        }
    }

    #[test]
    fn srgb_is_recognised_however_it_is_written() {
        let table: Vec<u8> = (0..1024)
            .flat_map(|at| ((decode(at as f32 / 1023.0) * 65535.0 + 0.5) as u16).to_be_bytes())
            .collect();
        let table = [&b"curv\0\0\0\0\0\0\x04\0"[..], &table].concat();
        for curve in [&SRGB_CURVE[..], &table] {
            assert!(of(&profile(b"RGB ", SRGB, curve), Samples::Rgb).changes_nothing());
        }
        assert!(!of(&profile(b"RGB ", SRGB, &power(1.8)), Samples::Rgb).changes_nothing());
        assert!(of(&profile(b"RGB ", DISPLAY_P3, &SRGB_CURVE), Samples::Grey).changes_nothing());
    }

    #[test]
    fn grey_has_a_curve_of_its_own() {
        let conversion = of(&profile(b"GRAY", SRGB, &power(1.0)), Samples::Grey);
        let mut pixels = [0, 255, 55, 9, 255, 255];
        conversion.run(&mut pixels, Layout::GreyAlpha);
        assert_eq!(pixels, [0, 255, 128, 9, 255, 255]);
    }

    #[test]
    fn a_profile_for_other_samples_is_none() {
        let (p3, grey) = (
            profile(b"RGB ", DISPLAY_P3, &SRGB_CURVE),
            profile(b"GRAY", SRGB, &power(1.0)),
        );
        assert!(Conversion::of_profile(&grey, Samples::Rgb).is_none());
        assert!(Conversion::of_profile(&p3, Samples::Cmyk).is_none());
        assert!(Conversion::of_profile(&cmyk_profile(3), Samples::Rgb).is_none());
    }

    #[test]
    fn numbers_in_place_of_a_profile() {
        let gamma = |gamma, chromaticities| {
            let colours = Colours::Gamma {
                gamma,
                chromaticities,
            };
            Conversion::of_numbers(colours, Samples::Rgb).expect("good numbers")
        };
        assert_close(rgb(&gamma(100_000, None), [55, 55, 55]), [128; 3]);
        // What PNG says sRGB is to be written as.
        let srgb = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000];
        assert!(gamma(45455, Some(srgb)).changes_nothing());
        assert!(gamma(45455, None).changes_nothing());
        assert!(gamma(0, Some(srgb)).changes_nothing());
        assert!(gamma(u32::MAX, None).changes_nothing());
        let p3 = [31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000];
        assert_close(rgb(&gamma(45455, Some(p3)), [200, 100, 50]), [215, 93, 32]);
        let code_points = |primaries, transfer| {
            let colours = Colours::CodePoints {
                primaries,
                transfer,
            };
            Conversion::of_numbers(colours, Samples::Rgb).expect("known numbers")
        };
        assert_close(rgb(&code_points(12, 13), [200, 100, 50]), [215, 93, 32]);
        assert_eq!(code_points(12, 13).name(), "p3");
        // Graphics white is at 58 % of PQ and at 75 % of HLG.
        assert_close(rgb(&code_points(9, 16), [148, 148, 148]), [255; 3]);
        assert_close(rgb(&code_points(9, 18), [191, 191, 191]), [255; 3]);
        assert_eq!(rgb(&code_points(9, 16), [0; 3]), [0; 3]);
        for nonsense in [
            [0; 8],
            [100_000; 8],
            [u32::MAX; 8],
            [31270, 0, 1, 1, 1, 1, 1, 1],
        ] {
            let colours = Colours::Gamma {
                gamma: 45455,
                chromaticities: Some(nonsense),
            };
            assert!(Conversion::of_numbers(colours, Samples::Rgb).is_none());
        }
    }

    #[test]
    fn no_ink_is_white_and_all_ink_is_black() {
        for conversion in [
            Conversion::of_plain_cmyk().expect("memory"),
            of(&cmyk_profile(2), Samples::Cmyk),
            of(&cmyk_profile(5), Samples::Cmyk),
        ] {
            let mut rgb = Vec::new();
            conversion.cmyk(&[0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 128], &mut rgb);
            assert_eq!(rgb[..3], [255; 3], "{conversion:?}");
            assert!(rgb[3..6].iter().all(|&level| level < 12), "{rgb:?}");
            assert!((60..230).contains(&rgb[6]), "{rgb:?}");
            assert!(conversion.bytes() <= Conversion::most_bytes(0));
        }
    }

    #[test]
    fn all_inks_are_black_whatever_the_tint_of_that() {
        let mut tinted = cmyk_profile(2);
        // The last value of the last node, in front of three tables of two values: b* is -20.
        let at = tinted.len() - 14;
        tinted[at..at + 2].copy_from_slice(&0x6c00u16.to_be_bytes());
        let mut rgb = Vec::new();
        of(&tinted, Samples::Cmyk).cmyk(&[255; 4], &mut rgb);
        assert_eq!(rgb, [0; 3]);
    }

    #[test]
    fn between_nodes_it_is_linear() {
        // The identity of 16 bits, of two nodes an axis.
        let places = [std::array::from_fn(|level| ((level * 256 + 127) / 255) as u16); 3];
        let nodes: Vec<[i16; 3]> = (0..8)
            .map(|at| [4, 2, 1].map(|bit| if at & bit == 0 { 0 } else { 255 * 64 }))
            .collect();
        for pixel in [
            [0, 0, 0],
            [255, 255, 255],
            [1, 128, 254],
            [200, 200, 3],
            [255, 0, 7],
        ] {
            assert_close(look_up(pixel, &places, &[4, 2, 1], &nodes), pixel);
        }
    }

    /// Any content of a profile, truncated anywhere, is either read or ignored.
    #[test]
    fn damaged_profiles_are_read_or_not() {
        let mut noise = Noise(7);
        for (good, samples) in [
            (profile(b"RGB ", DISPLAY_P3, &SRGB_CURVE), Samples::Rgb),
            (profile(b"GRAY", SRGB, &power(1.0)), Samples::Grey),
            (cmyk_profile(2), Samples::Cmyk),
            (crate::testing::staged_profile(), Samples::Rgb),
        ] {
            assert!(Conversion::of_profile(&good, samples).is_some());
            for end in 0..good.len() {
                use_up(&good[..end], samples);
            }
            for _ in 0..400 {
                let mut bad = good.clone();
                for _ in 0..1 + noise.below(4) {
                    let at = noise.below(bad.len());
                    bad[at] = [0, 1, 2, 0x7f, 0x80, 0xff, noise.byte()][noise.below(7)];
                }
                use_up(&bad, samples);
            }
        }
    }

    fn use_up(profile: &[u8], samples: Samples) {
        let Some(conversion) = Conversion::of_profile(profile, samples) else {
            return;
        };
        assert!(conversion.bytes() <= Conversion::most_bytes(profile.len() as u64));
        let pixels: Vec<u8> = (0..1200u32).map(|at| (at * 71) as u8).collect();
        if samples == Samples::Cmyk {
            conversion.cmyk(&pixels, &mut Vec::new());
        } else {
            let layout = Layout::of(samples == Samples::Grey, false);
            conversion.run(&mut pixels.clone(), layout);
            conversion.changes_nothing();
        }
    }

    /// As a parametric curve of type 3.
    const SRGB_CURVE: [u8; 32] = crate::testing::SRGB_CURVE;

    fn power(power: f32) -> Vec<u8> {
        let power = (power * 256.0).round() as u16;
        [&b"curv\0\0\0\0\0\0\0\x01"[..], &power.to_be_bytes()].concat()
    }
}
