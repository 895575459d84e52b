//! Equal requests have equal keys and unequal ones have different keys, tested on random requests.
//! `npm run properties` makes a million of them.

use letterbox::cache::key::key;
use letterbox::config::Config;
use letterbox::url::{param::PARAMS, parse};
use letterbox_engine::transform::{Format, Quality};
use letterbox_testkit::Dice;
use url::Url;

/// A parameter: its values, the default first, each with the texts that mean it; a text is missing
/// where the parameter is not given.
struct Choice {
    name: &'static str,
    values: Vec<Vec<String>>,
}

/// Number of values that are generated for a parameter, besides the examples in its row.
const MADE: usize = 1000;

/// Returns every parameter that belongs to the request's meaning, from its row of the table.
fn choices(config: &Config, dice: &mut Dice) -> Vec<Choice> {
    let rows = PARAMS.iter().filter(|p| p.is_asked());
    let roll = &mut |sides: u32| dice.roll(sides as usize) as u32;
    rows.map(|row| {
        let mut values = row.examples.values(MADE, roll);
        let default = match row.name {
            "maxage" => Some(config.url_defaults().max_age_secs.to_string()),
            _ => row.default_text(),
        };
        let of_presets = PRESETS.iter().flat_map(|(_, pairs)| pairs.iter());
        let of_presets = of_presets.filter(|(name, _)| *name == row.name);
        let texts = of_presets.map(|(_, text)| (*text).to_owned());
        for text in texts.chain(default.clone()) {
            if !values.iter().flatten().any(|taken| *taken == text) {
                values.push(vec![text]);
            }
        }
        match default {
            Some(default) => {
                let at = values.iter().position(|texts| texts.contains(&default));
                values.swap(0, at.expect("it is there now"));
            }
            None if row.name == "s" => {}
            // A default that is not written is spelled like any other value, or not at all.
            None => {
                let word = if row.name == "txt" { "" } else { row.default }; // no words are no text
                let is_default = |texts: &Vec<String>| texts.iter().any(|text| text == word);
                match values.iter().position(is_default) {
                    Some(at) => values.swap(0, at),
                    None => values.insert(0, Vec::new()),
                }
            }
        }
        Choice {
            name: row.name,
            values,
        }
    })
    .collect()
}

/// Names of presets, and the parameters of each as texts.
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

/// A request, as the index of a value for each of the choices.
type Wish = Vec<usize>;

