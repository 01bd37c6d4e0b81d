//! What single pages have to say.

use app::report::{self, Styles};

use crate::data::Data;
use crate::gallery::{COMMANDS, PLAIN, report_view};

fn page(name: &str) -> String {
    PLAIN.iter().find(|page| page.name == name).expect("a page of that name").html.clone()
}

/// What a reader sees, without markup and with the entities of text resolved.
pub fn text(name: &str) -> String {
    let html = page(name);
    let mut inside = false;
    let seen = html.chars().filter(|&letter| {
        let shown = !inside && letter != '<';
        inside = (inside || letter == '<') && letter != '>';
        shown
    });
    seen.collect::<String>().replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
}

fn says(name: &str, wanted: &[&str]) {
    let text = text(name);
    for words in wanted {
        assert!(text.contains(words), "{name} does not say “{words}”:\n{text}");
    }
}

#[test]
fn titles_say_step_state_number_and_cluster() {
    for (name, title) in [
        ("start-empty", "Start – Unthrottle"),
        ("connect", "Connect – Step 1 of 7 – new run – Unthrottle"),
        ("detect-affected", "Detect: affected – Step 2 of 7 – prod-eks – Unthrottle"),
        ("detect-reading", "Detect: reading – Step 2 of 7 – prod-eks – Unthrottle"),
        ("detect-failed", "Error: Detect – Step 2 of 7 – prod-eks – Unthrottle"),
        ("configure-problem", "Error: Configure – Step 4 of 7 – prod-eks – Unthrottle"),
        ("review", "Review: 15 values – Step 5 of 7 – prod-eks – Unthrottle"),
        ("verify-done", "Verify: done – Step 7 of 7 – prod-eks – Unthrottle"),
        ("problem-not-found", "Error: This page does not exist – Unthrottle"),
    ] {
        let title = format!("<title>{title}</title>");
        assert!(page(name).contains(&title), "{name}: {title}");
    }
}

#[test]
fn every_verdict_is_one_sentence() {
    for (name, sentence) in [
        ("detect-affected", "Docker Hub is refusing pulls from this cluster."),
        ("detect-was-affected", "Docker Hub refused pulls from this cluster, but not now."),
        ("detect-at-risk", "Docker Hub can start refusing pulls from this cluster."),
        ("detect-not-affected", "Docker Hub's pull limits do not touch this cluster."),
        ("detect-unknown", "Too little could be seen to tell."),
        ("detect-files", "Docker Hub can refuse pulls of what these files describe."),
    ] {
        assert!(page(name).contains(&format!("<h1>{sentence}</h1>")), "{name}");
    }
}

#[test]
fn the_budget_says_from_where_and_when_it_was_measured_and_the_practice_cluster_asks_nobody() {
    says(
        "detect-affected",
        &["Not measured", "unthrottle quota", "run it on a node", "Ask from this machine"],
    );
    let here = "Measured from the machine that runs Unthrottle, 12:40 UTC";
    says("detect-at-risk", &["Nothing is counted", here, "Nodes may leave by another address."]);
    assert!(!text("detect-practice").contains("Ask from this machine"));
}

#[test]
fn the_verdict_stands_on_numbers_and_lines() {
    says(
        "detect-affected",
        &[
            "6 containers in 4 workloads are waiting, refused by Docker Hub's pull limit.",
            "9 of 14 nodes share one address, so they share one budget.",
            "3 other containers fail for reasons that are not Docker Hub's limit.",
            "kubectl --context prod-eks --namespace default describe pod api-iris-7d9f6c5b8d-x2kqp",
            "Do not restart, drain or scale",
            "kubelet's own limit",
            "Events in namespace payments",
            "This is a Cortex cluster",
            "What was read: 6 requests",
        ],
    );
    assert!(page("detect-affected").contains("<mark>429 Too Many Requests</mark>"));
}

#[test]
fn where_things_stand_is_told_before_they_are_believed() {
    says("detect-stale", &["more than five minutes ago", "12:43 UTC, 1 hour ago"]);
    says(
        "detect-stopped-partial",
        &["The scan was stopped. This is what had been found, and there may be more."],
    );
    says("detect-failed-again", &["The last scan failed. This is the one before."]);
    says("detect-practice", &["Practice cluster.", "Nothing here is yours, and no network is used."]);
    says(
        "detect-reading",
        &["1500 of 4200", "Docker Hub refuses pulls: 7 containers so far", "Refresh", "Stop"],
    );
}

#[test]
fn nothing_has_been_changed_stays_in_sight() {
    for name in ["connect", "detect-affected", "remedy", "configure", "review"] {
        says(name, &["Nothing has been changed"]);
    }
    for name in ["apply", "verify-done"] {
        says(name, &["Unthrottle has changed nothing"]);
    }
}

#[test]
fn review_counts_and_says_what_is_left_alone() {
    says(
        "review",
        &[
            "15 values change in 1 file and 3 live objects.",
            "added image_operator: quay.io/cortexlabs/operator:0.22.1",
            "removed spec.template.spec.containers[0].image: cortexlabs/operator:0.22.1",
            "11 lines unchanged",
            "What stays on Docker Hub",
            "legacy/cluster.yaml:9:3",
            "3 files unchanged",
        ],
    );
    says("review-unchanged", &["Nothing has to change.", "already names quay.io"]);
}

#[test]
fn one_remedy_is_carried_by_the_button_and_several_are_chosen() {
    assert!(page("remedy").contains("<input type=\"hidden\" name=\"remedy\" value=\"quay\">"));
    assert!(!page("remedy").contains("type=\"radio\""));
    assert!(!page("remedy-cannot").contains("name=\"remedy\""), "what cannot help is not offered");
}

#[test]
fn commands_are_shown_as_they_are_typed() {
    let lines: Vec<_> = COMMANDS.lines().collect();
    says("apply", &lines);
    says("problem-too-large", &["with unthrottle scan --from."]);
}

#[test]
fn configure_remembers_what_was_left_out() {
    let checked = |name| page(name).matches(" checked").count();
    assert_eq!(checked("configure"), 3, "no choice so far means all");
    assert_eq!(checked("configure-workloads"), 3);
    assert_eq!(checked("configure-some"), 1, "one of three, and a version that is not among the choices");
    says("configure", &["Found: 0.22.1, in config map default/env-vars."]);
    assert!(page("configure-problem").contains("aria-invalid=\"true\""));
}

#[test]
fn a_check_says_from_where_the_image_came() {
    says(
        "verify-in-progress",
        &[
            "2 of 4 planned containers from the new place: 1 on the way and 1 with the old image.",
            "its node says quay.io/cortexlabs/operator@sha256:5d1c0b7f",
            "foreseen, not part of the plan",
        ],
    );
}

#[test]
fn a_report_in_a_file_needs_nothing_else() {
    let html = report::html(&report_view(&Data::plain()), Styles::Inline("h1{color:red}"));
    assert!(html.starts_with("<!DOCTYPE html>"), "{}", html.get(..80).unwrap_or_default());
    assert!(html.contains("<style>h1{color:red}</style>"));
    for reaching_out in ["<link", "<script", "<img", " src=", "@import", "<leptos-island"] {
        assert!(!html.contains(reaching_out), "{reaching_out}");
    }
}
