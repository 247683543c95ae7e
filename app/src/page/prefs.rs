//! Settings of this browser rather than of the lesson: theme, pinned engine, keys, background, time
//! axis, the left column's tab.
//!
//! They are kept in the browser's storage where there is one; a blocked or full storage changes
//! nothing but that the next visit starts from the usual, and the page says so once.

use super::conductor::EngineChoice;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Light or dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    const ALL: [(Self, &'static str); 3] = [(Self::System, "system"), (Self::Light, "light"), (Self::Dark, "dark")];

    /// Its name, as stored and shown.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(theme, _)| *theme == self).map_or("system", |(_, name)| name)
    }

    /// The one after this, around.
    pub fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, own)| *own == name).map(|(theme, _)| *theme)
    }
}

/// A tab of the left column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// The lesson's steps and its own settings.
    #[default]
    Guide,
    /// Every setting.
    Compose,
}

/// Settings of this browser.
#[derive(Clone, Copy, Debug)]
pub struct Prefs {
    /// Light or dark.
    pub theme: RwSignal<Theme>,
    /// Whether keys without a modifier command anything.
    pub single_keys: RwSignal<bool>,
    /// Whether training goes on while the tab is hidden.
    pub background: RwSignal<bool>,
    /// Whether curves go by log time.
    pub log_time: RwSignal<bool>,
    /// The tab of the left column.
    pub side: RwSignal<Side>,
    system_dark: RwSignal<bool>,
    system_still: RwSignal<bool>,
}

const THEME: &str = "mtl-theme";
const KEYS: &str = "mtl-keys";
const BACKGROUND: &str = "mtl-background";
const ENGINE: &str = "mtl-engine";
const TIME: &str = "mtl-time";
const SIDE: &str = "mtl-side";

impl Prefs {
    /// What the browser has kept.
    pub fn new() -> Self {
        Self {
            theme: RwSignal::new(load(THEME).and_then(|name| Theme::from_name(&name)).unwrap_or_default()),
            single_keys: RwSignal::new(load(KEYS).as_deref() != Some("off")),
            background: RwSignal::new(load(BACKGROUND).as_deref() == Some("on")),
            log_time: RwSignal::new(load(TIME).as_deref() != Some("linear")),
            side: RwSignal::new(if load(SIDE).as_deref() == Some("compose") { Side::Compose } else { Side::Guide }),
            system_dark: media("(prefers-color-scheme: dark)"),
            system_still: media("(prefers-reduced-motion: reduce)"),
        }
    }

    /// Whether the page is dark.
    pub fn dark(self) -> Memo<bool> {
        Memo::new(move |_| match self.theme.get() {
            Theme::System => self.system_dark.get(),
            theme => theme == Theme::Dark,
        })
    }

    /// Whether little motion is wanted.
    pub fn reduced_motion(self) -> Memo<bool> {
        Memo::new(move |_| self.system_still.get())
    }

    /// Writes every change to the storage and the theme to the document; says whether the storage
    /// takes anything. To be called once.
    pub fn keep(self) -> bool {
        Effect::new(move |_| {
            let theme = self.theme.get();
            store(THEME, theme.name());
            let Some(root) = document().document_element() else { return };
            let _ = match theme {
                Theme::System => root.remove_attribute("data-theme"),
                theme => root.set_attribute("data-theme", theme.name()),
            };
        });
        Effect::new(move |_| {
            store(KEYS, on_off(self.single_keys.get()));
        });
        Effect::new(move |_| {
            store(BACKGROUND, on_off(self.background.get()));
        });
        Effect::new(move |_| {
            store(TIME, if self.log_time.get() { "log" } else { "linear" });
        });
        Effect::new(move |_| {
            store(SIDE, if self.side.get() == Side::Compose { "compose" } else { "guide" });
        });
        store(THEME, self.theme.get_untracked().name()).is_some()
    }
}

impl Default for Prefs {
    fn default() -> Self {
        Self::new()
    }
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// The engine that was pinned on an earlier visit.
pub(super) fn pinned() -> EngineChoice {
    match load(ENGINE).as_deref() {
        Some("cpu") => EngineChoice::Cpu,
        Some("gpu") => EngineChoice::Gpu,
        _ => EngineChoice::Auto,
    }
}

/// Keeps the pinned engine for the next visit.
pub(super) fn pin(choice: EngineChoice) {
    store(
        ENGINE,
        match choice {
            EngineChoice::Auto => "auto",
            EngineChoice::Cpu => "cpu",
            EngineChoice::Gpu => "gpu",
        },
    );
}

/// Whether a media query holds, now and later.
pub(super) fn media(query: &str) -> RwSignal<bool> {
    let signal = RwSignal::new(false);
    let Some(list) = window().match_media(query).ok().flatten() else { return signal };
    signal.set(list.matches());
    let listener = Closure::<dyn FnMut(ev::Event)>::new(move |event: ev::Event| {
        if let Some(list) = event.target().and_then(|target| target.dyn_into::<web_sys::MediaQueryList>().ok()) {
            signal.try_set(list.matches());
        }
    });
    if list.add_event_listener_with_callback("change", listener.as_ref().unchecked_ref()).is_ok() {
        // It lives as long as the page.
        listener.forget();
        std::mem::forget(list);
    }
    signal
}

/// The storage throws where the page may not use it.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn load(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

fn store(key: &str, value: &str) -> Option<()> {
    storage()?.set_item(key, value).ok()
}
