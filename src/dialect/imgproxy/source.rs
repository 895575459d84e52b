//! The source: plain, base64url, or encrypted, and the format behind it.

use aes::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};

use crate::dialect::bytes::from_base64;
use crate::dialect::call::{Call, Refusal, percent_decoded, source_of_path};
use crate::dialect::imgproxy::refusal::{invalid, unequalled};
use crate::dialect::imgproxy::value::format;
use crate::dialect::keys::Owner;
use crate::url::Source;
use letterbox_engine::transform::Format;

/// Reads the source, and the format behind it.
pub(super) fn source(rest: &str, call: &Call<'_>) -> Result<(Source, Option<Format>), Refusal> {
    let no_source = || invalid("the source is no URL");
    let (text, ending) = if let Some(plain) = rest.strip_prefix("plain/") {
        let (text, ending) = plain.rsplit_once('@').unwrap_or((plain, ""));
        (percent_decoded(text), ending.to_owned())
    } else {
        let (encrypted, encoded) = match rest.strip_prefix("enc/") {
            Some(encoded) => (true, encoded),
            None => (false, rest),
        };
        let encoded = encoded.replace('/', "");
        let (text, ending) = encoded.rsplit_once('.').unwrap_or((&encoded, ""));
        let bytes = from_base64(text).ok_or_else(no_source)?;
        let bytes = match encrypted {
            true => decrypted(call, bytes)?,
            false => bytes,
        };
        (
            String::from_utf8(bytes).map_err(|_| no_source())?,
            ending.to_owned(),
        )
    };
    let format = match &*ending {
        "" => None,
        ending => Some(format(ending).ok_or_else(|| {
            let quoted = crate::url::quote(ending);
            invalid(format!("{quoted} is not jpg, png, webp, avif or gif"))
        })?),
    };
    if let Some(object) = BUCKETS.iter().find_map(|scheme| text.strip_prefix(scheme)) {
        let source = in_bucket(object, call).ok_or_else(|| {
            unequalled("a bucket that is none of those in SOURCES with a region (s3=)")
        })?;
        return Ok((source, format));
    }
    let text = text.strip_prefix("local://").unwrap_or(&text);
    if text.contains("://") && !text.starts_with("http") {
        return Err(unequalled("a source that is not https"));
    }
    Ok((source_of_path(text).ok_or_else(no_source)?, format))
}

/// Schemes of objects in buckets.
const BUCKETS: [&str; 2] = ["s3://", "gs://"];

/// Returns an object of a bucket, which is a named origin. Behind a question mark stands the
/// version of the object.
fn in_bucket(object: &str, call: &Call<'_>) -> Option<Source> {
    let (bucket, key) = object.split_once('/')?;
    let mut origins = call.origins.iter();
    origins.find(|origin| origin.name == bucket && origin.region.is_some())?;
    let (key, version) = key.split_once('?').unwrap_or((key, ""));
    let query = match version {
        "" => String::new(),
        version => format!("?versionId={version}"),
    };
    call.origins.at(bucket, &format!("{key}{query}"))
}

/// Decrypts a source: AES in CBC mode behind its initialisation vector, with the padding of PKCS 7.
fn decrypted(call: &Call<'_>, bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    // An answer to each text that somebody makes up would give the key's texts away.
    if !call.keys.has(Owner::Imgproxy) {
        return Err(unequalled(
            "an encrypted source without the key of signatures (imgproxy) in DIALECT_KEYS",
        ));
    }
    let wrong = || invalid("the source cannot be decrypted");
    let (key, _) = call.keys.of(Owner::ImgproxySource).next().ok_or_else(|| {
        unequalled("an encrypted source without its key (imgproxy-source) in DIALECT_KEYS")
    })?;
    let (iv, text) = bytes.split_at_checked(16).ok_or_else(wrong)?;
    let mut text = text.to_vec();
    macro_rules! decrypt {
        ($cipher:ty) => {
            cbc::Decryptor::<$cipher>::new_from_slices(key, iv)
                .map_err(|_| wrong())?
                .decrypt_padded::<Pkcs7>(&mut text)
                .map_err(|_| wrong())?
                .to_vec()
        };
    }
    Ok(match key.len() {
        16 => decrypt!(aes::Aes128),
        24 => decrypt!(aes::Aes192),
        _ => decrypt!(aes::Aes256),
    })
}
