//! Words on a canvas: measured, planned, and drawn as layers.

use letterbox_text::{Align, Drawing, Font, LINES_BYTES, Lines, Mask, Style, Window};

use crate::error::Error;
use crate::layer::{Ink, Layer, LayerPlan};
use crate::pixels::layout::Size;
use crate::transform::{Colour, Dpr, Place, Shadow, Text, Third};

/// Words that are measured and not yet drawn.
#[derive(Debug)]
pub struct Lettering<'f> {
    font: Font<'f>,
    lines: Lines,
    /// Place of the box.
    origin: (i32, i32),
    canvas: (u32, u32),
    colour: Colour,
    /// The shadow, and its pixels; `None` where none of it is seen.
    shadow: Option<(Shadow, Window)>,
    window: Window,
    work_bytes: u64,
}

impl<'f> Lettering<'f> {
    /// Sets words in a font on a canvas.
    ///
    /// # Errors
    /// [`Error::Text`] for a font that cannot be read, words that it has no glyphs for, or outlines
    /// that are too much work, and where nothing of the words is seen.
    pub fn new(
        font: &'f [u8],
        words: &str,
        text: &Text,
        canvas: Size,
        dpr: Dpr,
    ) -> Result<Lettering<'f>, Error> {
        let text = text.times(dpr);
        let font = Font::new(font)?;
        let shorter = canvas.width.min(canvas.height);
        let side = |length: u32, margin: u32, most: u32| {
            let room = i64::from(length) - 2 * i64::from(margin);
            room.clamp(1, i64::from(most.max(1))) as u32
        };
        let margins = (text.margins.0.of(shorter), text.margins.1.of(shorter));
        let width = side(canvas.width, margins.0, text.width.of(canvas.width));
        let height = side(canvas.height, margins.1, text.height.of(canvas.height));
        let align = |third| match third {
            Third::Start => Align::Start,
            Third::Middle => Align::Centre,
            Third::End => Align::End,
        };
        let (across, down) = text.position;
        let style = Style {
            size: f64::from(text.size.of(shorter).clamp(1, MOST_SIZE)),
            width: width.into(),
            height: height.into(),
            leading: f64::from(text.leading) / 100.0,
            align: align(text.align.unwrap_or(across)),
            down: align(down),
            most_lines: text.lines.map_or(usize::MAX, |lines| lines.get().into()),
            shrink: text.shrink,
        };
        let lines = Lines::new(&font, words, &style)?;
        let origin = (
            along(across, width, canvas.width, margins.0),
            along(down, height, canvas.height, margins.1),
        );
        let canvas = (canvas.width, canvas.height);
        let drawing = Drawing::new(&font, &lines, origin, canvas)?;
        let (window, work_bytes) = match &drawing {
            Some(drawing) => (drawing.window(), drawing.work_bytes()),
            None => return Err(Error::Text(letterbox_text::Error::Unseen)),
        };
        let shadow = text.shadow.and_then(|shadow| {
            let by = (shadow.x.into(), shadow.y.into());
            let window = Mask::blurred_window(window, shadow.blur.into(), by, canvas)?;
            Some((shadow, window))
        });
        let blurring = shadow.map_or(0, |(_, window)| Mask::blurring_bytes(window));
        Ok(Lettering {
            font,
            lines,
            origin,
            canvas,
            colour: text.colour,
            shadow,
            window,
            work_bytes: work_bytes.max(blurring),
        })
    }

    /// Returns the plans of the layers: the shadow's, if there is one, and that of the words.
    pub fn plans(&self) -> Vec<LayerPlan> {
        let shadow = self.shadow.map(|(_, window)| window);
        let windows = shadow.into_iter().chain([self.window]);
        windows.map(plan).collect()
    }

    /// Returns an upper bound on the bytes that are held beside the layers and the font's file,
    /// while the layers are drawn.
    pub fn work_bytes(&self) -> u64 {
        self.work_bytes + LINES_BYTES
    }

    /// Draws the layers.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn draw(&self) -> Result<Vec<Layer>, Error> {
        let drawing = Drawing::new(&self.font, &self.lines, self.origin, self.canvas)?;
        let words = drawing.ok_or(letterbox_text::Error::Unseen)?.draw()?;
        let mut layers = Vec::new();
        if let Some((shadow, _)) = self.shadow {
            let by = (shadow.x.into(), shadow.y.into());
            let mask = words.blurred(shadow.blur.into(), by, self.canvas)?;
            layers.extend(mask.and_then(|mask| layer(mask, shadow.colour)));
        }
        layers.extend(layer(words, self.colour));
        Ok(layers)
    }
}

/// Longest em in pixels.
const MOST_SIZE: u32 = 8192;

/// Returns the place of a box along a side.
fn along(at: Third, length: u32, side: u32, margin: u32) -> i32 {
    let (length, side) = (i64::from(length), i64::from(side));
    let place = match at {
        Third::Start => margin.into(),
        Third::Middle => (side - length).div_euclid(2),
        Third::End => side - length - i64::from(margin),
    };
    i32::try_from(place).unwrap_or(0)
}

fn size(window: Window) -> Size {
    Size {
        width: window.width,
        height: window.height,
    }
}

fn place(window: Window) -> Place {
    Place {
        left: window.left,
        top: window.top,
        step: None,
    }
}

fn plan(window: Window) -> LayerPlan {
    let size = size(window);
    LayerPlan {
        size,
        place: place(window),
        bytes: size.pixels(),
    }
}

fn layer(mask: Mask, colour: Colour) -> Option<Layer> {
    let (size, place) = (size(mask.window), place(mask.window));
    Layer::new(size, place, 100, Ink::Coverage(mask.coverage, colour))
}
