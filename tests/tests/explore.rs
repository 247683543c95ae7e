//! Looking closer: the probe, a unit's map, the speed, the layers on the picture.

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use mtl_tests::page::{css, parse_number};
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually, eventually_true};
use serde_json::{Value, json};

static CPU: Shared = Shared::new(Setup::cpu);

/// What the probe says: its place, and what every task predicts there.
struct Probe {
    place: [f64; 2],
    /// The task's letter, the chance of class 1, and the class.
    tasks: Vec<(char, f64, u8)>,
}

/// The read-out below the maps, where a place is probed.
fn probe(page: &Page) -> Result<Option<Probe>> {
    let text = page.words(".panel-predictions .probe")?.context("no read-out")?;
    let Some((here, near)) = text.split_once(". Nearest training point") else { return Ok(None) };
    let (place, tasks) = here.split_once(": ").with_context(|| format!("no place in '{text}'"))?;
    let (x1, x2) = place.split_once(", x2 ").with_context(|| format!("no place in '{text}'"))?;
    let number = |text: &str| parse_number(text).map(|reading| reading.value).context("no number");
    let task = |words: &str| {
        let (letter, rest) = words.split_once(' ').with_context(|| format!("'{words}'"))?;
        let (chance, class) = rest.split_once(" (class ").with_context(|| format!("'{words}'"))?;
        let class = class.trim_end_matches(')').parse().with_context(|| format!("'{words}'"))?;
        Ok((letter.chars().next().context("no letter")?, number(chance)?, class))
    };
    let tasks = tasks.split(", ").map(task).collect::<Result<Vec<_>>>()?;
    ensure!(near.contains("away): A class "), "the nearest point is '{near}'");
    Ok(Some(Probe { place: [number(x1.trim_start_matches("x1 "))?, number(x2)?], tasks }))
}

fn wait_probe(page: &Page, what: &str, fits: impl Fn(&Probe) -> bool) -> Result<Probe> {
    eventually(PATIENCE, what, || Ok(probe(page)?.filter(&fits)))
}

/// Where the cross-hairs of all maps stand: the styles of both hairs, map by map.
fn hairs(page: &Page) -> Result<Vec<Vec<String>>> {
    let hairs = page.browser.execute(
        "return [...document.querySelectorAll('.predictions .map')]\
           .map(map => [...map.querySelectorAll('.hair')].map(hair => hair.getAttribute('style')))",
        vec![],
    )?;
    Ok(serde_json::from_value(hairs)?)
}

/// Whether a task's map is blue, the colour of class 1, at a place.
fn is_blue(page: &Page, task: usize, (across, down): (f64, f64)) -> Result<bool> {
    page.browser.truth(
        "const map = document.querySelector(arguments[0]); const copy = new OffscreenCanvas(map.width, map.height).getContext('2d');\
         copy.drawImage(map, 0, 0);\
         const [r, , b] = copy.getImageData(Math.floor(arguments[1] * map.width), Math.floor(arguments[2] * map.height), 1, 1).data;\
         return b > r",
        vec![json!(css(&format!("task-{task}-map"))), json!(across), json!(down)],
    )
}

#[test]
fn the_pointer_over_one_map_reads_what_every_task_predicts_there() -> Result<()> {
    CPU.visit("v=2&p=twins&tasks=3&fan=none&seeds=2", |page| {
        page.step_epochs(40)?;
        for task in 0..3 {
            page.settled_map(task)?;
        }
        ensure!(probe(page)?.is_none(), "a probe before anybody pointed");
        let (mut sure, mut classes) = (0, [0, 0]);
        for (map, at) in
            [(0, (0.15, 0.2)), (1, (0.8, 0.25)), (2, (0.3, 0.75)), (0, (0.85, 0.85)), (1, (0.5, 0.1)), (2, (0.1, 0.5))]
        {
            page.point(&css(&format!("task-{map}-map")), at)?;
            let signs = |probe: &Probe| {
                let side = |x: f64, part: f64| (part - 0.5).abs() < 0.01 || (x > 0.0) == (part > 0.5);
                side(probe.place[0], at.0) && side(-probe.place[1], at.1)
            };
            let probe = wait_probe(page, &format!("a probe at {at:?} of map {map}"), signs)?;
            let letters: String = probe.tasks.iter().map(|task| task.0).collect();
            ensure!(letters == "ABC", "'{letters}' are read");
            let hairs = hairs(page)?;
            ensure!(hairs.len() == 3 && hairs.iter().all(|hair| hair.len() == 2 && *hair == hairs[0]), "{hairs:?}");
            for (task, (_, chance, class)) in probe.tasks.into_iter().enumerate() {
                ensure!((0.0..=1.0).contains(&chance) && (chance >= 0.5) == (class == 1), "{chance} is class {class}");
                // Between the cells the map is smooth, the reading is that of a cell.
                if (chance - 0.5).abs() > 0.3 {
                    ensure!(is_blue(page, task, at)? == (class == 1), "task {task} at {at:?}: {chance}");
                    sure += 1;
                    classes[usize::from(class == 1)] += 1;
                }
            }
        }
        ensure!(sure >= 4 && classes[0] > 0 && classes[1] > 0, "the network is sure of {classes:?}");
        page.point_away()?;
        eventually_true(PATIENCE, "no probe", || Ok(probe(page)?.is_none() && hairs(page)?.concat().is_empty()))?;
        page.no_console_errors()
    })
}

