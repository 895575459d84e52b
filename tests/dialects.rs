//! URLs of other services, answered at the prefixes of `DIALECTS`: pictures, header fields, errors,
//! and the cache entries that they share with native URLs.

mod support;

use http::Method;
use letterbox::config::Config;
use letterbox::dialect::{Call, Dialect, Options, Refusal, Translation};
use letterbox_engine::Pipeline;
use letterbox_engine::transform::{Format, FormatSet, Target};
use support::{World, file, status};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// All dialects at their usual places, a photo on the origin and one on a listed host.
fn world() -> World {
    let world = World {
        vars: vec![
            ("ALLOWED_SOURCES", "images.example.com"),
            ("ORIGIN", "https://www.example.com"),
            (
                "DIALECTS",
                "/_next/image=next, /_vercel/image=vercel, /.netlify/images=netlify, /_ipx/=ipx, \
                 /img/=cloudflare, /wsrv=wsrv",
            ),
        ],
        ..World::default()
    };
    world
        .guests
        .0
        .set(FormatSet::of(&[Format::WebP, Format::Avif]));
    world
        .route(
            "https://www.example.com/photo.jpg",
            file("image/jpeg", PHOTO),
        )
        .route(
            "https://images.example.com/photo.jpg",
            file("image/jpeg", PHOTO),
        )
        .route(
            "https://images.example.com/text",
            file("text/plain", "no picture"),
        )
        .route("https://images.example.com/down", status(503))
        .route("https://images.example.com/gone", status(404))
}

fn at(path: &str) -> String {
    format!("https://img.example.com{path}")
}

#[test]
fn a_picture_of_a_dialect_is_the_native_one_in_the_same_cache_entry() {
    for (theirs, ours) in [
        (
            "/_next/image?url=%2Fphoto.jpg&w=640&q=75",
            "/?s=/photo.jpg&w=640&h=auto&fit=inside&we&f=auto&maxage=14400&q=75",
        ),
        (
            "/_vercel/image?url=%2Fphoto.jpg&w=640&q=75",
            "/?s=/photo.jpg&w=640&h=auto&fit=inside&we&f=auto&maxage=14400&q=75",
        ),
        (
            "/.netlify/images?url=photo.jpg&w=100",
            "/?s=/photo.jpg&w=100&h=auto&fit=inside&we&f=auto&q=75",
        ),
        (
            "/_ipx/s_100x50,enlarge/photo.jpg",
            "/?s=/photo.jpg&w=100&h=50&fit=cover&n=1&or=0&bg=black",
        ),
        (
            "/_ipx/s_100x50,enlarge,position_attention/photo.jpg",
            "/?s=/photo.jpg&w=100&h=50&fit=cover&a=attention&n=1&or=0&bg=black",
        ),
        (
            "/img/width=100,height=50,fit=pad,gravity=auto,quality=70/photo.jpg",
            "/?s=/photo.jpg&w=100&h=50&a=attention&q=70",
        ),
        (
            "/img/width=100,height=50,fit=pad,quality=70/photo.jpg",
            "/?s=/photo.jpg&w=100&h=50&q=70",
        ),
        (
            "/img/w=100/https://images.example.com/photo.jpg",
            "/?s=https://images.example.com/photo.jpg&w=100&h=auto&fit=inside&we&q=85",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=100&h=50&fit=cover&w=3&q=0",
            "/?s=https://images.example.com/photo.jpg&w=100&h=50&fit=cover&n=1",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=90&mod=1.2,0.5,90&sharp=0.5,3,2&blur=0.1",
            "/?s=https://images.example.com/photo.jpg&w=90&h=auto&fit=inside&mod=1.2,0.5,90&sharp=2,0.5,3&blur&n=1",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=90&sat=20000&hue=-450&sharp=11&blur=900&gam=9",
            "/?s=https://images.example.com/photo.jpg&w=90&h=auto&fit=inside&hue=-90&sharp&blur=250&gam=2.2&n=1",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=90&sat=50&mod=3,0.5&sharp=0.1&sharpf=-1",
            "/?s=https://images.example.com/photo.jpg&w=90&h=auto&fit=inside&mod=3,10,0&sharp=0.3&n=1",
        ),
        (
            "/img/w=90,brightness=1.5,blur=250/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&we&mod=1.5&blur=125&q=85",
        ),
        (
            "/_ipx/w_90,median_5,normalize,threshold_100,brightness_1.2/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&we&n=1&or=0&bg=black&median=5&normalise&threshold=100&mod=1.2",
        ),
    ] {
        let world = world();
        let native = world.get(&at(ours));
        assert_eq!(native.status, 200, "{ours}");
        let fetches = world.fetches();
        let got = world.get(&at(theirs));
        assert_eq!(
            (got.status, got.header("x-cache")),
            (200, "HIT"),
            "{theirs}"
        );
        assert_eq!(got.body, native.body, "{theirs}");
        assert_eq!(world.fetches(), fetches, "{theirs}");
    }
}

