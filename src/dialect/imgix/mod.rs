//! imgix, and Sanity with its names: a query on the path of an image, `/photo.jpg?w=300&fit=crop`.
//!
//! The path is one on the origin, or a percent-encoded URL. Nothing is asked of a picture that its
//! query does not name, but a fit that enlarges. The signature is the last parameter, an MD5 of the
//! token and of everything before it.

mod draft;
mod parameter;

use http::StatusCode;
use md5::{Digest, Md5};

use crate::dialect::bytes::text_of_base64;
use crate::dialect::call::{
    Call, Disposition, Failure, Refusal, Told, Translation, percent_decoded, source_of_path,
};
use crate::dialect::imgix::draft::Draft;
use crate::dialect::keys::{Owner, are_equal};

/// Reads a request.
pub(crate) fn read(call: &Call<'_>, is_signing: bool) -> Result<Translation, Refusal> {
    let signed = is_signing && call.keys.has(Owner::Imgix);
    if signed {
        verify(call)?;
    }
    let source = source_of_path(&percent_decoded(call.path))
        .ok_or_else(|| Refusal::bad("", "the path is no image and no URL"))?;
    let mut draft = Draft::new(call);
    for (name, text) in url::form_urlencoded::parse(call.query.as_bytes()) {
        match name.strip_suffix("64") {
            Some(name) => {
                let decoded = text_of_base64(&text);
                let expected = "base64";
                let text = decoded.ok_or_else(|| Refusal::value("", name, &text, expected))?;
                draft.parameter(name, &text)?;
            }
            None => draft.parameter(&name, &text)?,
        }
    }
    let mut translation = Translation::new(source, draft.finished()?);
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

/// Tells an error as text; imgix has not published its words.
pub(crate) fn tell(failure: &Failure<'_>) -> Told {
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
        ] {
            let read = read(&call("a/b.jpg", query), true).expect(query);
            assert_eq!(read.asked, native(&format!("s=/a/b.jpg&{ours}")), "{query}");
        }
        let proxy =
            read(&call("https%3A%2F%2Fa.example%2Fb.jpg", "dl=x.jpg"), true).expect("a URL");
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
            ("rot=90", "rot"),
            ("mask=/a.png", "mask="),
            ("mask=corners&corner-radius=x", "corner-radius=x"),
            ("ar=16", "ar"),
            ("rect=center,0,1,1", "rect"),
            ("fm=mp4", "fm=mp4"),
            ("auto=format,enhance", "enhance"),
            ("w64=%25", "w="),
            ("expires=5", "expired"),
        ] {
            let refusal = read(&call("a.jpg", query), true).expect_err(query);
            assert!(
                refusal.message.contains(word),
                "{query}: {}",
                refusal.message
            );
        }
    }
}
