//! Words on answers, as a client sees them, on an in-memory platform.

use letterbox::url::signature::Keys;
use letterbox_world::{Route, World, file};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const SOURCE: &str = "https://images.example.com/photo.jpg";
const ASK: &str =
    "https://img.example.com/?s=https://images.example.com/photo.jpg&w=120&h=63&fit=cover&f=png";
const CUBIC: &[u8] = include_bytes!("../crates/text/tests/files/cubic.otf");

/// A card whose words come with the request.
const CARD: &str = "card: w=1200&h=627&fit=cover&bri=-30&txt=Untitled&txtpos=bottom-left&txtsize=72&txtx=64&txty=56&txtlines=3&txtshadow=mild";

fn world() -> World {
    let mut world = World::production().route(SOURCE, file("image/jpeg", PHOTO));
    world.vars.push(("PRESETS", CARD));
    world
}

fn with_fonts(fonts: &[(&str, Vec<u8>)]) -> World {
    let mut world = world();
    let routes = fonts
        .iter()
        .map(|(path, bytes)| ((*path).to_owned(), file("font/otf", bytes.clone())));
    world.bound = Some(routes.collect());
    world
}

/// Pixels of an answer, in RGB.
fn pixels(body: &[u8]) -> (u32, Vec<[u8; 3]>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(body));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().expect("a PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut bytes).expect("a PNG");
    let channels = info.color_type.samples();
    let pixels = bytes.chunks(channels).map(|p| [p[0], p[1], p[2]]);
    (info.width, pixels.collect())
}

fn white(body: &[u8]) -> usize {
    let (_, pixels) = pixels(body);
    pixels.iter().filter(|pixel| **pixel == [255; 3]).count()
}

#[test]
fn words_are_drawn_and_are_a_part_of_the_key() {
    let world = world();
    let plain = world.get(ASK);
    let titled = world.get(&format!("{ASK}&txt=Title"));
    let large = world.get(&format!("{ASK}&txt=Title&txtsize=30"));
    assert_eq!((titled.status, large.status), (200, 200));
    assert!(titled.body != plain.body);
    assert!(white(&large.body) > white(&plain.body) + 100);
    for (query, hit) in [
        ("txt=Title", true),
        ("txt=Title&txtsize=8p&txtfont=none&txt-fit=shrink", true),
        ("txt=", true),
        ("txt=title", false),
        ("txt=Title%20", false),
        ("txt=Title&txtsize=12", false),
        ("txt=Title&txtcolor=red", false),
        ("txt=Title&txtshadow", false),
    ] {
        let got = world.get(&format!("{ASK}&{query}"));
        assert_eq!(got.header("x-cache") == "HIT", hit, "{query}");
    }
    let described = world.get(&format!("{ASK}&txt=Title&f=json").replace("&f=png", ""));
    let overlays = &described.json()["plan"]["overlays"];
    let wide = overlays[0]["width"].as_u64().expect("a layer");
    assert!((5..120).contains(&wide), "{overlays}");
}

#[test]
fn a_preset_and_a_title_make_a_card() {
    let world = world();
    let ask = "https://img.example.com/?s=https://images.example.com/photo.jpg&p=card&f=png";
    let card = world.get(&format!(
        "{ask}&txt=Une%20journ%C3%A9e%20au%20bord%20de%20l%E2%80%99eau"
    ));
    let untitled = world.get(ask);
    let blank = world.get(&format!("{ask}&txt="));
    for got in [&card, &untitled, &blank] {
        let (width, all) = pixels(&got.body);
        assert_eq!((got.status, width, all.len()), (200, 1200, 1200 * 627));
    }
    let places = |body: &[u8]| {
        let ((width, one), (_, other)) = (pixels(body), pixels(&blank.body));
        let at = (0..one.len()).filter(|at| one[*at] != other[*at]);
        let at = at.map(|at| (at as u32 % width, at as u32 / width));
        at.fold((u32::MAX, u32::MAX, 0, 0), |(l, t, r, b), (x, y)| {
            (l.min(x), t.min(y), r.max(x), b.max(y))
        })
    };
    // Within its margins, but for the blur of the shadow, and at the bottom.
    let (left, top, right, bottom) = places(&card.body);
    assert!(
        left > 50 && right < 1150 && top > 420 && bottom < 590,
        "{left} {top} {right} {bottom}"
    );
    let (_, _, short, _) = places(&untitled.body);
    assert!(short < right);
}

