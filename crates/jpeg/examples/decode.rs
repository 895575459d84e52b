//! Writes a JPEG to standard output as PNM (grey, RGB) or raw CMYK, and its header and status to
//! standard error: `decode FILE [1|2|4|8]`.

use std::io::Write;

use letterbox_jpeg::{Decoder, Error, Event, Pixels, Scale};

fn main() -> std::process::ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(file) = args.next().and_then(|path| std::fs::read(path).ok()) else {
        eprintln!("usage: decode FILE [1|2|4|8]");
        return 2.into();
    };
    let scale = match args.next().as_deref() {
        Some("2") => Scale::Half,
        Some("4") => Scale::Quarter,
        Some("8") => Scale::Eighth,
        _ => Scale::Full,
    };
    let mut out = std::io::stdout().lock();
    match decode(&file, scale, &mut out) {
        Ok(said) => eprintln!("{said}"),
        Err(error) => {
            eprintln!("{error}");
            return 1.into();
        }
    }
    0.into()
}

fn decode(file: &[u8], scale: Scale, out: &mut impl Write) -> Result<String, Error> {
    let mut decoder = Decoder::new();
    let mut chunks = file.chunks(65_536);
    loop {
        match decoder.next()? {
            Event::NeedMore => match chunks.next() {
                Some(chunk) => decoder.push(chunk)?,
                None => decoder.finish(),
            },
            Event::Header => {
                decoder.set_scale(scale);
                let (width, height) = decoder.size(scale).unwrap_or_default();
                let pixels = decoder.header().map(|header| header.pixels);
                let magic = match pixels {
                    Some(Pixels::Grey) => "P5",
                    Some(Pixels::Rgb) => "P6",
                    _ => "CMYK",
                };
                let _ = write!(out, "{magic}\n{width} {height}\n255\n");
            }
            Event::Samples { .. } => {}
            Event::Row(row) => {
                let _ = out.write_all(row);
            }
            Event::End(status) => {
                let end = if status.truncated { ", broken off" } else { "" };
                return Ok(format!(
                    "{} of {} rows intact{end}",
                    status.intact_rows, status.rows
                ));
            }
        }
    }
}
