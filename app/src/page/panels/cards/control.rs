//! One control for every kind of setting, made from its row of the table.

use super::layers::LayersEditor;
use super::number::NumberControl;
use super::row::{Row, Settings};
use super::timeline::Timeline;
use crate::page::icons::Icon;
use crate::page::panels::mark::TaskMark;
use crate::page::panels::panel::HelpButton;
use crate::page::panels::sources::sources;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::{Choice, Kind, Value, task_name};
use mtl_core::lesson::reference::anchor;
use mtl_core::lesson::{entry, listed, papers};

/// A setting: its name, what it does, whether it starts the lesson again, and its control.
#[component]
pub fn Control(
    /// The setting.
    row: Row,
    /// The card's settings, for values.
    settings: Memo<Settings>,
) -> impl IntoView {
    let page = Page::get();
    let value = row.value(settings);
    let key = row.key.clone();
    let set = Callback::new(move |new: Value| page.set(&key, new));
    let id = row.id();
    let input = match row.kind {
        Kind::Number { inherits: true, .. } => inheriting(&row, settings, value, set),
        Kind::Integer { .. } | Kind::Number { .. } => number(&row, settings, value.into(), set),
        Kind::Choice(choices) => choice(&row, &choices(), value, set),
        Kind::Switch => switch(&row, value, set),
        Kind::Layers { .. } => view! { <LayersEditor task=row.task id=id.clone() guided=row.guided/> }.into_any(),
    };
    let marker = row.resets.then(|| {
        view! { <span class="resets" title="A change restarts the lesson">{Icon::Reset.view()}<span class="unseen">" restarts the lesson"</span></span> }
    });
    let restart = if row.resets { " A change restarts the lesson." } else { " It takes effect while the lesson runs." };
    let term = row.term().map(|term| view! { <HelpButton term/> });
    let from = origin(&row.key, row.kind, value);
    let timeline = (row.key == "strategy" && !row.guided).then(|| view! { <Timeline/> });
    let class = if matches!(row.kind, Kind::Switch) { "control control-switch" } else { "control" };
    // On a card the task and the help are a matter of its group and a fold; in the guide they are in sight.
    let (tip, help) = match row.guided {
        true => (None, Some(view! { <p class="small">{row.help} {restart} {term} {from}</p> })),
        false => {
            let tip = view! {
                <details class="tip">
                    <summary aria-label=format!("Help: {}", row.label)>"?"</summary>
                    <p>{row.help} {restart} {term} " " {from}</p>
                </details>
            };
            (Some(tip), None)
        }
    };
    let task = row.task.filter(|_| row.guided);
    let group = task.map(|task| format!("task {}", task_name(task)));
    let key = row.guided.then(|| row.key.clone());
    let pointed = move || page.spot.with(|spot| key.is_some() && spot.setting == key.as_deref());
    view! {
        <div class=class class:pointed-at=pointed title=row.help role=task.map(|_| "group") aria-label=group>
            <div class="control-head">
                {task.map(|task| view! { <TaskMark task/> })}
                <label for=id>{row.label}</label>
                {marker}
                {tip}
            </div>
            {input}
            {help}
            {timeline}
        </div>
    }
    .into_any()
}

/// Where a setting stands in the reference; of a method that is picked from a table, the method with its papers.
fn origin(key: &str, kind: Kind, value: Memo<Value>) -> AnyView {
    let page = Page::get();
    let key = key.to_string();
    let own = key.split_once('.').map(|(owner, own)| (owner.to_string(), own.to_string()));
    (move || {
        let papers = page.lesson.with(|lesson| papers(lesson, &key));
        let is_method = matches!(kind, Kind::Choice(_)) && page.lesson.with(|lesson| listed(lesson, &key)).is_some();
        let address = match (&own, is_method) {
            (_, true) => anchor(&key, &value.get().text()),
            (None, _) => anchor("set", &key),
            // A task's settings stand once, as those of task A; options with their method.
            (Some((owner, own)), _) if owner.starts_with('t') => anchor("set", &["t0.", own].concat()),
            (Some((owner, _)), _) => {
                let method = page.lesson.with(|lesson| entry(lesson, owner).map(|entry| entry.value.text()));
                anchor(owner, &method.unwrap_or_default())
            }
        };
        sources(papers, address)
    })
    .into_any()
}

fn number(row: &Row, settings: Memo<Settings>, value: Signal<Value>, set: Callback<Value>) -> AnyView {
    let kind = row.limits(settings);
    view! { <NumberControl id=row.id() testid=row.testid() label=row.label kind resets=row.resets value set/> }
        .into_any()
}

