//! What must not go unnoticed: panics, and errors that a library only logs.

use super::mailbox::post;
use mtl_core::protocol::Event;

/// Reports panics and error records to the page as faults.
pub fn install() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        let what = panic.payload();
        let text =
            what.downcast_ref::<&str>().map(|s| (*s).to_string()).or_else(|| what.downcast_ref::<String>().cloned());
        fault(format!("The engine stopped: {}.", text.unwrap_or_else(|| "it panicked".into()).trim_end_matches('.')));
    }));
    static WATCH: Watch = Watch;
    if log::set_logger(&WATCH).is_ok() {
        log::set_max_level(log::LevelFilter::Error);
    }
}

fn fault(sentence: String) {
    post(&Event::Fault { sentence, remedy: "Training goes on from the last saved state in a new engine.".into() });
}

/// On the web CubeCL only logs a shader that doesn't compile, skips it, and goes on with wrong
/// numbers (tracel-ai/cubecl#1641): every error record is a fault.
struct Watch;

impl log::Log for Watch {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.level() <= log::Level::Error
    }

    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            web_sys::console::error_1(&format!("{}: {}", record.target(), record.args()).into());
            fault(format!("The graphics engine reported an error ({}).", record.target()));
        }
    }

    fn flush(&self) {}
}
