//! Tests of settings, and of what a configuration with problems says.

use url::Url;

use super::*;
use letterbox_engine::transform::Side;

fn problems(pairs: &[(&str, &str)]) -> String {
    Config::from_pairs(pairs.iter().copied())
        .err()
        .map(|e| e.to_string())
        .unwrap_or_default()
}

#[test]
fn nothing_configured_fails_closed_and_says_how_to_fix_it() {
    assert!(problems(&[]).contains("ALLOWED_SOURCES = \"images.example.com\""));
    assert!(problems(&[("ALLOWED_SOURCES", " ")]).contains("ALLOWED_SOURCES"));
    assert_eq!(problems(&[("ALLOWED_SOURCES", "images.example.com")]), "");
}

#[test]
fn what_everybody_may_read_names_the_setting_and_nothing_that_it_holds() {
    // Each setting gets a value that it refuses: a private host, and a secret name.
    let held = "hush.internal:8443/hush, hush: w=hush; hush";
    for setting in SETTINGS {
        let error = Config::from_pairs([(setting.name, held), ("DEFAULT_WIDTH", "5000")])
            .expect_err("nothing takes that");
        let said = error.public_message();
        assert!(said.contains(setting.name), "{said}");
        assert!(!said.contains("hush") && !said.contains("5000"), "{said}");
    }
    let presets = ("PRESETS", "hush: w=9999");
    let error = Config::from_pairs([presets, ("ALLOWED_SOURCES", "a.example.com")]);
    let error = error.expect_err("too wide");
    assert!(error.to_string().contains("in hush, w=9999"), "{error}");
    assert!(!error.public_message().contains("hush"));
}

#[test]
fn an_open_proxy_and_a_value_that_does_not_parse_are_refused() {
    assert!(problems(&[("ALLOWED_SOURCES", "*")]).contains("strangers"));
    assert!(
        problems(&[("ALLOWED_SOURCES", "a.example.com"), ("CACHE_TTL", "1y")])
            .contains("CACHE_TTL is wrong")
    );
    assert!(
        problems(&[("ALLOWED_SOURCES", "a.example.com"), ("MODE", "dev")])
            .contains("MODE is wrong")
    );
    assert!(
        problems(&[
            ("ALLOWED_SOURCES", "a.example.com"),
            ("ORIGIN", "http://a.example.com")
        ])
        .contains("ORIGIN")
    );
}

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

#[test]
fn keys_are_long_hexadecimal_and_never_shown() {
    let two = format!("{KEY} , {}", KEY.to_uppercase());
    assert_eq!(problems(&[("SIGNING_KEYS", &two)]), "");
    for bad in [
        "00",
        "abc",
        &KEY[1..],
        &KEY[2..],
        &format!("{KEY},"),
        &KEY.replace('0', "g"),
        &format!("{KEY},00"),
    ] {
        let said = problems(&[("SIGNING_KEYS", bad), ("ALLOWED_SOURCES", "a.example.com")]);
        assert!(said.contains("SIGNING_KEYS is wrong: key "), "{said}");
        assert!(bad.len() < 8 || !said.contains(&bad[..8]), "{said}");
    }
    let config = Config::from_pairs([("SIGNING_KEYS", KEY)]).expect("needs nothing else");
    assert!(!format!("{config:?}").contains("0001"), "{config:?}");
    assert!(format!("{config:?}").contains("1 keys"));
}

#[test]
fn every_host_is_a_source_only_where_urls_are_signed() {
    let decide = |vars: &[(&str, &str)], url: &str| {
        let config = Config::from_pairs(vars.iter().copied()).expect("good");
        crate::origin::rules::check(&Url::parse(url).expect("a URL"), &config.rules).is_ok()
    };
    for vars in [
        &[("SIGNING_KEYS", KEY)][..],
        &[("SIGNING_KEYS", KEY), ("ALLOWED_SOURCES", "*")],
    ] {
        assert!(decide(vars, "https://any.example.net/a.jpg"));
        for bad in [
            "http://any.example.net/",
            "https://127.0.0.1/",
            "https://a.internal/",
            "https://intranet/",
        ] {
            assert!(!decide(vars, bad), "{bad}");
        }
    }
    let listed = &[("ALLOWED_SOURCES", "a.example.com"), ("SIGNING_KEYS", KEY)];
    assert!(!decide(listed, "https://any.example.net/a.jpg"));
    assert!(
        problems(&[
            ("ALLOWED_SOURCES", "*, a.example.com"),
            ("SIGNING_KEYS", KEY)
        ])
        .contains("alone")
    );
}

