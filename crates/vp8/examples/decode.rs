//! Decodes a lossy WebP to PPM: `cargo run --release --example decode -- photo.webp > photo.ppm`.

use std::io::{Write, stdout};

use letterbox_vp8::{Decoder, Header};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let file = std::fs::read(path)?;
    let name = file.windows(4).position(|name| name == b"VP8 ");
    let frame = &file[name.ok_or("no lossy WebP")? + 8..];
    let decoder = Decoder::new(frame)?;
    let Header { width, height, .. } = decoder.header();
    let mut out = stdout().lock();
    writeln!(out, "P6 {width} {height} 255")?;
    decoder.rgb(|row: &[u8]| Ok::<(), Box<dyn std::error::Error>>(out.write_all(row)?))
}
