//! Content negotiation for `f=auto`: the formats that the client accepts (RFC 9110, sections 12.1
//! and 12.5.1).
//!
//! This module reads Accept and recognises crawlers. A format that not every client shows counts
//! only where Accept names it: browsers that cannot show AVIF still send `image/*` and `*/*`. The
//! plan decides the format of a picture from the result.

use letterbox_engine::transform::{Format, FormatSet, Negotiated};

/// Longest Accept that is read, in bytes; a longer one counts as empty. Browsers send about a
/// hundred bytes.
const MOST_BYTES: usize = 4096;

/// Subtypes that every client shows. A client that prefers one of these to a named format gets it.
const COMMON: [&str; 3] = ["jpeg", "png", "gif"];

/// Product names of programs that fetch a picture for the preview of a link. Many of them show JPEG
/// and PNG only, whatever they accept.
const CRAWLERS: [&str; 22] = [
    "applebot",
    "bitlybot",
    "cardyb",
    "discordbot",
    "embedly",
    "facebookexternalhit",
    "facebot",
    "iframely",
    "linkedinbot",
    "mastodon",
    "meta-externalfetcher",
    "pinterest",
    "pinterestbot",
    "redditbot",
    "skypeuripreview",
    "slack-imgproxy",
    "slackbot",
    "slackbot-linkexpanding",
    "telegrambot",
    "twitterbot",
    "vkshare",
    "whatsapp",
];

/// Negotiates from Accept, all its lines joined by commas, and User-Agent.
pub fn negotiate(accept: Option<&str>, user_agent: Option<&str>) -> Negotiated {
    if user_agent.is_some_and(is_crawler) {
        return Negotiated::Card;
    }
    let accept = accept.filter(|accept| accept.len() <= MOST_BYTES);
    let weights = Weights::of(accept.unwrap_or_default());
    let common = COMMON.map(|subtype| weights.weight(subtype));
    let common = common.into_iter().max().unwrap_or(0);
    let liked = |weight: Option<u16>| weight.filter(|&weight| weight > 0 && weight >= common);
    // A format is dropped if one that is tried later has a higher weight.
    let (mut taken, mut best) = (Vec::new(), None);
    for (format, weight) in weights.named.iter().rev() {
        let weight = liked(*weight);
        if weight.is_some() && weight >= best {
            taken.push(*format);
        }
        best = best.max(weight);
    }
    Negotiated::Client(FormatSet::of(&taken))
}

/// Whether one of the products of a User-Agent (section 10.1.5), those in comments included, has a
/// crawler's name. The whole name has to match, because a part of a name may be anything, and
/// in-app browsers give the app's name in brackets (`[Pinterest/iOS]`).
fn is_crawler(user_agent: &str) -> bool {
    let words = user_agent.split([' ', '\t', '(', ')', ';', ',']);
    let names = words.filter_map(|word| word.split('/').next());
    names.into_iter().any(|name| {
        CRAWLERS
            .iter()
            .any(|crawler| name.eq_ignore_ascii_case(crawler))
    })
}

/// Weights of the relevant media ranges of an Accept, in thousandths. Of a repeated range the lower
/// weight counts, so that the order of the members does not matter.
#[derive(Debug)]
struct Weights {
    /// Weights of formats that count only where they are named, in the order in which they are
    /// tried.
    named: Vec<(Format, Option<u16>)>,
    common: [Option<u16>; COMMON.len()],
    images: Option<u16>,
    anything: Option<u16>,
}

impl Weights {
    fn of(accept: &str) -> Weights {
        let mut weights = Weights {
            named: Format::named().map(|format| (format, None)).collect(),
            common: [None; COMMON.len()],
            images: None,
            anything: None,
        };
        for member in split(accept, b',') {
            let Some((range, weight)) = read(member) else {
                continue;
            };
            if let Some(known) = weights.known(&range) {
                *known = Some(known.map_or(weight, |known| known.min(weight)));
            }
        }
        weights
    }

    /// Returns the weight of a range in lower case, if the range is relevant.
    fn known(&mut self, range: &str) -> Option<&mut Option<u16>> {
        match range {
            "*/*" => return Some(&mut self.anything),
            "image/*" => return Some(&mut self.images),
            _ => {}
        }
        let is = |(format, _): &(Format, _)| format.content_type() == range;
        if let Some(at) = self.named.iter().position(is) {
            return self.named.get_mut(at).map(|(_, weight)| weight);
        }
        let subtype = range.strip_prefix("image/")?;
        let at = COMMON.iter().position(|common| *common == subtype)?;
        self.common.get_mut(at)
    }

    /// Returns the weight of a common type from the most specific range. Without any range the type
    /// has no weight, but is served all the same.
    fn weight(&self, subtype: &str) -> u16 {
        let at = COMMON.iter().position(|common| *common == subtype);
        let named = at.and_then(|at| self.common[at]);
        named.or(self.images).or(self.anything).unwrap_or(0)
    }
}

