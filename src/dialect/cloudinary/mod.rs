//! Cloudinary's `fetch` and `upload`: `[s--signature--/]<k_value,k_value>/…/[v1/]<source>`.
//!
//! Components stand in front of the source. They are read into one transform, so that only one of
//! them may resize. Without a crop mode a box distorts the picture.

mod component;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::dialect::bytes::to_base64url;
use crate::dialect::call::{
    Call, Disposition, Failure, Refusal, Told, Translation, percent_decoded, source_of_path,
};
use crate::dialect::cloudinary::component::{Draft, is_component};
use crate::dialect::keys::{Owner, are_equal};
use crate::dialect::options::Options;
use crate::url::value;

/// Reads a request. A query belongs to the source, unless URLs are signed.
pub(crate) fn read(call: &Call<'_>, options: &Options) -> Result<Translation, Refusal> {
    let (signature, rest) = match call.path.split_once('/') {
        Some((first, rest)) if first.starts_with("s--") && first.ends_with("--") => {
            (first.get(3..first.len() - 2).unwrap_or(""), rest)
        }
        _ => ("", call.path),
    };
    let mut parts = Parts::of(rest, percent_decoded);
    let signed = call.keys.has(Owner::Cloudinary);
    if signed && !is_signature(call, signature, &parts.signed) {
        // Some composers sign what they encode afterwards. What is read is what was signed.
        parts = Parts::of(&percent_decoded(rest), str::to_owned);
        if !is_signature(call, signature, &parts.signed) {
            let message = "Invalid Signature: it is not that of this URL";
            return Err(Refusal::signature("", message));
        }
    }
    let mut draft = Draft::new(call, options);
    for component in &parts.components {
        draft.component(component)?;
    }
    // No signature covers a query.
    let query = match call.query {
        query if signed || query.is_empty() => String::new(),
        query => format!("?{query}"),
    };
    let source = source_of_path(&format!("{}{query}", parts.source))
        .ok_or_else(|| Refusal::bad("", "the source is no URL and no path"))?;
    let mut translation = Translation::new(source, draft.finished()?);
    translation.signed = signed;
    translation.asked.version = parts.version.as_deref().and_then(value::token);
    let source = &translation.asked.source;
    translation.asked.disposition = draft.saved_as.map(|name| match &*name {
        "" => Disposition::of_source(true, source),
        name => Disposition::new(true, name),
    });
    Ok(translation)
}

/// The parts of a path behind its signature.
struct Parts {
    components: Vec<String>,
    /// All of it but for the version.
    signed: String,
    version: Option<String>,
    source: String,
}

impl Parts {
    /// Splits a path, whose components and source are decoded.
    fn of(path: &str, decoded: fn(&str) -> String) -> Parts {
        let mut components = Vec::new();
        let mut rest = path;
        while let Some((segment, behind)) = rest.split_once('/') {
            let segment = decoded(segment);
            if !is_component(&segment) {
                break;
            }
            components.push(segment);
            rest = behind;
        }
        let before = path.strip_suffix(rest).unwrap_or("");
        // A version is no part of a name.
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let mut version = None;
        if let Some((first, behind)) = rest.split_once('/')
            && let Some(number) = first.strip_prefix('v').filter(|number| digits(number))
        {
            (version, rest) = (Some(number.to_owned()), behind);
        }
        Parts {
            signed: format!("{before}{rest}"),
            source: decoded(rest),
            components,
            version,
        }
    }
}

/// Whether a signature is that of a text: eight letters of a SHA-1, or 32 of a SHA-256.
fn is_signature(call: &Call<'_>, signature: &str, text: &str) -> bool {
    let mut keys = call.keys.of(Owner::Cloudinary);
    keys.any(|(secret, _)| {
        let parts = [text.as_bytes(), secret].concat();
        let mut tag = match signature.len() {
            32 => to_base64url(&Sha256::digest(&parts)),
            _ => to_base64url(&Sha1::digest(&parts)),
        };
        tag.truncate(if signature.len() == 32 { 32 } else { 8 });
        are_equal(tag.as_bytes(), signature.as_bytes())
    })
}

