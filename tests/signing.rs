//! Signed URLs as a client sees them, and many tampered ones.

use std::collections::BTreeMap;

use letterbox::config::Config;
use letterbox::url::signature::{Keys, verify};
use letterbox::url::{param::PARAMS, parse};
use letterbox_testkit::Dice;
use letterbox_world::{World, file};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const SOURCE: &str = "https://images.example.com/photo.jpg";
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER: &str = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

/// Returns the query with its signature.
fn signed(query: &str, key: &str) -> String {
    let sig = Keys::parse(key).expect("a key").sign(query);
    format!(
        "{query}&sig={}",
        sig.expect("good parameters").expect("a key")
    )
}

fn at(query: &str) -> String {
    format!("https://img.example.com/?{query}")
}

fn signing() -> World {
    World {
        vars: vec![("SIGNING_KEYS", KEY)],
        ..World::default()
    }
    .route(SOURCE, file("image/jpeg", PHOTO))
}

const ASK: &str = "s=https://images.example.com/photo.jpg&w=60&h=40";

#[test]
fn with_keys_only_signed_urls_are_answered_and_nothing_else_is_touched() {
    let world = signing();
    for (query, code) in [
        (ASK.to_owned(), "bad-signature"),
        (format!("{ASK}&sig="), "bad-signature"),
        (signed(ASK, OTHER), "bad-signature"),
        (signed(ASK, KEY).replace("w=60", "w=61"), "bad-signature"),
        (format!("{}&utm=1", signed(ASK, KEY)), "bad-signature"),
        (signed(&format!("{ASK}&exp=0"), KEY), "expired"),
    ] {
        let got = world.get(&at(&query));
        assert_eq!(got.error(), (403, code.to_owned()), "{query}");
        assert!(!got.json().to_string().contains("example.com"));
    }
    assert_eq!(world.fetches(), 0);
    assert_eq!(world.get(&at(&signed(ASK, KEY))).status, 200);
    // A stored answer is no way around: the signature is verified first.
    assert_eq!(world.get(&at(ASK)).error().0, 403);
    assert_eq!(world.fetches(), 1);
}

#[test]
fn one_picture_under_two_signatures_is_one_entry() {
    let mut world = signing();
    let long_key: &'static str = Box::leak(format!("{OTHER},{KEY}").into_boxed_str());
    assert_eq!(world.get(&at(&signed(ASK, KEY))).header("x-cache"), "MISS");
    world.vars = vec![("SIGNING_KEYS", long_key)];
    for query in [
        signed(ASK, OTHER),
        signed(&format!("{ASK}&exp=4102444800"), KEY),
        signed(&format!("{ASK}&q=80&fit=pad"), KEY),
        format!(
            "{}&w=60",
            signed(
                "s=https://images.example.com/photo.jpg&h=80&widths=60,120",
                KEY
            )
        ),
    ] {
        assert_eq!(world.get(&at(&query)).header("x-cache"), "HIT", "{query}");
    }
    assert_eq!(world.fetches(), 1);
    assert_eq!(world.stored.borrow().len(), 1);
}

#[test]
fn no_answer_is_kept_for_longer_than_its_url_is_good_and_the_stored_one_is() {
    // The clock of this world stands at 1970.
    let world = signing();
    let expiring = |secs| at(&signed(&format!("{ASK}&exp={secs}"), KEY));
    for (secs, cache_control) in [
        (600, "public, max-age=600"),
        (60, "public, max-age=60"),
        (4_102_444_800u32, "public, max-age=31536000"),
    ] {
        let got = world.get(&expiring(secs));
        assert_eq!(
            (got.status, got.header("cache-control")),
            (200, cache_control)
        );
    }
    assert_eq!(
        world.get(&at(&signed(ASK, KEY))).header("cache-control"),
        "public, max-age=31536000"
    );
    assert_eq!(world.fetches(), 1);
}

