//! Pictures that are laid over an answer, as a client sees them, on an in-memory platform.

use letterbox::url::signature::Keys;
use letterbox_world::{Route, World, file, redirect, status};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const SOURCE: &str = "https://images.example.com/photo.jpg";
const MARK: &str = "https://images.example.com/logo.png";
const ASK: &str = "https://img.example.com/?s=https://images.example.com/photo.jpg&w=60&h=40&fit=cover&f=png&wm=https://images.example.com/logo.png";

/// A square of one colour.
fn square(side: u32, rgba: [u8; 4]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().expect("a writer");
    let pixels = rgba.repeat((side * side) as usize);
    writer.write_image_data(&pixels).expect("pixels");
    drop(writer);
    file
}

fn red(side: u32) -> Vec<u8> {
    square(side, [255, 0, 0, 255])
}

fn world_with(mark: Route) -> World {
    World::production()
        .route(SOURCE, file("image/jpeg", PHOTO))
        .route(MARK, mark)
}

fn with_mark() -> World {
    world_with(file("image/png", red(8)))
}

/// Returns an answer's pixels, in RGB.
fn pixels(body: &[u8]) -> (u32, Vec<[u8; 3]>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(body));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().expect("a PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut bytes).expect("a PNG");
    let channels = info.line_size / info.width as usize;
    let pixels = bytes.chunks(channels).map(|p| [p[0], p[1], p[2]]);
    (info.width, pixels.collect())
}

