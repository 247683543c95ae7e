//! How much room the page has, where more than the style sheets has to know.

use super::prefs::media;
use leptos::prelude::*;

/// What doesn't fit beside each other. Media queries of the style sheets say the same.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// A phone: every picture but the predictions has a tab.
    pub phone: RwSignal<bool>,
    /// The left column is a drawer.
    pub drawer: RwSignal<bool>,
    /// There is no room for transfer below the predictions: it stands among the charts.
    pub tight: RwSignal<bool>,
}

impl Room {
    /// The room of this window, now and later.
    pub fn new() -> Self {
        Self {
            phone: media("(max-width: 699px)"),
            drawer: media("(max-width: 1099px)"),
            tight: media("(min-width: 700px) and (max-width: 1279px), (min-width: 700px) and (max-height: 819px)"),
        }
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::new()
    }
}
