//! What a person does.

use super::{HELPERS, Page, css};
use crate::{PATIENCE, eventually, eventually_true};
use anyhow::{Result, anyhow, bail, ensure};
use serde_json::{Value, json};

impl Page<'_> {
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

    /// Chooses a radio button; what stands above it may grow while the mouse is on its way.
    pub fn choose(&self, id: &str) -> Result<()> {
        let chosen = || Ok(self.run("return one(arguments[0])?.checked", vec![json!(id)])? == json!(true));
        eventually_true(PATIENCE, &format!("a chosen '{id}'"), || {
            if !chosen()? {
                self.click(id)?;
            }
            chosen()
        })
    }

    /// Pins an engine, `CPU` or `GPU`, and waits until it computes. On a slow machine the page may give
    /// the engine up while that still compiles; a person would then press again, once.
    pub fn pin(&self, engine: &str) -> Result<()> {
        let id = if engine == "GPU" { "pin-gpu" } else { "pin-cpu" };
        self.choose(id)?;
        let mut again = true;
        eventually_true(3 * PATIENCE, &format!("engine {engine}"), || {
            if again && self.text("engine-reason")?.contains("did not answer") {
                again = false;
                self.script_click(id)?;
            }
            Ok(self.engine()? == engine)
        })
    }

    /// Waits until this engine computes; a start of the GPU's takes its time.
    pub fn wait_engine(&self, engine: &str) -> Result<()> {
        eventually_true(3 * PATIENCE, &format!("engine {engine}"), || Ok(self.engine()? == engine))
    }

    /// Waits for the line on what sharing costs, the last that comes with a lesson: it moves what stands
    /// beside and below it.
    pub fn wait_cost(&self) -> Result<()> {
        eventually_true(PATIENCE, "what an epoch costs", || Ok(self.text("cost")?.contains("an epoch")))
    }

    /// A script's click, for many of them.
    pub fn script_click(&self, id: &str) -> Result<()> {
        let there = self.run("const el = one(arguments[0]); el?.click(); return !!el", vec![json!(id)])?;
        ensure!(there == json!(true), "the page has no '{id}'");
        Ok(())
    }

    /// A person's click on the button that says this.
    pub fn press(&self, label: &str) -> Result<()> {
        let script = "for (const old of document.querySelectorAll('[data-pressed]')) old.removeAttribute('data-pressed');\
             const said = el => el.textContent.trim() === arguments[0] && el.offsetParent;\
             const el = [...document.querySelectorAll('button')].find(said);\
             el?.setAttribute('data-pressed', ''); return !!el";
        ensure!(self.browser.truth(script, vec![json!(label)])?, "no button says '{label}'");
        self.browser.click("[data-pressed]")
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

    /// Whether the page says that it is playing.
    pub fn playing(&self) -> Result<bool> {
        let pressed = self.attribute("play", "aria-pressed")?.ok_or_else(|| anyhow!("the page has no 'play'"))?;
        Ok(pressed == "true")
    }

    pub fn play(&self) -> Result<()> {
        if !self.playing()? {
            self.click("play")?;
        }
        eventually_true(PATIENCE, "training that plays", || self.playing())
    }

    /// Looks and presses in one: training may pause by itself, and a press would let it play again.
    pub fn pause(&self) -> Result<()> {
        eventually_true(PATIENCE, "training that pauses", || {
            self.run("const el = one('play'); if (el?.getAttribute('aria-pressed') === 'true') el.click()", vec![])?;
            Ok(!self.playing()?)
        })
    }

    /// An error while the engine still runs, which it may a little longer than the button says. The
    /// speed of one that has just begun is 0 too, as it was not measured yet.
    pub fn ensure_idle(&self) -> Result<()> {
        let speed = self.attribute("steps-per-second", "data-value")?;
        ensure!(speed.as_deref().is_none_or(|speed| speed == "0"), "still training, {speed:?} steps/s");
        Ok(())
    }

    pub fn wait_epoch(&self, at_least: u64) -> Result<u64> {
        eventually(PATIENCE * 3, &format!("epoch {at_least}"), || {
            Ok(Some(self.epoch()?).filter(|epoch| *epoch >= at_least))
        })
    }

    /// Plays to this epoch by the pace's menu and waits until training pauses there.
    pub fn play_to(&self, epoch: u64) -> Result<()> {
        if self.epoch()? < epoch {
            self.fill("play-to", &epoch.to_string())?;
            self.script_click("play-to-go")?;
            // The menu stands over the pictures.
            self.browser.execute("document.querySelector('details.pace').open = false", vec![])?;
        }
        eventually_true(PATIENCE * 10, &format!("epoch {epoch}, played to"), || {
            Ok(self.epoch()? >= epoch && !self.playing()? && self.ensure_idle().is_ok())
        })
    }

    /// Pauses, goes back to epoch 0 and waits for its losses.
    pub fn rewound(&self) -> Result<()> {
        self.pause()?;
        self.click("reset")?;
        self.pause()?;
        eventually_true(PATIENCE, "epoch 0 after a reset", || Ok(self.epoch()? == 0))?;
        // A race has none.
        if self.exists("landscape")? {
            return Ok(());
        }
        eventually(PATIENCE, "the losses of epoch 0", || self.known_losses().map(Some)).map(drop)
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
        eventually(PATIENCE, "an engine at rest", || self.ensure_idle().map(Some))?;
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
}
