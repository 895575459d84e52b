//! Rules for source URLs: a pure predicate over a parsed URL, evaluated again on every redirect.
//!
//! Everything is decided on the result of the WHATWG parser, never on the text: `127.1`,
//! `2130706433` and full-width digits have all become an IPv4 address by then.

use std::fmt;

use url::{Host, Url};

use super::path;

/// Rules of the deployment.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Hosts that sources may come from.
    pub allowed: AllowList,
    /// The deployment's own origin, which is always allowed.
    pub origin: Option<Url>,
    /// Bases of the named origins, which are always allowed.
    pub named: Vec<Url>,
    /// Development mode: plain http, other ports and loopback hosts are allowed, and an empty list
    /// allows every host.
    pub development: bool,
}

/// Facts about a request that decide which sources may be fetched.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'r> {
    /// URL of the request.
    pub own: &'r Url,
    /// Whether a page of another site had a browser send the request.
    pub elsewhere: bool,
}

/// Reason why a URL is not fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The URL has a part that no source may have; the text says what was expected.
    Malformed(&'static str),
    /// The deployment does not allow the host, or the path on it.
    NotAllowed,
    /// In development: the host is in the local network, and a page of another site asks.
    Private,
}

/// Checks one URL.
///
/// # Errors
/// [`Refusal`] tells the reason: the URL's form, or the deployment's list.
pub fn check(url: &Url, rules: &Rules) -> Result<(), Refusal> {
    if is_the_platforms(url.path()) && !path::is_below(url.path(), DELIVERY) {
        return Err(Refusal::Malformed("a URL outside of /cdn-cgi/"));
    }
    if rules.development {
        return check_in_development(url, rules);
    }
    check_form(url)?;
    if rules.is_configured(url) || rules.allowed.allows(url) {
        return Ok(());
    }
    Err(Refusal::NotAllowed)
}

impl Rules {
    /// Whether a URL is on the deployment's origin, or on a named one.
    fn is_configured(&self, url: &Url) -> bool {
        let mut bases = self.origin.iter().chain(&self.named);
        bases.any(|base| is_below(url, base))
    }
}

/// Checks the rules that depend on the request. A source must not be on the service's own host,
/// from where the request would come back. In development, a page that the developer only visits
/// must not reach into the local network.
///
/// # Errors
/// [`Refusal::Malformed`] says what to write instead; [`Refusal::Private`].
pub fn check_asker(url: &Url, asker: &Asker<'_>, rules: &Rules) -> Result<(), Refusal> {
    if is_ours(url, asker.own, rules) {
        return Err(Refusal::Malformed(
            "a URL on another host than this service: give the path alone for a file of its origin",
        ));
    }
    if rules.development && asker.elsewhere && !rules.is_configured(url) && is_private(url) {
        return Err(Refusal::Private);
    }
    Ok(())
}

/// Whether a URL leads back to the service. In production, only host names are compared, because
/// the client chose the scheme and the port of the request's URL. On a developer's machine, every
/// port is another server, and all loopback names are one host.
fn is_ours(url: &Url, own: &Url, rules: &Rules) -> bool {
    let name = |url: &Url| {
        url.host_str()
            .map(|host| host.trim_end_matches('.').to_owned())
    };
    if !rules.development {
        return name(url) == name(own);
    }
    let same_host = name(url) == name(own) || (is_loopback(url) && is_loopback(own));
    same_host && url.port_or_known_default() == own.port_or_known_default()
}

/// Whether a host may be in the network that the service runs in: an address, or a name that the
/// public DNS does not answer.
fn is_private(url: &Url) -> bool {
    !matches!(url.host(), Some(Host::Domain(name)) if is_public_name(name))
}

/// Path at which the platform delivers stored images, with nothing of a URL in it.
const DELIVERY: &str = "/cdn-cgi/imagedelivery/";

/// Whether the platform answers a path itself, on every host that it serves.
fn is_the_platforms(path: &str) -> bool {
    let decoded = path::decode(path).to_ascii_lowercase();
    decoded
        .strip_prefix("/cdn-cgi")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Checks the form that every URL needs in production, listed or not, and the configured origin
/// too.
///
/// # Errors
/// As [`check`].
pub fn check_form(url: &Url) -> Result<(), Refusal> {
    if url.scheme() != "https" {
        return Err(Refusal::Malformed("an https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::Malformed("a URL without user name and password"));
    }
    if url.port().is_some() {
        return Err(Refusal::Malformed("a URL on the default port"));
    }
    match url.host() {
        Some(Host::Domain(name)) if is_public_name(name) => Ok(()),
        _ => Err(Refusal::NotAllowed),
    }
}

fn check_in_development(url: &Url, rules: &Rules) -> Result<(), Refusal> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::Malformed("an http or https URL"));
    }
    let listed = rules.allowed.is_empty() || rules.allowed.allows(url);
    if listed || rules.is_configured(url) || is_loopback(url) {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    }
}