#[test]
fn next_answers_have_the_fields_of_next() {
    let world = world();
    *world.accept.borrow_mut() = Some("image/avif,image/webp,*/*".to_owned());
    let asked = at("/_next/image?url=https%3A%2F%2Fimages.example.com%2Fphoto.jpg&w=640&q=75");
    let got = world.get(&asked);
    for (name, value) in [
        ("content-type", "image/webp"),
        ("vary", "Accept"),
        ("cache-control", "public, max-age=14400, must-revalidate"),
        ("content-disposition", "attachment; filename=\"photo.webp\""),
        ("x-nextjs-cache", "MISS"),
    ] {
        assert_eq!(got.header(name), value, "{name}");
    }
    let again = world.get(&asked);
    assert_eq!(again.header("x-nextjs-cache"), "HIT");
    assert_eq!(
        again.header("cache-control"),
        "public, max-age=14400, must-revalidate"
    );
    let head = world.send(Method::HEAD, &asked);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), got.header("content-length"));
}

#[test]
fn errors_have_the_shape_of_the_dialect_and_the_code_of_the_service() {
    let world = world();
    for (path, status, body, code) in [
        (
            "/_next/image?url=%2Fphoto.jpg&w=641&q=75",
            400,
            "\"w\" parameter (width) of 641 is not allowed",
            "bad-parameter",
        ),
        (
            "/_next/image?url=https://evil.example/x.jpg&w=640&q=75",
            400,
            "\"url\" parameter is not allowed",
            "source-not-allowed",
        ),
        (
            "/_next/image?url=https://images.example.com/text&w=640&q=75",
            400,
            "The requested resource isn't a valid image.",
            "unsupported-format",
        ),
        (
            "/_next/image?url=https://images.example.com/down&w=640&q=75",
            503,
            "\"url\" parameter is valid but upstream response is invalid",
            "origin-error",
        ),
        (
            "/_next/image?url=https://images.example.com/gone&w=640&q=75",
            404,
            "\"url\" parameter is valid but upstream response is invalid",
            "source-not-found",
        ),
        (
            "/_vercel/image?url=https://images.example.com/gone&w=640&q=75",
            502,
            "OPTIMIZED_EXTERNAL_IMAGE_REQUEST_INVALID",
            "source-not-found",
        ),
        (
            "/_vercel/image?url=%2Fphoto.jpg&w=640&q=0",
            400,
            "INVALID_IMAGE_OPTIMIZE_REQUEST",
            "bad-parameter",
        ),
        (
            "/.netlify/images?w=5",
            400,
            "url is missing",
            "bad-parameter",
        ),
        (
            "/.netlify/images?url=https://evil.example/x&w=5",
            403,
            "ALLOWED_SOURCES",
            "source-not-allowed",
        ),
    ] {
        for _ in 0..2 {
            let got = world.get(&at(path));
            let text = String::from_utf8(got.body.clone()).expect("text");
            assert_eq!(got.status, status, "{path}: {text}");
            assert!(text.contains(body), "{path}: {text}");
            let ours = got.header("cache-status");
            assert!(
                ours.contains(&format!("detail={code}")) || ours.contains("; hit"),
                "{path}: {ours}"
            );
            assert_eq!(got.header("content-length"), got.body.len().to_string());
        }
    }
    let posted = world.send(Method::POST, &at("/.netlify/images?url=photo.jpg"));
    assert_eq!(
        (posted.status, posted.header("allow")),
        (405, "GET, HEAD, OPTIONS")
    );
    assert_eq!(posted.header("content-type"), "text/plain; charset=utf-8");
}

#[test]
fn a_dialect_without_a_signature_is_closed_where_urls_are_signed() {
    let mut world = world();
    world.vars.push(("SIGNING_KEYS", KEY));
    let got = world.get(&at("/.netlify/images?url=photo.jpg&w=100"));
    assert_eq!(got.status, 403);
    assert!(got.header("cache-status").contains("bad-signature"));
    assert_eq!(world.fetches(), 0);
}