fn with_headers(headers: &[(&'static str, &str)], body: Vec<u8>) -> Route {
    let headers = headers
        .iter()
        .map(|(name, text)| (*name, (*text).to_owned()));
    Route::Answer(200, headers.collect(), body)
}

#[test]
fn a_mark_lies_on_the_answer_which_has_a_key_and_tags_of_both_sources() {
    let world = with_mark();
    let got = world.get(ASK);
    assert_eq!((got.status, got.header("content-type")), (200, "image/png"));
    let (width, made) = pixels(&got.body);
    let at = |x: u32, y: u32| made[(y * width + x) as usize];
    assert_eq!(at(26, 16), [255, 0, 0]);
    assert_eq!(at(33, 23), [255, 0, 0]);
    assert_ne!(at(25, 16), [255, 0, 0]);
    assert_ne!(at(34, 23), [255, 0, 0]);
    assert_eq!(*world.fetched.borrow(), [SOURCE, MARK]);
    let alone = |s: &str| {
        let got = world.get(&format!("https://img.example.com/?s={s}"));
        got.header("cache-tag").to_owned()
    };
    let tags = format!("{},{}", alone(SOURCE), alone(MARK));
    assert_eq!(got.header("cache-tag"), tags);
    assert_eq!(world.get(ASK).header("x-cache"), "HIT");
    assert_eq!(world.get(ASK).header("cache-tag"), tags);
    for other in [
        "wmx=1",
        "wmopacity=50",
        "wmb=/x",
        "wmscale=50p",
        "wmtile",
        "wmpos=top",
    ] {
        let got = world.get(&format!("{ASK}&{other}"));
        assert_ne!(got.header("x-cache"), "HIT", "{other}");
    }
    // A picture over itself has one tag.
    let itself = format!("https://img.example.com/?s={MARK}&wm={MARK}");
    assert_eq!(world.get(&itself).header("cache-tag"), alone(MARK));
}

#[test]
fn a_mark_has_a_name_or_a_path_on_the_origin() {
    let mut world = with_mark();
    world.vars.push((
        "OVERLAYS",
        "logo: https://images.example.com/logo.png; own: /own.png",
    ));
    let own = [("/own.png".to_owned(), file("image/png", red(8)))];
    world.bound = Some(own.into_iter().collect());
    let spelled = world.get(ASK);
    let ask = ASK.split("&wm=").next().expect("a beginning");
    let named = world.get(&format!("{ask}&wm=logo"));
    assert_eq!(named.header("x-cache"), "HIT");
    for own in ["own", "/own.png"] {
        let bound = world.get(&format!("{ask}&wm={own}"));
        assert_eq!((bound.status, bound.body == spelled.body), (200, true));
    }
    let got = world.get(&format!("{ask}&wm2=lgoo"));
    assert_eq!(got.error(), (400, "bad-parameter".to_owned()));
    let said = got.json()["message"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(
        said.contains("wmb=lgoo is not") && said.ends_with("one of logo, own"),
        "{said}"
    );
}

#[test]
fn an_overlay_lies_where_a_source_may_and_nothing_is_fetched_otherwise() {
    let world = with_mark();
    for (host, status, code) in [
        (
            "https://evil.example.com/logo.png",
            403,
            "source-not-allowed",
        ),
        ("https://127.0.0.1/logo.png", 403, "source-not-allowed"),
        (
            "https://images.example.com.evil.com/a",
            403,
            "source-not-allowed",
        ),
        ("http://images.example.com/logo.png", 400, "bad-parameter"),
    ] {
        for param in ["wm", "wm3"] {
            let ask = format!("https://img.example.com/?s={SOURCE}&{param}={host}");
            let got = world.get(&ask);
            assert_eq!(got.error(), (status, code.to_owned()), "{param}={host}");
            let said = got.json()["message"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let name = if param == "wm" { "wm" } else { "wmc" };
            assert!(
                said.starts_with(name) && !said.contains("example"),
                "{said}"
            );
        }
    }
    assert_eq!(world.fetches(), 0);
}

#[test]
fn an_overlay_that_fails_is_an_error_that_names_it_and_no_picture() {
    let elsewhere = redirect("https://evil.example.com/logo.png");
    let broken = Route::Broken(red(200));
    for (mark, status, code, said) in [
        (
            status(404),
            404,
            "source-not-found",
            "wm: the source answered 404",
        ),
        (status(403), 502, "origin-denied", "wm: the source refused"),
        (
            status(500),
            502,
            "origin-error",
            "wm: the source answered 500",
        ),
        (
            elsewhere,
            502,
            "redirect-refused",
            "wm: the source redirects",
        ),
        (broken, 502, "origin-truncated", "wm: "),
        (
            file("text/html", *b"<p>"),
            415,
            "unsupported-format",
            "wm: ",
        ),
        (
            file("image/png", red(8)[..60].to_vec()),
            422,
            "corrupt-image",
            "wm: ",
        ),
    ] {
        let world = world_with(mark);
        let got = world.get(ASK);
        assert_eq!(got.error(), (status, code.to_owned()), "{said}");
        let message = got.json()["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(message.starts_with(said), "{message}");
        assert!(world.stored.borrow().is_empty(), "{said}");
    }
    let missing = World::production().route(MARK, file("image/png", red(8)));
    let missing = missing.route(SOURCE, status(404)).get(ASK);
    let message = missing.json()["message"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert_eq!(message, "the source answered 404");
    let outside = with_mark().get(&format!("{ASK}&wmx=-50"));
    assert_eq!(outside.error(), (422, "overlay-outside".to_owned()));
}

#[test]
fn an_old_answer_is_better_than_an_overlay_that_fails_for_now() {
    let mut world = with_mark();
    world.vars.push(("CACHE_TTL", "60"));
    let made = world.get(ASK);
    world.now_ms.set(world.now_ms.get() + 61_000.0);
    world.routes.insert(MARK.to_owned(), status(500));
    let stale = world.get(ASK);
    assert_eq!((stale.status, stale.body == made.body), (200, true));
    world.routes.insert(MARK.to_owned(), status(404));
    assert_eq!(world.get(ASK).status, 404);
}

#[test]
fn an_answer_is_as_fresh_as_the_least_fresh_of_its_sources() {
    let lifetime = |photo: &str, mark: &str| {
        let mut world = World::production()
            .route(
                SOURCE,
                with_headers(&[("cache-control", photo)], PHOTO.to_vec()),
            )
            .route(MARK, with_headers(&[("cache-control", mark)], red(8)));
        world.vars.push(("FRESHNESS", "origin"));
        let got = world.get(ASK);
        let is_stored = !world.stored.borrow().is_empty();
        (got.header("cache-control").to_owned(), is_stored)
    };
    let public = |secs: u32| (format!("public, max-age={secs}"), true);
    assert_eq!(lifetime("max-age=500", "max-age=70"), public(70));
    assert_eq!(lifetime("max-age=70", "max-age=500"), public(70));
    let private = ("private, no-store".to_owned(), false);
    assert_eq!(lifetime("max-age=500", "private"), private);
    assert_eq!(lifetime("no-store", "max-age=500"), private);
}

#[test]
fn the_tag_of_a_source_does_not_hide_that_its_overlay_has_changed() {
    let photo = with_headers(&[("etag", "\"same\"")], PHOTO.to_vec());
    let mut world = World::production()
        .route(SOURCE, photo)
        .route(MARK, with_headers(&[("etag", "\"same\"")], red(8)));
    world.vars.push(("CACHE_TTL", "60"));
    let tag = world.get(ASK).header("etag").to_owned();
    world.now_ms.set(world.now_ms.get() + 61_000.0);
    *world.if_none_match.borrow_mut() = Some(tag.clone());
    assert_eq!(world.get(ASK).status, 304);
    world.now_ms.set(world.now_ms.get() + 61_000.0);
    let blue = file("image/png", square(8, [0, 0, 255, 255]));
    world.routes.insert(MARK.to_owned(), blue);
    let changed = world.get(ASK);
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), tag);
}

#[test]
fn a_signature_holds_the_overlays() {
    const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    let mut world = with_mark();
    world.vars.push(("SIGNING_KEYS", KEY));
    let query = format!("s={SOURCE}&w=60&wm={MARK}&wm2={MARK}&wmx2=20");
    let sig = Keys::parse(KEY).expect("a key").sign(&query);
    let sig = sig.expect("good parameters").expect("a key");
    let signed = format!("{query}&sig={sig}");
    let ask = format!("https://img.example.com/?{signed}");
    assert_eq!(world.get(&ask).status, 200);
    for (old, new) in [
        ("wmx2=20", "wmx2=21"),
        ("&wm2=", "&wm3="),
        ("w=60", "w=60&wmtile"),
    ] {
        let forged = world.get(&ask.replace(old, new));
        assert_eq!(forged.error(), (403, "bad-signature".to_owned()), "{new}");
    }
}

#[test]
fn a_description_plans_the_overlays_and_a_placeholder_is_of_the_source_alone() {
    let world = with_mark();
    let ask = ASK.replace("f=png", "f=json");
    let told = world.get(&ask).json();
    let overlays = &told["plan"]["overlays"];
    assert_eq!(
        overlays.to_string(),
        r#"[{"height":8,"width":8,"x":26,"y":16}]"#
    );
    assert_eq!(world.fetches(), 2);
    let placeholder = world.get(&ASK.replace("f=png", "f=thumbhash"));
    assert_eq!(placeholder.status, 200);
    assert_eq!(world.fetches(), 3);
}

#[test]
fn an_overlay_that_takes_too_long_ends_with_the_request() {
    let got = world_with(Route::Silent).get(ASK);
    assert_eq!(got.error(), (504, "origin-timeout".to_owned()));
    let message = got.json()["message"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert_eq!(message, "wm: the source took too long");
}

#[test]
fn settings_whose_overlays_could_not_be_fetched_serve_nothing() {
    let problem = |vars: &[(&str, &str)]| {
        letterbox::config::Config::from_pairs(vars.iter().copied())
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    let allowed = ("ALLOWED_SOURCES", "images.example.com");
    let with = |overlays| problem(&[allowed, ("OVERLAYS", overlays)]);
    assert_eq!(
        with("logo: https://images.example.com/logo.png; own: /own.png"),
        ""
    );
    let elsewhere = with("logo: https://cdn.example.com/logo.png");
    let wanted = "OVERLAYS is wrong: the host of logo is not among ALLOWED_SOURCES";
    assert_eq!(elsewhere, wanted);
    assert!(with("logo: http://images.example.com/x").contains("logo is not"));
    let unknown = problem(&[allowed, ("PRESETS", "brand: wm=logo")]);
    assert!(unknown.contains("in brand, wm=logo is not"), "{unknown}");
}
