//! Contestants of the resizing benchmark on the same image. `run.mjs` prepares a case, runs each
//! contestant many times and measures the time.

use std::cell::{Cell, RefCell};

use fast_image_resize as fir;
use fir::images::{Image, ImageRef};
use letterbox_resize::{Axis, Channels, Resizer, Settings};
use letterbox_testkit::Noise;
use letterbox_testkit::counting::{Counting, Watch};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Case {
    settings: Settings,
    pixels: Vec<u8>,
    result: Vec<u8>,
}

thread_local! {
    static CASE: RefCell<Option<Case>> = const { RefCell::new(None) };
    static WATCH: Cell<Option<Watch>> = const { Cell::new(None) };
}

fn with_case<T>(work: impl FnOnce(&mut Case) -> T) -> T {
    CASE.with_borrow_mut(|case| work(case.as_mut().expect("prepared")))
}

/// Prepares an image of waves, edges and noise, with the alpha of a cut-out: opaque inside, soft at
/// its edge.
#[unsafe(no_mangle)]
pub extern "C" fn prepare(width: u32, height: u32, to_width: u32, to_height: u32, channels: u32) {
    let channels = [
        Channels::Grey,
        Channels::GreyAlpha,
        Channels::Rgb,
        Channels::Rgba,
    ][channels as usize - 1];
    let settings = Settings::new(
        Axis::whole(width, to_width),
        Axis::whole(height, to_height),
        channels,
    );
    let (count, mut noise) = (channels.count(), Noise(1));
    let mut pixels = Vec::with_capacity(width as usize * height as usize * count);
    for y in 0..height {
        for x in 0..width {
            for c in 0..count as u32 {
                let noise = noise.bits(5);
                let wave = ((x + c * 40) / 3 % 160).abs_diff(80) + (y / 2 % 140).abs_diff(70);
                let edge = u32::from((x / 61 + y / 47) % 3 == 0) * 70;
                pixels.push((wave + edge + noise).min(255) as u8);
            }
            if matches!(channels, Channels::GreyAlpha | Channels::Rgba) {
                let across = f64::from(x) / f64::from(width) - 0.5;
                let down = f64::from(y) / f64::from(height) - 0.5;
                let distance = (across * across + down * down).sqrt();
                if let Some(alpha) = pixels.last_mut() {
                    *alpha = ((0.5 - distance) * 2550.0).clamp(0.0, 255.0) as u8;
                }
            }
        }
    }
    let result = vec![0; to_width as usize * to_height as usize * count];
    CASE.set(Some(Case {
        settings,
        pixels,
        result,
    }));
    WATCH.set(Some(Watch::start()));
}

/// Returns the peak of bytes held by the runs since `prepare`, apart from source and result.
#[unsafe(no_mangle)]
pub extern "C" fn peak() -> usize {
    WATCH.get().map_or(0, Watch::most)
}

/// Returns the sum of the result's samples.
#[unsafe(no_mangle)]
pub extern "C" fn checksum() -> u32 {
    with_case(|case| case.result.iter().map(|&sample| u32::from(sample)).sum())
}

#[unsafe(no_mangle)]
pub extern "C" fn letterbox() {
    resample(false);
}

#[unsafe(no_mangle)]
pub extern "C" fn letterbox_in_linear_light() {
    resample(true);
}

fn resample(linear_light: bool) {
    with_case(|case| {
        let settings = Settings {
            linear_light,
            ..case.settings
        };
        let mut resizer = Resizer::new(&settings).expect("valid settings");
        let row_bytes = case.settings.horizontal.source as usize * case.settings.channels.count();
        let mut at = 0;
        for row in case.pixels.chunks_exact(row_bytes) {
            resizer.push(row).expect("a row of this length");
            while let Some(row) = resizer.next_row() {
                case.result[at..at + row.len()].copy_from_slice(row);
                at += row.len();
            }
        }
    });
}

#[unsafe(no_mangle)]
pub extern "C" fn fast_image_resize() {
    with_case(|case| {
        let Settings {
            horizontal,
            vertical,
            channels,
            ..
        } = case.settings;
        let pixels = match channels {
            Channels::Grey => fir::PixelType::U8,
            Channels::GreyAlpha => fir::PixelType::U8x2,
            Channels::Rgb => fir::PixelType::U8x3,
            Channels::Rgba => fir::PixelType::U8x4,
        };
        let (width, height) = (horizontal.source, vertical.source);
        let (to_width, to_height) = (horizontal.result, vertical.result);
        // Alpha is multiplied in place, which takes the least memory.
        let alpha = fir::MulDiv::new();
        if matches!(channels, Channels::GreyAlpha | Channels::Rgba) {
            let mut source = Image::from_slice_u8(width, height, &mut case.pixels, pixels)
                .expect("as many bytes as pixels");
            alpha
                .multiply_alpha_inplace(&mut source)
                .expect("has alpha");
        }
        let source =
            ImageRef::new(width, height, &case.pixels, pixels).expect("as many bytes as pixels");
        let mut result = Image::from_slice_u8(to_width, to_height, &mut case.result, pixels)
            .expect("as many bytes as pixels");
        let options = fir::ResizeOptions::new()
            .resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Lanczos3))
            .use_alpha(false);
        fir::Resizer::new()
            .resize(&source, &mut result, &options)
            .expect("valid sizes");
        if matches!(channels, Channels::GreyAlpha | Channels::Rgba) {
            alpha.divide_alpha_inplace(&mut result).expect("has alpha");
        }
    });
}
