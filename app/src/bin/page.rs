//! The page's start: mounts the interface and, should it ever panic, says so outside of it.

use leptos::mount::mount_to;
use leptos::prelude::{document, window};
use mtl_app::page::App;
use std::panic::PanicHookInfo;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::HtmlElement;

fn main() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        // Whatever broke, the overlay needs nothing of it.
        let _ = overlay(info);
    }));
    let Some(root) = document().get_element_by_id("app").and_then(|root| root.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    mount_to(root, App).forget();
    if let Some(loading) = document().get_element_by_id("loading") {
        loading.remove();
    }
}

/// Covers the page with what happened and a button that loads it again. The lesson is in the
/// address and comes back.
fn overlay(info: &PanicHookInfo) -> Result<(), wasm_bindgen::JsValue> {
    if document().get_element_by_id("crash").is_some() {
        return Ok(());
    }
    let body = document().body().ok_or("there is no body")?;
    let cover = document().create_element("div")?;
    cover.set_id("crash");
    cover.set_attribute("role", "alertdialog")?;
    cover.set_attribute("aria-label", "The page broke")?;
    let heading = document().create_element("h2")?;
    heading.set_text_content(Some("The page broke"));
    let text = document().create_element("p")?;
    text.set_text_content(Some(
        "That is a mistake in the page, not yours. Your lesson is in the address and comes back.",
    ));
    let report = document().create_element("pre")?;
    report.set_text_content(Some(&info.to_string()));
    let button: HtmlElement = document().create_element("button")?.unchecked_into();
    button.set_text_content(Some("Load again"));
    let reload = Closure::<dyn FnMut()>::new(|| drop(window().location().reload()));
    button.set_onclick(Some(reload.as_ref().unchecked_ref()));
    reload.forget();
    for part in [&heading, &text, &report, button.unchecked_ref()] {
        cover.append_child(part)?;
    }
    body.append_child(&cover)?;
    // Nothing below it answers any more, so the keyboard should not go there.
    if let Some(app) = document().get_element_by_id("app") {
        app.set_attribute("inert", "")?;
    }
    button.focus()
}
