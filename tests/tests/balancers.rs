//! The whole table of balancers, through the page's own controls.

use anyhow::{Result, ensure};
use mtl_core::balance::{balancers, of};
use mtl_core::config::Pick;
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually_true, parity};
use std::collections::BTreeSet;

static CPU: Shared = Shared::new(Setup::cpu);
static GPU: Shared = Shared::new(Setup::gpu);

/// The picker's lines that can be chosen, by name: the picker has them under headings.
fn offered(page: &Page) -> Result<BTreeSet<String>> {
    let script = "return [...document.querySelectorAll('[data-testid=balancer] option')]
        .filter(option => !option.disabled).map(option => option.value).join(' ')";
    Ok(page.browser.string(script, vec![])?.split_whitespace().map(String::from).collect())
}

fn all() -> BTreeSet<String> {
    keys().into_iter().map(String::from).collect()
}

fn keys() -> Vec<&'static str> {
    balancers().iter().map(|entry| entry.choice.key).collect()
}

fn choose(page: &Page, key: &str) -> Result<()> {
    page.select("balancer", key)?;
    eventually_true(PATIENCE, key, || Ok(page.setting("bal")?.unwrap_or("equal".into()) == key))
}

#[test]
fn every_balancer_can_be_picked_while_training_and_shows_what_it_does() -> Result<()> {
    CPU.visit("v=2&p=rivals&s=5", |page| {
        ensure!(offered(page)? == all(), "the picker offers {:?}", offered(page)?);
        // From the last one round to the first: each is a change.
        for key in keys().into_iter().rev() {
            page.rewound()?;
            page.play()?;
            page.wait_epoch(5)?;
            choose(page, key)?;
            let from = page.epoch()?;
            // Points become rare: every fifth epoch from 200 and every tenth from 1000 on.
            page.wait_epoch(from + 20)?;
            ensure!(page.playing()?, "{key} stopped the training: {}", page.notice()?);
            // On a pause the numbers of the last point are there, which is this balancer's.
            page.pause()?;
            let pick = Pick::new(key);
            for task in 0..2 {
                for id in ["train-loss", "valid-loss", "decrease"] {
                    let id = format!("task-{task}-{id}");
                    eventually_true(PATIENCE, &format!("a number in {id} under {key}"), || {
                        Ok(page.number(&id)?.is_finite())
                    })?;
                }
                let weight = format!("task-{task}-weight");
                let shown = if of(&pick).has_weights(&pick) { "a weight" } else { "no weight" };
                eventually_true(PATIENCE, &format!("{shown} under {key}"), || {
                    Ok((page.text(&weight)? != "\u{2014}") == of(&pick).has_weights(&pick))
                })?;
            }
            eventually_true(PATIENCE, &format!("a step under {key}"), || Ok(page.number("step-length")? > 0.0))?;
        }
        page.no_console_errors()
    })
}

#[test]
fn what_combines_gradients_is_greyed_out_with_its_reason_where_nothing_is_shared() -> Result<()> {
    CPU.visit("v=2&p=rivals&trunk=none", |page| {
        let greyed = "return [...document.querySelectorAll('[data-testid=balancer] option')]
            .filter(option => option.disabled && option.textContent.includes('shared layer'))
            .map(option => option.value).join(' ')";
        let greyed = page.browser.string(greyed, vec![])?;
        let both: BTreeSet<String> = greyed.split_whitespace().map(String::from).chain(offered(page)?).collect();
        ensure!(both == all(), "neither offered nor greyed out with a reason: {:?}", all().difference(&both));
        ensure!(greyed.contains("mgda") && greyed.contains("epo") && !greyed.contains("uncertainty"), "{greyed}");
        page.trains()
    })?;
    CPU.visit("v=2&p=rivals&trunk=none&bal=pcgrad", |page| {
        ensure!(page.notice()?.contains("PCGrad is no choice here"), "{}", page.notice()?);
        eventually_true(PATIENCE, "the address without it", || Ok(page.setting("bal")?.is_none()))
    })
}

/// Two members of width 8 on batches of 32: 200 steps are 40 epochs.
const SMALL: &str =
    "v=2&p=rivals&s=1&trunk=8&rows=160&valid=64&test=64&batch=32&seeds=2&fan=none&baselines=off&lr=0.01";

#[test]
#[ignore = "second tier: two hundred steps for every balancer on both engines"]
fn both_engines_agree_under_every_balancer() -> Result<()> {
    GPU.visit(SMALL, |page| parity::agree(page, &keys(), 40, |key| choose(page, key)))
}
