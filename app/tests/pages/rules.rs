//! What every page keeps, whatever its state.

use std::collections::BTreeSet;

use crate::data::Data;
use crate::gallery::{PLAIN, Shown, all};

/// The values of an attribute, wherever it stands.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    html.match_indices(&opening)
        .filter_map(|(at, _)| html.get(at + opening.len()..))
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// The opening tags of an element.
fn tags<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!("<{name}");
    html.match_indices(&opening)
        .filter_map(|(at, _)| html.get(at..)?.split_inclusive('>').next())
        .filter(|tag| tag.get(opening.len()..).is_some_and(|rest| rest.starts_with([' ', '>'])))
        .collect()
}

/// Tags without their attributes' values: what a parser takes for markup. A quote that was not escaped would let
/// a value out, a bracket that was not escaped would begin a tag.
fn markup(html: &str) -> String {
    let (mut in_tag, mut in_value) = (false, false);
    html.chars()
        .filter(|&letter| {
            match letter {
                '"' if in_tag => in_value = !in_value,
                '<' if !in_value => in_tag = true,
                '>' if !in_value => in_tag = false,
                _ => {}
            }
            in_tag && !in_value
        })
        .collect()
}

fn on_every_page(rule: impl Fn(&Shown)) {
    PLAIN.iter().for_each(rule);
}

#[test]
fn one_heading_says_what_is_true() {
    on_every_page(|page| assert_eq!(tags(&page.html, "h1").len(), 1, "{}", page.name));
}

#[test]
fn nothing_breaks_the_content_security_policy() {
    on_every_page(|page| {
        for forbidden in [" style=", "<style", "<script", " onclick=", "javascript:", "http-equiv"] {
            assert!(!page.html.contains(forbidden), "{}: {forbidden}", page.name);
        }
    });
}

#[test]
fn a_parser_repairs_nothing() {
    on_every_page(|page| {
        let count = |name| tags(&page.html, name).len();
        assert_eq!(count("table"), count("tbody"), "{}", page.name);
        for name in ["p", "li", "td", "tr", "section", "form", "fieldset", "dl", "div"] {
            assert_eq!(
                count(name),
                page.html.matches(&format!("</{name}>")).count(),
                "{}: {name}",
                page.name
            );
        }
    });
}

#[test]
fn ids_are_unique_and_what_refers_to_them_finds_them() {
    on_every_page(|page| {
        let ids = values(&page.html, "id");
        let distinct: BTreeSet<_> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "{}: {ids:?}", page.name);
        let named = ["for", "aria-describedby"].map(|attribute| values(&page.html, attribute)).concat();
        for id in named.iter().flat_map(|value| value.split(' ')) {
            assert!(distinct.contains(id), "{}: nothing has the id {id}", page.name);
        }
    });
}

#[test]
fn every_control_has_a_label_and_every_form_a_place_to_go() {
    on_every_page(|page| {
        let labels: BTreeSet<_> = values(&page.html, "for").into_iter().collect();
        for tag in ["input", "select", "textarea"].map(|name| tags(&page.html, name)).concat() {
            let hidden = tag.contains("type=\"hidden\"");
            let labelled = values(tag, "id").iter().any(|id| labels.contains(id));
            assert!(hidden || labelled, "{}: {tag}", page.name);
            assert!(tag.contains(" name="), "{}: {tag}", page.name);
        }
        for form in tags(&page.html, "form") {
            assert!(
                form.contains("method=\"post\"") && form.contains("action=\"/runs"),
                "{}: {form}",
                page.name
            );
        }
    });
}

#[test]
fn hostile_text_stays_text() {
    const SPICE: &str = "</title></textarea></style><script>alert(1)</script>\" onload=\"x";
    let pages = all(&Data::spiced(SPICE));
    for page in &pages {
        let markup = markup(&page.html);
        for forbidden in ["script", "onload"] {
            assert!(!markup.contains(forbidden), "{}: {forbidden}", page.name);
        }
        assert_eq!(page.html.matches("</title>").count(), 1, "{}", page.name);
        assert_eq!(
            page.html.matches("</textarea>").count(),
            tags(&page.html, "textarea").len(),
            "{}",
            page.name
        );
    }
    let arrived = pages.iter().filter(|page| page.html.contains("&lt;script&gt;alert(1)")).count();
    assert!(arrived > 40, "the spice reached {arrived} of {} pages", pages.len());
}

#[test]
fn the_same_view_gives_the_same_bytes() {
    for (again, first) in all(&Data::plain()).iter().zip(PLAIN.iter()) {
        assert!(again.html == first.html, "{}", again.name);
    }
}
