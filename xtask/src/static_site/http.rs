//! As much of HTTP/1.1 as a static host needs: GET and HEAD, one thread for each connection.
//!
//! A pool of threads would not do: a browser keeps its connections open and may wait on each of
//! them, and one that got no thread would hang until another one is closed.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// A connection without a request is closed after this.
const IDLE: Duration = Duration::from_secs(60);
/// A client that takes nothing for so long has gone.
const SENDING: Duration = Duration::from_secs(30);
/// The longest head of a request that is read.
const LONGEST_HEAD: u64 = 64 * 1024;

/// A request.
pub struct Request {
    pub method: String,
    /// The path with its query.
    pub url: String,
    /// Whether the client wants no second answer on this connection.
    last: bool,
}

/// A response.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// A listening server; it stops when it is dropped.
pub struct Listener {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Listener {
    /// Listens at this machine's own address only; port 0 takes any free one.
    pub fn start(port: u16, answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let stopped = Arc::new(AtomicBool::new(false));
        let (stop, answer) = (Arc::clone(&stopped), Arc::new(answer));
        let accepting = thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::Acquire) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let (stop, answer) = (Arc::clone(&stop), Arc::clone(&answer));
                // A client that has gone away is no reason to stop.
                thread::spawn(move || drop(converse(&stream, &stop, &*answer)));
            }
        });
        Ok(Self { address, stopped, accepting: Some(accepting) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the process is ended.
    pub fn wait(mut self) {
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // One more connection, so that the thread sees it. Connections that are open end by themselves.
        if TcpStream::connect(self.address).is_ok()
            && let Some(accepting) = self.accepting.take()
        {
            let _ = accepting.join();
        }
    }
}

/// Answers the requests of one connection, one after the other.
fn converse(stream: &TcpStream, stop: &AtomicBool, answer: &dyn Fn(&Request) -> Response) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_write_timeout(Some(SENDING))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader)? {
        let response = answer(&request);
        // What follows the head of anything but a reading request is not looked at.
        let last = request.last || stop.load(Ordering::Acquire) || !matches!(request.method.as_str(), "GET" | "HEAD");
        write(stream, &request, &response, last)?;
        if last {
            break;
        }
    }
    Ok(())
}

/// The next request, or nothing where the client has closed the connection or speaks no HTTP.
fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut head = reader.take(LONGEST_HEAD);
    let mut line = String::new();
    if head.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_ascii_whitespace();
    let (Some(method), Some(url), Some(version)) = (words.next(), words.next(), words.next()) else {
        return Ok(None);
    };
    let mut request = Request { method: method.to_owned(), url: url.to_owned(), last: version != "HTTP/1.1" };
    loop {
        line.clear();
        if head.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("connection") => {
                request.last |= value.trim().eq_ignore_ascii_case("close");
            }
            Some(_) => {}
            None => return Ok(Some(request)),
        }
    }
}

fn write(mut stream: &TcpStream, request: &Request, response: &Response, last: bool) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
    for (name, value) in &response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let connection = if last { "close" } else { "keep-alive" };
    head.push_str(&format!("Content-Length: {}\r\nConnection: {connection}\r\n\r\n", response.body.len()));
    let mut bytes = head.into_bytes();
    if request.method != "HEAD" {
        bytes.extend_from_slice(&response.body);
    }
    stream.write_all(&bytes)?;
    stream.flush()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Answer",
    }
}
