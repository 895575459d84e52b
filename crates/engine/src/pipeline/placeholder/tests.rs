//! Tests against the reference implementations: `thumbhash` 0.1.1 and `blurhash` 2.0.5 of npm,
//! given these pictures, on white for BlurHash. The largest amplitude is taken without its sign, as
//! in the specification's C; npm's takes the largest with its sign.

use crate::pipeline::placeholder::*;

#[rustfmt::skip]
const GOLDEN: [(u32, u32, &str, &str, &str); 8] = [
    (16, 9, "opaque", "XdYFRIpQM544e4dmeGdSYBRAKg==", "LiEC|uEVF{rOXYRDt2kCK7nOw@bW"),
    (9, 16, "alpha", "4MeBGwQmRZBqinhXkAOcdyCFZqhoemg=", "TmNdwD_N-roRxu$$N4xtWStmxZRi"),
    (1, 1, "opaque", "VLIpZxUI9wiIh4hwj3CI+AiIcH/494cP", "L~01g*g9g9g9g9g9g9g9g9g9g9g9"),
    (100, 3, "opaque", "HKYFUY4fkyh0OSagg4B0CCg=", "L:C*X}WJWARplCa*bEacE-jpj]n~"),
    (40, 40, "grey", "GwgGBwAgQ1RQh5lymTmYSZmUBQAAAAAA", "L9Fr;X00009F00D%Rjof00Rj%M%M"),
    (33, 100, "alpha", "4PeBAgAH/XRmeGp7kKQEShICd3dkpok=", "TANT%h~q.8XnjZWWo#g3kpkEe=WF"),
    (5, 5, "clear", "AAiCBQAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", "L*TSUA~qfQ~q~qxufQxufQfQfQfQ"),
    (64, 64, "flat", "VIoABwB4SBt4d3d3d/h4eHd493R3CJcJ", "L21JlBlzfQlzlzfjfQfjfQfQfQfQ"),
];

fn picture(width: u32, height: u32, kind: &str) -> Small {
    let pixel = |at: u32| {
        let (x, y) = (at % width, at / width);
        let (grey, alpha) = (x * y, x * 20 + x * y * 3);
        let colour = [x * x * y + y * 2, y * 9 + x * x * x + 40, 200 + x * y * y];
        let [r, g, b] = match kind {
            "grey" => [grey; 3],
            "clear" => [9; 3],
            "flat" => [10, 200, 30],
            _ => colour,
        };
        let a = match kind {
            "alpha" => alpha,
            "clear" => 0,
            _ => 255,
        };
        [r, g, b, a].map(|sample| sample as u8)
    };
    Small {
        size: Size { width, height },
        layout: Layout::Rgba,
        pixels: (0..width * height).flat_map(pixel).collect(),
        background: Colour::WHITE,
    }
}

#[test]
fn hashes_are_those_of_the_reference_implementations() {
    for (width, height, kind, thumbhash, blurhash) in GOLDEN {
        let small = picture(width, height, kind);
        let name = format!("{kind}, {width} x {height}");
        assert_eq!(small.blurhash(), blurhash, "{name}");
        // Without details the amplitudes are digits of nothing: the reference's rounding of them is
        // an accident.
        let details = match kind {
            "flat" | "clear" => 6,
            _ if width == 1 => 6,
            _ => thumbhash.len(),
        };
        assert_eq!(small.thumbhash()[..details], thumbhash[..details], "{name}");
        assert_eq!(small.thumbhash().len(), thumbhash.len(), "{name}");
    }
}

#[test]
fn layouts_of_the_same_picture_have_the_same_hashes() {
    let rgba = picture(40, 40, "grey");
    let of = |layout: Layout, pixels: Vec<u8>| Small {
        layout,
        pixels,
        ..picture(40, 40, "grey")
    };
    let grey: Vec<u8> = rgba.pixels.chunks(4).map(|pixel| pixel[0]).collect();
    let rgb = rgba.pixels.chunks(4).flat_map(|pixel| pixel[..3].to_vec());
    let with_alpha = grey.iter().flat_map(|&grey| [grey, 255]).collect();
    for small in [
        of(Layout::Rgb, rgb.collect()),
        of(Layout::GreyAlpha, with_alpha),
        of(Layout::Grey, grey),
    ] {
        assert_eq!(small.thumbhash(), rgba.thumbhash());
        assert_eq!(small.blurhash(), rgba.blurhash());
        assert_eq!(small.dominant_colour(), rgba.dominant_colour());
    }
}

#[test]
fn the_dominant_colour_is_the_mean_of_the_fullest_cell() {
    let of = |pixels: &[[u8; 4]]| {
        let small = Small {
            size: Size {
                width: pixels.len() as u32,
                height: 1,
            },
            layout: Layout::Rgba,
            pixels: pixels.concat(),
            background: Colour::WHITE,
        };
        small.dominant_colour()
    };
    let (red, blue) = ([200, 0, 0, 255], [0, 0, 100, 255]);
    assert_eq!(
        of(&[red, [204, 8, 0, 255], blue]).as_deref(),
        Some("#ca0400")
    );
    assert_eq!(
        of(&[[9, 9, 9, 0], [9, 9, 9, 20], blue]).as_deref(),
        Some("#000064")
    );
    assert_eq!(of(&[[9, 9, 9, 0]; 2]), None);
}

#[test]
fn base64_has_padding() {
    let texts = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="];
    for (length, text) in texts.into_iter().enumerate() {
        assert_eq!(base64(&b"foobar"[..length]), text);
    }
}
