//! The shell around the [`Conductor`]: turns what happens in the browser into inputs and carries effects out.
//! Workers, timers, frames and the signals of the talk with the workers are touched here and nowhere else.

use super::bridge::Bridge;
use super::clock::now;
use super::conductor::{Conductor, Effect, Input, Timer, When};
use super::panels::{draw_pictures, pictures_are_behind};
use super::show::show;
use super::state::{Listener, Page};
use super::{address, prefs, probe};
use leptos::prelude::*;
use mtl_core::protocol::{Command, Engine};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// What has happened and was not answered yet. What happens while effects are carried out has to wait until
/// all of them are: they were decided in order.
#[derive(Default)]
struct Inputs {
    waiting: VecDeque<Input>,
    busy: bool,
}

#[derive(Clone, Copy)]
struct Shell {
    page: Page,
    conductor: StoredValue<Conductor, LocalStorage>,
    inputs: StoredValue<Inputs, LocalStorage>,
    workers: StoredValue<Vec<(Engine, Bridge)>, LocalStorage>,
    timers: StoredValue<HashMap<Timer, TimeoutHandle>, LocalStorage>,
}

/// Puts a conductor behind the page. To be called once, by the root.
pub(super) fn connect(page: Page) {
    let Some(lesson) = page.lesson.try_get_untracked() else { return };
    let shell = Shell {
        page,
        conductor: StoredValue::new_local(Conductor::new(lesson)),
        inputs: StoredValue::new_local(Inputs::default()),
        workers: StoredValue::new_local(Vec::new()),
        timers: StoredValue::new_local(HashMap::new()),
    };
    let listener: Listener = Rc::new(move |input: Input| shell.take(input));
    page.listener.set_value(Some(listener));
    listen_to_visibility(page);
}

/// Starts the engine. To be called once, when the page stands.
pub(super) fn open(page: Page) {
    page.tell(Input::Opened { choice: prefs::pinned(), hidden: document().hidden() });
}

/// Tells when the tab is hidden or shown; the event goes to the document.
fn listen_to_visibility(page: Page) {
    let listener = Closure::<dyn FnMut(web_sys::Event)>::new(move |_: web_sys::Event| {
        page.tell(Input::Visibility { hidden: document().hidden(), background: page.prefs.background.get_untracked() });
    });
    if document().add_event_listener_with_callback("visibilitychange", listener.as_ref().unchecked_ref()).is_ok() {
        // It lives as long as the page.
        listener.forget();
    }
}

impl Shell {
    /// Answers what has happened, and what comes of it, one after the other.
    fn take(self, input: Input) {
        let busy = self.inputs.try_update_value(|inputs| {
            inputs.waiting.push_back(input);
            std::mem::replace(&mut inputs.busy, true)
        });
        if busy != Some(false) {
            return;
        }
        while let Some(input) = self.next_input() {
            let effects = self.conductor.try_update_value(|conductor| conductor.on(now(), input));
            for effect in effects.unwrap_or_default() {
                self.carry_out(effect);
            }
        }
    }

    /// The next input to answer; none ends the answering.
    fn next_input(self) -> Option<Input> {
        let next = self.inputs.try_update_value(|inputs| {
            let next = inputs.waiting.pop_front();
            inputs.busy = next.is_some();
            next
        });
        next.flatten()
    }

    fn carry_out(self, effect: Effect) {
        let page = self.page;
        match effect {
            Effect::StartWorker { engine, serial } => self.start_worker(engine, serial),
            Effect::StopWorker(engine) => self.workers.update_value(|all| all.retain(|(own, _)| *own != engine)),
            Effect::Post { engine, command } => self.post(engine, &command),
            Effect::LookForGpu => leptos::task::spawn_local(async move {
                let found = probe::adapter().await;
                self.take(match found {
                    Ok(()) if probe::gpu_is_pending() => Input::GpuPending,
                    found => Input::Adapter(found),
                });
            }),
            Effect::AskForGpuWorker => leptos::task::spawn_local(async move {
                let built = probe::gpu_is_built().await;
                self.take(Input::GpuBuilt(built));
            }),
            Effect::Wait { timer, millis } => self.wait(timer, millis),
            Effect::Cancel(timer) => self.cancel(timer),
            Effect::RequestFrame(when) => self.request_frame(when),
            Effect::Draw => leptos::task::spawn_local(async {
                // By then the page knows which pictures have changed.
                leptos::task::tick().await;
                draw_pictures();
            }),
            Effect::Show(update) => show(page, update),
            Effect::Notify(notices) => page.notify(notices),
            Effect::Say(text) => page.say(text),
            Effect::WriteAddress { own_place } => address::write(page, own_place),
            Effect::Remember(choice) => prefs::pin(choice),
        }
    }

    fn start_worker(self, engine: Engine, serial: u32) {
        let heard = Rc::new(move |event| self.take(Input::Heard { engine, serial, event }));
        match Bridge::start(engine, heard) {
            Ok(bridge) => self.workers.update_value(|all| all.push((engine, bridge))),
            Err(sentence) => self.take(Input::NotStarted { engine, serial, sentence }),
        }
    }

    fn post(self, engine: Engine, command: &Command) {
        self.workers.try_with_value(|all| {
            let own = all.iter().filter(|(own, _)| *own == engine);
            own.for_each(|(_, bridge)| bridge.post(command));
        });
    }

    fn wait(self, timer: Timer, millis: f64) {
        self.cancel(timer);
        let over = move || {
            self.timers.update_value(|timers| {
                timers.remove(&timer);
            });
            self.take(Input::Timer(timer));
        };
        if let Ok(handle) = set_timeout_with_handle(over, Duration::from_millis(millis as u64)) {
            self.timers.update_value(|timers| {
                timers.insert(timer, handle);
            });
        }
    }

    fn cancel(self, timer: Timer) {
        let handle = self.timers.try_update_value(|timers| timers.remove(&timer)).flatten();
        if let Some(handle) = handle {
            handle.clear();
        }
    }

    fn request_frame(self, when: When) {
        let frame = move || {
            let still = self.page.reduced_motion.try_get_untracked().unwrap_or_default();
            self.take(Input::AnimationFrame { still, behind: pictures_are_behind() });
        };
        match when {
            When::Next => request_animation_frame(frame),
            When::After(millis) => set_timeout(frame, Duration::from_millis(millis as u64)),
        }
    }
}