/// Parses a member of an Accept: its range in lower case, and its weight. Returns `None` for an
/// invalid member, and for a range with parameters, which is more specific than the types that are
/// served.
fn read(member: &str) -> Option<(String, u16)> {
    let mut parts = split(member, b';').map(|part| part.trim_matches(OWS));
    let range = parts.next()?;
    let (kind, subtype) = range.split_once('/')?;
    if !is_token(kind) || !is_token(subtype) || (kind == "*" && subtype != "*") {
        return None;
    }
    let weight = match parts.find(|part| !part.is_empty()) {
        None => 1000,
        Some(parameter) => {
            let (name, value) = parameter.split_once('=')?;
            name.eq_ignore_ascii_case("q").then(|| qvalue(value))??
        }
    };
    Some((range.to_ascii_lowercase(), weight))
}

/// Optional whitespace (section 5.6.3).
const OWS: [char; 2] = [' ', '\t'];

/// Parses a weight in thousandths (section 12.4.2): 0 or 1, with up to three decimals.
fn qvalue(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// Whether the text is a token (section 5.6.2).
fn is_token(text: &str) -> bool {
    let in_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(in_token)
}

/// Returns the parts between separators outside of quoted strings (section 5.6.4).
fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c: char| {
        if escaped {
            escaped = false;
            return false;
        }
        match c {
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => return !quoted && c == char::from(separator),
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOTHING: Negotiated = Negotiated::Client(FormatSet::of(&[]));
    const WEBP: Negotiated = Negotiated::Client(FormatSet::of(&[Format::WebP]));
    const AVIF: Negotiated = Negotiated::Client(FormatSet::of(&[Format::Avif]));
    const BOTH: Negotiated = Negotiated::Client(FormatSet::of(&[Format::WebP, Format::Avif]));

    fn of(accept: &str) -> Negotiated {
        negotiate(Some(accept), Some("Mozilla/5.0"))
    }

    #[test]
    fn browsers_get_what_they_name() {
        for (accept, taken) in [
            // Chrome and Edge, for an <img> and for a page.
            (
                "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
                BOTH,
            ),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
                BOTH,
            ),
            // Firefox 128 and 92.
            (
                "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
                BOTH,
            ),
            ("image/avif,image/webp,*/*", BOTH),
            // Safari 17, 14 and 13.
            (
                "image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
                BOTH,
            ),
            (
                "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5",
                WEBP,
            ),
            (
                "image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5",
                NOTHING,
            ),
            ("*/*", NOTHING),
            ("image/*", NOTHING),
            ("", NOTHING),
        ] {
            assert_eq!(of(accept), taken, "{accept}");
        }
        assert_eq!(negotiate(None, None), NOTHING);
    }

    #[test]
    fn weights_decide_and_the_most_specific_range_counts() {
        for (accept, taken) in [
            ("image/webp;q=0", NOTHING),
            ("image/webp;q=0.000", NOTHING),
            ("image/webp;q=0.001", WEBP),
            ("image/webp;q=1.000", WEBP),
            ("image/webp;q=0.", NOTHING),
            ("image/webp;q=1.", WEBP),
            ("image/avif;q=0.5,image/webp;q=0.9", WEBP),
            ("image/avif;q=0.9,image/webp;q=0.5", BOTH),
            ("image/avif;q=0,image/webp", WEBP),
            ("image/avif,image/webp;q=0", AVIF),
            // JPEG or PNG or anything else is liked better.
            ("image/webp;q=0.8,image/jpeg", NOTHING),
            ("image/webp;q=0.8,image/png;q=0.8", WEBP),
            ("image/webp;q=0.8,image/*", NOTHING),
            ("image/webp;q=0.8,*/*", NOTHING),
            ("image/webp;q=0.8,*/*;q=0.9,image/*;q=0.1", WEBP),
            (
                "image/webp;q=0.8,image/jpeg;q=0,image/png;q=0,image/gif;q=0,*/*",
                WEBP,
            ),
            ("image/avif,image/webp;q=0.8,*/*;q=0.9", AVIF),
            ("text/html,image/webp;q=0.8", WEBP),
            // Twice: the lower one.
            ("image/webp,image/webp;q=0", NOTHING),
            ("image/webp;q=0,image/webp", NOTHING),
        ] {
            assert_eq!(of(accept), taken, "{accept}");
        }
    }

    #[test]
    fn junk_is_skipped_and_the_rest_is_read() {
        for (accept, taken) in [
            (" , ,,image/webp ,", WEBP),
            ("IMAGE/WebP", WEBP),
            ("image/webp ; Q=0.5", WEBP),
            ("image/webp;;q=0.5;", WEBP),
            ("image/webp\t;\tq=0.5;ext=1", WEBP),
            ("image/webp;q=2", NOTHING),
            ("image/webp;q=-1", NOTHING),
            ("image/webp;q=0.1234", NOTHING),
            ("image/webp;q=1.001", NOTHING),
            ("image/webp;q=+0.5", NOTHING),
            ("image/webp;q= 0.5", NOTHING),
            ("image/webp;q=", NOTHING),
            ("image/webp;q", NOTHING),
            ("image/webp;q=.5", NOTHING),
            ("image/webp;q=\"1\"", NOTHING),
            ("image/webp;v=1", NOTHING),
            ("image / webp", NOTHING),
            ("image/webp/x", NOTHING),
            ("image/webpp", NOTHING),
            ("webp", NOTHING),
            ("*/webp", NOTHING),
            ("image/webp;q=x,image/avif", AVIF),
            ("text/x;a=\",image/avif,\",image/webp", WEBP),
            ("text/x;a=\"\\\",image/avif\",image/webp", WEBP),
            ("text/x;a=\",image/webp", NOTHING),
            ("image/web\u{e9}p,image/avif", AVIF),
        ] {
            assert_eq!(of(accept), taken, "{accept}");
        }
    }

    #[test]
    fn an_accept_beyond_all_measure_says_nothing() {
        let of_length = |bytes: usize| of(&format!("{:>bytes$}", "image/webp"));
        assert_eq!(of_length(MOST_BYTES), WEBP);
        assert_eq!(of_length(MOST_BYTES + 1), NOTHING);
    }

    #[test]
    fn crawlers_of_cards_are_told_by_their_name() {
        let chrome = "image/avif,image/webp,*/*";
        for crawler in [
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Twitterbot/1.0",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Slack-ImgProxy (+https://api.slack.com/robots)",
            "WhatsApp/2.23.20.0",
            "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
            "TelegramBot (like TwitterBot)",
            "Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)",
            "FACEBOOKEXTERNALHIT",
            "Slackbot 1.0(+https://api.slack.com/robots)",
            "http.rb/5.1.1 (Mastodon/4.2.0; +https://mastodon.social/)",
            "Mozilla/5.0 (Macintosh) AppleWebKit/600.2.5 (KHTML, like Gecko) Version/8.0.2 Safari/600.2.5 (Applebot/0.1; +http://www.apple.com/go/applebot)",
            "Mozilla/5.0 (Macintosh) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
            "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
            "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +https://bsky.app)",
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        ] {
            assert_eq!(
                negotiate(Some(chrome), Some(crawler)),
                Negotiated::Card,
                "{crawler}"
            );
        }
        for browser in [
            "Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/140.0",
            "",
            // A crawler's name is a part of another one, or of an address.
            "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21A329 [Pinterest/iOS]",
            "NotTwitterbot/1.0",
            "Twitterbot-Tester/1.0",
            "MastodonForiOS/1.2 CFNetwork/1410",
            "WhatsAppWeb/2.0",
            "Mozilla/5.0 (compatible; +https://example.com/twitterbot)",
            "Mozilla/5.0 (https://facebot.example/)",
            "Mozilla/5.0 tool/whatsapp",
        ] {
            assert_eq!(negotiate(Some(chrome), Some(browser)), BOTH, "{browser}");
        }
    }

    /// Valid members, and invalid ones.
    fn members() -> impl Strategy<Value = Vec<String>> {
        let range = prop_oneof![
            Just("image/webp"),
            Just("image/avif"),
            Just("image/jpeg"),
            Just("image/*"),
            Just("*/*"),
            Just("text/html")
        ];
        let sound = (range, 0u16..=1000).prop_map(|(range, q)| match q {
            1000 => range.to_owned(),
            q => format!("{range};q=0.{q:03}"),
        });
        let junk = "[ -~&&[^,\"\\\\]]{0,20}";
        prop::collection::vec(prop_oneof![3 => sound, 1 => junk], 0..8)
    }

    proptest! {
        #[test]
        fn no_text_panics(accept in "\\PC{0,80}", agent in "\\PC{0,40}") {
            let _ = negotiate(Some(&accept), Some(&agent));
        }

        #[test]
        fn no_text_of_accepts_own_letters_panics(accept in "[imagewbpvf*/;,=q.01 \"\\\\]{0,60}") {
            let _ = of(&accept);
        }

        #[test]
        fn the_order_of_members_and_junk_between_them_do_not_matter(
            (sorted, shuffled) in members().prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
        ) {
            prop_assert_eq!(of(&sorted.join(",")), of(&shuffled.join(" , ")));
            prop_assert_eq!(of(&sorted.join(",")), of(&sorted.join(",;,q=1,")));
        }

        #[test]
        fn what_is_not_named_is_not_taken(list in members()) {
            let named = |name: &str| list.iter().any(|member| member.starts_with(name));
            if let Negotiated::Client(taken) = of(&list.join(",")) {
                prop_assert!(named("image/webp") || !taken.has(Format::WebP));
                prop_assert!(named("image/avif") || !taken.has(Format::Avif));
            }
        }
    }
}
