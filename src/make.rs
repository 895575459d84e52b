//! Making a new answer: the source is fetched and pushed through the pipeline, within the memory
//! reserved for it.

use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderValue, Response};
use url::Url;

use crate::answer::{self, Kept};
use crate::cache::conditional;
use crate::cache::entry::Entry;
use crate::cache::freshness::{self, Lifetime};
use crate::cache::key;
use crate::coalesce::Leader;
use crate::config::Config;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::governor::{Busy, Permit};
use crate::instance::{Instance, OPENING_BYTES};
use crate::log::Record;
use crate::origin::{self, Download};
use crate::overlays::{self, Overlays};
use crate::platform::{Keeping, NoRoom, Platform};
use crate::reply::{self, Body};
use crate::request::Request;
use crate::shares::{Need, Permits, Waits, reserve, take};
use crate::url::{Asked, Source};
use letterbox_engine::transform::{Format, Negotiated, Target};
use letterbox_engine::{self as engine, Output, Pipeline};

/// Answer that has to be made.
pub(crate) struct Job<'j, P: Platform> {
    pub(crate) platform: &'j P,
    pub(crate) instance: &'j Instance<P::Bytes>,
    pub(crate) config: &'j Config,
    pub(crate) request: &'j Request,
    pub(crate) asked: &'j Asked,
    pub(crate) key: Url,
}

/// Outcome of a job.
pub(crate) enum Made<B, K> {
    /// An image, or its description.
    Answer(Box<New<B, K>>),
    /// A 304: the source's header shows, before a pixel is read, that every waiting client has the
    /// answer already.
    NotModified(Response<()>),
}

/// A new answer.
pub(crate) struct New<B, K> {
    /// The answer as it is stored, without fields that belong to this request alone.
    pub(crate) answer: Response<Body<B, K>>,
    /// Lifetime in shared caches; `None` if the answer is private.
    pub(crate) lifetime: Option<Lifetime>,
    /// The work of the pipeline, without the bytes, and the milliseconds of fetching; `None` where
    /// a stored answer was renewed.
    pub(crate) work: Option<(Output, f64)>,
}

impl<B, K> New<B, K> {
    /// Returns the lifetime, if the answer is stored.
    pub(crate) fn kept(&self) -> Option<Lifetime> {
        self.lifetime.filter(|lifetime| lifetime.kept_secs() > 0)
    }
}

/// Milliseconds between two checks for room in the isolate.
const ROOM_MS: u32 = 50;

/// Bytes held while a header is read: a piece as it came, and the buffer that gathers pieces.
const HEAD_BYTES: u64 = 256 << 10;

