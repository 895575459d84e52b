//! The sequence of one request, top to bottom.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use http::{Method, Response, StatusCode};
use url::Url;

use crate::answer::{self, Answer, Kept};
use crate::cache::entry::{self, Entry};
use crate::cache::freshness::{self, Lifetime};
use crate::cache::key;
use crate::cache::status::Status;
use crate::coalesce::{Leader, Outcome, Role};
use crate::config::{self, Config};
use crate::deadline::Deadline;
use crate::dialect::{Call, Mount, Translation};
use crate::error::Error;
use crate::instance::Instance;
use crate::log::Record;
use crate::make::{Job, Made, New};
use crate::metrics::Point;
use crate::negotiate::negotiate;
use crate::origin;
use crate::origin::absent::Absent;
use crate::part::Part;
use crate::pictured;
use crate::platform::{Alarm, Guard, Keeping, Platform};
use crate::reply::{self, Body};
use crate::request::Request;
use crate::url::hints::Varies;
use crate::url::{self as vocabulary, Asked, Defaults, Fallback, Source, signature};
use letterbox_engine::transform::{Negotiated, Target};

/// A reply on a platform.
pub type Reply<P> = Response<Body<<P as Platform>::Body, <P as Platform>::Bytes>>;

/// Answers a request. Every request gets a reply and one line in the log.
pub async fn serve<P: Platform>(
    platform: &P,
    instance: &Instance<P::Bytes>,
    config: &Result<Config, config::Error>,
    request: &Request,
) -> Reply<P> {
    let started_ms = platform.now_ms();
    let mut record = Record::new(&request.id, &request.method);
    let answered = match request.method {
        Method::GET | Method::HEAD if request.url.path() == HEALTH => {
            record.way("health");
            Ok(reply::health(config.is_ok()))
        }
        Method::GET | Method::HEAD => {
            answer(platform, instance, config, request, &mut record).await
        }
        Method::OPTIONS => Ok(reply::options()),
        _ => Err(Error::MethodNotAllowed),
    };
    let mut reply = answered.unwrap_or_else(|error| refused(&error, &request.id, &mut record));
    if let Some(mount) = mount(config, &request.url) {
        reply = reply::told(reply, mount.dialect, &request.id);
    }
    if let Ok(config) = config
        && config.rules.development
        && request.is_for_image()
        && let Some(error) = reply.extensions().get::<Error>()
        && let Some(png) = pictured::picture(platform, instance, config, request, error).await
        && let Ok(Keeping::Here(png) | Keeping::Elsewhere(png)) = platform.keep(png)
    {
        reply = reply::pictured(reply, Kept::new(png, None));
    }
    reply::condition(&mut reply, request);
    if request.method == Method::HEAD {
        *reply.body_mut() = Body::Empty;
    }
    let status = reply.status();
    platform.measure(&|| Point::of(record.facts(), status, platform.now_ms() - started_ms));
    let share = config
        .as_ref()
        .map_or(Config::EVERY_LINE, |config| config.log_share);
    if record.is_sampled(share) {
        platform.log(&record.line(status));
    }
    reply
}

/// Path at which a monitor asks whether the deployment serves; no file of the origin is there.
const HEALTH: &str = "/.letterbox/health";

