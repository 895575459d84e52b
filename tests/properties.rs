//! Equal requests have one key and unequal ones have two, over requests made by chance. `npm run properties` makes a million.

#[path = "support/dice.rs"]
mod dice;

use dice::Dice;
use letterbox::cache::key::key;
use letterbox::config::Config;
use letterbox::url::{param::PARAMS, parse};
use url::Url;

/// One parameter: its values, the default first, each with the texts that mean it.
struct Choice {
    name: &'static str,
    values: Vec<Vec<String>>,
}

fn choice(name: &'static str, values: &[&[&str]]) -> Choice {
    let texts = |value: &&[&str]| value.iter().map(|text| (*text).to_owned()).collect();
    Choice {
        name,
        values: values.iter().map(texts).collect(),
    }
}

fn numbers(name: &'static str, first: &[&[&str]], more: std::ops::RangeInclusive<u32>) -> Choice {
    let mut choice = choice(name, first);
    let taken: Vec<String> = choice.values.concat();
    choice.values.extend(
        more.map(|number| number.to_string())
            .filter(|text| !taken.contains(text))
            .map(|text| vec![text]),
    );
    choice
}

fn choices() -> Vec<Choice> {
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    let mut version = choice("v", &[&[]]);
    version
        .values
        .extend(letters.chars().map(|c| vec![c.to_string()]));
    vec![
        choice(
            "s",
            &[
                &[
                    "https://images.example.com/photo.jpg",
                    "https://IMAGES.Example.com/photo.jpg",
                    "HTTPS://images.example.com:443/x/../photo.jpg",
                    "https://images.example.com/photo.jpg#top",
                ],
                &["https://images.example.com/Photo.jpg"],
                &[
                    "https://images.example.com/photo.jpg?",
                    "https://images.example.com/photo.jpg?#",
                ],
                &["https://images.example.com/photo.jpg?x=1&y=2"],
                &["https://images.example.com/photo.jpg?y=2&x=1"],
                &["https://other.example.com/photo.jpg"],
                &[
                    "https://images.example.com/a%20b.jpg",
                    "https://images.example.com/a b.jpg",
                ],
                &["https://images.example.com/a+b.jpg"],
                &["https://images.example.com/a%2Bb.jpg"],
                &[
                    "https://images.example.com/bl%C3%A5.jpg",
                    "https://images.example.com/blå.jpg",
                ],
                &[
                    "https://xn--bl-zia.example.com/",
                    "https://blå.example.com",
                    "https://BLÅ.example.com/",
                ],
                &[
                    "/a.jpg",
                    "/./a.jpg",
                    "/x/../a.jpg",
                    "/%2e/a.jpg",
                    "/a.jpg#x",
                ],
                &["/a.jpg?w=1"],
                &["/a.jpg&w=1"],
            ],
        ),
        choice(
            "a",
            &[
                &["center"],
                &["top"],
                &["bottom"],
                &["left"],
                &["right"],
                &["top-left"],
                &["top-right"],
                &["bottom-left"],
                &["bottom-right"],
                &["0.5x0.5", "0.50x0.5"],
                &["0.25x0", "0.25x0.0"],
                &["0x1", "0.0x1.000"],
            ],
        ),
        choice(
            "bg",
            &[
                &["white", "White", "fff", "ffff", "FFFFFF", "ffffffff"],
                &["black", "000", "000F"],
                &["fff0"],
                &["ffffff01"],
                &["transparent", "0000", "00000000"],
                &["red", "f00"],
                &["rebeccapurple", "663399"],
            ],
        ),
        choice(
            "dpr",
            &[&["1", "1.0", "1.00"], &["1.5", "1.50"], &["2"], &["1.01"]],
        ),
        choice(
            "f",
            &[
                &["keep"],
                &["jpg", "jpeg"],
                &["png"],
                &["webp"],
                &["gif"],
                &["auto"],
                &["json"],
                &["thumbhash"],
                &["blurhash"],
            ],
        ),
        choice(
            "fit",
            &[
                &["contain", "pad"],
                &["inside"],
                &["cover", "crop"],
                &["fill", "stretch", "squeeze"],
                &["outside"],
            ],
        ),
        numbers("h", &[&["627"], &["auto"]], 1..=1500),
        choice("il", &[&["0", "false"], &["", "1", "true"]]),
        choice("ll", &[&["0", "false"], &["", "1", "true"]]),
        choice(
            "maxage",
            &[
                &["31536000", "365d", "1y"],
                &["1d", "86400"],
                &["2w", "14d"],
                &["1"],
            ],
        ),
        numbers("n", &[&["all", "-1"]], 1..=300), // `page`, which changes what its absence means, has a test beside it
        numbers("q", &[&["80"]], 1..=100),
        version,
        numbers("w", &[&["1200"], &["auto"]], 1..=1500),
        choice("we", &[&["0", "false"], &["", "1", "true"]]),
    ]
}

