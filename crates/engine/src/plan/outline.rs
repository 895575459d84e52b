//! Outlines of what is cut out of a canvas, as polygons in pixels.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use crate::error::Error;
use crate::pixels::buffer::room;
use crate::pixels::layout::Size;
use crate::pixels::window::{Rect, Window};
use crate::transform::{Corners, Mask};

/// A point: columns and rows from the upper left corner of the canvas.
pub(crate) type Point = (f64, f64);

/// Radius of a star's inner points where that of the outer ones is 1: a pentagram's, as weserv
/// rounds it.
const INNER: f64 = 0.382;

/// Steps of a heart's outline, as weserv takes them.
const HEART_STEPS: u32 = 315;

/// Upper bound on the points of an outline in a canvas.
pub(crate) fn most_points(canvas: Size) -> usize {
    (round_points(canvas) + 8).max(HEART_STEPS) as usize
}

/// Chords of a circle in a canvas, four times a whole number.
fn round_points(canvas: Size) -> u32 {
    let radius = f64::from(canvas.width.max(canvas.height)) / 2.0;
    4 * chords(radius)
}

/// Chords of a quarter of a circle: no chord is further than 1/256 pixel from its arc.
fn chords(radius: f64) -> u32 {
    ((FRAC_PI_2 * (32.0 * radius).sqrt()).ceil() as u32).max(1)
}

/// Returns the outline of a shape that is as large as a canvas lets it be, in the middle.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn of_mask(mask: Mask, canvas: Size) -> Result<Vec<Point>, Error> {
    let chords = round_points(canvas);
    let extent = extent(mask, chords);
    let (across, down) = scale(mask, extent, canvas);
    let start = |side: u32, from: f64, length: f64, scale: f64| {
        (f64::from(side) - length * scale) / 2.0 - from * scale
    };
    let left = start(canvas.width, extent.x, extent.width, across);
    let top = start(canvas.height, extent.y, extent.height, down);
    let mut points = room(most_points(canvas))?;
    each_point(mask, chords, &mut |(x, y)| {
        points.push((x * across + left, y * down + top));
    });
    Ok(points)
}

/// Returns the whole pixels of a canvas that a shape takes up.
pub(crate) fn box_of(mask: Mask, canvas: Size) -> Rect {
    let extent = extent(mask, 4);
    let (across, down) = scale(mask, extent, canvas);
    let side = |pixels: f64, most: u32| (pixels.round() as u32).clamp(1, most);
    let width = side(extent.width * across, canvas.width);
    let height = side(extent.height * down, canvas.height);
    Rect {
        left: (canvas.width - width) / 2,
        top: (canvas.height - height) / 2,
        width,
        height,
    }
}

/// Pixels per unit of a shape, each axis.
fn scale(mask: Mask, extent: Window, canvas: Size) -> (f64, f64) {
    let across = f64::from(canvas.width) / extent.width;
    let down = f64::from(canvas.height) / extent.height;
    match mask {
        Mask::Ellipse => (across, down),
        _ => (across.min(down), across.min(down)),
    }
}

/// The rectangle around a shape, in units of its own.
fn extent(mask: Mask, chords: u32) -> Window {
    let mut least = (f64::INFINITY, f64::INFINITY);
    let mut most = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    each_point(mask, chords, &mut |(x, y)| {
        least = (least.0.min(x), least.1.min(y));
        most = (most.0.max(x), most.1.max(y));
    });
    Window {
        x: least.0,
        y: least.1,
        width: most.0 - least.0,
        height: most.1 - least.1,
    }
}

/// Calls back with the points of a shape, in units of its own. Round ones have so many chords.
fn each_point(mask: Mask, chords: u32, to: &mut dyn FnMut(Point)) {
    let mut polygon = |count: u32, first: f64, inner: f64| {
        for index in 0..count {
            let radius = if index % 2 == 1 { inner } else { 1.0 };
            let (sin, cos) = (first + TAU * f64::from(index) / f64::from(count)).sin_cos();
            to((radius * cos, radius * sin));
        }
    };
    match mask {
        Mask::Circle | Mask::Ellipse => polygon(chords, 0.0, 1.0),
        Mask::Triangle => polygon(3, -FRAC_PI_2, 1.0),
        Mask::Triangle180 => polygon(3, FRAC_PI_2, 1.0),
        Mask::Square => polygon(4, -FRAC_PI_2, 1.0),
        Mask::Pentagon => polygon(5, -FRAC_PI_2, 1.0),
        Mask::Pentagon180 => polygon(5, FRAC_PI_2, 1.0),
        Mask::Hexagon => polygon(6, -FRAC_PI_2, 1.0),
        Mask::Star => polygon(10, -FRAC_PI_2, INNER),
        Mask::Heart => {
            for step in 0..HEART_STEPS {
                let t = -PI + 0.02 * f64::from(step);
                let x = 16.0 * t.sin().powi(3);
                let waves = 5.0 * (2.0 * t).cos() + 2.0 * (3.0 * t).cos() + (4.0 * t).cos();
                to((x, waves - 13.0 * t.cos()));
            }
        }
    }
}