async fn answer<P: Platform>(
    platform: &P,
    instance: &Instance<P::Bytes>,
    config: &Result<Config, config::Error>,
    request: &Request,
    record: &mut Record,
) -> Result<Reply<P>, Error> {
    let url = &request.url;
    if request.came_through_us() {
        return Err(Error::Loop);
    }
    let config = config.as_ref().map_err(Clone::clone)?.for_host(url)?;
    let deadline = &mut Deadline::after(platform, config.timeouts.total_ms);
    vocabulary::check_length(url)?;
    let on_image = config.origin_query(url);
    if let Some(mount) = config.mount(url) {
        let reply = translated(platform, instance, config, request, mount, deadline, record);
        let reply = reply.await?;
        return match on_image.is_some() && is_no_image(&reply) {
            true => own_answer(platform, config, deadline, request, record).await,
            false => Ok(reply),
        };
    }

    let query = url.query().unwrap_or_default();
    let about_its_path = on_image.map(|_| vocabulary::about(url.path(), query));
    let query = about_its_path.as_deref().unwrap_or(query);
    let offer = platform.guests().offer();
    let negotiated = negotiate(request.accept.as_deref(), request.user_agent.as_deref());
    let defaults = Defaults {
        negotiated: negotiated.among(offer),
        hinted: config.hinted(&request.hints),
        ..config.url_defaults()
    };
    let asked = match vocabulary::parse(query, &defaults) {
        // Without a source the origin answers, whatever its reply.
        Ok(None) => return own_answer(platform, config, deadline, request, record).await,
        Ok(Some(asked)) => match signed(query, config, now_secs(platform)) {
            // The origin has no use for such a query, and is not asked.
            Err(error) if vocabulary::is_ours(query) => return Err(error),
            verified => verified.map(|()| {
                let asked = on_its_origin(asked, config);
                let allowed = allowed(&asked, config, request);
                (asked, allowed)
            }),
        },
        Err(error) => Err(error.into()),
    };

    // A file of the origin wins over the transform, and over parameters that may be meant for the
    // origin.
    let own = match on_image {
        Some(_) => Own::Absent,
        None => own_file(platform, &instance.absent, config, deadline, request).await,
    };
    if let Own::File(file) = own {
        record.way("origin");
        return Ok(reply::passed(file, &config.file_headers));
    }
    let mut reply = match &asked {
        Ok((asked, Ok(()))) => {
            transform(platform, instance, config, request, asked, deadline, record).await
        }
        Ok((_, Err(error))) | Err(error) => refused(error, &request.id, record),
    };
    if on_image.is_some() && is_no_image(&reply) {
        return own_answer(platform, config, deadline, request, record).await;
    }
    if let Ok((asked, _)) = &asked {
        let visit = Visit {
            platform,
            instance,
            config,
            request,
        };
        reply = visit.fall_back(reply, asked, deadline, record).await;
    }
    if matches!(own, Own::Unknown) {
        freshness::shorten(reply.headers_mut(), IN_THE_FILES_PLACE_SECS);
    }
    if config.rules.development {
        reply::ignored(reply.headers_mut(), query);
    }
    Ok(reply)
}

/// Answers as the origin does.
async fn own_answer<P: Platform>(
    platform: &P,
    config: &Config,
    deadline: &mut Deadline,
    request: &Request,
    record: &mut Record,
) -> Result<Reply<P>, Error> {
    record.way("origin");
    let asked = path_and_query(&request.url);
    let answer = ask_origin(platform, config, deadline, &asked, request.part()).await?;
    let answer = answer.ok_or(Error::MissingSource)?;
    Ok(reply::passed(answer, &config.file_headers))
}

/// Whether a request failed because its source is no image, whatever the ending of its path.
fn is_no_image<B>(reply: &Response<B>) -> bool {
    let error = reply.extensions().get::<Error>();
    error.is_some_and(|error| error.code() == "unsupported-format")
}

/// Returns the mount of the dialect that a request is in.
fn mount<'c>(config: &'c Result<Config, config::Error>, url: &Url) -> Option<&'c Mount> {
    config.as_ref().ok()?.mount(url)
}

/// Answers a request in a dialect like the native request that means the same. The origin is not
/// asked for a file at its path.
async fn translated<P: Platform>(
    platform: &P,
    instance: &Instance<P::Bytes>,
    config: &Config,
    request: &Request,
    mount: &Mount,
    deadline: &mut Deadline,
    record: &mut Record,
) -> Result<Reply<P>, Error> {
    let path = request.url.path();
    let call = Call {
        path: mount.rest(path).unwrap_or_default(),
        whole_path: path,
        query: request.url.query().unwrap_or_default(),
        accept: request.accept.as_deref(),
        user_agent: request.user_agent.as_deref(),
        hinted: config.hinted(&request.hints),
        origins: &config.origins,
        offer: platform.guests().offer(),
        now_secs: now_secs(platform),
        keys: &config.dialect_keys,
    };
    let Translation {
        asked,
        extras,
        signed,
    } = mount.dialect.read(&call, &mount.options)?;
    let asked = match config.origin_query(&request.url) {
        // The path names the file, and no URL of another one.
        Some(_) => asked.of_origin(path),
        None => asked,
    };
    record.dialect(mount.dialect);
    let signing = config.signing();
    if !signed && !signing.optional && !signing.keys.is_empty() {
        return Err(vocabulary::Error::BadSignature(signature::Flaw::Dialect).into());
    }
    let asked = vocabulary::admit(asked, &config.url_defaults())?;
    let asked = on_its_origin(asked, config);
    let mut reply = match allowed(&asked, config, request) {
        Ok(()) => {
            transform(
                platform, instance, config, request, &asked, deadline, record,
            )
            .await
        }
        Err(error) => refused(&error, &request.id, record),
    };
    if reply.extensions().get::<Error>().is_none() {
        reply::dressed(reply.headers_mut(), mount.dialect, &extras, &asked.source);
        return Ok(reply);
    }
    // A fallback is a source like any other: nobody is sent where this deployment does not go.
    let fallback = extras.fallback.and_then(|url| Url::parse(&url).ok());
    let fallback =
        fallback.filter(|url| origin::check(url, &request.asker(), &config.rules).is_ok());
    if let Some(url) = fallback {
        return Ok(reply::redirected(reply, url.as_str()));
    }
    if config.origin_query(&request.url).is_some() && is_no_image(&reply) {
        return Ok(reply); // the origin's own answer
    }
    let visit = Visit {
        platform,
        instance,
        config,
        request,
    };
    Ok(visit.fall_back(reply, &asked, deadline, record).await)
}

