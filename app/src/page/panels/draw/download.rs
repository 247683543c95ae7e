//! Saving a chart.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, Url};

/// Saves a text as a file.
fn save_text(name: &str, kind: &str, text: &str) {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let bag = BlobPropertyBag::new();
    bag.set_type(kind);
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &bag) {
        let _ = save_blob(name, &blob);
    }
}

/// Saves an SVG document.
pub fn save_svg(name: &str, document: &str) {
    save_text(&format!("{name}.svg"), "image/svg+xml", document);
}

/// Saves what a canvas shows.
pub fn save_png(name: &str, canvas: &HtmlCanvasElement) {
    let name = format!("{name}.png");
    let save = Closure::once_into_js(move |blob: JsValue| {
        if let Ok(blob) = blob.dyn_into::<Blob>() {
            let _ = save_blob(&name, &blob);
        }
    });
    let _ = canvas.to_blob(save.unchecked_ref());
}

fn save_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The browser has its own reference to what it is about to save.
    leptos::prelude::set_timeout(
        move || {
            let _ = Url::revoke_object_url(&url);
        },
        std::time::Duration::from_secs(10),
    );
    Ok(())
}
