//! Named origins, and sources that need a key, as a client sees them, on an in-memory platform.

use letterbox_world::{Route, World, file, redirect};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const SECRETS: &str = r#"{"images.example.com": {"Authorization": "Bearer hush", "User-Agent": "ours (me@example.com)"},
    "marks.example.com": {"Referer": "https://hush.example/"}}"#;

fn photo() -> Route {
    file("image/jpeg", PHOTO)
}

fn world(vars: &[(&'static str, &'static str)], routes: &[(&str, Route)]) -> World {
    let mut world = World {
        vars: vars.to_vec(),
        ..World::default()
    };
    for (url, route) in routes {
        world.routes.insert((*url).to_owned(), route.clone());
    }
    world
}

/// Header fields of the fetches of a world, one of them by its name.
fn sent(world: &World, name: &str) -> Vec<String> {
    let sent = world.sent.borrow();
    let text = |fields: &http::HeaderMap| {
        let value = fields.get(name).map(|value| value.to_str().expect("ASCII"));
        value.unwrap_or("-").to_owned()
    };
    sent.iter().map(text).collect()
}

#[test]
fn a_named_source_is_allowed_and_shares_the_entry_of_its_url() {
    let vars = [("SOURCES", "shop: https://images.shop.example/a/")];
    let world = world(&vars, &[("https://images.shop.example/a/b.jpg", photo())]);
    let ask = "https://img.example.com/?w=60&s=";
    let got = world.get(&format!("{ask}shop:/b.jpg"));
    assert_eq!((got.status, got.header("x-cache")), (200, "MISS"));
    for same in [
        "https://images.shop.example/a/b.jpg",
        "shop:/x/../b.jpg",
        "shop:/../b.jpg",
    ] {
        assert_eq!(world.get(&format!("{ask}{same}")).header("x-cache"), "HIT");
    }
    for (other, status) in [
        ("https://images.shop.example/b.jpg", 403),
        ("https://images.example.com/b.jpg", 403),
        ("shop:/%2e%2e%2fb.jpg", 403),
        ("shop:/..%5Cb.jpg", 403),
        ("shop:b.jpg", 400),
        ("shop://b.jpg", 400),
        ("cdn:/b.jpg", 400),
    ] {
        let other = other.replace('%', "%25");
        assert_eq!(
            world.get(&format!("{ask}{other}")).status,
            status,
            "{other}"
        );
    }
    assert_eq!(world.fetches(), 1);
}

#[test]
fn a_key_is_sent_to_its_host_and_to_no_other_nor_back_again() {
    let vars = [
        ("ALLOWED_SOURCES", "images.example.com, other.example.com"),
        ("SOURCE_HEADERS", SECRETS),
    ];
    let at = |path: &str| format!("https://images.example.com/{path}");
    let world = world(
        &vars,
        &[
            (&at("a.jpg"), photo()),
            (&at("same.jpg"), redirect("/a.jpg")),
            (
                &at("plain.jpg"),
                redirect("http://images.example.com/a.jpg"),
            ),
            (
                &at("away.jpg"),
                redirect("https://other.example.com/back.jpg"),
            ),
            ("https://other.example.com/back.jpg", redirect(&at("a.jpg"))),
            ("https://other.example.com/b.jpg", photo()),
        ],
    );
    let fetched = |s: &str| {
        world.sent.borrow_mut().clear();
        let got = world.get(&format!("https://img.example.com/?w=60&s={s}"));
        assert_eq!(got.status, 200, "{s}");
        (sent(&world, "authorization"), sent(&world, "user-agent"))
    };
    let (ours, theirs) = ("Bearer hush", "ours (me@example.com)");
    let own = concat!("letterbox/", env!("CARGO_PKG_VERSION"));
    let key = |count: usize| (vec![ours.to_owned(); count], vec![theirs.to_owned(); count]);
    assert_eq!(fetched(&at("a.jpg")), key(1));
    assert_eq!(fetched(&at("same.jpg")), key(2));
    assert_eq!(fetched(&at("plain.jpg")), key(2));
    let (keys, agents) = fetched(&at("away.jpg"));
    assert_eq!(keys, [ours, "-", "-"]);
    assert_eq!(agents, [theirs, own, own]);
    let (keys, _) = fetched("https://other.example.com/b.jpg");
    assert_eq!(keys, ["-"]);
    // No key, entry or line of the log has a secret in it.
    let keys = world.stored.borrow().keys().cloned().collect::<String>();
    let fields = format!("{:?}", world.stored.borrow());
    let lines = world.lines.borrow().join("\n");
    let told = format!("{keys}{fields}{lines}");
    assert!(!told.contains("hush") && !told.contains("me@example"));
}

