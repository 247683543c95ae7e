//! The tables of architectures and strategies, through the page's own controls.

use anyhow::{Result, ensure};
use mtl_core::config::Pick;
use mtl_core::model::architectures;
use mtl_core::strategy::{self, strategies};
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually_true, parity};

static CPU: Shared = Shared::new(Setup::cpu);
static GPU: Shared = Shared::new(Setup::gpu);

/// Two shared layers of one even width: a lesson that admits every architecture.
const LESSON: &str = "v=2&p=rivals&s=5&trunk=8,8";

fn keys() -> Vec<&'static str> {
    architectures().iter().map(|entry| entry.choice.key).collect()
}

/// Picks a method and waits until the link says so.
fn choose(page: &Page, table: &str, key: &str, first: &str) -> Result<()> {
    page.select(table, key)?;
    eventually_true(PATIENCE, key, || Ok(page.setting(table)?.unwrap_or(first.into()) == key))
}

fn finite(page: &Page, key: &str) -> Result<()> {
    for task in 0..2 {
        for id in ["train-loss", "valid-loss"] {
            let reading = page.reading(&format!("task-{task}-{id}"))?;
            ensure!(reading.value.is_finite(), "{key}: {id} of task {task} is {reading:?}");
        }
    }
    Ok(())
}

#[test]
fn every_architecture_can_be_picked_trains_and_shows_what_it_learned() -> Result<()> {
    CPU.visit(LESSON, |page| {
        for key in keys().into_iter().rev() {
            choose(page, "arch", key, "shared-bottom")?;
            page.trains()?;
            finite(page, key)?;
            page.pause()?;
            ensure!(page.exists("exhibit-0")? != (key == "shared-bottom"), "{key} shows nothing of its own");
        }
        page.no_console_errors()
    })
}

#[test]
fn an_architecture_that_does_not_fit_is_greyed_out_with_its_reason() -> Result<()> {
    CPU.visit("v=2&p=rivals&trunk=none", |page| {
        let greyed = "return [...document.querySelectorAll('[data-testid=arch] option')]
            .filter(option => option.disabled && option.textContent.includes('shared layer'))
            .map(option => option.value).join(' ')";
        let greyed = page.browser.string(greyed, vec![])?;
        ensure!(greyed.split_whitespace().count() + 1 == keys().len(), "only {greyed} are greyed out");
        page.trains()
    })?;
    CPU.visit("v=2&p=rivals&arch=soft-sharing&bal=pcgrad", |page| {
        ensure!(page.notice()?.contains("PCGrad is no choice here"), "{}", page.notice()?);
        page.trains()
    })
}

#[test]
fn every_strategy_can_be_picked_and_trains() -> Result<()> {
    CPU.visit("v=2&p=rivals&s=5", |page| {
        for entry in strategies().iter().rev() {
            let key = entry.choice.key;
            choose(page, "strategy", key, "joint")?;
            page.trains()?;
            finite(page, key)?;
            page.pause()?;
            let one = strategy::line(&Pick::new(key)).one_by_one;
            let greyed =
                "return String(document.querySelector('[data-testid=balancer] option[value=pcgrad]').disabled)";
            ensure!(page.browser.string(greyed, vec![])? == one.to_string(), "PCGrad under {key}");
        }
        page.no_console_errors()
    })
}

#[test]
fn a_shared_bottom_of_equal_size_trains_beside_an_architecture() -> Result<()> {
    CPU.visit("v=2&p=rivals&arch=mmoe&matched=on&seeds=2", |page| {
        page.step_epochs(5)?;
        for id in ["task-0-matched-transfer", "task-1-matched-transfer"] {
            eventually_true(PATIENCE, &format!("a gain in {id}"), || {
                Ok(page.text(id)?.contains('%') && page.number(id)?.is_finite())
            })?;
        }
        page.no_console_errors()
    })
}

/// Two members of width 8 on batches of 32: 200 steps are 40 epochs.
const SMALL: &str =
    "v=2&p=rivals&s=1&trunk=8,8&rows=160&valid=64&test=64&batch=32&seeds=2&fan=none&baselines=off&lr=0.01";

#[test]
#[ignore = "second tier: two hundred steps of every architecture on both engines"]
fn both_engines_agree_on_every_architecture() -> Result<()> {
    GPU.visit(SMALL, |page| parity::agree(page, &keys(), 40, |key| choose(page, "arch", key, "shared-bottom")))
}