#[test]
fn a_url_ends_while_its_answer_is_stored_and_a_copy_of_it_does_not_outlive_it() {
    let mut world = signing();
    let url = at(&signed(&format!("{ASK}&exp=1000"), KEY));
    let lifetime = |got: &letterbox_world::Got| {
        assert_eq!(got.status, 200);
        // Without Age, a client that counts from now counts from zero.
        assert_eq!(got.header("age"), "");
        got.header("cache-control").to_owned()
    };
    assert_eq!(lifetime(&world.get(&url)), "public, max-age=1000");
    world.now_ms.set(400_000.0);
    assert_eq!(lifetime(&world.get(&url)), "public, max-age=600");
    // A 304 has the same lifetime.
    let tag = world.get(&url).header("etag").to_owned();
    world.if_none_match.replace(Some(tag));
    let got = world.get(&url);
    assert_eq!(
        (got.status, got.header("cache-control")),
        (304, "public, max-age=600")
    );
    world.now_ms.set(1_000_000.0);
    assert_eq!(world.get(&url).error(), (403, "expired".to_owned()));
    world.if_none_match.replace(None);
    assert_eq!(world.fetches(), 1);

    // The source is down and the answer stale: the lifetime is shortened all the same.
    world.vars.push(("CACHE_TTL", "60"));
    let url = at(&signed(&format!("{ASK}&q=70&exp=1100"), KEY));
    assert_eq!(lifetime(&world.get(&url)), "public, max-age=60");
    world.routes.clear();
    world.now_ms.set(1_090_000.0);
    let got = world.get(&url);
    assert_eq!(got.header("x-cache"), "STALE");
    assert_eq!(lifetime(&got), "public, max-age=10");
}

#[test]
fn a_lifetime_is_asked_for_with_maxage() {
    let world = World::production().route(SOURCE, file("image/jpeg", PHOTO));
    let said = |query: &str| {
        let got = world.get(&at(&format!("{ASK}{query}")));
        (
            got.header("cache-control").to_owned(),
            got.header("x-cache").to_owned(),
        )
    };
    let year = "public, max-age=31536000".to_owned();
    let day = "public, max-age=86400".to_owned();
    assert_eq!(said(""), (year.clone(), "MISS".to_owned()));
    assert_eq!(said("&maxage=1y"), (year, "HIT".to_owned()));
    assert_eq!(said("&maxage=1d"), (day.clone(), "MISS".to_owned()));
    assert_eq!(said("&maxage=86400"), (day, "HIT".to_owned()));
    assert_eq!(world.get(&at(&format!("{ASK}&maxage=2y"))).error().0, 400);
}

#[test]
fn one_signature_serves_a_srcset_and_nothing_beyond_it() {
    let world = signing();
    let base = signed(
        "s=https://images.example.com/photo.jpg&h=80&fit=cover&widths=30,60,120",
        KEY,
    );
    for (width, size) in [("30", (30, 20)), ("60", (60, 40)), ("120", (120, 80))] {
        let got = world.get(&at(
            &format!("{base}&w={width}&f=json").replace("&f=json", "")
        ));
        let mut decoder = jpeg_decoder::Decoder::new(got.body.as_slice());
        decoder.read_info().expect("a JPEG");
        let info = decoder.info().expect("its header");
        assert_eq!((info.width, info.height), size);
    }
    let got = world.get(&at(&format!("{base}&w=121")));
    assert_eq!(got.error(), (400, "bad-parameter".to_owned()));
    assert_eq!(
        got.json()["message"],
        "w=121 is not one of the signed widths 30, 60, 120, after dpr"
    );
    assert_eq!(world.fetches(), 3);
}

#[test]
fn what_is_not_a_transform_is_not_signed() {
    let page = "/share?url=https%3A%2F%2Fblog.example%2F&text=hello";
    let mut world = signing();
    for path in ["/logo.svg", "/logo.svg?s=nonsense", page] {
        let own = format!("https://origin.example.com{path}");
        world.routes.insert(own, file("image/svg+xml", *b"<svg/>"));
    }
    world.vars.push(("ORIGIN", "https://origin.example.com"));
    for path in ["/logo.svg", "/logo.svg?s=nonsense", page] {
        assert_eq!(
            world.get(&format!("https://img.example.com{path}")).body,
            b"<svg/>"
        );
    }
    // Without a page at the origin, the request is refused.
    let got = world.get(&format!("https://img.example.com/other?{ASK}&utm=1"));
    assert_eq!(got.error(), (403, "bad-signature".to_owned()));
}

