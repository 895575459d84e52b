//! One request, top to bottom.

use http::{Method, Response, StatusCode};
use url::Url;

use crate::cache::{freshness, key};
use crate::config::{self, Config};
use crate::error::Error;
use crate::governor::{self, Share};
use crate::image::{Output, Pipeline};
use crate::log::Record;
use crate::origin::{self, Download};
use crate::platform::{Platform, before};
use crate::reply::{self, Body};
use crate::url::{self as vocabulary, Asked, Source, signature};

/// What a request is to us: no header of it matters.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET, HEAD or OPTIONS; others are refused.
    pub method: Method,
    /// The whole URL.
    pub url: Url,
    /// A name for logs and error bodies.
    pub id: String,
}

/// A reply on a platform.
pub type Reply<P> = Response<Body<<P as Platform>::Body>>;

/// Answers a request. Whatever happens, there is a reply and one line in the log.
pub async fn serve<P: Platform>(
    platform: &P,
    config: &Result<Config, config::Error>,
    request: &Request,
) -> Reply<P> {
    let mut record = Record::new(&request.id, &request.method);
    let answered = match request.method {
        Method::GET | Method::HEAD => answer(platform, config, &request.url, &mut record).await,
        Method::OPTIONS => Ok(reply::options()),
        _ => Err(Error::MethodNotAllowed),
    };
    let mut reply = answered.unwrap_or_else(|error| {
        record.error(&error);
        reply::error(&error, &request.id)
    });
    if request.method == Method::HEAD {
        *reply.body_mut() = Body::Empty;
    }
    platform.log(&record.line(reply.status()));
    reply
}

async fn answer<P: Platform>(
    platform: &P,
    config: &Result<Config, config::Error>,
    url: &Url,
    record: &mut Record,
) -> Result<Reply<P>, Error> {
    let config = config.as_ref().map_err(Clone::clone)?.for_host(url)?;
    vocabulary::check_length(url)?;

    let now_secs = (platform.now_ms() / 1000.0) as u64;

    // Without a source the origin answers, whatever it says.
    let query = url
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let asked = match vocabulary::parse(url.query().unwrap_or_default(), &config.url_defaults()) {
        Ok(None) => {
            record.way("origin");
            let answer = ask_origin(platform, config, &format!("{}{query}", url.path())).await?;
            return Ok(reply::passed(answer.ok_or(Error::MissingSource)?));
        }
        Ok(Some(asked)) => signed(url, config, now_secs)
            .and_then(|()| allowed(on_its_origin(asked, config), config)),
        Err(error) => Err(error.into()),
    };

    // A stored answer touches neither source nor origin.
    if let Ok(asked) = &asked {
        record.asked(asked);
        if let Some(stored) = platform.cache_get(&key::key(url, asked)).await {
            record.way("hit");
            return Ok(while_good(reply::hit(stored), asked, now_secs));
        }
    }

    // A file of the origin's own wins over the transform, and over parameters that may be meant for it. Where the origin
    // cannot be asked, there is an answer, but none that stands in the file's place for a year.
    let mut lasting = true;
    if url.path() != "/" {
        match ask_origin(platform, config, url.path()).await {
            Ok(Some(file)) if file.status() == StatusCode::OK => {
                record.way("origin");
                return Ok(reply::passed(file));
            }
            Ok(_) => {}
            Err(_) => lasting = false,
        }
    }

    let asked = asked?;
    record.way("transform");
    let started = platform.now_ms();
    let mut download = open(platform, config, &asked.source).await?;
    let lasting = lasting && download.headers.iter().all(freshness::is_public);
    let mut pipeline = Pipeline::new(&asked.transform, &config.limits);
    pipeline.promise(download.length().unwrap_or(0))?;
    // What is planned is allocated after its memory is reserved. While that has to wait, the source is not read.
    let mut share = platform.governor().share(
        config.limits.memory_bytes,
        started + f64::from(config.patience.total_ms) + LAPSE_MS,
    );
    let (mut decoding_ms, mut waiting_ms) = (0.0, 0.0); // a streaming decoder works while the bytes arrive
    while let Some(chunk) = download.next().await? {
        let pushed = platform.now_ms();
        pipeline.push(&chunk)?;
        decoding_ms += platform.now_ms() - pushed;
        let waited = reserve(platform, &mut share, pipeline.memory_bytes()).await?;
        if waited > 0.0 {
            download.excuse(waited);
            waiting_ms += waited;
        }
    }
    pipeline.end()?;
    waiting_ms += reserve(platform, &mut share, pipeline.memory_bytes()).await?;
    let fetch_ms = platform.now_ms() - started - decoding_ms - waiting_ms;
    let mut output = pipeline.finish(&|| platform.now_ms())?;
    output.spent.decode_ms += decoding_ms;
    record.output(&output, fetch_ms, waiting_ms);

    let stored = reply::image(
        &output,
        &freshness::cache_control(lasting, asked.max_age_secs.unwrap_or(config.cache_ttl_secs)),
    );
    if lasting {
        platform.cache_put(
            &key::key(url, &asked),
            stored.clone().map(|()| output.body.clone()),
        );
    }
    let reply = dress(stored, output, config, fetch_ms);
    Ok(while_good(reply, &asked, now_secs))
}

