//! The address carries the lesson: round trips, history, pasted and hostile links.

use anyhow::{Context, Result, ensure};
use mtl_tests::page::parse_number;
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually, eventually_true};
use serde_json::json;

static BROWSER: Shared = Shared::new(Setup::cpu);

fn first_fifty_epochs(page: &Page) -> Result<Vec<[String; 2]>> {
    page.rewound()?;
    page.step_epochs(50)?;
    page.settled_losses()
}

#[test]
fn a_link_opened_in_a_second_tab_trains_the_same_fifty_epochs() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&s=7&lr=0.02&trunk=6-relu,5", |page| {
        page.select("balancer", "uncertainty")?;
        page.wait_setting("bal", "uncertainty")?;
        let here = first_fifty_epochs(page)?;
        let fragment = page.settled_fragment()?;
        let link = page.href()?;

        page.browser.new_tab()?;
        page.open_url(&link)?;
        ensure!(page.text("seed")? == "7");
        ensure!(page.text("balancer")? == "uncertainty");
        ensure!(page.trunk_layers()? == 2);
        let there = first_fifty_epochs(page)?;
        ensure!(here == there, "here {here:?}, there {there:?}");
        ensure!(page.settled_fragment()? == fragment, "the link has changed");
        Ok(())
    })
}

#[test]
fn copy_link_puts_the_address_on_the_clipboard() -> Result<()> {
    BROWSER.visit("v=2&p=bully&s=11", |page| {
        page.browser.allow_clipboard()?;
        page.settled_fragment()?;
        page.click("copy-link")?;
        let expected = page.href()?;
        eventually_true(PATIENCE, "the link on the clipboard", || {
            let copied = page.browser.execute_async("return await navigator.clipboard.readText()", vec![])?;
            ensure!(copied == json!(expected), "the clipboard holds {copied}, the address is {expected}");
            Ok(true)
        })
    })
}

#[test]
fn a_copied_link_says_where_settings_were_changed_in_mid_run_and_a_reset_forgets_it() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&s=11&fan=none&seeds=2", |page| {
        page.browser.allow_clipboard()?;
        page.step_epochs(3)?;
        ensure!(page.text("changes")?.is_empty(), "nothing was changed");
        page.fill("lr", "0.123")?;
        eventually_true(PATIENCE, "the change", || {
            let told = page.text("changes")?;
            Ok(told.starts_with("epoch 3, step ") && told.contains("learning rate") && told.ends_with("0.123"))
        })?;
        let warns = |said: &str| said.contains("Settings were changed during this run");
        page.click("copy-link")?;
        eventually_true(PATIENCE, "a warning", || Ok(page.words(".toast")?.is_some_and(|said| warns(&said))))?;
        page.click("reset")?;
        eventually_true(PATIENCE, "no change", || Ok(page.text("changes")?.is_empty()))?;
        page.click("copy-link")?;
        eventually_true(PATIENCE, "no warning", || {
            Ok(page.words(".toast")?.is_some_and(|said| said.starts_with("Link copied") && !warns(&said)))
        })
    })
}

#[test]
fn the_link_names_only_what_differs_from_its_lesson() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&lr=0.0300&bal=equal&s=0042", |page| {
        eventually_true(PATIENCE, "the canonical link", || Ok(page.settled_fragment()? == "v=2&p=rivals"))
    })
}

#[test]
fn a_link_of_version_1_keeps_its_meaning_is_written_anew_and_says_so() -> Result<()> {
    const NOW: &str = "v=2&p=pairs&s=7&seeds=5&alone=layers&vary=training";
    let is_told = |page: &Page| Ok::<_, anyhow::Error>(page.notice()?.contains("made before version 2"));
    BROWSER.visit("v=1&p=pairs&s=7", |page| {
        eventually_true(PATIENCE, "the link of today", || Ok(page.settled_fragment()? == NOW))?;
        eventually_true(PATIENCE, "a notice", || is_told(page))?;
        page.open(NOW)?;
        page.settled_fragment()?;
        ensure!(!is_told(page)?, "a link of today is called an old one");
        // A race has neither baselines nor seeds.
        page.open("v=1&p=fronts&s=7")?;
        eventually_true(PATIENCE, "the race", || Ok(page.settled_fragment()? == "v=2&p=fronts&s=7"))?;
        ensure!(!is_told(page)?, "a race means the same in every version");
        page.no_console_errors()
    })
}

