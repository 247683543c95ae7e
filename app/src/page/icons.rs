//! The page's icons: paths on a 20 by 20 grid, drawn in the colour of the text.

use leptos::prelude::*;

/// An icon of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A triangle.
    Play,
    /// Two bars.
    Pause,
    /// Back to the start.
    Reset,
    /// A triangle before a bar.
    Epoch,
    /// A small triangle before a dot.
    Step,
    /// A die.
    Dice,
    /// A chain.
    Link,
    /// Onto a disk.
    Save,
    /// From a folder.
    Open,
    /// A sun.
    Light,
    /// A moon.
    Dark,
    /// Half and half.
    System,
    /// Three dots.
    More,
    /// A cross.
    Close,
    /// Arrows to two corners.
    Enlarge,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Play => "M6 3.5v13l10.5-6.5z",
            Self::Pause => "M5.5 4h3v12h-3zM11.5 4h3v12h-3z",
            Self::Reset => "M4 4h2v5.2l9.5-5.7v13L6 10.8V16H4z",
            Self::Epoch => "M3.5 3.5v13l9.5-6.5zM14 4h2.5v12H14z",
            Self::Step => "M4 5v10l7-5zM14.5 8a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
            Self::Dice => {
                "M5 2.5h10A2.5 2.5 0 0 1 17.5 5v10a2.5 2.5 0 0 1-2.5 2.5H5A2.5 2.5 0 0 1 2.5 15V5A2.5 2.5 0 0 1 5 2.5zm0 1.5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V5a1 1 0 0 0-1-1zm1.9 1.5a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8zm6.2 6.2a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8zM10 8.6a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8z"
            }
            Self::Link => {
                "M8.3 11.7a.9.9 0 0 1 0-1.3l2.1-2.1a.9.9 0 0 1 1.3 1.3l-2.1 2.1a.9.9 0 0 1-1.3 0zM9 5.9l1.9-1.9a3.6 3.6 0 0 1 5.1 5.1L14.1 11l-1.2-1.2 1.9-1.9a1.9 1.9 0 0 0-2.7-2.7l-1.9 1.9zM11 14.1 9.1 16A3.6 3.6 0 0 1 4 10.9L5.9 9l1.2 1.2-1.9 1.9a1.9 1.9 0 0 0 2.7 2.7l1.9-1.9z"
            }
            Self::Save => {
                "M9.1 3h1.8v7.2l2.5-2.5 1.3 1.3L10 13.7 5.3 9l1.3-1.3 2.5 2.5zM3.5 14h1.8v1.7h9.4V14h1.8v3.5h-13z"
            }
            Self::Open => {
                "M9.1 13V5.8L6.6 8.3 5.3 7 10 2.3 14.7 7l-1.3 1.3-2.5-2.5V13zM3.5 14h1.8v1.7h9.4V14h1.8v3.5h-13z"
            }
            Self::Light => {
                "M10 6.3a3.7 3.7 0 1 1 0 7.4 3.7 3.7 0 0 1 0-7.4zM9.2 1.5h1.6v3H9.2zm0 14h1.6v3H9.2zM1.5 9.2h3v1.6h-3zm14 0h3v1.6h-3zM3.4 4.6l1.2-1.2 2 2-1.2 1.2zm10 10 1.2-1.2 2 2-1.2 1.2zm-10 .8 2-2 1.2 1.2-2 2zm10-10 2-2 1.2 1.2-2 2z"
            }
            Self::Dark => "M8.2 2.4a6.3 6.3 0 0 0 9.4 9.1A7.9 7.9 0 1 1 8.2 2.4z",
            Self::System => "M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16zm0 1.7v12.6a6.3 6.3 0 0 0 0-12.6z",
            Self::More => {
                "M10 3a1.7 1.7 0 1 1 0 3.4A1.7 1.7 0 0 1 10 3zm0 5.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4zm0 5.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4z"
            }
            Self::Enlarge => {
                "M11 3h6v6h-1.8V6.1l-3.6 3.6-1.3-1.3 3.6-3.6H11zM9.7 11.6l-3.6 3.6H9V17H3v-6h1.8v2.9l3.6-3.6z"
            }
            Self::Close => "m5.3 4 4.7 4.7L14.7 4 16 5.3 11.3 10l4.7 4.7-1.3 1.3-4.7-4.7L5.3 16 4 14.7 8.7 10 4 5.3z",
        }
    }

    /// The icon as a picture that readers pass over.
    pub fn view(self) -> impl IntoView {
        view! {
            <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
                <path d=self.path() fill="currentColor" fill-rule="evenodd"></path>
            </svg>
        }
    }
}
