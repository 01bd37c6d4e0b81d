//! Style, script and wasm, from inside the binary. Needs no session: the files say nothing about anybody.
//!
//! Their names carry a hash of their content, so a browser may keep them for ever and never ask again.

use app::shell::Assets;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderName, StatusCode};

/// One file, as often as it was compressed when the assets were built.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    identity: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// `GET /assets/{name}`: the file in the smallest form that the reader takes, or 404.
pub async fn get(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match FILES.iter().find(|file| file.name == name) {
        Some(file) => file.answer(&headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The style sheet itself, for a report that has to open without the program.
pub fn style() -> &'static str {
    let name = ADDRESSES.style.trim_start_matches("/assets/");
    let file = FILES.iter().find(|file| file.name == name);
    file.and_then(|file| std::str::from_utf8(file.identity).ok()).unwrap_or_default()
}

impl Asset {
    fn answer(&self, request: &HeaderMap) -> Response {
        let (encoding, body) = self.best_for(request);
        let etag =
            format!("\"{}{}\"", self.name, encoding.map(|name| format!("-{name}")).unwrap_or_default());
        let known = request.get_all(IF_NONE_MATCH).iter().any(|tag| tag.as_bytes() == etag.as_bytes());
        let common: [(HeaderName, &str); 3] = [
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (VARY, "accept-encoding"),
            (CONTENT_TYPE, self.media_type),
        ];
        if known {
            return (StatusCode::NOT_MODIFIED, common, [(ETAG, etag)]).into_response();
        }
        match encoding {
            Some(name) => (common, [(ETAG, etag)], [(CONTENT_ENCODING, name)], body).into_response(),
            None => (common, [(ETAG, etag)], body).into_response(),
        }
    }

    fn best_for(&self, request: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
        match (self.brotli, self.gzip) {
            (Some(body), _) if accepts(request, "br") => (Some("br"), body),
            (_, Some(body)) if accepts(request, "gzip") => (Some("gzip"), body),
            _ => (None, self.identity),
        }
    }
}

/// Whether `Accept-Encoding` names this coding without refusing it (`q=0`). The order of preference is ours,
/// not the reader's, as RFC 9110 §12.5.3 allows; `*` is not taken for a wish.
fn accepts(request: &HeaderMap, coding: &str) -> bool {
    let lines = request.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|item| {
        let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
        let weight = parameters.trim().strip_prefix("q=").map(str::trim);
        let refused = weight.is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0));
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: Asset = Asset {
        name: "islands-0123.js",
        media_type: "text/javascript; charset=utf-8",
        identity: b"identity",
        brotli: Some(b"brotli"),
        gzip: Some(b"gzip"),
    };

    fn request(accept: &str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, accept.parse().unwrap())])
    }

    #[test]
    fn the_smallest_form_that_the_reader_takes() {
        for (accept, encoding) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip;q=1.0, br;q=0.2", Some("br")),
            ("BR", Some("br")),
            ("gzip, br;q=0", Some("gzip")),
            ("gzip, br; q=0.000", Some("gzip")),
            ("identity", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(FILE.best_for(&request(accept)).0, encoding, "{accept}");
        }
        assert_eq!(FILE.best_for(&HeaderMap::new()), (None, FILE.identity));
    }

    #[test]
    fn each_form_has_its_own_tag_and_is_kept_for_ever() {
        let first = FILE.answer(&request("br"));
        assert_eq!(first.headers()[ETAG], "\"islands-0123.js-br\"");
        assert_eq!(first.headers()[CONTENT_ENCODING], "br");
        assert_eq!(first.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_ne!(FILE.answer(&HeaderMap::new()).headers()[ETAG], first.headers()[ETAG]);

        let mut again = request("br");
        again.insert(IF_NONE_MATCH, first.headers()[ETAG].clone());
        assert_eq!(FILE.answer(&again).status(), StatusCode::NOT_MODIFIED);
    }

    #[tokio::test]
    async fn the_addresses_given_to_pages_are_served_and_nothing_else_is() {
        let islands = ADDRESSES.islands.map(|islands| [islands.module, islands.wasm]);
        for address in islands.iter().flatten().chain([&ADDRESSES.style]) {
            let name = address.strip_prefix("/assets/").unwrap().to_owned();
            assert_eq!(get(Path(name), HeaderMap::new()).await.status(), StatusCode::OK, "{address}");
        }
        for name in ["", "manifest", "../Cargo.toml", "style.css"] {
            let answer = get(Path(name.to_owned()), HeaderMap::new()).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
