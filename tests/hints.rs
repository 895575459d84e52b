//! Client hints, as a client sees them, on an in-memory platform.

use letterbox::url::hints::Hints;
use letterbox::url::signature::Keys;
use letterbox_world::{Got, World, file};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const ASK: &str = "https://img.example.com/?s=https://images.example.com/photo.jpg";
const OF_WIDTH: &str = "Sec-CH-Width, Sec-CH-DPR, Sec-CH-Viewport-Width";

fn world(vars: &[(&'static str, &'static str)]) -> World {
    let photo = file("image/jpeg", PHOTO);
    let mut world = World::production().route("https://images.example.com/photo.jpg", photo);
    world.vars.extend(vars);
    world
}

fn hints(width: &str, dpr: &str, viewport_width: &str, save_data: &str) -> Hints {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Hints {
        width: text(width),
        dpr: text(dpr),
        viewport_width: text(viewport_width),
        save_data: text(save_data),
    }
}

fn ask(world: &World, query: &str, hints: Hints) -> Got {
    world.hints.replace(hints);
    world.get(&format!("{ASK}&{query}"))
}

/// Returns the width and height of a JPEG.
fn size(got: &Got) -> (u16, u16) {
    let mut decoder = jpeg_decoder::Decoder::new(got.body.as_slice());
    decoder.read_info().expect("a JPEG");
    let info = decoder.info().expect("a header");
    (info.width, info.height)
}

#[test]
fn an_answer_by_hints_says_which_and_shares_the_entry_of_its_width() {
    let world = world(&[("HINT_WIDTHS", "80, 160, 320")]);
    let got = ask(&world, "w=auto", hints("100", "", "", ""));
    assert_eq!(
        (got.status, size(&got).0, got.header("vary")),
        (200, 160, OF_WIDTH)
    );
    for (query, sent) in [
        ("w=auto", hints("81", "3", "9999", "")),
        ("w=auto", hints("160", "", "", "on")),
        ("width=auto", hints("", "2", "80", "")),
        ("w=auto&dpr=1", hints("", "", "150", "")),
        ("h=auto&w=auto", hints("", "1.5", "100", "")),
    ] {
        let got = ask(&world, query, sent);
        assert_eq!(
            (got.header("x-cache"), got.header("vary")),
            ("HIT", OF_WIDTH)
        );
    }
    let spelled = ask(&world, "w=160&h=auto", hints("9", "", "", ""));
    assert_eq!(
        (spelled.header("x-cache"), spelled.header("vary")),
        ("HIT", "")
    );
    assert_eq!(world.fetches(), 1);
    let wide = ask(&world, "w=auto", hints("5000", "", "", ""));
    assert_eq!(size(&wide).0, 320);
    let boxed = ask(&world, "w=auto&h=50&fit=cover", hints("70", "", "", ""));
    assert_eq!(size(&boxed), (80, 50));
    let with_auto = ask(&world, "w=auto&f=auto", hints("70", "", "", ""));
    assert_eq!(with_auto.header("vary"), format!("Accept, {OF_WIDTH}"));
    let error = ask(&world, "w=auto&page=9", hints("70", "", "", ""));
    assert_eq!((error.status, error.header("vary")), (422, OF_WIDTH));
}

#[test]
fn a_client_without_hints_gets_what_it_always_got() {
    let (heeding, plain) = (world(&[("HINT_WIDTHS", "80,160")]), world(&[]));
    for (query, sent) in [
        ("w=auto&h=90", hints("", "", "", "")),
        ("w=auto&h=90", hints("", "2", "", "")),
        ("w=auto&h=90", hints("x", "", "-1", "")),
    ] {
        let got = ask(&heeding, query, sent);
        assert_eq!(got.header("vary"), OF_WIDTH);
        assert!(got.body == ask(&plain, query, Hints::default()).body);
    }
}

#[test]
fn without_the_settings_no_hint_changes_an_answer() {
    let world = world(&[]);
    ask(&world, "w=auto&h=90", Hints::default());
    for sent in [hints("100", "2", "50", "on"), hints("9", "", "", "on")] {
        let got = ask(&world, "w=auto&h=90", sent);
        assert_eq!((got.header("x-cache"), got.header("vary")), ("HIT", ""));
    }
}

