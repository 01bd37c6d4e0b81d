//! Images in the values of Helm charts: found by the shapes that charts use, changed where they stand.
//!
//! A chart may name its values as it likes; these shapes are those of `helm create` and of the large chart
//! collections: a map with `repository` and `tag` (some with `registry` and `digest`), or the whole reference
//! as one text, perhaps with its tag beside it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::types::ValueChange;
use crate::image::ImageReference;

/// One step into values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    /// An element of a list, from 0.
    Index(usize),
    /// A member of a map.
    Name(String),
}

/// A text in values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its key in the map that holds the image.
    pub key: String,
    /// The text.
    pub text: String,
}

/// One image in values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageValue {
    /// The way to the map that holds its parts.
    pub at: Vec<Key>,
    /// The registry, where it has a key of its own.
    pub registry: Option<Field>,
    /// The repository, or the whole reference.
    pub repository: Field,
    /// The tag, where it has a key of its own.
    pub tag: Option<Field>,
    /// The digest, where it has a key of its own.
    pub digest: Option<Field>,
}

/// Deepest nesting and most images that are looked at: values are hostile input.
const DEEPEST: usize = 32;
const MOST: usize = 500;

/// The images in values.
pub fn images_in(values: &Value) -> Vec<ImageValue> {
    let mut found = Vec::new();
    walk(values, "", &mut Vec::new(), &mut found);
    found
}

/// Whether a file speaks for itself as values of a chart: an image in parts, which no other kind of file has.
pub fn looks_like_values(images: &[ImageValue]) -> bool {
    images.iter().any(|image| image.repository.key == "repository" && image.tag.is_some())
}

fn walk(value: &Value, name: &str, at: &mut Vec<Key>, found: &mut Vec<ImageValue>) {
    if at.len() > DEEPEST || found.len() >= MOST {
        return;
    }
    match value {
        Value::Object(map) => {
            found.extend(in_map(map, name, at));
            for (key, value) in map {
                at.push(Key::Name(key.clone()));
                walk(value, key, at, found);
                at.pop();
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                at.push(Key::Index(index));
                walk(value, name, at, found);
                at.pop();
            }
        }
        _ => {}
    }
}

/// The images whose parts are members of this map; `name` is the map's own key.
fn in_map(map: &Map<String, Value>, name: &str, at: &[Key]) -> Vec<ImageValue> {
    let parts = ["repository", "name"].into_iter().find(|key| match *key {
        "repository" => map.contains_key("repository"),
        other => is_image(name) && map.contains_key(other),
    });
    let whole = map.keys().map(String::as_str).filter(|key| is_image(key));
    parts
        .into_iter()
        .chain(whole)
        .filter_map(|key| {
            let beside = |names: &[String]| names.iter().find_map(|name| field(map, name));
            let own = |part: &str| {
                let joined = format!("{key}{}{}", part[..1].to_ascii_uppercase(), &part[1..]);
                if is_image(key) { vec![joined, part.to_owned()] } else { vec![part.to_owned()] }
            };
            let image = ImageValue {
                at: at.to_vec(),
                repository: field(map, key)?,
                registry: beside(&own("registry")),
                tag: beside(&own("tag")),
                digest: beside(&own("digest")),
            };
            image.reference().is_some().then_some(image)
        })
        .collect()
}

/// `image`, `sidecarImage`, `controller_image`.
fn is_image(key: &str) -> bool {
    key.ends_with("image") || key.ends_with("Image")
}

/// A text, or a number that stands for one: people write `tag: 1.27`.
fn field(map: &Map<String, Value>, key: &str) -> Option<Field> {
    let text = match map.get(key)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null => String::new(),
        _ => return None,
    };
    Some(Field { key: key.to_owned(), text })
}

impl ImageValue {
    /// The reference its parts make; empty parts are left out.
    pub fn reference(&self) -> Option<ImageReference> {
        let part = |field: &Option<Field>| field.as_ref().map(|f| f.text.clone()).filter(|t| !t.is_empty());
        let mut text = part(&self.registry).map(|registry| format!("{registry}/")).unwrap_or_default();
        text.push_str(&self.repository.text);
        if let Some(tag) = part(&self.tag) {
            let _ = write!(text, ":{tag}");
        }
        if let Some(digest) = part(&self.digest) {
            let _ = write!(text, "@{digest}");
        }
        text.parse().ok()
    }

    /// Whether a chart with these values names this image. Without a tag here the chart has one of its own.
    pub fn makes(&self, image: &ImageReference) -> bool {
        self.reference().is_some_and(|own| {
            own.repository() == image.repository()
                && (own.tag().is_none() || own.tag() == image.tag())
                && (own.digest().is_none() || own.digest() == image.digest())
        })
    }

    /// The changes that make it name `to` instead of `from`; none when a part would need a key that is not there.
    pub fn changes(&self, from: &ImageReference, to: &ImageReference) -> Option<Vec<ValueChange>> {
        let in_one = self.reference()?.tag().is_some()
            && self.tag.as_ref().is_none_or(|tag| tag.text.is_empty())
            || self.digest.is_none() && self.repository.text.contains('@');
        let mut changes = Vec::new();
        let mut set = |field: &Field, to: String| {
            if field.text != to {
                let mut keys = self.at.clone();
                keys.push(Key::Name(field.key.clone()));
                changes.push(ValueChange { keys, from: field.text.clone(), to });
            }
        };
        match &self.registry {
            Some(registry) => {
                set(registry, to.domain().to_owned());
                set(&self.repository, to.path().to_owned());
            }
            None if in_one => set(&self.repository, to.as_written().to_owned()),
            None => set(&self.repository, to.repository()),
        }
        if in_one && self.registry.is_some() {
            return None;
        }
        if !in_one && from.tag() != to.tag() {
            set(self.tag.as_ref()?, to.tag()?.to_owned());
        }
        if !in_one && from.digest() != to.digest() {
            set(self.digest.as_ref()?, to.digest()?.to_owned());
        }
        Some(changes)
    }
}

