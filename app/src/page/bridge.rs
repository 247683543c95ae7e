//! One worker: bytes out, bytes in, and nothing that the page could wait for in vain.
//!
//! Messages are postcard bytes in a `Uint8Array`, handed over without a copy. Nothing here touches the page's
//! state: whatever happens becomes an [`Event`] for the caller that started the worker.

use js_sys::{Array, Function, Reflect, Uint8Array};
use leptos::prelude::{document, window};
use mtl_core::protocol::{Command, Engine, Event};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, MessageEvent, Url, Worker, WorkerOptions, WorkerType};

/// What a worker's listener is.
type Listener = Closure<dyn FnMut(web_sys::Event)>;

/// A worker; it ends with this.
pub(super) struct Bridge {
    worker: Worker,
    _listeners: [Listener; 3],
}

impl Bridge {
    /// Starts a worker; everything it says goes to `inbox`.
    pub fn start(engine: Engine, inbox: Rc<dyn Fn(Event)>) -> Result<Self, String> {
        let (worker, said) = match early(engine) {
            Some(early) => early,
            None => (open(engine)?, Vec::new()),
        };
        let heard = inbox.clone();
        let on_message = Listener::new(move |event: web_sys::Event| heard(read(&event)));
        let failed = inbox.clone();
        let on_error = Listener::new(move |event: web_sys::Event| {
            // Without this the browser reports the same thing on the console once more.
            event.prevent_default();
            failed(fault(&format!("The {} engine stopped ({}).", engine.name(), message(&event))));
        });
        let on_garbled =
            Listener::new(move |_: web_sys::Event| inbox(fault("The engine sent something that can't be read.")));
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_garbled.as_ref().unchecked_ref()));
        for event in said {
            let listener = match event.type_().as_str() {
                "message" => &on_message,
                "error" => &on_error,
                _ => &on_garbled,
            };
            let _ = listener.as_ref().unchecked_ref::<Function>().call1(&JsValue::NULL, &event);
        }
        Ok(Self { worker, _listeners: [on_message, on_error, on_garbled] })
    }

    /// Posts a command.
    pub fn post(&self, command: &Command) {
        let Ok(bytes) = postcard::to_allocvec(command) else { return };
        let bytes = Uint8Array::from(bytes.as_slice());
        // A worker that is gone reports itself; there is nothing to do here.
        let _ = self.worker.post_message_with_transfer(&bytes, &Array::of1(&bytes.buffer()));
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}

/// The address of a worker's loader, in the folder of the page, wherever that is.
fn address(engine: Engine) -> Option<String> {
    let name = match engine {
        Engine::Cpu => "cpu_worker_loader.js",
        Engine::Gpu => "gpu_worker_loader.js",
    };
    let version = document()
        .query_selector("meta[name=mtl-version]")
        .ok()
        .flatten()
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_default();
    let base = document().base_uri().ok().flatten()?;
    Url::new_with_base(&format!("./{name}?v={version}"), &base).ok().map(|url| url.href())
}

/// The engine that the page's loader has started meanwhile, once, with what it has said since.
fn early(engine: Engine) -> Option<(Worker, Vec<web_sys::Event>)> {
    let name = JsValue::from("mtlEarlyEngine");
    let early = Reflect::get(&window(), &name).ok().filter(|early| engine == Engine::Cpu && early.is_object())?;
    // Another one takes its place should this one break.
    let _ = Reflect::set(&window(), &name, &JsValue::UNDEFINED);
    let worker = Reflect::get(&early, &"worker".into()).ok()?.dyn_into().ok()?;
    let heard = Reflect::get(&early, &"heard".into()).ok()?.dyn_into::<Array>().ok()?;
    Some((worker, heard.iter().filter_map(|event| event.dyn_into().ok()).collect()))
}

fn open(engine: Engine) -> Result<Worker, String> {
    let url = address(engine).ok_or("The address of the engine could not be made.")?;
    open_at(&url).map_err(|error| format!("The engine could not be started ({}).", describe(&error)))
}

fn open_at(url: &str) -> Result<Worker, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    if Reflect::get(&window(), &"origin".into())?.as_string().as_deref() != Some("null") {
        return Worker::new_with_options(url, &options);
    }
    // In a sandboxed frame the page belongs to no origin and may only start workers of its own
    // making: one that does nothing but import the real one. Chromium refuses such workers as
    // modules; a classic one may import modules too, but keeps a failure to itself unless thrown.
    options.set_type(WorkerType::Classic);
    let script = format!("import({url:?}).catch(error => setTimeout(() => {{ throw error; }}));");
    let script = Array::of1(&script.into());
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&script, &kind)?;
    Worker::new_with_options(&Url::create_object_url_with_blob(&blob)?, &options)
}

fn read(event: &web_sys::Event) -> Event {
    let data = event.unchecked_ref::<MessageEvent>().data();
    let bytes = Uint8Array::new(&data).to_vec();
    postcard::from_bytes(&bytes).unwrap_or_else(|_| fault("The engine sent something that can't be read."))
}

fn fault(sentence: &str) -> Event {
    Event::Fault { sentence: sentence.into(), remedy: "Restart the engine, or load the page again.".into() }
}

fn message(event: &web_sys::Event) -> String {
    let text = Reflect::get(event, &"message".into()).ok().and_then(|text| text.as_string());
    text.filter(|text| !text.is_empty()).unwrap_or_else(|| "it could not be loaded".into())
}

/// An exception in words.
pub(super) fn describe(error: &JsValue) -> String {
    let text = Reflect::get(error, &"message".into()).ok().and_then(|text| text.as_string());
    text.or_else(|| error.as_string()).unwrap_or_else(|| "no reason was given".into())
}