/// A number that may be taken from the lesson: a box to tick, and the number where it isn't.
fn inheriting(row: &Row, settings: Memo<Settings>, value: Memo<Value>, set: Callback<Value>) -> AnyView {
    let inherits = Memo::new(move |_| value.with(|value| *value == Value::Inherit));
    // The lesson's own setting has the same key without the task.
    let lesson = row.key.split_once('.').map_or(String::new(), |(_, own)| own.to_string());
    let of_lesson =
        Signal::derive(move || settings.with(|settings| settings.value(&lesson)).unwrap_or(Value::Number(0.0)));
    let row = row.clone();
    let id = format!("{}-inherit", row.id());
    let toggle = move |event| {
        let on = event_target_checked(&event);
        set.run(if on { Value::Inherit } else { of_lesson.get_untracked() });
    };
    let own = move || match inherits.get() {
        true => view! { <span class="inherited" id=row.id()>{move || of_lesson.get().text()}</span> }.into_any(),
        false => number(&row, settings, value.into(), set),
    };
    view! {
        <span class="inherit">
            <label>
                <input type="checkbox" id=id prop:checked=move || inherits.get() on:change=toggle/>
                "inherit"
            </label>
            {own}
        </span>
    }
    .into_any()
}

fn choice(row: &Row, choices: &[Choice], value: Memo<Value>, set: Callback<Value>) -> AnyView {
    let chosen = Memo::new(move |_| value.with(|value| value.text()));
    let options = options(&row.key, choices, chosen);
    let choices = choices.to_vec();
    let help =
        move || chosen.with(|chosen| choices.iter().find(|choice| choice.key == chosen).map(|choice| choice.help));
    // A method is explained, a word explains itself.
    let explained = matches!(row.key.as_str(), "data" | "arch" | "bal" | "fanby");
    view! {
        <select
            id=row.id()
            data-testid=row.testid()
            on:change=move |event| set.run(Value::Choice(event_target_value(&event)))
        >
            {options}
        </select>
        {explained.then(|| view! { <p class="small">{help}</p> })}
    }
    .into_any()
}

/// The options of a select; those of a table of methods under its headings, and greyed out with the
/// reason where they make no sense in this lesson.
fn options(setting: &str, choices: &[Choice], chosen: Memo<String>) -> Vec<AnyView> {
    let page = Page::get();
    let setting = setting.to_string();
    let listed = Memo::new(move |_| {
        let list = page.lesson.with(|lesson| listed(lesson, &setting)).unwrap_or_default();
        list.into_iter().map(|listed| (listed.group, listed.unfit)).collect::<Vec<_>>()
    });
    let groups = listed.get_untracked();
    let group = |i: usize| groups.get(i).map_or("", |(group, _)| *group);
    let option = |i: usize, choice: &Choice| {
        let (key, label, help) = (choice.key, choice.label, choice.help);
        let unfit = move || listed.with(|listed| listed.get(i).and_then(|(_, unfit)| *unfit));
        let selected = move || chosen.with(|chosen| chosen == key);
        view! {
            <option
                value=key
                title=move || unfit().unwrap_or(help)
                disabled=move || unfit().is_some()
                prop:selected=selected
            >
                {label}
                {move || unfit().map(|reason| format!(" ({reason})"))}
            </option>
        }
        .into_any()
    };
    let mut headings: Vec<&'static str> = Vec::new();
    (0..choices.len()).for_each(|i| {
        if !headings.contains(&group(i)) {
            headings.push(group(i))
        }
    });
    let of = |heading: &'static str| {
        let mine = choices.iter().enumerate().filter(|(i, _)| group(*i) == heading);
        mine.map(|(i, choice)| option(i, choice)).collect::<Vec<_>>()
    };
    match headings.as_slice() {
        [""] | [] => of(""),
        headings => headings
            .iter()
            .map(|heading| view! { <optgroup label=*heading>{of(heading)}</optgroup> }.into_any())
            .collect(),
    }
}

fn switch(row: &Row, value: Memo<Value>, set: Callback<Value>) -> AnyView {
    view! {
        <input
            type="checkbox"
            id=row.id()
            data-testid=row.testid()
            prop:checked=move || value.get() == Value::Switch(true)
            on:change=move |event| set.run(Value::Switch(event_target_checked(&event)))
        />
    }
    .into_any()
}
