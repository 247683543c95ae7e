//! Stacks of layers: what can be done to one layer, and the editor of a whole stack.

use super::number::NumberBox;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::{
    ACTIVATIONS, Activation, Config, Kind, LAYER_DROPOUT, LAYER_WIDTH, LayerConfig, MAX_HEAD, MAX_TRUNK, Value,
};

/// The trunk, or a task's private layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stack(pub Option<usize>);

impl Stack {
    /// The most layers it may have.
    pub fn most(self) -> usize {
        if self.0.is_some() { MAX_HEAD } else { MAX_TRUNK }
    }

    /// Its layers in a configuration.
    pub fn of(self, config: &Config) -> &[LayerConfig] {
        match self.0 {
            None => &config.trunk,
            Some(task) => config.tasks.get(task).map_or(&[], |task| &task.head),
        }
    }

    /// The number of its layers. Tracks the lesson.
    pub fn len(self, page: Page) -> usize {
        page.lesson.with(|lesson| self.of(lesson).len())
    }

    /// One of its layers. Tracks the lesson.
    pub fn layer(self, page: Page, index: usize) -> Option<LayerConfig> {
        page.lesson.with(|lesson| self.of(lesson).get(index).cloned())
    }

    /// Changes it, and starts the lesson again.
    pub fn change(self, page: Page, change: impl FnOnce(&mut Vec<LayerConfig>)) {
        let mut layers = page.lesson.with_untracked(|lesson| self.of(lesson).to_vec());
        change(&mut layers);
        page.set(&self.key(), Value::Layers(layers));
    }

    /// Changes one layer.
    pub fn change_layer(self, page: Page, index: usize, change: impl FnOnce(&mut LayerConfig)) {
        self.change(page, |layers| {
            if let Some(layer) = layers.get_mut(index) {
                change(layer);
            }
        });
    }

    /// Adds a layer like the last one.
    pub fn add(self, page: Page) {
        let most = self.most();
        let narrow = if self.0.is_some() { 4 } else { 8 };
        self.change(page, |layers| {
            if layers.len() < most {
                layers.push(layers.last().cloned().unwrap_or_else(|| LayerConfig::new(narrow)));
            }
        });
    }

    /// Takes the last layer away.
    pub fn remove_last(self, page: Page) {
        self.change(page, |layers| {
            layers.pop();
        });
    }

    /// Exchanges a layer with the next one.
    fn swap(self, page: Page, index: usize) {
        self.change(page, |layers| {
            if index + 1 < layers.len() {
                layers.swap(index, index + 1);
            }
        });
    }

    /// Says what is used of a layer where that is not what was given for a part of it. To be called after
    /// the change, which takes older notices away.
    fn tell(self, page: Page, index: usize, part: &str, kind: Kind, given: &Value, now: Value) {
        let used = kind.nearest(given).unwrap_or(now);
        if used != *given {
            let notice = kind.notice(self.key(), &kind.text(given), &used);
            page.notify([notice.of_part(&format!("{part} of layer {}", index + 1))]);
        }
    }

    /// The key of its setting.
    fn key(self) -> String {
        self.0.map_or("trunk".into(), |task| format!("t{task}.head"))
    }

    /// Its name in `id`s and for scripts.
    pub fn name(self) -> String {
        self.0.map_or("trunk".into(), |task| format!("task-{task}-head"))
    }
}