#[test]
fn who_saves_data_gets_less_unless_the_address_says_how_much() {
    let world = world(&[("SAVE_DATA_QUALITY", "30")]);
    let got = |query: &str, on: &str| {
        let got = ask(&world, query, hints("", "", "", on));
        assert_eq!(got.status, 200);
        (got.header("vary").to_owned(), got.body)
    };
    let (vary, plain) = got("w=200", "");
    let (also, saved) = got("w=200", "on");
    assert_eq!((vary.as_str(), also.as_str()), ("Save-Data", "Save-Data"));
    assert!(
        saved.len() * 3 < plain.len() * 2,
        "{} {}",
        saved.len(),
        plain.len()
    );
    assert!(got("w=200&q=30", "") == (String::new(), saved.clone()));
    assert!(got("w=200&q=80", "on") == (String::new(), plain));
    let lossless = got("w=200&f=png", "");
    assert!(got("w=200&f=png", "on").1 == lossless.1);
}

#[test]
fn ten_thousand_hints_make_as_many_entries_as_there_are_widths() {
    let vars = [("HINT_WIDTHS", "20,40,60"), ("SAVE_DATA_QUALITY", "30")];
    let world = world(&vars);
    for number in 0..10_000_u32 {
        let (width, dpr) = (number.to_string(), format!("{}.{}", number % 9, number % 7));
        let (on, window) = (["", "on"][number as usize % 2], (number * 7).to_string());
        let sent = match number % 3 {
            0 => hints(&width, &dpr, &window, on),
            1 => hints("", &dpr, &window, on),
            _ => hints(&format!("{width};x=\u{e9}&w=5"), &dpr, "", on),
        };
        assert_eq!(ask(&world, "w=auto", sent).status, 200);
    }
    assert_eq!(world.stored.borrow().len(), 8);
    let keys: String = world.stored.borrow().keys().cloned().collect();
    assert!(!keys.contains("x%3D") && !keys.contains('\u{e9}'));
}

#[test]
fn cloudflares_words_for_hints_are_heeded_where_hints_are() {
    let vars = [("HINT_WIDTHS", "80,160"), ("DIALECTS", "/img/=cloudflare")];
    let world = world(&vars);
    let get = |options: &str, sent: Hints| {
        world.hints.replace(sent);
        let source = "https://images.example.com/photo.jpg";
        world.get(&format!("https://img.example.com/img/{options}/{source}"))
    };
    for options in ["width=auto", "w=auto,dpr=2"] {
        let got = get(options, hints("100", "", "", ""));
        assert_eq!(
            (size(&got).0, got.header("vary")),
            (160, OF_WIDTH),
            "{options}"
        );
    }
    let own = get("width=auto", Hints::default());
    assert_eq!((size(&own).0 > 160, own.header("vary")), (true, OF_WIDTH));
    let saved = get("width=80,scq=20", hints("", "", "", "on"));
    let plain = get("width=80,scq=20", Hints::default());
    assert_eq!(
        (saved.header("vary"), plain.header("vary")),
        ("Save-Data", "Save-Data")
    );
    assert!(saved.body == get("width=80,quality=20", Hints::default()).body);
    assert!(plain.body == get("width=80", Hints::default()).body);
    assert_eq!(get("width=80,scq=x", Hints::default()).status, 400);
    let unheeding = self::world(&vars[1..]);
    unheeding.hints.replace(hints("100", "", "", ""));
    let got = unheeding
        .get("https://img.example.com/img/width=auto/https://images.example.com/photo.jpg");
    assert_eq!((got.header("vary"), got.body == own.body), ("", true));
}

#[test]
fn a_signed_list_and_a_ladder_hold_for_hints_too() {
    let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let signed = world(&[("HINT_WIDTHS", "80,160,320"), ("SIGNING_KEYS", hex)]);
    let query = "s=https://images.example.com/photo.jpg&widths=50,100,200";
    let keys = Keys::parse(hex).expect("a key");
    let sig = keys.sign(query).expect("good").expect("a key");
    for (width, wanted) in [("40", 50), ("60", 100), ("999", 200)] {
        signed.hints.replace(hints(width, "", "", ""));
        let got = signed.get(&format!(
            "https://img.example.com/?{query}&w=auto&dpr=2&sig={sig}"
        ));
        assert_eq!((got.status, size(&got).0), (200, wanted), "{width}");
    }
    let ladder = world(&[("HINT_WIDTHS", "80,160"), ("WIDTH_LADDER", "100,200")]);
    let got = ask(&ladder, "w=auto", hints("60", "", "", ""));
    assert_eq!(size(&got).0, 100);
    for bad in ["160,80", "0", "5000", "x"] {
        let got = ask(&world(&[("HINT_WIDTHS", bad)]), "w=auto", Hints::default());
        assert_eq!(got.error(), (503, "not-configured".to_owned()), "{bad}");
    }
}