fn wish(dice: &mut Dice, choices: &[Choice]) -> Wish {
    // Defaults and the values of presets are chosen often.
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

/// Returns the value of a parameter that is not given: a PNG is lossless, and a page is a still.
fn default_value(choice: &Choice, wish: &Wish, choices: &[Choice], has_page: bool) -> usize {
    let format = choices.iter().zip(wish).find(|(c, _)| c.name == "f");
    let png = format.is_some_and(|(c, &value)| c.values[value][0] == "png");
    match choice.name {
        "q" if png => preset_value(&[("q", "100")], choice).unwrap_or(0),
        "n" if has_page => preset_value(&[("n", "1")], choice).unwrap_or(0),
        _ => 0,
    }
}

/// Spells a request in one of its many ways.
fn spelled(wish: &Wish, choices: &[Choice], dice: &mut Dice) -> String {
    let preset = match dice.roll(2) {
        0 => None,
        _ => Some(PRESETS[dice.roll(PRESETS.len())]),
    };
    let mut pairs: Vec<(&str, String)> = Vec::new();
    let mut wishes = choices.iter().zip(wish);
    let has_page =
        wishes.any(|(choice, &value)| choice.name == "page" && (value > 0 || dice.roll(2) == 0));
    for (choice, &value) in choices.iter().zip(wish) {
        let named = preset.and_then(|(_, preset)| preset_value(preset, choice));
        let texts = &choice.values[value];
        let unsaid = named.unwrap_or_else(|| default_value(choice, wish, choices, has_page));
        let implied = value == unsaid && choice.name != "s";
        let written = match choice.name {
            "page" => has_page,
            _ => !implied || dice.roll(2) == 0,
        };
        if written && !texts.is_empty() {
            pairs.push((choice.name, texts[dice.roll(texts.len())].clone()));
        }
    }
    pairs.extend(preset.map(|(name, _)| ("p", name.to_owned())));
    // The rows `exp` and `sig` do not belong to the request's meaning. `widths`, which chooses a
    // size, has tests in `url`.
    for row in PARAMS.iter().filter(|p| ["exp", "sig"].contains(&p.name)) {
        if dice.roll(4) == 0 {
            let text = (row.examples).any(&mut |sides| dice.roll(sides as usize) as u32);
            pairs.push((row.name, text));
        }
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

/// Percent-encodes the characters that need it, and now and then others.
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

/// Returns a wish in which the qualities are replaced by those that count for its format.
fn counts(wish: &Wish, choices: &[Choice]) -> (Wish, String) {
    let at = |name: &str| choices.iter().position(|choice| choice.name == name);
    let (q, f) = at("q").zip(at("f")).expect("rows of the table");
    let text = |at: usize| choices[at].values[wish[at]][0].as_str();
    let (mut quality, mut own) = (80, Vec::new());
    for part in text(q).split(',') {
        match part.split_once(':') {
            Some((format, number)) => own.push((format, number.parse::<u8>().expect("a number"))),
            None => quality = part.parse().expect("a number"),
        }
    }
    let scale = |name: &str, quality: u8| {
        let format = Format::written().find(|format| format.name() == name);
        let quality = Quality::new(quality).expect("1 to 100");
        format.map_or(0, |format| quality.on_scale_of(format))
    };
    let mut counts: Vec<String> = Vec::new();
    let mut plain = Some(quality);
    match text(f) {
        "keep" | "json" | "auto" => {
            for (format, number) in own {
                // The client of these tests names no format.
                let may_be = text(f) != "auto" || format == "jpg";
                if may_be && scale(format, quality) != number {
                    counts.push(format!("{format}:{number}"));
                }
            }
        }
        only => {
            if let Some((_, number)) = own.iter().find(|(format, _)| *format == only) {
                plain = (1..=100).find(|&quality| scale(only, quality) == *number);
                if plain.is_none() {
                    counts.push(number.to_string());
                }
            }
        }
    }
    counts.extend(plain.map(|quality| format!("q{quality}")));
    let mut rest = wish.clone();
    rest[q] = 0;
    (rest, counts.join(","))
}

/// Returns the number of cases of a test: the default, or that of `npm run properties`.
fn cases() -> usize {
    std::env::var("LETTERBOX_CASES").map_or(50_000, |text| text.parse().expect("a number"))
}

/// Returns the key of a request; `None` for a picture beyond the deployment's limits.
fn key_of(query: &str, config: &Config) -> Option<String> {
    let request = Url::parse(&format!("https://img.example.com/?{query}")).expect("a URL");
    match parse(request.query().expect("a query"), &config.url_defaults()) {
        Ok(asked) => Some(key(&request, &asked.expect("a source")).to_string()),
        Err(error) => {
            assert!(error.to_string().contains("after dpr"), "{query}: {error}");
            None
        }
    }
}

fn config(vars: &[(&str, &str)]) -> Config {
    let vars = [vars, &[("ALLOWED_SOURCES", "images.example.com")]].concat();
    Config::from_pairs(vars).expect("good settings")
}

#[test]
fn equal_requests_have_one_key_and_unequal_ones_have_two() {
    let named = PRESETS.map(|(name, pairs)| {
        let pairs: Vec<_> = pairs.iter().map(|(n, t)| format!("{n}={t}")).collect();
        format!("{name}: {}", pairs.join("&"))
    });
    // The limits are the highest possible, so that few sizes are too large.
    let largest = [("MAX_OUTPUT_SIDE", "16384"), ("PRESETS", &named.join("; "))];
    let config = config(&largest);
    let mut dice = Dice(2);
    let choices = choices(&config, &mut dice);
    let (cases, mut held) = (cases(), 0);
    while held < cases {
        let wanted = wish(&mut dice, &choices);
        let mut other = wanted.clone();
        let at = dice.roll(choices.len());
        let values = choices[at].values.len();
        other[at] = (other[at] + 1 + dice.roll(values - 1)) % values;

        let mut spell = |wish: &Wish| spelled(wish, &choices, &mut dice);
        let (one, two, third) = (spell(&wanted), spell(&wanted), spell(&other));
        let (key, same) = (key_of(&one, &config), key_of(&two, &config));
        assert_eq!(key, same, "{one} {two}");
        let (Some(key), Some(another)) = (key, key_of(&third, &config)) else {
            continue;
        };
        held += 1;
        match counts(&wanted, &choices) == counts(&other, &choices) {
            true => assert_eq!(key, another, "{one} {third}"),
            false => assert_ne!(key, another, "{}: {one} {third}", choices[at].name),
        }
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
