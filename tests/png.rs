//! PNG files that violate the standard and that all browsers show, and files that are not returned
//! as they are.

#[path = "support/answer.rs"]
mod answer;
#[path = "support/png.rs"]
mod pieces;

use std::io::Cursor;

use answer::answer;
use letterbox_engine::Error;
use letterbox_testkit::Dice;
use pieces::{Adam7, chunk, file, header, zlib};

/// The four corners of an answer, RGBA.
fn corners(file: &[u8], query: &str) -> Result<[[u8; 4]; 4], Error> {
    let png = answer(file, &format!("{query}&f=png"))?.body;
    let mut decoder = png::Decoder::new(Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
    let info = reader.next_frame(&mut pixels).expect("a PNG");
    let at = |x: u32, y: u32| {
        let samples = info.color_type.samples();
        let start = samples * (y * info.width + x) as usize;
        match pixels[start..start + samples] {
            [grey] => [grey, grey, grey, 255],
            [grey, alpha] => [grey, grey, grey, alpha],
            [r, g, b] => [r, g, b, 255],
            [r, g, b, a] => [r, g, b, a],
            _ => [0; 4],
        }
    };
    let (right, bottom) = (info.width - 1, info.height - 1);
    Ok([at(0, 0), at(right, 0), at(0, bottom), at(right, bottom)])
}

const AS_IT_IS: &str = "w=auto&h=auto";
const COLOURS: [[u8; 4]; 4] = [
    [0xdc, 0x1e, 0x1e, 255],
    [0x1e, 0xbe, 0x1e, 255],
    [0x28, 0x28, 0xdc, 255],
    [0xf5, 0xf5, 0xf5, 255],
];

/// Makes rows of 64 x 48 pixels without a filter: four colours, one in each corner, each given as
/// samples.
fn rows(pixel: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let row = |y: usize| {
        let pixels = (0..64).flat_map(|x| pixel(usize::from(x >= 32) + 2 * usize::from(y >= 24)));
        std::iter::once(0).chain(pixels.collect::<Vec<u8>>())
    };
    (0..48).flat_map(row).collect()
}

fn rgb() -> Vec<u8> {
    zlib(&rows(|corner| COLOURS[corner][..3].to_vec()))
}

fn indices() -> Vec<u8> {
    zlib(&rows(|corner| vec![corner as u8]))
}

fn palette() -> Vec<u8> {
    chunk(
        b"PLTE",
        &COLOURS
            .map(|colour| [colour[0], colour[1], colour[2]])
            .concat(),
    )
}

fn of_rgb(chunks: &[Vec<u8>]) -> Vec<u8> {
    file(header(64, 48, 2, Adam7::No), chunks)
}

fn indexed(chunks: &[Vec<u8>]) -> Vec<u8> {
    file(header(64, 48, 3, Adam7::No), chunks)
}

/// Makes square rows of RGB noise without a filter.
fn noise(side: usize) -> Vec<u8> {
    let mut dice = Dice(7);
    let mut sample = |at: usize| match at % (3 * side + 1) {
        0 => 0,
        _ => dice.roll(256) as u8,
    };
    (0..side * (3 * side + 1)).map(&mut sample).collect()
}

fn damaged(mut chunk: Vec<u8>) -> Vec<u8> {
    let last = chunk.len() - 1;
    chunk[last] ^= 0x5a;
    chunk
}

#[test]
fn a_picture_is_complete_with_its_last_row_and_not_before() {
    for interlaced in [Adam7::No, Adam7::Yes] {
        let data = match interlaced {
            Adam7::No => rgb(),
            Adam7::Yes => zlib(&pieces::adam7(64, 48, |x, y| {
                COLOURS[usize::from(x >= 32) + 2 * usize::from(y >= 24)][..3].to_vec()
            })),
        };
        let whole = file(header(64, 48, 2, interlaced), &[chunk(b"IDAT", &data)]);
        assert_eq!(corners(&whole, AS_IT_IS), Ok(COLOURS));
        // Missing are the last chunk, the checksum of the one before, and that of the stream.
        for missing in [12, 14, 16, 18, 20] {
            let cut = &whole[..whole.len() - missing];
            assert_eq!(corners(cut, AS_IT_IS), Ok(COLOURS), "{missing}");
            assert!(!answer(cut, AS_IT_IS).expect("sound").original, "{missing}");
        }
        for missing in [30, 60, data.len()] {
            let cut = &whole[..whole.len() - missing];
            assert!(corners(cut, AS_IT_IS).is_err(), "{missing}");
        }
    }
    let found = corners(include_bytes!("faults/png-no-iend.png"), AS_IT_IS);
    assert_eq!(found, Ok(COLOURS));
}

#[test]
fn a_chunk_that_is_damaged_or_in_the_wrong_place_is_none() {
    let (idat, palette) = (chunk(b"IDAT", &indices()), palette());
    let alphas = chunk(b"tRNS", &[255, 128, 0, 64]);
    let [first, [r, g, b, _], _, [r2, g2, b2, _]] = COLOURS;
    let clear = vec![first, [r, g, b, 128], [0; 4], [r2, g2, b2, 64]];
    // Transparent pixels have no colour, or that of the source.
    let bare = |corner: [u8; 4]| if corner[3] == 0 { [0; 4] } else { corner };
    let of = |chunks: &[&Vec<u8>]| {
        let chunks: Vec<Vec<u8>> = chunks.iter().map(|chunk| (*chunk).clone()).collect();
        corners(&indexed(&chunks), AS_IT_IS).map(|corners| Vec::from(corners.map(bare)))
    };
    let opaque = Ok(COLOURS.to_vec());
    assert_eq!(of(&[&palette, &alphas, &idat]), Ok(clear.clone()));
    // Of two `tRNS` chunks, the first counts.
    let others = chunk(b"tRNS", &[0; 4]);
    assert_eq!(of(&[&palette, &alphas, &others, &idat]), Ok(clear));
    assert_eq!(
        of(&[&alphas, &palette, &idat]),
        opaque,
        "in front of its palette"
    );
    assert_eq!(of(&[&palette, &idat, &alphas]), opaque, "behind the pixels");
    assert_eq!(of(&[&palette, &damaged(alphas), &idat]), opaque);
    assert_eq!(of(&[&palette, &chunk(b"tRNS", &[]), &idat]), opaque);
    let found = answer(
        include_bytes!("faults/png-trns-before-plte.png"),
        "w=32&h=32",
    );
    assert_eq!(
        found.map(|output| output.plan.header.layout.alpha()),
        Ok(false)
    );

    // A gamma of one would make the picture dark.
    let idat = chunk(b"IDAT", &rgb());
    let gamma = chunk(b"gAMA", &100_000_u32.to_be_bytes());
    let usual = chunk(b"gAMA", &45_455_u32.to_be_bytes());
    let of = |chunks: &[&Vec<u8>]| {
        let chunks: Vec<Vec<u8>> = chunks.iter().map(|chunk| (*chunk).clone()).collect();
        corners(&of_rgb(&chunks), AS_IT_IS)
    };
    assert_ne!(of(&[&gamma, &idat]), Ok(COLOURS));
    assert_eq!(of(&[&damaged(gamma.clone()), &idat]), Ok(COLOURS));
    assert_eq!(of(&[&usual, &gamma, &idat]), of(&[&usual, &idat]));
    assert_eq!(
        of(&[&palette, &gamma, &idat]),
        Ok(COLOURS),
        "behind the palette"
    );
    assert_eq!(of(&[&idat, &gamma]), Ok(COLOURS), "behind the pixels");
    // In an RGB file a palette is only a suggestion.
    for odd in [
        chunk(b"PLTE", &[7; 4]),
        damaged(palette),
        chunk(b"PLTE", &[7; 900]),
    ] {
        assert_eq!(of(&[&odd, &idat]), Ok(COLOURS));
    }
    let profile = chunk(b"iCCP", b"name\0\0nothing");
    assert_eq!(of(&[&damaged(profile), &idat]), Ok(COLOURS));
}

#[test]
fn an_interlaced_picture_depends_on_nothing_else_of_its_file_either() {
    let data = zlib(&pieces::adam7(64, 48, |x, y| {
        vec![u8::from(x >= 32) + 2 * u8::from(y >= 24)]
    }));
    let idat = chunk(b"IDAT", &data);
    let alphas = chunk(b"tRNS", &[255, 128, 0, 64]);
    let of = |chunks: &[Vec<u8>]| corners(&file(header(64, 48, 3, Adam7::Yes), chunks), AS_IT_IS);
    let clear = of(&[palette(), alphas.clone(), idat.clone()]).expect("sound");
    assert_eq!(clear[2][3], 0);
    for chunks in [
        [alphas.clone(), palette(), idat.clone()],
        [palette(), damaged(alphas.clone()), idat.clone()],
        [palette(), idat.clone(), alphas],
        [palette(), chunk(b"tEXt", b"no end"), idat],
    ] {
        assert_eq!(of(&chunks), Ok(COLOURS));
    }
}

#[test]
fn only_a_file_whose_checksums_hold_is_handed_on() {
    // Noise cannot be compressed, so the source's own file is the smallest.
    let rows = noise(200);
    let rgb = || zlib(&rows);
    let of_rgb = |chunks: &[Vec<u8>]| file(header(200, 200, 2, Adam7::No), chunks);
    let of = |chunks: &[Vec<u8>]| answer(&of_rgb(chunks), AS_IT_IS).map(|output| output.original);
    let data = rgb();
    let idat = chunk(b"IDAT", &data);
    assert_eq!(of(std::slice::from_ref(&idat)), Ok(true));
    let text = chunk(b"tEXt", b"Comment\0text");
    assert_eq!(of(&[damaged(text), idat.clone()]), Ok(true), "it is gone");
    let mut other = data.clone();
    let last = other.len() - 1;
    other[last] ^= 1;
    for (what, chunks) in [
        ("of the stream", vec![chunk(b"IDAT", &other)]),
        ("none", vec![chunk(b"IDAT", &data[..last - 3])]),
        ("half", vec![chunk(b"IDAT", &data[..last])]),
        ("more", vec![chunk(b"IDAT", &[&data[..], b"more"].concat())]),
        ("a chunk more", vec![idat.clone(), chunk(b"IDAT", b"more")]),
        (
            "of an empty chunk",
            vec![idat.clone(), damaged(chunk(b"IDAT", &[]))],
        ),
    ] {
        let chunks = of_rgb(&chunks);
        let good = corners(&of_rgb(std::slice::from_ref(&idat)), AS_IT_IS);
        assert_eq!(corners(&chunks, AS_IT_IS), good, "{what}");
        let output = answer(&chunks, AS_IT_IS).expect("sound");
        assert!(!output.original, "{what}");
    }
    let mut end = of_rgb(&[idat]);
    let last = end.len() - 1;
    end[last] ^= 1;
    assert!(!answer(&end, AS_IT_IS).expect("sound").original, "IEND");
    let output = answer(include_bytes!("faults/png-adler-wrong.png"), AS_IT_IS);
    assert!(!output.expect("sound").original);
}

#[test]
fn an_interlaced_file_is_handed_on_only_with_its_checksum() {
    let noise = noise(200);
    let data = zlib(&pieces::adam7(200, 200, |x, y| {
        noise[601 * y + 1 + 3 * x..][..3].to_vec()
    }));
    let of = |data: &[u8]| file(header(200, 200, 2, Adam7::Yes), &[chunk(b"IDAT", data)]);
    assert!(answer(&of(&data), AS_IT_IS).expect("sound").original);
    let mut other = data.clone();
    let last = other.len() - 1;
    other[last] ^= 1;
    let output = answer(&of(&other), AS_IT_IS).expect("sound");
    assert!(!output.original);
    let good = corners(&of(&data), AS_IT_IS);
    assert!(good.is_ok() && corners(&of(&other), AS_IT_IS) == good);
}
