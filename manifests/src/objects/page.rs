//! One page of a list: items are turned into facts one by one while the page is parsed.

use std::fmt;

use domain::facts::Fact;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::lenient::or_default;
use super::{TypeMeta, facts_of};

/// `metadata` of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListMeta {
    /// Where the next page starts; `None` on the last page.
    #[serde(rename = "continue", deserialize_with = "next_page")]
    pub next: Option<String>,
    /// How many items follow on later pages, when the server counted them.
    pub remaining_item_count: Option<u64>,
    /// The version the list was read at.
    #[serde(deserialize_with = "or_default")]
    pub resource_version: String,
    /// How many items this page held; counted here, not sent.
    #[serde(skip)]
    pub items: u64,
}

fn next_page<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|token| !token.is_empty()))
}

/// Gives the facts of one page of a list of `kind` (the items' kind, which lists do not repeat).
///
/// # Errors
/// When the bytes are not such a list: an HTML page of a proxy, a truncated answer, another API.
pub fn page(
    kind: &TypeMeta,
    bytes: &[u8],
    give: &mut dyn FnMut(Fact),
) -> Result<ListMeta, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let meta = Page { kind, give }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(meta)
}

struct Page<'a> {
    kind: &'a TypeMeta,
    give: &'a mut dyn FnMut(Fact),
}

impl<'de> DeserializeSeed<'de> for Page<'_> {
    type Value = ListMeta;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ListMeta, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Page<'_> {
    type Value = ListMeta;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {} objects", self.kind)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ListMeta, A::Error> {
        let mut meta = ListMeta::default();
        let mut items = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "metadata" => meta = map.next_value::<Option<ListMeta>>()?.unwrap_or_default(),
                "items" => {
                    items = Some(map.next_value_seed(Items { kind: self.kind, give: &mut *self.give })?);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        meta.items = items.ok_or_else(|| A::Error::missing_field("items"))?;
        Ok(meta)
    }
}

struct Items<'a> {
    kind: &'a TypeMeta,
    give: &'a mut dyn FnMut(Fact),
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    /// An empty list is null in some answers.
    fn visit_unit<E>(self) -> Result<u64, E> {
        Ok(0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<u64, A::Error> {
        let mut count = 0;
        while items.next_element_seed(Item { kind: self.kind, give: &mut *self.give })?.is_some() {
            count += 1;
        }
        Ok(count)
    }
}

struct Item<'a> {
    kind: &'a TypeMeta,
    give: &'a mut dyn FnMut(Fact),
}

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        facts_of(self.kind, deserializer, None, self.give)
    }
}