/// A request, and what it meets.
struct Visit<'v, P: Platform> {
    platform: &'v P,
    instance: &'v Instance<P::Bytes>,
    config: &'v Config,
    request: &'v Request,
}

impl<P: Platform> Visit<'_, P> {
    /// Answers a failed request with its fallback, if it has one that can be had. The picture is
    /// made and stored like any other, under its own name and never under that of the one that
    /// failed.
    async fn fall_back(
        &self,
        reply: Reply<P>,
        asked: &Asked,
        deadline: &mut Deadline,
        record: &mut Record,
    ) -> Reply<P> {
        let Visit {
            platform,
            instance,
            config,
            request,
        } = *self;
        let error = reply.extensions().get::<Error>().cloned();
        let is_picture = matches!(
            asked.transform.target,
            Target::Keep | Target::Image(_) | Target::Auto(_)
        );
        let error = error.filter(|error| is_picture && error.has_fallback());
        let (Some(error), Some(fallback)) = (error, &asked.fallback) else {
            return reply;
        };
        let is_allowed = |url: &Url| origin::check(url, &request.asker(), &config.rules).is_ok();
        let source = match fallback {
            Fallback::Redirect => {
                let to = match &asked.source {
                    Source::Absolute(url) if is_allowed(url) => url.as_str(),
                    Source::Absolute(_) => return reply,
                    Source::OnOrigin(path) => path,
                };
                return reply::redirected(reply, to);
            }
            Fallback::Picture(Source::Absolute(url)) if !is_allowed(url) => return reply,
            Fallback::Picture(source) => source,
        };
        let asked_too = Asked {
            source: source.clone(),
            version: None,
            max_age_secs: None,
            disposition: None,
            ..asked.clone()
        };
        // The client has the picture of the source, if any.
        let request = &Request {
            if_none_match: None,
            ..request.clone()
        };
        let (picture, asked_too) = (&mut Record::new(&request.id, &request.method), &asked_too);
        let made = Box::pin(transform(
            platform, instance, config, request, asked_too, deadline, picture,
        ));
        let made = made.await;
        if made.status() != StatusCode::OK {
            return reply;
        }
        record.way("fallback");
        record.made_of(picture);
        reply::in_place(made, &error, &asked.source, config.fallback_is_ok)
    }
}

/// Seconds for which an answer may be kept if the origin could not be asked whether it has a file
/// at this path.
const IN_THE_FILES_PLACE_SECS: u64 = 60;

/// The origin's reply about the path of a request with a source.
enum Own<B> {
    /// The origin has a file, which is the answer.
    File(Response<B>),
    /// The origin has no file, by its reply of the last minute; or there is no origin. `/` is the
    /// path of transforms.
    Absent,
    /// The origin could not be reached, or answered with a server error.
    Unknown,
}

/// Whether a status says that the origin has a file, or a part of it.
fn is_there(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE
    )
}

async fn own_file<P: Platform>(
    platform: &P,
    absent: &Absent,
    config: &Config,
    deadline: &mut Deadline,
    request: &Request,
) -> Own<P::Body> {
    let url = &request.url;
    if url.path() == "/" {
        return Own::Absent;
    }
    let asked = path_and_query(url);
    if absent.has(&asked, platform.now_ms()) {
        return Own::Absent;
    }
    match ask_origin(platform, config, deadline, &asked, request.part()).await {
        Ok(Some(file)) if is_there(file.status()) => Own::File(file),
        Ok(Some(answer)) if answer.status().is_server_error() => Own::Unknown,
        Ok(Some(_)) => {
            absent.remember(&asked, platform.now_ms());
            Own::Absent
        }
        Ok(None) => Own::Absent,
        Err(_) => Own::Unknown,
    }
}