#[test]
fn a_signature_is_decided_before_the_origin_is_asked() {
    let mut world = signing();
    world.vars.push(("ORIGIN", "https://origin.example.com"));
    for (query, code) in [
        (ASK.to_owned(), "bad-signature"),
        (signed(ASK, OTHER), "bad-signature"),
        (signed(ASK, KEY).replace("w=60", "w=61"), "bad-signature"),
        (format!("{}&utm=1", signed(ASK, KEY)), "bad-signature"),
        (signed(&format!("{ASK}&exp=0"), KEY), "expired"),
    ] {
        let got = world.get(&format!("https://img.example.com/other.jpg?{query}"));
        assert_eq!(got.error(), (403, code.to_owned()), "{query}");
    }
    assert_eq!(world.fetches(), 0);
    // One signature is one picture on any path.
    let query = signed(ASK, KEY);
    for at in 0..50 {
        let url = format!("https://img.example.com/{at}?{query}");
        world
            .routes
            .insert(url.replace("img.", "origin."), letterbox_world::status(404));
        assert_eq!(world.get(&url).status, 200);
    }
    let of_source = world
        .fetched
        .borrow()
        .iter()
        .filter(|url| *url == SOURCE)
        .count();
    assert_eq!((of_source, world.stored.borrow().len()), (1, 1));
}

#[test]
fn development_does_without_and_still_refuses_what_is_forged() {
    let mut world = signing();
    world.vars.push(("MODE", "development"));
    let get = |query: &str| world.get(&format!("http://localhost:8787/?{query}")).status;
    assert_eq!(get(ASK), 200);
    assert_eq!(get(&signed(ASK, KEY)), 200);
    assert_eq!(get(&signed(ASK, OTHER)), 403);
}

#[test]
fn a_list_of_sources_still_counts_and_every_public_host_is_one_without_it() {
    let mut world = signing().route("https://any.example.net/a.jpg", file("image/jpeg", PHOTO));
    let get = |world: &World, source: &str| {
        world
            .get(&at(&signed(&format!("s={source}&w=9&h=9"), KEY)))
            .status
    };
    assert_eq!(get(&world, "https://any.example.net/a.jpg"), 200);
    for bad in [
        "https://127.0.0.1/a.jpg",
        "https://metadata.internal/",
        "https://localhost/",
    ] {
        assert_eq!(get(&world, bad), 403, "{bad}");
    }
    world.vars.push(("ALLOWED_SOURCES", "images.example.com"));
    assert_eq!(get(&world, "https://any.example.net/a.jpg"), 403);
    assert_eq!(get(&world, SOURCE), 200);
}

/// Returns the meaning of a query string, independent of its spelling: canonical names, and decoded
/// texts.
fn meaning(query: &str) -> Vec<(String, String)> {
    let canonical = |name: &str| {
        let known = PARAMS
            .iter()
            .find(|p| p.name == name || p.aliases.contains(&name));
        known.map_or(name, |p| p.name).to_owned()
    };
    let mut pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, text)| (canonical(&name), text.into_owned()))
        .collect();
    pairs.sort();
    pairs
}

