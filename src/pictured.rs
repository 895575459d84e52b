//! An error as a picture, in development: the message on a page's broken image. A client that shows
//! pictures shows no JSON.

use url::Url;

use crate::config::Config;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::instance::Instance;
use crate::overlays::Overlays;
use crate::platform::Platform;
use crate::request::Request;
use crate::shares::{Need, Permits, Waits, reserve};
use crate::url::{Asked, parse};
use letterbox_engine::Pipeline;

/// A GIF of one dark red pixel, which becomes the ground of the picture.
const GROUND: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x7f\x1d\x1d\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b";

/// Size of the picture where the request has none that can be read.
const SIZE: (u32, u32) = (600, 315);

/// Returns a PNG with an error's status, code and message; `None` if there is no font, or no
/// memory.
pub(crate) async fn picture<P: Platform>(
    platform: &P,
    instance: &Instance<P::Bytes>,
    config: &Config,
    request: &Request,
    error: &Error,
) -> Option<Vec<u8>> {
    let asked = wanted(&request.url, error, config)?;
    let deadline = &mut Deadline::after(platform, config.timeouts.total_ms);
    let lapses_ms = deadline.lapses_ms();
    let budget = config.limits.memory_bytes;
    let shares = &mut Permits {
        opening: instance.openings.share(0, lapses_ms),
        memory: instance.memory.share(budget, lapses_ms),
    };
    let waits = &mut Waits {
        started: platform.now_ms(),
        waiting_ms: 0.0,
    };
    let mut overlays = Overlays {
        platform,
        config,
        request,
        asked: &asked,
        headers: Vec::new(),
    };
    let pipeline = Pipeline::new(&asked.transform, &config.limits);
    let mut pipeline = pipeline.with_guests(platform.guests());
    pipeline.push(GROUND).ok()?;
    pipeline.end().ok()?;
    let need = Need::of(&pipeline);
    reserve(platform, shares, need, deadline).await.ok()?;
    loop {
        if let Some(canvas) = pipeline.canvas() {
            let laid = overlays.lay(canvas, &mut pipeline, shares, waits, deadline);
            laid.await.ok()?;
        }
        if pipeline.play(&|| platform.now_ms()).ok()? {
            break;
        }
        let need = Need::of(&pipeline);
        reserve(platform, shares, need, deadline).await.ok()?;
    }
    let output = pipeline.finish(&|| platform.now_ms()).ok()?;
    Some(output.body)
}

/// Returns the request for the picture: as large as the one that failed, as far as that can be
/// read.
fn wanted(url: &Url, error: &Error, config: &Config) -> Option<Asked> {
    let side = |names: [&str; 2], otherwise| {
        let mut pairs = url.query_pairs();
        let text = pairs.find(|(name, _)| names.contains(&&**name));
        let pixels = text.and_then(|(_, text)| text.parse::<u32>().ok());
        pixels.map_or(otherwise, |pixels| pixels.clamp(160, 1200))
    };
    let (width, height) = (side(["w", "width"], SIZE.0), side(["h", "height"], SIZE.1));
    let words = format!(
        "{} {}\n{}",
        error.status().as_u16(),
        error.code(),
        error.public_message()
    );
    // A message may quote anything, and not all of it is in the font.
    let plain = |char: char| match char {
        '\n' | ' '..='~' => char,
        _ => '?',
    };
    let words: String = words.chars().map(plain).take(600).collect();
    let query = [
        ("s", "/"),
        ("w", &width.to_string()),
        ("h", &height.to_string()),
        ("fit", "fill"),
        ("f", "png"),
        ("txt", &words),
        ("txtsize", "22"),
        ("txtx", "16"),
        ("txty", "12"),
        ("txtw", "100p"),
        ("txth", "100p"),
        ("txtpos", "left"),
    ];
    let query = serde_urlencoded::to_string(query).ok()?;
    parse(&query, &Config::default().url_defaults())
        .ok()?
        .filter(|_| config.rules.development)
}
