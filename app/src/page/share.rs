//! Taking a lesson elsewhere and bringing one in: link, file, drop.

use super::address;
use super::conductor::{Intent, Opening};
use super::state::Page;
use js_sys::{Array, Promise, Reflect, Uint8Array};
use leptos::ev;
use leptos::prelude::*;
use mtl_core::config::Notice;
use mtl_core::lesson::file;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, DataTransfer, File, HtmlAnchorElement, HtmlInputElement, Url};

/// Copies the lesson's link.
pub(super) fn copy_link(page: Page) {
    page.tell(Intent::SettleLink);
    let link = untrack(|| address::href(page));
    let changed = page.changes.with_untracked(|changes| !changes.is_empty());
    let done = copied(link.len(), changed);
    copy(page, link, done, "The browser doesn't let the page copy: take the link from the address bar");
}

/// What is confirmed when a link of so many characters was copied; `changed` where settings were changed in the middle
/// of the run, of which a link has only the last ones.
fn copied(length: usize, changed: bool) -> String {
    let done = match length > address::TOO_LONG {
        true => "Link copied, but it is too long for many programs: better save the lesson as a file".into(),
        false => format!("Link copied ({length} characters)"),
    };
    match changed {
        true => {
            [&done, ". Settings were changed during this run: the link starts at epoch 0 with the last ones"].concat()
        }
        false => done,
    }
}

/// Copies what a report of a fault should say: what happened, where, and the lesson.
pub(super) fn copy_report(page: Page, fault: &str) {
    let engine = page.engine.with_untracked(|engine| engine.reason.clone());
    let lesson = untrack(|| address::of(page));
    let agent = window().navigator().user_agent().unwrap_or_default();
    let report = [fault, &engine, concat!("MTL Playground ", env!("CARGO_PKG_VERSION")), &agent, &lesson].join("\n");
    let report = report.chars().take(address::TOO_LONG).collect();
    copy(page, report, "Report copied".into(), "The browser doesn't let the page copy");
}

fn copy(page: Page, text: String, done: String, failed: &'static str) {
    leptos::task::spawn_local(async move {
        page.say(if write_clipboard(&text).await.is_ok() { done } else { failed.into() });
    });
}

async fn write_clipboard(text: &str) -> Result<(), JsValue> {
    // Absent on pages that are neither local nor served over https.
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into())?;
    let write: js_sys::Function = Reflect::get(&clipboard, &"writeText".into())?.dyn_into()?;
    let promise: Promise = write.call1(&clipboard, &text.into())?.dyn_into()?;
    JsFuture::from(promise).await.map(|_| ())
}

/// Saves the lesson as a file.
pub(super) fn save_file(page: Page) {
    let unknown = page.unknown.get_value();
    let text = page.lesson.with_untracked(|lesson| file::encode(lesson, &unknown));
    let name = page.lesson.with_untracked(|lesson| format!("{}.mtl.json", lesson.preset));
    match download(&name, "application/json", &text) {
        Ok(()) => page.say(format!("Saved as {name}")),
        Err(_) => page.notify([Notice::new("file", "The browser doesn't let the page save a file here.")]),
    }
}

fn download(name: &str, kind: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let anchor: HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    // The browser needs the address until it has begun to save.
    set_timeout(move || drop(Url::revoke_object_url(&url)), Duration::from_secs(10));
    Ok(())
}

/// Opens the file that was chosen in a file input.
pub(super) fn open_chosen(page: Page, input: &HtmlInputElement) {
    if let Some(file) = input.files().and_then(|files| files.get(0)) {
        open_file(page, file);
    }
    // The same file can be chosen again.
    input.set_value("");
}

fn open_file(page: Page, file: File) {
    let refuse = move |why: &str| page.notify([Notice::new("file", format!("{why} Nothing has changed."))]);
    if file.size() > file::MAX_BYTES as f64 {
        return refuse(file::TOO_LARGE);
    }
    let name = file.name();
    leptos::task::spawn_local(async move {
        let Ok(buffer) = JsFuture::from(file.array_buffer()).await else {
            return refuse("The browser can't read this file.");
        };
        match file::open(&Uint8Array::new(&buffer).to_vec()) {
            Ok(decoded) => {
                page.tell(Intent::Open(Box::new(Opening::from(decoded))));
                page.say(format!("Opened {name}"));
            }
            Err(problem) => refuse(&problem),
        }
    });
}

fn carries_files(event: &ev::DragEvent) -> Option<DataTransfer> {
    event.data_transfer().filter(|data| data.types().includes(&"Files".into(), 0))
}

/// Takes files that are dropped anywhere onto the page. To be called once; the signal says whether
/// one is held over it.
pub(super) fn listen_drops(page: Page) -> RwSignal<bool> {
    let over = RwSignal::new(false);
    window_event_listener(ev::dragover, move |event| {
        if carries_files(&event).is_some() {
            event.prevent_default();
            over.try_set(true);
        }
    });
    window_event_listener(ev::dragleave, move |event| {
        // Left for another element of the page: still over it.
        if event.related_target().is_none() {
            over.try_set(false);
        }
    });
    window_event_listener(ev::drop, move |event| {
        over.try_set(false);
        let Some(data) = carries_files(&event) else { return };
        event.prevent_default();
        if let Some(file) = data.files().and_then(|files| files.get(0)) {
            open_file(page, file);
        }
    });
    over
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_is_too_long_or_of_a_run_that_was_changed_says_so() {
        assert_eq!(copied(120, false), "Link copied (120 characters)");
        assert_eq!(
            copied(120, true),
            "Link copied (120 characters). Settings were changed during this run: \
             the link starts at epoch 0 with the last ones"
        );
        let long = copied(address::TOO_LONG + 1, true);
        assert!(long.contains("better save the lesson as a file. Settings were changed"), "{long}");
    }
}