#[test]
fn presets_and_ladders_are_read_with_the_configuration() {
    let with = |pairs: &[(&str, &str)]| {
        problems(&[pairs, &[("ALLOWED_SOURCES", "a.example.com")]].concat())
    };
    assert_eq!(
        with(&[(
            "PRESETS",
            "card: w=1200&h=627; thumb: w=160&h=160&fit=cover"
        )]),
        ""
    );
    assert_eq!(with(&[("PRESETS_ONLY", "true"), ("PRESETS", "a: w=1")]), "");
    assert_eq!(with(&[("WIDTH_LADDER", "320, 640")]), "");
    assert_eq!(with(&[("DEFAULTS", "h=auto&fit=scale-down&f=auto")]), "");
    for (pairs, wanted) in [
        (
            &[("PRESETS", "card: w=1e3")][..],
            "PRESETS is wrong: in card, w=1e3 is not auto, a whole number from 1 to 4096, or a share such as 50p",
        ),
        (
            &[("PRESETS", "card: w=5000")],
            "in card, w=5000 is not at most 4096 pixels",
        ),
        (
            &[("PRESETS", "card: w=3000"), ("MAX_OUTPUT_SIDE", "2000")],
            "in card, w=3000",
        ),
        (
            &[("PRESETS", "card: maxage=1y"), ("CACHE_TTL", "60")],
            "in card, maxage=31536000 is not at most 60 seconds",
        ),
        (&[("PRESETS_ONLY", "true")], "PRESETS has none"),
        (
            &[("PRESETS_ONLY", "yes"), ("PRESETS", "a: w=1")],
            "expected true or false",
        ),
        (
            &[("DEFAULTS", "blur=5")],
            "`blur` has no default that can be set",
        ),
        (&[("DEFAULTS", "fti=cover")], "`fti` has no default"),
        (&[("DEFAULTS", "fit=round")], "fit=round is not contain"),
        (
            &[("DEFAULTS", "dpr=8")],
            "w=9600 is not at most 4096 pixels",
        ),
        (&[("WIDTH_LADDER", "640,320")], "ascending"),
        (&[("WIDTH_LADDER", "320,5000")], "at most MAX_OUTPUT_SIDE"),
    ] {
        let said = with(pairs);
        assert!(said.contains(wanted), "{pairs:?}: {said}");
    }
}

#[test]
fn development_is_for_loopback_hosts_only() {
    let config = Config::from_pairs([("MODE", "development")]).expect("needs nothing else");
    let at = |url: &str| config.for_host(&Url::parse(url).expect("a URL")).is_ok();
    assert!(at("http://localhost:8787/") && at("http://127.0.0.1/") && at("http://[::1]:1/"));
    assert!(!at("https://img.example.com/") && !at("https://localhost.example.com/"));
}

/// A deployment that spells out every default equals one that gives nothing.
#[test]
fn a_setting_reads_what_it_writes_and_the_defaults_are_within_its_bounds() {
    for setting in SETTINGS {
        let (Some(write), Some(default)) = (setting.write, setting.default()) else {
            continue;
        };
        let mut config = Config::default();
        assert_eq!((setting.read)(&mut config, &default), Ok(()));
        for other in SETTINGS {
            let text = other.write.map(|write| write(&config));
            assert_eq!(text, other.default(), "{}={default}", setting.name);
        }
        // A changed value has a changed text; each setting accepts one of these texts that is
        // not its default.
        let texts = [
            "2",
            "3",
            "1500000",
            "development",
            "true",
            "origin",
            "200",
            "private",
            "0.5",
            "ignore-public",
        ];
        let other = texts
            .into_iter()
            .find(|text| *text != default && (setting.read)(&mut Config::default(), text).is_ok());
        let other = other.expect("a value");
        (setting.read)(&mut config, other).expect("it was read before");
        assert_eq!(write(&config), other, "{}", setting.name);
    }
}

#[test]
fn the_defaults_are_the_seed_service() {
    let config = Config::default();
    assert_eq!(
        (config.transform.width, config.transform.height),
        (Side::px(1200), Side::px(627))
    );
    assert_eq!(config.cache_ttl_secs, 31_536_000);
}
