//! What every architecture and every balancer costs, on the page itself.

use crate::options::Options;
use anyhow::{Context, Result, ensure};
use mtl_core::config::MAX_WIDTH;
use mtl_tests::{Browser, Flavour, Page, Setup, Site};
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use xtask::static_site::serve;

/// Three tasks, two shared layers of 16 units, full batches, one model: a step is an epoch.
const LESSON: &str =
    "v=2&p=rivals&tasks=3&s=1&trunk=16,16&rows=64&valid=64&test=64&batch=full&seeds=1&fan=none&baselines=off";

/// Units of its shared layers.
const WIDTH: u64 = 16;

/// The picker of the architectures.
const ARCHITECTURES: &str = "arch";

/// The picker of the balancers.
pub const BALANCERS: &str = "balancer";

/// A table's methods; the first is what the others are held against: equal weights, or a shared bottom
/// under the same settings, which has fewer parameters than most architectures. These are held against
/// one of their own size as well.
pub struct Costs {
    pub table: &'static str,
    pub methods: Vec<Method>,
}

/// What a method costs.
pub struct Method {
    pub key: String,
    /// Steps per second.
    pub rate: f64,
    /// Parameters of the model, as the page counts them.
    pub parameters: Option<u64>,
    /// A shared bottom of as many parameters, for an architecture.
    pub bottom: Option<Bottom>,
}

/// A shared bottom with layers of a width that gives it about the parameters of an architecture.
pub struct Bottom {
    /// Units of each layer.
    pub width: u64,
    /// Steps per second.
    pub rate: f64,
}

impl Costs {
    /// How many times dearer than the first a method is.
    pub fn times(&self, method: &Method) -> f64 {
        self.methods.first().map_or(f64::NAN, |first| first.rate) / method.rate
    }

    /// How many times dearer than a shared bottom of its size an architecture is.
    pub fn times_its_size(&self, method: &Method) -> Option<f64> {
        Some(method.bottom.as_ref()?.rate / method.rate)
    }

    /// How many times the first's parameters a method has.
    pub fn size(&self, method: &Method) -> Option<f64> {
        let first = self.methods.first()?.parameters?;
        Some(method.parameters? as f64 / first as f64)
    }
}

/// Steps per second of every method that the lesson admits, on one engine and in one page load.
pub fn measure(flavour: Flavour, options: &Options) -> Result<Vec<Costs>> {
    let site = serve(&Site::dist()?, "/", 0)?;
    let browser = Browser::start(flavour, Setup::DESKTOP, false)?;
    let page = Page::new(&browser, &site.url());
    page.open(LESSON)?;
    page.pin(flavour.engine())?;
    let of_table = |table: &'static str| -> Result<Costs> {
        eprintln!("{flavour:?}: every line of '{table}'");
        let methods: Result<Vec<_>> = offered(&page, table)?
            .into_iter()
            .map(|key| {
                let rate = rate(&page, table, &key, options)?;
                Ok(Method { key, rate, parameters: parameters(&page), bottom: None })
            })
            .collect();
        let first = offered(&page, table)?.into_iter().next().context("a table without lines")?;
        page.select(table, &first)?;
        Ok(Costs { table, methods: methods? })
    };
    let mut architectures = of_table(ARCHITECTURES)?;
    add_bottoms(&page, &mut architectures.methods, options)?;
    resize(&page, WIDTH)?;
    Ok(vec![architectures, of_table(BALANCERS)?])
}

/// Times a shared bottom of every architecture's size.
fn add_bottoms(page: &Page, methods: &mut [Method], options: &Options) -> Result<()> {
    let [first, ..] = methods else { return Ok(()) };
    let first = first.key.clone();
    let count = |width: u64| -> Result<f64> {
        resize(page, width)?;
        Ok(parameters(page).context("a shared bottom without parameters")? as f64)
    };
    // The parameters of two layers of one width are a polynomial of the second degree in it.
    let (one, two, three) = (count(1)?, count(2)?, count(3)?);
    let size = |width: u64| {
        let x = width as f64 - 1.0;
        one + x * (two - one) + x * (x - 1.0) / 2.0 * (three - 2.0 * two + one)
    };
    let mut known = BTreeMap::new();
    for method in methods {
        let Some(parameters) = method.parameters else { continue };
        let off = |width: &u64| (size(*width) - parameters as f64).abs();
        let width = (1..=MAX_WIDTH as u64).min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(1);
        let rate = match known.entry(width) {
            Entry::Occupied(rate) => *rate.get(),
            Entry::Vacant(slot) => {
                eprintln!("a shared bottom of {width} units a layer");
                resize(page, width)?;
                *slot.insert(rate(page, ARCHITECTURES, &first, options)?)
            }
        };
        method.bottom = Some(Bottom { width, rate });
    }
    Ok(())
}

/// Gives both shared layers so many units.
fn resize(page: &Page, width: u64) -> Result<()> {
    for layer in 0..2 {
        page.fill(&format!("trunk-layer-{layer}-width"), &width.to_string())?;
    }
    page.wait_setting("trunk", &format!("{width},{width}"))?;
    page.rewound()
}

/// The lines of a picker that can be chosen.
fn offered(page: &Page, table: &str) -> Result<Vec<String>> {
    let script = "return [...document.querySelectorAll(`[data-testid=${arguments[0]}] option`)]
        .filter(option => !option.disabled).map(option => option.value).join(' ')";
    Ok(page.browser.string(script, vec![json!(table)])?.split_whitespace().map(String::from).collect())
}

/// Steps per second once the first epochs, which are recorded one by one, are past.
fn rate(page: &Page, table: &str, key: &str, options: &Options) -> Result<f64> {
    const DENSE: u64 = 60;
    page.pause()?;
    page.select(table, key)?;
    page.rewound()?;
    page.play()?;
    page.wait_epoch(DENSE)?;
    let start = (page.epoch()?, std::time::Instant::now());
    std::thread::sleep(options.window);
    let (steps, seconds) = (page.epoch()? - start.0, start.1.elapsed().as_secs_f64());
    page.pause()?;
    ensure!(steps > 0, "{key} stands still");
    Ok(steps as f64 / seconds)
}

/// The first number of the page's line on costs; `None` where there is none.
fn parameters(page: &Page) -> Option<u64> {
    page.number("cost").ok().map(|count| count as u64)
}
