//! The registries in a message: by image names, by addresses, by the `ns` parameter of mirrors.

use std::ops::Range;

use super::registry;
use crate::image::ImageReference;

/// Everything in one message that names a registry.
pub(super) struct Names {
    /// The registry that a mirror was asked to stand for, from `?ns=` in an address (containerd).
    mirrored: Option<String>,
    /// Hosts that were asked, with the place of the address after its scheme.
    hosts: Vec<(Range<usize>, String)>,
    /// Images named in the text.
    images: Vec<(Range<usize>, Image)>,
    /// Where their names stand again, not in quotes.
    repeated: Vec<Range<usize>>,
    /// The image the message is about, as its finder knows it.
    image: Option<Image>,
}

struct Image {
    registry: String,
    /// Whether the registry was written out; else it is Docker Hub by default, which a runtime can change.
    explicit: bool,
}

/// How sure the registry is that stands behind a pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// By the answering host or by an image's full name.
    Named,
    /// Only by a mirror's word or by a short name.
    Inferred,
}

const SCHEMES: [&str; 2] = ["http://", "https://"];
/// Words of runtimes before a host that has no scheme.
const BEFORE_HOST: [&str; 2] = ["pulling from host ", "container registry "];
/// Words of kubelets and runtimes before an image in quotes.
const BEFORE_QUOTED_IMAGE: [&str; 2] = ["image ", "reference "];
/// What stands before an unquoted image: the transport of containers/image.
const TRANSPORT: &str = "docker://";
/// So many different images are looked for again in the rest of the text; real messages name one or two, and hostile
/// ones must not cost quadratic time.
const MOST_REPEATED: usize = 8;

impl Names {
    /// Reads `text`, in which letter case still counts; places are byte ranges of it.
    pub(super) fn find(text: &str, image: Option<&str>) -> Self {
        let hosts = hosts(text);
        let mirrored = hosts.iter().find_map(|(range, _)| namespace(&text[range.clone()]));
        let image = image.map(str::trim);
        let images = images(text);
        let repeated = repeated(text, &images, image);
        Self { mirrored, hosts, images, repeated, image: image.and_then(Image::parse) }
    }

    /// Places that hold names and addresses only.
    pub(super) fn hidden(&self) -> impl Iterator<Item = &Range<usize>> {
        let hosts = self.hosts.iter().map(|(range, _)| range);
        hosts.chain(self.images.iter().map(|(range, _)| range)).chain(&self.repeated)
    }

    /// The host that gave the answer standing at `place`: the one before it, or else the first one after it.
    pub(super) fn answering(&self, place: &Range<usize>) -> Option<&(Range<usize>, String)> {
        let registries = || self.hosts.iter().filter(|(_, host)| !registry::is_page(host));
        registries().rfind(|(range, _)| range.end <= place.start).or_else(|| registries().next())
    }

    /// The registry whose image was to be pulled. Mirrors and proxies in between do not count where the text says
    /// for whom they answer.
    pub(super) fn registry(&self) -> Option<(&str, Ground)> {
        let by_host = |public: bool| {
            self.hosts
                .iter()
                .map(|(_, host)| host.as_str())
                .find(|host| !registry::is_page(host) && (!public || is_public(host)))
                .map(|host| (host, Ground::Named))
        };
        let by_image = |explicit: bool| {
            self.images
                .iter()
                .map(|(_, image)| image)
                .find(|image| image.explicit || !explicit)
                .map(|image| (image.registry.as_str(), image.ground()))
        };
        self.mirrored
            .as_deref()
            .map(|host| (host, Ground::Named))
            .or_else(|| by_image(true))
            .or_else(|| by_host(true))
            .or_else(|| by_image(false))
            .or_else(|| by_host(false))
            .or_else(|| self.image.as_ref().map(|image| (image.registry.as_str(), Ground::Inferred)))
            .map(|(host, ground)| (registry::name(host), ground))
    }
}

impl Image {
    fn parse(written: &str) -> Option<Self> {
        let reference: ImageReference = written.parse().ok()?;
        let explicit = written.split_once('/').is_some_and(|(first, _)| first == reference.domain());
        Some(Self { registry: reference.domain().to_owned(), explicit })
    }

