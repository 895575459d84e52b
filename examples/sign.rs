//! Signs URLs: `cargo run --example sign -- 'https://img.example.com/?s=…&w=600'`, with the key in
//! LETTERBOX_SIGNING_KEY.
//!
//! The key is not an argument, because other users of the machine can read command lines.

use std::error::Error;

use letterbox::url::signature::Keys;
use url::Url;

fn main() -> Result<(), Box<dyn Error>> {
    let key = std::env::var("LETTERBOX_SIGNING_KEY")
        .map_err(|_| "there is no key: put it into LETTERBOX_SIGNING_KEY")?;
    let keys = Keys::parse(&key)?;
    for url in std::env::args().skip(1) {
        println!("{}", sign(&url, &keys)?);
    }
    Ok(())
}

/// Returns the URL with its signature.
fn sign(url: &str, keys: &Keys) -> Result<String, Box<dyn Error>> {
    let mut url = Url::parse(url)?;
    let query = url.query().ok_or("s is missing")?.to_owned();
    let sig = keys.sign(&query)?.ok_or("there is no key")?;
    url.set_query(Some(&format!("{query}&sig={sig}")));
    Ok(url.into())
}