/// Answers an authorised request: from the cache, without touching the source, or by making the
/// answer.
async fn transform<P: Platform>(
    platform: &P,
    instance: &Instance<P::Bytes>,
    config: &Config,
    request: &Request,
    asked: &Asked,
    deadline: &mut Deadline,
    record: &mut Record,
) -> Reply<P> {
    record.asked(asked);
    if let Target::Image(format) = asked.transform.target
        && format.needs_guest()
        && !platform.guests().offer().has(format)
    {
        let error = vocabulary::Error::without(format);
        return refused(&error.into(), &request.id, record);
    }
    let key = key::key(&request.url, asked);
    let mut stale = match stored(platform, &key).await {
        Some(entry) if entry.age.is_fresh() => {
            record.way("hit");
            let reply = found(entry, &request.id, record);
            return addressed(reply, asked, now_secs(platform));
        }
        old => old,
    };
    let work = Work {
        job: Job {
            platform,
            instance,
            config,
            request,
            asked,
            key,
        },
        refreshes: stale.is_some(),
    };
    let reply = match (work.answer(&mut stale, deadline, record).await, stale) {
        // A stale answer is better than none.
        (Err(error), Some(entry))
            if error.is_passing() && entry.answer.status() == StatusCode::OK =>
        {
            record.error(&error);
            record.way("stale");
            reply::stored(entry)
        }
        (Ok(reply), _) => reply,
        (Err(error), _) => refused(&error, &request.id, record),
    };
    addressed(reply, asked, now_secs(platform))
}

/// An answer that has to be made, with the facts for its cache status.
struct Work<'w, P: Platform> {
    job: Job<'w, P>,
    /// Whether a stale answer is stored.
    refreshes: bool,
}

