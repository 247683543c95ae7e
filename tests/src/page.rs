//! The page through its `data-testid`s, as its README documents them.

use crate::{Browser, PATIENCE, eventually, eventually_true};
use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::{Value, json};

/// What every script below may use.
const HELPERS: &str = r#"
const all = id => [...document.querySelectorAll(`[data-testid="${id}"]`)];
const one = id => all(id)[0] ?? null;
const field = el => el.matches('input,select,textarea,output') ? el : el.querySelector('input,select,textarea');
const read = el => field(el) ? String(field(el).value) : el.textContent.trim();
const canvases = el => el.matches('canvas') ? [el] : [...el.querySelectorAll('canvas')];
const unfold = el => { for (let up = el.closest('details'); up; up = up.parentElement?.closest('details')) up.open = true; };
const sleep = ms => new Promise(done => setTimeout(done, ms));
"#;

/// A number that the page shows, and how finely it shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    pub value: f64,
    /// Half a unit in the last place; 0 where the page tells the exact value in `data-value`.
    pub blur: f64,
}

/// The page in the tab in front.
pub struct Page<'b> {
    pub browser: &'b Browser,
    url: String,
}

impl<'b> Page<'b> {
    /// `url` is the page's address without a fragment.
    pub fn new(browser: &'b Browser, url: &str) -> Self {
        Self { browser, url: url.into() }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    // ---- opening ----

    /// Opens the page anew with this fragment (without its `#`) and waits until it can be used.
    pub fn open(&self, fragment: &str) -> Result<()> {
        let hash = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
        self.open_url(&format!("{}{hash}", self.url))
    }

    pub fn open_url(&self, url: &str) -> Result<()> {
        // From another document: between two fragments of one page nothing would be loaded.
        self.browser.goto("about:blank")?;
        self.browser.goto(url)?;
        self.ready()
    }

    /// Waits until the engine runs and the transport is there.
    pub fn ready(&self) -> Result<()> {
        eventually_true(PATIENCE, "the page and its engine", || {
            Ok(self.exists("play")? && !self.engine()?.is_empty() && self.epoch().is_ok())
        })
    }

    // ---- reading ----

    fn run(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        self.browser.execute(&format!("{HELPERS}{script}"), args)
    }

    pub fn exists(&self, id: &str) -> Result<bool> {
        Ok(self.count(id)? > 0)
    }

    pub fn count(&self, id: &str) -> Result<usize> {
        let count = self.run("return all(arguments[0]).length", vec![json!(id)])?;
        Ok(count.as_u64().unwrap_or_default() as usize)
    }

    /// The text of an element, or the value of a field.
    pub fn text(&self, id: &str) -> Result<String> {
        match self.run("const el = one(arguments[0]); return el && read(el)", vec![json!(id)])? {
            Value::String(text) => Ok(text),
            _ => bail!("the page has no '{id}'"),
        }
    }

    pub fn attribute(&self, id: &str, name: &str) -> Result<Option<String>> {
        let value = self.run("return one(arguments[0])?.getAttribute(arguments[1])", vec![json!(id), json!(name)])?;
        Ok(value.as_str().map(String::from))
    }

    /// The number in an element: the exact one of its `data-value`, else the first of its text.
    pub fn reading(&self, id: &str) -> Result<Reading> {
        if let Some(value) = self.attribute(id, "data-value")?.and_then(|exact| exact.parse().ok()) {
            return Ok(Reading { value, blur: 0.0 });
        }
        let text = self.text(id)?;
        parse_number(&text).ok_or_else(|| anyhow!("no number in {id}: '{text}'"))
    }

    pub fn number(&self, id: &str) -> Result<f64> {
        Ok(self.reading(id)?.value)
    }

    pub fn epoch(&self) -> Result<u64> {
        let text = self.text("epoch")?;
        text.parse().with_context(|| format!("the epoch is no integer: '{text}'"))
    }

    /// `CPU` or `GPU`; empty while no engine runs.
    pub fn engine(&self) -> Result<String> {
        let text = self.text("engine")?;
        Ok(if text == "CPU" || text == "GPU" { text } else { String::new() })
    }

    /// The text of every notice.
    pub fn notice(&self) -> Result<String> {
        let text =
            self.run("return all('notice').map(el => el.textContent.trim()).filter(Boolean).join('\\n')", vec![])?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// How many tasks the page shows.
    pub fn tasks(&self) -> Result<usize> {
        let mut count = 0;
        while self.exists(&format!("task-{count}-train-loss"))? {
            count += 1;
        }
        Ok(count)
    }

    /// How many shared layers the page shows.
    pub fn trunk_layers(&self) -> Result<usize> {
        let mut count = 0;
        while self.exists(&format!("trunk-layer-{count}-width"))? {
            count += 1;
        }
        Ok(count)
    }

    /// Training and validation loss of every task, as texts and with the exact value where there is
    /// one: for asking whether two runs are the same.
    pub fn losses(&self) -> Result<Vec<[String; 2]>> {
        let texts = self.run(
            "const shown = id => one(id) && `${read(one(id))} ${one(id).dataset.value ?? ''}`.trim();\
             const rows = [];\
             for (let k = 0; one(`task-${k}-train-loss`); k++)\
               rows.push([shown(`task-${k}-train-loss`), shown(`task-${k}-valid-loss`) ?? '']);\
             return rows",
            vec![],
        )?;
        serde_json::from_value(texts).context("losses")
    }

    /// [`Page::losses`] once they stand still.
    pub fn settled_losses(&self) -> Result<Vec<[String; 2]>> {
        self.settled("losses", || {
            let losses = self.losses()?;
            ensure!(!losses.is_empty(), "no task is shown");
            ensure!(losses.iter().flatten().all(|text| parse_number(text).is_some()), "no losses yet: {losses:?}");
            Ok(losses)
        })
    }

    /// A fingerprint of a task's map once it stands still.
    pub fn settled_map(&self, task: usize) -> Result<String> {
        self.settled("map", || self.map(task))
    }

    /// A fingerprint of the pixels of a task's map.
    pub fn map(&self, task: usize) -> Result<String> {
        self.picture(&format!("task-{task}-map"))
    }

    /// A fingerprint of the pixels of all canvases of an element; an error if they show one colour.
    pub fn picture(&self, id: &str) -> Result<String> {
        let script = r#"
            const el = one(arguments[0]);
            if (!el) return { error: 'it is not there' };
            let hash = 2166136261, colours = new Set(), pixels = 0;
            for (const canvas of canvases(el)) {
                if (!canvas.width || !canvas.height) continue;
                const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
                copy.drawImage(canvas, 0, 0);
                const data = new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
                pixels += data.length;
                for (const pixel of data) {
                    hash = Math.imul(hash ^ pixel, 16777619);
                    if (colours.size < 3) colours.add(pixel);
                }
            }
            if (!pixels) return { error: 'it has no canvas with pixels' };
            if (colours.size < 2) return { error: 'it shows one colour only' };
            return { picture: `${pixels}:${hash >>> 0}` };
        "#;
        let answer = self.run(script, vec![json!(id)])?;
        match answer["picture"].as_str() {
            Some(picture) => Ok(picture.into()),
            None => bail!("{id}: {}", answer["error"].as_str().unwrap_or("no answer")),
        }
    }

    /// What a reading shows when it no longer changes: three times the same, a while apart.
    pub fn settled<T: PartialEq>(&self, what: &str, mut read: impl FnMut() -> Result<T>) -> Result<T> {
        let mut seen: Option<(T, u32)> = None;
        eventually(PATIENCE, &format!("{what} that stand still"), || {
            let now = match read() {
                Ok(now) => now,
                Err(error) => {
                    seen = None;
                    return Err(error);
                }
            };
            let times = seen.take().filter(|(before, _)| *before == now).map_or(0, |(_, times)| times + 1);
            if times >= 3 {
                return Ok(Some(now));
            }
            seen = Some((now, times));
            std::thread::sleep(std::time::Duration::from_millis(150));
            Ok(None)
        })
    }

    // ---- the address ----

    pub fn href(&self) -> Result<String> {
        self.browser.href()
    }

    /// The fragment without its `#`, once the page has written it.
    pub fn settled_fragment(&self) -> Result<String> {
        let mut seen: Option<String> = None;
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(PATIENCE);
        // The page writes when input has settled, 300 ms after the last change.
        loop {
            let href = self.href()?;
            let now = href.split_once('#').map(|(_, hash)| hash.to_owned()).unwrap_or_default();
            if seen.as_ref() == Some(&now) {
                return Ok(now);
            }
            ensure!(std::time::Instant::now() < deadline, "the address never stands still: {href}");
            seen = Some(now);
            std::thread::sleep(std::time::Duration::from_millis(1000));
        }
    }

    /// The value of a key of the fragment, or `None`.
    pub fn setting(&self, key: &str) -> Result<Option<String>> {
        let value = self
            .browser
            .execute("return new URLSearchParams(location.hash.slice(1)).get(arguments[0])", vec![json!(key)])?;
        Ok(value.as_str().map(String::from))
    }

    pub fn wait_setting(&self, key: &str, expected: &str) -> Result<()> {
        eventually_true(PATIENCE, &format!("{key}={expected} in the address"), || {
            Ok(self.setting(key)?.as_deref() == Some(expected))
        })
    }

    pub fn history_length(&self) -> Result<u64> {
        Ok(self.browser.number("return history.length", vec![])? as u64)
    }

    // ---- acting ----

    /// A person's click: the element must be visible and not covered. Folds around it are opened.
    pub fn click(&self, id: &str) -> Result<()> {
        let enabled = self.run(
            "const el = one(arguments[0]); if (!el) return null; unfold(el);\
             el.scrollIntoView({ block: 'nearest', inline: 'nearest' }); return !el.disabled",
            vec![json!(id)],
        )?;
        match enabled.as_bool() {
            None => bail!("the page has no '{id}'"),
            Some(false) => bail!("'{id}' is disabled"),
            Some(true) => self.browser.click(&css(id)),
        }
    }

    /// A script's click, for many of them.
    pub fn script_click(&self, id: &str) -> Result<()> {
        let there = self.run("const el = one(arguments[0]); el?.click(); return !!el", vec![json!(id)])?;
        ensure!(there == json!(true), "the page has no '{id}'");
        Ok(())
    }

    pub fn select(&self, id: &str, value: &str) -> Result<()> {
        self.run("const el = one(arguments[0]); if (el) unfold(el)", vec![json!(id)])?;
        self.browser.select(&css(id), value)
    }

    /// Types into a field in place of what it holds, and leaves it.
    pub fn fill(&self, id: &str, text: &str) -> Result<()> {
        self.run("const el = one(arguments[0]); if (el) unfold(el)", vec![json!(id)])?;
        self.browser.fill(&css(id), text)
    }

    /// The CSS address of a field by what its label says, exactly or up to a comma or bracket.
    pub fn field_labelled(&self, kind: &str, label: &str) -> Result<String> {
        let script = r#"
            const [kind, label] = arguments;
            const said = el => [...(el.labels ?? [])].map(l => l.textContent)
                .concat(el.getAttribute('aria-label') ?? '')
                .concat((el.getAttribute('aria-labelledby') ?? '').split(' ').map(id => document.getElementById(id)?.textContent ?? ''))
                .map(text => text.replace(/\s+/g, ' ').trim().toLowerCase());
            const fits = text => text === label || new RegExp(`^${label}\\s*([(:?,]|$)`).test(text);
            const el = [...document.querySelectorAll(kind)].find(el => said(el).some(fits));
            if (!el) return null;
            unfold(el);
            el.setAttribute('data-found', label);
            return `[data-found="${label}"]`;
        "#;
        match self.run(script, vec![json!(kind), json!(label)])? {
            Value::String(css) => Ok(css),
            _ => bail!("no {kind} is labelled '{label}'"),
        }
    }

    /// Whether the page says that it is playing: `aria-pressed` of the play button, or its name.
    pub fn playing(&self) -> Result<bool> {
        let playing = self.run(
            "const el = one('play'); if (!el) return null;\
             const pressed = el.getAttribute('aria-pressed');\
             return pressed != null ? pressed === 'true' : /^\\W*pause/i.test(el.getAttribute('aria-label') ?? el.textContent)",
            vec![],
        )?;
        playing.as_bool().ok_or_else(|| anyhow!("the page has no 'play'"))
    }

    pub fn play(&self) -> Result<()> {
        self.toggle(true)
    }

    pub fn pause(&self) -> Result<()> {
        self.toggle(false)
    }

    fn toggle(&self, on: bool) -> Result<()> {
        if self.playing()? != on {
            self.click("play")?;
        }
        let what = if on { "training that plays" } else { "training that pauses" };
        eventually_true(PATIENCE, what, || Ok(self.playing()? == on))
    }

    pub fn wait_epoch(&self, at_least: u64) -> Result<u64> {
        eventually(PATIENCE * 3, &format!("epoch {at_least}"), || {
            Ok(Some(self.epoch()?).filter(|epoch| *epoch >= at_least))
        })
    }

    /// Pauses, goes back to epoch 0 and waits for its losses.
    pub fn rewound(&self) -> Result<()> {
        self.pause()?;
        self.click("reset")?;
        self.pause()?;
        eventually_true(PATIENCE, "epoch 0 after a reset", || Ok(self.epoch()? == 0))
    }

    /// Presses 'one epoch' so many times, each when the one before has arrived.
    pub fn step_epochs(&self, count: u64) -> Result<u64> {
        self.pressed_until("step-epoch", count, 1)
    }

    /// Presses 'one step' `steps_per_epoch` times for each of so many epochs.
    pub fn step_through(&self, epochs: u64, steps_per_epoch: u64) -> Result<u64> {
        self.pressed_until("step", epochs, steps_per_epoch)
    }

    fn pressed_until(&self, id: &str, epochs: u64, presses: u64) -> Result<u64> {
        let script = r#"
            const [id, epochs, presses, patience] = arguments;
            const epoch = () => parseInt(one('epoch').textContent, 10);
            for (let done = 0; done < epochs; done++) {
                const before = epoch(), deadline = Date.now() + patience;
                for (let press = 0; press < presses; press++) one(id).click();
                while (epoch() === before) {
                    if (Date.now() > deadline) throw `epoch ${before} after ${presses} presses of '${id}'`;
                    await sleep(10);
                }
                if (epoch() !== before + 1) throw `from epoch ${before} to ${epoch()} with ${presses} presses of '${id}'`;
            }
            return epoch();
        "#;
        let args = vec![json!(id), json!(epochs), json!(presses), json!(PATIENCE * 1000)];
        let epoch = self.browser.execute_async(&format!("{HELPERS}{script}"), args)?;
        epoch.as_u64().ok_or_else(|| anyhow!("no epoch but {epoch}"))
    }

    /// Chooses a lesson and waits until it stands there, paused at epoch 0.
    pub fn choose_lesson(&self, lesson: &str) -> Result<()> {
        self.select("lesson", lesson)?;
        self.wait_setting("p", lesson)?;
        self.rewound()
    }

    // ---- checking ----

    /// An error if the console holds one.
    pub fn no_console_errors(&self) -> Result<()> {
        let errors: Vec<_> = self
            .browser
            .console()?
            .into_iter()
            .filter(|line| line.level == "SEVERE" || line.message.contains("Content Security Policy"))
            .map(|line| format!("{} {}: {}", line.level, line.source, line.message))
            .collect();
        ensure!(errors.is_empty(), "errors in the console:\n{}", errors.join("\n"));
        Ok(())
    }

    /// Plays until the epoch grows and every task shows finite losses.
    pub fn trains(&self) -> Result<()> {
        let before = self.epoch()?;
        self.play()?;
        self.wait_epoch(before + 2)?;
        self.pause()?;
        let losses = self.settled_losses()?;
        let finite = |text: &String| parse_number(text).is_some_and(|reading| reading.value.is_finite());
        ensure!(losses.iter().flatten().all(finite), "losses that are no numbers: {losses:?}");
        Ok(())
    }

    /// What the page shows, for the reader of a failed test.
    pub fn describe(&self) -> String {
        let or = |result: Result<String>| result.unwrap_or_else(|error| format!("({error:#})"));
        let mut text = format!(
            "--- the page when the test failed ---\naddress: {}\nepoch: {}\nengine: {} ({})\nnotice: {}\n",
            or(self.href()),
            or(self.text("epoch")),
            or(self.text("engine")),
            or(self.text("engine-reason")),
            or(self.notice()),
        );
        for line in self.browser.console().unwrap_or_default() {
            text.push_str(&format!("console {} {}: {}\n", line.level, line.source, line.message));
        }
        let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let path = std::env::temp_dir().join(format!("mtl-failed-{name}.png"));
        if let Ok(png) = self.browser.screenshot()
            && std::fs::write(&path, png).is_ok()
        {
            text.push_str(&format!("picture: {}\n", path.display()));
        }
        text
    }
}

/// The selector of a `data-testid`.
pub fn css(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

/// The first number in a text, which may use the typographic minus.
pub fn parse_number(text: &str) -> Option<Reading> {
    let text = text.replace('\u{2212}', "-");
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let signed = text[..start].trim_end_matches('.').trim_end().ends_with('-');
    let digits: &str = text[start..].split(|c: char| !(c.is_ascii_digit() || ".eE+-".contains(c))).next()?;
    // `0.5-0.7` and `1e` end at the longest part that is a number.
    let (value, digits) = (1..=digits.len()).rev().find_map(|end| {
        let part = digits.get(..end)?;
        part.parse::<f64>().ok().map(|value| (value, part))
    })?;
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let places = mantissa.split_once('.').map_or(0, |(_, places)| places.len() as i32);
    let blur = 0.5 * 10f64.powi(exponent.parse::<i32>().unwrap_or(0) - places);
    Some(Reading { value: if signed { -value } else { value }, blur })
}
