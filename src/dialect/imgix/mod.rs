//! imgix, Sanity with its names, and others whose options are a query on the path of an image:
//! `/photo.jpg?w=300&fit=crop`.
//!
//! The path is one on the origin, or a percent-encoded URL. Nothing is asked of a picture that its
//! query does not name, but a fit that enlarges. The signature of imgix is the last parameter, an
//! MD5 of the token and of everything before it.

mod bunny;
mod contentful;
mod draft;
mod fastly;
mod glide;
mod parameter;
mod shopify;
mod supabase;
mod variant;

use http::StatusCode;
use md5::{Digest, Md5};

use crate::dialect::bytes::text_of_base64;
use crate::dialect::call::{
    Call, Disposition, Failure, Refusal, Told, Translation, source_of_encoded,
};
use crate::dialect::imgix::draft::Draft;
use crate::dialect::imgix::variant::Variant;
use crate::dialect::keys::{Owner, are_equal};
use crate::dialect::table::Dialect;
use letterbox_engine::transform::Negotiated;

/// imgix itself, and Sanity.
const IMGIX: Variant = Variant {
    rows: &[],
    start: |_| (),
    settle: Draft::settle_words,
};

/// Returns the service of a dialect.
fn variant(dialect: Dialect) -> &'static Variant {
    match dialect {
        Dialect::Fastly => &fastly::FASTLY,
        Dialect::Contentful => &contentful::CONTENTFUL,
        Dialect::Shopify => &shopify::SHOPIFY,
        Dialect::Bunny => &bunny::BUNNY,
        Dialect::Supabase => &supabase::SUPABASE,
        Dialect::Glide => &glide::GLIDE,
        _ => &IMGIX,
    }
}

/// Reads a request.
pub(crate) fn read(call: &Call<'_>, dialect: Dialect) -> Result<Translation, Refusal> {
    let signed = dialect.has_key(call.keys);
    match dialect {
        Dialect::Imgix if signed => verify(call)?,
        Dialect::Glide if signed => glide::verify(call)?,
        _ => {}
    }
    let variant = variant(dialect);
    let mut draft = Draft::new(call.negotiated());
    (variant.start)(&mut draft);
    let plain = match dialect {
        Dialect::Shopify => shopify::suffix(&mut draft, call.path),
        _ => None,
    };
    let source = source_of_encoded(plain.as_deref().unwrap_or(call.path))
        .ok_or_else(|| Refusal::bad("", "the path is no image and no URL"))?;
    for (name, text) in url::form_urlencoded::parse(call.query.as_bytes()) {
        // What is encoded has a name that ends so.
        match name.strip_suffix("64").filter(|_| variant.rows.is_empty()) {
            Some(name) => {
                let decoded = text_of_base64(&text);
                let expected = "base64";
                let text = decoded.ok_or_else(|| Refusal::value("", name, &text, expected))?;
                variant.parameter(&mut draft, name, &text)?
            }
            None => variant.parameter(&mut draft, &name, &text)?,
        };
    }
    (variant.settle)(&mut draft)?;
    let mut translation = Translation::new(source, draft.finished());
    translation.signed = signed;
    if let Some(expires_secs) = draft.expires_secs {
        if expires_secs <= call.now_secs {
            return Err(Refusal {
                code: "expired",
                ..Refusal::bad("", "the URL has expired")
            }
            .with_status(StatusCode::NOT_FOUND));
        }
        translation.asked.expires_secs = Some(expires_secs);
    }
    let source = &translation.asked.source;
    translation.asked.disposition = draft
        .saved_as
        .map(|name| Disposition::saved_as(&name, source));
    Ok(translation)
}

/// Checks `s`, which stands last.
fn verify(call: &Call<'_>) -> Result<(), Refusal> {
    let (query, given) = match call.query.rsplit_once("&s=") {
        Some((query, given)) => (format!("?{query}"), given),
        None => (String::new(), call.query.strip_prefix("s=").unwrap_or("")),
    };
    let mut tokens = call.keys.of(Owner::Imgix);
    let is_good = tokens.any(|(token, _)| {
        // Some composers leave the slash in front of the path out.
        ["/", ""].iter().any(|slash| {
            let mut hash = Md5::new();
            for part in [
                token,
                slash.as_bytes(),
                call.path.as_bytes(),
                query.as_bytes(),
            ] {
                hash.update(part);
            }
            let hash: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
            are_equal(hash.as_bytes(), given.as_bytes())
        })
    });
    match is_good {
        true => Ok(()),
        false => Err(Refusal::signature(
            "",
            "the signature is not that of this URL",
        )),
    }
}

/// Whether a query has a parameter that a dialect knows, with a good value or a wrong one.
pub(crate) fn knows_one_of(dialect: Dialect, query: &str) -> bool {
    let variant = variant(dialect);
    let mut draft = Draft::new(Negotiated::default());
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, text)| {
        let encoded = name.strip_suffix("64").filter(|_| variant.rows.is_empty());
        variant.parameter(&mut draft, encoded.unwrap_or(&name), &text) != Ok(false)
    })
}

