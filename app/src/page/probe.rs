//! Whether this browser lends a graphics processor, and whether its worker is there.

use super::bridge::describe;
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, DomParser, Element, Response, SupportedType};

/// Asks for a WebGPU adapter; the error says why there is none, to follow 'No WebGPU here: '.
pub(super) async fn adapter() -> Result<(), String> {
    let absent = || "this browser doesn't offer it".to_string();
    let gpu = Reflect::get(&window().navigator(), &"gpu".into()).map_err(|_| absent())?;
    if !gpu.is_object() {
        return Err(if window().is_secure_context() { absent() } else { "it needs a page served over https".into() });
    }
    let request =
        Reflect::get(&gpu, &"requestAdapter".into()).ok().and_then(|request| request.dyn_into::<Function>().ok());
    let promise = request.ok_or_else(absent)?.call0(&gpu).and_then(|promise| promise.dyn_into::<Promise>());
    let adapter: Result<JsValue, JsValue> = match promise {
        Ok(promise) => JsFuture::from(promise).await,
        Err(error) => Err(error),
    };
    match adapter {
        Ok(adapter) if adapter.is_object() => Ok(()),
        Ok(_) => Err("the browser found no adapter".into()),
        Err(error) => Err(describe(&error)),
    }
}

/// Where the site says its version, and which workers are still being built.
const VERSION: &str = "meta[name=mtl-version]";
/// The attribute with the names of these workers.
const PENDING: &str = "data-pending";

fn version(page: &Document) -> Option<Element> {
    page.query_selector(VERSION).ok().flatten()
}

fn is_pending(version: &Element) -> bool {
    version.get_attribute(PENDING).is_some_and(|names| names.split_whitespace().any(|name| name == "gpu_worker"))
}

/// Whether the site that this page was loaded from had no worker for the graphics processor yet.
pub(super) fn gpu_is_pending() -> bool {
    version(&document()).is_some_and(|version| is_pending(&version))
}

/// Whether it has one by now. The version of the new workers is then the one that this page asks for.
pub(super) async fn gpu_is_built() -> bool {
    let Some((own, new)) = version(&document()).zip(served().await.as_ref().and_then(version)) else { return false };
    if is_pending(&new) {
        return false;
    }
    let number = new.get_attribute("content").unwrap_or_default();
    own.set_attribute("content", &number).is_ok() && own.remove_attribute(PENDING).is_ok()
}

/// The page as it is served now.
async fn served() -> Option<Document> {
    let address = document().base_uri().ok().flatten()?;
    let response: Response = JsFuture::from(window().fetch_with_str(&address)).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    DomParser::new().ok()?.parse_from_string(&text, SupportedType::TextHtml).ok()
}
