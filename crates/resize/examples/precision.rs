//! Compares the results for pictures (binary PPM) with convolutions in floating point of whole
//! images, and prints markdown table rows: `precision WIDTH HEIGHT FILE...`.

use fast_image_resize as fir;
use fir::images::Image;
use fir::pixels::F32x3;
use letterbox_resize::{Axis, Channels, Resizer, Settings};

fn main() {
    println!("| picture | differ by 1 | by more | RMS | PSNR |");
    println!("|---|--:|--:|--:|--:|");
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [width, height, files @ ..] = &args[..] else {
        return;
    };
    let result = (
        width.parse().expect("a width"),
        height.parse().expect("a height"),
    );
    for file in files {
        let bytes = std::fs::read(file).expect("a file");
        let (size, pixels) = ppm(&bytes).expect("a PPM");
        let exact = exact(size, result, pixels);
        let mut squares = 0;
        let mut counts = [0; 256];
        for (found, exact) in resize(size, result, pixels).into_iter().zip(&exact) {
            let difference = found.abs_diff((exact + 0.5).clamp(0.0, 255.0) as u8);
            counts[usize::from(difference)] += 1;
            squares += u64::from(difference).pow(2);
        }
        let percent = |count: usize| 100.0 * count as f64 / exact.len() as f64;
        let mean = squares as f64 / exact.len() as f64;
        println!(
            "| {}, {}x{} to {width}x{height} | {:.2} % | {:.3} % | {:.4} | {:.2} dB |",
            file.rsplit('/').next().unwrap_or(file),
            size.0,
            size.1,
            percent(counts[1]),
            percent(counts[2..].iter().sum()),
            mean.sqrt(),
            10.0 * (255.0 * 255.0 / mean).log10(),
        );
    }
}

type Size = (u32, u32);

fn ppm(bytes: &[u8]) -> Option<(Size, &[u8])> {
    let mut lines = bytes.splitn(4, |&byte| byte == b'\n');
    let (_, size, _) = (lines.next()?, lines.next()?, lines.next()?);
    let (width, height) = std::str::from_utf8(size).ok()?.split_once(' ')?;
    Some(((width.parse().ok()?, height.parse().ok()?), lines.next()?))
}

fn resize(source: Size, result: Size, pixels: &[u8]) -> Vec<u8> {
    let (horizontal, vertical) = (
        Axis::whole(source.0, result.0),
        Axis::whole(source.1, result.1),
    );
    let settings = Settings::new(horizontal, vertical, Channels::Rgb);
    let mut resizer = Resizer::new(&settings).expect("valid settings");
    let mut found = Vec::new();
    for row in pixels.chunks_exact(3 * source.0 as usize) {
        resizer.push(row).expect("a row of this length");
        while let Some(row) = resizer.next_row() {
            found.extend_from_slice(row);
        }
    }
    found
}

fn exact(source: Size, result: Size, pixels: &[u8]) -> Vec<f32> {
    let samples: Vec<u8> = pixels
        .iter()
        .flat_map(|&sample| f32::from(sample).to_ne_bytes())
        .collect();
    let pixel_type = fir::PixelType::F32x3;
    let image = Image::from_vec_u8(source.0, source.1, samples, pixel_type).expect("as many bytes");
    let mut exact = Image::new(result.0, result.1, pixel_type);
    let options = fir::ResizeOptions::new()
        .resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Lanczos3));
    // Typed, because compiling the resizer for every type of pixel takes minutes.
    fir::Resizer::new()
        .resize_typed(
            &image.typed_image::<F32x3>().expect("pixels of that type"),
            &mut exact
                .typed_image_mut::<F32x3>()
                .expect("pixels of that type"),
            &options,
        )
        .expect("valid sizes");
    let samples = exact.buffer().as_chunks().0.iter();
    samples.map(|&sample| f32::from_ne_bytes(sample)).collect()
}
