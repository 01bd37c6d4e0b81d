//! What changes in one file or one live object, as a table. Added and removed are words as well as colours.

use domain::plan::{DiffLine, FileDiff, Hunk, LineKind};
use leptos::prelude::*;

use super::{breakable, prose};
use crate::words::count;

/// `id` is where links to it go; `edit` is the page where the answer that leads to this can be changed; `None` in print.
pub(crate) fn diff(file: &FileDiff, id: String, edit: Option<&str>) -> AnyView {
    let lines = || file.hunks.iter().flat_map(|hunk| &hunk.lines);
    let of_kind = |kind: LineKind| lines().filter(|line| line.kind == kind).count() as u64;
    let summary = format!(
        "{}{} added, {} removed",
        if file.live { "live object · " } else { "" },
        count(of_kind(LineKind::Added), "line"),
        of_kind(LineKind::Removed)
    );
    let edit = edit.map(|path| {
        view! {
            <a class="small" href=path.to_owned()>
                "Edit answers" <span class="vh">{format!(" for {}", file.name)}</span>
            </a>
        }
    });
    let why: Vec<_> = file.why.iter().map(|why| view! { <li>{prose(why)}</li> }).collect();
    let rows: Vec<_> = file.hunks.iter().flat_map(|hunk| hunk_rows(hunk, file.live)).collect();
    view! {
        <section class="diff" id=id>
            <header>
                <h2 class="mono">{breakable(&file.name)}</h2>
                <span class="small soft">{summary}</span>
                {edit}
            </header>
            <div class="diff-why">
                {(!file.note.is_empty()).then(|| view! { <p>{prose(&file.note)}</p> })}
                {(!why.is_empty()).then(|| view! { <ul class="plain-list">{why}</ul> })}
            </div>
            <table class=file.live.then_some("live")>
                <caption class="vh">{format!("Changes in {}", file.name)}</caption>
                <thead class="vh">
                    <tr>
                        <th scope="col">"Line before"</th>
                        <th scope="col">"Line after"</th>
                        <th scope="col">"Text"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn hunk_rows(hunk: &Hunk, live: bool) -> Vec<AnyView> {
    let gap = (hunk.skipped > 0 && !live).then(|| {
        view! {
            <tr class="gap">
                <td></td>
                <td></td>
                <td>{format!("{} unchanged", count(hunk.skipped as u64, "line"))}</td>
            </tr>
        }
        .into_any()
    });
    gap.into_iter().chain(hunk.lines.iter().map(line_row)).collect()
}

fn line_row(line: &DiffLine) -> AnyView {
    let pieces: Vec<_> = line
        .pieces
        .iter()
        .map(|(marked, text)| {
            let text = breakable(text);
            if *marked { view! { <b>{text}</b> }.into_any() } else { text }
        })
        .collect();
    let (class, text) = match line.kind {
        LineKind::Kept => (None, pieces.into_any()),
        LineKind::Added => {
            (Some("ins"), view! { <ins><span class="vh">"added "</span>{pieces}</ins> }.into_any())
        }
        LineKind::Removed => {
            (Some("del"), view! { <del><span class="vh">"removed "</span>{pieces}</del> }.into_any())
        }
    };
    view! {
        <tr class=class>
            <td>{line.old}</td>
            <td>{line.new}</td>
            <td>{text}</td>
        </tr>
    }
    .into_any()
}
