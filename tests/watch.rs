//! Figures for an operator: data points, health, and the share of the log.

use http::Method;
use letterbox::metrics::{NUMBERS, Point, WORDS};
use letterbox_world::{World, file, status};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");

fn world() -> World {
    World::production()
        .route(
            "https://images.example.com/photo.jpg",
            file("image/jpeg", PHOTO),
        )
        .route("https://images.example.com/gone.jpg", status(404))
}

fn word<'p>(point: &'p Point, name: &str) -> &'p str {
    let at = WORDS.iter().position(|word| *word == name).expect(name);
    &point.words[at]
}

fn number(point: &Point, name: &str) -> f64 {
    let at = NUMBERS.iter().position(|number| *number == name);
    point.numbers[at.expect(name)]
}

const SMALL: &str = "https://img.example.com/?s=https://images.example.com/photo.jpg&w=90&h=60";

#[test]
fn every_request_is_a_point_with_its_figures_and_without_a_name() {
    let world = world();
    let made = world.get(SMALL);
    world.get(SMALL);
    world.get("https://img.example.com/?s=https://images.example.com/gone.jpg&w=90");
    world.get("https://img.example.com/?s=https://images.example.com/photo.jpg&w=secret");
    let points = world.points.borrow();
    let ways: Vec<_> = points
        .iter()
        .map(|point| {
            (
                word(point, "way"),
                word(point, "code"),
                number(point, "status"),
            )
        })
        .collect();
    assert_eq!(
        ways,
        [
            ("transform", "ok", 200.0),
            ("hit", "ok", 200.0),
            ("transform", "source-not-found", 404.0),
            ("", "bad-parameter", 400.0),
        ]
    );
    let [first, hit, gone, bad] = &points[..] else {
        panic!("{} points", points.len());
    };
    for (name, wanted) in [
        ("bytes", made.body.len() as f64),
        ("source_bytes", PHOTO.len() as f64),
        ("width", 90.0),
        ("height", 60.0),
        ("source_width", 1200.0), // as it is stored, on its side
        ("source_height", 1800.0),
    ] {
        assert!((number(first, name) - wanted).abs() < 0.5, "{name}");
    }
    assert!(number(first, "peak_bytes") > 0.0 && number(first, "decoded_pixels") > 0.0);
    assert_eq!(
        (word(first, "format"), word(first, "source_format")),
        ("jpg", "jpg")
    );
    assert_eq!(word(hit, "format"), "jpg");
    assert_eq!(first.host.len(), 16);
    assert!([hit, gone].iter().all(|point| point.host == first.host));
    assert_eq!(bad.host, "");
    let all = format!("{points:?}");
    for name in ["example", "photo", "secret"] {
        assert!(!all.contains(name), "{name}: {all}");
    }
}

#[test]
fn a_monitor_is_told_whether_the_configuration_is_served_with() {
    let path = "https://img.example.com/.letterbox/health";
    let good = world().get(path);
    assert_eq!(
        (good.status, good.json()["status"].as_str()),
        (200, Some("ok"))
    );
    assert_eq!(good.header("cache-control"), "no-store");
    let world = World {
        vars: vec![("ALLOWED_SOURCES", "se cret.example")],
        ..World::default()
    };
    let bad = world.get(path);
    assert_eq!(bad.status, 503);
    assert_eq!(
        bad.json(),
        serde_json::json!({ "status": "not-configured" })
    );
    assert_eq!(world.send(Method::HEAD, path).body.len(), 0);
    assert_eq!(world.fetches(), 0);
}

#[test]
fn a_share_of_the_lines_is_written_and_those_of_errors_all_are() {
    let lines = |share: &'static str, url: &str| {
        let mut world = world();
        world.vars.push(("LOG_SAMPLE", share));
        for at in 0..200 {
            *world.id.borrow_mut() = format!("8f{:06x}{at:04x}-FRA", at * 7919);
            world.get(url);
        }
        let lines = world.lines.borrow().len();
        assert_eq!(world.points.borrow().len(), 200);
        lines
    };
    let bad = "https://img.example.com/?s=https://images.example.com/photo.jpg&w=x";
    assert_eq!(lines("1", SMALL), 200);
    assert_eq!(lines("0", SMALL), 0);
    assert_eq!(lines("0", bad), 200);
    let some = lines("0.25", SMALL);
    assert!((30..=70).contains(&some), "{some} of 200");
}