/// Tells an error: no body to speak of, and a sentence in `X-Cld-Error`.
pub(crate) fn tell(failure: &Failure<'_>) -> Told {
    let plain = |c: char| if (' '..='~').contains(&c) { c } else { '?' };
    let sentence: String = failure.message.chars().take(500).map(plain).collect();
    Told {
        field: Some(("x-cld-error", sentence)),
        ..Told::text(failure.status, failure.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::testing::{call, native};

    #[test]
    fn components_are_native_parameters() {
        let options = Options {
            presets: vec![("card".to_owned(), "c_fill,w_600,h_315/f_webp".to_owned())],
            ..Options::default()
        };
        let plain = "w=auto&h=auto&fit=inside";
        for (path, ours) in [
            ("a/b.jpg", plain.to_owned()),
            ("w_300/a.jpg", "w=300&h=auto&fit=inside".to_owned()),
            ("w_300,h_200/a.jpg", "w=300&h=200&fit=fill".to_owned()),
            (
                "c_fill,w_300,h_200,g_north_east/a.jpg",
                "w=300&h=200&fit=cover&a=top-right".to_owned(),
            ),
            (
                "c_lfill,w_300,h_200,g_auto/a.jpg",
                "w=300&h=200&fit=aspect-crop&a=attention".to_owned(),
            ),
            (
                "c_limit,w_300,h_200/a.jpg",
                "w=300&h=200&fit=inside&we".to_owned(),
            ),
            (
                "c_fit,w_300,h_200/a.jpg",
                "w=300&h=200&fit=inside".to_owned(),
            ),
            (
                "c_mfit,w_300,h_200/a.jpg",
                "w=300&h=200&fit=scale-up".to_owned(),
            ),
            (
                "c_pad,w_300,h_200,b_rgb:ff0000/a.jpg",
                "w=300&h=200&bg=red".to_owned(),
            ),
            (
                "c_lpad,w_300,h_200,b_blue/a.jpg",
                "w=300&h=200&we&bg=blue".to_owned(),
            ),
            (
                "c_pad,w_300,h_200,b_blurred/a.jpg",
                "w=300&h=200&bg=blur".to_owned(),
            ),
            (
                "c_fill,ar_16:9,w_300/a.jpg",
                "w=300&h=auto&ar=16:9&fit=cover".to_owned(),
            ),
            (
                "c_crop,w_30,h_0.5,g_south_east,x_3/pg_2/dl_50/a.jpg",
                format!("{plain}&ca=bottom-right&cx=3&cw=30&ch=50%25&page=1&delay=50"),
            ),
            (
                "c_crop,x_1,y_2,w_30,h_40/w_20/a.jpg",
                "cx=1&cy=2&cw=30&ch=40&w=20&h=auto&fit=inside".to_owned(),
            ),
            (
                "w_0.5,dpr_2.0/q_79,f_webp/a.jpg",
                "w=50%25&h=auto&fit=inside&dpr=2&f=webp".to_owned(),
            ),
            (
                "a_90,e_grayscale,fl_progressive/a.jpg",
                format!("{plain}&ro=90&filt=greyscale&il"),
            ),
            (
                "a_hflip/e_brightness:20/e_trim/r_20/a.jpg",
                format!("{plain}&flop&bri=20&trim=10&radius=20"),
            ),
            (
                "t_card/a.jpg",
                "w=600&h=315&fit=cover&f=webp&q=81".to_owned(),
            ),
            ("v1234/a.jpg", format!("{plain}&v=1234")),
        ] {
            let read = read(&call(path, ""), &options).expect(path);
            let source = if path == "a/b.jpg" {
                "/a/b.jpg"
            } else {
                "/a.jpg"
            };
            assert_eq!(read.asked, native(&format!("s={source}&{ours}")), "{path}");
        }
        let fetched = read(&call("w_9/https://a.example/b.jpg", "x=1"), &options).expect("a URL");
        assert_eq!(
            fetched.asked.source.to_string(),
            "https://a.example/b.jpg?x=1"
        );
        let encoded = read(&call("w_9/https%3A%2F%2Fa.example%2Fb.jpg", ""), &options);
        assert_eq!(
            encoded.expect("a URL").asked.source.to_string(),
            "https://a.example/b.jpg"
        );
    }

    #[test]
    fn a_wrong_component_is_named() {
        let options = Options::default();
        for (path, word) in [
            ("w_x/a.jpg", "w_x"),
            ("w_9/w_8/a.jpg", "a second resize"),
            ("c_thumb,w_9/a.jpg", "c_thumb"),
            ("l_logo/a.jpg", "l_logo"),
            ("e_cartoonify/a.jpg", "e_cartoonify"),
            ("t_nosuch/a.jpg", "t_nosuch"),
            ("c_crop,w_9,ar_1:1/a.jpg", "ar beside c_crop"),
            ("c_crop,w_9,h_9,g_auto/a.jpg", "g_auto"),
            ("w_9/c_crop,w_9,h_9/a.jpg", "c_crop"),
            ("if_w_gt_9/a.jpg", "if_w_gt_9"),
            ("$x_9/a.jpg", "$x_9"),
            ("f_tiff/a.jpg", "f_tiff"),
            ("w_9/", "the source"),
        ] {
            let refusal = read(&call(path, ""), &options).expect_err(path);
            assert!(
                refusal.message.contains(word),
                "{path}: {}",
                refusal.message
            );
        }
    }
}
