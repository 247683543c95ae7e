//! What every architecture and every balancer costs, on the page itself.

use crate::options::Options;
use anyhow::{Context, Result, ensure};
use mtl_tests::{Browser, Flavour, PATIENCE, Page, Setup, Site, eventually_true};
use serde_json::json;
use xtask::static_site::serve;

/// Three tasks, two shared layers of 16 units, full batches, one model: a step is an epoch.
const LESSON: &str =
    "v=1&p=rivals&tasks=3&s=1&trunk=16,16&rows=64&valid=64&test=64&batch=full&seeds=1&fan=none&baselines=off";

/// The tables by the name of their picker.
const TABLES: [&str; 2] = ["arch", BALANCERS];

/// The picker of the balancers.
pub const BALANCERS: &str = "balancer";

/// A table's methods; the first is what the others are held against. Of architectures that is a shared
/// bottom under the same settings: layers of the same width, with the parameters that each makes of
/// them beside its speed.
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
}

impl Costs {
    /// How many times dearer than the first a method is.
    pub fn times(&self, method: &Method) -> f64 {
        self.methods.first().map_or(f64::NAN, |first| first.rate) / method.rate
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
    let (pin, engine) = match flavour {
        Flavour::Cpu => ("pin-cpu", "CPU"),
        Flavour::Gpu => ("pin-gpu", "GPU"),
    };
    page.click(pin)?;
    eventually_true(PATIENCE * 3, engine, || Ok(page.engine()? == engine))?;
    let of_table = |table| {
        eprintln!("{flavour:?}: every line of '{table}'");
        let methods: Result<Vec<_>> = offered(&page, table)?
            .into_iter()
            .map(|key| {
                let rate = rate(&page, table, &key, options)?;
                Ok(Method { key, rate, parameters: parameters(&page) })
            })
            .collect();
        let first = offered(&page, table)?.into_iter().next().context("a table without lines")?;
        page.select(table, &first)?;
        Ok(Costs { table, methods: methods? })
    };
    TABLES.into_iter().map(of_table).collect()
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
