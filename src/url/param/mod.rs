//! Vocabulary of the query string: one table that drives the parser, the error messages, the
//! canonical form, the tests, the fuzzer, the signers and the docs. `npm run docs` writes the
//! generated parts. A new parameter is a row of its group's file.

mod effect;
mod kinds;
mod output;
mod overlay;
mod place;
mod row;
mod shape;
mod size;
mod source;
mod text;

pub(in crate::url) use row::Draft;
pub use row::Param;

/// The rows in groups, each with the heading of its table in the docs.
const GROUPS: [(&str, &[Param]); 8] = [
    ("Source and address", source::ROWS),
    ("Size", size::ROWS),
    ("Crop, turn and canvas", place::ROWS),
    ("Colour and detail", effect::ROWS),
    ("Shape", shape::ROWS),
    ("Overlays", overlay::ROWS),
    ("Text", text::ROWS),
    ("Output", output::ROWS),
];

/// All parameters, in alphabetical order of the canonical names: the order of the canonical form.
pub const PARAMS: &[Param] = &IN_ORDER;

const IN_ORDER: [Param; count()] = in_order();

const fn count() -> usize {
    let (mut group, mut count) = (0, 0);
    while group < GROUPS.len() {
        count += GROUPS[group].1.len();
        group += 1;
    }
    count
}

/// Merges the groups by inserting each row before the first greater name.
const fn in_order() -> [Param; count()] {
    let mut rows = [source::ROWS[0]; count()];
    let (mut group, mut len) = (0, 0);
    while group < GROUPS.len() {
        let mut next = 0;
        while next < GROUPS[group].1.len() {
            let row = GROUPS[group].1[next];
            let mut place = len;
            while place > 0 && is_before(row.name.as_bytes(), rows[place - 1].name.as_bytes()) {
                rows[place] = rows[place - 1];
                place -= 1;
            }
            rows[place] = row;
            len += 1;
            next += 1;
        }
        group += 1;
    }
    rows
}

/// Whether a name stands before another one: `<` of the standard library is not for constants.
const fn is_before(name: &[u8], other: &[u8]) -> bool {
    let mut byte = 0;
    while byte < name.len() && byte < other.len() {
        if name[byte] != other[byte] {
            return name[byte] < other[byte];
        }
        byte += 1;
    }
    name.len() < other.len()
}

/// Returns the row of a canonical name, for the names that the grammar itself uses.
pub(in crate::url) fn row(name: &str) -> usize {
    PARAMS
        .iter()
        .position(|p| p.name == name)
        .unwrap_or(usize::MAX)
}

/// Returns the row of a name or alias.
pub(in crate::url) fn find(name: &str) -> Option<(usize, &'static Param)> {
    PARAMS
        .iter()
        .enumerate()
        .find(|(_, p)| p.name == name || p.aliases.contains(&name))
}

/// Returns the tables of docs/parameters.md, one a group, in Markdown.
#[cfg(not(target_arch = "wasm32"))]
pub fn tables() -> String {
    let tables = GROUPS.iter().map(|(heading, rows)| {
        let rows: String = rows.iter().map(table_row).collect();
        format!(
            "### {heading}\n\n\
             | parameter | aliases | value | default | what it does |\n|---|---|---|---|---|\n{rows}"
        )
    });
    tables.collect::<Vec<_>>().join("\n")
}

#[cfg(not(target_arch = "wasm32"))]
fn table_row(p: &Param) -> String {
    let aliases: Vec<_> = p.aliases.iter().map(|a| format!("`{a}`")).collect();
    format!(
        "| `{}` | {} | {} | {} | {} |\n",
        p.name,
        aliases.join(" "),
        p.expected(),
        p.default.replace("{}", &p.default_word()),
        p.doc
    )
}

