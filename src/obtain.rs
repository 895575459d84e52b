//! Authorised answers: from the cache, from another request that is making the answer, or made now.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use http::{Response, StatusCode};
use url::Url;

use crate::answer::{self, Answer};
use crate::cache::entry::{self, Entry};
use crate::cache::freshness::{self, Lifetime};
use crate::cache::key;
use crate::cache::status::Status;
use crate::coalesce::{Leader, Outcome, Role};
use crate::config::Config;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::instance::Instance;
use crate::log::Record;
use crate::make::{Job, Made, New};
use crate::origin;
use crate::platform::{Alarm, Guard, Platform};
use crate::reply::{self, Body, Reply};
use crate::request::Request;
use crate::url::hints::Varies;
use crate::url::{self as vocabulary, Asked};
use letterbox_engine::transform::{Negotiated, Target};

/// Answers an authorised request: from the cache, without touching the source, or by making the
/// answer.
pub(crate) async fn obtain<P: Platform>(
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

pub(crate) fn now_secs(platform: &impl Platform) -> u64 {
    (platform.now_ms() / 1000.0) as u64
}

/// Turns an error into a reply.
pub(crate) fn refused<B, K>(error: &Error, id: &str, record: &mut Record) -> Response<Body<B, K>> {
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