/// The controls of one layer: width, activation, order; norm and dropout where there is room.
#[component]
pub fn LayerCell(
    /// The stack.
    stack: Stack,
    /// The layer's place in it.
    index: usize,
    /// What its controls are called for scripts, before `-width` and the like.
    name: String,
    /// Whether norm and dropout are shown.
    full: bool,
) -> impl IntoView {
    let page = Page::get();
    let layer = Memo::new(move |old: Option<&LayerConfig>| {
        // While the cell of a removed layer is on its way out it shows what it was.
        stack.layer(page, index).or_else(|| old.cloned()).unwrap_or_else(|| LayerConfig::new(1))
    });
    let count = Memo::new(move |_| stack.len(page));
    let title = format!("layer {}", index + 1);
    let group = format!("{title}; a change restarts the lesson");
    let width = Signal::derive(move || Value::Integer(layer.with(|layer| layer.width) as i64));
    let set_width = Callback::new(move |given: Value| {
        if let Some(Value::Integer(width)) = LAYER_WIDTH.nearest(&given) {
            stack.change_layer(page, index, |layer| layer.width = width as usize);
        }
        stack.tell(page, index, "Width", LAYER_WIDTH, &given, width.get_untracked());
    });
    let option = |(activation, choice): &(Activation, mtl_core::config::Choice)| {
        let activation = *activation;
        let chosen = move || layer.with(|layer| layer.activation == activation);
        view! { <option value=choice.key title=choice.help prop:selected=chosen>{choice.label}</option> }
    };
    let activate = move |event| {
        if let Some(activation) = Activation::from_key(&event_target_value(&event)) {
            stack.change_layer(page, index, |layer| layer.activation = activation);
        }
    };
    let earlier = move |_| {
        if let Some(before) = index.checked_sub(1) {
            stack.swap(page, before);
        }
    };
    let is_last = move || index + 1 >= count.get();
    let remove = move |_| {
        stack.change(page, |layers| {
            if index < layers.len() {
                layers.remove(index);
            }
        });
    };
    let more = full.then(|| regularisation(stack, index, &name, layer));
    view! {
        <div class="layer-cell" role="group" aria-label=group title="A change restarts the lesson">
            <span class="layer-name">{index + 1}</span>
            <NumberBox
                id=format!("{name}-width-box")
                testid=format!("{name}-width")
                label=format!("width of {title}")
                kind=LAYER_WIDTH
                value=width
                set=set_width
            />
            <select aria-label=format!("activation of {title}") data-testid=format!("{name}-activation") on:change=activate>
                {ACTIVATIONS.iter().map(option).collect_view()}
            </select>
            {more}
            <span class="layer-moves">
                <button type="button" aria-label=format!("move {title} one earlier") title="One earlier; restarts the lesson" disabled=index == 0 on:click=earlier>
                    "\u{25c0}"
                </button>
                <button
                    type="button"
                    aria-label=format!("move {title} one later")
                    title="One later; restarts the lesson"
                    disabled=is_last
                    on:click=move |_| stack.swap(page, index)
                >
                    "\u{25b6}"
                </button>
                <button type="button" aria-label=format!("remove {title}") title="Remove; restarts the lesson" on:click=remove>"\u{2715}"</button>
            </span>
        </div>
    }
    .into_any()
}

/// Layer norm and dropout of a layer.
fn regularisation(stack: Stack, index: usize, name: &str, layer: Memo<LayerConfig>) -> AnyView {
    let page = Page::get();
    let dropout = Signal::derive(move || layer.with(|layer| layer.dropout.map_or(Value::Inherit, Value::Number)));
    let set = Callback::new(move |given: Value| {
        if let Some(rate) = LAYER_DROPOUT.nearest(&given) {
            stack.change_layer(page, index, |layer| layer.dropout = rate.number());
        }
        stack.tell(page, index, "Dropout", LAYER_DROPOUT, &given, dropout.get_untracked());
    });
    let norm = move |event| {
        let on = event_target_checked(&event);
        stack.change_layer(page, index, |layer| layer.norm = on);
    };
    view! {
        <label class="tool">
            <input type="checkbox" data-testid=format!("{name}-norm") prop:checked=move || layer.with(|layer| layer.norm) on:change=norm/>
            "norm"
        </label>
        <span class="tool">
            "dropout"
            <NumberBox
                id=format!("{name}-dropout-box")
                testid=format!("{name}-dropout")
                label=format!("dropout of layer {}, a number or inherit", index + 1)
                kind=LAYER_DROPOUT
                value=dropout
                set
            />
        </span>
    }
    .into_any()
}

/// The editor of a stack, as a card or the guide has it.
#[component]
pub fn LayersEditor(
    /// The task that these private layers belong to; none for the trunk.
    task: Option<usize>,
    /// The `id` of the list.
    id: String,
    /// Whether it stands in the guide, which has the widths and activations alone.
    guided: bool,
) -> impl IntoView {
    let page = Page::get();
    let stack = Stack(task);
    let count = Memo::new(move |_| stack.len(page));
    let place = if guided { "guide" } else { "card" };
    let name = move |index: usize| format!("{place}-{}-{index}", stack.name());
    let is_full = move || count.get() >= stack.most();
    let empty = move || (count.get() == 0).then(|| view! { <li class="small">"none"</li> });
    view! {
        <div class="layers">
            <ol id=id>
                {empty}
                <For
                    each=move || 0..count.get()
                    key=|index| *index
                    children=move |index| view! { <li><LayerCell stack index name=name(index) full=!guided/></li> }
                />
            </ol>
            <button type="button" title="Restarts the lesson" disabled=is_full on:click=move |_| stack.add(page)>"add a layer"</button>
        </div>
    }
    .into_any()
}
