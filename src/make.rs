//! A new answer: the source is fetched and pushed through the pipeline, in the memory that was reserved for it.

use http::Response;
use url::Url;

use crate::cache::conditional;
use crate::cache::freshness::{self, Lifetime};
use crate::cache::key;
use crate::config::Config;
use crate::error::Error;
use crate::governor::{self, Share};
use crate::image::{Output, Pipeline};
use crate::log::Record;
use crate::origin::{self, Download};
use crate::platform::{Platform, before};
use crate::reply;
use crate::request::Request;
use crate::url::{Asked, Source};

/// What came of it.
pub(crate) enum Made {
    /// An image, or its description.
    Image(Box<Image>),
    /// The client has the answer already, and the source's header said so before a pixel was read.
    NotModified(Response<()>),
}

/// A new answer.
pub(crate) struct Image {
    /// As it is stored: without a word about this one request.
    pub(crate) head: Response<()>,
    pub(crate) output: Output,
    /// How long it is everybody's; `None` if it is not.
    pub(crate) lifetime: Option<Lifetime>,
    pub(crate) fetch_ms: f64,
}

impl Image {
    /// How long it is stored, if it is.
    pub(crate) fn kept(&self) -> Option<Lifetime> {
        self.lifetime.filter(|lifetime| lifetime.kept_secs() > 0)
    }

    /// A copy of the answer.
    pub(crate) fn answer(&self) -> Response<Vec<u8>> {
        self.head.clone().map(|()| self.output.body.clone())
    }
}

/// Milliseconds beyond a source's own after which a request that still holds memory has been ended by the platform.
pub(crate) const LAPSE_MS: u32 = 20_000;

/// Makes an answer. `lasting` is whether it may be stored, as far as the request is concerned.
pub(crate) async fn make<P: Platform>(
    platform: &P,
    config: &Config,
    request: &Request,
    asked: &Asked,
    key: &Url,
    lasting: bool,
    record: &mut Record,
) -> Result<Made, Error> {
    let started = platform.now_ms();
    let mut download = open(platform, config, request, &asked.source).await?;
    let last = download.headers.last().cloned().unwrap_or_default();
    let lifetime = (lasting && download.headers.iter().all(freshness::is_public)).then(|| {
        freshness::lifetime(
            config.freshness,
            asked.max_age_secs.unwrap_or(config.cache_ttl_secs),
            &last,
            started as u64 / 1000,
        )
    });
    let cache_control =
        lifetime.map_or_else(|| freshness::PRIVATE.to_owned(), Lifetime::cache_control);
    let tagged = |mut head: Response<()>| {
        reply::tag(head.headers_mut(), key::source_tag(&asked.source));
        head
    };
    let tag = conditional::tag_of_source(key, &last);
    if let Some(tag) = tag
        .clone()
        .filter(|tag| conditional::has(request.if_none_match.as_deref(), Some(tag)))
    {
        return Ok(Made::NotModified(tagged(reply::not_modified(
            &cache_control,
            tag,
        ))));
    }

    let mut pipeline =
        Pipeline::new(&asked.transform, &config.limits).with_guests(platform.guests());
    pipeline.promise(download.length().unwrap_or(0))?;
    // What is planned is allocated after its memory is reserved. While that has to wait, the source is not read.
    let mut share = platform.governor().share(
        config.limits.memory_bytes,
        started + f64::from(config.patience.total_ms + LAPSE_MS),
    );
    let (mut decoding_ms, mut waiting_ms) = (0.0, 0.0); // a streaming decoder works while the bytes arrive
    while let Some(chunk) = download.next().await? {
        let pushed = platform.now_ms();
        pipeline.push(&chunk)?;
        decoding_ms += platform.now_ms() - pushed;
        let waited = reserve(platform, &mut share, &pipeline).await?;
        if waited > 0.0 {
            download.excuse(waited);
            waiting_ms += waited;
        }
    }
    pipeline.end()?;
    waiting_ms += reserve(platform, &mut share, &pipeline).await?;
    let fetch_ms = platform.now_ms() - started - decoding_ms - waiting_ms;
    // The answer of an animation may need more than it was given at first.
    while !pipeline.play(&|| platform.now_ms())? {
        waiting_ms += reserve(platform, &mut share, &pipeline).await?;
    }
    let mut output = pipeline.finish(&|| platform.now_ms())?;
    output.spent.decode_ms += decoding_ms;
    record.output(&output, fetch_ms, waiting_ms);
    let tag = tag.unwrap_or_else(|| conditional::tag_of_answer(key, &output.body));
    Ok(Made::Image(Box::new(Image {
        head: tagged(reply::image(&output, &cache_control, tag)),
        output,
        lifetime,
        fetch_ms,
    })))
}

async fn open<'p, P: Platform>(
    platform: &'p P,
    config: &Config,
    request: &Request,
    source: &Source,
) -> Result<Download<'p, P>, origin::Error> {
    match source {
        Source::Absolute(url) => {
            origin::open(platform, &config.rules, &config.patience, &request.url, url).await
        }
        Source::OnOrigin(path) => origin::open_bound(platform, &config.patience, path).await,
    }
}

/// Waits until the share has as many bytes as the pipeline needs; returns for how many milliseconds.
async fn reserve<P: Platform>(
    platform: &P,
    share: &mut Share<'_>,
    pipeline: &Pipeline<'_>,
) -> Result<f64, governor::Busy> {
    let (bytes, own) = (pipeline.memory_bytes(), pipeline.own_bytes());
    let asked = platform.now_ms();
    if bytes > share.bytes() {
        let mut alarm = platform.sleep(governor::WAIT_MS);
        let turn = platform.across(share.grow(bytes, asked));
        before(&mut alarm, turn).await.ok_or(governor::Busy)?;
        platform.guests().make_room(own);
    }
    Ok(platform.now_ms() - asked)
}