impl<P: Platform> Work<'_, P> {
    /// Makes the answer, or waits for another request that is making it.
    async fn answer(
        &self,
        stale: &mut Option<Entry<P::Body>>,
        deadline: &mut Deadline,
        record: &mut Record,
    ) -> Result<Reply<P>, Error> {
        let Job {
            platform,
            request,
            key,
            ..
        } = &self.job;
        if !platform.admits().await {
            return Err(Error::RateLimited);
        }
        let flights = &self.job.instance.coalescer;
        loop {
            let condition = request.if_none_match.as_deref();
            let (now_ms, lapses_ms) = (platform.now_ms(), deadline.lapses_ms());
            let follow = match flights.join(key.as_str(), condition, now_ms, lapses_ms) {
                Role::Leader(lead) => {
                    let made = self.make(Some(&lead), stale, deadline, record).await;
                    lead.finish(|| shared(&made));
                    return made.map(|made| self.dress(made));
                }
                Role::Follower(follow) => follow,
            };
            record.way("collapsed");
            match deadline.before(*platform, platform.across(&follow)).await {
                Some(Outcome::Shared(answer)) => {
                    return answer.map(|answer| self.dress_shared(answer.map(Body::Kept)));
                }
                Some(Outcome::Stored) => {
                    if let Some(entry) = stored(*platform, key).await {
                        return Ok(self.dress_shared(entry.answer.map(Body::Passed)));
                    }
                    let made = self.make(None, stale, deadline, record).await;
                    return made.map(|made| self.dress(made));
                }
                Some(Outcome::NotModified(head)) => return Ok(self.dress_unmodified(head, true)),
                Some(Outcome::Private) => {
                    let made = self.make(None, stale, deadline, record).await;
                    return made.map(|made| self.dress(made));
                }
                Some(Outcome::Lost) => {}
                None => return Err(Error::Busy),
            }
        }
    }

    /// Makes the answer and stores it.
    async fn make(
        &self,
        lead: Option<&Leader<'_, P::Bytes>>,
        stale: &mut Option<Entry<P::Body>>,
        deadline: &mut Deadline,
        record: &mut Record,
    ) -> Result<Made<P::Body, P::Bytes>, Error> {
        record.way("transform");
        let job = &self.job;
        let mut made = job.make(lead, stale, deadline, record).await;
        let kept = match &made {
            Ok(Made::Answer(new)) => new.kept().and_then(|lifetime| {
                let answer = in_our_keeping(&new.answer)?;
                Some((answer.map(Some), lifetime))
            }),
            Err(Error::Origin(origin::Error::NotFound(status))) => {
                let absence = reply::absence(*status).map(|()| None);
                Some((absence, Lifetime::ABSENCE))
            }
            _ => None,
        };
        if let Some((mut kept, lifetime)) = kept {
            if is_negotiated(job.asked) {
                reply::vary(kept.headers_mut(), true, Varies::default());
            }
            entry::seal(&mut kept, lifetime, now_secs(job.platform));
            let stored = job.platform.cache_put(
                &job.key,
                kept,
                lead.map(|lead| Box::new(lead.linger()) as Guard),
            );
            if let Ok(Made::Answer(new)) = &mut made {
                self.hand_over(new, stored, deadline).await;
            }
        }
        made
    }

    /// Replaces the bytes of a long answer by the stored ones, once the cache has them. From then
    /// on the answer takes no memory of the isolate, however slow the clients are.
    async fn hand_over(
        &self,
        new: &mut New<P::Body, P::Bytes>,
        is_stored: Alarm,
        deadline: &mut Deadline,
    ) {
        let Job { platform, key, .. } = &self.job;
        let length = new.answer.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        if !length.is_some_and(answer::is_long) {
            return;
        }
        if deadline.before(*platform, is_stored).await.is_none() {
            return;
        }
        let entry = stored(*platform, key).await;
        let tag = new.answer.headers().get(ETAG);
        let same = entry.filter(|entry| entry.answer.headers().get(ETAG) == tag);
        if let Some(entry) = same {
            *new.answer.body_mut() = Body::Passed(entry.answer.into_body());
        }
    }

    fn dress(&self, made: Made<P::Body, P::Bytes>) -> Reply<P> {
        match made {
            Made::NotModified(head) => self.dress_unmodified(head, false),
            Made::Answer(new) => {
                let status = self.status(new.kept().is_some(), false);
                let New { answer, work, .. } = *new;
                let mut reply = answer;
                let headers = reply.headers_mut();
                reply::cached(headers, status);
                if let (Some((output, fetch_ms)), true) = (work, self.job.config.rules.development)
                {
                    reply::explain(headers, &output, fetch_ms);
                }
                reply
            }
        }
    }

    fn dress_unmodified(&self, mut head: Response<()>, collapsed: bool) -> Reply<P> {
        reply::cached(head.headers_mut(), self.status(false, collapsed));
        head.map(|()| Body::Empty)
    }

    fn dress_shared(&self, mut reply: Reply<P>) -> Reply<P> {
        reply::cached(reply.headers_mut(), self.status(false, true));
        reply
    }

    fn status(&self, stored: bool, collapsed: bool) -> Status {
        if self.refreshes {
            Status::Refreshed { stored, collapsed }
        } else {
            Status::Miss { stored, collapsed }
        }
    }
}

/// Returns the outcome for coalesced requests. Private answers are not shared.
fn shared<B, K>(made: &Result<Made<B, K>, Error>) -> Outcome<K> {
    match made {
        Ok(Made::Answer(new)) if new.lifetime.is_none() => Outcome::Private,
        Ok(Made::Answer(new)) => match in_our_keeping(&new.answer) {
            Some(answer) => Outcome::Shared(Ok(answer)),
            None => Outcome::Stored,
        },
        Ok(Made::NotModified(head)) => Outcome::NotModified(head.clone()),
        Err(error) => Outcome::Shared(Err(error.clone())),
    }
}

/// Returns a finished answer whose bytes have not been handed over.
fn in_our_keeping<B, K>(answer: &Response<Body<B, K>>) -> Option<Answer<K>> {
    let Body::Kept(kept) = answer.body() else {
        return None;
    };
    let mut copy = Response::new(kept.clone());
    *copy.status_mut() = answer.status();
    *copy.headers_mut() = answer.headers().clone();
    Some(copy)
}

async fn stored<P: Platform>(platform: &P, key: &Url) -> Option<Entry<P::Body>> {
    let answer = platform.cache_get(key).await?;
    Entry::open(answer, now_secs(platform))
}

/// Turns a fresh entry into a reply: an image, or the report that there is none.
fn found<B, K>(entry: Entry<B>, id: &str, record: &mut Record) -> Response<Body<B, K>> {
    let status = entry.answer.status();
    if status == StatusCode::OK {
        if let Some(content_type) = entry.answer.headers().get(CONTENT_TYPE) {
            record.stored(content_type.as_bytes());
        }
        return reply::stored(entry);
    }
    let error = Error::Origin(origin::Error::NotFound(status));
    let mut reply = refused(&error, id, record);
    reply::aged(reply.headers_mut(), entry.age);
    reply
}