#[cfg(not(target_arch = "wasm32"))]
impl Param {
    /// Returns the spelling of the default that stands first among the examples, or else the
    /// canonical one.
    fn default_word(&self) -> String {
        let text = self.default_text().unwrap_or_default();
        let mut examples = self.examples.good.iter();
        let spellings = examples.find(|spellings| spellings.contains(&text.as_str()));
        spellings.map_or(text, |spellings| spellings[0].to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::url::asked::Asked;
    use crate::url::error::Error;
    use crate::url::given::Given;
    use crate::url::overlay::Wanted;
    use crate::url::settle::settle;
    use crate::url::source::Source;
    use proptest::prelude::*;

    /// Returns the canonical form of a value: `None` if the value is invalid, or `Some(None)` if it
    /// is the deployment's own.
    fn canonical(param: &Param, text: &str) -> Option<Option<String>> {
        let config = Config::default();
        let mut draft =
            settle(&Given::default(), None, &config.url_defaults()).expect("nothing is asked");
        (param.read)(&mut draft, text)?;
        draft.transform.frames = crate::url::settle::frames(&draft);
        draft.transform.settle_qualities();
        let asked = Asked {
            source: draft.source.unwrap_or(Source::OnOrigin(String::new())),
            transform: draft.transform,
            version: draft.version,
            max_age_secs: draft.max_age_secs,
            expires_secs: draft.expires_secs,
            disposition: None,
            overlays: draft.overlays.map(|wanted| {
                let Some(Wanted::Source(source)) = wanted else {
                    return None;
                };
                Some(source)
            }),
            words: draft.words,
            font: draft.font,
            fallback: None,
            varies: draft.varies,
        };
        Some(param.write.and_then(|write| write(&asked)))
    }

    #[test]
    fn rows_are_in_canonical_order_and_no_name_stands_twice() {
        assert!(PARAMS.windows(2).all(|pair| pair[0].name < pair[1].name));
        let mut names: Vec<_> = PARAMS
            .iter()
            .flat_map(|p| p.aliases.iter().chain([&p.name]))
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn the_spellings_of_an_example_are_one_value_and_each_example_is_another() {
        for param in PARAMS {
            let name = param.name;
            let mut values = Vec::new();
            for spellings in param.examples.good {
                let mut read = spellings.iter().map(|text| {
                    canonical(param, text).unwrap_or_else(|| panic!("{name}={text} is refused"))
                });
                let value = read.next().expect("a spelling");
                assert!(read.all(|other| other == value), "{name}: {spellings:?}");
                if let (Some(text), true) = (&value, param.is_asked()) {
                    assert!(spellings.contains(&text.as_str()), "{name}: {text}");
                    assert!(!values.contains(&value), "{name}: {text} twice");
                }
                values.push(value);
            }
            assert!(values.len() > 1, "{name} has one value");
        }
    }

    #[test]
    fn a_bad_example_is_refused_by_the_parameters_name() {
        for param in PARAMS.iter().filter(|p| p.name != "sig") {
            assert!(!param.examples.bad.is_empty(), "{}", param.name);
            for text in param.examples.bad {
                assert_eq!(canonical(param, text), None, "{}={text}", param.name);
                let mut query = ::url::form_urlencoded::Serializer::new(String::new());
                if param.name != "s" {
                    query.append_pair("s", "/x");
                }
                let query = query.append_pair(param.name, text).finish();
                let error = crate::url::parse(&query, &Config::default().url_defaults());
                let Err(Error::Bad { param: named, .. }) = error else {
                    panic!("{query}: {error:?}");
                };
                assert_eq!(named, param.name);
            }
        }
    }

    #[test]
    fn a_default_is_a_value_and_spelled_out_it_changes_nothing() {
        for param in PARAMS {
            let Some(text) = param.default_text() else {
                assert!(!param.default.contains("{}"), "{}", param.name);
                continue;
            };
            for text in [&text, &param.default_word()] {
                assert_eq!(canonical(param, text), Some(param.default_text()));
            }
        }
    }

    proptest! {
        #[test]
        fn a_value_made_by_chance_is_good_and_in_its_canonical_spelling(
            chances in proptest::collection::vec(any::<u32>(), 64),
        ) {
            let mut chances = chances.into_iter().cycle();
            let mut roll = |sides| chances.next().map_or(0, |chance| chance % sides);
            for param in PARAMS {
                for spellings in param.examples.values(4, &mut roll) {
                    let read = canonical(param, &spellings[0]);
                    prop_assert!(read.is_some(), "{}={}", param.name, spellings[0]);
                    if let Some(text) = read.flatten() {
                        prop_assert!(spellings.contains(&text), "{}: {spellings:?}", param.name);
                    }
                }
            }
        }
    }
}
