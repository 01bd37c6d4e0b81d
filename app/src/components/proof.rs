//! The lines that prove a finding, with the telling words marked.

use domain::diagnosis::{Evidence, Finding};
use domain::evidence::explain;
use leptos::prelude::*;

use crate::words;

/// A finding and its lines.
pub(crate) fn proof(finding: &Finding) -> AnyView {
    let when = match (&finding.first_seen, &finding.last_seen) {
        (Some(first), Some(last)) if first != last => {
            Some(format!("{} from {} to {} UTC", times(finding.count), first.clock(), last.clock()))
        }
        (_, Some(at)) | (Some(at), None) => Some(format!("{} at {} UTC", times(finding.count), at.clock())),
        (None, None) => None,
    };
    let lines: Vec<_> = finding.evidence.iter().map(|line| proving_line(line, &finding.image)).collect();
    view! {
        <figure class="proof">
            <figcaption>
                <span>"Pod " <b class="mono">{format!("{}/{}", finding.namespace, finding.pod)}</b></span>
                <span>{finding.container_kind.label()} " " <b class="mono">{finding.container.clone()}</b></span>
                {when.map(|when| view! { <span>{when}</span> })}
                <span>{format!("the cause is {}", words::certainty(finding.certainty))}</span>
            </figcaption>
            {lines}
        </figure>
    }
    .into_any()
}

/// "38 times", "once"; events lose their count, so zero says nothing.
fn times(count: u32) -> String {
    match count {
        0 => "seen".to_owned(),
        1 => "once".to_owned(),
        many => format!("{many} times"),
    }
}

fn proving_line(line: &Evidence, image: &str) -> AnyView {
    let pieces: Vec<_> = marked(&line.text, image)
        .into_iter()
        .map(|(telling, text)| {
            let text = text.to_owned();
            if telling { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
        })
        .collect();
    view! {
        <div class="proof-line">
            <span class="small soft">{words::evidence_source(line.source)}</span>
            <pre>{pieces}</pre>
        </div>
    }
    .into_any()
}

/// The text in pieces; those with `true` are what the cause was told by.
fn marked<'text>(text: &'text str, image: &str) -> Vec<(bool, &'text str)> {
    let explanation = explain(text, Some(image));
    let status = "429 Too Many Requests";
    let mut spans: Vec<(usize, usize)> = [explanation.evidence.as_str(), status]
        .into_iter()
        // To mark everything is to mark nothing.
        .filter(|telling| !telling.is_empty() && telling.len() < text.len())
        .filter_map(|telling| text.find(telling).map(|from| (from, from + telling.len())))
        .collect();
    spans.sort_unstable();
    let mut pieces = Vec::new();
    let mut at = 0;
    for (from, to) in spans {
        if to <= at {
            continue;
        }
        let from = from.max(at);
        pieces.extend(text.get(at..from).map(|before| (false, before)));
        pieces.extend(text.get(from..to).map(|telling| (true, telling)));
        at = to;
    }
    pieces.extend(text.get(at..).map(|rest| (false, rest)));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &str = "unexpected status code https://registry-1.docker.io/v2/library/busybox/manifests/latest: \
        429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull \
        rate limit. https://www.docker.com/increase-rate-limit";

    #[test]
    fn telling_words_are_marked_and_nothing_is_lost() {
        let pieces = marked(REFUSED, "busybox");
        let whole: String = pieces.iter().map(|(_, piece)| *piece).collect();
        assert_eq!(whole, REFUSED);
        let told: Vec<_> = pieces.iter().filter(|(telling, _)| *telling).map(|(_, piece)| *piece).collect();
        assert!(told.contains(&"429 Too Many Requests"), "{told:?}");
        assert!(told.iter().any(|piece| piece.contains("You have reached your")), "{told:?}");
    }

    #[test]
    fn a_text_without_telling_words_stays_whole() {
        assert_eq!(marked("nothing to see", "a"), vec![(false, "nothing to see")]);
        assert!(marked("", "a").is_empty());
    }
}