fn now_secs(platform: &impl Platform) -> u64 {
    (platform.now_ms() / 1000.0) as u64
}

/// Checks the signature of a request. The check comes before the cache, which keeps one answer for
/// all signatures.
fn signed(query: &str, config: &Config, now_secs: u64) -> Result<(), Error> {
    Ok(signature::verify(query, &config.signing(), now_secs)?)
}

/// Turns an error into a reply.
fn refused<B, K>(error: &Error, id: &str, record: &mut Record) -> Response<Body<B, K>> {
    record.error(error);
    reply::error(error, id)
}

/// Whether another client may get another answer.
fn is_negotiated(asked: &Asked) -> bool {
    matches!(asked.transform.target, Target::Auto(_))
}

/// Completes a reply for one client: Vary and private tell caches whether it is for others too, and
/// the lifetime ends when the request's URL expires.
fn addressed<B>(mut reply: Response<B>, asked: &Asked, now_secs: u64) -> Response<B> {
    reply::vary(reply.headers_mut(), is_negotiated(asked), asked.varies);
    // Other caches vary by Accept, but not by User-Agent.
    if asked.transform.target == Target::Auto(Negotiated::Card) {
        freshness::make_private(reply.headers_mut());
    }
    if let Some(disposition) = &asked.disposition
        && reply.extensions().get::<Error>().is_none()
    {
        reply::named(reply.headers_mut(), disposition);
    }
    if let Some(expires_secs) = asked.expires_secs {
        freshness::shorten(reply.headers_mut(), expires_secs.saturating_sub(now_secs));
    }
    reply
}

/// Turns a path on an origin with a URL into that URL, so that one image has one identity.
fn on_its_origin(mut asked: Asked, config: &Config) -> Asked {
    let overlays = asked.overlays.iter_mut().flatten();
    let fallback = asked
        .fallback
        .iter_mut()
        .filter_map(|fallback| match fallback {
            Fallback::Picture(source) => Some(source),
            Fallback::Redirect => None,
        });
    let others = overlays.chain(asked.font.as_mut()).chain(fallback);
    for source in others.chain([&mut asked.source]) {
        if let (Source::OnOrigin(path), Some(origin)) = (&*source, &config.rules.origin) {
            *source = Source::Absolute(vocabulary::below(origin, path));
        }
    }
    asked
}

/// Checks that the source, each that is laid over it, and the picture in its place may be fetched.
/// The check comes before the cache, so that a host removed from the list is gone at once.
fn allowed(asked: &Asked, config: &Config, request: &Request) -> Result<(), Error> {
    if let Some(Fallback::Picture(Source::Absolute(url))) = &asked.fallback {
        origin::rules::check(url, &config.rules)
            .map_err(|refusal| Error::from(origin::Error::from(refusal)).of_overlay("default"))?;
    }
    if let Source::Absolute(url) = &asked.source {
        origin::check(url, &request.asker(), &config.rules)?;
    }
    for (param, _, source) in asked.laid_over() {
        if let Source::Absolute(url) = source {
            origin::check(url, &request.asker(), &config.rules)
                .map_err(|error| Error::from(error).of_overlay(param))?;
        }
    }
    if let Some(Source::Absolute(url)) = asked.font_of_words() {
        origin::check(url, &request.asker(), &config.rules)
            .map_err(|error| Error::from(error).of_overlay("txtfont"))?;
    }
    Ok(())
}

/// Returns the path and query of the client's URL.
fn path_and_query(url: &Url) -> String {
    let query = url.query().map(|query| format!("?{query}"));
    format!("{}{}", url.path(), query.unwrap_or_default())
}

/// Returns the origin's own answer to a path and its query; `None` if no origin is configured.
async fn ask_origin<P: Platform>(
    platform: &P,
    config: &Config,
    deadline: &mut Deadline,
    path_and_query: &str,
    part: Option<Part>,
) -> Result<Option<Response<P::Body>>, origin::Error> {
    match &config.rules.origin {
        Some(base) => {
            let url = vocabulary::below(base, path_and_query);
            let Config {
                rules,
                credentials,
                timeouts,
                ..
            } = config;
            let answer = origin::ask(platform, rules, credentials, timeouts, deadline, &url, part);
            answer.await.map(Some)
        }
        None => {
            let timeouts = &config.timeouts;
            origin::ask_bound(platform, timeouts, deadline, path_and_query, part).await
        }
    }
}
