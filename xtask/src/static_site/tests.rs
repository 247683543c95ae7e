use std::{
    env, fs,
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    process, thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::{Server, serve};

/// A folder with a small site, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Result<Self> {
        let path = env::temp_dir().join(format!("mtl-static-site-{}-{name}", process::id()));
        let site = path.join("site");
        fs::create_dir_all(&site)?;
        fs::write(path.join("secret.txt"), "secret")?;
        for (file, text) in [
            ("index.html", "the page"),
            ("404.html", "the way back"),
            ("page.js", "js"),
            ("main.css", "css"),
            ("a.wasm", "wasm"),
            ("a.svg", "svg"),
            ("a.json", "{}"),
        ] {
            fs::write(site.join(file), text)?;
        }
        Ok(Self(path))
    }

    fn serve(&self, prefix: &str) -> Result<Server> {
        serve(&self.0.join("site"), prefix, 0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Head and body of the answer; the path is sent as it is, which no browser would do.
fn get(server: &Server, path: &str) -> Result<(String, String)> {
    request(server, "GET", path)
}

fn request(server: &Server, method: &str, path: &str) -> Result<(String, String)> {
    let mut stream = TcpStream::connect(server.address)?;
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").context("an answer has a head and a body")?;
    Ok((head.to_owned(), body.to_owned()))
}

#[test]
fn every_kind_of_file_has_its_type() -> Result<()> {
    let folder = Folder::new("types")?;
    let server = folder.serve("/")?;
    for (path, mime) in [
        ("/", "text/html"),
        ("/page.js", "text/javascript"),
        ("/main.css", "text/css"),
        ("/a.wasm", "application/wasm"),
        ("/a.svg", "image/svg+xml"),
        ("/a.json", "application/json"),
    ] {
        let (head, _) = get(&server, path)?;
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        assert!(head.contains(&format!("Content-Type: {mime}")), "{path}: {head}");
    }
    Ok(())
}

#[test]
fn a_missing_file_answers_with_the_sites_own_page_and_404() -> Result<()> {
    let folder = Folder::new("missing")?;
    let server = folder.serve("/")?;
    let (head, body) = get(&server, "/no/such/file?x=1")?;
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
    assert_eq!(body, "the way back");
    Ok(())
}

#[test]
fn a_site_below_a_prefix_is_found_there_and_only_there() -> Result<()> {
    let folder = Folder::new("prefix")?;
    let server = folder.serve("/a/b/")?;
    assert!(server.url().ends_with("/a/b/"));
    assert_eq!(get(&server, "/a/b/")?.1, "the page");
    assert_eq!(get(&server, "/a/b/page.js?v=1")?.1, "js");
    assert!(get(&server, "/page.js")?.0.starts_with("HTTP/1.1 404"));
    let (head, _) = get(&server, "/a/b")?;
    assert!(head.starts_with("HTTP/1.1 301") && head.contains("Location: /a/b/"), "{head}");
    Ok(())
}

#[test]
fn no_path_leads_out_of_the_folder() -> Result<()> {
    let folder = Folder::new("traversal")?;
    let server = folder.serve("/")?;
    for path in ["/../secret.txt", "/%2e%2e/secret.txt", "/x/../../secret.txt", "/..%5csecret.txt"] {
        let (head, body) = get(&server, path)?;
        assert!(!head.starts_with("HTTP/1.1 200") && !body.contains("secret"), "{path}: {head}");
    }
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_not_followed() -> Result<()> {
    let folder = Folder::new("link")?;
    std::os::unix::fs::symlink(folder.0.join("secret.txt"), folder.0.join("site/link.txt"))?;
    let server = folder.serve("/")?;
    assert!(get(&server, "/link.txt")?.0.starts_with("HTTP/1.1 404"));
    Ok(())
}

#[test]
fn single_files_can_be_replaced_or_added() -> Result<()> {
    let folder = Folder::new("override")?;
    let server = folder.serve("/a/")?.with_override("page.js", "other js", "text/javascript").with_override(
        "bench/new.html",
        "new",
        "text/html",
    );
    assert_eq!(get(&server, "/a/page.js")?.1, "other js");
    assert_eq!(get(&server, "/a/bench/new.html")?.1, "new");
    Ok(())
}

#[test]
fn requests_are_recorded_in_order_with_their_queries() -> Result<()> {
    let folder = Folder::new("log")?;
    let server = folder.serve("/")?;
    get(&server, "/")?;
    get(&server, "/page.js?v=1")?;
    assert_eq!(server.requests(), ["/", "/page.js?v=1"]);
    Ok(())
}

#[test]
fn only_reading_is_allowed() -> Result<()> {
    let folder = Folder::new("methods")?;
    let server = folder.serve("/")?;
    assert!(request(&server, "POST", "/")?.0.starts_with("HTTP/1.1 405"));
    assert_eq!(request(&server, "HEAD", "/page.js")?.1, "");
    Ok(())
}

#[test]
fn every_connection_is_answered_while_others_stay_open() -> Result<()> {
    let folder = Folder::new("open")?;
    let server = folder.serve("/")?;
    // As a browser does: more connections than were planned for, at once, kept open.
    let mut streams = (0..24).map(|_| TcpStream::connect(server.address)).collect::<Result<Vec<_>, _>>()?;
    for round in 0..2 {
        for stream in &mut streams {
            write!(stream, "GET /page.js HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        }
        for (number, stream) in streams.iter_mut().enumerate() {
            stream.set_read_timeout(Some(Duration::from_secs(20)))?;
            let mut answer = String::new();
            while !answer.ends_with("\r\n\r\njs") {
                let mut byte = [0];
                stream.read_exact(&mut byte).with_context(|| format!("connection {number}, round {round}"))?;
                answer.push(char::from(byte[0]));
            }
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
    }
    Ok(())
}

#[test]
fn a_dropped_server_frees_its_port() -> Result<()> {
    let folder = Folder::new("drop")?;
    let server = folder.serve("/")?;
    let port = server.address.port();
    drop(server);
    let soon = Instant::now() + Duration::from_secs(5);
    let again = loop {
        match serve(&folder.0.join("site"), "/", port) {
            Ok(server) => break server,
            Err(_) if Instant::now() < soon => thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(error),
        }
    };
    assert_eq!(get(&again, "/")?.1, "the page");
    Ok(())
}

#[test]
fn a_missing_folder_is_named_with_its_remedy() -> Result<()> {
    let result = serve(&env::temp_dir().join("mtl-no-such-site"), "/", 0).map(|_| ());
    let text = result.err().context("there is no such folder")?.to_string();
    assert!(text.contains("cargo xtask build"), "{text}");
    Ok(())
}