/// The way as people write it, and as `helm --set` reads it: `image.repository`, `sidecars[0].image`. What
/// means something to that reader is behind a backslash (Helm: `pkg/strvals`).
pub fn set_path(keys: &[Key]) -> String {
    let mut path = String::new();
    for key in keys {
        match key {
            Key::Index(index) => {
                let _ = write!(path, "[{index}]");
            }
            Key::Name(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&escaped(name));
            }
        }
    }
    path
}

/// One argument of `helm --set-string`.
pub fn set_argument(change: &ValueChange) -> String {
    format!("{}={}", set_path(&change.keys), escaped(&change.to))
}

fn escaped(text: &str) -> String {
    let special = |c: char| matches!(c, '\\' | ',' | '.' | '[' | ']' | '=' | '{' | '}');
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(values: &Value, from: &str, to: &str) -> Option<Vec<(String, String)>> {
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        let image = images_in(values).into_iter().find(|image| image.makes(&from))?;
        let changes = image.changes(&from, &to)?;
        Some(changes.into_iter().map(|c| (set_path(&c.keys), c.to)).collect())
    }

    #[test]
    fn every_shape_is_changed_where_it_stands() {
        let (from, to) = ("nginx:1.27", "public.ecr.aws/docker/library/nginx:1.27");
        let repository = "public.ecr.aws/docker/library/nginx";
        let table: &[(Value, &[(&str, &str)])] = &[
            (json!({"image": {"repository": "nginx", "tag": "1.27"}}), &[("image.repository", repository)]),
            (json!({"image": {"repository": "nginx", "tag": 1.27}}), &[("image.repository", repository)]),
            (json!({"image": {"repository": "nginx", "tag": ""}}), &[("image.repository", repository)]),
            (json!({"image": {"repository": "library/nginx"}}), &[("image.repository", repository)]),
            (json!({"image": {"repository": "nginx:1.27"}}), &[("image.repository", to)]),
            (
                json!({"image": {"registry": "docker.io", "repository": "library/nginx", "tag": "1.27"}}),
                &[("image.registry", "public.ecr.aws"), ("image.repository", "docker/library/nginx")],
            ),
            (
                json!({"image": {"registry": "", "repository": "nginx", "tag": "1.27"}}),
                &[("image.registry", "public.ecr.aws"), ("image.repository", "docker/library/nginx")],
            ),
            (json!({"image": {"name": "docker.io/nginx", "tag": "1.27"}}), &[("image.name", repository)]),
            (json!({"image": "nginx:1.27"}), &[("image", to)]),
            (json!({"image": "nginx", "imageTag": "1.27"}), &[("image", repository)]),
            (json!({"image": "nginx", "tag": "1.27"}), &[("image", repository)]),
            (json!({"web": {"sidecars": [{"image": "nginx:1.27"}]}}), &[("web.sidecars[0].image", to)]),
            (json!({"a.b": {"proxyImage": "nginx:1.27"}}), &[("a\\.b.proxyImage", to)]),
        ];
        for (values, wanted) in table {
            let got = change(values, from, to).unwrap_or_else(|| panic!("{values}"));
            let got: Vec<_> = got.iter().map(|(key, to)| (key.as_str(), to.as_str())).collect();
            assert_eq!(&got, wanted, "{values}");
        }
    }

    #[test]
    fn a_tag_or_digest_that_moves_too_needs_its_key() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let values = json!({"image": {"repository": "me/app", "tag": "1", "digest": digest}});
        let (from, to) = (format!("me/app:1@{digest}"), format!("quay.io/me/app:2@{digest}"));
        let got = change(&values, &from, &to).unwrap();
        let wanted = [("image.repository", "quay.io/me/app"), ("image.tag", "2")];
        assert_eq!(got, wanted.map(|(key, to)| (key.to_owned(), to.to_owned())));
        assert_eq!(change(&json!({"image": {"repository": "me/app"}}), "me/app:1", "quay.io/me/app:2"), None);
    }

    #[test]
    fn what_names_another_image_is_left_alone() {
        for values in [
            json!({"image": {"repository": "nginx", "tag": "1.26"}}),
            json!({"image": {"registry": "quay.io", "repository": "library/nginx", "tag": "1.27"}}),
            json!({"repository": "https://charts.example.com", "name": "nginx"}),
            json!({"text": "nginx:1.27"}),
        ] {
            assert_eq!(change(&values, "nginx:1.27", "quay.io/me/nginx:1.27"), None, "{values}");
        }
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let mut deep = json!({"image": "nginx"});
        for _ in 0..200 {
            deep = json!({ "a": deep });
        }
        assert!(images_in(&deep).is_empty());
        let many: Vec<Value> = (0..2000).map(|_| json!({"image": "nginx"})).collect();
        assert_eq!(images_in(&json!(many)).len(), MOST);
    }
}
