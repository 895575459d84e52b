//! Writes a PNM picture (P5, P6) to standard output as JPEG:
//! `encode FILE.ppm [QUALITY] [444] [progressive]`.

use std::io::Write;

use letterbox_jpeg::{Encoder, Error, Pixels, Sampling, Settings};

fn main() -> std::process::ExitCode {
    let mut args = std::env::args().skip(1);
    let file = args.next().and_then(|path| std::fs::read(path).ok());
    let Some(picture) = file.as_deref().and_then(parse) else {
        eprintln!("usage: encode FILE.ppm [QUALITY] [444] [progressive]");
        return 2.into();
    };
    let mut settings = Settings::default();
    for arg in args {
        match (arg.as_str(), arg.parse()) {
            ("444", _) => settings.sampling = Sampling::S444,
            ("progressive", _) => settings.progressive = true,
            (_, Ok(quality)) => settings.quality = quality,
            _ => eprintln!("{arg} means nothing"),
        }
    }
    match encode(&picture, settings) {
        Ok(file) => {
            let _ = std::io::stdout().lock().write_all(&file);
            0.into()
        }
        Err(error) => {
            eprintln!("{error}");
            1.into()
        }
    }
}

struct Picture<'a> {
    width: u16,
    height: u16,
    pixels: Pixels,
    samples: &'a [u8],
}

/// Parses a PNM: the magic, three numbers, and one byte of white space before the samples.
fn parse(file: &[u8]) -> Option<Picture<'_>> {
    let (mut words, mut at) = (Vec::new(), 0);
    while words.len() < 4 {
        let start = at
            + file
                .get(at..)?
                .iter()
                .position(|b| !b.is_ascii_whitespace())?;
        at = start + file[start..].iter().position(u8::is_ascii_whitespace)?;
        words.push(core::str::from_utf8(&file[start..at]).ok()?);
    }
    let pixels = match words[0] {
        "P5" => Pixels::Grey,
        "P6" => Pixels::Rgb,
        _ => return None,
    };
    (words[3] == "255").then_some(Picture {
        width: words[1].parse().ok()?,
        height: words[2].parse().ok()?,
        pixels,
        samples: &file[at + 1..],
    })
}

fn encode(picture: &Picture, settings: Settings) -> Result<Vec<u8>, Error> {
    let mut encoder = Encoder::new(picture.width, picture.height, picture.pixels, settings)?;
    let row_bytes = usize::from(picture.width) * picture.pixels.bytes();
    for row in picture.samples.chunks(row_bytes) {
        encoder.row(row)?;
    }
    encoder.finish()
}