/// Returns a signed query string with one random change.
fn tampered(dice: &mut Dice, queries: &[String]) -> String {
    let query = &queries[dice.roll(queries.len())];
    let (rest, sig) = query.split_once("&sig=").expect("a signature");
    let mut bytes = query.clone().into_bytes();
    match dice.roll(12) {
        // Replaces any character.
        0 | 1 => {
            let at = dice.roll(bytes.len());
            bytes[at] = b' ' + dice.roll(95) as u8;
        }
        // Replaces a character of the signature by one of its alphabet; most often the last one,
        // which has unused bits.
        2 | 3 => {
            let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=.";
            let from_end = 1 + dice.roll(sig.len()) % (1 + dice.roll(sig.len()));
            let at = bytes.len() - from_end;
            bytes[at] = letters[dice.roll(letters.len())];
        }
        4 => {
            bytes.remove(dice.roll(bytes.len()));
        }
        5 => bytes.insert(dice.roll(bytes.len() + 1), b' ' + dice.roll(95) as u8),
        6 => bytes.truncate(dice.roll(bytes.len())),
        7 => {
            let (a, b) = (dice.roll(bytes.len()), dice.roll(bytes.len()));
            bytes.swap(a, b);
        }
        // Takes the signature of another URL.
        8 => {
            let other = &queries[dice.roll(queries.len())];
            let other = other.rsplit("&sig=").next().expect("a signature");
            return format!("{rest}&sig={other}");
        }
        // Adds a parameter, known or not, or the signature again.
        9 => {
            let known = PARAMS.iter().flat_map(|p| [&[p.name], p.aliases].concat());
            let names: Vec<_> = known.chain(["utm", "S", ""]).collect();
            let name = dice.pick(&names);
            let value = dice.pick(&["1", "2", "640", "320,640", "4102444800", "", sig, "/x"]);
            let more = format!("{name}={value}");
            return if dice.roll(2) == 0 {
                format!("{query}&{more}")
            } else {
                format!("{more}&{query}")
            };
        }
        // Removes a parameter.
        10 => {
            let mut pairs: Vec<_> = query.split('&').collect();
            pairs.remove(dice.roll(pairs.len()));
            return pairs.join("&");
        }
        // Writes the signature in another form.
        _ => {
            let sig = match dice.roll(7) {
                0 => format!("{sig}="),
                1 => sig.to_lowercase(),
                2 => sig.to_uppercase(),
                3 => sig.replace('-', "%2B").replace('_', "/"),
                4 => format!("{sig}{}", dice.pick(&["A", "%00", "%0A", "+", "&sig"])),
                5 => sig.chars().rev().collect(),
                _ => format!(
                    "{}{}",
                    &sig[..42],
                    dice.pick(&["A", "E", "I", "M", "Q", "w", "8", "B"])
                ),
            };
            return format!("{rest}&sig={sig}");
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn nothing_that_was_tampered_with_is_accepted() {
    let signed_by_us: Vec<_> = [
        "s=https://images.example.com/photo.jpg",
        "s=https%3A%2F%2Fimages.example.com%2Fphoto.jpg&w=1200&h=627",
        "s=/a.jpg&w=60&h=40&fit=cover&q=70&exp=4102444800",
        "url=/a.jpg&width=60&background=fff&p=card&v=2",
        "s=/blåbær.jpg&we&il=1&f=png&a=0.5x0.33&bg=transparent&dpr=2&maxage=30d",
        "s=/b.jpg&h=900&widths=320,640,1280&w=640",
        "s=/b.jpg&widths=320,640&exp=4102444800",
        "s=/b.jpg&exp=999",
    ]
    .iter()
    .map(|query| signed(query, KEY))
    .collect();
    let forged = signed("s=/c.jpg&w=60", OTHER);
    let vars = [("SIGNING_KEYS", KEY), ("PRESETS", "card: w=600&h=315")];
    let config = Config::from_pairs(vars).expect("good settings");
    // Only the listed widths are free: if nothing else was changed, the answer is one of the signed
    // ones.
    let fixed = |query: &str| {
        let mut pairs = meaning(query);
        if pairs.iter().any(|(name, _)| name == "widths") {
            pairs.retain(|(name, _)| name != "w" && name != "dpr");
        }
        pairs
    };
    let good: Vec<_> = signed_by_us.iter().map(|query| fixed(query)).collect();

    let mut dice = Dice(1);
    let (mut tried, mut same, mut refused) = (0, 0, BTreeMap::<String, usize>::new());
    while tried < 100_000 {
        let query = if dice.roll(1000) == 0 {
            forged.clone()
        } else {
            tampered(&mut dice, &signed_by_us)
        };
        // Parsed as in a request; a query without a source is no transform.
        let Ok(request) = url::Url::parse(&at(&query)) else {
            continue;
        };
        let query = request.query().unwrap_or_default();
        let asked = parse(query, &config.url_defaults());
        if asked == Ok(None) {
            continue;
        }
        if good.contains(&fixed(query)) && asked.is_ok() {
            same += 1; // nothing was changed but the spelling
            continue;
        }
        tried += 1;
        let verified = verify(query, &config.signing(), 1000);
        assert!(
            verified.is_err() || good.contains(&fixed(query)),
            "verified: {query}"
        );
        let error = match verified.and(asked.map(drop)) {
            Err(error) => letterbox::error::Error::from(error),
            Ok(()) => panic!("accepted: {query}"),
        };
        let what = format!("{} {}", error.status().as_u16(), error.code());
        *refused.entry(what).or_default() += 1;
    }
    println!(
        "{tried} signed URLs that were tampered with: 0 accepted; {refused:?}; {same} more only spelled differently"
    );
}
