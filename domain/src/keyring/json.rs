//! The JSON inside a pull secret, read as Go's `encoding/json` reads it for the kubelet.
//!
//! Go is more lenient than `serde_json`: names of fields match in any letter case, a repeated field counts again,
//! `null` leaves a field as it was, bytes that are no UTF-8 and halves of surrogate pairs become U+FFFD. It is as
//! strict where a value has the wrong kind, even in fields that the kubelet has no use for. Left out is only its
//! limit of 10,000 nested values.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::key::without_login;
use super::login::{AuthError, Login};
use super::secret::{Defect, Form};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What stands under one key, not yet decoded. A field left out is empty.
#[derive(Default)]
pub(super) struct Written {
    pub username: SecretString,
    pub password: SecretString,
    pub auth: SecretString,
}

/// The logins of a pull secret by key; of a key that is written twice, the last.
pub(super) fn read(form: Form, data: &[u8]) -> Result<BTreeMap<String, Login>, Defect> {
    if data.starts_with(BYTE_ORDER_MARK) {
        return Err(Defect::ByteOrderMark);
    }
    // Texts are read as bytes below, and then serde_json would let control characters pass.
    let not_json = |at: serde_json::Error| Defect::NotJson { line: at.line(), column: at.column() };
    serde_json::from_slice::<IgnoredAny>(data).map_err(not_json)?;

    let wrong_kind = |at: serde_json::Error| Defect::WrongKind { line: at.line(), column: at.column() };
    let entries = match form {
        Form::DockerConfigJson => object::<Config>(data).map(|config| config.auths),
        Form::Dockercfg => object::<Entries>(data),
    }
    .map_err(wrong_kind)?;
    match entries.bad {
        Some((key, why)) => Err(Defect::Auth { key: without_login(&key), why }),
        None => Ok(entries.logins),
    }
}

/// The one object in the data; `null` is an empty one.
fn object<T: Object>(data: &[u8]) -> Result<T, serde_json::Error> {
    Ok(serde_json::from_slice::<Option<Read<T>>>(data)?.map(|Read(object)| object).unwrap_or_default())
}

/// An object that takes its fields one by one, in the order in which they are written.
trait Object: Default {
    fn take<'de, A: MapAccess<'de>>(&mut self, name: &str, fields: &mut A) -> Result<(), A::Error>;
}

/// The top of Docker's `config.json`.
#[derive(Default)]
struct Config {
    auths: Entries,
}

impl Object for Config {
    fn take<'de, A: MapAccess<'de>>(&mut self, name: &str, fields: &mut A) -> Result<(), A::Error> {
        if is(name, "auths") {
            match fields.next_value::<Option<Read<Entries>>>()? {
                Some(Read(more)) => self.auths.add(more),
                None => self.auths.logins.clear(),
            }
        } else if is(name, "HttpHeaders") {
            fields.next_value::<Option<Read<Texts>>>()?;
        } else {
            fields.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// Logins by key. Each is decoded as it comes, and one that cannot be spoils the secret even where a later one of
/// the same key, or a later `null`, takes its place.
#[derive(Default)]
struct Entries {
    logins: BTreeMap<String, Login>,
    /// The first key that cannot be decoded.
    bad: Option<(String, AuthError)>,
}

impl Entries {
    fn add(&mut self, more: Self) {
        self.logins.extend(more.logins);
        self.bad = self.bad.take().or(more.bad);
    }
}

impl Object for Entries {
    fn take<'de, A: MapAccess<'de>>(&mut self, name: &str, fields: &mut A) -> Result<(), A::Error> {
        let written = fields.next_value::<Option<Read<Written>>>()?;
        let written = written.map(|Read(written)| written).unwrap_or_default();
        match Login::read(&written) {
            Ok(login) => {
                self.logins.insert(name.to_owned(), login);
            }
            Err(why) => {
                self.bad.get_or_insert_with(|| (name.to_owned(), why));
            }
        }
        Ok(())
    }
}

impl Object for Written {
    fn take<'de, A: MapAccess<'de>>(&mut self, name: &str, fields: &mut A) -> Result<(), A::Error> {
        let field = if is(name, "username") {
            &mut self.username
        } else if is(name, "password") {
            &mut self.password
        } else if is(name, "auth") {
            &mut self.auth
        } else if is(name, "email") {
            fields.next_value::<Option<Text>>()?;
            return Ok(());
        } else {
            fields.next_value::<IgnoredAny>()?;
            return Ok(());
        };
        if let Some(Text(text)) = fields.next_value()? {
            *field = SecretString::from(text);
        }
        Ok(())
    }
}

/// An object of texts of which only the kinds matter.
#[derive(Default)]
struct Texts;

impl Object for Texts {
    fn take<'de, A: MapAccess<'de>>(&mut self, _name: &str, fields: &mut A) -> Result<(), A::Error> {
        fields.next_value::<Option<Text>>()?;
        Ok(())
    }
}

/// Whether Go takes `written` for the field `name`: without regard to letter case, for which it counts the long s.
fn is(written: &str, name: &str) -> bool {
    let fold = |c: char| if c == 'ſ' { 's' } else { c.to_ascii_lowercase() };
    written.chars().map(fold).eq(name.chars().map(fold))
}

struct Read<T>(T);

impl<'de, T: Object> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(T);

        impl<'de, T: Object> Visitor<'de> for Fields<T> {
            type Value = Read<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<Self::Value, A::Error> {
                while let Some(Text(name)) = fields.next_key()? {
                    self.0.take(&name, &mut fields)?;
                }
                Ok(Read(self.0))
            }
        }

        deserializer.deserialize_map(Fields(T::default()))
    }
}

/// A text of any bytes.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text, E> {
                Ok(Text(repaired(bytes)))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

/// The bytes as UTF-8, with U+FFFD for each byte that does not fit. Half of a surrogate pair, three bytes here,
/// is one U+FFFD to Go; such a login is wrong either way.
fn repaired(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}
