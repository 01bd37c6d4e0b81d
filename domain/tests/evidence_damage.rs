//! Explanations hold when a message is damaged on its way: wrapped by a screen, escaped by a log, folded by a
//! terminal. And whatever comes in, nothing panics and no secret comes out.

#![expect(clippy::unwrap_used, reason = "functions that tests share fail as tests do")]

use std::{fs, path::Path};

use domain::evidence::{Cause, explain, mask};
use proptest::prelude::*;
use serde_json::Value;

/// Messages of the repository's own collection, with their images and causes as explained undamaged.
fn messages() -> Vec<(String, Option<String>, Cause)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/pull-messages.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| {
        let message = row["message"].as_str().unwrap().to_owned();
        let image = row["image"].as_str().map(str::to_owned);
        let cause = explain(&message, image.as_deref()).cause;
        (message, image, cause)
    })
    .collect()
}

fn check(damage: impl Fn(&str) -> String) {
    for (message, image, cause) in messages() {
        let damaged = damage(&message);
        assert_eq!(explain(&damaged, image.as_deref()).cause, cause, "{damaged}");
    }
}

/// Lines of the given width within borders, as k9s draws them.
fn on_a_screen(message: &str, width: usize) -> String {
    let characters: Vec<char> = message.chars().filter(|c| *c != '\n').collect();
    let lines: Vec<String> = characters.chunks(width).map(|line| line.iter().collect()).collect();
    format!("│ {} │", lines.join(" │\n│ "))
}

#[test]
fn screens_with_borders_break_no_rule() {
    for width in [37, 80, 119, 173] {
        check(|message| on_a_screen(message, width));
    }
}

#[test]
fn escaping_breaks_no_rule() {
    let escape = |message: &str| serde_json::to_string(message).unwrap();
    check(escape);
    check(|message| escape(&escape(message)));
    check(|message| message.replace('<', "\\u003c").replace('>', "\\u003e"));
}

#[test]
fn folding_and_colours_break_no_rule() {
    check(|message| message.replace(' ', "\n   "));
    check(|message| message.replace(": ", ":\r\n\t"));
    check(|message| format!("\u{1b}[31m{}\u{1b}[0m", message.replace(": ", ":\u{1b}[1m ")));
    check(|message| message.replace(": ", ": **"));
    check(|message| format!("Warning  Failed  2m (x4 over 3m)  kubelet  {message}"));
}

/// Pieces that rules and masks look for, so that random texts come near them.
fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            any::<String>(),
            prop::sample::select(vec![
                "429 Too Many Requests",
                "toomanyrequests:",
                "pull rate limit as '",
                "limit as \"",
                "'",
                "\"",
                "\\",
                "\\u0027",
                "\\u00",
                "https://",
                "http://a@",
                "?ns=docker.io",
                "?a=b&",
                "image \"",
                "docker.io/",
                "registry-1.docker.io",
                "dckr_pat_",
                "dckr_",
                "Bearer ",
                "eyJ",
                "password=",
                "\"auth\":\"",
                "a@b.cd",
                " │\n│ ",
                "│",
                "\u{1b}[",
                "*",
                "unexpected status code http",
                "status 429",
                "É",
                "•••••",
                "container registry ",
                ": EOF",
                "\r\n",
                "#",
            ])
            .prop_map(str::to_owned),
        ],
        0..24,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_explained_by_a_part_of_its_masked_self(text in pieces(), image in prop::option::of(pieces())) {
        let explanation = explain(&text, image.as_deref());
        prop_assert!(mask(&text).contains(&explanation.evidence));
    }

    #[test]
    fn masking_twice_is_masking_once(text in pieces()) {
        let masked = mask(&text);
        prop_assert_eq!(mask(&masked), masked);
    }

    #[test]
    fn an_account_never_shows(name in "[a-z][a-z0-9]{5,20}", id in "[A-Za-z0-9_-]{20,40}") {
        let message = format!("You have reached your pull rate limit as '{name}': dckr_jti_{id}=. You may increase");
        for width in [23, 40, 67, 1000] {
            let shown = mask(&on_a_screen(&message, width));
            let explanation = explain(&on_a_screen(&message, width), None);
            prop_assert_eq!(explanation.cause, Cause::DockerHubRateLimitAuthenticated);
            prop_assert_eq!(explanation.account, Some(format!("{}•••••", &name[..1])));
            for text in [shown, explanation.evidence] {
                let joined = text.replace(" │\n│ ", "");
                prop_assert!(!joined.contains(&name) && !joined.contains(&id[..8]), "{}", text);
            }
        }
    }
}

#[test]
fn hostile_lengths_take_no_quadratic_time() {
    for piece in [
        "pull rate limit as '",
        "https://",
        "docker://",
        "ghcr.io/",
        "a/",
        "bearer",
        "image \"a/b\" ",
        " 429 ",
        "toomany",
        "@a.b",
        "as ",
        "eyJ",
        "│\n│",
        "\\",
        "auth=",
        "?ns=",
        " ",
        "\u{1b}[",
        "image \"a",
        "dckr_",
    ] {
        let text = piece.repeat(60_000 / piece.len());
        let started = std::time::Instant::now();
        assert!(mask(&text).contains(&explain(&text, Some("nginx")).evidence));
        assert!(started.elapsed().as_secs() < 20, "{piece:?} {:?}", started.elapsed());
    }
}
