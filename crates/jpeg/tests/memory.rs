//! Memory that decoding allocates: exactly the bytes that [`Decoder::peak_bytes`] promises.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use letterbox_jpeg::{Decoder, Event, Scale};
use letterbox_testkit::counting::{Counting, Watch, held};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns the promised and the measured peak from the header on, without the file's own bytes and
/// the metadata.
fn measure(file: &[u8], scale: Scale) -> (usize, usize) {
    let before = held();
    let (mut decoder, mut chunks) = (Decoder::new(), file.chunks(file.len()));
    let (mut promised, mut beside, mut watch) = (0, 0, None);
    loop {
        match decoder.next().expect("a good file") {
            Event::NeedMore => match chunks.next() {
                Some(chunk) => decoder.push(chunk).expect("memory"),
                None => decoder.finish(),
            },
            Event::Header => {
                decoder.set_scale(scale);
                promised = decoder.peak_bytes(scale).expect("the event says so");
                let header = decoder.header().expect("the event says so");
                beside = [&header.exif, &header.icc]
                    .map(|part| part.as_ref().map_or(0, Vec::capacity))
                    .iter()
                    .sum();
                watch = Some((Watch::start(), held() - before));
            }
            Event::Row(_) | Event::Samples { .. } => {}
            Event::End(status) => {
                assert!(status.is_intact());
                let (watch, then) = watch.expect("the header comes before the end");
                let peak = then + watch.most();
                return (promised, peak - beside - decoder.resident_bytes());
            }
        }
    }
}

fn encoded(sampling: SamplingFactor, change: impl Fn(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let (width, height) = (203u16, 77u16);
    let pixels: Vec<u8> = (0..3 * usize::from(width) * usize::from(height))
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 85);
    encoder.set_sampling_factor(sampling);
    encoder
        .add_icc_profile(&[7; 100_000])
        .expect("two segments");
    change(&mut encoder);
    encoder
        .encode(&pixels, width, height, ColorType::Rgb)
        .expect("a valid size");
    file
}

/// Returns the bytes before the header of the given scan, counted from 1, and EOI.
fn up_to_scan(file: &[u8], number: usize) -> Vec<u8> {
    let mut starts = (0..file.len() - 1).filter(|&at| file[at..at + 2] == [0xff, 0xda]);
    let start = starts.nth(number - 1).expect("that many scans");
    [&file[..start], &[0xff, 0xd9]].concat()
}

#[test]
fn decoding_allocates_what_was_promised() {
    for sampling in [
        SamplingFactor::R_4_4_4,
        SamplingFactor::R_4_2_0,
        SamplingFactor::R_4_2_2,
        SamplingFactor::R_4_4_0,
        SamplingFactor::R_4_1_1,
        SamplingFactor::R_4_1_0,
    ] {
        let files = [
            ("baseline", encoded(sampling, |_| {})),
            (
                "several scans",
                encoded(sampling, |encoder| {
                    encoder.set_optimized_huffman_tables(true)
                }),
            ),
            (
                "progressive",
                encoded(sampling, |encoder| encoder.set_progressive(true)),
            ),
            (
                "progressive with tables of its own for each scan",
                encoded(sampling, |encoder| {
                    encoder.set_progressive(true);
                    encoder.set_optimized_huffman_tables(true);
                }),
            ),
        ];
        // Smoothed files, which need the DC coefficients of all blocks.
        let (progressive, own_tables) = (&files[2].1, &files[3].1);
        let incomplete = [
            ("the first scan", up_to_scan(progressive, 2)),
            ("four scans", up_to_scan(progressive, 5)),
            (
                "four scans with tables of their own",
                up_to_scan(own_tables, 5),
            ),
        ];
        for (name, file) in files.iter().chain(&incomplete) {
            for scale in [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth] {
                let (promised, measured) = measure(file, scale);
                assert_eq!(measured, promised, "{name} {sampling:?} {scale:?}");
            }
        }
    }
}
