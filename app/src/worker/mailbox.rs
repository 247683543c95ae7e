//! Messages, and ways to let the worker's event loop run.

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::StreamExt;
use js_sys::{Array, Promise, Uint8Array};
use mtl_core::protocol::{Command, Event};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent};

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Commands from the page, in order.
pub struct Mailbox {
    commands: UnboundedReceiver<Command>,
}

impl Mailbox {
    /// Starts to listen. What can't be decoded is answered with a fault: page and worker are then
    /// of different versions.
    pub fn open() -> Self {
        let (sender, commands) = unbounded();
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let bytes = Uint8Array::new(&event.data()).to_vec();
            match postcard::from_bytes::<Command>(&bytes) {
                Ok(command) => drop(sender.unbounded_send(command)),
                Err(error) => post(&Event::Fault {
                    sentence: format!("The engine did not understand the page ({error})."),
                    remedy: "Reload the page: it was probably updated while it was open.".into(),
                }),
            }
        });
        scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
        // Lives as long as the worker.
        listener.forget();
        Self { commands }
    }

    /// The next command, if one has come.
    pub fn take(&mut self) -> Option<Command> {
        self.commands.try_recv().ok()
    }

    /// Waits for the next command.
    pub async fn wait(&mut self) -> Option<Command> {
        self.commands.next().await
    }
}

/// Sends an event; its bytes are handed over, not copied.
pub fn post(event: &Event) {
    let Ok(bytes) = postcard::to_allocvec(event) else { return };
    let array = Uint8Array::from(bytes.as_slice());
    let transfer = Array::of1(&array.buffer());
    if let Err(error) = scope().post_message_with_transfer(&array, &transfer) {
        web_sys::console::error_1(&error);
    }
}

/// Lets the event loop run once: a message to ourselves, which no timer clamps.
pub async fn pause() {
    let Ok(channel) = MessageChannel::new() else { return sleep(0).await };
    let promise = Promise::new(&mut |resolve, _| {
        channel.port1().set_onmessage(Some(&resolve));
        if channel.port2().post_message(&JsValue::NULL).is_err() {
            drop(resolve.call0(&JsValue::NULL));
        }
    });
    drop(JsFuture::from(promise).await);
    channel.port1().close();
}

/// Waits.
pub async fn sleep(millis: u32) {
    let promise = Promise::new(&mut |resolve, _| {
        let millis = i32::try_from(millis).unwrap_or(i32::MAX);
        drop(scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis));
    });
    drop(JsFuture::from(promise).await);
}
