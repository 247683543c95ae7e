//! The engine in a dedicated worker: glue between a [`Session`] and the mailbox, nothing more.
//!
//! Two binaries share it, one per engine. Commands arrive as postcard bytes, events leave as
//! postcard bytes in a buffer that is transferred. Between two slices of training the worker yields a
//! macrotask, else no command would ever be delivered.

#[cfg(feature = "gpu")]
pub mod gpu;
mod mailbox;
mod watch;

use mailbox::{Mailbox, pause, post, sleep};
use mtl_core::protocol::{Engine, Event};
use mtl_core::train::{Session, TrainError, Turn};

/// The device that a worker opened, and its name in words.
pub type Opened = (mtl_core::train::tensors::Device, String);

/// Runs a worker on the device that `open` opens; `open` answers with a sentence if it can't.
pub fn start(engine: Engine, open: impl Future<Output = Result<Opened, String>> + 'static) {
    watch::install();
    wasm_bindgen_futures::spawn_local(async move {
        let mut mailbox = Mailbox::open();
        match open.await {
            Ok((device, name)) => {
                post(&Event::Ready { engine, device: name });
                let session = match engine {
                    Engine::Cpu => Session::new(device, engine).warming_up(),
                    Engine::Gpu => Session::new(device, engine),
                };
                if let Err(error) = serve(session, &mut mailbox).await {
                    post(&Event::Fault { sentence: error.to_string(), remedy: error.remedy().into() });
                }
            }
            Err(reason) => post(&Event::Unavailable { reason }),
        }
    });
}

/// Takes commands and works until the device fails or the page goes away.
async fn serve(mut session: Session, mailbox: &mut Mailbox) -> Result<(), TrainError> {
    let mut emit = |event: Event| post(&event);
    loop {
        while let Some(command) = mailbox.take() {
            session.command(command, &mut emit).await?;
        }
        match session.turn(&mut emit).await? {
            Turn::Again => pause().await,
            Turn::Later(millis) => sleep(millis).await,
            Turn::Rest => {
                let Some(command) = mailbox.wait().await else { return Ok(()) };
                session.command(command, &mut emit).await?;
            }
        }
    }
}
