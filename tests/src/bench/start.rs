//! How the page starts: how soon there is a curve, and whether it trains at full speed from the first second on.

use crate::options::Options;
use crate::ours::{self, Ours};
use crate::race::{median, pass};
use anyhow::{Context, Result, ensure};
use mtl_tests::{Browser, Flavour, PATIENCE, Setup, eventually};
use serde_json::json;
use std::time::Duration;

/// Presses play as soon as it is there, and notes when the first loss of a training step is shown:
/// milliseconds since the navigation began.
const FIRST_CURVE: &str = r#"
    (() => {
        const text = id => document.querySelector(`[data-testid="${id}"]`)?.textContent.trim() ?? '';
        let pressed = -1e9;
        const look = () => {
            const play = document.querySelector('[data-testid="play"]');
            const now = performance.now();
            const playing = play?.getAttribute('aria-pressed') === 'true';
            if (play && !play.disabled && !playing && now - pressed > 500) {
                play.click();
                pressed = now;
            }
            if (parseInt(text('epoch'), 10) >= 1 && /\d/.test(text('task-0-train-loss'))) {
                window.__firstCurve = now;
            } else {
                setTimeout(look, 4);
            }
        };
        look();
    })();
"#;

/// Milliseconds to the first point of a curve.
pub struct FirstCurve {
    /// From this machine itself.
    pub here: f64,
    /// By a line of 10 Mbit/s with 40 ms of delay, on a processor that is four times slower.
    pub slow: f64,
}

/// Milliseconds from the start of a first visit to the first point of a curve, with play pressed as
/// soon as there is a button. A fresh browser each time: nothing is cached, nothing compiled.
pub fn first_curve(options: &Options) -> Result<FirstCurve> {
    eprintln!("time to the first curve");
    let timed = |slow: bool| -> Result<f64> {
        let times = (0..options.rounds).map(|_| visit(slow)).collect::<Result<Vec<_>>>()?;
        median(times.into_iter()).context("no time was taken")
    };
    Ok(FirstCurve { here: timed(false)?, slow: timed(true)? })
}

fn visit(slow: bool) -> Result<f64> {
    let site = Ours::serve()?;
    let browser = Browser::start(Flavour::Cpu, Setup::DESKTOP, false)?;
    browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": FIRST_CURVE }))?;
    if slow {
        let bytes = 10_000_000 / 8;
        let network =
            json!({ "offline": false, "latency": 40, "downloadThroughput": bytes, "uploadThroughput": bytes });
        browser.cdp("Network.enable", json!({}))?;
        browser.cdp("Network.emulateNetworkConditions", network)?;
        browser.cdp("Emulation.setCPUThrottlingRate", json!({ "rate": 4 }))?;
    }
    browser.goto(&site.url())?;
    let time = eventually(PATIENCE, "the first curve", || {
        Ok(browser.execute("return window.__firstCurve ?? null", vec![])?.as_f64())
    })?;
    ensure!(time > 0.0, "no time has passed");
    Ok(time)
}

/// How many starts are taken for the warmth of the first second.
const STARTS: usize = 5;

/// Presses play and notes for some time when the page shows another epoch, in seconds since, and which.
const WATCH: &str = r#"
    const [seconds] = arguments;
    const epoch = () => parseInt(document.querySelector('[data-testid="epoch"]').textContent, 10);
    const seen = [[0, epoch()]];
    document.querySelector('[data-testid="play"]').click();
    const begun = performance.now();
    for (let now = 0; now < seconds; now = (performance.now() - begun) / 1000) {
        await new Promise(done => requestAnimationFrame(done));
        if (epoch() !== seen.at(-1)[1]) seen.push([(performance.now() - begun) / 1000, epoch()]);
    }
    return seen;
"#;

/// The epoch at a time, between those that were seen: the page shows a few a second.
fn epoch_at(seen: &[(f64, f64)], time: f64) -> Option<f64> {
    let after = seen.iter().position(|(at, _)| *at >= time)?.max(1);
    let ((from, before), (to, then)) = (*seen.get(after.checked_sub(1)?)?, *seen.get(after)?);
    Some(before + (then - before) * (time - from) / (to - from))
}

/// What the first second of play trains, flat out, as a share of the fifth, where play is pressed two seconds after
/// the page has loaded: the median of some starts.
pub fn first_second() -> Result<f64> {
    eprintln!("the first second of play");
    let site = Ours::serve()?;
    let shares = (0..STARTS).map(|_| -> Result<f64> {
        let browser = Browser::start(Flavour::Cpu, Setup::DESKTOP, false)?;
        ours::open_default(&browser, &site)?;
        pass(Duration::from_secs(2));
        let seen = browser.execute_async(WATCH, vec![json!(5.8)])?;
        let seen = seen.as_array().context("no epochs")?.iter();
        let seen: Vec<(f64, f64)> = seen.filter_map(|pair| Some((pair[0].as_f64()?, pair[1].as_f64()?))).collect();
        let at = |second: f64| epoch_at(&seen, second).context("the page showed no epoch after that second");
        Ok((at(1.0)? - at(0.0)?) / (at(5.0)? - at(4.0)?))
    });
    median(shares.collect::<Result<Vec<_>>>()?.into_iter()).context("no start was seen")
}
