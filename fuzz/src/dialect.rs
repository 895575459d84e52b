//! Checks any URL of any dialect: it is read or refused without a panic, every refusal can be told,
//! and the canonical form of what was read parses to the same request.

use letterbox::config::Config;
use letterbox::dialect::{Call, Dialect, Failure, Keys, Options};
use letterbox::url::hints::Varies;
use letterbox::url::{Defaults, admit, canonical, parse};
use letterbox_engine::transform::{Format, FormatSet, Target};
use url::Url;

/// Runs the target. An input is the name of a dialect, a space, and the URL behind its prefix.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let Some((name, rest)) = text.split_once(' ') else {
        return;
    };
    let Some(dialect) = Dialect::all().find(|dialect| dialect.name() == name) else {
        return;
    };
    let Ok(url) = Url::parse(&format!("https://img.example.com/{rest}")) else {
        return;
    };
    let call = Call {
        path: url.path().strip_prefix('/').unwrap_or_default(),
        whole_path: url.path(),
        query: url.query().unwrap_or_default(),
        accept: Some("image/avif,image/webp,*/*;q=0.8"),
        user_agent: None,
        hinted: Default::default(),
        origins: &Default::default(),
        offer: FormatSet::of(&[Format::WebP, Format::Avif]),
        now_secs: 1_700_000_000,
        keys: &Keys::default(),
    };
    let config = Config::default();
    match dialect.read(&call, &Options::default()) {
        Ok(translation) => {
            let asked = translation.asked;
            let negotiated = match asked.transform.target {
                Target::Auto(negotiated) => negotiated,
                _ => config.url_defaults().negotiated,
            };
            let defaults = Defaults {
                negotiated,
                ..config.url_defaults()
            };
            let Ok(mut asked) = admit(asked, &defaults) else {
                return;
            };
            asked.expires_secs = None; // until when one may ask is no part of what is asked for
            asked.disposition = None; // nor is the name under which it is saved
            asked.fallback = None; // nor the answer where there is none
            asked.varies = Varies::default(); // nor who else gets another one
            let canonical = canonical(&asked);
            assert_eq!(parse(&canonical, &defaults), Ok(Some(asked)), "{text}");
        }
        Err(refusal) => {
            let told = dialect.tell(&Failure {
                status: refusal.status,
                code: refusal.code,
                own: refusal.own,
                message: &refusal.message,
                of_source: None,
                request_id: "1",
            });
            assert!(told.status.is_client_error(), "{text}: {}", told.status);
            let field = told
                .field
                .map(|(_, value)| http::HeaderValue::try_from(value));
            assert!(field.is_none_or(|value| value.is_ok()), "{text}");
        }
    }
}
