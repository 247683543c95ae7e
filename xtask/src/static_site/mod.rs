//! A small static file server: what a plain host does, for `serve`, the browser tests and the
//! benchmark.

mod files;
mod http;
mod route;

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use anyhow::{Context, Result, anyhow, bail};

pub use files::mime_of;
use http::{Listener, Request, Response};
use route::{Route, route};

/// A running server; it stops when it is dropped, and its port is free soon after.
pub struct Server {
    listener: Listener,
    site: Arc<Site>,
    address: SocketAddr,
}

/// A file that is not (or not like this) in the folder.
struct Override {
    bytes: Vec<u8>,
    mime: String,
}

struct Site {
    folder: std::path::PathBuf,
    prefix: String,
    overrides: RwLock<HashMap<String, Override>>,
    requests: Mutex<Vec<String>>,
}

struct Answer {
    status: u16,
    mime: String,
    location: Option<String>,
    bytes: Vec<u8>,
}

/// Serves a folder below `prefix` (`/`, `/a/b/`) at this machine's own address only; port 0 takes
/// any free one.
pub fn serve(folder: &Path, prefix: &str, port: u16) -> Result<Server> {
    if !prefix.starts_with('/') || !prefix.ends_with('/') {
        bail!("the prefix '{prefix}' must begin and end with a slash");
    }
    let folder = folder
        .canonicalize()
        .with_context(|| format!("there is no folder {}: run `cargo xtask build` first", folder.display()))?;
    let site =
        Arc::new(Site { folder, prefix: prefix.to_owned(), overrides: RwLock::default(), requests: Mutex::default() });
    let answering = Arc::clone(&site);
    let listener = Listener::start(port, move |request| answering.respond(request))
        .map_err(|error| anyhow!("port {port} cannot be used ({error}): choose another one with --port"))?;
    let address = listener.address();
    Ok(Server { listener, site, address })
}

impl Server {
    /// The site's address, ending in a slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.address.port(), self.site.prefix)
    }

    /// All paths (with their queries) that were requested until now, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.site.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves these bytes for one path (relative to the prefix), whether or not there is such a
    /// file.
    #[must_use]
    pub fn with_override(self, path: &str, bytes: impl Into<Vec<u8>>, mime: &str) -> Self {
        self.replace(path, bytes, mime);
        self
    }

    /// From now on serves these bytes for one path (relative to the prefix).
    pub fn replace(&self, path: &str, bytes: impl Into<Vec<u8>>, mime: &str) {
        let replacement = Override { bytes: bytes.into(), mime: mime.to_owned() };
        let mut overrides = self.site.overrides.write().unwrap_or_else(PoisonError::into_inner);
        overrides.insert(path.trim_start_matches('/').to_owned(), replacement);
    }

    /// Serves until the process is ended.
    pub fn wait(self) {
        self.listener.wait();
    }
}

impl Site {
    fn respond(&self, request: &Request) -> Response {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request.url.clone());
        let answer = match request.method.as_str() {
            "GET" | "HEAD" => self.answer(&request.url),
            _ => Answer::text(405, "only GET and HEAD are served"),
        };
        let headers = [
            Some(("Content-Type", answer.mime)),
            Some(("Cache-Control", "no-cache".to_owned())),
            // As page hosts do it: a frame without an origin of its own may load the page as well.
            Some(("Access-Control-Allow-Origin", "*".to_owned())),
            answer.location.map(|location| ("Location", location)),
        ];
        Response { status: answer.status, headers: headers.into_iter().flatten().collect(), body: answer.bytes }
    }

    fn answer(&self, url: &str) -> Answer {
        match route(&self.prefix, url) {
            Route::Elsewhere => Answer::text(404, "nothing is served here"),
            Route::Hostile => Answer::text(400, "this is no path of the site"),
            Route::Redirect(location) => {
                Answer { location: Some(location), ..Answer::text(301, "moved to the address with a slash") }
            }
            Route::File(path) => self.file(&path).unwrap_or_else(|| {
                self.file("404.html")
                    .map_or_else(|| Answer::text(404, "not found"), |page| Answer { status: 404, ..page })
            }),
        }
    }

    fn file(&self, path: &str) -> Option<Answer> {
        let overrides = self.overrides.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(replacement) = overrides.get(path) {
            return Some(Answer {
                status: 200,
                mime: replacement.mime.clone(),
                location: None,
                bytes: replacement.bytes.clone(),
            });
        }
        drop(overrides);
        let bytes = files::read_inside(&self.folder, path)?;
        Some(Answer { status: 200, mime: mime_of(path).to_owned(), location: None, bytes })
    }
}

impl Answer {
    fn text(status: u16, text: &str) -> Self {
        Self { status, mime: "text/plain; charset=utf-8".to_owned(), location: None, bytes: text.into() }
    }
}

#[cfg(test)]
mod tests;