/// Milliseconds beyond a source's own after which a request that still holds memory has been ended by the platform.
const LAPSE_MS: f64 = 20_000.0;

/// Waits until the share has this many bytes; returns for how many milliseconds.
async fn reserve<P: Platform>(
    platform: &P,
    share: &mut Share<'_>,
    bytes: u64,
) -> Result<f64, governor::Busy> {
    let asked = platform.now_ms();
    if bytes > share.bytes() {
        let mut alarm = platform.sleep(governor::WAIT_MS);
        let turn = platform.across(share.grow(bytes, asked));
        before(&mut alarm, turn).await.ok_or(governor::Busy)?;
    }
    Ok(platform.now_ms() - asked)
}

/// Whether the request may ask at all: asked before the cache, which keeps one answer for every signature.
fn signed(url: &Url, config: &Config, now_secs: u64) -> Result<(), Error> {
    let query = url.query().unwrap_or_default();
    Ok(signature::verify(query, &config.signing(), now_secs)?)
}

/// A reply that nobody keeps for longer than the request's URL is good.
fn while_good<B>(mut reply: Response<B>, asked: &Asked, now_secs: u64) -> Response<B> {
    if let Some(expires_secs) = asked.expires_secs {
        freshness::shorten(reply.headers_mut(), expires_secs.saturating_sub(now_secs));
    }
    reply
}

/// A path on an origin with a URL is that URL: one image, one identity.
fn on_its_origin(mut asked: Asked, config: &Config) -> Asked {
    if let (Source::OnOrigin(path), Some(origin)) = (&asked.source, &config.rules.origin) {
        asked.source = Source::Absolute(origin::resolve(origin, path));
    }
    asked
}

/// Whether the source may be fetched: asked before the cache, so that a host that is taken off the list is gone at once.
fn allowed(asked: Asked, config: &Config) -> Result<Asked, Error> {
    if let Source::Absolute(url) = &asked.source {
        origin::check(url, &config.rules)?;
    }
    Ok(asked)
}

async fn open<'p, P: Platform>(
    platform: &'p P,
    config: &Config,
    source: &Source,
) -> Result<Download<'p, P>, origin::Error> {
    match source {
        Source::Absolute(url) => origin::open(platform, &config.rules, &config.patience, url).await,
        Source::OnOrigin(path) => origin::open_bound(platform, &config.patience, path).await,
    }
}

/// The origin's own answer to a path; `None` where no origin is configured.
async fn ask_origin<P: Platform>(
    platform: &P,
    config: &Config,
    path_and_query: &str,
) -> Result<Option<Response<P::Body>>, origin::Error> {
    match &config.rules.origin {
        Some(base) => origin::ask(
            platform,
            &config.rules,
            &config.patience,
            &origin::resolve(base, path_and_query),
        )
        .await
        .map(Some),
        None => origin::ask_bound(platform, &config.patience, path_and_query).await,
    }
}

fn dress<B>(
    stored: Response<()>,
    output: Output,
    config: &Config,
    fetch_ms: f64,
) -> Response<Body<B>> {
    let mut reply = stored;
    reply::miss(reply.headers_mut());
    if config.rules.development {
        reply::explain(reply.headers_mut(), &output, fetch_ms);
    }
    reply.map(|()| Body::Bytes(output.body))
}