/// Names, and the values of some parameters by their texts.
const PRESETS: [(&str, &[(&str, &str)]); 3] = [
    ("card", &[("w", "600"), ("h", "315"), ("fit", "cover")]),
    (
        "thumb",
        &[
            ("w", "160"),
            ("h", "160"),
            ("q", "60"),
            ("we", "1"),
            ("bg", "red"),
        ],
    ),
    (
        "day",
        &[("maxage", "1d"), ("f", "webp"), ("dpr", "2"), ("a", "top")],
    ),
];

/// A request: the number of a value for each of the choices.
type Wish = Vec<usize>;

fn wish(dice: &mut Dice, choices: &[Choice]) -> Wish {
    // Defaults often, and a preset's values too.
    let preset = PRESETS[dice.roll(PRESETS.len())].1;
    let value = |choice: &Choice, dice: &mut Dice| match dice.roll(3) {
        0 => 0,
        1 => preset_value(preset, choice).unwrap_or(0),
        _ => dice.roll(choice.values.len()),
    };
    choices.iter().map(|choice| value(choice, dice)).collect()
}

fn preset_value(preset: &[(&str, &str)], choice: &Choice) -> Option<usize> {
    let (_, text) = preset.iter().find(|(name, _)| *name == choice.name)?;
    choice
        .values
        .iter()
        .position(|texts| texts.iter().any(|t| t == text))
}

/// What a parameter has that is not given: a PNG is lossless then.
fn default_value(choice: &Choice, wish: &Wish, choices: &[Choice]) -> usize {
    let format = choices.iter().zip(wish).find(|(c, _)| c.name == "f");
    let png = format.is_some_and(|(c, &value)| c.values[value][0] == "png");
    match choice.name {
        "q" if png => preset_value(&[("q", "100")], choice).unwrap_or(0),
        _ => 0,
    }
}

/// One of the many ways to ask for it.
fn spelled(wish: &Wish, choices: &[Choice], dice: &mut Dice) -> String {
    let preset = match dice.roll(2) {
        0 => None,
        _ => Some(PRESETS[dice.roll(PRESETS.len())]),
    };
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for (choice, &value) in choices.iter().zip(wish) {
        let named = preset.and_then(|(_, preset)| preset_value(preset, choice));
        let texts = &choice.values[value];
        let unsaid = named.unwrap_or_else(|| default_value(choice, wish, choices));
        let implied = value == unsaid && choice.name != "s";
        let written = !implied || dice.roll(2) == 0;
        if written && !texts.is_empty() {
            pairs.push((choice.name, texts[dice.roll(texts.len())].clone()));
        }
    }
    pairs.extend(preset.map(|(name, _)| ("p", name.to_owned())));
    if dice.roll(4) == 0 {
        pairs.push(("exp", dice.roll(1 << 40).to_string()));
        pairs.push(("sig", "x".repeat(dice.roll(50))));
    }
    if dice.roll(4) == 0 {
        pairs.push(("utm_source", dice.pick(&["x", "", "&", "w=1"]).to_owned()));
    }
    dice.shuffle(&mut pairs);
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, text)| {
            let param = PARAMS.iter().find(|p| p.name == *name);
            let aliases = param.map_or(&[][..], |p| p.aliases);
            let name = match dice.roll(aliases.len() + 1) {
                0 => name,
                alias => aliases[alias - 1],
            };
            if text.is_empty() && dice.roll(2) == 0 {
                return name.to_owned();
            }
            format!("{name}={}", encoded(text, dice))
        })
        .collect();
    pairs.join("&")
}