#[test]
fn an_answer_behind_a_key_is_kept_or_private_as_the_setting_says() {
    let vars = [
        (
            "ALLOWED_SOURCES",
            "images.example.com, marks.example.com, other.example.com",
        ),
        ("SOURCE_HEADERS", SECRETS),
    ];
    let routes = [
        ("https://images.example.com/a.jpg", photo()),
        ("https://marks.example.com/m.jpg", photo()),
        ("https://other.example.com/b.jpg", photo()),
    ];
    let ask = "https://img.example.com/?w=60&s=";
    let keyed = format!("{ask}https://images.example.com/a.jpg");
    let marked = format!("{ask}https://other.example.com/b.jpg&wm=https://marks.example.com/m.jpg");
    let open = format!("{ask}https://other.example.com/b.jpg");
    let of = |setting: Option<&'static str>, ask: &str| {
        let mut world = world(&vars, &routes);
        world
            .vars
            .extend(setting.map(|text| ("KEYED_ANSWERS", text)));
        let got = world.get(ask);
        assert_eq!(got.status, 200);
        let stored = world.stored.borrow().len();
        (got.header("cache-control").to_owned(), stored)
    };
    let public = ("public, max-age=31536000".to_owned(), 1);
    let private = ("private, no-store".to_owned(), 0);
    for setting in [None, Some("keep")] {
        assert_eq!(of(setting, &keyed), public);
    }
    assert_eq!(of(Some("private"), &keyed), private);
    assert_eq!(of(Some("private"), &marked), private);
    assert_eq!(of(Some("private"), &open), public);
}

#[test]
fn the_origins_own_files_are_fetched_with_its_key() {
    let vars = [
        ("ORIGIN", "https://images.example.com"),
        ("SOURCE_HEADERS", SECRETS),
    ];
    let world = world(
        &vars,
        &[(
            "https://images.example.com/x.css",
            file("text/css", *b"p{}"),
        )],
    );
    assert_eq!(world.get("https://img.example.com/x.css").body, b"p{}");
    assert_eq!(sent(&world, "authorization"), ["Bearer hush"]);
    assert_eq!(sent(&world, "accept"), ["*/*"]);
}

#[test]
fn a_private_bucket_is_asked_with_a_signature_that_goes_nowhere_else() {
    let vars = [
        ("ALLOWED_SOURCES", "other.example.com"),
        (
            "SOURCES",
            "photos: https://s3.eu-west-1.amazonaws.com/photos/ s3=eu-west-1",
        ),
        (
            "S3_KEYS",
            "photos=AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ),
    ];
    let at = |path: &str| format!("https://s3.eu-west-1.amazonaws.com/photos/{path}");
    let world = world(
        &vars,
        &[
            (&at("a%20b/caf%C3%A9%2B%21.jpg"), photo()),
            (&at("away.jpg"), redirect("https://other.example.com/b.jpg")),
            ("https://other.example.com/b.jpg", photo()),
        ],
    );
    world.now_ms.set(1_767_225_599_000.0); // as in tests/vectors/sigv4.tsv
    let ask = "https://img.example.com/?w=60&s=photos:";
    let got = world.get(&format!("{ask}/a%20b/caf%C3%A9%252B!.jpg"));
    assert_eq!(got.status, 200);
    let signature = "4d8c6dc1d321a4b47f1d69a69a9af5c4743f47c780a409244314151bd476b27e";
    assert!(sent(&world, "authorization")[0].ends_with(&format!("Signature={signature}")));
    assert_eq!(sent(&world, "x-amz-date"), ["20251231T235959Z"]);
    // An hour later the signature is another one, and the entry the same.
    world.now_ms.set(1_767_229_199_000.0);
    let again = world.get(&format!("{ask}/a b/caf%C3%A9%252B!.jpg"));
    assert_eq!(again.header("x-cache"), "HIT");
    world.sent.borrow_mut().clear();
    assert_eq!(world.get(&format!("{ask}/away.jpg")).status, 200);
    let signed = sent(&world, "authorization");
    assert!(signed[0].starts_with("AWS4-HMAC-SHA256 ") && signed[1] == "-");
    let told = format!(
        "{:?}{}",
        world.stored.borrow(),
        world.lines.borrow().join("\n")
    );
    assert!(!told.contains("AKIA") && !told.contains("bPxRfi"));
}

#[test]
fn an_origin_of_any_kind_is_a_deployment_and_takes_nothing_from_elsewhere() {
    let bound = || World {
        bound: Some([("/a.jpg".to_owned(), photo())].into()),
        ..World::default()
    };
    let world = bound();
    assert_eq!(world.get("https://img.example.com/?s=/a.jpg").status, 200);
    for elsewhere in [
        "https://images.example.com/a.jpg",
        "https://127.0.0.1/a.jpg",
    ] {
        let got = world.get(&format!("https://img.example.com/?s={elsewhere}"));
        assert_eq!(got.error(), (403, "source-not-allowed".to_owned()));
    }
    assert_eq!(*world.fetched.borrow(), ["/a.jpg"]);
    let none = World::default();
    let got = none.get("https://img.example.com/?s=/a.jpg");
    assert_eq!(got.error(), (503, "not-configured".to_owned()));
    let origin = self::world(
        &[("ORIGIN", "https://www.example.com")],
        &[("https://www.example.com/a.jpg", photo())],
    );
    assert_eq!(origin.get("https://img.example.com/?s=/a.jpg").status, 200);
}