#[test]
fn reload_shows_the_same_lesson_paused_at_epoch_zero() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&s=5&trunk=7", |page| {
        page.play()?;
        page.wait_epoch(2)?;
        let fragment = page.settled_fragment()?;
        page.browser.reload()?;
        page.ready()?;
        ensure!(!page.playing()?);
        ensure!(page.epoch()? == 0);
        ensure!(page.text("seed")? == "5");
        ensure!(page.text("trunk-layer-0-width")? == "7");
        ensure!(page.settled_fragment()? == fragment);
        Ok(())
    })
}

#[test]
fn back_after_two_lesson_changes_restores_controls_and_maps() -> Result<()> {
    BROWSER.visit("v=2&p=twins", |page| {
        page.rewound()?;
        let twins = page.settled_map(1)?;
        // The map of the lesson before stays until there is a new one.
        let another = |than: &str| {
            eventually(PATIENCE, "another map", || Ok(Some(page.settled_map(1)?).filter(|map| map != than)))
        };
        page.choose_lesson("rivals")?;
        let rivals = another(&twins)?;
        page.choose_lesson("stranger")?;
        another(&rivals)?;

        let shows = |lesson: &str, map: &str| {
            page.wait_setting("p", lesson)?;
            eventually_true(PATIENCE, "the lesson control", || Ok(page.text("lesson")? == lesson))?;
            page.rewound()?;
            eventually_true(PATIENCE, &format!("the map that {lesson} had before"), || Ok(page.map(1)? == map))
        };
        page.browser.back()?;
        shows("rivals", &rivals)?;
        page.browser.back()?;
        shows("twins", &twins)?;
        page.browser.forward()?;
        shows("rivals", &rivals)
    })
}

#[test]
fn a_link_pasted_into_the_same_tab_is_applied() -> Result<()> {
    BROWSER.visit("v=2&p=twins", |page| {
        page.browser.execute("window.stayed = true; location.hash = '#v=2&p=bully&s=9'", vec![])?;
        eventually_true(PATIENCE, "the pasted lesson", || {
            Ok(page.text("lesson")? == "bully" && page.text("seed")? == "9")
        })?;
        ensure!(page.browser.truth("return window.stayed === true", vec![])?, "the page was loaded again");
        page.trains()
    })
}

#[test]
fn two_hundred_slider_ticks_make_no_history() -> Result<()> {
    BROWSER.visit("v=2&p=rivals", |page| {
        page.pause()?;
        page.settled_fragment()?;
        let slider = page.field_labelled("input[type=range]", "learning rate")?;
        let entries = page.history_length()?;
        let script = r#"
            const slider = document.querySelector(arguments[0]);
            const writes = { pushed: 0, replaced: 0, stalls: 0 };
            const [push, replace] = [history.pushState.bind(history), history.replaceState.bind(history)];
            history.pushState = (...all) => { writes.pushed++; push(...all); };
            history.replaceState = (...all) => { writes.replaced++; replace(...all); };
            const [low, high] = [Number(slider.min || 0), Number(slider.max || 100)];
            for (let tick = 0; tick < 200; tick++) {
                const began = performance.now();
                slider.value = low + (high - low) * (0.3 + 0.4 * tick / 200);
                slider.dispatchEvent(new Event('input', { bubbles: true }));
                await new Promise(done => setTimeout(done, 10));
                if (performance.now() - began > 200) writes.stalls++;
            }
            slider.dispatchEvent(new Event('change', { bubbles: true }));
            await new Promise(done => setTimeout(done, 2000));
            return writes;
        "#;
        let writes = page.browser.execute_async(script, vec![json!(slider)])?;
        ensure!(writes["pushed"] == 0, "{writes}");
        // Where the machine stalls between two ticks the slider seems to rest.
        let most = 3 + writes["stalls"].as_u64().unwrap_or_default();
        ensure!(writes["replaced"].as_u64().is_some_and(|count| (1..=most).contains(&count)), "{writes}");
        ensure!(page.history_length()? == entries);
        page.setting("lr")?.context("the learning rate is in the address")?;
        Ok(())
    })
}