/// Last labels that the public DNS does not answer, or must not: RFC 6761 and 6762, RFC 7686, 8375
/// and 9476, the names that ICANN keeps back because networks use them, and those of Kubernetes
/// and home routers.
const PRIVATE: [&str; 16] = [
    "localhost",
    "local",
    "internal",
    "localdomain",
    "arpa",
    "lan",
    "home",
    "corp",
    "mail",
    "intranet",
    "private",
    "svc",
    "test",
    "invalid",
    "onion",
    "alt",
];

/// Public names whose answers are addresses that the asker chooses, or this very machine.
const CHOSEN: [&str; 11] = [
    "nip.io",
    "sslip.io",
    "xip.io",
    "backname.io",
    "traefik.me",
    "localtest.me",
    "lvh.me",
    "vcap.me",
    "fuf.me",
    "local.gd",
    "localho.st",
];

/// Whether a name is one of the public DNS: two labels or more, none of the endings that lead
/// inside, no trailing dot.
fn is_public_name(name: &str) -> bool {
    let Some((_, top)) = name.rsplit_once('.') else {
        return false;
    };
    let is_below = |ending: &&str| {
        name.strip_suffix(*ending)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    !top.is_empty() && !PRIVATE.contains(&top) && !CHOSEN.iter().any(is_below)
}

/// Whether a host is this very machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether `url` is `base` or lies below it, on a segment boundary.
pub(super) fn is_below(url: &Url, base: &Url) -> bool {
    url.origin() == base.origin() && path::is_below(url.path(), base.path())
}

/// The parsed `ALLOWED_SOURCES`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowList {
    /// Only the listed hosts.
    Listed(Vec<Entry>),
    /// `*`: every public host. `config` allows it only where URLs are signed.
    Everything,
}

impl Default for AllowList {
    fn default() -> Self {
        AllowList::Listed(Vec::new())
    }
}

/// An entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Host, or the part behind `*.`.
    host: String,
    subdomains: bool,
    /// `/` or a path prefix.
    path: String,
}

/// Entry of the list that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadEntry(String);

impl fmt::Display for BadEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == "*" {
            return f.write_str("`*` stands alone or not at all: it leaves nothing to list");
        }
        write!(
            f,
            "`{}` is none of images.example.com, *.example.com, example.com/prefix/",
            self.0
        )
    }
}

impl AllowList {
    /// Parses a comma list of `host`, `*.domain` and `host/prefix/`, or a lone `*`.
    ///
    /// # Errors
    /// The first entry that is none of these, or that names a private or literal address.
    pub fn parse(text: &str) -> Result<AllowList, BadEntry> {
        if text.trim() == "*" {
            return Ok(AllowList::Everything);
        }
        let entries = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        entries
            .map(|entry| Entry::parse(entry).ok_or_else(|| BadEntry(entry.to_owned())))
            .collect::<Result<_, _>>()
            .map(AllowList::Listed)
    }

    /// Whether nothing is listed.
    pub fn is_empty(&self) -> bool {
        *self == AllowList::default()
    }

    fn allows(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else {
            return false;
        };
        match self {
            AllowList::Everything => true,
            AllowList::Listed(entries) => {
                entries.iter().any(|entry| entry.matches(host, url.path()))
            }
        }
    }
}

impl Entry {
    pub(super) fn parse(text: &str) -> Option<Entry> {
        let (subdomains, rest) = match text.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if rest.contains(['*', '@', '?', '#', ':', '\\'])
            || rest.contains("..")
            || rest.starts_with('/')
        {
            return None;
        }
        let url = Url::parse(&format!("https://{rest}")).ok()?;
        check_form(&url).ok()?;
        Some(Entry {
            host: url.host_str()?.to_owned(),
            subdomains,
            path: url.path().to_owned(),
        })
    }