/// Tells an error as text: the services have not published their words.
pub(crate) fn tell(failure: &Failure<'_>, dialect: Dialect) -> Told {
    if dialect == Dialect::Supabase {
        return supabase::tell(failure);
    }
    let status = match failure.code {
        "unsupported-format" | "corrupt-image" => StatusCode::UNPROCESSABLE_ENTITY,
        "source-not-found" | "expired" => StatusCode::NOT_FOUND,
        _ => failure.status,
    };
    Told::text(status, failure.message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::testing::{call, native};

    #[test]
    fn parameters_are_native_ones() {
        let plain = "w=auto&h=auto&fit=inside";
        for (query, ours) in [
            ("", format!("{plain}&q=75")),
            (
                "w=300&ixlib=js-1",
                "w=300&h=auto&fit=inside&q=75".to_owned(),
            ),
            ("w=300&h=200", "w=300&h=200&fit=inside&q=75".to_owned()),
            ("w=0.5&q=60", "w=50%25&h=auto&fit=inside&q=60".to_owned()),
            (
                "w=300&h=200&fit=crop&crop=top,left",
                "w=300&h=200&fit=cover&a=top-left&q=75".to_owned(),
            ),
            (
                "w=300&h=200&fit=crop&crop=focalpoint&fp-x=0.25&fp-y=0.75",
                "w=300&h=200&fit=cover&a=0.25x0.75&q=75".to_owned(),
            ),
            (
                "w=300&h=200&fit=crop&crop=faces,entropy",
                "w=300&h=200&fit=cover&a=attention&q=75".to_owned(),
            ),
            (
                "w=300&h=200&fit=fill&fill-color=8f00&bg=blue",
                "w=300&h=200&bg=ff000088&q=75".to_owned(),
            ),
            (
                "w=300&h=200&fit=fill&fill=blur",
                "w=300&h=200&bg=blur&q=75".to_owned(),
            ),
            (
                "w=300&h=200&fit=fillmax&bg=80ff0000",
                "w=300&h=200&we&bg=ff000080&q=75".to_owned(),
            ),
            (
                "w=300&h=200&fit=max",
                "w=300&h=200&fit=inside&we&q=75".to_owned(),
            ),
            (
                "w=300&h=200&fit=min",
                "w=300&h=200&fit=aspect-crop&q=75".to_owned(),
            ),
            (
                "w=300&h=200&fit=scale",
                "w=300&h=200&fit=fill&q=75".to_owned(),
            ),
            (
                "w=300&ar=16:9&fit=crop",
                "w=300&h=auto&ar=16:9&fit=cover&q=75".to_owned(),
            ),
            (
                "rect=1,2,30,0.5&dpr=2",
                format!("{plain}&cx=1&cy=2&cw=30&ch=50%25&dpr=2&q=75"),
            ),
            ("fm=webp&lossless=1", format!("{plain}&f=webp&ll&q=76")),
            (
                "fm=pjpg&flip=hv&orient=6&pad=4",
                format!("{plain}&f=jpg&il&flip&flop&or=0&ro=90&pad=4&q=75"),
            ),
            ("orient=7", format!("{plain}&or=0&ro=90&flip&q=75")),
            ("sat=-100", format!("{plain}&filt=greyscale&q=75")),
            (
                "hue=90&bri=10&px=4&invert=true",
                format!("{plain}&hue=90&bri=10&pixelate=4&filt=negate&q=75"),
            ),
            (
                "mask=corners&corner-radius=10,0,20&mask-bg=f00",
                format!("{plain}&radius=10,0,20&mbg=f00&q=75"),
            ),
            ("mask=ellipse", format!("{plain}&mask=ellipse&q=75")),
            ("corner-radius=10", format!("{plain}&q=75")),
            ("w64=MzAw", "w=300&h=auto&fit=inside&q=75".to_owned()),
            (
                "rect=center,bottom,30,40&rot=90",
                format!("{plain}&ca=bottom&cw=30&ch=40&ro=90&q=75"),
            ),
            (
                "loop=2&interval=50",
                format!("{plain}&loop=2&delay=50&q=75"),
            ),
            ("frame=3", format!("{plain}&page=2&q=75")),
            ("sepia=100", format!("{plain}&filt=sepia&q=75")),
            (
                "duotone=f00,00f",
                format!("{plain}&filt=duotone&start=f00&stop=00f&q=75"),
            ),
        ] {
            let read = read(&call("a/b.jpg", query), Dialect::Imgix).expect(query);
            assert_eq!(read.asked, native(&format!("s=/a/b.jpg&{ours}")), "{query}");
        }
        let proxy = read(
            &call("https%3A%2F%2Fa.example%2Fb.jpg", "dl=x.jpg"),
            Dialect::Imgix,
        )
        .expect("a URL");
        assert_eq!(proxy.asked.source.to_string(), "https://a.example/b.jpg");
        assert_eq!(proxy.asked.disposition, Some(Disposition::new(true, "x")));
    }

    #[test]
    fn a_wrong_request_names_the_parameter() {
        for (query, word) in [
            ("w=x", "w=x"),
            ("fit=clamp", "fit=clamp"),
            ("fit=facearea", "fit=facearea"),
            ("mark=x", "mark"),
            ("txt-color=red", "txt-color"),
            ("fp-z=2", "fp-z"),
            ("rot=45", "rot"),
            ("mask=/a.png", "mask="),
            ("mask=corners&corner-radius=x", "corner-radius=x"),
            ("ar=16", "ar"),
            ("rect=middle,0,1,1", "rect"),
            ("fm=mp4", "fm=mp4"),
            ("auto=format,enhance", "enhance"),
            ("w64=%25", "w="),
            ("expires=5", "expired"),
        ] {
            let refusal = read(&call("a.jpg", query), Dialect::Imgix).expect_err(query);
            assert!(
                refusal.message.contains(word),
                "{query}: {}",
                refusal.message
            );
        }
    }
}
