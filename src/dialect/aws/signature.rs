//! The signature and the expiry, which are parameters of the query.

use http::StatusCode;
use sha2::Sha256;

use crate::dialect::call::{Call, Refusal, number};
use crate::dialect::keys::{Owner, are_equal, hmac};

/// Checks the signature, where there is a key: HMAC-SHA256 in hexadecimal digits, of the path and
/// of the other parameters by name.
pub(super) fn verify(call: &Call<'_>, query: &[(String, String)]) -> Result<bool, Refusal> {
    if !call.keys.has(Owner::Aws) {
        return Ok(false);
    }
    let given = query.iter().find(|(name, _)| name == "signature");
    let Some((_, given)) = given else {
        let message = "Query-string requires the signature parameter.";
        return Err(
            Refusal::signature("AuthorizationQueryParametersError", message)
                .with_status(StatusCode::BAD_REQUEST),
        );
    };
    let mismatch = || Refusal::signature("SignatureDoesNotMatch", "Signature does not match.");
    // In the text that is signed, a sign of the query that stands in a value looks like one between
    // parameters: two queries would have one signature.
    if query
        .iter()
        .any(|(name, text)| name.contains(['&', '=']) || text.contains('&'))
    {
        return Err(mismatch());
    }
    let mut others: Vec<&(String, String)> = query
        .iter()
        .filter(|(name, _)| name != "signature")
        .collect();
    others.sort_by(|(one, _), (other, _)| one.cmp(other));
    let pairs: Vec<String> = others
        .iter()
        .map(|(name, text)| format!("{name}={text}"))
        .collect();
    let mut message = format!("/{}", call.path);
    if !pairs.is_empty() {
        message = format!("{message}?{}", pairs.join("&"));
    }
    let is_good = call.keys.of(Owner::Aws).any(|(key, _)| {
        let tag = hmac::<Sha256>(key, &[message.as_bytes()]);
        let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
        are_equal(tag.as_bytes(), given.as_bytes())
    });
    match is_good {
        true => Ok(true),
        false => Err(mismatch()),
    }
}

/// Reads `expires`, such as 20300102T030405Z.
pub(super) fn expiry(call: &Call<'_>, query: &[(String, String)]) -> Result<Option<u64>, Refusal> {
    let Some((_, text)) = query.iter().find(|(name, _)| name == "expires") else {
        return Ok(None);
    };
    let expires_secs = seconds(text).ok_or_else(|| {
        let message = "expires is wrong: expected a time such as 20300102T030405Z";
        Refusal::bad("ImageRequestExpiryFormat", message)
    })?;
    if expires_secs <= call.now_secs {
        return Err(Refusal {
            code: "expired",
            ..Refusal::bad("ImageRequestExpired", "Request has expired.")
        });
    }
    Ok(Some(expires_secs))
}

/// Returns seconds since 1970 of a time in ISO 8601's basic form.
fn seconds(text: &str) -> Option<u64> {
    let is_form = text.len() == 16 && text.is_ascii() && &text[8..9] == "T" && text.ends_with('Z');
    let part = |from: usize, to: usize| number(text.get(from..to)?);
    if !is_form {
        return None;
    }
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(9, 11)?, part(11, 13)?, part(13, 15)?);
    let is_time = (1970..).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !is_time {
        return None;
    }
    // Years begin in March here, so that a leap day is the last day of one.
    let year = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    let days = days.checked_sub(719_468)?;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_since_1970() {
        for (text, wanted) in [
            ("19700101T000000Z", Some(0)),
            ("20000229T235959Z", Some(951_868_799)),
            ("20231114T221320Z", Some(1_700_000_000)),
            ("20300102T030405Z", Some(1_893_553_445)),
            ("19691231T235959Z", None),
            ("20301302T030405Z", None),
            ("20300102030405Z", None),
            ("2030010２T0304Z", None),
        ] {
            assert_eq!(seconds(text), wanted, "{text}");
        }
    }
}
