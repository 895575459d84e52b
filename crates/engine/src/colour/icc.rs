//! ICC profiles (ICC.1:2022) as far as they define the meaning of a picture's samples: curves and a
//! matrix, a curve of grey, or a table from RGB or CMYK to the profile connection space. The parts
//! for profiles as a target are not read.
//!
//! Profiles are untrusted data of up to 4 MiB. Nothing is copied, and every number is read with a
//! bounds check. A profile that deviates from the standard is ignored as a whole.

/// A colour in the connection space: XYZ under D50, where 1 is the white of the paper or screen.
pub(crate) type Xyz = [f32; 3];

/// Tone curve from an RGB or grey value of 0 to 1 to light.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Curve<'p> {
    /// Table of 16-bit values, big-endian, with linear interpolation between neighbours.
    Table(&'p [u8]),
    /// Formula of this many numbers, in the standard's order: g, a, b, c, d, e, f.
    Formula(usize, [f32; 7]),
}

/// Content of a profile.
pub(crate) enum Profile<'p> {
    /// Curves, followed by a matrix whose columns are the primaries.
    Matrix([Curve<'p>; 3], [Xyz; 3]),
    /// One curve, to lightness where the connection space is Lab, and to light otherwise.
    Grey(Curve<'p>, Space),
    /// A table.
    Table(Box<Table<'p>>),
}

/// Encoding of colours in the connection space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Space {
    Xyz,
    Lab,
    /// Lab of 16 bits in the encoding up to version 2.
    OldLab,
}

/// Samples that a profile is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Samples {
    Grey,
    Rgb,
    Cmyk,
}

/// A multidimensional table, with the steps before and after.
pub(crate) struct Table<'p> {
    /// Step before the table for each sample of a pixel, or none.
    before: Vec<Step<'p>>,
    /// Number of nodes along each axis, of which the last runs fastest.
    pub(crate) nodes: Vec<usize>,
    /// Three values for each node.
    values: Values<'p>,
    between: Option<Between<'p>>,
    after: [Step<'p>; 3],
    space: Space,
    version: u8,
}

/// Steps between a table and the last curves: curves, a matrix, and an offset.
struct Between<'p> {
    curves: [Step<'p>; 3],
    matrix: [[f32; 3]; 3],
    offset: [f32; 3],
}

/// Values of nodes.
enum Values<'p> {
    /// Identity with two nodes an axis, for profiles without a table.
    Place,
    Bytes(&'p [u8]),
    /// Values of 16 bits, big-endian.
    Wide(&'p [u8]),
}

/// A function of one sample.
#[derive(Clone, Copy)]
pub(crate) enum Step<'p> {
    Curve(Curve<'p>),
    /// A table of 8 bits.
    Bytes(&'p [u8]),
}

/// Maximum number of tags that are searched; real profiles have up to 40.
const MOST_TAGS: usize = 128;

/// Maximum number of nodes of a table, above 21 along each of four axes and 64 along each of three.
const MOST_NODES: usize = 270_000;

impl<'p> Profile<'p> {
    /// Reads a profile for samples of this kind; `None` where the profile is damaged, or for
    /// others.
    pub(crate) fn read(bytes: &'p [u8], samples: Samples) -> Option<Profile<'p>> {
        if bytes.get(36..40)? != b"acsp" {
            return None;
        }
        let of = match bytes.get(16..20)? {
            b"GRAY" => Samples::Grey,
            b"RGB " => Samples::Rgb,
            b"CMYK" => Samples::Cmyk,
            _ => return None,
        };
        // A grey picture may have the profile of the RGB it was made of. The picture is on that
        // profile's axis of greys.
        if of != samples && !(samples == Samples::Grey && of == Samples::Rgb) {
            return None;
        }
        let space = match bytes.get(20..24)? {
            b"XYZ " => Space::Xyz,
            b"Lab " => Space::Lab,
            _ => return None,
        };
        if of == Samples::Grey {
            return Some(Profile::Grey(curve(tag(bytes, b"kTRC")?)?.0, space));
        }
        // The perceptual table is meant for pictures; the colorimetric one takes its place where it
        // is missing.
        for name in [b"A2B0", b"A2B1"] {
            if let Some(table) = tag(bytes, name) {
                let table = Table::read(table, space, of)?;
                let version = *bytes.get(8)?;
                return Some(Profile::Table(Box::new(Table { version, ..table })));
            }
        }
        if of == Samples::Cmyk || space != Space::Xyz {
            return None;
        }
        let curve = |name| Some(curve(tag(bytes, name)?)?.0);
        let primary = |name| xyz(tag(bytes, name)?);
        Some(Profile::Matrix(
            [curve(b"rTRC")?, curve(b"gTRC")?, curve(b"bTRC")?],
            [primary(b"rXYZ")?, primary(b"gXYZ")?, primary(b"bXYZ")?],
        ))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize)
}

/// Reads an s15Fixed16Number.
fn fixed_at(bytes: &[u8], at: usize) -> Option<f32> {
    Some(i32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as f32 / 65536.0)
}

fn tag<'p>(bytes: &'p [u8], name: &[u8; 4]) -> Option<&'p [u8]> {
    let count = u32_at(bytes, 128)?.min(MOST_TAGS);
    let entries = bytes.get(132..132 + 12 * count)?;
    let entry = entries
        .chunks_exact(12)
        .find(|entry| entry.starts_with(name))?;
    let (offset, length) = (u32_at(entry, 4)?, u32_at(entry, 8)?);
    bytes.get(offset..offset.checked_add(length)?)
}

fn xyz(tag: &[u8]) -> Option<Xyz> {
    tag.starts_with(b"XYZ ").then_some(())?;
    Some([fixed_at(tag, 8)?, fixed_at(tag, 12)?, fixed_at(tag, 16)?])
}

/// Reads a curve. Returns the curve, and the number of its bytes.
fn curve(tag: &[u8]) -> Option<(Curve<'_>, usize)> {
    match tag.get(..4)? {
        b"curv" => {
            let count = u32_at(tag, 8)?;
            let end = count.checked_mul(2)?.checked_add(12)?;
            let values = tag.get(12..end)?;
            let curve = match count {
                0 => Curve::Formula(1, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
                1 => {
                    let power = f32::from(u16_at(values, 0)?) / 256.0;
                    Curve::Formula(1, [power, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
                }
                _ => Curve::Table(values),
            };
            Some((curve, end))
        }
        b"para" => {
            let count = *[1, 3, 4, 5, 7].get(usize::from(u16_at(tag, 8)?))?;
            let mut numbers = [0.0; 7];
            for (at, number) in numbers.iter_mut().enumerate().take(count) {
                *number = fixed_at(tag, 12 + 4 * at)?;
            }
            Some((Curve::Formula(count, numbers), 12 + 4 * count))
        }
        _ => None,
    }
}

impl Curve<'_> {
    /// Returns the value at `x`, both from 0 to 1.
    pub(crate) fn at(&self, x: f32) -> f32 {
        let x = x.clamp(0.0, 1.0);
        let y = match *self {
            Curve::Table(values) => {
                let last = (values.len() / 2).saturating_sub(1);
                between(x, last, |at| {
                    f32::from(u16_at(values, 2 * at).unwrap_or(0)) / 65535.0
                })
            }
            Curve::Formula(count, [g, a, b, c, d, e, f]) => match count {
                1 => x.powf(g),
                3 | 4 if x < -b / a => c,
                3 | 4 => (a * x + b).powf(g) + c,
                _ if x < d => c * x + f,
                _ => (a * x + b).powf(g) + e,
            },
        };
        // A result that is no number, because of the file's a and b, becomes black.
        if y.is_nan() { 0.0 } else { y.clamp(0.0, 1.0) }
    }
}

/// Interpolates linearly between two of `0..=last` values.
fn between(x: f32, last: usize, value: impl Fn(usize) -> f32) -> f32 {
    let place = x * last as f32;
    let at = (place as usize).min(last.saturating_sub(1));
    let (lower, upper) = (value(at), value((at + 1).min(last)));
    lower + (upper - lower) * (place - at as f32)
}

impl Step<'_> {
    pub(crate) fn at(&self, x: f32) -> f32 {
        match self {
            Step::Curve(curve) => curve.at(x),
            Step::Bytes(values) => between(x.clamp(0.0, 1.0), values.len().max(1) - 1, |at| {
                f32::from(values.get(at).copied().unwrap_or(0)) / 255.0
            }),
        }
    }
}

impl<'p> Table<'p> {
    fn read(tag: &'p [u8], space: Space, samples: Samples) -> Option<Table<'p>> {
        let inputs = if samples == Samples::Cmyk { 4 } else { 3 };
        if tag.get(8..10)? != [inputs as u8, 3] {
            return None;
        }
        match tag.get(..4)? {
            b"mft1" => Table::plain(tag, space, inputs, false),
            b"mft2" => Table::plain(tag, space, inputs, true),
            b"mAB " => Table::staged(tag, space, inputs),
            _ => None,
        }
    }

    /// Reads the types lut8 and lut16: tables, a multidimensional table, tables. Their matrix is
    /// only for XYZ as input.
    fn plain(tag: &'p [u8], space: Space, inputs: usize, wide: bool) -> Option<Table<'p>> {
        let nodes = vec![usize::from(*tag.get(10)?); inputs];
        let (entries, mut at) = if wide {
            let entries = (u16_at(tag, 48)?.into(), u16_at(tag, 50)?.into());
            (entries, 52)
        } else {
            ((256, 256), 48)
        };
        let bytes = 1 + usize::from(wide);
        let step = |at: usize, entries: usize| {
            let values = tag.get(at..at + entries * bytes)?;
            (entries >= 2).then_some(if wide {
                Step::Curve(Curve::Table(values))
            } else {
                Step::Bytes(values)
            })
        };
        let mut before = Vec::new();
        for _ in 0..inputs {
            before.push(step(at, entries.0)?);
            at += entries.0 * bytes;
        }
        let length = 3 * count(&nodes)? * bytes;
        let values = tag.get(at..at + length)?;
        at += length;
        let after = |place: usize| step(at + place * entries.1 * bytes, entries.1);
        Some(Table {
            before,
            nodes,
            values: if wide {
                Values::Wide(values)
            } else {
                Values::Bytes(values)
            },
            between: None,
            after: [after(0)?, after(1)?, after(2)?],
            space: match (space, wide) {
                (Space::Lab, true) => Space::OldLab,
                (space, _) => space,
            },
            version: 0,
        })
    }

    /// Reads the type lutAToB: curves, a table, curves, a matrix, curves.
    fn staged(tag: &'p [u8], space: Space, inputs: usize) -> Option<Table<'p>> {
        let [b, matrix, m, clut, a] = [12, 16, 20, 24, 28].map(|at| u32_at(tag, at));
        let curves = |at: usize, count: usize| {
            let (mut rest, mut steps) = (tag.get(at..)?, Vec::new());
            for _ in 0..count {
                let (curve, bytes) = curve(rest)?;
                rest = rest.get(bytes.next_multiple_of(4).min(rest.len())..)?;
                steps.push(Step::Curve(curve));
            }
            Some(steps)
        };
        let three = |at| <[Step<'p>; 3]>::try_from(curves(at, 3)?).ok();
        let (before, nodes, values) = match (clut?, a?) {
            (0, _) => (Vec::new(), vec![2; inputs], Values::Place),
            (clut, a) => {
                let clut = tag.get(clut..)?;
                let nodes = clut.get(..inputs)?.iter();
                let nodes: Vec<usize> = nodes.map(|&nodes| nodes.into()).collect();
                let length = 3 * count(&nodes)?;
                let values = match clut.get(16)? {
                    1 => Values::Bytes(clut.get(20..20 + length)?),
                    2 => Values::Wide(clut.get(20..20 + 2 * length)?),
                    _ => return None,
                };
                let before = if a == 0 {
                    Vec::new()
                } else {
                    curves(a, inputs)?
                };
                (before, nodes, values)
            }
        };
        // The identity is only defined for three values.
        if inputs != 3 && matches!(values, Values::Place) {
            return None;
        }
        let between = match (matrix?, m?) {
            (0, _) | (_, 0) => None,
            (matrix, m) => {
                let number = |at: usize| fixed_at(tag, matrix.checked_add(4 * at)?);
                let row = |at| Some([number(at)?, number(at + 1)?, number(at + 2)?]);
                Some(Between {
                    curves: three(m)?,
                    matrix: [row(0)?, row(3)?, row(6)?],
                    offset: row(9)?,
                })
            }
        };
        Some(Table {
            before,
            nodes,
            values,
            between,
            after: three(b?)?,
            space,
            version: 0,
        })
    }

    /// Returns the place of a sample along its axis, from 0 to 1.
    pub(crate) fn place(&self, axis: usize, sample: f32) -> f32 {
        let step = self.before.get(axis);
        step.map_or(sample, |step| step.at(sample).clamp(0.0, 1.0))
    }

    /// Returns the colour at a place, counted in nodes from 0 along each axis, in the connection
    /// space.
    pub(crate) fn at(&self, place: &[f32]) -> Xyz {
        let node = |place: &[f32]| {
            let along = place.iter().zip(&self.nodes);
            along.fold(0, |node, (&place, &nodes)| node * nodes + place as usize)
        };
        if place.iter().all(|place| place.fract() == 0.0) {
            return self.behind(self.node(node(place)));
        }
        let mut colour = [0.0; 3];
        // The colour is the weighted mean of the corners of its cell. Corners without weight may
        // lie beyond the table.
        for corner in 0..1usize << place.len() {
            let (mut weight, mut node) = (1.0, 0);
            for (axis, (&place, &nodes)) in place.iter().zip(&self.nodes).enumerate() {
                let upper = corner >> axis & 1;
                let far = place.fract();
                weight *= if upper == 1 { far } else { 1.0 - far };
                node = node * nodes + place as usize + upper;
            }
            if weight > 0.0 {
                let value = self.node(node);
                colour = [0, 1, 2].map(|at| colour[at] + weight * value[at]);
            }
        }
        self.behind(colour)
    }

    /// Returns the black point of the samples, which is no light on a screen. The conversion
    /// subtracts the black point, so that black becomes black.
    ///
    /// From version 4 on, the standard defines the black point (ICC.1, annex E.3). Before, the
    /// black point is the colour of all inks, or of no light, with its tint, as in lcms for
    /// pictures. A neutral black point left a level of 24 in the blue of a press's full inks.
    pub(crate) fn black(&self) -> Xyz {
        if self.version >= 4 {
            return D50.map(|white| white * 0.003_473_1);
        }
        let darkest = if self.nodes.len() == 4 { 1.0 } else { 0.0 };
        let axes = self.nodes.iter().enumerate();
        let place = axes.map(|(axis, &nodes)| self.place(axis, darkest) * (nodes - 1) as f32);
        let place: Vec<f32> = place.collect();
        let black = self.at(&place);
        if black[1] > MOST_BLACK {
            return D50.map(|white| white * MOST_BLACK);
        }
        [0, 1, 2].map(|at| black[at].clamp(0.0, D50[at] / 2.0))
    }

    /// Applies the steps behind the table.
    fn behind(&self, mut colour: [f32; 3]) -> Xyz {
        if let Some(Between {
            curves,
            matrix,
            offset,
        }) = &self.between
        {
            let bent = [0, 1, 2].map(|at| curves[at].at(colour[at]));
            colour = [0, 1, 2].map(|at| product(matrix[at], bent) + offset[at]);
        }
        self.space
            .xyz([0, 1, 2].map(|at| self.after[at].at(colour[at])))
    }
}

impl Table<'_> {
    /// Returns the values of a node, counted in the order of the table.
    fn node(&self, at: usize) -> [f32; 3] {
        [0, 1, 2].map(|value| {
            let place = 3 * at + value;
            match self.values {
                Values::Place => (at >> (2 - value) & 1) as f32,
                Values::Bytes(values) => f32::from(values.get(place).copied().unwrap_or(0)) / 255.0,
                Values::Wide(values) => f32::from(u16_at(values, 2 * place).unwrap_or(0)) / 65535.0,
            }
        })
    }
}

fn product(row: [f32; 3], column: [f32; 3]) -> f32 {
    row[0] * column[0] + row[1] * column[1] + row[2] * column[2]
}

/// Returns the number of nodes, if there are at least two on each axis and not too many.
fn count(nodes: &[usize]) -> Option<usize> {
    let count: usize = nodes.iter().product(); // of four bytes
    (nodes.iter().all(|&nodes| nodes >= 2) && count <= MOST_NODES).then_some(count)
}

/// Lightness of the middle grey of L* = 50. A lighter colour cannot be the black point.
const MOST_BLACK: f32 = 0.184_2;

/// White of the connection space.
pub(crate) const D50: Xyz = [0.9642, 1.0, 0.8249];

impl Space {
    /// Decodes a colour in this encoding, with each value from 0 to 1.
    pub(crate) fn xyz(self, values: [f32; 3]) -> Xyz {
        let stretch = match self {
            Space::Xyz => return values.map(|value| value * (1.0 + 32767.0 / 32768.0)),
            Space::Lab => 1.0,
            Space::OldLab => 65535.0 / 65280.0,
        };
        let [l, a, b] = values.map(|value| value * stretch);
        lab([l * 100.0, a * 255.0 - 128.0, b * 255.0 - 128.0])
    }
}

/// Converts L*a*b* under D50 to XYZ (CIE 15).
pub(crate) fn lab([l, a, b]: [f32; 3]) -> Xyz {
    let y = (l + 16.0) / 116.0;
    let light = |f: f32| {
        if f > 6.0 / 29.0 {
            f * f * f
        } else {
            (f - 16.0 / 116.0) * 108.0 / 841.0
        }
    };
    [
        light(y + a / 500.0) * D50[0],
        light(y) * D50[1],
        light(y - b / 200.0) * D50[2],
    ]
}