#[test]
fn arrow_keys_move_the_probe_cell_by_cell_and_training_changes_what_it_reads() -> Result<()> {
    CPU.visit("v=2&p=twins&tasks=3&fan=none&seeds=2", |page| {
        page.step_epochs(2)?;
        page.settled_map(1)?;
        page.focus(&css("task-1-map"))?;
        let press = |held: &[char], key: Key, moves: fn([f64; 2], [f64; 2]) -> bool| -> Result<[f64; 2]> {
            let before = probe(page)?.map(|probe| probe.place);
            page.browser.press_with(held, key.into())?;
            let fits = |probe: &Probe| before.is_none_or(|before| moves(before, probe.place));
            Ok(wait_probe(page, "a probe that moves", fits)?.place)
        };
        let first = press(&[], Key::Right, |_, _| true)?;
        let right = press(&[], Key::Right, |old, new| new[0] > old[0] && new[1] == old[1])?;
        let far = press(&[Key::Shift.into()], Key::Right, |old, new| new[0] > old[0] && new[1] == old[1])?;
        let cell = right[0] - first[0];
        ensure!(
            (far[0] - right[0] - 5.0 * cell).abs() < 0.3 * cell,
            "a cell is {cell}, five are {}",
            far[0] - right[0]
        );
        press(&[], Key::Left, |old, new| new[0] < old[0] && new[1] == old[1])?;
        press(&[], Key::Up, |old, new| new[1] > old[1] && new[0] == old[0])?;
        press(&[], Key::Down, |old, new| new[1] < old[1] && new[0] == old[0])?;
        let live = "return document.querySelector('.panel-predictions .probe').getAttribute('aria-live')";
        ensure!(page.browser.string(live, vec![])? == "polite", "the reading is not told aloud");
        let before = wait_probe(page, "a reading", |_| true)?.tasks;
        ensure!(before.len() == 3);
        page.step_epochs(10)?;
        wait_probe(page, "another reading", |probe| probe.tasks != before)?;
        page.focus(&css("task-1-map"))?;
        page.browser.press(Key::Escape.into())?;
        eventually_true(PATIENCE, "no probe", || Ok(probe(page)?.is_none()))
    })
}

/// The title of the large map of a unit, the words below it and a fingerprint of its pixels.
fn detail(page: &Page) -> Result<Option<(String, String, String)>> {
    let shown = page.browser.execute(
        "const box = document.querySelector('.unit-detail'), map = box?.querySelector('canvas');\
         if (!box?.checkVisibility() || !map.width) return null;\
         const copy = new OffscreenCanvas(map.width, map.height).getContext('2d'); copy.drawImage(map, 0, 0);\
         const pixels = new Uint32Array(copy.getImageData(0, 0, map.width, map.height).data.buffer);\
         if (map.getBoundingClientRect().width < 100 || new Set(pixels).size < 2) return null;\
         return [box.querySelector('strong').textContent, box.querySelector('span').textContent, pixels.join()]",
        vec![],
    )?;
    match shown {
        Value::Null => Ok(None),
        shown => Ok(Some(serde_json::from_value(shown)?)),
    }
}

fn wait_detail(page: &Page, name: &str) -> Result<(String, String)> {
    // Its title is there at once, the map and its words with a later frame.
    page.settled(&format!("the map of {name}"), || {
        let found = detail(page)?.filter(|(title, words, _)| title == name && words.starts_with("from "));
        found.map(|(_, words, pixels)| (words, pixels)).context("another map, or none")
    })
}