#[test]
fn a_font_is_from_the_origin_and_its_faults_have_its_name() {
    let mut huge = CUBIC.to_vec();
    huge.resize((8 << 20) + 1, 0);
    let world = with_fonts(&[
        ("/cubic.otf", CUBIC.to_vec()),
        ("/page.ttf", b"<html>".to_vec()),
        ("/huge.ttc", huge),
    ]);
    let ask = |query: &str| world.get(&format!("{ASK}&txtsize=30&{query}"));
    let own = ask("txt=Cg&txtfont=/cubic.otf");
    let package = ask("txt=Cg");
    assert_eq!((own.status, package.status), (200, 200));
    assert!(white(&own.body) > 20);
    let tags = |got: &letterbox_world::Got| got.header("cache-tag").split(',').count();
    assert_eq!((tags(&own), tags(&package)), (2, 1));
    for (query, status, code, said) in [
        (
            "txt=W&txtfont=/cubic.otf",
            422,
            "no-glyph",
            "the font has no glyph for 'W' (U+0057)",
        ),
        ("txt=%E6%BC%A2", 422, "no-glyph", "(U+6F22)"),
        (
            "txt=A&txtfont=/page.ttf",
            422,
            "bad-font",
            "expected a TrueType or OpenType font",
        ),
        (
            "txt=A&txtfont=/huge.ttc",
            413,
            "source-too-large",
            "txtfont",
        ),
        (
            "txt=A&txtfont=/none.ttf",
            404,
            "source-not-found",
            "txtfont",
        ),
        (
            "txt=A&txtfont=https://a.example/x.ttf",
            400,
            "bad-parameter",
            "txtfont",
        ),
        ("txt=e%CC%81", 400, "bad-parameter", "NFC"),
        (
            "txt=%D7%A9%D7%9C%D7%95%D7%9D",
            400,
            "bad-parameter",
            "left to right",
        ),
        ("txt=a%09b", 400, "bad-parameter", "txt="),
    ] {
        let got = ask(query);
        assert_eq!(got.error(), (status, code.to_owned()), "{query}");
        let message = got.json()["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(message.contains(said), "{query}: {message}");
    }
    let without = self::world().get(&format!("{ASK}&txt=A&txtfont=/cubic.otf"));
    assert_eq!(without.error(), (400, "bad-parameter".to_owned()));
}

#[test]
fn a_line_feed_ends_a_line_however_it_is_sent() {
    let world = world();
    let two = world.get(&format!("{ASK}&txt=a%0Ab"));
    let again = world.get(&format!("{ASK}&txt=a%0D%0Ab"));
    assert_eq!((two.status, again.header("x-cache")), (200, "HIT"));
    let one = world.get(&format!("{ASK}&txt=a+b"));
    assert!(one.body != two.body);
}

#[test]
fn a_signature_covers_the_words() {
    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let world = World {
        vars: vec![("SIGNING_KEYS", KEY)],
        ..World::default()
    }
    .route(SOURCE, Route::Answer(200, vec![], PHOTO.to_vec()));
    let query = "s=https://images.example.com/photo.jpg&w=120&txt=Our%20title&txtsize=12";
    let sig = Keys::parse(KEY).expect("a key").sign(query);
    let sig = sig.expect("good parameters").expect("a key");
    let at = |query: &str| world.get(&format!("https://img.example.com/?{query}&sig={sig}"));
    assert_eq!(at(query).status, 200);
    for forged in [
        query.replace("Our", "Your"),
        query.replace("size=12", "size=13"),
        format!("{query}&txtfont=/x.ttf"),
        query.replace("&txt=Our%20title", ""),
    ] {
        assert_eq!(
            at(&forged).error(),
            (403, "bad-signature".to_owned()),
            "{forged}"
        );
    }
}

/// Cards of docs/recipes.md at half their size: the preset, its sample, the words.
const CARDS: [(&str, &str, &str); 3] = [
    (
        "title",
        "launch.jpg",
        "Falcon%209%20on%20its%20pad%2C%20before%20the%20launch%20of%20DSCOVR",
    ),
    (
        "portrait",
        "portrait.jpg",
        "Eileen%20Collins%2C%20astronaut",
    ),
    (
        "cover",
        "launch.jpg",
        "%CE%95%CE%BA%CF%84%CF%8C%CE%BE%CE%B5%CF%85%CF%83%CE%B7%0A%D0%97%D0%B0%D0%BF%D1%83%D1%81%D0%BA",
    ),
];

fn decoded(file: &[u8]) -> (u16, u16, Vec<u8>) {
    let mut decoder = jpeg_decoder::Decoder::new(file);
    let pixels = decoder.decode().expect("a JPEG");
    let info = decoder.info().expect("a header");
    (info.width, info.height, pixels)
}

/// Beside the pictures of the recipes, which have been looked at: `UPDATE_GOLDEN=1` writes them.
#[test]
fn the_cards_of_the_recipes_look_as_they_did() {
    let root = letterbox_testkit::root();
    let recipes = std::fs::read_to_string(root.join("docs/recipes.md")).expect("the recipes");
    let presets = recipes
        .split("\"\"\"")
        .find(|part| part.contains("title: "));
    let presets = presets.expect("presets of cards").replace('\n', " ");
    for (preset, sample, words) in CARDS {
        let photo = std::fs::read(root.join("site/samples").join(sample)).expect("a sample");
        let mut world = World::production().route(SOURCE, file("image/jpeg", photo));
        world.vars.push(("PRESETS", presets.clone().leak()));
        let got = world.get(&format!(
            "https://img.example.com/?s={SOURCE}&p={preset}&txt={words}&dpr=0.5"
        ));
        assert_eq!(got.status, 200, "{preset}");
        let path = root.join(format!("docs/pictures/text-{preset}.jpg"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &got.body).expect("a picture");
        }
        let (width, height, is) = decoded(&got.body);
        assert_eq!((width, height), (600, 314), "{preset}");
        let (_, _, wanted) = decoded(&std::fs::read(&path).expect("a golden picture"));
        assert_eq!(is.len(), wanted.len(), "{preset}");
        let apart = is
            .iter()
            .zip(&wanted)
            .map(|(a, b)| u64::from(a.abs_diff(*b)));
        let mean = apart.sum::<u64>() as f64 / is.len() as f64;
        assert!(mean < 1.0, "{preset}: {mean} levels off");
    }
}