impl<P: Platform> Job<'_, P> {
    /// Makes the answer. `lead` knows the followers, and `stale` is the stored answer that is no
    /// longer fresh.
    pub(crate) async fn make(
        &self,
        lead: Option<&Leader<'_, P::Bytes>>,
        stale: &mut Option<Entry<P::Body>>,
        deadline: &mut Deadline,
        record: &mut Record,
    ) -> Result<Made<P::Body, P::Bytes>, Error> {
        let Job {
            platform,
            config,
            asked,
            ref key,
            ..
        } = *self;
        let started = platform.now_ms();
        let lapses_ms = deadline.lapses_ms();
        let mut download = self.open(deadline).await?;
        let last = download.headers.last().cloned().unwrap_or_default();
        let mut lifetime = self.lifetime(&download.headers, started);
        let cache_control = |lifetime: Option<Lifetime>| {
            lifetime.map_or_else(|| freshness::PRIVATE.to_owned(), Lifetime::cache_control)
        };
        // The tag of a source does not tell whether what is laid over it is the same.
        let tag = if asked.has_others() {
            None
        } else {
            conditional::tag_of_source(key, &last)
        };
        if let Some(tag) = &tag {
            let cache_control = cache_control(lifetime);
            let mut head = reply::not_modified(&cache_control, tag.clone());
            reply::tag(head.headers_mut(), key::source_tags(asked));
            let same = stale.take_if(|entry| entry.answer.headers().get(ETAG) == Some(tag));
            if let Some(entry) = same {
                drop(download);
                if let Some(new) = self
                    .renew(entry, &cache_control, lifetime, deadline)
                    .await?
                {
                    return Ok(Made::Answer(Box::new(new)));
                }
                download = self.open(deadline).await?;
            } else if self.all_have(lead, tag) && may_be_an_image(&last) {
                return Ok(Made::NotModified(head));
            }
        }

        // Planned memory is allocated only after it is reserved. While the reservation waits, the
        // source is not read.
        let instance = self.instance;
        let budget = config.limits.memory_bytes;
        let mut shares = Permits {
            opening: instance
                .openings
                .share(OPENING_BYTES, lapses_ms)
                .dear(is_dear(asked.transform.target)),
            memory: instance.memory.share(budget, lapses_ms),
        };
        let mut waits = Waits {
            started,
            waiting_ms: take(platform, &mut shares.opening, HEAD_BYTES, deadline).await?,
        };
        let first = self.transform(download, &mut shares, &mut waits, deadline);
        let mut transformed = first.await;
        if matches!(transformed, Err(Error::Image(engine::Error::OutOfMemory))) {
            // There is enough room, but not in one piece, because memory of other requests lies in
            // between. A second try follows when they are done.
            shares.opening.shrink(0);
            shares.memory.shrink(0);
            take(platform, &mut shares.opening, OPENING_BYTES, deadline).await?;
            take(platform, &mut shares.memory, budget, deadline).await?;
            while !platform.guests().make_room(budget) {
                // Long answers occupy the isolate until they have been sent.
                let later = platform.sleep(ROOM_MS);
                deadline.before(platform, later).await.ok_or(Busy)?;
            }
            let download = self.open(deadline).await?;
            let again = self.transform(download, &mut shares, &mut waits, deadline);
            transformed = again.await;
        }
        let (mut output, fetch_ms, overlays) = transformed?;
        for headers in overlays {
            let other = self.lifetime(&headers, started);
            lifetime = lifetime.zip(other).map(|(one, other)| one.least(other));
        }
        let bytes = output.metadata_bytes(&config.limits)?;
        if bytes > 0 {
            let need = Need { bytes, own: bytes };
            waits.waiting_ms += reserve(platform, &mut shares, need, deadline).await?;
            output = output.with_metadata()?;
        }
        if asked.transform.data_url {
            let bytes = output.data_url_bytes(&config.limits)?;
            let need = Need { bytes, own: bytes };
            waits.waiting_ms += reserve(platform, &mut shares, need, deadline).await?;
            output = output.into_data_url()?;
        }
        record.output(&output, fetch_ms, waits.waiting_ms);
        let tag = tag.unwrap_or_else(|| conditional::tag_of_answer(key, &output.body));
        let mut head = reply::image(&output, &cache_control(lifetime), tag);
        reply::tag(head.headers_mut(), key::source_tags(asked));
        let bytes = std::mem::take(&mut output.body);
        let kept = self.keep(bytes, shares.memory)?;
        Ok(Made::Answer(Box::new(New {
            answer: head.map(|()| Body::Kept(kept)),
            lifetime,
            work: Some((output, fetch_ms)),
        })))
    }

    /// Pushes a source, and what is laid over it, through the pipeline. Returns the output, the
    /// milliseconds spent fetching, and the header fields of the overlays.
    async fn transform(
        &self,
        mut download: Download<'_, P>,
        shares: &mut Permits,
        waits: &mut Waits,
        deadline: &mut Deadline,
    ) -> Result<(Output, f64, Vec<Vec<HeaderMap>>), Error> {
        let Job {
            platform,
            config,
            request,
            asked,
            ..
        } = *self;
        let mut overlays = Overlays {
            platform,
            config,
            request,
            asked,
            headers: Vec::new(),
        };
        let pipeline = Pipeline::new(&self.asked.transform, &config.limits);
        let mut pipeline = pipeline.with_guests(platform.guests());
        pipeline.promise(download.length().unwrap_or(0))?;
        let mut decoding_ms = 0.0; // a streaming decoder works while the bytes arrive
        while let Some(chunk) = download.next(deadline).await? {
            let pushed = platform.now_ms();
            pipeline.push(&chunk)?;
            drop(chunk);
            decoding_ms += platform.now_ms() - pushed;
            waits.waiting_ms += reserve(platform, shares, Need::of(&pipeline), deadline).await?;
            if let Some(canvas) = pipeline.canvas() {
                let laid = overlays.lay(canvas, &mut pipeline, shares, waits, deadline);
                decoding_ms += laid.await?;
            }
        }
        pipeline.end()?;
        waits.waiting_ms += reserve(platform, shares, Need::of(&pipeline), deadline).await?;
        if let Some(canvas) = pipeline.canvas() {
            let laid = overlays.lay(canvas, &mut pipeline, shares, waits, deadline);
            decoding_ms += laid.await?;
        }
        drop(download);
        let fetch_ms = platform.now_ms() - waits.started - decoding_ms - waits.waiting_ms;
        // The answer of an animation may need more memory than was reserved at first.
        while !pipeline.play(&|| platform.now_ms())? {
            waits.waiting_ms += reserve(platform, shares, Need::of(&pipeline), deadline).await?;
            if let Some(canvas) = pipeline.canvas() {
                let laid = overlays.lay(canvas, &mut pipeline, shares, waits, deadline);
                decoding_ms += laid.await?;
            }
        }
        let mut output = pipeline.finish(&|| platform.now_ms())?;
        output.spent.decode_ms += decoding_ms;
        Ok((output, fetch_ms, overlays.headers))
    }

    async fn open(&self, deadline: &mut Deadline) -> Result<Download<'_, P>, origin::Error> {
        let (config, request) = (self.config, self.request);
        overlays::open(self.platform, config, request, &self.asked.source, deadline).await
    }

    /// Returns the lifetime in shared caches, from the header of every hop; `None` if the answer is
    /// private.
    fn lifetime(&self, headers: &[HeaderMap], now_ms: f64) -> Option<Lifetime> {
        let config = self.config;
        let has_key = |source: &Source| match source {
            Source::Absolute(url) => config.credentials.has(url),
            Source::OnOrigin(_) => false,
        };
        let is_public = |headers: &HeaderMap| freshness::is_public(headers, config.cookies);
        let is_keyed = config.keyed_is_private && self.asked.sources().any(has_key);
        if is_keyed || !headers.iter().all(is_public) {
            return None;
        }
        let ttl_secs = self.asked.max_age_secs.unwrap_or(config.cache_ttl_secs);
        let last = headers.last().cloned().unwrap_or_default();
        Some(freshness::lifetime(
            config.freshness,
            ttl_secs,
            &last,
            now_ms as u64 / 1000,
        ))
    }

    /// Whether this request, and every follower, names the tag in its If-None-Match.
    fn all_have(&self, lead: Option<&Leader<'_, P::Bytes>>, tag: &HeaderValue) -> bool {
        let has = |condition: Option<&str>| conditional::names(condition, tag);
        has(self.request.if_none_match.as_deref()) && lead.is_none_or(|lead| lead.all(has))
    }

    /// Renews a stored answer whose source has not changed; `None` if the answer cannot be read any
    /// more.
    async fn renew(
        &self,
        entry: Entry<P::Body>,
        cache_control: &str,
        lifetime: Option<Lifetime>,
        deadline: &mut Deadline,
    ) -> Result<Option<New<P::Body, P::Bytes>>, Error> {
        let platform = self.platform;
        let (head, mut body) = entry.answer.into_parts();
        let length = head.headers.get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        let budget = self.config.limits.memory_bytes;
        let Some(length) = length.filter(|length| *length <= budget) else {
            return Ok(None);
        };
        let mut share = self.instance.memory.share(budget, deadline.lapses_ms());
        take(platform, &mut share, length, deadline).await?;
        let mut bytes = Vec::new();
        let length = length as usize;
        bytes
            .try_reserve_exact(length)
            .map_err(|_| engine::Error::OutOfMemory)?;
        loop {
            let chunk = deadline.before(platform, platform.next_chunk(&mut body));
            match chunk.await.ok_or(Busy)? {
                Ok(Some(chunk)) if bytes.len() + chunk.len() <= length => {
                    bytes.extend_from_slice(&chunk);
                }
                Ok(None) if bytes.len() == length => break,
                _ => return Ok(None),
            }
        }
        let kept = self.keep(bytes, share)?;
        let mut answer = Response::from_parts(head, Body::Kept(kept));
        let cache_control = HeaderValue::try_from(cache_control).expect("words and digits");
        answer.headers_mut().insert(CACHE_CONTROL, cache_control);
        Ok(Some(New {
            answer,
            lifetime,
            work: None,
        }))
    }

    /// Hands finished bytes to the platform. Their share of the module's memory stays reserved
    /// until the last holder of the bytes is done.
    fn keep(&self, mut bytes: Vec<u8>, mut share: Permit) -> Result<Kept<P::Bytes>, Error> {
        bytes.shrink_to_fit();
        share.shrink(bytes.len() as u64);
        match self.platform.keep(bytes) {
            Ok(Keeping::Here(bytes)) => {
                share.lapse(self.platform.now_ms() + answer::sending_ms(share.bytes()));
                Ok(Kept::new(bytes, Some(share)))
            }
            Ok(Keeping::Elsewhere(bytes)) => Ok(Kept::new(bytes, None)),
            Err(NoRoom) => Err(engine::Error::OutOfMemory.into()),
        }
    }
}

/// Whether a 200 with this header can have been an image. A page under the same tag is none,
/// whatever clients claim to have.
fn may_be_an_image(header: &HeaderMap) -> bool {
    let content_type = header.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    !content_type.is_some_and(|text| text.to_ascii_lowercase().starts_with(b"text/"))
}

/// Whether the URL tells that an answer costs many times what others cost.
fn is_dear(target: Target) -> bool {
    match target {
        Target::Image(format) => format.needs_guest(),
        Target::Auto(Negotiated::Client(named)) => {
            Format::written().any(|format| format.needs_guest() && named.has(format))
        }
        _ => false,
    }
}
