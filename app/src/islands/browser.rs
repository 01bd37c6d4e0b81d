//! What the islands ask of the browser. The only place that names browser types, called from effects and
//! event handlers only, so never on the server.

use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast as _, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Date, Reflect};
use web_sys::{EventSource, MessageEvent};

/// How copying ended.
pub enum Copied {
    /// The text is on the clipboard.
    Done,
    /// The browser gives no clipboard (a page that came over plain HTTP from another machine, or a refused
    /// permission); the text is selected instead.
    SelectedOnly,
    /// There is no such element.
    Nothing,
}

/// Copies the text of the element with this id.
pub async fn copy_text_of(id: &str) -> Copied {
    let Some(element) = document().get_element_by_id(id) else { return Copied::Nothing };
    let navigator = window().navigator();
    let has_clipboard = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|found| found.is_object());
    if has_clipboard {
        let text = element.text_content().unwrap_or_default();
        if JsFuture::from(navigator.clipboard().write_text(&text)).await.is_ok() {
            return Copied::Done;
        }
    }
    match window().get_selection() {
        Ok(Some(selection)) if selection.select_all_children(&element).is_ok() => Copied::SelectedOnly,
        _ => Copied::Nothing,
    }
}

/// Milliseconds since 1970 by the reader's clock. Good for differences only.
pub fn now_ms() -> f64 {
    Date::now()
}

/// Goes to a page of this server, replacing the present one, so that "back" skips the finished progress.
/// Anything but a path of our own is ignored.
pub fn go_to(path: &str) {
    if path.starts_with('/') && !path.starts_with("//") {
        // The only refusal is an address that cannot be parsed; then staying here is right.
        let _stayed = window().location().replace(path);
    }
}

/// A stream of server-sent events that lives as long as the page.
#[derive(Clone)]
pub struct Events(EventSource);

impl Events {
    /// Connects; the browser reconnects by itself and sends the last event's id.
    pub fn open(address: &str) -> Option<Self> {
        EventSource::new(address).ok().map(Self)
    }

    /// Calls `handle` with the data of every event of this name.
    pub fn on(&self, name: &str, handle: impl Fn(String) + 'static) {
        let call = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            handle(event.data().as_string().unwrap_or_default());
        });
        // Refused only for a listener that is no function.
        let _added = self.0.add_event_listener_with_callback(name, call.as_ref().unchecked_ref());
        call.forget();
    }

    /// Calls `handle` whenever the connection is lost: `true` if the browser is trying again, `false` if it
    /// has given up (the server answered, but not with events).
    pub fn on_lost(&self, handle: impl Fn(bool) + 'static) {
        let source = self.0.clone();
        let call = Closure::<dyn Fn()>::new(move || handle(source.ready_state() != EventSource::CLOSED));
        self.0.set_onerror(Some(call.as_ref().unchecked_ref()));
        call.forget();
    }

    /// Ends the stream. A browser allows six connections to one host, so nothing may hold one for nothing.
    pub fn close(&self) {
        self.0.close();
    }
}
