//! Whether this browser lends a graphics processor.

use super::bridge::describe;
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

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