#[test]
fn a_prefix_that_is_not_mounted_is_the_origins() {
    let world = world().route(
        "https://www.example.com/_next/imageX?url=/photo.jpg",
        file("text/html", "page"),
    );
    let got = world.get(&at("/_next/imageX?url=/photo.jpg"));
    assert!(got.passed && got.body == b"page");
}

#[test]
fn a_failed_request_is_sent_to_its_fallback_and_nowhere_else() {
    let world = world();
    for (path, wanted) in [
        (
            "/wsrv?url=images.example.com/gone&default=images.example.com/photo.jpg",
            "https://images.example.com/photo.jpg",
        ),
        (
            "/wsrv?url=images.example.com/gone&default=1",
            "https://images.example.com/gone",
        ),
        (
            "/wsrv?url=images.example.com/gone&default=evil.example/x",
            "",
        ),
        (
            "/img/w=5,onerror=redirect/https://images.example.com/text",
            "https://images.example.com/text",
        ),
    ] {
        let got = world.get(&at(path));
        assert_eq!(got.header("location"), wanted, "{path}");
        assert_eq!(
            got.status,
            if wanted.is_empty() { 404 } else { 302 },
            "{path}"
        );
    }
}

#[test]
fn errors_of_cloudflare_and_answers_of_wsrv_have_fields_of_their_own() {
    let world = world();
    let failed = world.get(&at("/img/width=x/photo.jpg"));
    assert_eq!(failed.header("cf-resized"), "err=9401");
    let got = world.get(&at(
        "/wsrv?url=images.example.com/photo.jpg&w=9&filename=a-b.c&maxage=2w",
    ));
    assert_eq!(
        got.header("link"),
        "<https://images.example.com/photo.jpg>; rel=\"canonical\""
    );
    assert_eq!(
        got.header("content-disposition"),
        "inline; filename=\"a-b.c.jpg\""
    );
    assert_eq!(got.header("cache-control"), "public, max-age=1209600");
}

/// Sizes of other services' public tests: `peer source options size`, a line each.
const SIZES: &str = include_str!("vectors/dialect-sizes.txt");

/// Returns a PNG of one colour and of this size.
fn plain(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let rows = vec![0; width.div_ceil(8) as usize * height as usize];
    let mut writer = encoder.write_header().expect("a size");
    writer.write_image_data(&rows).expect("all rows");
    writer.finish().expect("an end");
    bytes
}

/// Plans a URL of a dialect for a source of a size, and returns the size of the answer.
fn planned(dialect: Dialect, path: &str, query: &str, source: &[u8]) -> (u32, u32) {
    let config = Config::default();
    let asked = read(dialect, path, query).expect(path).asked;
    let mut asked = letterbox::url::admit(asked, &config.url_defaults()).expect("within limits");
    asked.transform.target = Target::Json;
    let mut pipeline = Pipeline::new(&asked.transform, &config.limits);
    pipeline.push(source).expect("a PNG");
    let canvas = pipeline.finish(&|| 0.0).expect("a plan").plan.canvas;
    (canvas.width, canvas.height)
}

fn read(dialect: Dialect, path: &str, query: &str) -> Result<Translation, Refusal> {
    let call = Call {
        path,
        whole_path: path,
        query,
        accept: None,
        user_agent: None,
        offer: FormatSet::of(&[Format::WebP, Format::Avif]),
        now_secs: 1_700_000_000,
    };
    dialect.read(&call, &Options::default())
}

fn size(text: &str) -> (u32, u32) {
    let (width, height) = text.split_once('x').expect("a size");
    (
        width.parse().expect("columns"),
        height.parse().expect("rows"),
    )
}

#[test]
fn sizes_are_those_of_the_other_services_own_tests() {
    let (mut wrong, mut passed) = (Vec::new(), 0);
    for line in SIZES.lines() {
        let [peer, source, options, wanted] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let (width, height) = size(source);
        let (dialect, path, query) = match peer {
            "weserv" => (
                Dialect::Wsrv,
                String::new(),
                format!("url=a.example/x&{options}"),
            ),
            "cloudflare" => (
                Dialect::Cloudflare,
                format!("{options}/x.png"),
                String::new(),
            ),
            _ => continue,
        };
        let got = planned(dialect, &path, &query, &plain(width, height));
        match got == size(wanted) {
            true => passed += 1,
            false => wrong.push(format!("{line}: {}x{}", got.0, got.1)),
        }
    }
    assert!(
        wrong.is_empty(),
        "{passed} passed, not these:\n{}",
        wrong.join("\n")
    );
    eprintln!("{passed} of {}", SIZES.lines().count());
}