    pub(super) fn matches(&self, host: &str, path: &str) -> bool {
        let host_matches = if self.subdomains {
            host.strip_suffix(self.host.as_str())
                .is_some_and(|label| label.len() > 1 && label.ends_with('.'))
        } else {
            host == self.host
        };
        host_matches && path::is_below(path, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(url: &str) -> Result<(), Refusal> {
        let rules = Rules {
            allowed: AllowList::parse(
                "images.example.com, *.cdn.example.com, shared.example.com/public/",
            )
            .expect("a good list"),
            origin: Some(Url::parse("https://origin.example.com/site").expect("a URL")),
            ..Rules::default()
        };
        Url::parse(url).map_or(Err(Refusal::Malformed("a URL")), |url| check(&url, &rules))
    }

    #[test]
    fn listed_hosts_wildcards_prefixes_and_the_origin_are_allowed() {
        for url in [
            "https://images.example.com/a.jpg",
            "https://IMAGES.example.com:443/a.jpg?x=1",
            "https://a.cdn.example.com/",
            "https://a.b.cdn.example.com/",
            "https://shared.example.com/public/a.jpg",
            "https://shared.example.com/x/../public/a.jpg",
            "https://origin.example.com/site/a.jpg",
        ] {
            assert_eq!(decide(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn look_alikes_are_not_allowed() {
        for url in [
            "https://evil-images.example.com/",
            "https://images.example.com.evil.com/",
            "https://example.com/",
            "https://cdn.example.com/",
            "https://xcdn.example.com/",
            "https://shared.example.com/publicity/a.jpg",
            "https://shared.example.com/public/../secret.jpg",
            "https://shared.example.com/public/%2e%2e/secret.jpg",
            "https://shared.example.com/public/..%2fsecret.jpg",
            "https://shared.example.com/public/..%5Csecret.jpg",
            "https://shared.example.com/public/..;/secret.jpg",
            "https://shared.example.com/public/%2e%2e;/secret.jpg",
            "https://shared.example.com/public/%252e%252e/secret.jpg",
            "https://shared.example.com/public/..%20/secret.jpg",
            "https://origin.example.com/site2/a.jpg",
            "https://images.example.com./a.jpg",
            "https://evil.com\\@images.example.com/",
        ] {
            assert_eq!(decide(url), Err(Refusal::NotAllowed), "{url}");
        }
    }

    #[test]
    fn every_spelling_of_an_address_and_every_private_name_is_refused() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "１２７.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "8.8.8.8",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[2001:db8::1]",
            "localhost",
            "a.localhost",
            "printer.local",
            "vault.internal",
            "intranet",
            "localhost.",
        ] {
            assert_eq!(
                decide(&format!("https://{host}/a.jpg")),
                Err(Refusal::NotAllowed),
                "{host}"
            );
        }
    }

    #[test]
    fn a_name_that_leads_inside_is_refused_even_where_every_host_is_allowed() {
        let rules = Rules {
            allowed: AllowList::Everything,
            ..Rules::default()
        };
        let decide = |host: &str| {
            let url = Url::parse(&format!("https://{host}/a.jpg")).expect("a URL");
            check(&url, &rules)
        };
        for host in [
            "printer.lan",
            "PRINTER.LAN",
            "router.home.arpa",
            "1.0.0.127.in-addr.arpa",
            "images.default.svc",
            "images.default.svc.cluster.local",
            "wiki.corp",
            "nas.home",
            "a.mail",
            "a.intranet",
            "a.private",
            "a.test",
            "a.invalid",
            "abc.onion",
            "a.alt",
            "nip.io",
            "10.0.0.1.nip.io",
            "app-127-0-0-1.sslip.io",
            "10.0.0.1.xip.io",
            "a.localtest.me",
            "lvh.me",
        ] {
            assert_eq!(decide(host), Err(Refusal::NotAllowed), "{host}");
        }
        for host in [
            "example.com",
            "lan.example.com",
            "corp.example",
            "nip.io.example.com",
            "xnip.io",
            "mail.example.com",
        ] {
            assert_eq!(decide(host), Ok(()), "{host}");
        }
        assert!(AllowList::parse("*.nip.io").is_err());
    }

    #[test]
    fn schemes_ports_and_userinfo_are_malformed() {
        for url in [
            "http://images.example.com/a.jpg",
            "ftp://images.example.com/a.jpg",
            "data:image/png;base64,AAAA",
            "file:///etc/passwd",
            "https://images.example.com:8443/a.jpg",
            "https://user@images.example.com/a.jpg",
            "https://images.example.com@evil.com/a.jpg",
            "https://:secret@images.example.com/a.jpg",
        ] {
            assert!(matches!(decide(url), Err(Refusal::Malformed(_))), "{url}");
        }
    }

    #[test]
    fn development_allows_loopback_and_honours_a_list_if_there_is_one() {
        let open = Rules {
            development: true,
            ..Rules::default()
        };
        let listed = Rules {
            allowed: AllowList::parse("a.example.com").expect("a good list"),
            ..open.clone()
        };
        let decide = |url: &str, rules: &Rules| check(&Url::parse(url).expect("a URL"), rules);
        assert_eq!(decide("http://127.0.0.1:9000/a.jpg", &listed), Ok(()));
        assert_eq!(decide("http://b.example.com/a.jpg", &open), Ok(()));
        assert_eq!(
            decide("http://b.example.com/a.jpg", &listed),
            Err(Refusal::NotAllowed)
        );
        assert!(matches!(
            decide("ftp://localhost/a.jpg", &open),
            Err(Refusal::Malformed(_))
        ));
    }

    #[test]
    fn our_own_host_is_no_source_whatever_the_scheme_and_the_port_of_the_request() {
        let decide = |url: &str, own: &str, development| {
            let rules = Rules {
                development,
                ..Rules::default()
            };
            let own = Url::parse(own).expect("a URL");
            let asker = Asker {
                own: &own,
                elsewhere: false,
            };
            check_asker(&Url::parse(url).expect("a URL"), &asker, &rules).is_ok()
        };
        for own in [
            "https://img.example.com/",
            "http://img.example.com/",
            "http://img.example.com:8080/",
            "https://IMG.example.com:8443/",
            "https://img.example.com./",
        ] {
            assert!(
                !decide("https://img.example.com/a.jpg", own, false),
                "{own}"
            );
            assert!(
                decide("https://img2.example.com/a.jpg", own, false),
                "{own}"
            );
        }
        // Every port of a developer's machine is another server, under any of its names.
        for own in [
            "http://localhost:8787/",
            "http://127.0.0.1:8787/",
            "http://[::1]:8787",
        ] {
            for ours in ["localhost", "127.0.0.1", "[::1]", "a.localhost"] {
                assert!(
                    !decide(&format!("http://{ours}:8787/a.jpg"), own, true),
                    "{ours}"
                );
                assert!(
                    decide(&format!("http://{ours}:9000/a.jpg"), own, true),
                    "{ours}"
                );
            }
        }
    }

    #[test]
    fn of_the_platforms_paths_only_stored_images_are_sources_and_none_of_ours() {
        for (path, allowed) in [
            ("cdn-cgi/imagedelivery/account/id/public", true),
            ("cdn-cgi/imagedelivery/account/id/w=200?x", true),
            (
                "cdn-cgi/imagedelivery/../image/w=9/https://evil.example/",
                false,
            ),
            ("cdn-cgi/imagedelivery/%2e%2e/image/x", false),
            ("cdn-cgi/imagedelivery/..;/image/x", false),
            ("cdn-cgi/imagedelivery/..%2fimage/x", false),
            ("cdn-cgi/imagedelivery/%252e%252e/image/x", false),
            ("cdn-cgi/imagedeliveryx/a", false),
            ("cdn-cgi/ImageDelivery/a", false),
            ("cdn-cgi%2fimagedelivery/a", false),
            ("cdn-cgi/trace", false),
        ] {
            let decided = decide(&format!("https://images.example.com/{path}"));
            assert_eq!(decided.is_ok(), allowed, "{path}");
        }
        let own = Url::parse("https://images.example.com/").expect("a URL");
        let asker = Asker {
            own: &own,
            elsewhere: false,
        };
        let url = own.join("/cdn-cgi/imagedelivery/a/b/c").expect("a URL");
        let decided = check_asker(&url, &asker, &Rules::default());
        assert!(matches!(decided, Err(Refusal::Malformed(_))));
    }

    #[test]
    fn a_page_of_another_site_does_not_look_into_a_developers_network() {
        let rules = Rules {
            origin: Some(Url::parse("http://localhost:3000/").expect("a URL")),
            development: true,
            ..Rules::default()
        };
        let own = Url::parse("http://localhost:8787/").expect("a URL");
        let decide = |url: &str, elsewhere| {
            let asker = Asker {
                own: &own,
                elsewhere,
            };
            check_asker(&Url::parse(url).expect("a URL"), &asker, &rules)
        };
        for private in [
            "http://localhost:9000/",
            "http://127.1:9000/",
            "http://10.0.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/",
            "http://[::1]:9000/",
            "http://[fd00::1]/",
            "http://router/",
            "http://printer.local/",
            "http://vault.internal/",
            "http://localhost.:9000/",
        ] {
            assert_eq!(decide(private, true), Err(Refusal::Private), "{private}");
            assert_eq!(decide(private, false), Ok(()), "{private}");
        }
        assert_eq!(decide("https://images.example.com/", true), Ok(()));
        assert_eq!(
            decide("http://localhost:3000/a.jpg", true),
            Ok(()),
            "configured"
        );
    }

    #[test]
    fn a_list_with_an_unreadable_or_dangerous_entry_is_refused_whole() {
        assert_eq!(AllowList::parse(" * "), Ok(AllowList::Everything));
        for bad in [
            "*",
            "*.*",
            "https://a.example.com",
            "a.example.com:8080",
            "127.0.0.1",
            "localhost",
            "a@b.com",
            "com",
            "/x",
        ] {
            assert!(
                AllowList::parse(&format!("ok.example.com,{bad}")).is_err(),
                "{bad}"
            );
        }
        assert!(
            AllowList::parse(" , ")
                .expect("nothing is readable")
                .is_empty()
        );
    }
}
