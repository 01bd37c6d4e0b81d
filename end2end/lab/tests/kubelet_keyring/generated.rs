//! Pull secrets made up from pieces that matter.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::layouts::{CONFIG, CONFIG_JSON, secret};
use super::{Layout, Secret};

/// Keys that people write.
const KEYS: [&str; 24] = [
    "https://index.docker.io/v1/",
    "https://index.docker.io/v1",
    "https://index.docker.io/v2/",
    "index.docker.io",
    "docker.io",
    "https://docker.io",
    "http://docker.io/",
    "docker.io/v1/",
    "docker.io/library",
    "docker.io/myorg",
    "docker.io/myorg/app",
    "registry-1.docker.io",
    "docker.io:443",
    "*.docker.io",
    "*.io",
    "*",
    "quay.io",
    "https://quay.io/v1/team",
    "registry.example.com:5000",
    "*.example.com:5000",
    "*.example.com",
    "localhost:5000",
    "localhost",
    "[2001:db8::1]:5000",
];

/// Pieces of keys that nobody writes on purpose.
const PIECES: [&str; 32] = [
    "https://",
    "http://",
    "HTTPS://",
    "index.",
    "registry-1.",
    "docker",
    "quay",
    "localhost",
    "Foo",
    "example.com",
    ".io",
    ".",
    "*",
    "**",
    "/",
    "//",
    "v1",
    "v2",
    "/v1/",
    "library",
    "team",
    "my",
    ":",
    ":443",
    ":5000",
    "?",
    "#",
    "@",
    "%2f",
    "%25",
    "%zz",
    "ö",
];

/// So many layouts; the same for the same seed.
pub fn layouts(seed: u64, count: usize) -> Vec<Layout> {
    let mut dice = Dice(seed);
    (0..count).map(|_| (0..dice.below(4)).map(|number| make_secret(&mut dice, number)).collect()).collect()
}

fn make_secret(dice: &mut Dice, number: usize) -> Secret {
    let kind = match dice.below(20) {
        0 => ("Opaque", CONFIG_JSON.1),
        1 => (CONFIG.0, CONFIG_JSON.1),
        2..=4 => CONFIG,
        _ => CONFIG_JSON,
    };
    let entries: Vec<String> = (0..dice.below(6))
        .map(|entry| format!("{}:{}", serde_json::json!(make_key(dice)), make_entry(dice, number, entry)))
        .collect();
    let entries = format!("{{{}}}", entries.join(","));
    let mut data = if kind == CONFIG { entries } else { format!(r#"{{"auths":{entries}}}"#) }.into_bytes();
    if dice.below(25) == 0 {
        let at = dice.below(data.len());
        data[at] = u8::try_from(dice.below(256)).unwrap();
    }
    secret(number, kind, data)
}

fn make_key(dice: &mut Dice) -> String {
    if dice.below(3) > 0 {
        return dice.one_of(&KEYS).to_owned();
    }
    (0..=dice.below(5)).map(|_| dice.one_of(&PIECES)).collect()
}

/// A login that tells where it stands, in one of the ways to write it.
fn make_entry(dice: &mut Dice, number: usize, entry: usize) -> String {
    let (user, password) = (format!("user{number}"), format!("{}:{entry}", dice.below(1000)));
    let login = format!("{user}:{password}");
    match dice.below(40) {
        0..=15 => format!(r#"{{"username":"{user}","password":"{password}"}}"#),
        16..=25 => format!(r#"{{"auth":"{}"}}"#, STANDARD.encode(login)),
        26..=28 => format!(r#"{{"auth":"{}"}}"#, STANDARD_NO_PAD.encode(login)),
        29..=30 => format!(r#"{{"auth":"{}\n","username":"x"}}"#, STANDARD.encode(login)),
        31..=34 => "{}".to_owned(),
        35 => "null".to_owned(),
        36..=38 => format!(r#"{{"Username":"{user}","identitytoken":"t"}}"#),
        _ => {
            dice.one_of(&[r#"{"auth":"x y"}"#, r#"{"auth":"dXNlcg"}"#, "[]", r#"{"username":0}"#]).to_owned()
        }
    }
}

/// Numbers that look random and are not (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn one_of(&mut self, choices: &[&'static str]) -> &'static str {
        choices[self.below(choices.len())]
    }
}