/// The address of a unit's square on the picture: inputs are block 0, then the trunk.
fn unit(page: &Page, block: usize, unit: usize) -> Result<String> {
    let found = page.browser.truth(
        "for (const old of document.querySelectorAll('[data-unit]')) old.removeAttribute('data-unit');\
         const square = document.querySelectorAll('[data-testid=network] g.units')[arguments[0]]?.children[arguments[1]];\
         square?.setAttribute('data-unit', ''); return !!square",
        vec![json!(block), json!(unit)],
    )?;
    ensure!(found, "the picture has no unit {unit} in block {block}");
    Ok("[data-unit]".into())
}

#[test]
fn a_unit_under_the_pointer_shows_its_map_large_and_a_click_keeps_it() -> Result<()> {
    CPU.visit("v=2&p=twins&trunk=5,3&fan=none&seeds=2", |page| {
        page.step_epochs(5)?;
        page.point_away()?;
        eventually_true(PATIENCE, "no map that nobody asked for", || Ok(detail(page)?.is_none()))?;
        let middle = (0.5, 0.5);
        let mut maps = Vec::new();
        for (block, index, name) in [
            (0, 0, "input x1"),
            (1, 0, "shared layer 1, unit 1"),
            (1, 4, "shared layer 1, unit 5"),
            (2, 2, "shared layer 2, unit 3"),
            (3, 0, "output of task A, unit 1"),
            (4, 0, "output of task B, unit 1"),
        ] {
            eventually_true(PATIENCE, name, || {
                page.point(&unit(page, block, index)?, middle)?;
                Ok(detail(page)?.is_some_and(|(title, ..)| title == name))
            })?;
            maps.push(wait_detail(page, name)?);
        }
        maps.sort();
        maps.dedup();
        ensure!(maps.len() == 6, "some of six units have the same map");
        page.point_away()?;
        eventually_true(PATIENCE, "no map", || Ok(detail(page)?.is_none()))?;

        let square = unit(page, 1, 1)?;
        page.click_at(&square, middle)?;
        page.point_away()?;
        let kept = wait_detail(page, "shared layer 1, unit 2")?;
        page.step_epochs(10)?;
        eventually_true(PATIENCE, "a map that learns", || Ok(wait_detail(page, "shared layer 1, unit 2")? != kept))?;
        page.browser.click(".unit-detail button")?;
        eventually_true(PATIENCE, "no map", || Ok(detail(page)?.is_none()))?;
        page.no_console_errors()
    })
}

#[test]
fn arrow_keys_walk_from_unit_to_unit() -> Result<()> {
    CPU.visit("v=2&p=twins&trunk=5,3&fan=none&seeds=2", |page| {
        page.step_epochs(2)?;
        page.focus(&css("network"))?;
        for (key, name) in [
            (Key::Right, "input x1"),
            (Key::Down, "input x2"),
            (Key::Right, "shared layer 1, unit 2"),
            (Key::Right, "shared layer 2, unit 2"),
            (Key::Up, "shared layer 2, unit 1"),
        ] {
            page.browser.press(key.into())?;
            wait_detail(page, name)?;
        }
        page.browser.press(Key::Escape.into())?;
        eventually_true(PATIENCE, "no map", || Ok(detail(page)?.is_none()))
    })
}

/// Epochs that pass in so many milliseconds of play.
fn passed(page: &Page, milliseconds: u64) -> Result<u64> {
    let script = "const epoch = () => parseInt(document.querySelector('[data-testid=epoch]').textContent, 10);\
         const before = epoch(); await new Promise(done => setTimeout(done, arguments[0])); return epoch() - before";
    page.browser.execute_async(script, vec![json!(milliseconds)])?.as_u64().context("the epoch falls")
}

/// The slider beside the box.
const SPEED: &str = ".speed input[type=range]";

