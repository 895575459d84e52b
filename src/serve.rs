//! The sequence of one request, top to bottom.

use http::{Method, Response, StatusCode};
use url::Url;

use crate::answer::Kept;
use crate::cache::freshness;
use crate::config::{self, Config};
use crate::deadline::Deadline;
use crate::dialect::{Call, Mount, Translation};
use crate::error::Error;
use crate::instance::Instance;
use crate::log::Record;
use crate::metrics::Point;
use crate::negotiate::negotiate;
use crate::obtain::{now_secs, obtain, refused};
use crate::origin;
use crate::own::{IN_THE_FILES_PLACE_SECS, Own, own_answer, own_file};
use crate::pictured;
use crate::platform::{Keeping, Platform};
pub use crate::reply::Reply;
use crate::reply::{self, Body};
use crate::request::Request;
use crate::url::{self as vocabulary, Asked, Defaults, Fallback, Source, signature};
use letterbox_engine::transform::Target;

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
            obtain(platform, instance, config, request, asked, deadline, record).await
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
            obtain(
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
        let made = Box::pin(obtain(
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

/// Checks the signature of a request. The check comes before the cache, which keeps one answer for
/// all signatures.
fn signed(query: &str, config: &Config, now_secs: u64) -> Result<(), Error> {
    Ok(signature::verify(query, &config.signing(), now_secs)?)
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
