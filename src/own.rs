//! The origin's own answers: files that win over transforms, and everything without a source.

use http::{Response, StatusCode};
use url::Url;

use crate::config::Config;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::log::Record;
use crate::origin;
use crate::origin::absent::Absent;
use crate::part::Part;
use crate::platform::Platform;
use crate::reply::{self, Reply};
use crate::request::Request;
use crate::url::{self as vocabulary};

/// Seconds for which an answer may be kept if the origin could not be asked whether it has a file
/// at this path.
pub(crate) const IN_THE_FILES_PLACE_SECS: u64 = 60;

/// Answers as the origin does.
pub(crate) async fn own_answer<P: Platform>(
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

/// The origin's reply about the path of a request with a source.
pub(crate) enum Own<B> {
    /// The origin has a file, which is the answer.
    File(Response<B>),
    /// The origin has no file, by its reply of the last minute; or there is no origin. `/` is the
    /// path of transforms.
    Absent,
    /// The origin could not be reached, or answered with a server error.
    Unknown,
}

pub(crate) async fn own_file<P: Platform>(
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

/// Whether a status says that the origin has a file, or a part of it.
fn is_there(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE
    )
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