const HOSTILE: &str = "v=2&p=%3Cscript%3E&lr=1e99&trunk=99999,,-3&t0.loss=banana&zzz=1&tasks=900";

#[test]
fn a_hostile_link_is_answered_with_the_keys_that_were_wrong() -> Result<()> {
    BROWSER.visit(HOSTILE, |page| {
        let notice = eventually(PATIENCE, "a notice", || Ok(Some(page.notice()?).filter(|text| !text.is_empty())))?;
        for key in ["p", "lr", "trunk", "t0.loss", "zzz", "tasks"] {
            let named =
                notice.split(|c: char| !(c.is_alphanumeric() || c == '.')).any(|word| word.trim_matches('.') == key);
            ensure!(named, "'{key}' is not named in: {notice}");
        }
        Ok(())
    })
}

#[test]
fn a_hostile_link_gives_a_lesson_that_runs() -> Result<()> {
    BROWSER.visit(HOSTILE, |page| {
        ensure!(page.tasks()? == 6);
        page.pause()?;
        page.step_epochs(1)?;
        let losses = page.settled_losses()?;
        ensure!(
            losses.iter().flatten().all(|text| parse_number(text).is_some_and(|loss| loss.value.is_finite())),
            "{losses:?}"
        );
        page.no_console_errors()
    })
}

#[test]
fn an_unknown_key_stays_in_the_address() -> Result<()> {
    BROWSER.visit(HOSTILE, |page| {
        ensure!(page.settled_fragment()?.split('&').any(|pair| pair == "zzz=1"));
        page.click("dice")?;
        let fragment = page.settled_fragment()?;
        ensure!(fragment.split('&').any(|pair| pair == "zzz=1"), "after a change: {fragment}");
        Ok(())
    })
}

#[test]
fn no_text_of_a_link_becomes_markup() -> Result<()> {
    let markup = "%3Cimg%20src%3Dnothing%20onerror%3D%22window.caught%3D1%22%3E";
    let script = "%3Cscript%3Ewindow.caught%3D2%3C%2Fscript%3E";
    let fragment =
        format!("v={script}&p={markup}&s={markup}&bal={script}&trunk={markup}&t0.target={markup}&{markup}={script}");
    BROWSER.visit(&fragment, |page| {
        eventually_true(PATIENCE, "a notice", || Ok(!page.notice()?.is_empty()))?;
        page.settled_fragment()?;
        let caught = page.browser.execute("return window.caught ?? null", vec![])?;
        ensure!(caught.is_null(), "a script of the link has run: {caught}");
        let markup = page.browser.truth(
            "return !!document.querySelector('img[src=\"nothing\"]')\
             || [...document.scripts].some(script => script.textContent.includes('caught'))",
            vec![],
        )?;
        ensure!(!markup, "markup of the link stands in the page");
        page.trains()
    })
}

#[test]
fn a_large_rate_with_sgd_leaves_finite_numbers() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&opt=sgd&lr=10", |page| {
        page.click("play")?;
        eventually_true(PATIENCE, "epochs, or an explosion", || {
            Ok(page.epoch()? >= 30 || page.notice()?.contains("exploded"))
        })?;
        page.pause()?;
        shows_no_nan(page)
    })
}

/// Squared errors through rectified layers grow without a bound.
const EXPLODES: &str = "v=2&p=rivals&opt=sgd&lr=10&t0.loss=mse&t1.loss=mse&trunk=16-relu,16-relu,16-relu";

/// Plays until the explosion; returns what the page says of it.
fn exploded(page: &Page) -> Result<String> {
    page.click("play")?;
    let said = eventually(PATIENCE, "a notice of an explosion", || {
        Ok(Some(page.notice()?).filter(|notice| notice.contains("exploded")))
    })?;
    eventually_true(PATIENCE, "a pause", || Ok(!page.playing()?))?;
    Ok(said)
}

