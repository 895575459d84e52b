//! Contestants of the decoding benchmark in one module. Each export decodes the host's file at
//! 1/`denominator` in the contestant's preferred way: piece by piece if that is no slower, or else
//! from one buffer, which then counts as its memory.

use std::io::Read;

/// Checksum of the output, so that no decoder can leave work out: a byte count, and a sample of the
/// values.
#[derive(Default)]
struct Watch {
    bytes: usize,
    sum: u64,
    samples: u64,
}

impl Watch {
    /// Samples every 61st byte of the picture, which covers all channels at almost no cost.
    fn take(&mut self, piece: &[u8]) {
        let next = self.bytes.next_multiple_of(61) - self.bytes;
        self.bytes += piece.len();
        for &byte in piece.iter().skip(next).step_by(61) {
            self.sum += u64::from(byte);
            self.samples += 1;
        }
    }

    fn whole(pixels: &[u8]) -> Watch {
        let mut watch = Watch::default();
        watch.take(pixels);
        watch
    }
}

mod host {
    #[link(wasm_import_module = "host")]
    unsafe extern "C" {
        /// Puts the file's next bytes into the buffer and returns how many.
        pub(crate) fn read(buffer: *mut u8, length: usize) -> usize;
        /// Takes the count of bytes decoded, and their mean.
        pub(crate) fn done(bytes: usize, mean: f64);
    }
}

/// Reader of the host's file.
struct File;

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        // SAFETY: the host writes within the buffer, and says how much.
        Ok(unsafe { host::read(buffer.as_mut_ptr(), buffer.len()) })
    }
}

fn whole_file(length: usize) -> Vec<u8> {
    let mut file = vec![0; length];
    File.read_exact(&mut file).expect("as long as said");
    file
}

fn finish(watch: Watch) {
    // SAFETY: numbers only.
    unsafe { host::done(watch.bytes, watch.sum as f64 / watch.samples.max(1) as f64) }
}

/// Decodes with this crate.
#[unsafe(no_mangle)]
pub extern "C" fn letterbox_jpeg(_length: usize, denominator: u32) {
    use letterbox_jpeg::{Decoder, Event, Scale};
    let scales = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];
    let scale = scales
        .into_iter()
        .find(|scale| scale.denominator() == denominator);
    let (mut decoder, mut watch) = (Decoder::new(), Watch::default());
    let mut piece = vec![0; 65_536];
    loop {
        match decoder.next().expect("a sound file") {
            Event::NeedMore => match File.read(&mut piece).expect("no errors here") {
                0 => decoder.finish(),
                length => decoder.push(&piece[..length]).expect("memory"),
            },
            Event::Header => decoder.set_scale(scale.expect("1, 2, 4 or 8")),
            Event::Row(row) => watch.take(row),
            Event::Samples { .. } => {}
            Event::End(status) => {
                assert!(status.is_intact());
                return finish(watch);
            }
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn jpeg_decoder(length: usize, denominator: u32) {
    let file = whole_file(length); // a BufReader takes it a quarter more time
    let mut decoder = jpeg_decoder::Decoder::new(&file[..]);
    decoder.read_info().expect("a sound file");
    let info = decoder.info().expect("it was read");
    let side = |length: u16| (u32::from(length)).div_ceil(denominator) as u16;
    decoder
        .scale(side(info.width), side(info.height))
        .expect("a known scale");
    finish(Watch::whole(&decoder.decode().expect("a sound file")));
}

#[unsafe(no_mangle)]
pub extern "C" fn libjpeg_turbo_rs(length: usize, denominator: u32) {
    use libjpeg_turbo_rs::{Decoder, ScalingFactor};
    let file = whole_file(length);
    let mut decoder = Decoder::new(&file).expect("a sound file");
    decoder.set_scale(ScalingFactor::try_new(1, denominator).expect("1, 2, 4 or 8"));
    finish(Watch::whole(
        &decoder.decode_image().expect("a sound file").data,
    ));
}

#[unsafe(no_mangle)]
pub extern "C" fn zune_jpeg(length: usize, denominator: u32) {
    use zune_jpeg::JpegDecoder;
    use zune_jpeg::zune_core::bytestream::ZCursor;
    assert_eq!(denominator, 1, "it does not scale");
    let file = whole_file(length);
    let mut decoder = JpegDecoder::new(ZCursor::new(&file));
    finish(Watch::whole(&decoder.decode().expect("a sound file")));
}