/// Returns the outline of a rectangle with rounded corners, so many pixels inside a canvas on each
/// side. The radii are those of the canvas, and shrink with the inset. Radii that do not fit beside
/// each other shrink together, as in CSS (css-backgrounds-3, 4.5). No points where no rectangle is
/// left.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn of_corners(corners: Corners, canvas: Size, inset: u32) -> Result<Vec<Point>, Error> {
    let inset = f64::from(inset);
    let (left, top) = (inset, inset);
    let (right, bottom) = (
        f64::from(canvas.width) - inset,
        f64::from(canvas.height) - inset,
    );
    if left >= right || top >= bottom {
        return Ok(Vec::new());
    }
    let shorter = canvas.width.min(canvas.height);
    let longest = f64::from(canvas.width.max(canvas.height));
    let radii = corners
        .0
        .map(|radius| f64::from(radius.of(shorter)).min(longest));
    let [top_left, top_right, bottom_right, bottom_left] = radii;
    let fits = |side: u32, one: f64, other: f64| f64::from(side) / (one + other);
    let shrunk = fits(canvas.width, top_left, top_right)
        .min(fits(canvas.width, bottom_left, bottom_right))
        .min(fits(canvas.height, top_left, bottom_left))
        .min(fits(canvas.height, top_right, bottom_right))
        .min(1.0);
    let [top_left, top_right, bottom_right, bottom_left] =
        radii.map(|radius| (radius * shrunk - inset).max(0.0));
    let mut points = room(most_points(canvas))?;
    let mut corner = |x: f64, y: f64, radius: f64, first: f64| {
        let count = if radius > 0.0 { chords(radius) } else { 0 };
        for index in 0..=count {
            let share = f64::from(index) / f64::from(count.max(1));
            let (sin, cos) = (first + FRAC_PI_2 * share).sin_cos();
            points.push((x + radius * cos, y + radius * sin));
        }
    };
    corner(left + top_left, top + top_left, top_left, PI);
    corner(right - top_right, top + top_right, top_right, -FRAC_PI_2);
    corner(
        right - bottom_right,
        bottom - bottom_right,
        bottom_right,
        0.0,
    );
    corner(
        left + bottom_left,
        bottom - bottom_left,
        bottom_left,
        FRAC_PI_2,
    );
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::Length;

    fn area(points: &[Point]) -> f64 {
        let next = points.iter().cycle().skip(1);
        let cross = points.iter().zip(next).map(|(a, b)| a.0 * b.1 - a.1 * b.0);
        (cross.sum::<f64>() / 2.0).abs()
    }

    fn near(is: f64, wanted: f64) -> bool {
        (is - wanted).abs() < 1e-3 * wanted
    }

    const CANVAS: Size = Size {
        width: 400,
        height: 300,
    };

    #[test]
    fn shapes_have_the_areas_of_geometry() {
        let area_of = |mask| area(&of_mask(mask, CANVAS).expect("memory"));
        assert!(near(area_of(Mask::Circle), PI * 150.0 * 150.0));
        assert!(near(area_of(Mask::Ellipse), PI * 200.0 * 150.0));
        assert!(near(area_of(Mask::Square), 300.0 * 300.0 / 2.0));
        // An equilateral triangle 300 high.
        for mask in [Mask::Triangle, Mask::Triangle180] {
            assert!(near(area_of(mask), 300.0 * 300.0 / 3_f64.sqrt()));
        }
        // A regular hexagon 300 high.
        let side = 150.0_f64;
        assert!(near(
            area_of(Mask::Hexagon),
            1.5 * 3_f64.sqrt() * side * side
        ));
    }

    #[test]
    fn every_outline_touches_two_edges_and_stays_within_its_bound() {
        for (width, height) in [(400, 300), (1, 1), (7, 2000), (16_384, 3)] {
            let canvas = Size { width, height };
            for mask in Mask::ALL {
                let points = of_mask(mask, canvas).expect("memory");
                assert!(points.len() <= most_points(canvas));
                let most = |side: u32| f64::from(side) + 1e-6;
                let is_inside = |&(x, y): &Point| {
                    x >= -1e-6 && y >= -1e-6 && x <= most(width) && y <= most(height)
                };
                assert!(points.iter().all(is_inside), "{mask:?} in {canvas:?}");
                let area = box_of(mask, canvas);
                assert!(area.width == width || area.height == height);
            }
        }
    }

    #[test]
    fn corners_shrink_together_and_are_cut_at_the_longest_side() {
        let of = |radii: [u32; 4], inset| {
            let corners = Corners(radii.map(Length::Px));
            area(&of_corners(corners, CANVAS, inset).expect("memory"))
        };
        assert!(near(of([0; 4], 0), 400.0 * 300.0));
        let cut = |radius: f64| (1.0 - PI / 4.0) * radius * radius;
        assert!(near(of([20; 4], 0), 400.0 * 300.0 - 4.0 * cut(20.0)));
        assert!(near(
            of([20, 0, 40, 0], 0),
            120_000.0 - cut(20.0) - cut(40.0)
        ));
        for huge in [150, 151, 65_535] {
            assert!(near(of([huge; 4], 0), 120_000.0 - 4.0 * cut(150.0)));
        }
        assert!(near(of([20; 4], 10), 380.0 * 280.0 - 4.0 * cut(10.0)));
        assert!(of([20; 4], 150) == 0.0);
    }
}