#[test]
fn the_speed_control_holds_training_back_and_lets_it_go_again() -> Result<()> {
    // Four steps an epoch.
    CPU.visit("v=2&p=rivals&rows=200&batch=50&seeds=1&fan=none&baselines=off", |page| {
        let box_says = |words: &str| {
            eventually_true(PATIENCE, &format!("a speed of '{words}'"), || {
                let value = "return document.querySelector('#speed').value";
                Ok(page.browser.string(value, vec![])? == words)
            })
        };
        box_says("max")?;
        page.play()?;
        page.wait_epoch(5)?;
        let free = passed(page, 4000)?;
        page.click("pace")?;
        page.focus(SPEED)?;
        page.browser.press(Key::Home.into())?;
        box_says("1")?;
        // What was trained before shows with the next step, a second later.
        passed(page, 3000)?;
        let held = passed(page, 4000)?;
        ensure!(10 * held < free, "{free} epochs flat out, {held} in the same time at a step per second");
        ensure!(page.playing()?);
        page.browser.fill("#speed", "40")?;
        box_says("40")?;
        let slider = "return document.querySelector(arguments[0]).getAttribute('aria-valuetext')";
        ensure!(page.browser.string(slider, vec![json!(SPEED)])? == "40");
        let now = page.epoch()?;
        page.wait_epoch(now + 5)?;
        page.focus(SPEED)?;
        page.browser.press(Key::End.into())?;
        box_says("max")?;
        let again = passed(page, 4000)?;
        ensure!(10 * held < again, "{held} epochs at a step per second, {again} flat out");
        page.no_console_errors()
    })
}

/// A button beside a layer on the picture, by what it does.
fn beside(stack: &str, what: &str) -> String {
    format!(".network-controls .stack[aria-label=\"{stack}\"] button[aria-label=\"{what}\"]")
}

#[test]
fn layers_on_the_picture_change_places_and_activations_and_the_link_follows() -> Result<()> {
    CPU.visit("v=2&p=rivals&trunk=5,6,7&fan=none&seeds=2", |page| {
        page.browser.click(&beside("shared layers", "move layer 1 one later"))?;
        page.wait_setting("trunk", "6,5,7")?;
        page.browser.click(&beside("shared layers", "move layer 3 one earlier"))?;
        page.wait_setting("trunk", "6,7,5")?;
        page.select("trunk-layer-1-activation", "relu")?;
        page.wait_setting("trunk", "6,7-relu,5")?;
        // An activation goes with its layer.
        page.browser.click(&beside("shared layers", "move layer 2 one earlier"))?;
        page.wait_setting("trunk", "7-relu,6,5")?;
        ensure!(page.text("trunk-layer-0-width")? == "7" && page.text("trunk-layer-0-activation")? == "relu");
        ensure!(page.text("card-trunk-0-width")? == "7", "the card says otherwise");
        page.browser.click(&beside("shared layers", "remove layer 2"))?;
        page.wait_setting("trunk", "7-relu,5")?;
        for (layer, what) in [(1, "earlier"), (2, "later")] {
            let button = beside("shared layers", &format!("move layer {layer} one {what}"));
            let disabled = "return document.querySelector(arguments[0]).disabled";
            ensure!(page.browser.truth(disabled, vec![json!(button)])?, "layer {layer} can move {what}");
        }
        page.trains()?;
        ensure!(page.notice()?.is_empty(), "{}", page.notice()?);
        page.no_console_errors()
    })
}

#[test]
fn private_layers_are_added_to_one_task_and_train() -> Result<()> {
    CPU.visit("v=2&p=rivals&fan=none&seeds=2", |page| {
        let units =
            || page.browser.number("return document.querySelectorAll('[data-testid=network] g.units').length", vec![]);
        let before = units()?;
        page.click("task-1-head-add")?;
        page.wait_setting("t1.head", "4")?;
        page.click("task-1-head-add")?;
        page.wait_setting("t1.head", "4,4")?;
        page.fill("task-1-head-layer-0-width", "7")?;
        page.select("task-1-head-layer-1-activation", "sigmoid")?;
        page.wait_setting("t1.head", "7,4-sigmoid")?;
        ensure!(!page.exists("task-0-head-layer-0-width")?, "the other task has private layers, too");
        eventually_true(PATIENCE, "two more layers on the picture", || Ok(units()? == before + 2.0))?;
        page.trains()?;
        page.settled_map(1)?;
        page.focus(&css("network"))?;
        // Inputs, the trunk, A's output, then B's layers.
        for _ in 0..5 {
            page.browser.press(Key::Right.into())?;
        }
        wait_detail(page, "private layer 2 of task B, unit 1")?;
        page.click("task-1-head-remove")?;
        page.click("task-1-head-remove")?;
        eventually_true(PATIENCE, "no private layers", || Ok(page.setting("t1.head")?.is_none()))?;
        page.trains()?;
        page.no_console_errors()
    })
}
