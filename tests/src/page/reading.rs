//! What the page shows.

use super::{Page, Reading, parse_number};
use crate::{PATIENCE, eventually};
use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::{Value, json};

impl Page<'_> {
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

    /// Notes from now on how low the epoch falls, for [`Page::lowest_epoch`].
    pub fn watch_epochs(&self) -> Result<()> {
        let script = "const epoch = one('epoch'), shown = () => parseInt(epoch.textContent, 10);\
             window.lowest = shown();\
             new MutationObserver(() => { window.lowest = Math.min(window.lowest, shown()) })\
               .observe(epoch, { childList: true, characterData: true, subtree: true })";
        self.run(script, vec![]).map(drop)
    }

    /// The lowest epoch since [`Page::watch_epochs`]: a run that starts anew shows 0, however soon it
    /// catches up.
    pub fn lowest_epoch(&self) -> Result<u64> {
        Ok(self.browser.number("return window.lowest", vec![])? as u64)
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
            self.ensure_idle()?;
            self.known_losses()
        })
    }

    /// [`Page::losses`], an error while one is missing.
    pub fn known_losses(&self) -> Result<Vec<[String; 2]>> {
        let losses = self.losses()?;
        ensure!(!losses.is_empty(), "no task is shown");
        ensure!(losses.iter().flatten().all(|text| parse_number(text).is_some()), "no losses yet: {losses:?}");
        Ok(losses)
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
}
