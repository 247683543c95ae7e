//! The size of an element, kept current.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver, ResizeObserverEntry};

/// Width and height of an element in CSS pixels, rounded; (0, 0) until it is laid out.
pub fn observe_size(element: impl Fn() -> Option<Element> + 'static) -> RwSignal<(f64, f64)> {
    let size = RwSignal::new((0.0, 0.0));
    // The observer and its closure live as long as the element's owner.
    let kept = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn FnMut(js_sys::Array)>)>);
    Effect::new(move |_| {
        let Some(element) = element() else { return };
        let told = Closure::new(move |entries: js_sys::Array| {
            let Ok(entry) = entries.get(0).dyn_into::<ResizeObserverEntry>() else { return };
            let rect = entry.content_rect();
            let new = (rect.width().round(), rect.height().round());
            if size.try_get_untracked().is_some_and(|old| old != new) {
                size.set(new);
            }
        });
        let Ok(observer) = ResizeObserver::new(told.as_ref().unchecked_ref()) else { return };
        observer.observe(&element);
        kept.update_value(|slot| {
            if let Some((old, _)) = slot.replace((observer, told)) {
                old.disconnect();
            }
        });
    });
    on_cleanup(move || {
        let _ = kept.try_update_value(|slot| slot.take().map(|(observer, _)| observer.disconnect()));
    });
    size
}