#[test]
fn training_that_explodes_pauses_by_itself_and_names_the_task_and_the_layer() -> Result<()> {
    BROWSER.visit(EXPLODES, |page| {
        let said = exploded(page)?;
        let (_, named) = said.split_once("look at task ").context("no task is named")?;
        let (task, layer) = named.split_once(" and at ").context("no layer is named")?;
        ensure!(task == "A" || task == "B", "task '{task}' in: {said}");
        let layer = layer.split_once('.').map_or("", |(layer, _)| layer);
        let known = layer.contains("layer") && [", weights", ", bias"].iter().any(|part| layer.ends_with(part));
        ensure!(known, "layer '{layer}' in: {said}");
        shows_no_nan(page)
    })
}

/// An epoch is one step, so that the epoch says to which step 'Rewind' leads; a rate at which it learns.
const LEARNS: &str = "v=2&p=rivals&s=3&opt=sgd&lr=0.01&t0.loss=mse&t1.loss=mse&trunk=16-relu,16-relu,16-relu\
    &rows=64&batch=64&seeds=1&fan=0";

/// Trains 20 steps, then makes the run explode by a rate of 10; returns the epoch where it ended.
fn explode_after_twenty_steps(page: &Page) -> Result<u64> {
    page.step_epochs(20)?;
    let rate = page.field_labelled("input[type=text]", "learning rate")?;
    page.browser.fill(&rate, "10")?;
    page.wait_setting("lr", "10")?;
    exploded(page)?;
    page.settled("epochs", || page.epoch())
}

#[test]
fn the_offered_rewind_leads_back_to_the_last_healthy_step_and_on_from_there() -> Result<()> {
    BROWSER.visit(LEARNS, |page| {
        let end = explode_after_twenty_steps(page)?;
        page.watch_epochs()?;
        page.press("Rewind")?;
        eventually_true(PATIENCE, "an epoch before the explosion", || Ok(page.epoch()? < end))?;
        let back = page.settled("epochs", || page.epoch())?;
        ensure!((20..end).contains(&back) && page.lowest_epoch()? == back, "from epoch {end} to {back}");
        ensure!(!page.notice()?.contains("exploded") && !page.playing()?, "{}", page.notice()?);
        shows_no_nan(page)?;
        let rate = page.field_labelled("input[type=text]", "learning rate")?;
        page.browser.fill(&rate, "0.0001")?;
        page.wait_setting("lr", "0.0001")?;
        page.trains()?;
        ensure!(page.lowest_epoch()? == back, "it starts anew");
        Ok(())
    })
}

#[test]
fn a_rate_is_lowered_until_training_goes_on() -> Result<()> {
    BROWSER.visit(LEARNS, |page| {
        let end = explode_after_twenty_steps(page)?;
        let rate = || -> Result<f64> { Ok(page.setting("lr")?.context("a rate in the address")?.parse()?) };
        page.watch_epochs()?;
        // A third each time: from 10 to 0.004 in seven presses.
        for press in 0..8 {
            let before = rate()?;
            page.press("Lower the rate")?;
            eventually_true(PATIENCE, "a lower rate", || {
                let now = rate()?;
                ensure!(now <= before, "the rate rose from {before} to {now}");
                Ok(now < before / 2.0)
            })?;
            eventually_true(PATIENCE, "no explosion any more", || Ok(!page.notice()?.contains("exploded")))?;
            // It may explode before anybody sees it play.
            page.click("play")?;
            let goes_on = eventually(PATIENCE, "fifty epochs more, or an explosion", || {
                let exploded = page.notice()?.contains("exploded");
                Ok((exploded || page.epoch()? > end + 50).then_some(!exploded))
            })?;
            if goes_on {
                page.pause()?;
                page.settled_losses()?;
                shows_no_nan(page)?;
                let (lowest, rate) = (page.lowest_epoch()?, rate()?);
                ensure!(lowest >= 20 && rate < 10.0, "down to epoch {lowest}, {press} presses, a rate of {rate}");
                return page.no_console_errors();
            }
            eventually_true(PATIENCE, "a pause", || Ok(!page.playing()?))?;
        }
        anyhow::bail!("it explodes at a rate of {} too", rate()?)
    })
}

fn shows_no_nan(page: &Page) -> Result<()> {
    let losses = page.losses()?;
    let wrong = |text: &String| {
        let text = text.to_lowercase();
        text.contains("nan") || text.contains("inf") || text.contains('∞')
    };
    ensure!(!losses.iter().flatten().any(wrong), "{losses:?}");
    Ok(())
}