/// What has to be percent-encoded, and now and then what has not.
fn encoded(text: &str, dice: &mut Dice) -> String {
    let often = if dice.roll(2) == 0 { 8 } else { usize::MAX };
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' if dice.roll(2) == 0 => encoded.push('+'),
            b'&' | b'+' | b'#' | b'%' | b' ' | 0x80.. => encoded += &format!("%{byte:02X}"),
            _ if dice.roll(often) == 0 => encoded += &format!("%{byte:02x}"),
            _ => encoded.push(char::from(byte)),
        }
    }
    encoded
}

/// How many cases a test makes: a few, or as many as `npm run properties` asks for.
fn cases() -> usize {
    std::env::var("LETTERBOX_CASES").map_or(50_000, |text| text.parse().expect("a number"))
}

fn key_of(query: &str, config: &Config) -> String {
    let request = Url::parse(&format!("https://img.example.com/?{query}")).expect("a URL");
    let asked = parse(request.query().expect("a query"), &config.url_defaults());
    assert!(asked.is_ok(), "{query}: {asked:?}");
    let asked = asked.expect("good parameters").expect("a source");
    key(&request, &asked).to_string()
}

fn config(vars: &[(&str, &str)]) -> Config {
    let vars = [vars, &[("ALLOWED_SOURCES", "images.example.com")]].concat();
    Config::from_pairs(vars).expect("good settings")
}

#[test]
fn equal_requests_have_one_key_and_unequal_ones_have_two() {
    let choices = choices();
    let named = PRESETS.map(|(name, pairs)| {
        let pairs: Vec<_> = pairs.iter().map(|(n, t)| format!("{n}={t}")).collect();
        format!("{name}: {}", pairs.join("&"))
    });
    let config = config(&[("PRESETS", &named.join("; "))]);
    let mut dice = Dice(2);
    let cases = cases();
    for _ in 0..cases {
        let wanted = wish(&mut dice, &choices);
        let mut other = wanted.clone();
        let at = dice.roll(choices.len());
        let values = choices[at].values.len();
        other[at] = (other[at] + 1 + dice.roll(values - 1)) % values;

        let mut spell = |wish: &Wish| spelled(wish, &choices, &mut dice);
        let (one, two, third) = (spell(&wanted), spell(&wanted), spell(&other));
        assert_eq!(key_of(&one, &config), key_of(&two, &config), "{one} {two}");
        assert_ne!(
            key_of(&one, &config),
            key_of(&third, &config),
            "{one} {third}"
        );
    }
    println!(
        "{cases} requests in two spellings each: 1 key each; with one thing changed: another key each"
    );
}

#[test]
fn a_ladder_has_a_key_for_each_rung_and_shape() {
    let rungs = [320, 640, 960, 1280, 1920];
    let plain = config(&[]);
    let ladder = config(&[("WIDTH_LADDER", "320,640,960,1280,1920")]);
    let mut dice = Dice(3);
    let (cases, mut held) = (cases() / 10, 0);
    while held < cases {
        let (width, height, dpr) = (1 + dice.roll(2000), 1 + dice.roll(2000), 1 + dice.roll(4));
        let asked = width * dpr;
        let rung = rungs
            .into_iter()
            .find(|&rung| rung >= asked)
            .unwrap_or(1920);
        // Rounded to nearest, at least one pixel.
        let tall = ((2 * height * dpr * rung + asked) / (2 * asked)).max(1);
        if tall > 4096 {
            continue;
        }
        held += 1;
        let query = format!("s=/a.jpg&w={width}&h={height}&dpr={dpr}");
        let twin = format!("s=/a.jpg&w={rung}&h={tall}");
        assert_eq!(key_of(&query, &ladder), key_of(&twin, &plain), "{query}");
        assert_eq!(
            key_of(&twin, &ladder),
            key_of(&twin, &plain),
            "{twin} stays where it is"
        );
    }
    println!("{cases} sizes on a ladder: the key of the rung each");
}