    fn ground(&self) -> Ground {
        if self.explicit { Ground::Named } else { Ground::Inferred }
    }
}

fn is_public(host: &str) -> bool {
    registry::is_docker_hub(host) || registry::is_other_public(host)
}

fn ends_name(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '"' | '\'' | '`' | '<' | '>' | '[' | ']' | '(' | ')' | '{' | '}' | ',' | ';' | '|')
}

/// The word that starts at `start`, without the punctuation of the sentence around it.
fn word(text: &str, start: usize) -> Range<usize> {
    let rest = &text[start..];
    let word = &rest[..rest.find(ends_name).unwrap_or(rest.len())];
    start..start + word.trim_end_matches(['.', ':', '/']).len()
}

/// The words `skip` bytes after each occurrence of `marker`, but those inside another one.
fn words_at(text: &str, marker: &str, skip: usize) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices(marker) {
        if found.last().is_none_or(|last| at >= last.end) {
            found.push(word(text, at + skip));
        }
    }
    found
}

fn hosts(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found: Vec<_> = SCHEMES
        .into_iter()
        .chain(BEFORE_HOST)
        .flat_map(|marker| words_at(text, marker, marker.len()))
        .filter_map(|word| {
            let host = text[word.clone()].split(['/', '?', '#']).next().unwrap_or_default();
            let host = host.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
            (host.contains(['.', ':']) || host == "localhost").then_some((word, host))
        })
        .collect();
    found.sort_by_key(|(range, _)| range.start);
    found
}

fn namespace(address: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let value = query.split('&').find_map(|parameter| parameter.strip_prefix("ns="))?;
    let value = value.trim_end_matches([':', '.', ',']);
    (!value.is_empty()).then(|| value.to_ascii_lowercase())
}

fn images(text: &str) -> Vec<(Range<usize>, Image)> {
    let quoted = BEFORE_QUOTED_IMAGE.into_iter().flat_map(|words| {
        text.match_indices(words).filter_map(move |(at, _)| quoted(text, at + words.len()))
    });
    let transported = words_at(text, TRANSPORT, TRANSPORT.len());
    let mut found: Vec<_> = quoted
        .chain(transported)
        .filter_map(|range| Image::parse(&text[range.clone()]).map(|image| (range, image)))
        .chain(full_names(text))
        .collect();
    found.sort_by_key(|(range, _)| range.start);
    found
}

/// Where the images' names stand again, with or without tag and digest.
fn repeated(text: &str, images: &[(Range<usize>, Image)], image: Option<&str>) -> Vec<Range<usize>> {
    let written = images.iter().map(|(range, _)| &text[range.clone()]).chain(image);
    let mut names: Vec<&str> = Vec::new();
    for name in written.map(without_tag).filter(|name| name.contains('/')) {
        if names.len() < MOST_REPEATED && !names.contains(&name) {
            names.push(name);
        }
    }
    names.iter().flat_map(|name| words_at(text, name, 0)).collect()
}

/// The repository as written: without digest and tag, but with a registry's port.
fn without_tag(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

/// A text in quotes, which the writer may have doubled.
fn quoted(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let inside = rest.trim_start_matches('"');
    let start = start + (rest.len() - inside.len());
    (inside.len() < rest.len()).then(|| start..start + inside.find('"').unwrap_or(inside.len()))
}

/// Words that start with the host of a public registry and a slash, as in `reading manifest 1 in docker.io/a/b`.
fn full_names(text: &str) -> impl Iterator<Item = (Range<usize>, Image)> {
    text.match_indices('/').filter_map(|(slash, _)| {
        let start = text[..slash]
            .rfind(|c| ends_name(c) || c == '/')
            .map_or(0, |before| before + text[before..].chars().next().map_or(0, char::len_utf8));
        let host = text[start..slash].to_ascii_lowercase();
        let inside_address = text[..start].ends_with('/');
        if inside_address || !is_public(&host) {
            return None;
        }
        let range = word(text, start);
        Image::parse(&text[range.clone()]).map(|image| (range, image))
    })
}
