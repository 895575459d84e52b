//! The parts of a request that the service depends on.

use http::Method;
use sha2::{Digest, Sha256};
use url::Url;

use crate::origin::rules::Asker;
use crate::part::Part;
use crate::url::hints::Hints;

/// A request. The header decides whether an answer is sent, and in which format if that is left
/// open (`f=auto`); nothing else of an answer depends on the header.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET, HEAD or OPTIONS; others are refused.
    pub method: Method,
    /// The complete URL.
    pub url: Url,
    /// Identifier for logs and error bodies.
    pub id: String,
    /// If-None-Match: the client's entity-tags.
    pub if_none_match: Option<String>,
    /// Accept: the formats that the client accepts; the values of all lines.
    pub accept: Option<String>,
    /// User-Agent: the client's name.
    pub user_agent: Option<String>,
    /// If-Modified-Since: the time of the client's copy, for the origin's own files.
    pub if_modified_since: Option<String>,
    /// Range, for the origin's own files.
    pub range: Option<String>,
    /// If-Range: a condition on Range, which is not followed then.
    pub if_range: Option<String>,
    /// Client hints.
    pub hints: Hints,
    /// CDN-Loop: the CDNs that the request came through (RFC 8586).
    pub cdn_loop: Option<String>,
    /// Sec-Fetch-Site: relation to the page that had a browser send the request; other clients send
    /// no such field.
    pub sec_fetch_site: Option<String>,
    /// Sec-Fetch-Dest: the use that a browser has for the answer; other clients send no such field.
    pub sec_fetch_dest: Option<String>,
}

/// Prefix of every deployment's name in CDN-Loop.
const FAMILY: &str = "letterbox-";

/// Most deployments that a request may come through. A deployment with many host names would not
/// recognise itself in a loop that uses a new name each time.
const MOST_DEPLOYMENTS: usize = 8;

/// Longest CDN-Loop that is passed on, in bytes.
const MOST_BYTES: usize = 2048;

impl Request {
    /// Whether a source, or the origin, has led back to this deployment.
    pub fn came_through_us(&self) -> bool {
        let own = self.cdn_id();
        let family = |id: &&str| {
            let start = id.get(..FAMILY.len()).unwrap_or_default();
            start.eq_ignore_ascii_case(FAMILY)
        };
        self.cdns()
            .map(id_of)
            .any(|id| id.eq_ignore_ascii_case(&own))
            || self.cdns().map(id_of).filter(family).count() >= MOST_DEPLOYMENTS
            || self.cdns().map(str::len).sum::<usize>() > MOST_BYTES
    }

    /// Returns the CDN-Loop of this deployment's fetches: the members of the request's field, so
    /// that each of them can detect a loop, and this deployment.
    pub fn cdn_loop_onward(&self) -> String {
        let own = self.cdn_id();
        self.cdns()
            .chain([own.as_str()])
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Returns the facts about the request that the rules for sources depend on.
    pub fn asker(&self) -> Asker<'_> {
        let site = self.sec_fetch_site.as_deref();
        Asker {
            own: &self.url,
            elsewhere: !matches!(site, None | Some("same-origin" | "none")),
        }
    }

    /// Returns the part that is asked for, of a file that is not made here. A condition on it is
    /// answered with the whole file.
    pub fn part(&self) -> Option<Part> {
        let is_get = self.method == Method::GET && self.if_range.is_none();
        Part::parse(self.range.as_deref().filter(|_| is_get)?)
    }

    /// Whether a page shows the answer as an image. Browsers that do not say so accept images, and
    /// no pages.
    pub fn is_for_image(&self) -> bool {
        let accept = self.accept.as_deref().unwrap_or_default();
        match self.sec_fetch_dest.as_deref() {
            Some(dest) => dest == "image",
            None => accept.contains("image/") && !accept.contains("text/html"),
        }
    }

    /// Returns the members of CDN-Loop that may be sent on.
    fn cdns(&self) -> impl Iterator<Item = &str> {
        let through = self.cdn_loop.as_deref().unwrap_or_default();
        let printable =
            |cdn: &&str| !cdn.is_empty() && cdn.bytes().all(|b| (b' '..=b'~').contains(&b));
        through.split(',').map(str::trim).filter(printable)
    }

    /// Returns the name of this deployment: a hash of its host. A host belongs to one owner, and
    /// sources need not learn it.
    fn cdn_id(&self) -> String {
        let host = self
            .url
            .host_str()
            .unwrap_or_default()
            .trim_end_matches('.');
        let port = self.url.port().map(|port| format!(":{port}"));
        let hash = Sha256::digest(format!("{host}{}", port.unwrap_or_default()));
        let digits: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{FAMILY}{digits}")
    }
}

/// Returns a member of CDN-Loop without its parameters.
fn id_of(cdn: &str) -> &str {
    cdn.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str, cdn_loop: &str) -> Request {
        Request {
            method: Method::GET,
            url: Url::parse(url).expect("a URL"),
            id: String::new(),
            if_none_match: None,
            if_modified_since: None,
            range: None,
            if_range: None,
            hints: Hints::default(),
            accept: None,
            user_agent: None,
            cdn_loop: Some(cdn_loop.to_owned()),
            sec_fetch_site: None,
            sec_fetch_dest: None,
        }
    }

    #[test]
    fn deployments_chain_and_a_loop_through_any_of_them_ends() {
        let hosts = [
            "https://a.example/",
            "https://b.example/",
            "https://c.example/",
        ];
        let mut through = "cloudflare; loops=1".to_owned();
        for host in hosts {
            let request = request(host, &through);
            assert!(!request.came_through_us(), "{through}");
            through = request.cdn_loop_onward();
        }
        assert!(
            through.starts_with("cloudflare; loops=1, letterbox-"),
            "{through}"
        );
        for host in hosts {
            assert!(request(host, &through).came_through_us(), "{host}");
            assert!(
                request(host, &through.to_uppercase()).came_through_us(),
                "{host}"
            );
        }
        // Neither the client's scheme nor a trailing dot makes it another deployment.
        assert!(request("http://a.example./x", &through).came_through_us());
        assert!(!request("https://d.example/", &through).came_through_us());
    }

    #[test]
    fn a_loop_through_always_new_names_ends_too() {
        let mut through = String::new();
        let mut hops = 0;
        loop {
            let request = request(&format!("https://h{hops}.example/"), &through);
            if request.came_through_us() {
                break;
            }
            through = request.cdn_loop_onward();
            hops += 1;
        }
        assert_eq!(hops, MOST_DEPLOYMENTS);
        assert!(request("https://a.example/", &"x, ".repeat(9000)).came_through_us());
    }

    #[test]
    fn what_is_no_field_value_is_not_sent_on() {
        let onward = request("https://a.example/", " , b\u{e9}, c;d=\"e\" ,\n").cdn_loop_onward();
        assert!(onward.starts_with("c;d=\"e\", letterbox-"), "{onward}");
    }

    #[test]
    fn a_page_of_another_site_is_told_from_a_direct_request() {
        let elsewhere = |site: Option<&str>| {
            let mut request = request("http://localhost:8787/", "");
            request.sec_fetch_site = site.map(str::to_owned);
            request.asker().elsewhere
        };
        assert!(!elsewhere(None) && !elsewhere(Some("same-origin")) && !elsewhere(Some("none")));
        assert!(elsewhere(Some("cross-site")) && elsewhere(Some("same-site")));
        assert!(elsewhere(Some("")) && elsewhere(Some("none, none")));
    }
}
