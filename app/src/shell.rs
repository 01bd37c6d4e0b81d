//! The frame of every HTML page: head, style sheet, script, skip link.
//!
//! Knows where the assets are because it is told. Holds no inline script and no inline style, so the
//! content security policy needs neither a nonce nor `'unsafe-inline'`.

use leptos::prelude::*;

/// Where the browser finds style and script. Addresses are content-hashed and start with `/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assets {
    /// The style sheet.
    pub style: &'static str,
    /// What makes islands move; `None` in a server that was compiled without the web assets, whose pages
    /// then work as they do without script.
    pub islands: Option<IslandAssets>,
}

/// The two files that start the islands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IslandAssets {
    /// The JavaScript module that loads the wasm and hydrates every island on the page.
    pub module: &'static str,
    /// The wasm itself, named in the page only so that both are fetched at the same time.
    pub wasm: &'static str,
}

/// The brand mark, as a data address so that it costs no request. The ink follows the reader's colour scheme.
pub(crate) const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 22 22' \
    fill='none' stroke-linecap='round'%3E%3Cstyle%3Epath%7Bstroke:%231d2126%7D@media(prefers-color-scheme:\
    dark)%7Bpath%7Bstroke:%23e9e6e1%7D%7D%3C/style%3E%3Cpath d='M2 15a9 9 0 0 1 18 0' stroke-width='2.2'/%3E\
    %3Cpath d='M11 15 16 7.5' stroke-width='2.6'/%3E%3C/svg%3E";

/// A page before the document is put around it.
pub struct Page {
    /// What a screen reader says first: page, state, step, cluster, most specific first.
    pub title: String,
    /// What is visible. Holds an element with the id `main`, where the skip link goes.
    pub body: AnyView,
}

/// A whole HTML document around `page`.
pub fn document(page: Page, assets: Assets) -> impl IntoView {
    let Page { title, body } = page;
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>{title}</title>
                <link rel="icon" href=ICON />
                <link rel="stylesheet" href=assets.style />
                {assets.islands.map(start_islands)}
            </head>
            <body>
                <a class="skip" href="#main">
                    "Skip to the content"
                </a>
                {body}
            </body>
        </html>
    }
}

/// The module is deferred by nature, so it runs once the page is parsed. `crossorigin` makes the preload
/// match the module's own `fetch`; without it the wasm would be fetched twice.
fn start_islands(islands: IslandAssets) -> impl IntoView {
    view! {
        <link rel="preload" href=islands.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
        <script type="module" src=islands.module></script>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::render;

    fn page(title: &str, islands: Option<IslandAssets>) -> String {
        let assets = Assets { style: "/assets/s.css", islands };
        let title = title.to_owned();
        render(move || {
            document(Page { title, body: view! { <main id="main">"Hello"</main> }.into_any() }, assets)
        })
    }

    #[test]
    fn a_page_is_a_complete_document() {
        let html = page("Detect", None);
        assert!(
            html.starts_with("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"),
            "{html}"
        );
        assert!(html.contains("<title>Detect</title>"), "{html}");
        assert!(html.contains("<link rel=\"stylesheet\" href=\"/assets/s.css\">"), "{html}");
        assert!(html.ends_with("<main id=\"main\">Hello</main></body></html>"), "{html}");
        assert!(!html.contains("<script"), "no assets, no script: {html}");
    }

    #[test]
    fn script_is_a_file_of_its_own_and_never_inline() {
        let html = page("Detect", Some(IslandAssets { module: "/assets/i.js", wasm: "/assets/i.wasm" }));
        assert!(html.contains("<script type=\"module\" src=\"/assets/i.js\"></script>"), "{html}");
        assert!(html.contains("href=\"/assets/i.wasm\""), "{html}");
        assert!(!html.contains(" style="), "{html}");
    }

    #[test]
    fn hostile_text_stays_text() {
        let html = page("</title><script>alert(1)</script>", None);
        assert!(!html.contains("<script>"), "{html}");
    }
}
